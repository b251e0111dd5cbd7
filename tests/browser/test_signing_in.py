"""Signing in on screen: with a second factor, by keyboard alone, and back to where one was."""

import re

import pyotp
from playwright.sync_api import expect

from tests.api.conftest import PASSWORD
from tests.browser.conftest import Board, Window

HEAD, OFFICER = "ta.ha-noi.truong", "ca.cau-giay"


def test_a_head_sets_up_a_second_factor_and_signs_in_with_it(board: Board, window: Window) -> None:
    page = window(HEAD)
    page.goto("/board/second-factor")
    page.get_by_role("button", name="Bắt đầu cài đặt").click()
    expect(page.get_by_role("img", name="Mã QR có khóa xác thực")).to_be_visible()
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Nhập mã ứng dụng đang hiện").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Xác nhận").click()
    expect(page.locator(".codes li")).to_have_count(10)
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("button", name="Tôi đã ghi lại").click()
    expect(page.get_by_text("Đã có xác thực hai lớp.")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page).to_have_url(re.compile("/board/sign-in$"))
    page.goto("/board/work")
    expect(page).to_have_url(re.compile(r"/board/sign-in\?next="))
    page.get_by_label("Tên đăng nhập").fill(HEAD)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", name="Xác thực lớp thứ hai")).to_be_visible()
    page.get_by_label("Mã xác thực").fill("000000")
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("alert")).to_contain_text("Mã xác thực thứ hai không đúng")
    page.get_by_label("Mã xác thực").fill(recovery)
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page).to_have_url(re.compile("/board/work$"))
    [cookie] = [one for one in page.context.cookies() if one["name"] == "hoso_session"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, "Lax", -1)


def test_signing_in_by_keyboard_alone(window: Window) -> None:
    page = window()
    page.goto("/board/sign-in")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    page.keyboard.type(OFFICER)
    page.keyboard.press("Tab")
    page.keyboard.type("sai")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Công việc")).to_be_visible()
    page.locator("tbody a").first.focus()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "what has the focus is seen"


def test_language_and_light_are_kept_in_the_browser(window: Window) -> None:
    page = window(OFFICER)
    page.goto("/board/work")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Work")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    before = page.evaluate("getComputedStyle(document.body).color")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).color") != before
    page.goto("/board/password")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("heading", name="Change the password")).to_be_visible()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
