"""The officer's work and the dossier's page: the most urgent first, and of each no more than its reader needs."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.board import work
from models import clock
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.board.visitor import Visitor
from tests.api.conftest import NOW
from tests.api.road import Road

POLICE = "ca.cau-giay"


def write(store: Engine, statement: str, **values: Any) -> None:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text(statement), values)


def opened(road: Road, store: Engine, due: timedelta | None) -> str:
    """A dossier with one duty that ends so long from now, or with none."""
    road.done.clear()
    road.open()
    write(
        store,
        "UPDATE time_limit SET ended_at = :now, \"end\" = 'done' WHERE dossier = :id",
        now=NOW,
        id=road.id,
    )
    if due is not None:
        write(store, """INSERT INTO time_limit (id, dossier, book, rule, kind, started_by, starts_at, due, last_day, explanation, ledger)
            SELECT gen_random_uuid(), dossier, '2026', 'p4-read', 'duty', id, :since, :due, date(:due), '{}', '[]' FROM event WHERE dossier = :id""",
            since=NOW - timedelta(days=30), due=NOW + due, id=road.id)  # fmt: skip
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        asked = text("SELECT number FROM dossier WHERE id = :id")
        return str(connection.execute(asked, {"id": road.id}).scalar_one())


def test_the_most_urgent_comes_first_and_pages_go_on_where_the_last_ended(
    road: Road, store: Engine, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    none, later, soon, past = (
        opened(road, store, due) for due in (None, timedelta(days=5), timedelta(hours=2), timedelta(days=-1))
    )
    visitor = Visitor.signed_in(client, POLICE)

    def order(html: str) -> list[str]:
        return sorted((number for number in (none, later, soon, past) if number in html), key=html.index)

    shown = visitor.get("/board/work").text
    assert order(shown) == [past, soon, later, none]
    assert shown.count("Quá hạn</span>") == 1
    assert order(visitor.get("/board/work?which=overdue").text) == [past]
    seen, page = list[str](), "/board/work"
    monkeypatch.setattr(work, "_LIMIT", 1)
    while True:
        shown = visitor.get(page).text
        seen += order(shown)
        following = re.search(r'<a class="button" rel="next" href="([^"]+)"', shown)
        if following is None:
            break
        page = unescape(following[1])
    assert seen == [past, soon, later, none]
    assert visitor.get("/board/work?cursor=x").status_code == 422


def test_a_dossier_shows_person_limits_documents_and_road(road: Road, client: TestClient) -> None:
    road.advance("verify_residence")
    shown = Visitor.signed_in(client, POLICE).get(f"/board/dossiers/{road.id}").text
    for part in ("Nguyễn Văn A", "001098000001", "20/05/1998", "Công an lập hồ sơ", "Mở hồ sơ", "17/08/2026"):
        assert part in shown, part


def test_what_a_reader_does_not_need_is_masked_on_pages_too(
    road: Road, client: TestClient, store: Engine
) -> None:
    road.open()
    write(store, """UPDATE person SET data = data || '{"birth_date": "2010-05-20"}'""")
    watching = Visitor.signed_in(client, "giam-sat")
    shown = watching.get(f"/board/dossiers/{road.id}")
    assert shown.status_code == 200
    assert "Nguyễn Văn A" not in shown.text
    assert "20/05/2010" not in shown.text
    assert "danh tính người dưới 18 tuổi" in shown.text
    assert "Nguyễn Văn A" in Visitor.signed_in(client, POLICE).get(f"/board/dossiers/{road.id}").text


def test_a_duty_that_ends_with_a_day_is_due_that_day_and_not_at_midnight_of_the_next(
    road: Road, store: Engine, client: TestClient
) -> None:
    midnight = datetime(2026, 11, 26, 17, tzinfo=UTC)  # of the 27th in Vietnam
    opened(road, store, midnight - NOW)
    by_the_hour = opened(road, store, timedelta(hours=2))
    visitor = Visitor.signed_in(client, POLICE)
    shown = visitor.get("/board/work").text
    assert (">26/11/2026</time>" in shown, "27/11/2026" in shown) == (True, False)
    assert ">23/11/2026 11:00</time>" in shown, by_the_hour


def test_both_languages_say_the_same_page(road: Road, client: TestClient) -> None:
    road.open()
    visitor = Visitor.signed_in(client, POLICE)
    visitor.fill("/board/work", "/board/language", language="en")
    shown = visitor.get(f"/board/dossiers/{road.id}")
    assert (shown.headers["content-language"], '<html lang="en"' in shown.text) == ("en", True)
    assert "Holding agency" in shown.text
    assert "Cơ quan đang giữ" not in shown.text
    visitor.fill("/board/work", "/board/language", language="xx")
    assert visitor.cookies["hoso_language"] == "en"


def test_what_others_hold_stands_in_the_work_of_whoever_they_wait_for(road: Road, client: TestClient) -> None:
    road.advance("open_session")
    police = Visitor.signed_in(client, POLICE)
    waiting = "/board/work?which=awaited"
    assert road.id not in police.get(waiting).text
    road.take(
        "query", by="ta.kv4-ha-noi.truong", at="2026-09-10T09:00:00+07:00", question="làm rõ nơi cư trú",
        query_received_at="2026-09-10T10:00:00+07:00",
    )  # fmt: skip
    shown = police.get(waiting).text
    assert f'href="/board/dossiers/{road.id}/actions/reply_query"' in shown
    assert "Trả lời Tòa án" in shown
    assert road.id not in police.get("/board/work").text, "another agency holds it"
    assert road.id in police.get(f"{waiting}&stage=court_decision").text
    assert road.id not in police.get(f"{waiting}&stage=execution").text
    with clock.at(datetime(2026, 9, 10, 5, tzinfo=UTC)):
        court = Visitor.signed_in(client, "ta.kv4-ha-noi.thu-ky")
        assert road.id not in court.get(waiting).text
        assert road.id in court.get("/board/work?which=waiting").text, "the one list mirrors the other"
    road.take(
        "reply_query", by=f"{POLICE}.truong", at="2026-09-10T15:00:00+07:00", answer="cư trú tại phường Cầu Giấy"
    )  # fmt: skip
    assert road.id not in police.get(waiting).text
