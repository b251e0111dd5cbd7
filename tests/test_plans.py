"""The statements of everyday work find their rows in indexes, in a country of dossiers: none reads a large table from end to end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import md5
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine, event

from api.dossier_list import Filters, Wanted, conditions_of, found_of, lines_of, page_of
from flows.agenda import tasks
from flows.engine import Actor
from flows.findings import ORDERS, counted
from flows.overview import latest, overview, places
from flows.performance import last_months, performance, shares, stage_times, trend
from flows.standstill import Narrowed, stuck
from flows.sweep import sweep
from models import clock, postgres
from models.settings import Settings
from models.store import open_store
from tests import country
from tests.cluster import new_database
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import rows

LARGE = {
    "dossier", "dossier_agency", "person", "event", "event_facts", "time_limit", "document", "before_act", "finding",
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
        with clock.at(country.NOW):
            yield engine
        engine.dispose()


@contextmanager
def plans(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Of each statement what the server would do, asked on its own connection right after it."""
    found: list[tuple[str, Any]] = []

    def explain(
        connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        begun = statement.lstrip().partition(" ")[0].partition("\n")[0].upper()
        if begun in {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}:
            raw: psycopg.Connection[Any] = connection.connection.driver_connection
            told = raw.execute(
                f"EXPLAIN (FORMAT JSON) {statement}", parameters[0] if many else parameters
            ).fetchone()
            assert told
            found.append((statement, told[0][0]["Plan"]))

    event.listen(engine, "after_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(engine, "after_cursor_execute", explain)


def read_whole(plan: dict[str, Any]) -> Iterator[str]:
    """Large tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in LARGE:
        yield plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from read_whole(below)


def _read(
    work: Callable[..., object], who: Actor, *asked: object, **named: object
) -> Callable[[Engine], object]:
    def read(engine: Engine) -> object:
        with counted(engine, who.scope, country.NOW) as connection:
            return work(connection, who, *asked, **named)

    return read


def _dossier(engine: Engine) -> object:
    asked = "SELECT id FROM dossier WHERE holder = :agency AND stage <> 'closed' LIMIT 1"
    [row] = rows(engine, asked, agency=country.COMMUNE)
    return lines_of(engine, OFFICER, [row["id"]])


def _acts(engine: Engine) -> object:
    return Road(engine, now=country.NOW + timedelta(days=900)).to("decide")


NOWHERE, YEAR = Narrowed(), last_months(country.NOW)
WAYS: dict[str, Callable[[Engine], object]] = {
    "a dossier's line": _dossier,
    "an officer's work": _read(tasks, OFFICER, country.NOW, NOWHERE),
    "a list of dossiers": lambda engine: page_of(engine, OFFICER, conditions_of(Filters()), Filters()),
    "a person's name": lambda engine: found_of(engine, OFFICER, Wanted(name="Nguyễn Văn A")),
    "a name in the whole country": lambda engine: found_of(engine, WATCHER, Wanted(name="Nguyễn Văn A")),
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
    "shares": _read(shares, WATCHER, NOWHERE, YEAR, 12),
} | {
    f"what stands still, by {order}": _read(stuck, WATCHER, country.NOW, NOWHERE, order=order)
    for order in ORDERS
}


@pytest.mark.long
@pytest.mark.parametrize("way", WAYS)
def test_no_statement_reads_a_large_table_from_end_to_end(filled: Engine, way: str) -> None:
    with plans(filled) as found:
        WAYS[way](filled)
    assert found
    whole = {table: statement for statement, plan in found for table in read_whole(plan)}
    assert not whole, "\n\n".join(f"{table}: {statement}" for table, statement in whole.items())


@pytest.mark.long
def test_a_table_read_from_end_to_end_would_be_seen(filled: Engine) -> None:
    with plans(filled) as found:
        rows(filled, "SELECT count(*) FROM event WHERE facts_digest = 'x'")
    assert [table for _, plan in found for table in read_whole(plan)] == ["event"]
