"""What the clock leaves behind: signals for Prefect, when each clock flow last ended well, and what it looks for."""

from alembic import op

revision = "0010"
down_revision = "0006"

# Whoever runs the installation is told of work that stands still; and the clock finds it without reading whole tables.
LOOKING = """
ALTER TABLE notice DROP CONSTRAINT notice_audience_check,
    ADD CONSTRAINT notice_audience_check CHECK (audience IN ('agency','head','supervisor','administrator'));
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
CREATE INDEX ix_signal_emitted ON signal (emitted_at) WHERE emitted_at IS NOT NULL;
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
    """Adds tables, indexes and an audience."""
    for part in (LOOKING, SIGNALS, CLOCK):
        op.execute(part)
