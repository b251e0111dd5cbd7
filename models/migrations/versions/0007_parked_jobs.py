"""Jobs in trouble are found at once, and who let a parked one be tried again is kept."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = """
CREATE TABLE job_retry (
    id serial PRIMARY KEY,
    job integer NOT NULL REFERENCES job(id),
    account uuid REFERENCES account(id),
    at timestamptz NOT NULL,
    attempts integer NOT NULL,
    error text
);
CREATE INDEX ix_job_retry_job ON job_retry (job);
CREATE TRIGGER job_retries_are_append_only BEFORE UPDATE OR DELETE ON job_retry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON job_retry TO hoso_app;
GRANT USAGE ON SEQUENCE job_retry_id_seq TO hoso_app;
"""

INDEXES = """
CREATE INDEX ix_job_unfinished ON job (state, id) WHERE state <> 'done';
CREATE INDEX ix_job_leased ON job (lease_until) WHERE state = 'leased';
"""


def upgrade() -> None:
    """Adds the table and the indexes."""
    for part in (TABLES, INDEXES):
        op.execute(part)
