"""The officer's day on screen: a dossier from first entry to the court's decision, reasons of refusal, and nothing lost."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from api.demo.script import Step, read_script
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


def test_an_officer_opens_a_dossier_and_takes_its_first_step(board: Board, window: Window, take: Take) -> None:
    dossier = open_on_screen(window(OFFICER))
    assert board.as_system("SELECT count(*) FROM draft WHERE kind LIKE 'new-%'") == 0
    take(dossier, "verify_residence", OFFICER)
    assert board.as_system("SELECT version FROM dossier WHERE id = :id", id=dossier) == 2


@pytest.mark.long
def test_an_officer_takes_a_dossier_from_first_entry_to_the_court(board: Board, window: Window, take: Take) -> None:
    dossier = open_on_screen(window(OFFICER))
    for action, step in list(STEPS.items())[1:]:
        take(dossier, action, PEOPLE.get(step.by, step.by))
        if action == "send_to_court":
            break
    assert board.as_system("SELECT stage FROM dossier WHERE id = :id", id=dossier) == "court_decision"


def test_a_clerk_records_the_hearing_and_a_judge_decides(board: Board, window: Window, take: Take) -> None:
    dossier = sent_to_court(board)
    for action, user in (("register_file", CLERK), ("accept", PRESIDENT), ("notify_acceptance", CLERK), ("open_session", JUDGE),
                         ("hold_session", CLERK), ("decide", JUDGE)):  # fmt: skip
        take(dossier, action, user)
    assert board.as_system("SELECT facts ->> 'outcome' FROM dossier WHERE id = :id", id=dossier) == "apply"
