"""Rules, conditions and references as a reader sees them, Vietnamese and English."""

from collections.abc import Mapping
from typing import NamedTuple

from models.law.counting import UNITS
from models.law.schema import Amount, Anchor, Clock, Condition, Ref, Rule, Unit


class Words(NamedTuple):
    """How one language says what a rule states."""

    units: Mapping[Unit, str]
    if_: str
    at: str
    warning: str
    extended: str
    none: str
    unread: str


VI = Words(UNITS, "nếu", "lúc", "cảnh báo", "gia hạn đến", "không có thời hạn", "chưa đọc")
EN = Words({unit: unit.value for unit in Unit}, "if", "at", "warning", "extended to", "no limit", "unread")


def stated(rule: Rule, words: Words = VI) -> str:
    """How long a rule gives: "3 ngày làm việc", "24 giờ nếu remote = false; 48 giờ nếu remote = true"."""
    if rule.clock is not Clock.counted:
        return words.none if rule.clock is Clock.none else words.unread
    parts = [_amount(amount, words) for amount in rule.amounts]
    parts += [
        f"{variant.amount} {words.units[variant.unit]} {words.if_} {condition(variant.when)}"
        for variant in rule.variants
    ]
    if rule.range:
        parts.append(f"{rule.range.least}–{rule.range.most} {words.units[rule.range.unit]}")
    if rule.extension:
        parts.append(f"{words.extended} {rule.extension.most}")
    return "; ".join(parts)


def _amount(amount: Amount, words: Words) -> str:
    said = f"{amount.value} {words.units[amount.unit]}"
    return f"{said} ({words.warning})" if amount.past == "warning" else said


def anchors(rule: Rule) -> list[Anchor]:
    """The anchor of a rule and those of its variants, each once."""
    own = [variant.anchor for variant in rule.variants if variant.anchor]
    spoken = [rule.anchor, *own] if len(own) < len(rule.variants) or not own else own
    return [anchor for place, anchor in enumerate(spoken) if anchor not in spoken[:place]]


def condition(when: Condition) -> str:
    """A condition by the codes of its facts: "residence = none, track = adult | minor"."""
    return ", ".join(f"{name} = {_value(wanted)}" for name, wanted in when.items())


def _value(wanted: bool | str | list[str]) -> str:
    return " | ".join(wanted) if isinstance(wanted, list) else str(wanted).lower()


def reference(ref: Ref, words: Words = VI) -> str:
    """A rule, form, stage or guard as an action names it: "p4-shelter nếu residence = none"."""
    moment = f" {words.at} {ref.at}" if ref.at else ""
    return f"{ref.id}{moment}" + (f" {words.if_} {condition(ref.when)}" if ref.when else "")
