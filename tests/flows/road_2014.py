"""The same driver for book 2014: committee, justice office, labour office, district court."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from flows.writing import Done
from tests.flows.road_2026 import OFFICIAL, RECEIVER, STEPS, Road, Step, add_paper

PAPERS = ("life_summary", "addiction_result", "community_education_proof", "statement")
MONDAY_2021 = date(2021, 6, 7)
MONDAY_2017 = date(2017, 6, 5)
"""From it on the term of eighteen months ends within the book: on 10/01/2019."""

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
    "take_effect": Step("ta", "30 08:30", {"effective_on": "day 30"}),
    "send_effective": Step("ta", "31 09:00", {"effective_decision_received_at": "31 10:00"}),
    "deliver": Step("ld", "35 10:00", {
        "centre": "cs", "delivered_at": "35 10:00", "held_from": "day 35", "hand_over_by": OFFICIAL,
        "hand_over_to": OFFICIAL, "health_check": "tốt", "condition": "tốt", "file_papers": ["quyết định"],
        "belongings": ["không"], "exclusions": [],
    }),
    "record_reading": Step("ub", facts={"reading_remarks": "không"}),
    "place_pending": Step("ub", facts={
        "pending_custodian": "Nguyễn Văn D", "pending_reason": "đang lập hồ sơ", "exclusions": [],
    }),
    "end_pending": Step("ub", facts={"release_reason": "không phải chấp hành"}),
    "return_for_supplement": Step("ld", facts={"gaps": ["Thiếu bản tường trình"]}),
    "supplement": Step("ub", facts={"papers_added": ["Bản tường trình"], "sheet_count": 10}),
    "return_incomplete": Step("ta", facts={"gaps": ["Thiếu văn bản đề nghị"]}),
    "query": Step("ta", facts={"question": "làm rõ nơi cư trú"}),
    "reply_query": Step("ld", facts={"answer": "thường trú"}),
    "suspend": Step("ta", facts={"suspension_ground": "giám định tâm thần"}),
    "resume": Step("ta"),
    "postpone_session": Step("ta", facts={"postponement_reason": "Kiểm sát viên vắng mặt"}),
    "file_appeal": Step("ta", facts={"appeal_kind": "complaint", "appeal_by": "Nguyễn Văn A"}),
    "forward_appeal": Step("ta", facts={"provincial_court": "ta-tinh"}),
    "decide_appeal": Step("ta-tinh", facts={"appeal_outcome": "upheld", "outcome": "apply", "reasons": "đúng"}),
    "record_evasion": Step("ld", facts={"evasion_facts": "không có mặt"}),
    "end_evasion": Step("ld"),
    "escape": Step("ld"),
    "capture": Step("ld"),
    "postpone": Step("ta", facts={"postponement_ground": "ốm nặng", "proof": "giấy của bệnh viện"}),
    "end_postponement": Step("ld", facts={"proof": "giấy ra viện"}),
    "exempt": Step("ta", facts={"postponement_ground": "bệnh hiểm nghèo", "proof": "giấy của bệnh viện"}),
    "revoke": Step("ta", facts={"reasons": "tiếp tục sử dụng ma túy"}),
    "reduce": Step("cs", facts={"reasons": "tiến bộ rõ rệt"}),
    "suspend_serving": Step("cs", facts={"suspension_ground": "ốm nặng, về gia đình điều trị", "proof": "bệnh án"}),
    "resume_serving": Step("cs", facts={"condition": "đã hồi phục"}),
    "release_remaining": Step("cs", facts={"reasons": "mắc bệnh hiểm nghèo", "proof": "bệnh án"}),
    "leave_for_proceedings": Step("cs", facts={"leave_reason": "làm chứng trong vụ án"}),
    "return_from_leave": Step("cs", facts={"condition": "tốt"}),
    "annul": Step("ta", facts={"reasons": "hành vi có dấu hiệu tội phạm"}),
    "refer_to_prosecution": Step("ta", facts={"proof": "biên bản giao nhận hồ sơ"}),
    "certify": Step("cs"),
    "close": Step("ub", facts={"closing_ground": "death", "proof": "giấy chứng tử"}),
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
