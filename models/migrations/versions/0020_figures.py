"""What the board reads: open dossiers and their running limits by who looks after them, in indexes alone, and doubtful data."""

from alembic import op

revision = "0020"
down_revision = "0019"

# Everything the board counts stands in these indexes, which closed dossiers are not in.
RUNNING = """l.ended_at IS NULL AND l.kind IN ('duty','bar') AND l.opens IS NULL
        AND coalesce(l.explanation ->> 'suspended', 'false') <> 'true'"""
INDEXES = f"""
DROP INDEX ix_dossier_open;
CREATE INDEX ix_dossier_open ON dossier (holder, stage) INCLUDE (id, number, book, opened_on, changed_at)
    WHERE stage <> 'closed';
CREATE INDEX ix_dossier_rest ON dossier (stage, changed_at) WHERE stage <> 'closed';
CREATE INDEX ix_dossier_gone ON dossier (id)
    WHERE stage <> 'closed' AND acts ?| ARRAY['escape','record_evasion','record_absence'];
CREATE INDEX ix_dossier_without_ground ON dossier (id) WHERE stage <> 'closed' AND acts ? 'place_pending'
    AND (acts ? 'terminate' OR (facts ->> 'outcome' = 'refuse' AND acts ? 'decide'));
CREATE INDEX ix_time_limit_running ON time_limit (dossier)
    INCLUDE (kind, book, rule, stands_for, starts_at, due, last_day)
    WHERE {RUNNING.replace("l.", "")};
CREATE INDEX ix_dossier_hearing ON dossier ((facts ->> 'session_at')) WHERE stage <> 'closed' AND acts ? 'open_session';
CREATE INDEX ix_event_return ON event (dossier) INCLUDE (id, action, occurred_at) WHERE starts_with(action, 'return_');
"""

# Whoever looks after a dossier is told of it here: the agency that holds it, and who watches over that agency's territory.
# The views stand outside the policies of their tables, which would be asked for every row, and have a wall of their own that
# is built once a query: no dossier is seen here that those policies hide, for its holder always takes part in it.
WALL = """((SELECT current_setting('hoso.dossiers', true)) = '*' OR (SELECT current_setting('hoso.territory', true)) = 'vn'
    OR holder IN (SELECT code FROM agency WHERE code = ANY (string_to_array((SELECT current_setting('hoso.dossiers', true)), ','))
            OR ((SELECT current_setting('hoso.territory', true)) <> '' AND (
                territory = (SELECT current_setting('hoso.territory', true))
                OR starts_with(territory, (SELECT current_setting('hoso.territory', true)) || '/')))))"""
VIEWS = f"""
CREATE VIEW looked_after WITH (security_barrier) AS
    SELECT id, number, book, stage, holder, opened_on, changed_at FROM dossier WHERE stage <> 'closed' AND {WALL};
CREATE VIEW running_limit WITH (security_barrier) AS
    SELECT d.id, d.number, d.stage, d.holder, d.book AS present_book, l.kind, l.book, l.rule,
        coalesce(l.stands_for, l.rule) AS place, l.starts_at, l.due, l.last_day
    FROM time_limit l JOIN dossier d ON d.id = l.dossier
    WHERE {RUNNING} AND d.stage <> 'closed' AND {WALL};
CREATE VIEW hearing WITH (security_barrier) AS
    SELECT id, number, stage, holder, facts ->> 'session_at' AS session_at, acts ? 'hold_session' AS held
    FROM dossier WHERE stage <> 'closed' AND acts ? 'open_session' AND ({WALL} OR EXISTS (SELECT FROM dossier_agency part
        WHERE part.dossier = id AND part.agency = ANY (string_to_array((SELECT current_setting('hoso.dossiers', true)), ','))));
GRANT SELECT ON looked_after, running_limit, hearing TO hoso_app;
"""  # noqa: S608 - conditions from above

# How long nine in ten dossiers of a stage have rested at most says something of the whole country, and of nobody.
USUAL = """
CREATE FUNCTION usual_rest(fewest integer) RETURNS TABLE (stage text, since timestamptz) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT counted.stage, tenth.changed_at
    FROM (SELECT d.stage, count(*) AS number FROM dossier d WHERE d.stage <> 'closed' GROUP BY d.stage) counted
        CROSS JOIN LATERAL (SELECT d.changed_at FROM dossier d WHERE d.stage = counted.stage AND d.stage <> 'closed'
            ORDER BY d.changed_at OFFSET counted.number / 10 LIMIT 1) tenth
    WHERE counted.number >= fewest
$$;
REVOKE ALL ON FUNCTION usual_rest(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usual_rest(integer) TO hoso_app;
"""

# A dossier whose last event does not fit its row, or whose person was under 18 when it was opened: which of them is wrong
# the law says, when it is asked. Looked for when the transaction that changed something ends, for then all its rows stand.
DOUBTS = """
CREATE TABLE doubt (
    dossier uuid PRIMARY KEY REFERENCES dossier(id),
    chain_broken boolean NOT NULL,
    age integer
);
GRANT SELECT ON doubt TO hoso_app;
CREATE FUNCTION look_at(looked_at uuid) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE broken boolean; years integer;
BEGIN
    SELECT last.digest IS DISTINCT FROM d.head OR last.stage_after IS DISTINCT FROM d.stage,
        extract(year FROM d.opened_on) - extract(year FROM b.latest)
            - (to_char(d.opened_on, 'MMDD') < to_char(b.latest, 'MMDD'))::int
    INTO broken, years
    FROM dossier d JOIN person p ON p.id = d.person
        LEFT JOIN LATERAL (SELECT e.digest, e.stage_after FROM event e WHERE e.dossier = d.id ORDER BY e.seq DESC LIMIT 1)
            last ON true
        CROSS JOIN LATERAL (SELECT p.data ->> 'birth_date' AS birth) said
        CROSS JOIN LATERAL (SELECT CASE length(said.birth)
            WHEN 10 THEN said.birth::date
            WHEN 7 THEN ((said.birth || '-01')::date + interval '1 month' - interval '1 day')::date
            WHEN 4 THEN (said.birth || '-12-31')::date END AS latest) b
    WHERE d.id = looked_at;
    IF broken OR years < 18 THEN
        INSERT INTO doubt VALUES (looked_at, broken, years)
            ON CONFLICT (dossier) DO UPDATE SET chain_broken = excluded.chain_broken, age = excluded.age;
    ELSIF EXISTS (SELECT FROM doubt WHERE dossier = looked_at) THEN
        DELETE FROM doubt WHERE dossier = looked_at;
    END IF;
END $$;
CREATE FUNCTION keep_doubts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'person' THEN
        PERFORM look_at(id) FROM dossier WHERE person = NEW.id;
    ELSIF TG_TABLE_NAME = 'event' THEN
        PERFORM look_at(NEW.dossier);
    ELSE
        PERFORM look_at(NEW.id);
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION keep_doubts(), look_at(uuid) FROM PUBLIC;
CREATE CONSTRAINT TRIGGER dossier_is_doubted AFTER UPDATE OF head, stage, person, opened_on ON dossier
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_doubts();
CREATE CONSTRAINT TRIGGER event_is_doubted AFTER INSERT ON event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_doubts();
CREATE CONSTRAINT TRIGGER person_is_doubted AFTER UPDATE OF data ON person
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_doubts();
SELECT look_at(id) FROM dossier;
"""
SEES = """(
    current_setting('hoso.dossiers', true) = '*' OR current_setting('hoso.territory', true) = 'vn' OR EXISTS (
        SELECT FROM dossier_agency seen WHERE seen.dossier = doubt.dossier
        AND seen.agency = ANY (string_to_array(current_setting('hoso.dossiers', true), ',')) OFFSET 0)
    OR (current_setting('hoso.territory', true) <> '' AND EXISTS (
        SELECT FROM dossier_agency seen JOIN agency of ON of.code = seen.agency WHERE seen.dossier = doubt.dossier
        AND (of.territory = current_setting('hoso.territory', true)
            OR starts_with(of.territory, current_setting('hoso.territory', true) || '/')) OFFSET 0))
)"""

# What an agency did in a month of Vietnam's calendar, so that a year is read in a moment. The figures of a month and agency
# follow from the acts that happened then; whatever changes among those marks them stale, and whoever reads them has the stale
# ones counted anew first. A duty that an act met late was overdue at the end of each month since it was due: `overdue` names these months.
FIGURES = """
CREATE TABLE month_figure (
    month date NOT NULL,
    agency text NOT NULL REFERENCES agency(code),
    stage text NOT NULL,
    opened integer NOT NULL,
    decided integer NOT NULL,
    closed integer NOT NULL,
    returned integer NOT NULL,
    supplemented integer NOT NULL,
    passed_on integer NOT NULL,
    on_time integer NOT NULL,
    late integer NOT NULL,
    days real[],
    overdue date[],
    PRIMARY KEY (month, agency, stage)
);
CREATE TABLE month_stale (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    month date NOT NULL,
    agency text NOT NULL
);
GRANT SELECT ON month_figure TO hoso_app;
CREATE INDEX ix_event_agency ON event (agency, occurred_at);
CREATE FUNCTION month_of(moment timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS
    $$ SELECT date_trunc('month', moment AT TIME ZONE 'Asia/Ho_Chi_Minh')::date $$;
CREATE FUNCTION midnight_of(day date) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
    $$ SELECT day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' $$;
CREATE FUNCTION acts_of_months(months date[], agencies text[]) RETURNS TABLE (
        month date, agency text, stage text, what text, at date, days real, event uuid, dossier uuid, rule text)
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH acts AS MATERIALIZED (
        SELECT asked.month, e.* FROM unnest(months, agencies) asked (month, agency) JOIN event e ON e.agency = asked.agency
            AND e.occurred_at >= midnight_of(asked.month)
            AND e.occurred_at < midnight_of((asked.month + interval '1 month')::date)
        WHERE e.voids IS NULL AND NOT EXISTS (SELECT FROM event later WHERE later.voids = e.id)
    ), met AS MATERIALIZED (
        SELECT acts.month, acts.agency, acts.stage_before, acts.id, acts.dossier, l.rule, l.late_days, l.due, l.ended_at
        FROM acts JOIN time_limit l ON l.dossier = acts.dossier AND l.ended_by = acts.id
        WHERE l.kind = 'duty' AND l."end" = 'done' AND acts.stage_before IS NOT NULL
    )
    SELECT acts.month, acts.agency, coalesce(acts.stage_before, acts.stage_after), told.what, acts.month, NULL::real,
        acts.id, acts.dossier, NULL
    FROM acts CROSS JOIN LATERAL unnest(ARRAY[
        CASE WHEN acts.stage_before IS NULL THEN 'opened' END,
        CASE WHEN acts.action = 'decide' THEN 'decided' END,
        CASE WHEN acts.action = 'supplement' THEN 'supplemented' END,
        CASE WHEN starts_with(acts.action, 'return_') AND acts.stage_before <> acts.stage_after THEN 'returned' END,
        CASE WHEN acts.stage_before <> 'closed' AND acts.stage_after = 'closed' THEN 'closed' END
    ]) told (what) WHERE told.what IS NOT NULL
    UNION ALL SELECT acts.month, acts.agency, acts.stage_before, 'passed_on', acts.month,
        (extract(epoch FROM acts.occurred_at - came.at) / 86400)::real, acts.id, acts.dossier, NULL
    FROM acts CROSS JOIN LATERAL (SELECT b.occurred_at AS at FROM event b WHERE b.dossier = acts.dossier AND b.seq < acts.seq
            AND b.stage_before IS DISTINCT FROM b.stage_after AND b.voids IS NULL
            AND NOT EXISTS (SELECT FROM event later WHERE later.voids = b.id) ORDER BY b.seq DESC LIMIT 1) came
    WHERE acts.stage_before <> acts.stage_after
    UNION ALL SELECT met.month, met.agency, met.stage_before, CASE WHEN met.late_days IS NULL THEN 'on_time' ELSE 'late' END,
        met.month, NULL, met.id, met.dossier, met.rule FROM met
    UNION ALL SELECT met.month, met.agency, met.stage_before, 'overdue', ended.at::date, NULL, met.id, met.dossier, met.rule
    FROM met CROSS JOIN LATERAL generate_series(month_of(met.due)::timestamp, month_of(met.ended_at)::timestamp - interval '1 day',
        interval '1 month') ended (at) WHERE met.due < met.ended_at AND met.late_days IS NOT NULL
$$;
CREATE FUNCTION count_stale_months() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE months date[]; agencies text[];
BEGIN
    IF NOT EXISTS (SELECT FROM month_stale) THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('month_figure'));
    WITH marked AS (DELETE FROM month_stale RETURNING month, agency)
        SELECT array_agg(one.month), array_agg(one.agency) INTO months, agencies
        FROM (SELECT DISTINCT month, agency FROM marked) one;
    IF months IS NULL THEN
        RETURN 0;
    END IF;
    DELETE FROM month_figure f USING unnest(months, agencies) one (month, agency)
        WHERE f.month = one.month AND f.agency = one.agency;
    INSERT INTO month_figure SELECT month, agency, stage, count(*) FILTER (WHERE what = 'opened'),
            count(*) FILTER (WHERE what = 'decided'), count(*) FILTER (WHERE what = 'closed'),
            count(*) FILTER (WHERE what = 'returned'), count(*) FILTER (WHERE what = 'supplemented'),
            count(*) FILTER (WHERE what = 'passed_on'), count(*) FILTER (WHERE what = 'on_time'),
            count(*) FILTER (WHERE what = 'late'), array_agg(days) FILTER (WHERE days IS NOT NULL),
            array_agg(at) FILTER (WHERE what = 'overdue')
        FROM acts_of_months(months, agencies) GROUP BY 1, 2, 3;
    RETURN cardinality(months);
END $$;
CREATE FUNCTION mark_acts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO month_stale (month, agency)
        SELECT month_of(occurred_at), agency FROM written
        UNION SELECT month_of(e.occurred_at), e.agency FROM written JOIN event e ON e.id = written.voids;
    RETURN NULL;
END $$;
CREATE TRIGGER acts_make_months_stale AFTER INSERT ON event REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION mark_acts();
CREATE FUNCTION mark_limits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO month_stale (month, agency)
        SELECT DISTINCT month_of(e.occurred_at), e.agency FROM event e WHERE e.id IN (OLD.ended_by, NEW.ended_by);
    RETURN NULL;
END $$;
CREATE TRIGGER limits_make_months_stale AFTER UPDATE OF ended_by, "end", late_days, due, ended_at ON time_limit FOR EACH ROW
    WHEN ((OLD.ended_by, OLD."end", OLD.late_days, OLD.due, OLD.ended_at)
        IS DISTINCT FROM (NEW.ended_by, NEW."end", NEW.late_days, NEW.due, NEW.ended_at)
        AND (OLD.ended_by IS NOT NULL OR NEW.ended_by IS NOT NULL))
    EXECUTE FUNCTION mark_limits();
REVOKE ALL ON FUNCTION acts_of_months(date[], text[]), count_stale_months(), mark_acts(), mark_limits() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_stale_months(), acts_of_months(date[], text[]), month_of(timestamptz), midnight_of(date)
    TO hoso_app;
INSERT INTO month_stale (month, agency) SELECT DISTINCT month_of(occurred_at), agency FROM event;
SELECT count_stale_months();
ALTER TABLE month_figure ENABLE ROW LEVEL SECURITY;
ALTER TABLE month_stale ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_nobody ON month_stale USING (false);
"""
OWN = WALL.replace("holder IN", "agency IN")


def upgrade() -> None:
    """Adds indexes, views, a function and a table, with its wall."""
    for part in (INDEXES, VIEWS, USUAL, DOUBTS, FIGURES):
        op.execute(part)
    op.execute(f"CREATE POLICY own_agencies ON month_figure FOR SELECT USING ({OWN})")
    op.execute("ALTER TABLE doubt ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_dossiers ON doubt USING ({SEES}) WITH CHECK (false)")
