"""What is typed is not lost: by an expired session, a lost network, a double click; and nobody else can send it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.api.conftest import PASSWORD
from tests.browser.conftest import Board, Window
from tests.flows.conftest import until

HEAD = "ca.cau-giay.truong"
TEXT = "Ghi chú đang viết, còn dài"


@pytest.fixture
def form(board: Board, window: Window) -> Page:
    """The form of an assignment, with nothing typed."""
    board.as_system("DELETE FROM draft")
    page = window(HEAD)
    page.goto(f"/board/dossiers/{board.dossiers['opened']}/assignment")
    return page


def drafts(board: Board) -> Callable[[], bool]:
    return lambda: TEXT in str(board.as_system("SELECT max(body::text) FROM draft"))


def test_a_session_that_ends_while_one_types_takes_nothing_along(board: Board, form: Page) -> None:
    form.get_by_label("Ghi chú").fill(TEXT)
    expect(form.locator(".draft")).to_contain_text("Đã lưu nháp lúc")
    board.as_system("UPDATE session SET expires_at = now() - interval '1 minute' WHERE ended_at IS NULL")
    form.get_by_label("Ghi chú").press_sequentially(" hơn")
    expect(form.locator(".draft")).to_contain_text("Phiên làm việc đã hết. Nội dung đã được lưu nháp")
    form.get_by_role("link", name="Đăng nhập lại").click()
    form.get_by_label("Tên đăng nhập").fill(HEAD)
    form.get_by_label("Mật khẩu").fill(PASSWORD)
    form.get_by_role("button", name="Đăng nhập").click()
    expect(form).to_have_url(re.compile("/assignment$"))
    expect(form.get_by_label("Ghi chú")).to_have_value(f"{TEXT} hơn")


def test_what_is_sent_with_an_ended_session_stands_there_after_signing_in(board: Board, form: Page) -> None:
    board.as_system("UPDATE session SET expires_at = now() - interval '1 minute' WHERE ended_at IS NULL")
    form.get_by_label("Ghi chú").fill(TEXT)
    form.get_by_role("button", name="Phân công").click()
    form.get_by_label("Tên đăng nhập").fill(HEAD)
    form.get_by_label("Mật khẩu").fill(PASSWORD)
    form.get_by_role("button", name="Đăng nhập").click()
    expect(form.get_by_label("Ghi chú")).to_have_value(TEXT)


def test_a_lost_network_is_told_and_the_text_saved_when_it_is_back(board: Board, form: Page) -> None:
    form.context.set_offline(True)
    form.get_by_label("Ghi chú").fill(TEXT)
    expect(form.locator(".draft")).to_contain_text("Mất kết nối")
    assert not drafts(board)()
    form.context.set_offline(False)
    until(drafts(board), patience=15)
    expect(form.get_by_label("Ghi chú")).to_have_value(TEXT)


def test_a_double_click_sends_once_and_the_draft_is_gone(board: Board, form: Page) -> None:
    form.get_by_label("Đại úy Lý Văn N").check()
    form.get_by_role("button", name="Phân công").dblclick()
    expect(form.get_by_text("Đã phân công.")).to_be_visible()
    assert board.as_system("SELECT count(*) FROM assignment") == 1
    assert board.as_system("SELECT count(*) FROM draft") == 0
    board.as_system("UPDATE assignment SET ended_at = now(), ended_because = 'withdrawn'")


def test_another_site_cannot_send_a_form_here(board: Board, form: Page, window: Window) -> None:
    token = form.locator("form[data-draft] input[name=_csrf]").get_attribute("value")
    action = form.url
    form.context.route("http://xau.example/", lambda route: route.fulfill(
        content_type="text/html",
        body=f'<form method="post" action="{action}"><input name="_csrf" value="{token}"><button>gửi</button></form>',
    ))  # fmt: skip
    form.goto("http://xau.example/")
    form.get_by_role("button").click()
    expect(form).not_to_have_url("http://xau.example/")
    expect(form.get_by_text("Đã phân công.")).to_have_count(0)
    assert board.as_system("SELECT count(*) FROM assignment WHERE ended_at IS NULL") == 0


def test_a_forged_cookie_opens_nothing(board: Board, window: Window) -> None:
    page = window()
    page.context.add_cookies([{"name": "hoso_session", "value": "x" * 43, "url": board.url}])
    page.goto(f"/board/dossiers/{board.dossiers['opened']}")
    expect(page).to_have_url(re.compile(r"/board/sign-in\?next="))
