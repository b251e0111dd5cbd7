"""A change of law over HTTP: who is stuck and who is not, the way on, migrating one or many, keeping under the old book."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import insert

from models.law.limits import TIMEZONE
from models.store import unit_of_work
from models.tables import table
from tests.api.road import unchanged
from tests.api.whole_way.doors import CHEAP, PASSWORD, Doors
from tests.api.whole_way.script import Line, Script, do, main
from tests.api.whole_way.walk import Way, walk
from tests.flows.road_agencies import EVERYTHING, agency_row

JUNE = date(2026, 6, 15)
"""A Monday under book 2025-07; a dossier opened on it is stuck from 01/07/2026."""
JULY = "2026-07-02 09:00"
PLACES = {
    "ub-khong": ("peoples_committee", "vn/khong"), "ub-mot": ("peoples_committee", "vn/mot"),
    "ca-mot": ("commune_police", "vn/mot"), "ub-hai": ("peoples_committee", "vn/hai"),
    "ca-hai": ("commune_police", "vn/hai"), "ca-ba": ("commune_police", "vn/hai"),
}  # fmt: skip
"""Committees whose territory has no commune police, one, and two."""


@pytest.fixture(scope="module", autouse=True)
def places(doors: Doors) -> None:
    """Those agencies, each with a head."""
    kept = CHEAP.hash(PASSWORD)
    with unit_of_work(doors.store, EVERYTHING) as connection:
        connection.execute(insert(table("agency")).values([
            agency_row(code, kind) | {"territory": territory} for code, (kind, territory) in PLACES.items()
        ]))  # fmt: skip
        connection.execute(insert(table("account")), [
            {
                "id": uuid4(), "username": f"{code}.head", "password_hash": kept, "role": "head",
                "full_name": "Nguyễn Thị H", "position": "Cán bộ", "agency": code, "disabled": False,
            }
            for code in PLACES
        ])  # fmt: skip


def instant(when: str) -> datetime:
    return datetime.fromisoformat(when).replace(tzinfo=TIMEZONE)


def begun(doors: Doors, *lines: Line, book: str = "2025-07", start: date = JUNE) -> Way:
    """A dossier walked so far."""
    return walk(
        doors,
        Script("", "", book, start, lines or (main("open"),)),
    )


def ask(
    way: Way,
    user: str = "ca.head",
    *,
    what: str = "migrate",
    when: str = JULY,
    version: int | None = -1,
    headers: dict[str, str] | None = None,
    **facts: Any,
) -> Response:
    """Asks for a migration (or with `what` something else), as of the version seen last unless another is given."""
    seen = way.dossier["version"] if version == -1 else version
    sent = ({} if seen is None else {"If-Match": f'"{seen}"'}) | (headers or {})
    body = {"occurred_at": instant(when).isoformat(), "facts": facts}
    return way.doors.send(user, instant(when), "POST", f"{way.path}/{what}", json=body, headers=sent)


def done(answer: Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(way: Way, user: str, status: int, *codes: str, **asked: Any) -> list[dict[str, Any]]:
    """What a request is refused for: in both languages, and nothing has changed."""
    with unchanged(way.doors.store):
        answers = [
            ask(way, user, headers={"Accept-Language": language}, **asked) for language in ("vi", "en")
        ]
    vietnamese, english = (answer.json()["errors"] for answer in answers)
    for answer in answers:
        assert (answer.status_code, {error["code"] for error in answer.json()["errors"]}) == (
            status,
            set(codes),
        )
    for here, there in zip(vietnamese, english, strict=True):
        assert here["message"] and there["message"], here  # noqa: PT018 - one statement on one error
        assert here["message"] != there["message"]
    found: list[dict[str, Any]] = vietnamese
    return found


def law_changed(way: Way, when: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = way.read(instant(when))["law_changed"]
    return found


def listed(doors: Doors, when: str, user: str = "ca.officer") -> set[str]:
    """The dossiers an agency's list shows as stuck."""
    answer = doors.send(user, instant(when), "GET", "/v1/dossiers?state=law_changed&limit=200").json()
    assert answer["next_cursor"] is None
    return {item["id"] for item in answer["items"]}


# ---------------------------------------------------------------- who is stuck
def test_a_dossier_is_stuck_from_the_first_day_of_the_new_book(doors: Doors) -> None:
    way = begun(doors)
    assert law_changed(way, "2026-06-30 23:59") is None
    stuck = law_changed(way, "2026-07-01 00:00")
    assert stuck is not None
    assert (stuck["since"], stuck["to"], stuck["confirmed"]) == ("2026-07-01", "2026", False)
    assert "Luật 120/2025/QH15 Đ.56" in stuck["citation"]
    done(ask(way))
    assert law_changed(way, JULY) is None


def test_the_list_shows_who_is_stuck_and_nobody_else(doors: Doors) -> None:
    stuck, kept, moved = begun(doors), begun(doors), begun(doors)
    closed = begun(doors, main("open"), do("close", "2026-06-20 09:00", by="ca", closing_ground="death"))
    serving = begun(doors, main("deliver"), start=date(2026, 5, 4))
    after_care = begun(doors, main("certify"), start=date(2025, 7, 7))
    new = begun(doors, book="2026", start=date(2026, 7, 1))
    ways = (stuck, kept, moved, closed, serving, after_care, new)
    ours = {way.id for way in ways}
    assert listed(doors, "2026-06-30 23:59") & ours == set()
    assert listed(doors, "2026-07-01 00:00") & ours == {stuck.id, kept.id, moved.id, after_care.id}
    done(ask(kept, "ca.supervisor", what="keep", keep_reason="chờ hướng dẫn"))
    done(ask(moved))
    assert listed(doors, JULY) & ours == {stuck.id, after_care.id}
    assert {way.id for way in ways if law_changed(way, JULY)} == {stuck.id, after_care.id}


# ---------------------------------------------------------------- the way on
def test_the_way_on_says_where_by_which_article_and_on_which_facts(doors: Doors) -> None:
    way = begun(doors, main("request_determination"))
    path = f"{way.path}/migration"
    found = way.doors.send("ca.head", instant(JULY), "GET", path).json()
    assert {name: found[name] for name in ("rulebook", "to", "stage", "provision", "citation", "confirmed", "allowed")} == {
        "rulebook": "2025-07", "to": "2026", "stage": "health_determination", "provision": "t-2026-pending",
        "citation": "Luật 120/2025/QH15 Đ.31, 56.2", "confirmed": True, "allowed": True,
    }  # fmt: skip
    assert {"determination_case", "compiler"} <= set(found["facts_schema"]["properties"])
    assert {need["code"] for need in found["needs"]} == {
        "law_unchanged", "not_in_charge", "before_its_time", "nowhere_to_land",
    }  # fmt: skip
    officer = way.doors.send(
        "ca.officer", instant(JULY), "GET", path, headers={"Accept-Language": "en"}
    ).json()
    [need] = [need for need in officer["needs"] if not need["met"]]
    assert (officer["allowed"], need["code"]) == (False, "not_in_charge")
    assert need["message"].isascii()
    early = way.doors.send("ca.head", instant("2026-06-30 09:00"), "GET", path).json()
    assert [need["code"] for need in early["needs"] if not need["met"]] == ["law_unchanged"]
    assert way.doors.send("ta-khac.head", instant(JULY), "GET", path).status_code == 404


def test_a_dry_run_answers_the_same_and_writes_nothing(doors: Doors) -> None:
    way = begun(doors, main("request_determination"))
    with unchanged(doors.store):
        tried = done(ask(way, what="migrate?dry_run=true", version=None, determination_case="c"))
    real = done(ask(way, determination_case="c"))
    assert tried["dossier"] == real["dossier"]
    assert (tried["limits"], tried["documents"]) == (real["limits"], real["documents"])
    by_chance = {"id", "digest", "facts_digest"}
    assert {k: v for k, v in tried["event"].items() if k not in by_chance} == {
        k: v for k, v in real["event"].items() if k not in by_chance
    }


# ---------------------------------------------------------------- versions and repetitions
def test_a_migration_needs_the_version_it_has_seen(doors: Doors) -> None:
    way = begun(doors, main("verify_residence"))
    refused(way, "ca.head", 428, "if_match_required", version=None)
    stale = ask(way, version=1)
    assert (stale.status_code, stale.json()["errors"][0]["code"]) == (412, "stale")
    assert stale.json()["current_version"] == 2
    refused(way, "ca.supervisor", 428, "if_match_required", what="keep", version=None, keep_reason="chờ")


def test_the_same_key_migrates_once(doors: Doors) -> None:
    way, key = begun(doors), {"Idempotency-Key": str(uuid4())}
    first = ask(way, headers=key)
    again = ask(way, headers=key)
    assert (done(first), first.headers["etag"]) == (done(again), again.headers["etag"])
    assert first.headers["etag"] == '"2"'
    assert ask(way, headers=key, compiler="ca").status_code == 409
    assert [item["action"] for item in way.read(instant(JULY), "/events")["items"]] == ["open", "migrate"]


# ---------------------------------------------------------------- who may
@pytest.mark.parametrize("user", ["ca.head", "yt.head", "ca.supervisor"])
def test_head_of_holder_or_compiler_and_supervisor_may_migrate(doors: Doors, user: str) -> None:
    way = begun(doors, main("request_determination"))
    assert done(ask(way, user, determination_case="c"))["dossier"]["holder"] == "yt"


@pytest.mark.parametrize("user", ["ca.officer", "yt.officer", "ub.head"])
def test_officers_and_heads_of_others_may_not(doors: Doors, user: str) -> None:
    way = begun(doors, main("request_determination"))
    [error] = refused(way, user, 409, "not_in_charge", determination_case="c")
    assert "người đứng đầu" in error["message"]


def test_the_successor_of_an_agency_that_ended_migrates_and_holds_it(doors: Doors) -> None:
    by = {"by": "ca-cu"}
    way = begun(doors, main("open", open=by))
    answer = done(ask(way, "ca.head", when="2026-09-01 09:00"))
    assert (answer["dossier"]["holder"], answer["dossier"]["parties"]["compiler"]) == ("ca", "ca")
    assert answer["dossier"]["rulebook"] == "2026"
    assert way.doors.send("ca.officer", instant("2026-09-01 10:00"), "GET", way.path).status_code == 200


# ---------------------------------------------------------------- where it lands
def handed_to(doors: Doors, committee: str) -> Way:
    """A dossier of 2022 whose compiler is a committee, on its way over 01/03/2025."""
    return begun(
        doors, main("transfer", transfer={"compiler": committee}), book="2022", start=date(2025, 2, 3)
    )


MARCH = "2025-03-03 09:00"


def test_the_one_commune_police_of_the_territory_takes_the_file(doors: Doors) -> None:
    way = handed_to(doors, "ub-mot")
    answer = done(ask(way, "ub-mot.head", when=MARCH))
    assert (answer["dossier"]["holder"], answer["dossier"]["parties"]["compiler"]) == ("ca-mot", "ca-mot")
    assert way.doors.send("ca-mot.head", instant(MARCH), "GET", way.path).status_code == 200


@pytest.mark.parametrize("committee", ["ub-khong", "ub-hai"])
def test_where_the_territory_has_none_or_two_it_must_be_named(doors: Doors, committee: str) -> None:
    way = handed_to(doors, committee)
    found = way.doors.send(f"{committee}.head", instant(MARCH), "GET", f"{way.path}/migration").json()
    unmet = [(need["code"], need["requirement"]) for need in found["needs"] if not need["met"]]
    assert (found["allowed"], set(unmet)) == (False, {("nowhere_to_land", "compiler")})
    assert "compiler" in found["facts_schema"]["required"]
    errors = refused(way, f"{committee}.head", 409, "nowhere_to_land", when=MARCH)
    assert {error["requirement"] for error in errors} == {"compiler"}
    flawed = ask(way, f"{committee}.head", when=MARCH, compiler="ca-nào")
    assert (flawed.status_code, flawed.json()["errors"][0]["field"]) == (422, "facts.compiler")
    assert done(ask(way, f"{committee}.head", when=MARCH, compiler="ca-ba"))["dossier"]["holder"] == "ca-ba"


def test_a_dossier_of_the_newest_book_goes_nowhere(doors: Doors) -> None:
    way = begun(doors, book="2026", start=date(2026, 7, 1))
    found = way.doors.send("ca.head", instant(JULY), "GET", f"{way.path}/migration").json()
    assert (found["to"], found["stage"], found["allowed"]) == (None, None, False)
    errors = refused(way, "ca.head", 409, "law_unchanged", "nowhere_to_land")
    assert any("Chưa có bộ quy tắc tiếp theo" in error["message"] for error in errors)


def test_a_stage_without_a_landing_goes_nowhere(doors: Doors) -> None:
    way = begun(doors, main("open"), do("close", "2026-06-20 09:00", by="ca", closing_ground="death"))
    refused(way, "ca.head", 409, "law_unchanged", "nowhere_to_land")


def test_missing_and_strange_facts_are_named(doors: Doors) -> None:
    way = begun(doors, main("request_determination"))
    [error] = refused(way, "ca.head", 422, "missing")
    assert error["field"] == "facts.determination_case"
    strange = ask(way, determination_case="c", keep_reason="chờ")
    assert (strange.status_code, strange.json()["errors"][0]["field"]) == (422, "facts.keep_reason")


def test_a_migration_before_the_new_book_or_before_the_last_act_is_refused(doors: Doors) -> None:
    way = begun(doors)
    refused(way, "ca.head", 409, "law_unchanged", when="2026-06-30 23:59")
    done(ask(way, "ca.supervisor", what="keep", when="2026-07-02 10:00", keep_reason="chờ"))
    way.dossier = way.read(instant("2026-07-03 09:00"))
    body = {"occurred_at": instant(JULY).isoformat(), "facts": {}}
    answer = way.doors.write("ca.head", instant("2026-07-03 09:00"), f"{way.path}/migrate", 2, json=body)
    assert (answer.status_code, [error["code"] for error in answer.json()["errors"]]) == (
        409,
        ["before_its_time"],
    )


# ---------------------------------------------------------------- many
def many(doors: Doors, ids: list[str], *, query: str = "", **facts: Any) -> list[dict[str, Any]]:
    body = {"dossiers": ids, "occurred_at": instant(JULY).isoformat(), "facts": facts}
    items: list[dict[str, Any]] = done(
        doors.write("ca.head", instant(JULY), f"/v1/bulk/migrate{query}", json=body)
    )["items"]
    return items


def test_of_many_each_is_migrated_or_refused_by_itself(doors: Doors) -> None:
    good, lacking, hidden = begun(doors), begun(doors, main("request_determination")), uuid4()
    newest = begun(doors, book="2026", start=date(2026, 7, 1))
    ids = [lacking.id, str(hidden), good.id, newest.id]
    with unchanged(doors.store):
        tried = many(doors, ids, query="?dry_run=true")
    items = many(doors, ids)
    for found in (tried, items):
        assert [item["dossier"] for item in found] == ids
        assert [[error["code"] for error in item["errors"]] for item in found] == [
            ["missing"],
            ["not_found"],
            [],
            ["law_unchanged", "nowhere_to_land"],
        ]
        assert [item["done"] and item["done"]["dossier"]["rulebook"] for item in found] == [
            None,
            None,
            "2026",
            None,
        ]
    unknown = doors.send("ca.head", instant(JULY), "GET", f"/v1/dossiers/{hidden}").json()
    told = [{name: value for name, value in error.items() if value} for error in items[1]["errors"]]
    assert told == unknown["errors"]
    assert [way.read(instant(JULY))["rulebook"] for way in (good, lacking)] == ["2026", "2025-07"]


# ---------------------------------------------------------------- keeping
def test_a_kept_dossier_goes_on_under_the_old_book_and_may_be_migrated_later(doors: Doors) -> None:
    way = begun(
        doors, main("open"), do("keep_book", JULY, by="ca", role="supervisor", keep_reason="chờ hướng dẫn")
    )
    assert law_changed(way, JULY) is None
    assert way.id not in listed(doors, JULY)
    late = {"late_reason": "chờ hướng dẫn", "residence_verified_at": "2026-07-02 09:30"}
    way.do(do("verify_residence", "2026-07-02 10:00", **late))
    assert way.dossier["rulebook"] == "2025-07"
    kept = way.read(instant(JULY), "/events")["items"][1]
    assert (kept["action"], kept["title"], kept["book"]) == (
        "keep_book",
        "Giữ hồ sơ theo bộ quy tắc cũ",
        "2025-07",
    )
    assert kept["facts"]["keep_reason"] == "chờ hướng dẫn"
    assert done(ask(way, when="2026-07-03 09:00"))["dossier"]["rulebook"] == "2026"


def test_keeping_is_for_a_supervisor_with_a_reason_once_the_book_has_ended(doors: Doors) -> None:
    way = begun(doors)
    for user in ("ca.head", "ca.officer"):
        refused(way, user, 409, "needs_supervisor", what="keep", keep_reason="chờ")
    [error] = refused(way, "ca.supervisor", 422, "missing", what="keep")
    assert error["field"] == "facts.keep_reason"
    refused(
        way, "ca.supervisor", 409, "law_unchanged", what="keep", when="2026-06-30 09:00", keep_reason="chờ"
    )
    assert ask(way, "ta-khac.supervisor", what="keep", keep_reason="chờ").status_code == 404
