"""Law on the board: books with what is unconfirmed, two compared, the calculator's reasons, and the calendar changed after a preview."""

import re
from datetime import datetime
from html import unescape
from operator import attrgetter

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.rulebooks import book_named
from flows.books import books
from models import clock
from models.law.calendar import baseline
from models.law.diff import difference
from tests.api.board.visitor import Visitor
from tests.api.road import Road, unchanged
from tests.api.test_traces import entries

OFFICER, KEEPER = "ca.cau-giay", "giam-sat"
LARGEST = 200_000
CONFIRMED = attrgetter("confirmed")
CHANGE = "/board/law/calendar/change"
STORM = {
    "changes.0.day": "2026-09-04", "changes.0.kind": "off", "changes.0.name": "Nghỉ bão",
    "changes.0.citation": "Công điện 01/CĐ-TTg",
}  # fmt: skip
WHEN = datetime.fromisoformat("2026-09-03T09:00:00+07:00")


@pytest.fixture
def reader(client: TestClient) -> Visitor:
    return Visitor.signed_in(client, OFFICER)


def plain(html: str) -> str:
    """A page as it is read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_every_rule_of_every_book_stands_there_with_its_article_and_what_is_unconfirmed_is_marked(
    reader: Visitor,
) -> None:
    for book in books():
        html = reader.get(f"/board/law/books/{book.code}/rules").text
        assert len(html.encode()) < LARGEST
        rows = dict(re.findall(r'<tr id="([^"]+)">(.*?)</tr>', html, re.DOTALL))
        assert rows.keys() == {rule.id for rule in book.rules}
        for rule in book.rules:
            assert ("Chưa đối chiếu văn bản" in rows[rule.id]) is not rule.confirmed, rule.id
            assert rule.citation in plain(rows[rule.id]).replace("&#39;", "'"), rule.id


def test_every_act_stands_on_the_road_of_one_stage(reader: Visitor) -> None:
    for book in books():
        road = reader.get(f"/board/law/books/{book.code}").text
        found = []
        for stage in book.stages:
            html = reader.get(f"/board/law/books/{book.code}/stages/{stage}").text
            assert len(html.encode()) < LARGEST
            found += re.findall(r'<li id="(\w+)">', html)
        assert sorted(found) == sorted(action.code for action in book.actions)
        assert all(f"#{code}" in road for code in found)


@pytest.mark.parametrize("part", ["papers", "forms", "provisions", "more"])
def test_the_other_tables_say_what_the_book_says(reader: Visitor, part: str) -> None:
    for book in books():
        html = reader.get(f"/board/law/books/{book.code}/{part}").text
        assert len(html.encode()) < LARGEST
        moved = book.transition
        marks = {
            "papers": [row.confirmed for row in book.papers],
            "forms": [],
            "provisions": [row.confirmed for row in book.provisions],
            "more": [moved.confirmed, *map(CONFIRMED, moved.landings + moved.keeps)] if moved else [],
        }[part]
        assert html.count("Chưa đối chiếu văn bản") == marks.count(False)


def test_the_search_finds_words_without_diacritics_and_leads_to_the_rule(reader: Visitor) -> None:
    html = reader.get("/board/law/books/2026/search?q=doc+ho+so").text
    assert 'href="/board/law/books/2026/rules#p4-read"' in html
    assert "Không có mục nào như vậy." in reader.get("/board/law/books/2026/search?q=khongcogi").text
    assert "Nhập từ cần tìm." in reader.get("/board/law/books/2026/search").text
    assert "Chỉ hiện" not in html
    assert "3 ngày làm việc" in html
    assert "working day" not in html


def test_a_search_that_finds_nearly_everything_shows_no_more_than_a_page_holds(reader: Visitor) -> None:
    for book in books():
        html = reader.get(f"/board/law/books/{book.code}/search?q=a").text
        assert "Chỉ hiện 150 dòng đầu" in html
        assert len(html.encode()) < LARGEST
        assert html.count("<tr>") - html.count("<thead>") == 150


def test_a_book_is_said_in_the_readers_language(reader: Visitor) -> None:
    path, [one, *_] = "/board/law/books/2014/provisions", book_named("2014").provisions
    said = unescape(reader.get(path).text)
    assert (one.title in said, one.title_en in said, ">Quy định<" in said) == (True, False, True)
    reader.fill("/board/law", "/board/language", language="en")
    said = unescape(reader.get(path).text)
    assert (one.title in said, one.title_en in said, ">Provision<" in said) == (False, True, True)
    for book in books():
        for part in ("rules", "papers", "forms", "provisions", "more"):
            heads = re.findall(
                r'<th scope="col">([^<]*)</th>', reader.get(f"/board/law/books/{book.code}/{part}").text
            )
            assert not [head for head in heads if not head.isascii()], (book.code, part)


def test_what_only_one_of_two_books_has_is_named_by_its_code_alone(reader: Visitor) -> None:
    for table in ("papers", "rules", "actions"):
        assert "None" not in plain(reader.get(f"/board/law/compare?old=2022&new=2026&table={table}").text)


def test_two_books_are_compared_as_the_api_compares_them(reader: Visitor) -> None:
    old, new = books()[1], books()[-1]
    found = difference(old, new, books())
    html = reader.get(f"/board/law/compare?old={old.code}&new={new.code}").text
    assert len(html.encode()) < LARGEST
    for name in ("rules", "actions", "papers", "provisions"):
        assert f"({len(getattr(found, name))})</a>" in html
    actions = reader.get(f"/board/law/compare?old={old.code}&new={new.code}&table=actions").text
    assert actions.count("<tr>") == len(found.actions) + 1
    assert len(actions.encode()) < LARGEST
    for path in ("old=2022&new=1999", "old=2022&new=2026&table=x"):
        assert reader.get(f"/board/law/compare?{path}").status_code == 404


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_reader_of_two_books_meets_a_code_in_the_place_of_words(reader: Visitor, language: str) -> None:
    reader.fill("/board/law", "/board/language", language=language)
    address = "/board/law/compare?old=2014&new=2026&table="
    for table in ("rules", "actions", "papers", "drawn"):
        html = reader.get(address + table).text
        cells = re.findall(r"<(?:del|ins|dt)>(.*?)</(?:del|ins|dt)>", html)
        assert cells, table
        assert not [cell for cell in cells if re.search(r"[a-z]_[a-z]| = |\bacts:", cell)], table
    papers, actions = (plain(reader.get(address + table).text) for table in ("papers", "actions"))
    said = "Tình trạng nơi cư trú: Không có nơi cư trú ổn định" if language == "vi" else "Residence: none"
    assert said in papers
    assert ("Công an cấp xã" if language == "vi" else "Commune police") in actions


def test_unknown_books_stages_and_parts_are_not_there(reader: Visitor) -> None:
    for path in ("1999", "1999/rules", "2014/stages/after_care", "1999/search?q=x"):
        assert reader.get(f"/board/law/books/{path}").status_code == 404, path


def test_the_calculator_says_when_and_day_by_day_why(reader: Visitor) -> None:
    asked = {"rulebook": "2026", "rule": "p4-read", "from": "2026-08-27T15:00"}
    led = reader.fill("/board/law/calculator", "/board/law/calculator", **asked)
    assert led.status_code == 303
    text = plain(reader.get(led.headers["location"]).text)
    for said in ("04/09/2026", "Ngày làm việc thứ 3", "Quốc khánh", "Chủ Nhật", baseline().version):
        assert said in text
    cells = re.findall(r'<td class="(\w+)">(\d+)', reader.get(led.headers["location"]).text)
    assert ("last", "4") in cells
    assert ("skipped", "2") in cells
    assert ("counts", "28") in cells


def test_the_calculator_asks_for_the_fact_that_decides(reader: Visitor) -> None:
    asked = {"rulebook": "2026", "rule": "p4-test-resid", "from": "2026-08-27T15:00"}
    answer = reader.get(
        reader.fill("/board/law/calculator", "/board/law/calculator", **asked).headers["location"]
    )
    assert answer.status_code == 422
    assert 'href="#field-facts.remote"' in answer.text
    page = "/board/law/calculator?rulebook=2026&rule=p4-test-resid"
    led = reader.fill(page, "/board/law/calculator", **asked | {"facts.remote": "true"})
    assert led.headers["location"].endswith("&facts=remote%3Dtrue")
    assert "29/08/2026 15:00" in plain(reader.get(led.headers["location"]).text)


def test_the_calculator_counts_any_amount_and_refuses_what_makes_no_sense(reader: Visitor) -> None:
    page = "/board/law/calculator?amount=&unit="
    led = reader.fill(page, "/board/law/calculator", amount="1", unit="month", **{"from": "2026-01-31T08:00"})
    assert "28/02/2026" in reader.get(led.headers["location"]).text
    for query, field in (
        ("amount=x&unit=day&from=2026-08-27T15:00", "amount"),
        ("amount=3&unit=day&from=mai", "from"),
    ):
        refused = reader.get(f"/board/law/calculator?{query}")
        assert refused.status_code == 422
        assert f'id="wrong-{field}"' in refused.text
    assert reader.get("/board/law/calculator?rulebook=2026&rule=x").status_code == 404


def test_the_calendar_shows_each_day_that_differs_with_its_decision(reader: Visitor) -> None:
    html = reader.get("/board/law/calendar/2026").text
    days = baseline().year(2026)
    assert html.count('<td class="off') + html.count('<td class="working') == len(days)
    assert all(day.citation in plain(html) for day in days)
    assert "12729/VPCP-KGVX" in html
    assert CHANGE not in html
    assert reader.get("/board/law/calendar/1900").status_code == 404
    assert reader.get(CHANGE).status_code == 403


@pytest.fixture
def reading(road: Road, client: TestClient) -> Road:
    """A dossier whose reading time runs until 4 September."""
    road.advance("send_to_court")
    return road


def test_a_change_of_the_calendar_shows_what_moves_before_it_is_applied(
    reading: Road, client: TestClient, store: Engine
) -> None:
    keeper = Visitor.signed_in(client, KEEPER)
    number = reading.as_user(OFFICER).get(reading.path).json()["number"]
    with clock.at(WHEN):
        with unchanged(store):
            shown = keeper.fill(CHANGE, f"{CHANGE}/preview", **STORM)
        assert shown.status_code == 200, shown.text
        text = plain(shown.text)
        for said in (number, "04/09/2026", "07/09/2026", "08/09/2026", "Nghỉ bão"):
            assert said in text
        [entry] = entries(store, f"POST {CHANGE}/preview")
        assert list(map(str, entry["dossiers"])) == [reading.id]
        assert "Nghỉ bão" in keeper.get(CHANGE).text, "what was typed stands there for another try"
        form = hidden(shown.text)
        applied = keeper.post(CHANGE, form)
        assert (applied.status_code, applied.headers["location"]) == (303, "/board/law/calendar/2026")
        page = keeper.get("/board/law/calendar/2026").text
        assert "số thời hạn đã dời: 2." in page
        assert "Công điện 01/CĐ-TTg" in page
        assert keeper.post(CHANGE, form).headers["location"] == "/board/law/calendar/2026", "a double click"
    limits = reading.as_user(OFFICER).get(f"{reading.path}/limits").json()
    assert next(one for one in limits if one["rule"] == "p4-read")["last_day"] == "2026-09-07"
    assert "Nghỉ bão" not in keeper.get(CHANGE).text, "the draft went with it"


def test_nothing_is_applied_that_was_not_previewed_for_this_very_calendar(
    reading: Road, client: TestClient, store: Engine
) -> None:
    keeper = Visitor.signed_in(client, KEEPER)
    with clock.at(WHEN):
        form = hidden(keeper.fill(CHANGE, f"{CHANGE}/preview", **STORM).text)
        for version in ("", "2026-01-01.0"):
            with unchanged(store):
                refused = keeper.post(CHANGE, form | {"version": version})
            assert refused.status_code == 409
            assert "hãy xem trước lại" in refused.text
        wrong = keeper.fill(
            CHANGE, f"{CHANGE}/preview", **STORM | {"changes.0.day": "2026-09-06", "changes.0.citation": ""}
        )
        assert wrong.status_code == 422
        assert 'id="wrong-changes.0.citation"' in wrong.text
        same = keeper.fill(CHANGE, f"{CHANGE}/preview", **STORM | {"changes.0.day": "2026-09-06"})
        assert "vốn là ngày nghỉ" in same.text


def hidden(html: str) -> dict[str, str]:
    """The form that applies what was previewed."""
    [form] = re.findall(rf'<form method="post" action="{CHANGE}".*?</form>', html, re.DOTALL)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
