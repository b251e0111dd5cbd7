"""Opening, reading, listing and searching dossiers."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from models.store import SYSTEM, Scope, unit_of_work
from tests.api.road import Caller, Road, unchanged

POLICE, HEAD, HEALTH, COURT = "ca.cau-giay", "ca.cau-giay.truong", "ttyt.cau-giay", "ta.kv4-ha-noi"


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["number"] for item in answer.json()["items"]]


@pytest.fixture
def three(as_user: Callable[[str], Caller], store: Engine) -> list[Road]:
    """Three dossiers: just opened, at the hospital, and of another person with no residence check yet."""
    roads = [Road(as_user, store) for _ in range(3)]
    roads[0].open()
    roads[1].advance("admit")
    roads[2].open(
        person={
            "name": "Đặng Thị Hòa",
            "sex": "female",
            "birth_date": "1995",
            "identity": {"type": "passport", "number": "C1234567"},
        }
    )
    return roads


def test_an_opened_dossier_is_answered_with_its_place_and_version(road: Road) -> None:
    answer = road.open()
    body = answer.json()
    dossier = body["dossier"]
    assert answer.headers["location"] == f"/v1/dossiers/{dossier['id']}"
    assert answer.headers["etag"] == '"1"'
    assert dossier["rulebook"] == "2026"
    assert dossier["stage"] == "police_collection"
    assert dossier["holder"] == POLICE
    assert dossier["opened_on"] == "2026-08-17"
    assert body["event"]["occurred_at"] == "2026-08-17T10:00:00+07:00"
    assert body["event"]["recorded_at"] == "2026-11-23T09:00:00+07:00"
    assert [document["form"] for document in body["documents"]] == ["III-01", "III-03"]
    seen = road.as_user(POLICE).get(answer.headers["location"])
    assert seen.headers["etag"] == '"1"'
    assert seen.json() == dossier


def test_facts_may_stand_beside_the_person(road: Road) -> None:
    body = road.opening()
    body |= body.pop("facts")
    answer = road.as_user(POLICE).post("/v1/dossiers", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["dossier"]["facts"]["entry"] == "again"


def test_a_fact_given_twice_is_refused(road: Road) -> None:
    body = road.opening() | {"entry": "test"}
    with unchanged(road.store):
        answer = road.as_user(POLICE).post("/v1/dossiers", json=body)
    assert answer.status_code == 422
    assert "entry" in answer.json()["detail"]


def test_the_rulebook_follows_from_the_day_of_opening(road: Road) -> None:
    body = road.opening(at="2013-01-01T08:00:00+07:00")
    road.refused(
        lambda headers: road.as_user(POLICE).post("/v1/dossiers", json=body, headers=headers),
        422,
        "no_rulebook",
        field="occurred_at",
    )


def test_lists_show_only_what_the_agency_may_see(three: list[Road], as_user: Callable[[str], Caller]) -> None:
    assert len(numbers(as_user(POLICE).get("/v1/dossiers"))) == 3
    assert len(numbers(as_user(HEALTH).get("/v1/dossiers"))) == 1
    assert numbers(as_user(COURT).get("/v1/dossiers")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("stage=police_collection", [0, 2]),
        ("stage=health_determination", [1]),
        (f"agency={HEALTH}", [1]),
        ("rulebook=2026", [0, 1, 2]),
        ("rulebook=2014", []),
        ("state=open", [0, 1, 2]),
        ("state=closed", []),
        ("overdue=true", [1]),
        ("overdue=false", [0, 2]),
        ("stage=police_collection&overdue=true", []),
    ],
)
def test_lists_are_narrowed(
    three: list[Road], as_user: Callable[[str], Caller], query: str, found: list[int]
) -> None:
    ids = [item["id"] for item in as_user(POLICE).get(f"/v1/dossiers?{query}").json()["items"]]
    assert ids == [three[index].id for index in found]


def test_overdue_in_the_list_is_overdue_in_the_dossier(
    three: list[Road], as_user: Callable[[str], Caller]
) -> None:
    for item in as_user(POLICE).get("/v1/dossiers").json()["items"]:
        one = as_user(POLICE).get(f"/v1/dossiers/{item['id']}").json()
        limits = as_user(POLICE).get(f"/v1/dossiers/{item['id']}/limits").json()
        assert item["overdue"] == one["overdue"] == any(limit["overdue"] for limit in limits)
        assert item["next_due"] == one["next_due"]


def test_pages_follow_each_other_without_gap_or_repetition(
    three: list[Road], as_user: Callable[[str], Caller]
) -> None:
    caller, cursor, seen = as_user(POLICE), "", []
    for _ in range(3):
        page = caller.get(f"/v1/dossiers?limit=1{cursor}").json()
        seen += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [road.id for road in three]
    assert page["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=201", "limit"),
        ("limit=0", "limit"),
        ("cursor=%C4%91", "cursor"),
        ("cursor=abcde", "cursor"),
        ("stage=moon", "stage"),
        ("name=Nguyen", "name"),
    ],
)
def test_a_wrong_query_is_refused(as_user: Callable[[str], Caller], query: str, field: str) -> None:
    answer = as_user(POLICE).get(f"/v1/dossiers?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_the_list_is_csv_when_asked_for(three: list[Road], as_user: Callable[[str], Caller]) -> None:
    caller = as_user(POLICE)
    answer = caller.get("/v1/dossiers?limit=2", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    page = caller.get("/v1/dossiers?limit=2").json()
    assert [row["id"] for row in rows] == [item["id"] for item in page["items"]]
    assert rows[0]["person_name"] == "Nguyễn Văn A"
    assert answer.headers["next-cursor"] == page["next_cursor"]


def test_csv_cells_are_no_formulas(road: Road) -> None:
    road.open(person={"name": '=HYPERLINK("http://vi-du.test")'})
    answer = road.as_user(POLICE).get("/v1/dossiers", headers={"Accept": "text/csv"})
    assert next(iter(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))))[
        "person_name"
    ].startswith("'=")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"name": "dang thi hoa"}, [2]),
        ({"name": "Đặng"}, [2]),
        ({"name": "HÒA"}, [2]),
        ({"name": "nguyen van a"}, [0, 1]),
        ({"name": "100%"}, []),
        ({"identity_number": "C1234567"}, [2]),
        ({"identity_number": "001098000001"}, [0, 1]),
        ({"identity_number": "001098000001", "name": "hoa"}, []),
        ({"identity_number": "00109800000"}, []),
    ],
)
def test_a_person_is_found_without_diacritics_or_by_number(
    three: list[Road], as_user: Callable[[str], Caller], wanted: dict[str, str], found: list[int]
) -> None:
    answer = as_user(POLICE).post("/v1/dossiers/search", json=wanted)
    assert [item["id"] for item in answer.json()["items"]] == [three[index].id for index in found]
    assert as_user(COURT).post("/v1/dossiers/search", json=wanted).json()["items"] == []


def test_a_search_for_nobody_is_refused(as_user: Callable[[str], Caller]) -> None:
    assert as_user(POLICE).post("/v1/dossiers/search", json={}).status_code == 422


def test_a_dossier_stays_visible_to_those_it_passed_through(road: Road) -> None:
    road.advance("record_ground")
    for user in (POLICE, HEALTH):
        assert road.as_user(user).get(road.path).status_code == 200


def test_an_account_of_no_party_sees_nothing_even_in_sql(road: Road, client: TestClient) -> None:
    road.open()
    with unit_of_work(road.store, Scope(COURT)) as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar_one() == 0
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar_one() == 1


@pytest.mark.parametrize("name", [
    "Đặng Thị Én", "dang thi en", "ĐẶNG", "en dang", "thi  đan", "\u0110a\u0306\u0323ng Thi\u0323", "Ðặng",
])  # fmt: skip
def test_a_name_is_found_without_diacritics_by_the_beginnings_of_its_words_in_any_order(
    road: Road, name: str
) -> None:
    road.open(person={"name": "Đặng Thị Én"})
    found = road.as_user(POLICE).post("/v1/dossiers/search", json={"name": name}).json()["items"]
    assert [one["id"] for one in found] == [road.id]


@pytest.mark.parametrize("name", ["ang", "dang van", "%%", "_ang", "dangs"])
def test_a_name_is_not_found_by_what_no_word_of_it_begins_with(road: Road, name: str) -> None:
    road.open(person={"name": "Đặng Thị Én"})
    assert road.as_user(POLICE).post("/v1/dossiers/search", json={"name": name}).json()["items"] == []
