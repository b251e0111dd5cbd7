"""Numbers of a register under pressure: none twice, none left out."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from flows.engine import Act, Actor, act
from flows.opening import open_dossier
from models import clock
from models.law.calendar import baseline
from models.store import SYSTEM, Scope, unit_of_work
from tests.documents.cases import ACTS, PERSON
from tests.flows.rows import ACCOUNT, read
from tests.flows.sample_road import facts_of

POLICE = Actor(ACCOUNT, "camd", "head")
REQUESTS, WITHDRAWN = 200, 10
AT_ONCE = 20  # as many as the store has connections


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.at(datetime(2026, 12, 1, tzinfo=UTC)):
        yield


class Withdrawn(Exception):
    """The request fails after its number was taken."""


_CLONES = (
    """INSERT INTO dossier SELECT (jsonb_populate_record(d, jsonb_build_object(
        'id', gen_random_uuid(), 'number', 'HS-' || n))).* FROM dossier d, generate_series(2, :wanted) n""",
    "INSERT INTO dossier_agency SELECT d.id, a.agency FROM dossier d, dossier_agency a ON CONFLICT DO NOTHING",
    """INSERT INTO event SELECT (jsonb_populate_record(e, jsonb_build_object(
        'id', gen_random_uuid(), 'dossier', d.id))).* FROM event e, dossier d WHERE d.id <> e.dossier""",
)


def opened(engine: Engine, wanted: int) -> list[UUID]:
    """So many dossiers: one is opened, the others are copies of its rows."""
    open_dossier(engine, POLICE, PERSON, facts_of("open"), ACTS["open"], baseline())
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        for statement in _CLONES:
            connection.execute(text(statement), {"wanted": wanted} if ":wanted" in statement else {})
        return list(connection.execute(text("SELECT id FROM dossier")).scalars())


def test_many_requests_at_once_leave_no_gap_and_no_double(engine: Engine) -> None:
    dossiers = opened(engine, REQUESTS + WITHDRAWN)
    withdrawn = set(dossiers[:: len(dossiers) // WITHDRAWN][:WITHDRAWN])

    facts = facts_of("verify_residence", residence="none", residence_case="registered_away")

    def request(dossier: UUID) -> None:
        asked = Act(
            dossier, "verify_residence", facts, ACTS["verify_residence"], POLICE, None, late_reason="thử"
        )
        with unit_of_work(engine, POLICE.scope) as connection:
            done = act(connection, asked, baseline())
            assert done.documents[0]["number"] is not None
            if dossier in withdrawn:
                raise Withdrawn

    with ThreadPoolExecutor(AT_ONCE) as threads:
        sent = [threads.submit(copy_context().run, request, dossier) for dossier in dossiers]
    failed = [error for one in sent if (error := one.exception())]
    assert [type(error) for error in failed] == [Withdrawn] * WITHDRAWN, failed[0]
    numbers = read(engine, "SELECT number FROM document WHERE register_name = 'GXN' ORDER BY number")
    assert numbers == [(number,) for number in range(1, REQUESTS + 1)]
    assert read(engine, "SELECT agency, year, last FROM register") == [("camd", 2026, REQUESTS)]
