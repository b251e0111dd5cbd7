"""How long a rest is usual in a stage is counted off by weeks, not by dossiers, of which a country has hundreds of thousands."""

from alembic import op

revision = "0025"
down_revision = "0024"

# A week begins on Monday, in UTC, for the same everywhere. What is kept was kept without it, and is found anew.
COUNTS = """
CREATE FUNCTION week_of(moment timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS
    $$ SELECT date_trunc('week', moment AT TIME ZONE 'UTC')::date $$;
CREATE TABLE resting (
    stage text NOT NULL,
    week date NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (stage, week)
);
GRANT SELECT, INSERT, UPDATE ON resting TO hoso_app;
GRANT EXECUTE ON FUNCTION week_of(timestamptz) TO hoso_app;
ALTER TABLE resting ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_the_system ON resting USING ((SELECT current_setting('hoso.dossiers', true)) = '*');
DELETE FROM finding_count;
DELETE FROM finding;
DELETE FROM standing;
DELETE FROM finding_stale;
INSERT INTO finding_stale (dossier) SELECT id FROM dossier WHERE stage <> 'closed';
ALTER TABLE standing ADD COLUMN changed_in date NOT NULL;
"""

# Open dossiers of a stage by weeks: those counted, less those marked since as they stood, and these as they are. Within the week in
# which the tenth of them changed last, it is counted off in an index.
USUAL = """
CREATE OR REPLACE FUNCTION usual_rest(fewest integer) RETURNS TABLE (stage text, since timestamptz) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH marked AS MATERIALIZED (SELECT DISTINCT dossier FROM finding_stale),
    told (stage, week, number) AS (
        SELECT stage, week, number FROM resting
        UNION ALL SELECT s.stage, s.changed_in, -1 FROM marked JOIN standing s USING (dossier)
        UNION ALL SELECT d.stage, week_of(d.changed_at), 1 FROM marked JOIN dossier d ON d.id = marked.dossier WHERE d.stage <> 'closed'
    ),
    weeks AS (SELECT told.stage, week, sum(number)::integer AS number FROM told GROUP BY 1, 2),
    summed AS (SELECT weeks.stage, week, number, sum(number) OVER (PARTITION BY weeks.stage) AS of_stage,
        sum(number) OVER (PARTITION BY weeks.stage ORDER BY week) - number AS before FROM weeks)
    SELECT summed.stage, tenth.changed_at
    FROM summed CROSS JOIN LATERAL (SELECT d.changed_at FROM dossier d WHERE d.stage = summed.stage AND d.stage <> 'closed'
            AND d.changed_at >= summed.week::timestamp AT TIME ZONE 'UTC'
            AND d.changed_at < (summed.week + 7)::timestamp AT TIME ZONE 'UTC'
            ORDER BY d.changed_at OFFSET of_stage / 10 - before LIMIT 1) tenth
    WHERE of_stage >= fewest AND of_stage / 10 >= before AND of_stage / 10 < before + number
$$;
"""


def upgrade() -> None:
    """Counts open dossiers by stage and week, marks all of them to be looked at, and has the function read these counts."""
    for part in (COUNTS, USUAL):
        op.execute(part)
