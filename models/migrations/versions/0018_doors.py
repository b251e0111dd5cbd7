"""What the missing doors need: acts that void acts, who is responsible inside an agency, reminders, and what persons are found by."""

from alembic import op

revision = "0018"
down_revision = "0017"

# An act is voided once, and the event that does it says which: in the chain, so that it holds when facts are erased.
VOIDING = """
ALTER TABLE event ADD COLUMN voids uuid REFERENCES event(id);
CREATE UNIQUE INDEX an_act_is_voided_once ON event (voids) WHERE voids IS NOT NULL;
ALTER TABLE time_limit DROP CONSTRAINT time_limit_end_check;
ALTER TABLE time_limit ADD CONSTRAINT time_limit_end_check
    CHECK ("end" IN ('done','run_out','used','cancelled','restarted','void'));
CREATE TABLE before_act (
    dossier uuid PRIMARY KEY REFERENCES dossier(id),
    event uuid NOT NULL UNIQUE REFERENCES event(id),
    book text NOT NULL,
    stage text NOT NULL,
    holder text NOT NULL REFERENCES agency(code),
    acts jsonb NOT NULL,
    parties jsonb NOT NULL,
    limits jsonb NOT NULL
) WITH (fillfactor = 70);
GRANT SELECT, INSERT, UPDATE ON before_act TO hoso_app;
"""

# Whoever is responsible works in the agency that holds the dossier; with the next holder that ends by itself.
ASSIGNMENTS = """
CREATE TABLE assignment (
    id uuid PRIMARY KEY,
    dossier uuid NOT NULL REFERENCES dossier(id),
    agency text NOT NULL REFERENCES agency(code),
    account uuid NOT NULL REFERENCES account(id),
    assigned_by uuid NOT NULL REFERENCES account(id),
    assigned_at timestamptz NOT NULL,
    note text,
    ended_at timestamptz,
    ended_because text CHECK (ended_because IN ('replaced','withdrawn','moved')),
    CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE UNIQUE INDEX one_assignment_a_dossier ON assignment (dossier) WHERE ended_at IS NULL;
CREATE INDEX ix_assignment_dossier ON assignment (dossier, assigned_at);
CREATE INDEX ix_assignment_account ON assignment (account) WHERE ended_at IS NULL;
CREATE FUNCTION end_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE assignment SET ended_at = NEW.changed_at, ended_because = 'moved'
        WHERE dossier = NEW.id AND ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER assignment_ends_with_its_holder AFTER UPDATE OF holder ON dossier
    FOR EACH ROW WHEN (OLD.holder IS DISTINCT FROM NEW.holder) EXECUTE FUNCTION end_assignment();
GRANT SELECT, INSERT, UPDATE ON assignment TO hoso_app;
"""

REMINDERS = """
CREATE TABLE reminder (
    event uuid NOT NULL REFERENCES event(id),
    dossier uuid NOT NULL REFERENCES dossier(id),
    cause text NOT NULL,
    day date NOT NULL,
    agencies text[] NOT NULL,
    account uuid NOT NULL REFERENCES account(id),
    again text,
    PRIMARY KEY (event)
);
CREATE INDEX ix_reminder_dossier ON reminder (dossier, cause, day);
CREATE TRIGGER reminder_is_append_only BEFORE UPDATE OR DELETE ON reminder
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON reminder TO hoso_app;
"""

# Persons are found by the beginnings of the words of their names, in any order, and by the numbers of their papers. Under
# row-level security only a leakproof comparison can use an index: no pattern, no text search and nothing inside JSON is one,
# but the plain order of texts is. So the words are rows.
LOOKING = r"""
CREATE TABLE person_key (
    key text NOT NULL,
    person uuid NOT NULL REFERENCES person(id),
    PRIMARY KEY (key, person)
);
CREATE INDEX ix_person_key_person ON person_key (person);
GRANT SELECT, INSERT, DELETE ON person_key TO hoso_app;
CREATE FUNCTION keep_person_keys() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM person_key WHERE person = NEW.id;
    END IF;
    INSERT INTO person_key (key, person)
        SELECT key, NEW.id FROM (SELECT regexp_split_to_table(NEW.name_key, '\s+') AS key
            UNION SELECT NEW.data -> 'identity' ->> 'number') keys WHERE key <> '';
    RETURN NULL;
END $$;
CREATE TRIGGER person_is_found_by_its_keys AFTER INSERT OR UPDATE OF name_key, data ON person
    FOR EACH ROW EXECUTE FUNCTION keep_person_keys();
INSERT INTO person_key (key, person)
    SELECT keys.key, person.id FROM person CROSS JOIN LATERAL (SELECT regexp_split_to_table(name_key, '\s+') AS key
        UNION SELECT data -> 'identity' ->> 'number') keys WHERE keys.key <> '';
ALTER TABLE person_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_dossiers ON person_key
    USING (EXISTS (SELECT FROM dossier WHERE dossier.person = person_key.person))
    WITH CHECK (current_setting('hoso.writes', true) = 'on');
"""

SEES = """(
    current_setting('hoso.dossiers', true) = '*' OR current_setting('hoso.territory', true) = 'vn' OR EXISTS (
        SELECT FROM dossier_agency seen WHERE seen.dossier = {table}.dossier
        AND seen.agency = ANY (string_to_array(current_setting('hoso.dossiers', true), ',')) OFFSET 0)
    OR (current_setting('hoso.territory', true) <> '' AND EXISTS (
        SELECT FROM dossier_agency seen JOIN agency of ON of.code = seen.agency WHERE seen.dossier = {table}.dossier
        AND (of.territory = current_setting('hoso.territory', true)
            OR starts_with(of.territory, current_setting('hoso.territory', true) || '/')) OFFSET 0))
)"""
WRITES = "current_setting('hoso.writes', true) = 'on'"


def upgrade() -> None:
    """Adds columns, tables, triggers and walls: an agency sees what belongs to the dossiers it sees."""
    for part in (VOIDING, ASSIGNMENTS, REMINDERS, LOOKING):
        op.execute(part)
    for table in ("before_act", "assignment", "reminder"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        sees = SEES.format(table=table)
        op.execute(f"CREATE POLICY own_dossiers ON {table} USING ({sees}) WITH CHECK ({WRITES} AND {sees})")
