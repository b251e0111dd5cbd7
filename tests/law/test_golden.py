"""The calculator against due dates worked out by hand: one file of cases a rulebook."""

import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from models.law.calendar import baseline
from models.law.limits import NoClock, choose, reckon
from models.law.loader import load_book
from models.law.schema import Clock, Rule

FILES = sorted(Path(__file__).parent.glob("golden_*.toml"))


class Case(BaseModel):
    """One case: a rule, the instant it is counted from (or back from), and what it must come to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    why: str
    clock: Clock = Clock.counted
    start: datetime | None = Field(None, alias="from")
    facts: dict[str, bool | int | str] = {}
    last_day: date | None = None
    due: datetime | None = None
    opens: datetime | None = None
    warning_last_day: date | None = None
    other_last_day: date | None = None


def read(file: Path) -> list[Case]:
    return [Case.model_validate(row) for row in tomllib.loads(file.read_text(encoding="utf-8"))["cases"]]


def code_of(file: Path) -> str:
    return file.stem.removeprefix("golden_")


CASES = [
    (f"{code_of(file)}-{case.rule}-{number}", code_of(file), case)
    for file in FILES
    for number, case in enumerate(read(file), 1)
]
COUNTED = [pytest.param(code, case, id=name) for name, code, case in CASES if case.clock is Clock.counted]
CLOCKLESS = [
    pytest.param(code, case, id=name) for name, code, case in CASES if case.clock is not Clock.counted
]
CODES = [code_of(file) for file in FILES]


@pytest.mark.parametrize(("code", "case"), COUNTED)
def test_limit_ends_when_counted_by_hand(code: str, case: Case) -> None:
    assert case.start is not None
    got = reckon(load_book(code).rule(case.rule), case.start, baseline(), case.facts)
    assert (got.last_day, got.due) == (case.last_day, case.due), case.why
    assert got.opens == case.opens, case.why
    assert (got.warning and got.warning.last_day) == case.warning_last_day, case.why
    assert (got.other_reading and got.other_reading.last_day) == case.other_last_day, case.why


@pytest.mark.parametrize(("code", "case"), CLOCKLESS)
def test_rule_without_a_number_is_never_counted(code: str, case: Case) -> None:
    rule = load_book(code).rule(case.rule)
    assert rule.clock is case.clock, case.why
    with pytest.raises(NoClock):
        reckon(rule, datetime.fromisoformat("2026-08-27T15:00:00+07:00"), baseline())


@pytest.mark.parametrize("code", CODES)
def test_every_rule_has_a_case(code: str) -> None:
    cases = {case.rule for case in read(Path(__file__).with_name(f"golden_{code}.toml"))}
    assert {rule.id for rule in load_book(code).rules} == cases


@pytest.mark.parametrize("code", CODES)
def test_every_variant_has_a_case(code: str) -> None:
    cases = read(Path(__file__).with_name(f"golden_{code}.toml"))
    missing = [
        f"{rule.id} {variant.when}"
        for rule in load_book(code).rules
        for variant in rule.variants
        if not any(
            chooses(rule, case, variant.amount, variant.when) for case in cases if case.rule == rule.id
        )
    ]
    assert missing == []


def chooses(rule: Rule, case: Case, amount: int, when: dict[str, bool | str | list[str]]) -> bool:
    """Whether the case's facts are those of this variant, and choosing by them yields its amount."""
    fits = all(
        case.facts.get(fact) in wanted if isinstance(wanted, list) else case.facts.get(fact) == wanted
        for fact, wanted in when.items()
    )
    return fits and choose(rule, case.facts).amounts[0].value == amount
