"""The file of 2022 made of papers the system issues: nothing is received from outside, and the letters list what they enclose."""

from dataclasses import replace
from typing import Any

import pytest

from documents.forms import all_forms
from flows.drawing import plan_drawing
from flows.engine import act
from flows.refusals import Invalid
from flows.writing import Done
from models import clock
from models.law.loader import load_book
from tests.flows.road_2022 import MONDAY_2022, Road2022
from tests.flows.road_agencies import World

RELATIVE = {"name": "Nguyễn Văn S", "age": "58", "occupation": "công nhân", "residence": "xã Ví Dụ"}
BACKGROUND = {
    "father": RELATIVE, "convictions": "không", "prior_sanctions": "không", "substances": "heroin", "manner": "chích",
    "first_use": "2018", "voluntary_rehab": "chưa", "aftercare_decision": "không", "compulsory_rehab": "chưa",
    "substitution": "không",
}  # fmt: skip


class Paperless(Road2022):
    """A dossier of 2022 into whose file no paper is brought from outside."""

    papers = ()

    def issue(self, action: str, **particulars: Any) -> Done:
        """Does a step whose forms are issued with it; the others are drawn up beside it."""
        asked = replace(self.asked(action), particulars=particulars)
        return self._acted(lambda: act(self.store, asked, self.calendar), action)

    def draw(self, when: str, **particulars: Any) -> Done:
        """Draws papers up beside the acts."""
        asked = replace(
            self.asked("record_ground", when), action="draw_up", facts={}, particulars=particulars
        )
        return self._acted(lambda: act(self.store, asked, self.calendar, how=plan_drawing), "draw_up")

    def _acted(self, doing: Any, action: str) -> Done:
        with clock.at(self.now):
            done: Done = doing()
        self.version = done.state.version
        self.done.append(action)
        return done


@pytest.fixture(scope="module")
def road(world: World) -> Paperless:
    road = Paperless(world[1])
    road.to("transfer")
    road.issue("record_ground", **{"116-27": {"evidence": "Văn bản xác minh số 07/CA"}})
    road.draw(
        "11 08:00", **{"116-30": {"background": BACKGROUND}, "116-31": {"account": "Sử dụng từ năm 2018"}}
    )
    road.issue(
        "compile", **{"116-29": {"labour_office": "Phòng Lao động - Thương binh và Xã hội huyện Ví Dụ"}}
    )
    road.issue("notify_person", **{"116-32": {}})
    road.to("receive")
    road.issue("transfer_to_court", **{"116-34": {}})
    return road


def enclosed(road: Paperless, form: str) -> list[str]:
    [document] = [row for row in road.rows("document") if row["form"] == form]
    found: list[str] = document["context"]["enclosures"]
    return found


def test_papers_issued_fill_the_file_and_no_letter_encloses_itself(road: Paperless) -> None:
    assert road.rows("paper") == []
    papers = [
        "Lý lịch tóm tắt ngày 19/05/2023",
        "Biên bản vi phạm về cai nghiện tự nguyện, quản lý sau cai nghiện và điều trị thay thế số 01/BB-VPHC ngày 18/05/2023",
        "Phiếu kết quả xác định tình trạng nghiện ma túy (theo đề nghị của cơ quan Công an) ngày 10/05/2023",
        "Bản tường trình về hành vi sử dụng trái phép chất ma túy ngày 19/05/2023",
    ]
    assert enclosed(road, "116-29") == papers
    with_proposal = [*papers, f"{all_forms()['116-29'].title} số 01/ĐN-CNBB ngày 23/05/2023"]
    assert enclosed(road, "116-32") == enclosed(road, "116-34") == with_proposal


@pytest.mark.parametrize(("book", "action", "forms"), [
    ("2025-03", "compile", []),
    ("2025-03", "record_ground", ["116-27"]),
    ("2025-07", "compile", []),
    ("2025-07", "check_file", ["116-33"]),
    ("2025-07", "send_to_court", ["116-34", "116-39"]),
    ("2025-07", "deliver", ["116-40"]),
])  # fmt: skip
def test_later_books_issue_the_forms_that_still_have_an_addressee(
    book: str, action: str, forms: list[str]
) -> None:
    assert [ref.id for ref in load_book(book).action(action).forms] == forms


def test_the_courts_papers_are_issued_where_they_are_asked_for(road: Paperless) -> None:
    road.to("register_file")
    accepted = road.issue("accept", **{"TA-02": {}})
    notified = road.issue("notify_acceptance", **{"TA-01": {}})
    road.to("hold_session")
    decided = road.issue("decide", **{"TA-07": {}})
    issued = [row for done in (accepted, notified, decided) for row in done.documents]
    assert [row["form"] for row in issued] == ["TA-02", "TA-01", "TA-07"]
    context = issued[-1]["context"]
    assert context["case"]["measure"] == "đưa vào cơ sở cai nghiện bắt buộc"
    [proposal] = [row for row in road.rows("document") if row["form"] == "116-34"]
    assert context["proposal"].startswith(f"số {proposal['number_text']} ngày ")


def test_no_paper_of_the_newer_ordinance_is_issued_under_the_older_one(world: World) -> None:
    road = Road2022(world[1], start=MONDAY_2022)
    road.to("register_file")
    asked = replace(road.asked("accept"), particulars={"TA-02": {}})
    with clock.at(road.now), pytest.raises(Invalid, match="TA-02"):
        act(road.store, asked, road.calendar)
