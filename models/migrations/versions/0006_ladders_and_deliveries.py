"""Limits climb a ladder of notices; a notice has an audience and a key, and is delivered by mail as well."""

from alembic import op

revision = "0006"
down_revision = "0005"

ADDRESSES = """
ALTER TABLE agency ADD COLUMN email text CHECK (email LIKE '%_@_%');
ALTER TABLE account ADD COLUMN email text CHECK (email LIKE '%_@_%');
"""

# A limit whose end moves, or that goes on after a suspension, starts its ladder anew; one that has ended or stands still
# waits for nothing, and one that has climbed its whole ladder waits for ever. The first rung is the last quarter of the
# time, or the first of two amounts if that is sooner; at the latest it is the end itself, for a limit counted back starts
# after its end. A window is a right of the person: nobody is pressed to act before it ends.
LADDERS = """
ALTER TABLE time_limit ADD COLUMN rung integer NOT NULL DEFAULT 0, ADD COLUMN next_rung_at timestamptz;

CREATE FUNCTION start_ladder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.rung := 0;
        NEW.next_rung_at := NULL;
    END IF;
    IF NEW.ended_at IS NOT NULL OR NEW.due IS NULL OR NEW.kind = 'window'
       OR coalesce(NEW.explanation ->> 'suspended', 'false') = 'true' THEN
        NEW.next_rung_at := NULL;
    ELSIF NEW.next_rung_at IS NULL OR NEW.due IS DISTINCT FROM OLD.due
          OR NEW.warning_due IS DISTINCT FROM OLD.warning_due THEN
        NEW.rung := 0;
        NEW.next_rung_at := least(NEW.due, NEW.due - (NEW.due - NEW.starts_at) / 4, NEW.warning_due);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER limit_starts_its_ladder
    BEFORE INSERT OR UPDATE OF due, warning_due, starts_at, ended_at, explanation ON time_limit
    FOR EACH ROW EXECUTE FUNCTION start_ladder();
UPDATE time_limit SET due = due WHERE ended_at IS NULL;
CREATE INDEX ix_time_limit_next_rung ON time_limit (next_rung_at) WHERE next_rung_at IS NOT NULL;
"""

NOTICES = """
ALTER TABLE notice
    ALTER COLUMN dossier DROP NOT NULL,
    ALTER COLUMN event DROP NOT NULL,
    ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN audience text NOT NULL DEFAULT 'agency' CHECK (audience IN ('agency','head','supervisor')),
    ADD COLUMN key text,
    ADD COLUMN read_by uuid REFERENCES account(id),
    DROP CONSTRAINT notice_event_agency_kind_key;
UPDATE notice SET key = event || ':' || kind;
ALTER TABLE notice
    ALTER COLUMN key SET NOT NULL,
    ALTER COLUMN audience DROP DEFAULT,
    ADD UNIQUE (agency, audience, key);
DROP INDEX ix_notice_agency;
CREATE INDEX ix_notice_agency ON notice (agency, seq);
CREATE INDEX ix_notice_event ON notice (event);
"""

# A notice belongs to the agency it is addressed to, and holds no personal data: a supervisor's office need not have had
# the dossier in its hands.
WALL = """
DROP POLICY own_dossiers ON notice;
CREATE POLICY own_inbox ON notice USING (
    current_setting('hoso.agencies', true) = '*'
    OR agency = ANY (string_to_array(current_setting('hoso.agencies', true), ','))
) WITH CHECK (true);
ALTER TABLE delivery ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_notices ON delivery USING (
    current_setting('hoso.agencies', true) = '*' OR EXISTS (SELECT FROM notice WHERE notice.id = delivery.notice)
) WITH CHECK (true);
"""

DELIVERIES = """
CREATE TABLE delivery (
    id uuid PRIMARY KEY,
    notice uuid NOT NULL REFERENCES notice(id),
    channel text NOT NULL CHECK (channel IN ('mail','webhook')),
    account uuid REFERENCES account(id),
    state text NOT NULL CHECK (state IN ('waiting','sending','sent','unknown','parked')),
    attempts integer NOT NULL,
    run_after timestamptz NOT NULL,
    lease_until timestamptz,
    worker text,
    error text,
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    UNIQUE NULLS NOT DISTINCT (notice, channel, account)
);
CREATE INDEX ix_delivery_waiting ON delivery (run_after) WHERE state IN ('waiting','sending');
CREATE INDEX ix_delivery_trouble ON delivery (created_at) WHERE state IN ('unknown','parked');
GRANT SELECT, INSERT, UPDATE ON delivery TO hoso_app;
"""


def upgrade() -> None:
    """Adds columns, table, trigger and walls."""
    for part in (ADDRESSES, LADDERS, NOTICES, DELIVERIES, WALL):
        op.execute(part)
