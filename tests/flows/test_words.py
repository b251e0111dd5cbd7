"""Dossiers are found by words in one of three ways, whichever is quick; each finds the same, and nothing behind the wall."""

from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from models.person import search_key
from models.store import SYSTEM, Scope, unit_of_work
from models.words import LONGEST, dossiers_found
from tests.flows.road_2026 import PERSON, Road
from tests.flows.road_agencies import rows

WAYS = {
    "among one's own": (5000, 20000),
    "by number": (0, 20000),
    "by number at first": (0, 3),
    "in the index": (0, 0),
}
SCOPES = {
    "police": Scope("ca"), "police elsewhere": Scope("ca-khac"), "a court that has nothing": Scope("ta-khac"),
    "a commune's territory": Scope("gs", territory=True), "blind": Scope("ca", blind=True), "system": Scope(SYSTEM),
}  # fmt: skip
NAMES = ("Nguyễn Văn A", "Nguyễn Thị B", "Trần Văn An", "Lê Thị O'A", "Đặng Văn \\'B")
ASKED = ("nguyen", "van", "v", "a ngu", "o'a", "\\'b", "& | ! :*", "nguyen & van", "zz", "thi le", "dang\\")


_ABOVE = """INSERT INTO agency SELECT (jsonb_populate_record(a, '{"code": "gs", "territory": "vn/ca"}')).*
    FROM agency a WHERE code = 'ub'"""


def opened(store: Engine, name: str, by: str) -> UUID:
    """A dossier of somebody of this name."""
    road = Road(store, person=PERSON.model_copy(update={"name": name}))
    road.do("open", by=by, entry="test")
    return road.id


@pytest.fixture(scope="module", autouse=True)
def filled(world: Any) -> None:
    """Dossiers of two communes, whose persons share words."""
    with unit_of_work(world[1], Scope(SYSTEM)) as connection:
        connection.execute(text(_ABOVE))
    for place, name in enumerate(NAMES * 2):
        opened(world[1], name, "ca-khac" if place % 3 == 0 else "ca")


_FOUND = "SELECT dossiers_found(CAST(:asked AS tsquery), '', 100, :few, :walked)"
_SEEN = "SELECT d.id, p.name_key FROM dossier d JOIN person p ON p.id = d.person ORDER BY d.number"


@pytest.mark.parametrize("who", SCOPES)
def test_each_way_finds_what_begins_so_among_the_dossiers_that_are_seen(road_store: Engine, who: str) -> None:
    seen = {row["id"]: row["name_key"].split() for row in rows(road_store, _SEEN, SCOPES[who])}
    assert bool(seen) == (who not in {"blind", "a court that has nothing"})
    for name, (few, walked) in product(ASKED, WAYS.values()):
        words = search_key(name).split()
        right = [
            one
            for one, having in seen.items()
            if all(any(key.startswith(word) for key in having) for word in words)
        ]
        quoted = " & ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "':*" for word in words)
        with unit_of_work(road_store, SCOPES[who]) as connection:
            found = (
                connection.execute(text(_FOUND), {"asked": quoted, "few": few, "walked": walked})
                .scalars()
                .all()
            )
            assert dossiers_found(connection, name=name, most=100) == right
        assert found == right, (name, few, walked)


_PAPERS = """SELECT d.id, p.data -> 'identity' ->> 'number' AS paper FROM dossier d JOIN person p ON p.id = d.person
    ORDER BY d.number"""


@pytest.mark.parametrize("who", SCOPES)
def test_a_paper_is_found_in_the_dossiers_that_are_seen(road_store: Engine, who: str) -> None:
    papers = {row["paper"] for row in rows(road_store, _PAPERS)} - {None}
    assert papers
    seen = rows(road_store, _PAPERS, SCOPES[who])
    with unit_of_work(road_store, SCOPES[who]) as connection:
        for paper in papers:
            right = [row["id"] for row in seen if row["paper"] == paper]
            assert dossiers_found(connection, paper=paper, most=100) == right


def test_pages_go_on_after_a_number(road_store: Engine) -> None:
    numbers = {row["id"]: row["number"] for row in rows(road_store, "SELECT id, number FROM dossier")}
    with unit_of_work(road_store, Scope(SYSTEM)) as connection:
        whole = dossiers_found(connection, name="van", most=100)
        pages, after = list[UUID](), ""
        while page := dossiers_found(connection, name="van", after=after, most=2):
            pages += page
            after = numbers[page[-1]]
    assert pages == whole
    assert len(whole) >= 6


def test_a_word_without_end_is_kept_and_found_by_its_beginning(road_store: Engine) -> None:
    dossier = opened(road_store, "Ơ" * 500, "ca")
    with unit_of_work(road_store, Scope(SYSTEM)) as connection:
        for length in (2, LONGEST, 500):
            assert dossiers_found(connection, name="o" * length, most=9) == [dossier]


def test_nothing_asked_finds_nothing(road_store: Engine) -> None:
    with unit_of_work(road_store, Scope(SYSTEM)) as connection:
        assert dossiers_found(connection, most=9) == []
        assert dossiers_found(connection, name="van", paper="", most=9) == []
        assert dossiers_found(connection, name="\u0301", paper="001098000001", most=9) == []


def test_the_words_are_read_by_nobody_but_that_question(road_store: Engine) -> None:
    with pytest.raises(Exception, match="permission denied"):
        rows(road_store, "SELECT words FROM dossier_words")
