"""Law and administration on screen: a new colleague's first day, the calendar after a preview, why a date, who read what."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Board, Window

ADMINISTRATOR, KEEPER, OFFICER = "quan-tri", "giam-sat", "ca.cau-giay"
OWN = "con chim nhỏ hót trên cành khế"


def test_a_new_colleague_signs_in_with_the_password_shown_once_and_must_choose_another(
    window: Window,
) -> None:
    page = window(ADMINISTRATOR)
    page.goto("/board/admin/users")
    page.get_by_role("link", name="Thêm tài khoản").click()
    page.get_by_label("Tên đăng nhập").fill("ca.cau-giay.trinh-duyet")
    page.get_by_label("Họ tên cán bộ").fill("Nguyễn Văn Bính")
    page.get_by_label("Chức vụ").fill("Cán bộ")
    page.get_by_label(re.compile("^Vai trò")).select_option("officer")
    page.get_by_label("Mã cơ quan").select_option(OFFICER)
    page.get_by_role("button", name="Tạo tài khoản").click()
    expect(page.get_by_role("heading", name="ca.cau-giay.trinh-duyet")).to_be_visible()
    password = page.locator(".secret").inner_text()
    page.get_by_role("button", name="Tôi đã ghi lại").click()
    expect(page.locator(".secret")).to_have_count(0)
    first = window()
    first.goto("/board")
    first.get_by_label("Tên đăng nhập").fill("ca.cau-giay.trinh-duyet")
    first.get_by_label("Mật khẩu").fill(password)
    first.get_by_role("button", name="Đăng nhập").click()
    expect(first).to_have_url(re.compile("/board/password$"))
    first.get_by_label("Mật khẩu hiện tại").fill(password)
    first.get_by_label("Mật khẩu mới", exact=True).fill(OWN)
    first.get_by_label("Nhập lại mật khẩu mới").fill(OWN)
    first.get_by_role("button", name="Đổi mật khẩu").click()
    expect(first.get_by_role("heading", name="Công việc")).to_be_visible()
    page.reload()
    page.get_by_text("Khóa tài khoản", exact=True).click()
    page.get_by_role("button", name="Khóa tài khoản này").click()
    expect(page.get_by_text("Đã khóa tài khoản.")).to_be_visible()
    first.goto("/board/work")
    expect(first).to_have_url(re.compile("/board/sign-in"))


def change(page: Page, day: str) -> None:
    """Fills in one day that becomes a day off, and asks for the preview."""
    page.goto("/board/law/calendar/change")
    page.get_by_label(re.compile("^Ngày")).first.fill(day)
    page.get_by_label("Ngày nghỉ").first.check()
    page.get_by_label("Tên gọi").first.fill("Nghỉ do bão")
    page.get_by_label(re.compile("^Văn bản")).first.fill("Công điện 02/CĐ-TTg")
    page.get_by_role("button", name="Xem trước").click()


def test_the_calendar_changes_after_a_preview_unless_that_would_rewrite_what_has_ended(
    board: Board, window: Window
) -> None:
    page = window(KEEPER)
    change(page, "2026-09-04")
    expect(page.get_by_role("alert")).to_contain_text("thời hạn đã kết thúc đã được tính qua những ngày này")
    expect(page.get_by_label("Tên gọi").first).to_have_value("Nghỉ do bão")
    change(page, "2026-12-30")
    expect(page.get_by_role("heading", name="Xem trước thay đổi lịch")).to_be_visible()
    expect(page.get_by_text("Không thời hạn nào bị dời.")).to_be_visible()
    assert board.as_system("SELECT count(*) FROM calendar_change") == 0
    page.get_by_role("button", name="Áp dụng thay đổi").click()
    expect(page).to_have_url(re.compile("/board/law/calendar/2026$"))
    expect(
        page.get_by_role("row").filter(has_text="30/12/2026").filter(has_text="Công điện 02/CĐ-TTg")
    ).to_be_visible()
    expect(page.locator(".month td.off", has_text=": Nghỉ do bão")).to_have_count(1)


def test_the_calculator_says_why_by_keyboard_alone(window: Window) -> None:
    page = window(OFFICER)
    page.goto("/board/law/books/2026/rules#p4-test-resid")
    page.locator("#p4-test-resid").get_by_role("link", name=re.compile("Tính thời hạn")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tính thời hạn")).to_be_visible()
    page.get_by_label(re.compile("^Bắt đầu")).fill("2026-08-27T15:00")
    page.get_by_role("button", name="Tính", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_label("Có", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator(".big")).to_have_text("29/08/2026 15:00")
    page.goto("/board/law/calculator?rulebook=2026&rule=p4-read&from=2026-08-27T15:00")
    expect(page.locator(".big")).to_have_text("04/09/2026")
    expect(
        page.get_by_role("row").filter(has_text="02/09/2026").filter(has_text="Quốc khánh")
    ).to_be_visible()
    expect(page.locator("td.last")).to_contain_text("4")


def test_who_read_a_dossier_is_found_by_its_number(board: Board, window: Window) -> None:
    reader = window(OFFICER)
    reader.goto(f"/board/dossiers/{board.dossiers['opened']}")
    number = board.as_system("SELECT number FROM dossier WHERE id = :id", id=board.dossiers["opened"])
    page = window(KEEPER)
    page.goto("/board/admin/audit")
    page.get_by_label("Số hồ sơ").fill(number)
    page.get_by_label("Tên đăng nhập").fill(OFFICER)
    page.get_by_role("button", name="Tìm").click()
    expect(page.get_by_role("row").filter(has_text="GET /board/dossiers/{dossier_id}").first).to_contain_text(
        OFFICER
    )
    assert number not in page.url
    page.get_by_role("button", name="Kiểm tra nhật ký còn nguyên vẹn").click()
    expect(page.get_by_text("Nhật ký còn nguyên vẹn.")).to_be_visible()
