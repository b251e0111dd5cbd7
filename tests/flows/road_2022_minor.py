"""The same driver for a minor in book 2022: notice to the parents too, their opinion, form 39, half a year, after-care of one year."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from models.person import PersonData
from tests.flows.road_2022 import PAPERS, STEPS_2022, Road2022
from tests.flows.road_2026 import BACKGROUND, PERSON, RECEIVER, Step

MINOR = PERSON.model_copy(update={"birth_date": "2008-01-15"})
"""Fifteen years old in 2023."""
MOTHER = RECEIVER | {"name": "Nguyễn Thị B", "sex": "female", "birth_date": "01/01/1985", "relation": "mẹ"}
PARENT = {"name": "Nguyễn Thị B", "age": "38", "occupation": "nông dân", "residence": "phường Mai Dịch"}


def _step(code: str, when: str | None = None, **facts: object) -> Step:
    adult = STEPS_2022[code]
    given = {name: value for name, value in adult.facts.items() if name != "exclusions"}
    return Step(adult.by, when or adult.when, given | facts)


MINOR_STEPS: dict[str, Step] = {
    "open": _step("open", sample="urine"),
    "request_determination": _step("request_determination", background=BACKGROUND | {"mother": PARENT}),
    "record_ground": _step("record_ground"),
    "place_pending": _step("place_pending"),
    "compile": _step("compile"),
    "notify_person": _step("notify_person", parents_receiver=MOTHER, parents_notice_received_at="16 09:00"),
    "send_to_review": _step("send_to_review", "22 09:00"),
    "receive": _step("receive", "22 14:00", file_received_for_review_at="22 14:00"),
    "transfer_to_court": _step(
        "transfer_to_court", family_circumstances="sống với mẹ", management_plan="khu riêng cho người dưới 18 tuổi"
    ),
    "decide": _step("decide", term_months=6),
    "deliver": _step("deliver"),
    "give_end_notice": _step("give_end_notice", "175 09:00"),
    "certify": _step("certify", "194 09:00", completed_on="day 193", released_to="family"),
    "report_home": _step("report_home", "196 09:00", home_on="day 194", reported_at="196 09:00"),
    "propose_aftercare": _step("propose_aftercare", "197 09:00", aftercare_proposal_received_at="197 10:00"),
    "decide_aftercare": _step("decide_aftercare", "198 09:00"),
    "record_adulthood": Step("ub", facts={"track_after_18": "adult", "track_reason": "đủ 18 tuổi khi chưa lập xong hồ sơ"}),
}  # fmt: skip


@dataclass
class MinorRoad2022(Road2022):
    """A minor's dossier of book 2022."""

    person: PersonData = MINOR
    papers: tuple[str, ...] = (*PAPERS, "parents_opinion")

    steps: ClassVar[Mapping[str, Step]] = STEPS_2022 | MINOR_STEPS
