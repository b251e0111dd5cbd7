"""The same driver for a minor in book 2026: parents at every step, their papers in the file, a school, after-care of one year."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flows.writing import Done
from models.person import PersonData
from tests.flows.road_2026 import PERSON, RECEIVER, STEPS, Road, Step, add_paper

MINOR = PERSON.model_copy(update={"birth_date": "2011-12-01"})
"""Fourteen when found, and under 18 until after the term."""
MOTHER = RECEIVER | {"name": "Nguyễn Thị B", "sex": "female", "birth_date": "01/01/1985", "relation": "mẹ"}
STANDS_FOR = {"name": "Nguyễn Thị B", "relation": "mẹ", "residence": "phường Mai Dịch"}


def _step(code: str, when: str | None = None, **facts: object) -> Step:
    adult = STEPS[code]
    given = {name: value for name, value in adult.facts.items() if name != "exclusions"}
    return Step(adult.by, when or adult.when, given | facts)


MINOR_STEPS: dict[str, Step] = {
    "open": _step("open", sample="urine", urine_officer="Trần Văn B"),
    "request_determination": _step("request_determination", representative=STANDS_FOR),
    "notify_result": _step("notify_result", "2 20:30", result_told_to=MOTHER, parents_told_at="2 20:00"),
    "record_ground": _step("record_ground", representative=STANDS_FOR),
    "place_pending": _step("place_pending"),
    "compile": _step("compile"),
    "notify_person": _step("notify_person", parents_receiver=MOTHER, parents_notice_received_at="7 09:00"),
    "send_to_court": _step("send_to_court", "11 09:00"),
    "register_file": _step("register_file", "11 14:00", file_received_at="11 14:00"),
    "accept": _step("accept", "14 09:00"),
    "notify_acceptance": _step("notify_acceptance", "14 10:00"),
    "decide": _step("decide"),
    "deliver": _step("deliver"),
    "start_in_place": _step("start_in_place"),
    "decide_aftercare": _step("decide_aftercare", monitoring_case=None),
    "end_aftercare": _step("end_aftercare", "1096 09:00"),
}  # fmt: skip


@dataclass
class MinorRoad(Road):
    """A minor's dossier of book 2026; `papers` come in before the file is compiled."""

    person: PersonData = MINOR
    papers: tuple[str, ...] = ("statement", "parents_opinion")

    steps: ClassVar[Mapping[str, Step]] = STEPS | MINOR_STEPS
    main: ClassVar[tuple[str, ...]] = tuple(
        code for code, step in STEPS.items() if step.when and code not in {"order_monitoring", "fit_device"}
    )

    def do(self, action: str, when: str | None = None, *, dry_run: bool = False, **given: Any) -> Done:
        """Does one step; the papers come in before the file is compiled."""
        if action == "compile":
            for sheet, kind in enumerate(self.papers, 1):
                add_paper(self, kind, sheet)
        return super().do(action, when, dry_run=dry_run, **given)
