"""The same driver for book 2022: committee, labour office, district court under either ordinance, facility, after-care."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from flows.writing import Done
from tests.flows.road_2026 import CRITERIA, OFFICIAL, RECEIVER, STEPS, WITNESS, Road, Step, add_paper

PAPERS = ("life_summary", "violation_minute", "statement", "proposal")
MONDAY_2023 = date(2023, 5, 8)
"""From it on the file comes to court in June 2023: PL 03/2022."""
MONDAY_2022 = date(2022, 12, 5)
"""From it on the file comes to court at the turn of the year: PL 09/2014 if accepted in January 2023."""

STEPS_2022: dict[str, Step] = {
    "open": Step("ca", "0 08:00", {
        "entry": "again", "found_at": "0 07:00", "found_where": "nhà riêng", "incident": "bị bắt gặp",
        "earlier_rehab": "không", "remote": False, "substance": "heroin",
    }),
    "verify_residence": Step("ca", "0 10:00", {**STEPS["verify_residence"].facts, "competent_here": False}),
    "request_determination": Step("ca", "0 11:00", {
        "determination_ground": "under_management", "facility": "yt", "examination_place": "Trung tâm Y tế",
        "in_custody": False, "examined_away": False, "cooperative": True, "request_received_at": "0 13:00",
        "use_history": "từ 2018", "measures_applied": "quản lý", "family_opinion": "đồng ý",
        "authority_remarks": "không", "compiled_by": OFFICIAL,
    }),
    "admit": Step("yt", "0 14:00", {"reached_at": "0 14:00"}),
    "issue_result": Step("yt", "2 14:00", {
        "criteria": CRITERIA, "result": "addicted", "result_at": "2 14:00", "doctor": OFFICIAL,
    }),
    "notify_result": Step("ca", "2 16:00", {
        "result_told_at": "2 16:00", "result_told_to": RECEIVER, "server": OFFICIAL,
    }),
    "transfer": Step("ca", "3 09:00", {
        "compiler": "ub", "transfer_received_at": "3 10:00", "substance": "heroin",
    }),
    "record_ground": Step("ub", "10 09:00", {
        "compulsory_ground": "not_registered", "violation": "Không đăng ký cai nghiện tự nguyện",
        "ground_found_at": "10 09:00", "last_act_on": "day 0", "witnesses": [WITNESS, WITNESS],
        "statement": "không có ý kiến", "exclusions": [], "compiled_by": OFFICIAL,
    }),
    "place_pending": Step("ub", "10 10:00", {
        "pending_form": "facility", "family_agrees": False, "family_opinion": "không đồng ý", "exclusions": [],
        "pending_reason": "gia đình không đồng ý quản lý",
    }),
    "deliver_pending": Step("ub", "10 11:00", {
        "hand_over_by": OFFICIAL, "hand_over_to": OFFICIAL, "condition": "tốt", "belongings": ["không"],
        "file_papers": ["quyết định", "lý lịch tóm tắt"],
    }),
    "compile": Step("ub", "15 15:00", {"proposal_reason": "không đăng ký", "sheet_count": 9, "exclusions": []}),
    "notify_person": Step("ub", "15 16:00", {
        "notice_receiver": RECEIVER, "notice_received_at": "15 16:30", "server": OFFICIAL,
    }),
    "send_to_review": Step("ub", "21 09:00", {"labour_office": "ld", "sheet_count": 9, "exclusions": []}),
    "receive": Step("ld", "21 14:00", {"file_received_for_review_at": "21 14:00"}),
    "transfer_to_court": Step("ld", "23 09:00", {"court": "ta", "centre": "cs", "sheet_count": 9, "exclusions": []}),
    "register_file": Step("ta", "23 14:00", {"file_received_at": "23 14:00"}),
    "accept": Step("ta", "24 09:00", STEPS["accept"].facts),
    "notify_acceptance": Step("ta", "25 09:00", {"procuracy": "Viện kiểm sát nhân dân huyện"}),
    "open_session": Step("ta", "28 10:00", {**STEPS["open_session"].facts, "session_at": "35 08:30"}),
    "hold_session": Step("ta", "35 08:30", {**STEPS["hold_session"].facts, "session_ended_at": "35 10:00"}),
    "decide": Step("ta", "35 10:00", {
        "outcome": "apply", "term_months": 12, "reasons": "đủ căn cứ", "announced_at": "35 10:00", "exclusions": [],
        "person_present": True, "complaint_from": "35 10:00",
    }),
    "send_decision": Step("ta", "36 09:00", {"deliveries": [{"to": "Nguyễn Văn A", "received_at": "36 10:00"}]}),
    "take_effect": Step("ta", "43 08:30", {"effective_on": "day 43"}),
    "send_effective": Step("ta", "44 09:00", {
        "effective_decision_received_at": "44 10:00", "person_served": True, "person_served_at": "44 11:00",
    }),
    "deliver": Step("ld", "46 10:00", {
        "delivered_at": "46 10:00", "held_from": "day 46", "credited_days": 36, "hand_over_by": OFFICIAL,
        "hand_over_to": OFFICIAL, "health_check": "tốt", "condition": "tốt", "file_papers": ["quyết định"],
        "belongings": ["không"], "exclusions": [],
    }),
    "give_end_notice": Step("cs", "360 09:00", {"end_notice_sent_to": ["Tòa án", "Ủy ban nhân dân", "gia đình"]}),
    "certify": Step("cs", "377 09:00", {"completed_on": "day 376"}),
    "report_home": Step("ub", "379 09:00", {"home_on": "day 378", "reported_at": "379 09:00"}),
    "propose_aftercare": Step("ub", "380 09:00", {"aftercare_proposal_received_at": "380 10:00"}),
    "decide_aftercare": Step("ub", "381 09:00", {"aftercare_helpers": ["Nguyễn Thị H"]}),
    "manage_user": Step("ub"),
    "record_substitution": Step("ub", facts={
        "provider": "Trạm Y tế", "substitution_ended_on": "day 0", "substitution_reason": "bỏ điều trị",
    }),
    "record_voluntary": Step("ub", facts={"voluntary_place": "tại nhà"}),
    "decide_voluntary": Step("ub", facts={"voluntary_place": "tại nhà"}),
    "divert": Step("ub"),
    "record_force_majeure": Step("ub", facts={"force_majeure_reason": "bão lũ"}),
    "escape": Step("ub"),
    "capture": Step("ub"),
    "end_pending": Step("ub", facts={"release_reason": "bỏ trốn khỏi gia đình"}),
    "return_for_supplement": Step("ld", facts={"gaps": ["Thiếu bản tường trình"]}),
    "supplement": Step("ub", facts={"papers_added": ["Bản tường trình"], "sheet_count": 10}),
    "return_incomplete": Step("ta", facts={"gaps": ["Thiếu bản tường trình"]}),
    "query": Step("ta", facts={"question": "làm rõ nơi cư trú"}),
    "reply_query": Step("ld", facts={"answer": "thường trú"}),
    "extend_term": STEPS["extend_term"],
    "suspend": Step("ta", facts={"suspension_ground": "giám định tâm thần"}),
    "resume": Step("ta"),
    "file_appeal": Step("ta", facts={"appeal_kind": "complaint", "appeal_by": "Nguyễn Văn A"}),
    "forward_appeal": Step("ta", facts={"provincial_court": "ta-tinh"}),
    "decide_appeal": Step("ta-tinh", facts={"appeal_outcome": "upheld", "outcome": "apply", "reasons": "đúng"}),
    "suspend_serving": Step("cs", facts={"suspension_ground": "ốm nặng"}),
    "resume_serving": Step("cs", facts={"condition": "tốt"}),
    "reduce": Step("cs", facts={"reduced_days": 30, "reasons": "tiến bộ rõ rệt"}),
    "end_aftercare": Step("ub"),
    "close": Step("ub", facts={"closing_ground": "relapse", "proof": "phiếu kết quả"}),
}  # fmt: skip


@dataclass
class Road2022(Road):
    """A dossier of book 2022; the papers of its file are there before it is compiled."""

    start: date = MONDAY_2023
    papers: tuple[str, ...] = PAPERS

    steps: ClassVar[Mapping[str, Step]] = STEPS_2022
    main: ClassVar[tuple[str, ...]] = tuple(code for code, step in STEPS_2022.items() if step.when)

    def do(self, action: str, when: str | None = None, *, dry_run: bool = False, **given: Any) -> Done:
        """Does one step; the papers come in before the file is compiled."""
        if action == "compile":
            filed = [row["kind"] for row in self.rows("paper")]
            for sheet, kind in enumerate((kind for kind in self.papers if kind not in filed), len(filed) + 1):
                add_paper(self, kind, sheet)
        return super().do(action, when, dry_run=dry_run, **given)
