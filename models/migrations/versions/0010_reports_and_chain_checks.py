"""Periodic reports, checks of the chains, notices to administrators, and what retention may delete."""

from alembic import op

revision = "0010"
down_revision = "0009"

REPORTS = """
CREATE TABLE report (
    id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    period text NOT NULL CHECK (period IN ('month','quarter','half_year','year')),
    first_day date NOT NULL,
    last_day date NOT NULL CHECK (last_day > first_day),
    territory text NOT NULL,
    agency text REFERENCES agency(code),
    edition integer NOT NULL CHECK (edition > 0),
    as_of timestamptz NOT NULL,
    made_at timestamptz NOT NULL,
    figures jsonb NOT NULL,
    sha256 text NOT NULL,
    size integer NOT NULL,
    docx_sha256 text NOT NULL,
    docx_size integer NOT NULL
);
CREATE UNIQUE INDEX one_report_a_period ON report (period, first_day, coalesce(agency, ''), edition,
    (CASE WHEN agency IS NULL THEN territory ELSE '' END));
CREATE INDEX ix_report_seq ON report (seq);
CREATE INDEX ix_report_agency ON report (agency);
CREATE TRIGGER report_never_changes BEFORE UPDATE OR DELETE ON report
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON report TO hoso_app;
"""

# An agency sees its own reports and those of its territory and the territories inside it; whose business a territory's
# report is, the door decides by the role.
WALL = """
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON report USING (
    current_setting('hoso.agencies', true) = '*'
    OR agency = ANY (string_to_array(current_setting('hoso.agencies', true), ','))
    OR EXISTS (SELECT FROM agency own
        WHERE own.code = ANY (string_to_array(current_setting('hoso.agencies', true), ','))
        AND (report.territory = own.territory OR starts_with(report.territory, own.territory || '/')))
) WITH CHECK (true)
"""

CHECKS = """
CREATE TABLE chain_check (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day date NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    reached uuid,
    dossiers integer NOT NULL,
    events bigint NOT NULL,
    documents bigint NOT NULL,
    breaks integer NOT NULL,
    head text,
    file text UNIQUE,
    file_sha256 text,
    CHECK ((finished_at IS NULL) = (head IS NULL)),
    CHECK ((finished_at IS NULL) = (file IS NULL)),
    CHECK ((finished_at IS NULL) = (file_sha256 IS NULL))
);
CREATE UNIQUE INDEX one_chain_check_at_a_time ON chain_check ((true)) WHERE finished_at IS NULL;
CREATE TABLE chain_head (
    "check" integer NOT NULL REFERENCES chain_check(id),
    dossier uuid NOT NULL,
    number text NOT NULL,
    territory text NOT NULL,
    seq integer NOT NULL,
    head text NOT NULL,
    PRIMARY KEY ("check", dossier)
);
CREATE TABLE chain_break (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "check" integer NOT NULL REFERENCES chain_check(id),
    what text NOT NULL,
    dossier text,
    seq integer,
    territory text,
    detail text
);
CREATE INDEX ix_chain_break_check ON chain_break ("check", id);
GRANT SELECT, INSERT, UPDATE ON chain_check TO hoso_app;
GRANT SELECT, INSERT, DELETE ON chain_head, chain_break TO hoso_app;
"""

AUDIENCES = """
ALTER TABLE notice DROP CONSTRAINT notice_audience_check;
ALTER TABLE notice ADD CONSTRAINT notice_audience_check
    CHECK (audience IN ('agency','head','supervisor','administrator'));
"""

# Expired tokens and old answers may be deleted since the first revision.
RETENTION = """
GRANT DELETE ON job, notice, delivery, delivery_attempt TO hoso_app;
CREATE INDEX ix_job_done ON job (done_at) WHERE state = 'done';
CREATE INDEX ix_notice_created ON notice (created_at);
"""


def upgrade() -> None:
    """Adds the tables, the audience and the rights."""
    for part in (REPORTS, WALL, CHECKS, AUDIENCES, RETENTION):
        op.execute(part)
