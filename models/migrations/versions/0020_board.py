"""What the board reads: open dossiers and their running limits by who looks after them, in indexes alone, and doubtful data."""

from alembic import op

revision = "0020"
down_revision = "0018"

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
    INCLUDE (id, kind, book, rule, stands_for, starts_at, due, last_day)
    WHERE {RUNNING.replace("l.", "")};
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
    SELECT l.id, l.dossier, l.kind, l.book, l.rule, coalesce(l.stands_for, l.rule) AS place, l.starts_at, l.due, l.last_day,
        d.number, d.book AS present_book, d.stage, d.holder
    FROM time_limit l JOIN dossier d ON d.id = l.dossier
    WHERE {RUNNING} AND d.stage <> 'closed' AND {WALL};
GRANT SELECT ON looked_after, running_limit TO hoso_app;
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
CREATE FUNCTION doubts_about(looked_at uuid[]) RETURNS TABLE (dossier uuid, chain_broken boolean, age integer)
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT d.id, last.digest IS DISTINCT FROM d.head OR last.stage_after IS DISTINCT FROM d.stage,
        (extract(year FROM d.opened_on) - extract(year FROM b.latest)
            - (to_char(d.opened_on, 'MMDD') < to_char(b.latest, 'MMDD'))::int)::int
    FROM dossier d JOIN person p ON p.id = d.person
        LEFT JOIN LATERAL (SELECT e.digest, e.stage_after FROM event e WHERE e.dossier = d.id ORDER BY e.seq DESC LIMIT 1)
            last ON true
        CROSS JOIN LATERAL (SELECT p.data ->> 'birth_date' AS birth) said
        CROSS JOIN LATERAL (SELECT CASE length(said.birth)
            WHEN 10 THEN said.birth::date
            WHEN 7 THEN ((said.birth || '-01')::date + interval '1 month' - interval '1 day')::date
            WHEN 4 THEN (said.birth || '-12-31')::date END AS latest) b
    WHERE d.id = ANY (looked_at)
$$;
CREATE FUNCTION keep_doubts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE looked_at uuid[];
BEGIN
    IF TG_TABLE_NAME = 'person' THEN
        looked_at := ARRAY(SELECT id FROM dossier WHERE person = NEW.id);
    ELSIF TG_TABLE_NAME = 'event' THEN
        looked_at := ARRAY[NEW.dossier];
    ELSE
        looked_at := ARRAY[NEW.id];
    END IF;
    INSERT INTO doubt SELECT found.* FROM doubts_about(looked_at) found WHERE found.chain_broken OR found.age < 18
        ON CONFLICT (dossier) DO UPDATE SET chain_broken = excluded.chain_broken, age = excluded.age;
    DELETE FROM doubt WHERE doubt.dossier = ANY (looked_at) AND doubt.dossier NOT IN (
        SELECT found.dossier FROM doubts_about(looked_at) found WHERE found.chain_broken OR found.age < 18);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION keep_doubts(), doubts_about(uuid[]) FROM PUBLIC;
CREATE CONSTRAINT TRIGGER dossier_is_doubted AFTER INSERT OR UPDATE OF head, stage, person, opened_on ON dossier
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_doubts();
CREATE CONSTRAINT TRIGGER event_is_doubted AFTER INSERT ON event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_doubts();
CREATE CONSTRAINT TRIGGER person_is_doubted AFTER UPDATE OF data ON person
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_doubts();
INSERT INTO doubt SELECT found.* FROM doubts_about(ARRAY(SELECT id FROM dossier)) found
    WHERE found.chain_broken OR found.age < 18;
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


def upgrade() -> None:
    """Adds indexes, views, a function and a table, with its wall."""
    for part in (INDEXES, VIEWS, USUAL, DOUBTS):
        op.execute(part)
    op.execute("ALTER TABLE doubt ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_dossiers ON doubt USING ({SEES}) WITH CHECK (false)")
