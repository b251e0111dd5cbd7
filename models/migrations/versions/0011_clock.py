"""When ladders of limits counted back start; signals for Prefect; when each of the clock's works last came to its end."""

from alembic import op

revision = "0011"
down_revision = "0010"

# What is counted back from an end starts after its own end: its last quarter is as long, and comes before it all the same.
# What must be done within so long before an end is told of when that time begins.
LADDERS = """
CREATE OR REPLACE FUNCTION start_ladder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.rung := 0;
        NEW.next_rung_at := NULL;
    END IF;
    IF NEW.ended_at IS NOT NULL OR NEW.due IS NULL OR NEW.kind = 'window'
       OR coalesce(NEW.explanation ->> 'suspended', 'false') = 'true' THEN
        NEW.next_rung_at := NULL;
    ELSIF NEW.next_rung_at IS NULL OR NEW.due IS DISTINCT FROM OLD.due
          OR NEW.warning_due IS DISTINCT FROM OLD.warning_due OR NEW.opens IS DISTINCT FROM OLD.opens THEN
        NEW.rung := 0;
        NEW.next_rung_at := least(NEW.due, NEW.warning_due, coalesce(NEW.opens,
            NEW.due - greatest(NEW.due - NEW.starts_at, NEW.starts_at - NEW.due) / 4));
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER limit_starts_its_ladder ON time_limit;
CREATE TRIGGER limit_starts_its_ladder
    BEFORE INSERT OR UPDATE OF due, warning_due, opens, starts_at, ended_at, explanation ON time_limit
    FOR EACH ROW EXECUTE FUNCTION start_ladder();
UPDATE time_limit SET next_rung_at = least(due, warning_due, coalesce(opens, due - (starts_at - due) / 4))
    WHERE rung = 0 AND next_rung_at IS NOT NULL AND (opens IS NOT NULL OR starts_at > due);
"""

# Dossiers of ended books and parked work are found without reading whole tables.
LOOKING = """
CREATE INDEX ix_dossier_open_book ON dossier (book, id) WHERE stage <> 'closed';
CREATE INDEX ix_job_parked ON job (id) WHERE state = 'parked';
"""

SIGNALS = """
CREATE TABLE signal (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name IN ('hoso.dossier.stage-changed','hoso.limit.missed')),
    dossier uuid NOT NULL REFERENCES dossier(id),
    agencies text[] NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    emitted_at timestamptz
);
CREATE INDEX ix_signal_waiting ON signal (created_at, id) WHERE emitted_at IS NULL;
CREATE INDEX ix_signal_created ON signal (created_at);
ALTER TABLE signal ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_signals ON signal USING (current_setting('hoso.agencies', true) = '*');
GRANT SELECT, INSERT, UPDATE, DELETE ON signal TO hoso_app;
"""

CLOCK = """
CREATE TABLE clock_run (
    name text PRIMARY KEY,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL CHECK (finished_at >= started_at),
    report jsonb NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON clock_run TO hoso_app;
"""


def upgrade() -> None:
    """Adds tables and indexes, and mends the trigger."""
    for part in (LADDERS, LOOKING, SIGNALS, CLOCK):
        op.execute(part)
