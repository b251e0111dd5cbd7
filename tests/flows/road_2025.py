"""The same driver for the books of 2025: the commune police compile and send, in 2025-07 after checking the file themselves; minors too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from models.person import PersonData
from tests.flows.road_2022 import PAPERS, STEPS_2022, Road2022
from tests.flows.road_2022_minor import MINOR, MOTHER, PARENT
from tests.flows.road_2026 import BACKGROUND, Step

MONDAY_2025_07 = date(2025, 7, 7)
"""No day off but weekends until the delivery."""
MONDAY_2025_03 = date(2025, 3, 10)
"""Giỗ Tổ, Monday 07/04, is day 28; the holidays from 30/04 on are day 51 and later."""
FIFTEEN = MINOR.model_copy(update={"birth_date": "2010-01-15"})
POLICE_BOTH = (
    "record_ground",
    "place_pending",
    "deliver_pending",
    "compile",
    "notify_person",
    "escape",
    "capture",
    "end_pending",
)
"""Acts that were the committee's in 2022."""


def _step(code: str, when: str | None = None, *, by: str | None = None, **facts: object) -> Step:
    """A step of 2022 at another time, by another agency or with other facts; None leaves a fact out."""
    old = STEPS_2022[code]
    given = {name: value for name, value in {**old.facts, **facts}.items() if value is not None}
    return Step(by or ("ca" if code in POLICE_BOTH else old.by), when or old.when, given)


COURT = {
    "court": "ta", "centre": "cs", "sheet_count": 9, "exclusions": [],
}  # fmt: skip
CHECK = {"criminal_check": "not_criminal", "criminal_check_basis": "đã xác minh"}

COMMON: dict[str, Step] = {
    "open": _step("open"),
    "verify_residence": _step("verify_residence", competent_here=True),
    "notify_use": Step("ca", "0 10:30", {"committee": "ub", "use_notice_received_at": "0 15:00"}),
    "request_determination": _step("request_determination"),
    "admit": _step("admit"),
    "issue_result": _step("issue_result"),
    "notify_result": _step("notify_result"),
    "record_ground": _step("record_ground"),
    "place_pending": _step("place_pending"),
    "deliver_pending": _step("deliver_pending"),
    "compile": _step("compile"),
    "notify_person": _step("notify_person"),
    "send_to_court": Step("ca", "21 09:00", COURT),
    "register_file": _step("register_file", "21 14:00", file_received_at="21 14:00"),
    "accept": _step("accept", "22 09:00"),
    "notify_acceptance": _step("notify_acceptance", "23 09:00"),
    "open_session": _step("open_session", "24 10:00", session_at="31 08:30"),
    "hold_session": _step("hold_session", "31 08:30", session_ended_at="31 10:00"),
    "decide": _step("decide", "31 10:00", announced_at="31 10:00", complaint_from="31 10:00"),
    "send_decision": _step("send_decision", "32 09:00", deliveries=[{"to": "Nguyễn Văn A", "received_at": "32 10:00"}]),
    "take_effect": _step("take_effect", "39 08:30", effective_on="day 39"),
    "send_effective": _step(
        "send_effective", "42 09:00", effective_decision_received_at="42 10:00", person_served_at="42 11:00"
    ),
    "deliver": _step("deliver", "44 10:00", by="ca", delivered_at="44 10:00", held_from="day 44", credited_days=34),
    "reduce": _step("reduce", "200 09:00", list_posted_at="190 09:00", reduced_days=90),
    "give_end_notice": _step(
        "give_end_notice", "265 09:00", end_notice_sent_to=["Tòa án nhân dân khu vực", "Công an xã", "gia đình"]
    ),
    "certify": _step("certify", "286 09:00", completed_on="day 285"),
    "report_home": _step("report_home", "288 09:00", by="ca", home_on="day 287", reported_at="288 09:00"),
    "propose_aftercare": Step(
        "ca", "289 09:00", {"committee": "ub", "aftercare_proposal_received_at": "289 10:00"}
    ),
    "decide_aftercare": _step("decide_aftercare", "290 09:00"),
}  # fmt: skip

ASIDE: dict[str, Step] = {
    "transfer": Step("ca-tinh", facts={"compiler": "ca", "substance": "heroin"}),
    "manage_user": Step("ub"),
    "record_voluntary": Step("ca", facts={"committee": "ub", "voluntary_place": "tại nhà"}),
    "record_force_majeure": Step("ca", facts={"force_majeure_reason": "bão lũ"}),
    "decide_voluntary": Step("ub", facts={"voluntary_place": "tại nhà"}),
    "divert": Step("ca", facts={"diversion": "voluntary", "provider": "tại nhà", "begun_on": "day 6"}),
    "supplement": Step("ca", facts={"papers_added": ["Bản tường trình"], "sheet_count": 10}),
    "reply_query": Step("ca", facts={"answer": "thường trú"}),
    "extend_term": STEPS_2022["extend_term"],
    "close": Step("ca", facts={"closing_ground": "prosecution", "proof": "quyết định khởi tố"}),
    **{
        code: _step(code)
        for code in (
            "escape", "capture", "end_pending", "return_incomplete", "query", "suspend", "resume", "file_appeal",
            "forward_appeal", "decide_appeal", "end_aftercare",
        )
    },
    "record_adulthood": Step("ca", facts={"track_after_18": "adult", "track_reason": "đủ 18 tuổi khi chưa lập xong hồ sơ"}),
}  # fmt: skip

STEPS_2025_03: dict[str, Step] = COMMON | ASIDE

STEPS_2025_07: dict[str, Step] = {}
for _code, _old in COMMON.items():
    if _code == "send_to_court":
        STEPS_2025_07["check_file"] = Step("ca", "21 08:30", {"file_check": "valid"})
    STEPS_2025_07[_code] = _old
STEPS_2025_07 |= ASIDE | {
    "record_ground": _step("record_ground", last_act_on=None, ground_act_on="day 9"),
    "compile": _step("compile", **CHECK),
    "return_to_unit": Step("ca", facts={"gaps": ["Thiếu biên bản vi phạm"]}),
    "resubmit_unit": Step("ca-tinh", facts={"papers_added": ["Biên bản vi phạm"]}),
    "record_application": Step("ca"),
}  # fmt: skip

MINOR_STEPS: dict[str, Step] = {
    "open": _step("open", sample="urine"),
    "request_determination": _step("request_determination", background=BACKGROUND | {"mother": PARENT}),
    "record_ground": _step("record_ground", last_act_on=None, ground_act_on="day 9", exclusions=None),
    "place_pending": _step("place_pending", exclusions=None),
    "compile": _step("compile", exclusions=None, **CHECK),
    "notify_person": _step("notify_person", parents_receiver=MOTHER, parents_notice_received_at="16 09:00"),
    "check_file": Step("ca", "22 08:30", {"file_check": "valid"}),
    "send_to_court": Step("ca", "22 09:00", {
        "court": "ta", "centre": "cs", "sheet_count": 9, "family_circumstances": "sống với mẹ",
        "management_plan": "khu riêng cho người dưới 18 tuổi",
    }),
    "register_file": _step("register_file", "22 14:00", file_received_at="22 14:00"),
    "accept": _step("accept", "23 09:00"),
    "notify_acceptance": _step("notify_acceptance", "24 09:00"),
    "open_session": _step("open_session", "24 10:00", session_at="31 08:30"),
    "decide": _step(
        "decide", "31 10:00", announced_at="31 10:00", complaint_from="31 10:00", term_months=6, exclusions=None
    ),
    "deliver": _step(
        "deliver", "44 10:00", by="ca", delivered_at="44 10:00", held_from="day 44", credited_days=34, exclusions=None
    ),
    "give_end_notice": _step("give_end_notice", "170 09:00"),
    "certify": _step("certify", "195 09:00", completed_on="day 194", released_to="family"),
    "report_home": _step("report_home", "197 09:00", by="ca", home_on="day 196", reported_at="197 09:00"),
    "propose_aftercare": Step(
        "ca", "198 09:00", {"committee": "ub", "aftercare_proposal_received_at": "198 10:00"}
    ),
    "decide_aftercare": _step("decide_aftercare", "199 09:00"),
}  # fmt: skip


def _timed(steps: Mapping[str, Step]) -> tuple[str, ...]:
    return tuple(code for code, step in steps.items() if step.when)


@dataclass
class Road202507(Road2022):
    """An adult's dossier of book 2025-07."""

    start: date = MONDAY_2025_07
    papers: tuple[str, ...] = tuple(kind for kind in PAPERS if kind != "proposal")

    steps: ClassVar[Mapping[str, Step]] = STEPS_2025_07
    main: ClassVar[tuple[str, ...]] = _timed(STEPS_2025_07)


@dataclass
class MinorRoad202507(Road202507):
    """A minor's dossier of book 2025-07."""

    person: PersonData = FIFTEEN
    papers: tuple[str, ...] = ("life_summary", "violation_minute", "statement", "parents_opinion")

    steps: ClassVar[Mapping[str, Step]] = STEPS_2025_07 | MINOR_STEPS
    main: ClassVar[tuple[str, ...]] = tuple(code for code in _timed(STEPS_2025_07) if code != "reduce")


@dataclass
class Road202503(Road2022):
    """An adult's dossier of book 2025-03."""

    start: date = MONDAY_2025_03

    steps: ClassVar[Mapping[str, Step]] = STEPS_2025_03
    main: ClassVar[tuple[str, ...]] = _timed(STEPS_2025_03)


@dataclass
class MinorRoad202503(Road202503):
    """A minor's dossier of book 2025-03."""

    person: PersonData = FIFTEEN
    papers: tuple[str, ...] = (*PAPERS, "parents_opinion")

    steps: ClassVar[Mapping[str, Step]] = STEPS_2025_03 | MINOR_STEPS | {
        "record_ground": _step("record_ground", exclusions=None), "compile": _step("compile", exclusions=None),
    }  # fmt: skip
    main: ClassVar[tuple[str, ...]] = tuple(code for code in _timed(STEPS_2025_03) if code != "reduce")
