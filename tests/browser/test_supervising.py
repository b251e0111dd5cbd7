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
from models.law.limits import TIMEZONE
from models.postgres import app_url
from models.settings import Settings
from models.store import open_store
from tests.api.conftest import NOW, PASSWORD
from tests.browser.conftest import PATIENCE, Board, serving, sign_in, windows
from tests.browser.pages import PROVINCE, Shown
from tests.browser.test_every_page import axe, holds  # noqa: F401 - a fixture
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
            left = "SELECT id FROM dossier WHERE book = '2025-07' AND holder = 'ca.tan-hong' AND stage = 'police_collection'"
            made.dossiers["left_behind"] = str(made.as_system(left))
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


@pytest.mark.parametrize("shown", PROVINCE, ids=lambda shown: shown.name)
def test_a_page_of_a_year_holds(province: Board, chromium: Browser, shown: Shown, axe: str) -> None:  # noqa: F811 - the fixture
    with clock.at(NOW), windows(province, chromium) as window:
        holds(province, window, shown, axe)


def test_a_head_has_every_page_in_one_line_and_finds_the_folded_ones_by_keyboard(
    province: Board, chromium: Browser
) -> None:
    with clock.at(NOW), windows(province, chromium) as window:
        page = window("ca.tan-hong.truong", reduced_motion="reduce")
        for language in ("English", "Tiếng Việt"):
            page.goto("/board/work")
            page.get_by_role("button", name=language).click()
            titles = page.locator(".top nav > ul > li")
            assert titles.count() == 7
            tops = {titles.nth(place).bounding_box()["y"] for place in range(7)}  # type: ignore[index]  # they are seen
            assert len(tops) == 1, "one line"
            assert page.locator(".me").bounding_box()["y"] < 30, "beside it"  # type: ignore[index]
        group = page.locator(".top nav summary")
        group.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Tiến độ")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Tiến độ")).to_be_hidden()
        expect(group).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Tổng quan", exact=True)).to_be_visible()
        expect(page.locator(".top nav summary.here")).to_be_visible()


def test_a_dossier_left_behind_by_the_law_is_tried_and_goes_on_under_the_newer_book(
    province: Board, chromium: Browser
) -> None:
    number = province.as_system(
        "SELECT number FROM dossier WHERE id = :id", id=province.dossiers["left_behind"]
    )

    def book() -> str:
        return str(
            province.as_system("SELECT book FROM dossier WHERE id = :id", id=province.dossiers["left_behind"])
        )

    with clock.at(NOW), windows(province, chromium) as window:
        page = window("ca.tan-hong.truong")
        page.goto("/board/stuck?cause=law_changed")
        page.get_by_role("link", name=number).click()
        page.get_by_role("link", name="Chuyển").first.click()
        expect(page.get_by_role("heading", name="Chuyển hồ sơ sang bộ quy tắc mới")).to_be_visible()
        page.locator('[name="occurred_at"]').fill(f"{NOW.astimezone(TIMEZONE):%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name="Thử, chưa ghi").click()
        expect(page.get_by_text("Nếu thực hiện, hồ sơ sẽ như sau")).to_be_visible()
        assert book() == "2025-07", "only tried"
        page.get_by_role("button", name="Chuyển hồ sơ").click()
        expect(page.get_by_text("Đã chuyển hồ sơ sang bộ quy tắc mới.")).to_be_visible()
        expect(page.locator('main a[href="/board/law/books/2026"]').first).to_be_visible()
        assert book() == "2026"
        page.goto("/board/stuck?cause=law_changed")
        expect(page.get_by_role("link", name=number)).to_have_count(0)
