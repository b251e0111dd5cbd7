"""How long a sweep takes with a thousand limits due among a hundred thousand open ones; among a country's, `bench_size` asks."""

from collections.abc import Iterator
from time import perf_counter

import orjson
from sqlalchemy import Engine, text

from flows.sweep import due, sweep
from models import clock
from models.store import SYSTEM, Scope, unit_of_work
from tests.bench_ground import Ground
from tests.bench_measure import Line
from tests.flows.rows import ACCOUNT, PARTIES

WHY = (
    "A sweep writes about three notices a limit, looks whether a person must be released, and commits each five hundred; nearly "
    "all of it is PostgreSQL's time (profile below). A faster core and disk would help, or several sweeps at once, which leave "
    "each other's limits alone."
)
"""Told of a sweep that takes longer than its goal."""
DUE = 1_000
SIZE = 100_000
_RULES = 10
"""Open limits of a dossier; a dossier has one of a rule."""
_SCOPE = Scope(SYSTEM)

# As acts would leave them, in seconds: dossiers with one event, each with ten limits that end in a month.
_FILL = """
    WITH numbers AS (SELECT n FROM generate_series(CAST(:first AS integer), CAST(:last AS integer)) n), people AS (
        INSERT INTO person (id, data, name_key, recorded_at)
        SELECT md5('person' || n)::uuid, '{"name": "Nguyễn Văn A"}', 'nguyen van a', :now FROM numbers
    ), dossiers AS (
        INSERT INTO dossier (id, number, person, book, stage, holder, version, opened_on, facts, acts, parties, head,
            recorded_at, changed_at)
        SELECT md5('dossier' || n)::uuid, 'BENCH-' || n, md5('person' || n)::uuid, '2026', 'police_collection', 'camd', 1,
            '2026-09-07', '{}', '{}', CAST(:parties AS jsonb), '-', :now, :now FROM numbers
    ), events AS (
        INSERT INTO event (id, dossier, seq, action, agency, account, stage_before, stage_after, occurred_at, recorded_at,
            facts_digest, previous, digest)
        SELECT md5('event' || n)::uuid, md5('dossier' || n)::uuid, 1, 'open', 'camd', CAST(:account AS uuid),
            NULL, 'police_collection', :now, :now, '-', '-', '-' FROM numbers
    ) INSERT INTO time_limit (id, dossier, book, rule, kind, started_by, starts_at, due, last_day, ledger, explanation)
        SELECT gen_random_uuid(), md5('dossier' || n)::uuid, '2026', 'bench-' || rule, 'duty', md5('event' || n)::uuid,
            CAST(:now AS timestamptz) - interval '1 day', CAST(:now AS timestamptz) + interval '30 days',
            current_date + 30, '[]', '{"suspended": false}'
        FROM numbers CROSS JOIN generate_series(1, CAST(:rules AS integer)) rule
"""
_BECOME_DUE = """
    UPDATE time_limit SET starts_at = CAST(:now AS timestamptz) - interval '3 days',
        due = CAST(:now AS timestamptz) - make_interval(mins => CAST(:ago AS integer))
    WHERE id IN (SELECT id FROM time_limit WHERE next_rung_at > :now ORDER BY md5(id::text) LIMIT :due)
"""


def measured(ground: Ground, *, rounds: int = 3) -> Iterator[Line]:
    """Seconds a sweep."""
    engine = ground.engine
    task = ground.progress.add_task("quét · sweep", total=1 + rounds)
    values = []
    fill(engine, 1, SIZE // _RULES)
    ground.progress.advance(task)
    sweep(engine)
    for ago in range(1, rounds + 1):
        make_due(engine, DUE, ago)
        assert due(engine) == DUE, "each round has as much to do"
        start = perf_counter()
        swept = sweep(engine)
        values.append(perf_counter() - start)
        assert (swept.limits, swept.whole) == (DUE, True)
        ground.progress.advance(task)
    yield f"quét {DUE:,} trong {SIZE:,} · sweep", values, "s", "< 2", f"{swept.notices:,} notices"


def fill(engine: Engine, first: int, last: int) -> None:
    """Dossiers with these numbers, each with open limits none of which is due."""
    _run(engine, _FILL, first=first, last=last, rules=_RULES, now=clock.now(), account=str(ACCOUNT),
         parties=_json(PARTIES))  # fmt: skip
    _run(engine, "ANALYZE time_limit, dossier")


def make_due(engine: Engine, limits: int, ago: int) -> None:
    """So many limits, so many minutes ago."""
    _run(engine, _BECOME_DUE, now=clock.now(), due=limits, ago=ago)


def _run(engine: Engine, statement: str, **values: object) -> None:
    with unit_of_work(engine, _SCOPE) as connection:
        connection.execute(text(statement), values)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
