"""The same driver for book 2014: committee, justice office, labour office, district court."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from flows.writing import Done
from tests.flows.road_2026 import OFFICIAL, RECEIVER, STEPS, Road, Step, add_paper

PAPERS = ("life_summary", "addiction_result", "community_education_proof", "statement")
MONDAY_2021 = date(2021, 6, 7)

STEPS_2014: dict[str, Step] = {
    "open": Step("ub", "0 08:00", {
        "entry": "violation", "found_at": "0 07:00", "found_where": "nhà riêng", "incident": "bị bắt gặp",
        "last_act_on": "day 0", "community_education": "finished", "exclusions": [],
    }),
    "verify_residence": Step("ub", "0 10:00", STEPS["verify_residence"].facts),
    "request_determination": Step("ub", "0 11:00", {
        "facility": "yt", "request_received_at": "0 13:00", "use_history": "từ 2018",
    }),
    "admit": Step("yt", "0 14:00", {"reached_at": "0 14:00"}),
    "issue_result": Step("yt", "2 14:00", {"result": "addicted", "result_at": "2 14:00", "doctor": OFFICIAL}),
    "compile": Step("ub", "4 15:00", {"proposal_reason": "còn nghiện", "sheet_count": 9, "exclusions": []}),
    "notify_person": Step("ub", "4 15:30", {
        "notice_receiver": RECEIVER, "notice_received_at": "4 16:00", "server": OFFICIAL,
    }),
    "send_to_justice": Step("ub", "10 09:00", {"justice_office": "tp", "sheet_count": 9, "exclusions": []}),
    "receive": Step("tp", "10 14:00", {"file_received_by_justice_at": "10 14:00"}),
    "confirm_legality": Step("tp", "11 10:00", {
        "legality_authority": "đúng", "legality_composition": "đủ", "legality_subject": "đúng", "legality_order": "đúng",
        "legality_conclusion": "bảo đảm", "labour_office": "ld", "labour_received_at": "11 14:00",
    }),
    "transfer_to_court": Step("ld", "14 09:00", {"court": "ta", "sheet_count": 9, "exclusions": []}),
    "register_file": Step("ta", "14 14:00", {"file_received_at": "14 14:00"}),
    "accept": Step("ta", "15 09:00", STEPS["accept"].facts),
    "open_session": Step("ta", "17 10:00", {**STEPS["open_session"].facts, "session_at": "24 08:30"}),
    "hold_session": Step("ta", "24 08:30", {**STEPS["hold_session"].facts, "session_ended_at": "24 10:00"}),
    "decide": Step("ta", "24 10:00", {
        "outcome": "apply", "term_months": 18, "reasons": "còn nghiện", "announced_at": "24 10:00", "exclusions": [],
        "person_present": True, "complaint_from": "24 10:00",
    }),
    "record_reading": Step("ub", facts={"reading_remarks": "không"}),
}  # fmt: skip


@dataclass
class Road2014(Road):
    """A dossier of book 2014; the papers of its file are there before it is compiled."""

    start: date = MONDAY_2021

    steps: ClassVar[Mapping[str, Step]] = STEPS_2014
    main: ClassVar[tuple[str, ...]] = tuple(code for code, step in STEPS_2014.items() if step.when)

    def do(self, action: str, when: str | None = None, *, dry_run: bool = False, **given: Any) -> Done:
        """Does one step; the papers come in before the file is compiled."""
        if action == "compile":
            for sheet, kind in enumerate(PAPERS, 1):
                add_paper(self, kind, sheet)
        return super().do(action, when, dry_run=dry_run, **given)
