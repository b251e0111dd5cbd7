"""Which amount a rule has, and from where it is counted, once the facts are known."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from models.law.counting import UNITS, AmountOutOfRange, LimitRefused
from models.law.schema import Amount, Anchor, Clock, Rule


class NoClock(LimitRefused):
    """The rule runs no clock: its text gives no number, or was not read."""

    def __init__(self, rule: Rule) -> None:
        why = "văn bản không quy định thời hạn" if rule.clock is Clock.none else "văn bản chưa được đọc"
        super().__init__(f"{rule.id}: không tính thời hạn vì {why} ({rule.citation})")
        self.rule = rule


class FactNeeded(LimitRefused):
    """A fact that decides the amount is missing, or is none of the values that the rule knows."""

    def __init__(self, rule_id: str, fact: str, choices: Sequence[bool | str | int]) -> None:
        super().__init__(
            f"{rule_id}: cần dữ kiện “{fact}”, một trong: {', '.join(str(choice).lower() for choice in choices)}"
        )
        self.rule_id = rule_id
        self.fact = fact
        self.choices = tuple(choices)


class Choice(NamedTuple):
    """What a rule says once the facts are known: one amount, or two with the warning first, and the anchor."""

    amounts: tuple[Amount, ...]
    anchor: Anchor


def choose(rule: Rule, facts: Mapping[str, object]) -> Choice:
    """The amounts and the anchor of a rule under these facts; of variants, the first that fits.

    Raises NoClock; FactNeeded when a deciding fact is missing; AmountOutOfRange when a decision leaves its range.
    """
    if rule.clock is not Clock.counted:
        raise NoClock(rule)
    if rule.range:
        bounds = rule.range
        value = facts.get(bounds.fact)
        if value is None:
            raise FactNeeded(rule.id, bounds.fact, range(bounds.least, bounds.most + 1))
        if isinstance(value, bool) or not isinstance(value, int) or not bounds.least <= value <= bounds.most:
            allowed = f"từ {bounds.least} đến {bounds.most} {UNITS[bounds.unit]}"
            raise AmountOutOfRange(
                f"{rule.id}: thời hạn phải {allowed}, không thể là {value} ({rule.citation})"
            )
        return Choice((Amount(value=value, unit=bounds.unit),), rule.anchor)
    odd: list[list[str]] = []
    for variant in rule.variants:
        odd.append([fact for fact, wanted in variant.when.items() if not _may_be(facts.get(fact), wanted)])
        if odd[-1]:
            continue
        for fact in variant.when:
            if facts.get(fact) is None:
                raise FactNeeded(rule.id, fact, _choices(rule, fact, facts))
        amount = Amount(value=variant.amount, unit=variant.unit)
        return Choice((amount,), variant.anchor or rule.anchor)
    if odd:
        nearest = min(odd, key=len)
        others = {fact: value for fact, value in facts.items() if fact not in nearest}
        raise FactNeeded(rule.id, nearest[0], _choices(rule, nearest[0], others))
    return Choice(rule.amounts, rule.anchor)


def _choices(rule: Rule, fact: str, facts: Mapping[str, object]) -> list[bool | str]:
    """The values of a fact that lead to a variant, whatever else is known."""
    choices: list[bool | str] = []
    for variant in rule.variants:
        if all(_may_be(facts.get(name), wanted) for name, wanted in variant.when.items()):
            value = variant.when.get(fact, [])
            choices += [
                each for each in (value if isinstance(value, list) else [value]) if each not in choices
            ]
    return choices


def _may_be(value: object, wanted: bool | str | list[str]) -> bool:
    return value is None or (value in wanted if isinstance(wanted, list) else value == wanted)
