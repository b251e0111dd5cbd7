"""Supervisors' pages: each number leads to a list as long as it is, and many lines are reminded of or assigned at once."""

import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.board import views
from api.registers import XLSX
from models import clock
from models.postgres import app_url
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.api.board.visitor import Visitor, account_of, hidden_of
from tests.api.conftest import NOW, SignedIn
from tests.api.road import Caller, Road
from tests.cluster import new_database

POLICE = "ca.cau-giay"
SINCE = "first_day=2026-08-01"
"""The months in which the road's acts happen."""
LISTS = ("/board/watched", "/board/behind", "/board/stuck", "/board/calendar")
_LINK = re.compile(r'<a [^>]*?href="(/board/(?:watched|behind)(?:\?[^"]*)?)"[^>]*>(.*?)</a>', re.DOTALL)


@pytest.fixture(scope="module")
def template(cluster: Settings, template: str, application: FastAPI) -> Iterator[str]:
    """A database in which a dossier is late, where the tests' supervisor works."""
    with new_database(cluster, template) as settings, clock.at(NOW):
        application.state.settings = settings
        store, signed = open_store(app_url(settings)), SignedIn({})
        with unit_of_work(store, Scope(SYSTEM)) as connection:
            connection.execute(text("UPDATE account SET agency = 'ca.cau-giay' WHERE username = 'giam-sat'"))
        with TestClient(application, base_url="http://hoso.test") as client:

            def as_user(user: str) -> Caller:
                token = {"Authorization": f"Bearer {signed.token(client, user)}"}
                return Caller(
                    lambda method, path, **more: client.request(
                        method, path, headers=token | (more.pop("headers", None) or {}), **more
                    )
                )

            Road(as_user, store).advance("compile")
        store.dispose()
        name = app_url(settings).database
        assert name
        yield name


@pytest.fixture
def supervisor(client: TestClient) -> Visitor:
    return Visitor.signed_in(client, "giam-sat")


def page(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200, path
    return answer.text


def numbers(html: str) -> dict[str, int]:
    """The numbers that lead to lists, by the list's address."""
    found = {}
    for path, shown in _LINK.findall(html):
        counted = re.search(r"<b.*?>([0-9.]+)</b>", shown)
        digits = (
            counted[1] if counted else re.sub(r"[^0-9]", "", re.sub(r"<span.*?</span>|<[^>]*>", "", shown))
        )
        if digits:
            found[unescape(path)] = int(digits)
    return found


def lines(html: str) -> int:
    """How many lines the page's lists have."""
    return sum(part.count("<tr") for part in re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL))


def test_each_number_leads_to_a_list_as_long_as_it_is(supervisor: Visitor) -> None:
    found: dict[str, int] = {}
    for path in (
        "/board/overview", f"/board/agencies/{POLICE}", "/board/agencies", f"/board/performance?{SINCE}",
        "/board/calendar?month=2026-08-01", "/board/overview?stage=police_collection",
    ):  # fmt: skip
        shown = numbers(page(supervisor, path))
        assert shown or "performance" in path, path
        found |= shown
    asked = " ".join(found)
    for what in (
        "cause=overdue", "stage=police_collection", "agency=", "what=opened", "what=on_time", "due_on=",
    ):  # fmt: skip
        assert what in asked, what
    assert 1 in found.values()
    for path, number in found.items():
        assert lines(page(supervisor, path)) == number, path


def test_every_list_and_every_table_of_figures_is_a_workbook_too(supervisor: Visitor) -> None:
    number = supervisor.get("/board/watched").text
    [dossier] = re.findall(r'<a href="/board/dossiers/[^"]+">([^<]+)</a>', number)
    for path, told in (
        ("watched.xlsx?cause=overdue", True), ("stuck.xlsx?order=severity", True), (f"behind.xlsx?what=opened&{SINCE}", True),
        ("calendar.xlsx?month=2026-08-01", False), (f"figures.xlsx?{SINCE}", False),
    ):  # fmt: skip
        answer = supervisor.get(f"/board/{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX), path
        sheets = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
        assert sheets[0].max_row > 1, path
        assert (dossier in {cell.value for cell in sheets[0]["A"]}) == told, path
    for path in ("overview", "performance", "stuck", "calendar", "watched", f"agencies/{POLICE}"):
        assert ".xlsx" in page(supervisor, f"/board/{path}"), path


def test_a_stuck_line_says_all_and_can_be_narrowed_and_ordered(supervisor: Visitor) -> None:
    shown = page(supervisor, "/board/stuck?cause=overdue&severity=&stage=&agency=&order=since")
    [row] = re.findall(r'<tr>\s*<td data-label="Chọn">.*?</tr>', shown, re.DOTALL)
    for told in (
        "Đã quá hạn",
        "Nghiêm trọng",
        "Đ.",
        "Công an",
        "/board/agencies/",
        "/board/dossiers/",
        "<time",
    ):
        assert told in row, told
    assert "Không có gì vướng như vậy." in page(supervisor, "/board/stuck?cause=absconded")
    assert supervisor.get("/board/stuck?cause=nothing").status_code == 422
    supervisor.cookies["hoso_language"] = "en"
    english = page(supervisor, "/board/stuck?cause=overdue")
    assert "Past its limit" in english
    assert "Đã quá hạn" not in english


def pick(html: str) -> dict[str, str]:
    """All lines of a list, chosen."""
    found = re.findall(r'name="(pick\.\d+)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def test_chosen_lines_are_tried_shown_and_reminded_of_once(supervisor: Visitor, store: Engine) -> None:
    path = "/board/stuck?cause=overdue"
    chosen = supervisor.hidden(path, "/board/stuck/reminder") | pick(page(supervisor, path))
    unknown = {"pick.9": "00000000-0000-4000-8000-000000000001|overdue|p4-read"}
    tried = supervisor.post("/board/stuck/reminder", chosen | unknown)
    assert tried.status_code == 200
    assert "1 công văn sẽ ban hành" in tried.text
    assert "1 dòng không nhắc được" in tried.text
    assert count(store, "reminder") == 0, "only tried"
    form = hidden_of(tried.text, "/board/stuck/reminder/issue") | pick(tried.text)
    assert form.keys() & {"pick.9"} == set()
    wrong = supervisor.post("/board/stuck/reminder/issue", form | {"answer_by": "hôm nào"})
    assert wrong.status_code == 422
    assert 'id="wrong-answer_by"' in wrong.text
    done = [supervisor.post("/board/stuck/reminder/issue", form | {"wanted": "Làm ngay"}) for _ in range(2)]
    assert {(one.status_code, one.headers["location"]) for one in done} == {(303, path)}
    assert "Đã ban hành 1 công văn nhắc việc." in page(supervisor, path)
    assert count(store, "reminder") == 1
    again = supervisor.post("/board/stuck/reminder", chosen)
    assert "Hôm nay đã nhắc về việc này" in again.text
    assert "/board/stuck/reminder/issue" not in again.text


def test_what_is_no_line_is_refused(supervisor: Visitor) -> None:
    form = supervisor.hidden("/board/stuck", "/board/stuck/reminder")
    for value in ("x", "-" * 36 + "|overdue|", "00000000-0000-4000-8000-000000000001|overdue|<b>", None):
        answer = supervisor.post("/board/stuck/reminder", form | ({"pick.1": value} if value else {}))
        assert (answer.status_code, "Hãy chọn từ 1 đến 200 dòng" in answer.text) == (422, True), value


def test_a_head_gives_many_dossiers_to_somebody_and_a_supervisor_cannot(
    client: TestClient, store: Engine, supervisor: Visitor
) -> None:
    head = Visitor.signed_in(client, f"{POLICE}.truong")
    shown = page(head, "/board/stuck?cause=overdue")
    chosen = hidden_of(shown, "/board/stuck/reminder") | pick(shown)
    asked = head.post("/board/stuck/assignment", chosen)
    assert "1 hồ sơ đã chọn." in asked.text
    form = hidden_of(asked.text, "/board/stuck/assignment/give") | pick(asked.text)
    stranger = head.post("/board/stuck/assignment/give", form | {"account": "x"})
    assert stranger.status_code == 422
    account = str(account_of(client, POLICE))
    done = head.post("/board/stuck/assignment/give", form | {"account": account, "note": "Xem gấp"})
    assert done.status_code == 303
    assert "Đã phân công 1 hồ sơ." in page(head, done.headers["location"])
    assert count(store, "assignment") == 1
    assert "/board/stuck/assignment" not in page(supervisor, "/board/stuck")
    form = supervisor.hidden("/board/stuck", "/board/stuck/reminder") | pick(asked.text)
    assert supervisor.post("/board/stuck/assignment/give", form).status_code == 403


def test_a_saved_view_is_its_owners_alone(supervisor: Visitor, client: TestClient, store: Engine) -> None:
    path = "/board/stuck?cause=overdue&order=since"
    form = supervisor.hidden(path, "/board/stuck/views") | {"cause": "overdue", "order": "since"}
    assert form.items() >= {"cause": "overdue", "order": "since"}.items()
    for name in ("", "x" * 61):
        refused = supervisor.post("/board/stuck/views", form | {"name": name})
        assert (refused.status_code, 'href="#field-name"' in refused.text) == (422, True)
    done = supervisor.post("/board/stuck/views", form | {"name": "Sáng thứ Hai"})
    assert (done.status_code, done.headers["location"]) == (303, path)
    shown = page(supervisor, "/board/stuck")
    assert 'href="/board/stuck?cause=overdue&amp;order=since">Sáng thứ Hai</a>' in shown
    other = Visitor.signed_in(client, f"{POLICE}.truong")
    assert "Sáng thứ Hai" not in page(other, "/board/stuck")
    [removal] = re.findall(r'action="(/board/stuck/views/[^"]+/removal)"', shown)
    assert other.post(removal, other.hidden("/board/stuck", "/board/stuck/views")).status_code == 303
    assert count(store, "saved_view") == 1, "nobody else removes it"
    for scope, seen in (
        (Scope("", account_of(client, "giam-sat")), 1),
        (Scope(POLICE, territory=True), 0),
    ):
        with unit_of_work(store, scope) as connection:
            assert connection.execute(text("SELECT count(*) FROM saved_view")).scalar_one() == seen
    assert supervisor.post(removal, supervisor.hidden("/board/stuck", removal)).status_code == 303
    assert count(store, "saved_view") == 0


def test_there_are_only_so_many_views(supervisor: Visitor, client: TestClient, store: Engine) -> None:
    account = account_of(client, "giam-sat")
    with unit_of_work(store, Scope("", account)) as connection:
        for number in range(views.MOST):
            views.save(connection, account, "stuck", f"Bộ lọc {number}", {"cause": "idle"})
    form = supervisor.hidden("/board/stuck", "/board/stuck/views")
    assert supervisor.post("/board/stuck/views", form | {"name": "Một nữa"}).status_code == 409
    again = supervisor.post(
        "/board/stuck/views", supervisor.hidden("/board/stuck", "/board/stuck/views") | {"name": "Bộ lọc 3"}
    )
    assert again.status_code == 303, "a name used again means the newer one"


def test_of_agencies_and_dossiers_one_does_not_watch_there_is_nothing(
    client: TestClient, supervisor: Visitor
) -> None:
    own, foreign = POLICE, "ca.nha-trang"
    assert supervisor.get(f"/board/agencies/{own}").status_code == 200
    hidden, missing = (supervisor.get(f"/board/agencies/{code}") for code in (foreign, "khong-co"))
    assert hidden.status_code == missing.status_code == 404
    stranger = Visitor.signed_in(client, f"{foreign}.truong")
    assert stranger.get(f"/board/agencies/{foreign}").status_code == 200
    assert stranger.get(f"/board/agencies/{own}").status_code == 404
    [number] = re.findall(r'<a href="/board/dossiers/[^"]+">([^<]+)</a>', page(supervisor, "/board/watched"))
    for path in ("/board/overview", *LISTS[2:], "/board/watched", f"/board/behind?what=opened&{SINCE}"):
        assert number not in page(stranger, path), path
        assert own not in page(stranger, path), path
    for path in (
        "/board/overview",
        "/board/stuck",
        "/board/live",
        "/board/charts/times.svg?stages=execution:1:2",
    ):
        assert Visitor.signed_in(client, own).get(path).status_code == 403, path


def test_an_agencys_page_says_who_has_no_account(supervisor: Visitor, store: Engine) -> None:
    path = f"/board/agencies/{POLICE}"
    assert "Chưa ai có tài khoản" not in page(supervisor, path)
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        gone = "UPDATE account SET disabled = true WHERE agency = :agency AND role = 'head'"
        connection.execute(text(gone), {"agency": POLICE})
    assert page(supervisor, path).count("Chưa ai có tài khoản") == 1


def count(store: Engine, name: str) -> Any:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        return connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 - from the tests
