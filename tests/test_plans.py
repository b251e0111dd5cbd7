"""The statements of everyday work find their rows in indexes, in a country of dossiers: none reads a large table from end to end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import md5
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine, event, text

from api.dossier_list import Filters, Wanted, conditions_of, found_of, lines_of, page_of
from api.notices import NoticeFilters, inbox_of
from flows.agenda import tasks
from flows.engine import Actor
from flows.findings import AT_ONCE, ORDERS, counted
from flows.overview import latest, overview, places
from flows.performance import last_months, performance, shares, stage_times, trend
from flows.standstill import Narrowed, stuck
from flows.sweep import sweep
from models import clock, postgres
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests import country
from tests.cluster import new_database, superuser
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import rows

LARGE = {
    "dossier", "dossier_agency", "person", "event", "event_facts", "time_limit", "document", "before_act", "finding",
    "dossier_words", "notice",
}  # fmt: skip
"""Not `standing` and `month_figure`: of a country that small a server rather reads them whole where all of it is asked for."""
DOSSIERS = 8_000


def _who(agency: str, role: str) -> Actor:
    return Actor(UUID(md5(agency.encode()).hexdigest()), agency, role)  # noqa: S324 - as the country makes accounts


OFFICER, WATCHER = _who(country.COMMUNE, "officer"), _who(country.COUNTRY, "supervisor")


@pytest.fixture(scope="module")
def filled(cluster: Settings, template: str) -> Iterator[Engine]:
    """A country in which tables are large enough that reading them whole would cost."""
    with new_database(cluster, template) as settings:
        engine = open_store(postgres.app_url(settings))
        for _ in country.fill(settings, engine, DOSSIERS):
            pass
        database = postgres.owner_url(settings).database
        assert database
        with superuser(settings, database) as connection:
            connection.execute(_TOLD, {"agency": country.COMMUNE, "now": country.NOW})
            connection.execute("ANALYZE notice")
            connection.execute(_MARKED)
        with clock.at(country.NOW):
            yield engine
        engine.dispose()


_TOLD = """INSERT INTO notice (id, agency, audience, kind, key, facts, created_at, read_at)
    SELECT gen_random_uuid(), %(agency)s, 'agency', 'arrived', n::text, '{}', %(now)s, %(now)s FROM generate_series(1, 5000) n"""


# What acts of many agencies in many months would mark.
_MARKED = """CREATE FUNCTION mark_months(most integer) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO month_stale (month, agency) SELECT month, agency FROM month_figure GROUP BY 1, 2 ORDER BY sum(passed_on) DESC, 1, 2 LIMIT most
$$"""


@contextmanager
def read_whole(engine: Engine) -> Iterator[tuple[list[str], dict[str, str]]]:
    """All statements; and large tables that are read from end to end, with the first statement that does.

    By its plan, asked on its own connection right after it, or by the scans that its session counts, which tell of functions and
    triggers too.
    """
    statements: list[str] = []
    found: dict[str, str] = {}

    def scans(connection: Any) -> dict[str, int]:
        return dict(connection.connection.driver_connection.execute(_SCANS, [list(LARGE)]).fetchall())

    def before(
        connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        context.scans = scans(connection)

    def after(
        connection: Any, _cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        read = {name for name, number in scans(connection).items() if number > context.scans.get(name, 0)}
        begun = statement.lstrip().partition(" ")[0].partition("\n")[0].upper()
        if begun in {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}:
            raw: psycopg.Connection[Any] = connection.connection.driver_connection
            told = raw.execute(
                f"EXPLAIN (FORMAT JSON) {statement}", parameters[0] if many else parameters
            ).fetchone()
            assert told
            statements.append(statement)
            read |= set(_scanned(told[0][0]["Plan"]))
        for name in read:
            found.setdefault(name, statement)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield statements, found
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)


# What a session has not told the server's statistics yet, perhaps of several transactions.
_SCANS = "SELECT relname, seq_scan FROM pg_stat_xact_user_tables WHERE relname = ANY (%s)"


def _scanned(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in LARGE:
        yield plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from _scanned(below)


def _read(
    work: Callable[..., object], who: Actor, *asked: object, **named: object
) -> Callable[[Engine], object]:
    def read(engine: Engine) -> object:
        with counted(engine, who.scope, country.NOW) as connection:
            return work(connection, who, *asked, **named)

    return read


def _dossier(engine: Engine) -> object:
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        dossier = country.dossier(connection)
    return lines_of(engine, OFFICER, [dossier])


def _acts(engine: Engine) -> object:
    return Road(engine, now=country.NOW + timedelta(days=900)).to("decide")


def _months(engine: Engine) -> object:
    """As many months counted again as at once, which everybody who looks has counted first."""
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        connection.execute(text("SELECT mark_months(:most)"), {"most": AT_ONCE})
        number = connection.execute(text("SELECT count_stale_months(:most)"), {"most": AT_ONCE}).scalar_one()
    assert number == AT_ONCE
    return number


NOWHERE, YEAR = Narrowed(), last_months(country.NOW)
WAYS: dict[str, Callable[[Engine], object]] = {
    "a dossier's line": _dossier,
    "an officer's work": _read(tasks, OFFICER, country.NOW, NOWHERE),
    "a list of dossiers": lambda engine: page_of(engine, OFFICER, conditions_of(Filters()), Filters()),
    "a person's name": lambda engine: found_of(engine, OFFICER, Wanted(name="Nguyễn Văn A")),
    "a name in the whole country": lambda engine: found_of(engine, WATCHER, Wanted(name="Nguyễn Văn A")),
    "an inbox": lambda engine: inbox_of(engine, OFFICER, NoticeFilters(), "vi"),
    "acts": _acts,
    "a sweep": lambda engine: sweep(engine, at_most=50),
    "the country's work": _read(tasks, WATCHER, country.NOW, NOWHERE),
    "dossiers with a cause": _read(tasks, WATCHER, country.NOW, Narrowed(cause="overdue")),
    "the overview": _read(overview, WATCHER, country.NOW, NOWHERE),
    "the agencies with most late dossiers": _read(latest, WATCHER, NOWHERE, 0, 50),
    "places": _read(places, WATCHER, country.NOW, NOWHERE, at_most=50),
    "twelve months": _read(trend, WATCHER, country.NOW, NOWHERE, YEAR),
    "times": _read(stage_times, WATCHER, NOWHERE, YEAR),
    "performance": _read(performance, WATCHER, NOWHERE, YEAR, at_most=50),
    "months counted again": _months,
    "shares": _read(shares, WATCHER, NOWHERE, YEAR, 12),
} | {
    f"what stands still, by {order}": _read(stuck, WATCHER, country.NOW, NOWHERE, order=order)
    for order in ORDERS
}


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS)
def test_no_statement_reads_a_large_table_from_end_to_end(filled: Engine, way: str) -> None:
    with read_whole(filled) as (statements, found):
        WAYS[way](filled)
    assert statements
    assert not found, "\n\n".join(f"{table}: {statement}" for table, statement in found.items())


@pytest.mark.long
def test_a_table_read_from_end_to_end_would_be_seen_also_within_a_function(filled: Engine) -> None:
    with read_whole(filled) as (_, found):
        rows(filled, "SELECT count(*) FROM event WHERE facts_digest = 'x'")
        rows(filled, "SELECT * FROM ts_stat('SELECT to_tsvector(rule) FROM time_limit WHERE late_days > 9')")
    assert sorted(found) == ["event", "time_limit"]
