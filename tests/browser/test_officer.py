"""The officer's day on screen: a dossier from first entry to the court's decision, reasons of refusal, and nothing lost."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.demo.scans import pdf_page
from api.demo.script import read_script
from tests.api.conftest import PASSWORD
from tests.api.road import Road
from tests.browser.conftest import Board, Window
from tests.browser.filling import fill, fill_act

OFFICER, HEAD = "ca.cau-giay", "ca.cau-giay.truong"
CLERK, JUDGE, PRESIDENT = "ta.kv4-ha-noi.thu-ky", "ta.kv4-ha-noi.tham-phan", "ta.kv4-ha-noi.truong"
STEPS = {step.action: step for step in read_script("2026").steps}
PEOPLE = {"ta.kv4-ha-noi": CLERK}
Take = Callable[[str, str, str], None]


@pytest.fixture
def take(board: Board, window: Window) -> Take:
    """Does an act on screen: from the dossier's page to its form and back."""
    pages = dict[str, Page]()

    def done(dossier: str, action: str, user: str) -> None:
        page = pages.get(user) or pages.setdefault(user, window(user))
        page.goto(f"/board/dossiers/{dossier}")
        page.locator("#acts ~ details").evaluate_all("all => all.forEach(one => { one.open = true })")
        page.locator(f'#acts ~ * a[href$="/actions/{action}"]').first.click()
        fill_act(page, STEPS[action])
        page.get_by_role("button", name="Thực hiện", exact=True).click()
        expect(page.get_by_text("Đã ghi vào hồ sơ:")).to_be_visible()

    return done


def open_on_screen(page: Page, number: str = "001 098.000.001") -> str:
    """A new dossier from its first entry; its id."""
    page.goto("/board/work")
    page.get_by_role("link", name="Mở hồ sơ mới").click()
    page.get_by_role("link", name="Bắt đầu").click()
    fill(page, "identity.type", "personal_number")
    fill(page, "identity.number", number)
    fill(page, "name", "Nguyễn Văn A")
    fill(page, "sex", "male")
    fill(page, "birth_date", "20/05/1998")
    fill(page, "present_residence", "số 1 ngõ 2 phố Ví Dụ, phường Cầu Giấy, thành phố Hà Nội")
    page.get_by_role("button", name="Đối chiếu").click()
    expect(page.get_by_role("heading", name="Số định danh cho biết")).to_be_visible()
    expect(page.get_by_text("001098000001", exact=True)).to_be_visible()
    expect(page.get_by_text("Không khớp")).to_have_count(0)
    page.get_by_role("link", name="Tiếp tục").click()
    fill_act(page, STEPS["open"])
    page.get_by_role("button", name="Thử, chưa ghi").click()
    expect(page.get_by_role("heading", name="Nếu thực hiện, hồ sơ sẽ như sau")).to_be_visible()
    page.get_by_role("button", name="Thực hiện", exact=True).click()
    expect(page.get_by_text("Đã mở hồ sơ số")).to_be_visible()
    return page.url.rpartition("/")[2].partition("#")[0]


def test_an_officer_opens_a_dossier_and_takes_its_first_step(
    board: Board, window: Window, take: Take
) -> None:
    drafts = "SELECT count(*) FROM draft WHERE kind LIKE 'new-%'"
    others = board.as_system(drafts)
    dossier = open_on_screen(window(OFFICER))
    assert board.as_system(drafts) == others
    take(dossier, "verify_residence", OFFICER)
    assert board.as_system("SELECT version FROM dossier WHERE id = :id", id=dossier) == 2


@pytest.mark.long
def test_an_officer_takes_a_dossier_from_first_entry_to_the_court(
    board: Board, window: Window, take: Take
) -> None:
    dossier = open_on_screen(window(OFFICER))
    for action, step in list(STEPS.items())[1:]:
        take(dossier, action, PEOPLE.get(step.by, step.by))
        if action == "send_to_court":
            break
    assert board.as_system("SELECT stage FROM dossier WHERE id = :id", id=dossier) == "court_decision"


def brought(board: Board, to: str) -> Road:
    """A dossier that has come, over the API, to where `to` is the next step."""
    road = board.road()
    road.advance(to)
    return road


def test_a_clerk_records_the_hearing_and_what_was_said_there_and_a_judge_decides(
    board: Board, window: Window, take: Take
) -> None:
    dossier = brought(board, "register_file").id
    for action, user in (
        ("register_file", CLERK),
        ("accept", PRESIDENT),
        ("notify_acceptance", CLERK),
        ("open_session", JUDGE),
    ):
        take(dossier, action, user)
    take(dossier, "hold_session", CLERK)
    clerk = window(CLERK)
    clerk.goto(f"/board/dossiers/{dossier}/actions/decide")
    expect(clerk.locator(".warning")).to_contain_text("phải do Thẩm phán hoặc Chánh án thực hiện")
    take(dossier, "decide", JUDGE)
    assert board.as_system("SELECT facts ->> 'outcome' FROM dossier WHERE id = :id", id=dossier) == "apply"


def test_a_refused_act_shows_each_reason_with_its_article(board: Board, window: Window) -> None:
    page = window(HEAD)
    page.goto(f"/board/dossiers/{board.dossiers['opened']}")
    page.get_by_text("Chưa làm được, và vì sao").click()
    why = page.locator("li", has=page.locator('a[href$="/actions/compile"]')).first
    expect(why).to_contain_text("Chưa đạt")
    why.get_by_role("link").first.click()
    expect(page.locator(".warning")).to_contain_text("Nếu thực hiện vào lúc này thì chưa được")
    fill_act(page, STEPS["compile"])
    page.get_by_role("button", name="Thực hiện", exact=True).click()
    alert = page.locator("#errors")
    expect(alert).to_be_focused()
    expect(alert.locator("cite").first).to_contain_text("NĐ 163/2026/NĐ-CP")
    expect(page.locator('[name="facts.sheet_count"]')).to_have_value("24")


def test_the_second_of_two_tabs_is_told_what_changed_and_keeps_its_text(
    board: Board, window: Window, take: Take
) -> None:
    road = brought(board, "verify_residence")
    page = window(OFFICER)
    page.goto(f"/board/dossiers/{road.id}/actions/verify_residence")
    fill_act(page, STEPS["verify_residence"])
    take(road.id, "verify_residence", OFFICER)
    page.get_by_role("button", name="Thực hiện", exact=True).click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Hồ sơ đã thay đổi trong lúc biểu mẫu này đang mở")
    expect(told).to_contain_text("Xác minh nơi cư trú")
    expect(page.locator('[name="facts.residence_basis"]')).to_have_value(re.compile("đăng ký thường trú"))
    assert board.as_system("SELECT version FROM dossier WHERE id = :id", id=road.id) == 2


def test_a_lost_network_in_mid_form_loses_nothing_and_doubles_nothing(board: Board, window: Window) -> None:
    road = brought(board, "verify_residence")
    page = window(OFFICER)
    address = f"/board/dossiers/{road.id}/actions/verify_residence"
    page.goto(address)
    fill_act(page, STEPS["verify_residence"])
    expect(page.locator(".draft")).to_contain_text("Đã lưu nháp lúc")
    # The act reaches the server, its answer does not reach the browser; whoever sends the form again has acted once.
    page.route(
        f"**{address}", lambda route: (route.fetch(max_redirects=0), route.abort("connectionreset")), times=1
    )
    page.get_by_role("button", name="Thực hiện", exact=True).click()
    page.wait_for_url("chrome-error://**")
    assert board.as_system("SELECT version FROM dossier WHERE id = :id", id=road.id) == 2
    page.goto(f"/board/dossiers/{road.id}")
    expect(page.locator("#acts")).to_be_visible()
    assert board.as_system("SELECT count(*) FROM event WHERE dossier = :id", id=road.id) == 2


def test_what_is_typed_into_an_act_outlives_the_session(board: Board, window: Window) -> None:
    road = brought(board, "verify_residence")
    page = window(OFFICER)
    page.goto(f"/board/dossiers/{road.id}/actions/verify_residence")
    fill_act(page, STEPS["verify_residence"])
    board.as_system("UPDATE session SET expires_at = now() - interval '1 minute' WHERE ended_at IS NULL")
    page.get_by_role("button", name="Thực hiện", exact=True).click()
    page.get_by_label("Tên đăng nhập").fill(OFFICER)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator('[name="facts.residence_basis"]')).to_have_value(re.compile("đăng ký thường trú"))
    page.get_by_role("button", name="Thực hiện", exact=True).click()
    expect(page.get_by_text("Đã ghi vào hồ sơ:")).to_be_visible()


@pytest.fixture(scope="package")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan of 40 MB."""
    path = tmp_path_factory.mktemp("scan") / "ban-chup.pdf"
    path.write_bytes(pdf_page("bản chụp") + b"\0" * 40_000_000)
    return path


def test_a_scan_of_40_mb_is_refused_before_it_is_sent(board: Board, window: Window, scan: Path) -> None:
    page = window(OFFICER)
    page.goto(f"/board/dossiers/{board.dossiers['opened']}/papers?kind=other")
    fill(page, "title", "Đơn của gia đình")
    page.get_by_label("Tệp").set_input_files(scan)
    expect(page.get_by_text("Tệp lớn quá 20 MB nên chưa gửi.")).to_be_visible()
    fill(page, "received_on", "2026-08-20")
    fill(page, "sheets", 2)
    page.get_by_role("button", name="Thêm tài liệu").click()
    expect(page.locator('[name="title"]')).to_have_value("Đơn của gia đình")
    small = scan.with_name("ban-nho.pdf")
    small.write_bytes(pdf_page("đơn"))
    page.get_by_label("Tệp").set_input_files(small)
    page.get_by_role("button", name="Thêm tài liệu").click()
    expect(page.get_by_text("Đã thêm tài liệu.")).to_be_visible()


def test_a_scan_of_40_mb_is_refused_kindly_by_the_server_too(
    board: Board, window: Window, scan: Path
) -> None:
    page = window(OFFICER, java_script_enabled=False)
    page.goto(f"/board/dossiers/{board.dossiers['opened']}/papers?kind=life_summary")
    page.locator('[name="received_on"]').fill("2026-08-20")
    page.locator('[name="sheets"]').fill("2")
    page.get_by_label("Tệp").set_input_files(scan)
    page.get_by_role("button", name="Thêm tài liệu").click()
    expect(page.get_by_role("heading", name="Yêu cầu quá lớn")).to_be_visible()


def test_by_keyboard_alone_from_work_to_an_act(board: Board, window: Window) -> None:
    road = brought(board, "verify_residence")
    page = window(OFFICER)
    page.goto(f"/board/dossiers/{road.id}")
    way = page.locator('a[href$="/actions/verify_residence"]').first
    for _ in range(60):
        page.keyboard.press("Tab")
        if way.evaluate("one => one === document.activeElement"):
            break
    expect(way).to_be_focused()
    page.keyboard.press("Enter")
    page.locator('[name="occurred_at"]').focus()
    fill_act(page, STEPS["verify_residence"])
    page.get_by_role("button", name="Thực hiện", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã ghi vào hồ sơ:")).to_be_visible()
