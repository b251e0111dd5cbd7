"""The agencies where nobody can act are kept, so that a look at the whole country does not ask each for its accounts."""

from alembic import op

revision = "0028"
down_revision = "0027"

ACTING = "NOT disabled AND role IN ('officer','head','clerk','judge')"

# The agency's row is locked first: of two transactions that each disable one of the last two accounts, the second sees the first.
UNSTAFFED = f"""
CREATE TABLE unstaffed (agency text PRIMARY KEY REFERENCES agency (code));
GRANT SELECT ON unstaffed TO hoso_app;
CREATE FUNCTION keep_unstaffed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE turned text;
BEGIN
    FOR turned IN SELECT DISTINCT code FROM unnest(ARRAY[OLD.agency, NEW.agency]) code WHERE code IS NOT NULL ORDER BY 1 LOOP
        PERFORM FROM agency WHERE code = turned FOR NO KEY UPDATE;
        DELETE FROM unstaffed WHERE agency = turned;
        INSERT INTO unstaffed SELECT turned WHERE NOT EXISTS (SELECT FROM account WHERE agency = turned AND {ACTING});
    END LOOP;
    RETURN NULL;
END $$;
CREATE FUNCTION begin_unstaffed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO unstaffed VALUES (NEW.code);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION keep_unstaffed(), begin_unstaffed() FROM PUBLIC;
CREATE TRIGGER account_staffs_agency AFTER INSERT OR DELETE OR UPDATE OF agency, role, disabled ON account
    FOR EACH ROW EXECUTE FUNCTION keep_unstaffed();
CREATE TRIGGER agency_begins_unstaffed AFTER INSERT ON agency FOR EACH ROW EXECUTE FUNCTION begin_unstaffed();
INSERT INTO unstaffed SELECT code FROM agency WHERE NOT EXISTS (SELECT FROM account WHERE account.agency = agency.code AND {ACTING});
CREATE INDEX ix_agency_valid_to ON agency (valid_to) WHERE valid_to IS NOT NULL;
"""  # noqa: S608 - a condition from above


def upgrade() -> None:
    """Adds the table, kept by triggers, and an index of agencies that end."""
    op.execute(UNSTAFFED)
