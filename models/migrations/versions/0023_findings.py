"""What stands in dossiers' ways, kept until something turns it, and counted; the country's figures by month, added up."""

from alembic import op

revision = "0023"
down_revision = "0022"

# How an open dossier stands from one moment until another, unless a row of it changes; what was found in it then; and how many
# dossiers that is, by who holds them: holder '' is the whole country. Whatever may turn it otherwise leaves a mark.
TABLES = """
CREATE TABLE standing (
    dossier uuid PRIMARY KEY,
    holder text NOT NULL,
    stage text NOT NULL,
    number text COLLATE "C" NOT NULL,
    urgency text COLLATE "C" NOT NULL,
    this_week boolean NOT NULL,
    next_due timestamptz,
    last_day date,
    rule_book text,
    rule text,
    place text,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL
);
CREATE INDEX ix_standing_until ON standing (until);
CREATE INDEX ix_standing_since ON standing (since);
CREATE INDEX ix_standing_urgency ON standing (urgency);
CREATE INDEX ix_standing_number ON standing (number);
CREATE INDEX ix_standing_holder ON standing (holder);
CREATE TABLE finding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dossier uuid NOT NULL,
    holder text NOT NULL,
    stage text NOT NULL,
    book text NOT NULL,
    number text NOT NULL,
    cause text NOT NULL,
    since timestamptz NOT NULL,
    severity text NOT NULL,
    place text,
    rule_book text,
    detail text,
    by_number text COLLATE "C" NOT NULL,
    by_severity text COLLATE "C" NOT NULL,
    by_since text COLLATE "C" NOT NULL
);
CREATE INDEX ix_finding_dossier ON finding (dossier);
CREATE INDEX ix_finding_holder ON finding (holder);
CREATE INDEX ix_finding_cause ON finding (cause, by_number);
CREATE INDEX ix_finding_number ON finding (by_number);
CREATE INDEX ix_finding_severity ON finding (by_severity);
CREATE INDEX ix_finding_since ON finding (by_since);
CREATE TABLE finding_count (
    holder text COLLATE "C" NOT NULL,
    stage text COLLATE "C" NOT NULL,
    cause text NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (holder, stage, cause)
);
CREATE TABLE finding_stale (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dossier uuid NOT NULL
);
CREATE TABLE finding_law (digest text PRIMARY KEY);
GRANT SELECT, INSERT, UPDATE, DELETE ON standing, finding, finding_count, finding_law TO hoso_app;
GRANT SELECT, DELETE ON finding_stale TO hoso_app;
GRANT INSERT (dossier) ON finding_stale TO hoso_app;
"""

# A wall as that of the views of open dossiers, whose territories are found in an index here; only the system writes.
WALL = """((SELECT current_setting('hoso.dossiers', true)) = '*' OR (SELECT current_setting('hoso.territory', true)) = 'vn'
    OR {holder} = ANY (string_to_array((SELECT current_setting('hoso.dossiers', true)), ','))
    OR ((SELECT current_setting('hoso.territory', true)) <> '' AND {holder} IN (SELECT code FROM agency
        WHERE territory COLLATE "C" = (SELECT current_setting('hoso.territory', true))
        OR (territory COLLATE "C" > (SELECT current_setting('hoso.territory', true)) || '/'
            AND territory COLLATE "C" < (SELECT current_setting('hoso.territory', true)) || '0'))))"""  # 0 comes after /
OWN = WALL.format(holder="holder")
RUNNING = """l.ended_at IS NULL AND l.kind IN ('duty','bar') AND l.opens IS NULL
        AND coalesce(l.explanation ->> 'suspended', 'false') <> 'true'"""
VIEWS = f"""
CREATE INDEX ix_agency_within ON agency (territory COLLATE "C") INCLUDE (code);
CREATE OR REPLACE VIEW looked_after WITH (security_barrier) AS
    SELECT id, number, book, stage, holder, opened_on, changed_at FROM dossier WHERE stage <> 'closed' AND {OWN};
CREATE OR REPLACE VIEW running_limit WITH (security_barrier) AS
    SELECT d.id, d.number, d.stage, d.holder, d.book AS present_book, l.kind, l.book, l.rule,
        coalesce(l.stands_for, l.rule) AS place, l.starts_at, l.due, l.last_day
    FROM time_limit l JOIN dossier d ON d.id = l.dossier
    WHERE {RUNNING} AND d.stage <> 'closed' AND {OWN};
CREATE OR REPLACE VIEW hearing WITH (security_barrier) AS
    SELECT id, number, stage, holder, facts ->> 'session_at' AS session_at, acts ? 'hold_session' AS held
    FROM dossier WHERE stage <> 'closed' AND acts ? 'open_session' AND ({OWN} OR EXISTS (SELECT FROM dossier_agency part
        WHERE part.dossier = id AND part.agency = ANY (string_to_array((SELECT current_setting('hoso.dossiers', true)), ','))));
DROP POLICY own_agencies ON month_figure;
ALTER TABLE month_figure ALTER agency TYPE text COLLATE "C", ALTER stage TYPE text COLLATE "C";
CREATE POLICY own_agencies ON month_figure FOR SELECT USING ({WALL.format(holder="agency")});
"""  # noqa: S608 - conditions from above
SYSTEM = "(SELECT current_setting('hoso.dossiers', true)) = '*'"
POLICIES = "".join(
    f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; CREATE POLICY of_the_system ON {table} USING ({SYSTEM});"
    for table in ("standing", "finding", "finding_count", "finding_stale", "finding_law")
) + "".join(
    f"CREATE POLICY own_dossiers ON {table} FOR SELECT USING ({OWN});"
    for table in ("standing", "finding", "finding_count")
)

# One mark is enough for what a transaction does to a dossier in a row.
MARKS = """
CREATE FUNCTION mark_dossier() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE turned uuid;
BEGIN
    IF TG_TABLE_NAME = 'dossier' THEN
        turned := coalesce(NEW.id, OLD.id);
    ELSE
        turned := coalesce(NEW.dossier, OLD.dossier);
    END IF;
    IF current_setting('hoso.marked', true) IS DISTINCT FROM turned::text THEN
        INSERT INTO finding_stale (dossier) VALUES (turned);
        PERFORM set_config('hoso.marked', turned::text, true);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION mark_agency() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO finding_stale (dossier) SELECT id FROM dossier WHERE holder = NEW.code AND stage <> 'closed';
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION mark_dossier(), mark_agency() FROM PUBLIC;
CREATE TRIGGER dossier_turns AFTER INSERT OR UPDATE OR DELETE ON dossier FOR EACH ROW EXECUTE FUNCTION mark_dossier();
CREATE TRIGGER doubt_turns AFTER INSERT OR UPDATE OR DELETE ON doubt FOR EACH ROW EXECUTE FUNCTION mark_dossier();
CREATE TRIGGER event_turns AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION mark_dossier();
CREATE TRIGGER limit_starts AFTER INSERT OR DELETE ON time_limit FOR EACH ROW EXECUTE FUNCTION mark_dossier();
CREATE TRIGGER limit_turns AFTER UPDATE OF book, rule, stands_for, kind, starts_at, due, opens, last_day, ended_at, explanation
    ON time_limit FOR EACH ROW EXECUTE FUNCTION mark_dossier();
CREATE TRIGGER agency_turns AFTER UPDATE OF kind ON agency FOR EACH ROW WHEN (OLD.kind <> NEW.kind)
    EXECUTE FUNCTION mark_agency();
INSERT INTO finding_stale (dossier) SELECT id FROM dossier WHERE stage <> 'closed';
"""

# The number of a stage's open dossiers: those counted, less those marked since as they stood, and these as they are. Columns that
# lists are ordered by have the collation "C"; indexes of other tables serve only for values in their own.
USUAL = """
CREATE OR REPLACE FUNCTION usual_rest(fewest integer) RETURNS TABLE (stage text, since timestamptz) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH marked AS MATERIALIZED (SELECT DISTINCT dossier FROM finding_stale),
    told (stage, number) AS (
        SELECT stage COLLATE "default", number FROM finding_count WHERE holder = '' AND cause = ''
        UNION ALL SELECT s.stage, -1 FROM marked JOIN standing s USING (dossier)
        UNION ALL SELECT d.stage, 1 FROM marked JOIN dossier d ON d.id = marked.dossier WHERE d.stage <> 'closed'
    )
    SELECT counted.stage, tenth.changed_at
    FROM (SELECT told.stage, sum(told.number) AS number FROM told GROUP BY 1) counted
        CROSS JOIN LATERAL (SELECT d.changed_at FROM dossier d WHERE d.stage = counted.stage AND d.stage <> 'closed'
            ORDER BY d.changed_at OFFSET counted.number / 10 LIMIT 1) tenth
    WHERE counted.number >= fewest
$$;
DROP INDEX ix_dossier_rest;
CREATE INDEX ix_dossier_rest ON dossier (stage, changed_at) INCLUDE (id, holder, number, book, opened_on) WHERE stage <> 'closed';
"""

# Over the whole country there are too many lines of agencies to be added up each time: their sums follow each count.
# A stay in a stage is a line of its own by tenths of a day, of which medians are made; `tenths` is -1 for all else.
TOTALS = """
CREATE TABLE month_total (
    what text NOT NULL,
    month date NOT NULL,
    stage text NOT NULL,
    tenths integer NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (what, month, stage, tenths)
);
GRANT SELECT ON month_total TO hoso_app;
ALTER TABLE month_total ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_the_country ON month_total FOR SELECT USING (
    (SELECT current_setting('hoso.dossiers', true)) = '*' OR (SELECT current_setting('hoso.territory', true)) = 'vn');
CREATE FUNCTION add_to_totals(sign integer, months date[], agencies text[]) RETURNS void LANGUAGE sql
    SET search_path = public, pg_temp AS $$
    INSERT INTO month_total AS total (what, month, stage, tenths, number)
    SELECT told.what, told.month, told.stage, told.tenths, sign * sum(told.number)
    FROM unnest(months, agencies) one (month, agency) JOIN month_figure f ON f.month = one.month AND f.agency = one.agency
        CROSS JOIN LATERAL (
            SELECT said.what, f.month, f.stage, -1 AS tenths, said.number
                FROM (VALUES ('opened', f.opened), ('decided', f.decided), ('closed', f.closed)) said (what, number)
            UNION ALL SELECT 'stay', f.month, f.stage, round(day * 10)::integer, 1 FROM unnest(f.days) day
            UNION ALL SELECT 'overdue', at, f.stage, -1, 1 FROM unnest(f.overdue) at
        ) told (what, month, stage, tenths, number)
    WHERE told.number <> 0
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (what, month, stage, tenths) DO UPDATE SET number = total.number + excluded.number
$$;
REVOKE ALL ON FUNCTION add_to_totals(integer, date[], text[]) FROM PUBLIC;
DROP FUNCTION count_stale_months();
CREATE FUNCTION count_stale_months(most integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE months date[]; agencies text[]; marks integer;
BEGIN
    IF NOT EXISTS (SELECT FROM month_stale) THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('month_figure'));
    WITH marked AS (DELETE FROM month_stale WHERE id IN (SELECT id FROM month_stale ORDER BY id LIMIT most) RETURNING month, agency)
        SELECT array_agg(one.month), array_agg(one.agency), sum(one.marks) INTO months, agencies, marks
        FROM (SELECT month, agency, count(*) AS marks FROM marked GROUP BY 1, 2) one;
    IF months IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM add_to_totals(-1, months, agencies);
    DELETE FROM month_figure f USING unnest(months, agencies) one (month, agency)
        WHERE f.month = one.month AND f.agency = one.agency;
    INSERT INTO month_figure SELECT month, agency, stage, count(*) FILTER (WHERE what = 'opened'),
            count(*) FILTER (WHERE what = 'decided'), count(*) FILTER (WHERE what = 'closed'),
            count(*) FILTER (WHERE what = 'returned'), count(*) FILTER (WHERE what = 'supplemented'),
            count(*) FILTER (WHERE what = 'passed_on'), count(*) FILTER (WHERE what = 'on_time'),
            count(*) FILTER (WHERE what = 'late'),
            array_agg(round(days::numeric, 1)::real) FILTER (WHERE days IS NOT NULL),
            array_agg(at) FILTER (WHERE what = 'overdue')
        FROM acts_of_months(months, agencies) GROUP BY 1, 2, 3;
    PERFORM add_to_totals(1, months, agencies);
    RETURN marks;
END $$;
REVOKE ALL ON FUNCTION count_stale_months(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_stale_months(integer) TO hoso_app;
DELETE FROM month_figure;
INSERT INTO month_stale (month, agency) SELECT DISTINCT month_of(occurred_at), agency FROM event;
CREATE INDEX ix_month_figure_agency ON month_figure (agency, stage, month);
CREATE INDEX ix_month_figure_month ON month_figure (month, agency, stage) INCLUDE (on_time, late, returned, supplemented);
"""


def upgrade() -> None:
    """Adds tables with their walls, marks, and sums."""
    for part in (TABLES, VIEWS, POLICIES, MARKS, USUAL, TOTALS):
        op.execute(part)
