"""Rules made for one test, and the reckoning of them on the shipped calendar."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from models.law.calendar import baseline
from models.law.limits import TIMEZONE, LedgerEntry, Reckoning, reckon
from models.law.schema import Rule

CALENDAR = baseline()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIMEZONE)


def rule(amount: int = 0, unit: str = "day", **more: Any) -> Rule:
    row: dict[str, Any] = {
        "id": "r-1",
        "title": "Thời hạn thử",
        "title_en": "A limit",
        "kind": "duty",
        "anchor": {"text": "từ khi nhận được hồ sơ"},
        "who": "Công an cấp xã",
        "citation": "Luật thử Đ.1",
        "confirmed": True,
    }
    if amount:
        row["amounts"] = [{"value": amount, "unit": unit}]
    return Rule.model_validate({**row, **more})


def bar(amount: int, unit: str) -> Rule:
    return rule(amount, unit, kind="bar", roll="none", first_day="doubtful")


def term(amount: int, unit: str) -> Rule:
    return rule(amount, unit, kind="term", roll="none")


def ends(
    of: Rule, start: str, ledger: Sequence[LedgerEntry] = (), facts: Mapping[str, object] = {}
) -> Reckoning:
    return reckon(of, at(start), CALENDAR, facts, ledger)


def shown(got: Reckoning) -> list[tuple[str, bool, int | None]]:
    return [(f"{step.date:%d/%m}", step.counts, step.number) for step in got.steps]


WHY: dict[str, str] = {"reason": "lý do", "citation": "Đ.16"}
