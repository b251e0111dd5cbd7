"""Bulk tasks: what is asked for over many items, the results batch by batch, and which rows were imported before."""

from alembic import op

revision = "0013"
down_revision = "0012"

# Results are written once, some hundreds to a row, so that a task of 100,000 items is 200 rows and never rewritten; the
# task's own row is short and changes once a batch. Items that are dossiers stand in a column apart, which no change touches.
TABLES = """
CREATE TABLE bulk_task (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('import','action','print')),
    agency text NOT NULL REFERENCES agency(code),
    account uuid NOT NULL REFERENCES account(id),
    parameters jsonb NOT NULL,
    sha256 text,
    dossiers uuid[],
    state text NOT NULL CHECK (state IN ('waiting','running','cancelling','cancelled','done','failed')),
    total integer CHECK (total >= 0),
    position integer NOT NULL,
    done integer NOT NULL CHECK (done >= 0),
    known integer NOT NULL CHECK (known >= 0),
    failed integer NOT NULL CHECK (failed >= 0),
    attempts integer NOT NULL,
    run_after timestamptz NOT NULL,
    lease_until timestamptz,
    worker text,
    flow_run text,
    error text,
    output text,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    CHECK (position = done + known + failed),
    CHECK ((state IN ('running','cancelling')) = (worker IS NOT NULL)),
    CHECK ((state IN ('running','cancelling')) = (lease_until IS NOT NULL)),
    CHECK ((state IN ('cancelled','done','failed')) = (finished_at IS NOT NULL))
) WITH (fillfactor = 50);
CREATE INDEX ix_bulk_task_agency ON bulk_task (agency, created_at);
CREATE INDEX ix_bulk_task_open ON bulk_task (created_at) WHERE finished_at IS NULL;

CREATE TABLE bulk_batch (
    task uuid NOT NULL REFERENCES bulk_task(id),
    first integer NOT NULL CHECK (first >= 0),
    results jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (task, first)
);
CREATE TRIGGER bulk_batch_is_append_only BEFORE UPDATE ON bulk_batch
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE imported_row (
    agency text NOT NULL REFERENCES agency(code),
    key bytea NOT NULL,
    task uuid NOT NULL REFERENCES bulk_task(id),
    line integer NOT NULL CHECK (line > 0),
    dossier uuid NOT NULL REFERENCES dossier(id) DEFERRABLE INITIALLY DEFERRED,  -- claimed before it is written
    PRIMARY KEY (agency, key)
);
CREATE INDEX ix_imported_row_dossier ON imported_row (dossier);
"""

RIGHTS = """
GRANT SELECT, INSERT, UPDATE ON bulk_task TO hoso_app;
GRANT SELECT, INSERT ON bulk_batch, imported_row TO hoso_app;
"""

OWN = """(current_setting('hoso.agencies', true) = '*'
    OR agency = ANY (string_to_array(current_setting('hoso.agencies', true), ',')))"""
WALLS = {
    "bulk_task": OWN,
    "imported_row": OWN,
    "bulk_batch": "EXISTS (SELECT FROM bulk_task WHERE bulk_task.id = bulk_batch.task)",
}


def upgrade() -> None:
    """Adds the tables; an agency sees its own tasks, and those of the agencies it succeeded."""
    for part in (TABLES, RIGHTS):
        op.execute(part)
    for table, sees in WALLS.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_tasks ON {table} USING ({sees}) WITH CHECK (true)")
