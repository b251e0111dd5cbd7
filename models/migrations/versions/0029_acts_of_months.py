"""The acts of a month are found in an index, month by month: asked of many at once, the planner read every act there is."""

from alembic import op

revision = "0029"
down_revision = "0028"

# `OFFSET 0` keeps what it ends from being joined in another way.
ACTS = """
CREATE OR REPLACE FUNCTION acts_of_months(months date[], agencies text[]) RETURNS TABLE (
        month date, agency text, stage text, what text, at date, days real, event uuid, dossier uuid, rule text)
    LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH acts AS MATERIALIZED (
        SELECT asked.month, e.id, e.dossier, e.seq, e.agency, e.action, e.stage_before, e.stage_after, e.occurred_at
        FROM unnest(months, agencies) asked (month, agency) CROSS JOIN LATERAL (SELECT * FROM event
            WHERE event.agency = asked.agency AND event.occurred_at >= midnight_of(asked.month)
            AND event.occurred_at < midnight_of((asked.month + interval '1 month')::date) OFFSET 0) e
        WHERE e.voids IS NULL AND NOT EXISTS (SELECT FROM event later WHERE later.voids = e.id)
    ), met AS MATERIALIZED (
        SELECT acts.month, acts.agency, acts.stage_before, acts.id, acts.dossier, l.rule, l.late_days, l.due, l.ended_at
        FROM acts CROSS JOIN LATERAL (SELECT * FROM time_limit WHERE ended_by = acts.id AND kind = 'duty' AND "end" = 'done' OFFSET 0) l
        WHERE acts.stage_before IS NOT NULL AND l.dossier = acts.dossier
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
"""


def upgrade() -> None:
    """Has the function ask the index of acts by agency and time."""
    op.execute(ACTS)
