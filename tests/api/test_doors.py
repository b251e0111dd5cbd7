"""Taking back, correcting, reminding, assigning and looking after dossiers over HTTP: who may, what is asked, what is answered."""

from functools import partial
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import text

from models.store import SYSTEM, Scope, unit_of_work
from tests.api.road import Road

POLICE = "ca.cau-giay"


@pytest.fixture
def watched(road: Road) -> Road:
    """A dossier that a supervisor sees, because the tests' supervisor works where it is held."""
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        moved = "UPDATE account SET agency = :agency WHERE username IN ('giam-sat', 'kiem-toan')"
        connection.execute(text(moved), {"agency": road.steps["open"].by})
    road.advance("record_ground")
    return road


def send(
    road: Road, user: str, path: str, body: dict[str, Any], *, headers: dict[str, str] | None = None
) -> Response:
    kept = {"If-Match": f'"{road.version}"'} | (headers or {})
    sent = {name: value for name, value in kept.items() if value}
    return road.as_user(user).post(f"{road.path}/{path}", json=body, headers=sent)


def asked_by(road: Road, user: str, body: dict[str, Any], headers: dict[str, str]) -> Response:
    return send(road, user, "void-last", body, headers=headers)


def officer(road: Road) -> str:
    return road.steps["open"].by


def test_a_supervisor_takes_back_the_last_act_and_the_chain_tells_of_both(watched: Road) -> None:
    road, body = watched, {"reason": "Ghi nhầm hồ sơ"}
    before = road.as_user(officer(road)).get(road.path).json()
    road.take("record_ground")
    tried = send(road, "giam-sat", "void-last?dry_run=true", body, headers={"If-Match": ""})
    assert tried.status_code == 200, tried.text
    assert road.as_user(officer(road)).get(road.path).json()["version"] == road.version
    key = {"Idempotency-Key": "huy"}
    first, again = (send(road, "giam-sat", "void-last", body, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    after = road.as_user(officer(road)).get(road.path).json()
    assert {**after, "version": 0} == {**before, "version": 0}
    assert first.headers["ETag"] == f'"{after["version"]}"'
    chain = road.as_user(officer(road)).get(f"{road.path}/events").json()
    assert chain["intact"] is True
    taken, taking = chain["items"][-2:]
    assert (taking["action"], taking["voids"], taken["voided_by"]) == ("void_last", taken["id"], taking["id"])
    assert taking["title"] == "Hủy thao tác cuối"


def test_taking_back_asks_for_a_supervisor_a_version_and_a_reason(watched: Road) -> None:
    road, body = watched, {"reason": "Ghi nhầm"}
    for user in (officer(road), f"{officer(road)}.truong", "kiem-toan", "quan-tri"):
        ask = partial(asked_by, road, user, body)
        road.refused(ask, 403, "needs_supervisor")
    assert send(road, "giam-sat", "void-last", body, headers={"If-Match": ""}).status_code == 428
    assert send(road, "giam-sat", "void-last", body, headers={"If-Match": '"1"'}).status_code == 412
    assert send(road, "giam-sat", "void-last", {"reason": " "}).status_code == 422
    assert send(road, "giam-sat.dong-thap", "void-last", body).status_code == 404


def test_a_correction_says_what_changed_what_was_issued_again_and_what_the_law_asks(watched: Road) -> None:
    road = watched
    body = {"person": {"birth_date": "2010-05-20"}, "reason": "Theo giấy khai sinh"}
    tried = send(road, f"{officer(road)}.truong", "corrections?dry_run=true", body)
    assert tried.status_code == 200, tried.text
    done = send(road, f"{officer(road)}.truong", "corrections", body)
    assert done.status_code == 200, done.text
    answer = done.json()
    assert answer["changed"] == tried.json()["changed"]
    assert answer["changed"][0]["field"] == "person.birth_date"
    assert "track_changes" in {one["code"] for one in answer["warnings"]}
    assert answer["dossier"]["person"]["birth_date"] == "2010-05-20"
    assert done.headers["ETag"] == f'"{answer["dossier"]["version"]}"'
    assert answer["dossier"]["version"] == road.version + 1 + len(answer["reissued"])
    assert road.as_user(officer(road)).get(f"{road.path}/events").json()["intact"] is True


def test_a_correction_asks_for_an_officer_a_version_a_reason_and_something_recorded(watched: Road) -> None:
    road, body = watched, {"person": {"phone": "0900000009"}, "reason": "Ghi nhầm"}
    road.refused(
        lambda headers: send(road, "kiem-toan", "corrections", body, headers=headers),
        403,
        "read_only_account",
    )
    assert send(road, officer(road), "corrections", body, headers={"If-Match": ""}).status_code == 428
    assert send(road, officer(road), "corrections", body, headers={"If-Match": '"1"'}).status_code == 412
    for wrong in ({"reason": "x"}, {"facts": {"outcome": "apply"}, "reason": "x"}, {"person": {"sex": "?"}, "reason": "x"},
                  {"person": {"phone": "1"}, "reason": " "}, {"person": {"phone": "1"}, "reason": "x", "more": 1}):  # fmt: skip
        answer = send(road, f"{officer(road)}.truong", "corrections", wrong)
        assert answer.status_code == 422, answer.text


def test_the_head_names_who_is_responsible_the_list_shows_it_and_the_next_holder_starts_anew(
    watched: Road,
) -> None:
    road = watched
    head = f"{officer(road)}.truong"
    mine = road.as_user(officer(road)).get("/v1/me").json()["id"]
    done = send(road, head, "assignments", {"account": mine, "note": "Theo dõi"})
    assert done.status_code == 200, done.text
    assert done.json()["current"] == mine
    assert road.as_user(officer(road)).get(road.path).json()["assignee"] == mine
    found = road.as_user(head).get("/v1/dossiers", params={"assignee": mine}).json()["items"]
    assert [(one["id"], one["assignee"]) for one in found] == [(road.id, mine)]
    stranger = road.as_user("ta.kv4-ha-noi").get("/v1/me").json()["id"]
    assert send(road, head, "assignments", {"account": stranger}).status_code == 422
    road.refused(
        lambda headers: send(road, officer(road), "assignments", {"account": mine}, headers=headers),
        403,
        "needs_head",
    )
    road.advance("register_file")
    assert road.as_user(officer(road)).get(road.path).json()["assignee"] is None
    [kept] = road.as_user(officer(road)).get(f"{road.path}/assignments").json()["items"]
    assert (kept["ended_because"], kept["account"]) == ("moved", mine)


def test_a_reminder_is_a_numbered_letter_once_a_day_unless_there_is_a_reason(watched: Road) -> None:
    road = watched
    road.take("record_ground")
    assert road.as_user(officer(road)).get(road.path).json()["overdue"] is True
    done = send(road, "giam-sat", "reminders", {})
    assert done.status_code == 200, done.text
    answer = done.json()
    [letter] = answer["documents"]
    assert (letter["form"], letter["number"]) == ("HS-04", 1)
    assert answer["cause"] in {"overdue", "time_bar"}
    assert answer["reminded"]
    road.version = answer["dossier"]["version"]
    road.refused(
        lambda headers: send(road, "giam-sat", "reminders", {}, headers=headers), 409, "reminded_today"
    )
    assert send(road, "giam-sat", "reminders", {"again": True}).status_code == 422
    again = send(road, "giam-sat", "reminders", {"again": True, "reason": "Chưa có trả lời"})
    assert again.json()["documents"][0]["number"] == 2
    road.version = again.json()["dossier"]["version"]
    road.refused(
        lambda headers: send(road, officer(road), "reminders", {}, headers=headers),
        403,
        "not_your_supervision",
    )
    road.refused(
        lambda headers: send(road, f"{officer(road)}.truong", "reminders", {"again": True, "reason": "x"}, headers=headers),
        409, "not_your_supervision",
    )  # fmt: skip


def test_supervisors_see_what_stands_still_as_a_list_and_as_csv(watched: Road) -> None:
    road = watched
    road.take("record_ground")
    overview = road.as_user("giam-sat").get("/v1/supervision/overview").json()
    assert (overview["open"], overview["overdue"]) == (1, 1)
    assert overview["items"][0]["agency"] == officer(road)
    found = road.as_user("giam-sat").get("/v1/supervision/stuck").json()["items"]
    late = [one for one in found if one["cause"] == "overdue"]
    assert late
    for one in found:
        assert one["dossier"] == road.id
        assert one["citation"]
        assert one["what_is_missing"]
        assert one["who_must_act"]
    narrowed = road.as_user("giam-sat").get("/v1/supervision/stuck", params={"cause": "absconded"}).json()
    assert narrowed == {"items": [], "next_cursor": None}
    paged = road.as_user("giam-sat").get("/v1/supervision/stuck", params={"limit": 1}).json()
    following = road.as_user("giam-sat").get(
        "/v1/supervision/stuck", params={"limit": 200, "cursor": paged["next_cursor"]}
    )
    assert [*paged["items"], *following.json()["items"]] == found
    csv = road.as_user("giam-sat").get("/v1/supervision/stuck", headers={"Accept": "text/csv"})
    assert csv.text.removeprefix("\ufeff").splitlines()[0].startswith("dossier,number,stage")
    speed = road.as_user("giam-sat").get("/v1/supervision/performance").json()
    assert speed["first_day"] < speed["last_day"]
    for path in ("overview", "stuck", "performance"):
        assert road.as_user(officer(road)).get(f"/v1/supervision/{path}").status_code == 403
        assert road.as_user("quan-tri").get(f"/v1/supervision/{path}").status_code == 403
        assert road.as_user("giam-sat.dong-thap").get(f"/v1/supervision/{path}").json()["items"] == []
    assert (
        road.as_user("giam-sat")
        .get("/v1/supervision/performance", params={"first_day": "2026-02-02", "last_day": "2026-02-01"})
        .status_code
        == 422
    )
