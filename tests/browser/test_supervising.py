"""A supervisor's morning on screen: each cause found and followed, a reminder sent, by keyboard too, and counts that come alone."""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from api.demo import demo_seed
from api.demo.province import anew, world_of
from flows.detectors import DETECTORS
from models import clock
from models.postgres import app_url
from models.settings import Settings
from models.store import open_store
from tests.api.conftest import NOW, PASSWORD
from tests.browser.conftest import PATIENCE, Board, serving, sign_in
from tests.cluster import new_database

SUPERVISOR = "giam-sat"
DOSSIERS = 40
"""As few as have every cause."""


@pytest.fixture(scope="module")
def province(cluster: Settings, template: str) -> Iterator[Board]:
    """The demonstration's province on the morning after, served on that day."""
    with new_database(cluster, template) as settings, clock.at(NOW):
        store = open_store(app_url(settings))
        anew(world_of(store, demo_seed(), NOW), settings.files, DOSSIERS, lambda _done, _all: None).run()
        store.dispose()
        with serving(settings) as made:
            yield made


@pytest.fixture
def page(province: Board, chromium: Browser) -> Iterator[Page]:
    """The supervisor's window."""
    with ExitStack() as opened:
        context = chromium.new_context(base_url=province.url, viewport={"width": 1280, "height": 900})
        opened.callback(context.close)
        context.set_default_timeout(PATIENCE)
        with clock.at(NOW):
            sign_in(province, context, SUPERVISOR)
        yield context.new_page()


def test_a_supervisor_signs_in_with_a_second_factor_and_begins_with_the_overview(page: Page) -> None:
    page.goto("/board/second-factor")
    page.get_by_role("button", name="Bắt đầu cài đặt").click()
    factor = pyotp.TOTP(page.locator(".secret").inner_text())
    page.get_by_label("Nhập mã ứng dụng đang hiện").fill(factor.at(NOW))
    page.get_by_role("button", name="Xác nhận").click()
    page.get_by_role("button", name="Tôi đã ghi lại").click()
    page.get_by_role("button", name="Đăng xuất").click()
    page.get_by_label("Tên đăng nhập").fill(SUPERVISOR)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_label("Mã xác thực").fill(factor.at(NOW, counter_offset=1))
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("heading", name="Tổng quan", exact=True)).to_be_visible()
    expect(page.locator(".live b")).to_have_text(re.compile("[1-9]"))


def test_a_dossier_stuck_by_each_cause_is_found_and_followed(page: Page) -> None:
    page.goto("/board/overview")
    rows = page.get_by_role("group", name="Hồ sơ vướng theo nguyên nhân").get_by_role("row")
    expect(rows).to_have_count(len(DETECTORS) + 1)
    links = {
        cause: (rows.filter(has_text=one.title).get_by_role("link").all()) for cause, one in DETECTORS.items()
    }
    found = {
        cause: (int(number.inner_text()), number.get_attribute("href"), seen_to.get_attribute("href"))
        for cause, (number, seen_to) in links.items()
    }
    for cause, (number, listed, seen_to) in found.items():
        page.goto(listed or "")
        expect(page.locator("tbody tr"), cause).to_have_count(number)
        page.goto(seen_to or "")
        line = page.locator("tbody tr").first
        expect(line, cause).to_contain_text(DETECTORS[cause].title)
        dossier = line.get_by_role("rowheader").get_by_role("link")
        name = dossier.inner_text()
        dossier.click()
        expect(page.get_by_role("heading", name=f"Hồ sơ {name}")).to_be_visible()


def test_a_reminder_is_sent_by_keyboard_alone(page: Page) -> None:
    page.goto("/board/stuck?cause=overdue&order=severity")
    lines = page.locator("tbody tr").count()

    def tab_to(selector: str) -> None:
        for _ in range(40 + 6 * lines):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(selector)

    tab_to("tbody input[type=checkbox]")
    page.keyboard.press("Space")
    tab_to(".chosen-acts button.main")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 công văn sẽ ban hành")).to_be_visible()
    tab_to("#field-wanted")
    page.keyboard.type("Thực hiện ngay trong tuần")
    tab_to("main form button.main")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã ban hành 1 công văn nhắc việc.")).to_be_visible()
    expect(page).to_have_url(re.compile("/board/stuck"))
    page.locator("input[data-all]").check()
    assert page.locator("tbody input:checked").count() == lines


def test_counts_come_by_themselves_and_the_pages_work_without_a_script(
    page: Page, province: Board, chromium: Browser
) -> None:
    page.goto("/board/stuck")
    expect(page.locator(".live b")).to_be_visible()
    context = chromium.new_context(base_url=province.url, java_script_enabled=False)
    with clock.at(NOW):
        sign_in(province, context, SUPERVISOR)
    plain = context.new_page()
    plain.goto("/board/overview")
    expect(plain.locator(".live b")).to_be_hidden()
    expect(plain.locator(".count.overdue b")).to_have_text(page.locator(".live b").inner_text())
    expect(plain.locator("button[data-print]")).to_be_hidden()
    context.close()
