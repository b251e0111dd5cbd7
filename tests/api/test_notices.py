"""The inbox: each role reads what it was told, in its language; stuck deliveries are seen and sent again on request."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from flows.notices import Audience, Telling, tell, tell_of_acts
from models import clock
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.road import Caller, Road
from tests.api.test_endings import ask, done

POLICE, HEAD, COURT, OTHERS = "ca.cau-giay", "ca.cau-giay.truong", "ta.kv4-ha-noi", "ca.ha-long"
As = Callable[[str], Caller]


def told(store: Engine, *tellings: Telling) -> None:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        for telling in tellings:
            tell(connection, [telling])


def one(
    key: str, audience: Audience = "agency", agency: str = POLICE, kind: str = "limit_overdue:p4-query"
) -> Telling:
    facts = {"dossier": "HS-2026-000001", "rule": "p4-query", "book": "2026", "last_day": "2026-11-20"}
    return Telling(agency, kind, key, facts, audience=audience)


def rows(store: Engine, statement: str, **values: object) -> list[Any]:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        return list(connection.execute(text(statement), values).all())


def inbox(caller: Caller, query: str = "") -> Any:
    answer = caller.get(f"/v1/notices{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("user", "audiences"),
    [
        (POLICE, ["agency"]),
        (HEAD, ["head", "agency"]),
        (COURT, []),
        ("giam-sat.ha-noi", ["supervisor"]),
        ("giam-sat.dong-thap", []),
        ("kiem-toan", []),
    ],
)
def test_each_role_reads_what_it_was_told(
    store: Engine, as_user: As, user: str, audiences: list[str]
) -> None:
    told(store, one("a"), one("a", "head"), one("a", "supervisor", "ca.ha-noi"))
    page = inbox(as_user(user))
    assert [item["audience"] for item in page["items"]] == audiences
    assert page["unread"] == len(audiences)


def test_notice_is_said_in_the_readers_language(store: Engine, as_user: As) -> None:
    told(store, one("a"))
    [item] = inbox(as_user(POLICE))["items"]
    assert item["title"] == "Hồ sơ HS-2026-000001: đã quá một thời hạn"
    assert "Thời hạn: Trả lời văn bản của Tòa án\nNgày cuối: 20/11/2026" in item["text"]
    same = as_user(POLICE).get(f"/v1/notices/{item['id']}", headers={"Accept-Language": "en"}).json()
    assert same["title"] == "Dossier HS-2026-000001: a time limit has passed"
    assert "Time limit: Reply to the court's letter\nLast day: 20/11/2026" in same["text"]


def test_inbox_comes_newest_first_in_pages_and_as_csv(store: Engine, as_user: As) -> None:
    told(store, *(one(str(number)) for number in range(5)))
    caller = as_user(POLICE)
    first = inbox(caller, "?limit=3")
    rest = inbox(caller, f"?limit=3&cursor={first['next_cursor']}")
    seqs = [item["seq"] for item in first["items"] + rest["items"]]
    assert seqs == sorted(seqs, reverse=True)
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (3, 2, None)
    answer = caller.get("/v1/notices?limit=3", headers={"Accept": "text/csv"})
    assert [row["id"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))] == [
        item["id"] for item in first["items"]
    ]
    assert answer.headers["next-cursor"] == first["next_cursor"]
    assert caller.get("/v1/notices?cursor=x").status_code == 422


def test_inbox_holds_what_the_agencies_were_told_that_it_succeeded(store: Engine, as_user: As) -> None:
    told(store, *(one(str(number), agency=agency) for number in range(3) for agency in (POLICE, OTHERS)))
    abolished = text("UPDATE agency SET successor = :heir, valid_to = '2026-10-01' WHERE code = :code")
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(abolished, {"heir": POLICE, "code": OTHERS})
    caller = as_user(POLICE)
    first = inbox(caller, "?limit=4")
    rest = inbox(caller, f"?limit=4&cursor={first['next_cursor']}")
    seqs = [item["seq"] for item in first["items"] + rest["items"]]
    assert seqs == sorted(seqs, reverse=True)
    assert (len(first["items"]), len(rest["items"]), first["unread"]) == (4, 2, 6)


def test_inbox_is_narrowed_by_kind_dossier_and_unread(road: Road, store: Engine, as_user: As) -> None:
    road.open()
    told(store, one("a"), Telling(POLICE, "handed_over", "b", {"dossier": "x"}, UUID(road.id)))
    caller = as_user(POLICE)
    kinds = {
        query: [item["kind"] for item in inbox(caller, query)["items"]]
        for query in ("?kind=limit_overdue", "?kind=limit_over", f"?dossier={road.id}", "?unread=false")
    }
    assert list(kinds.values()) == [["limit_overdue:p4-query"], [], ["handed_over"], []]


def test_reading_marks_for_all_who_were_told_and_says_what_is_left(store: Engine, as_user: As) -> None:
    told(store, *(one(str(number)) for number in range(4)), one("h", "head"))
    officer, head = as_user(POLICE), as_user(HEAD)
    newest, *_, oldest = inbox(officer)["items"]
    path = f"/v1/notices/{newest['id']}/read"
    assert officer.post(path).json() == {"marked": 1, "unread": 3}
    assert officer.post(path).json() == {"marked": 0, "unread": 3}
    assert inbox(officer, "?unread=true")["unread"] == 3
    assert newest["id"] not in [item["id"] for item in inbox(head, "?unread=true")["items"]]
    assert officer.post("/v1/notices/read", json={"up_to": oldest["seq"]}).json() == {
        "marked": 1,
        "unread": 2,
    }
    assert officer.post("/v1/notices/read", json={"up_to": newest["seq"] + 9}).json() == {
        "marked": 2,
        "unread": 0,
    }
    assert inbox(head)["unread"] == 1
    [[by, at]] = rows(store, "SELECT read_by, read_at FROM notice WHERE id = :id", id=newest["id"])
    assert (by is not None, at is not None) == (True, True)


@pytest.mark.parametrize("path", ["", "/deliveries"])
def test_notice_of_another_agency_or_audience_is_unknown(store: Engine, as_user: As, path: str) -> None:
    told(store, one("h", "head"))
    [[notice]] = rows(store, "SELECT id FROM notice")
    assert as_user(HEAD).get(f"/v1/notices/{notice}{path}").status_code == 200
    for user in (POLICE, COURT, "kiem-toan"):
        assert as_user(user).get(f"/v1/notices/{notice}{path}").status_code == 404
    assert as_user(POLICE).post(f"/v1/notices/{notice}/read").status_code == 404
    assert as_user(POLICE).get(f"/v1/notices/{uuid4()}{path}").status_code == 404


def test_address_is_ones_own_to_set_and_the_mailbox_the_heads(store: Engine, as_user: As) -> None:
    officer, head = as_user(POLICE), as_user(HEAD)
    set_to = officer.put("/v1/me/email", json={"email": "Can.Bo@cau-giay.local"})
    assert set_to.json()["email"] == "Can.Bo@cau-giay.local"
    assert officer.get("/v1/me").json() == set_to.json()
    told(store, one("a"))
    assert head.put("/v1/me/agency/email", json={"email": "van-thu@cau-giay.local"}).status_code == 200
    assert officer.put("/v1/me/agency/email", json={"email": None}).status_code == 403
    told(store, one("b"))
    assert rows(store, "SELECT account IS NULL FROM delivery ORDER BY created_at, id") in (
        [(False,), (True,)],
        [(True,), (False,)],
    )
    assert officer.put("/v1/me/email", json={"email": None}).json()["email"] is None


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "a",
        "a@",
        "@b.vn",
        "a@b\nBcc: c@d.vn",
        "a@b.vn, c@d.vn",
        "A <a@b.vn>",
        "ă@b.vn",
        "a" * 300 + "@b.vn",
    ],
)
def test_what_is_no_address_is_refused_in_both_languages(as_user: As, wrong: str) -> None:
    answer = as_user(POLICE).put("/v1/me/email", json={"email": wrong})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "email"


@pytest.fixture
def stuck(store: Engine, as_user: As) -> str:
    """A mail to the police of Cầu Giấy whose fate is unknown; another one waits."""
    as_user(POLICE).put("/v1/me/email", json={"email": "can-bo@cau-giay.example"})
    told(store, one("a"), one("b"))
    [[delivery]] = rows(
        store, "UPDATE delivery SET state = 'unknown', attempts = 3, error = 'Connection lost', settled_at = :now "
        "WHERE notice = (SELECT id FROM notice WHERE key = 'a') RETURNING id", now=clock.now(),
    )  # fmt: skip
    return str(delivery)


def test_outcome_of_each_delivery_stands_beside_the_notice(store: Engine, as_user: As, stuck: str) -> None:
    [[notice]] = rows(store, "SELECT notice FROM delivery WHERE id = :id", id=stuck)
    [shown] = as_user(POLICE).get(f"/v1/notices/{notice}/deliveries").json()
    assert (shown["id"], shown["channel"], shown["state"], shown["attempts"], shown["error"]) == (
        stuck, "mail", "unknown", 3, "Connection lost",
    )  # fmt: skip


def test_supervisor_of_the_territory_sees_what_is_stuck_and_sends_it_again_once(
    store: Engine, as_user: As, stuck: str
) -> None:
    for user in ("giam-sat", "giam-sat.ha-noi", "quan-tri"):
        page = as_user(user).get("/v1/deliveries?state=unknown").json()
        assert [item["id"] for item in page["items"]] == [stuck]
        assert as_user(user).get("/v1/deliveries?state=parked").json()["items"] == []
    assert as_user("giam-sat.dong-thap").get("/v1/deliveries?state=unknown").json()["items"] == []
    refused = as_user(HEAD).get("/v1/deliveries?state=unknown")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "not_your_deliveries")
    path = f"/v1/deliveries/{stuck}/send-again"
    assert as_user("giam-sat.dong-thap").post(path).status_code == 404
    refused = as_user(HEAD).post(path)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "not_your_deliveries")
    again = as_user("giam-sat.ha-noi").post(path, headers={"Idempotency-Key": "again"})
    assert again.status_code == 200, again.text
    assert (again.json()["state"], again.json()["attempts"]) == ("waiting", 0)
    me = as_user("giam-sat.ha-noi").get("/v1/me").json()["id"]
    assert again.json()["again_by"] == me
    assert datetime.fromisoformat(again.json()["again_at"]) - clock.now() < timedelta(seconds=5)
    assert as_user("giam-sat.ha-noi").post(path).status_code == 409
    assert as_user("giam-sat.ha-noi").post(path, headers={"Idempotency-Key": "again"}).json() == again.json()


def test_agencies_that_had_the_dossier_are_told_that_a_document_ended(
    road: Road, store: Engine, as_user: As, wanted: dict[str, Any]
) -> None:
    had = {agency for (agency,) in rows(store, "SELECT agency FROM dossier_agency")}
    event = done(road, ask(road, wanted, "reissue"))["event"]["id"]
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        tell_of_acts(connection, [UUID(event)])
    acting = "cscn.so1-ha-noi"
    assert {
        agency for (agency,) in rows(store, "SELECT agency FROM notice WHERE kind = 'document_ended'")
    } == (had - {acting})
    item = next(item for item in inbox(as_user(POLICE))["items"] if item["kind"] == "document_ended")
    number = wanted["number_text"]
    assert f"Văn bản: {number}" in item["text"]
    assert "Thay thế bằng: " in item["text"]
    assert "Nguyễn" not in item["title"] + item["text"]
