"""Every rule of every book can be asked of the calculator: it answers, or says what is missing and by which article."""

import pytest

from models.law.calendar import baseline
from models.law.limits import NoClock, reckon
from models.law.loader import codes, load_book
from models.law.schema import Clock, Kind, Rule
from tests.law.questions import Missing, Question, asked, clockless, counted, moment

COUNTED = [pytest.param(code, rule, id=f"{code}-{rule.id}") for code in codes() for rule in counted(code)]
CLOCKLESS = [pytest.param(code, rule, id=f"{code}-{rule.id}") for code in codes() for rule in clockless(code)]


@pytest.mark.parametrize(("code", "rule"), COUNTED)
def test_every_counted_rule_is_reckoned_under_every_set_of_facts(code: str, rule: Rule) -> None:
    start = moment(load_book(code))
    for question in asked(rule):
        if isinstance(question, Missing):
            continue
        got = reckon(rule, start, baseline(), question.facts)
        said = question.choice.amounts[-1]
        assert (got.amount, got.unit, got.rule) == (said.value, said.unit, rule.id)
        assert got.anchor == question.choice.anchor.text
        assert got.citation == (said.citation or rule.citation)
        assert (got.warning is not None) == (len(question.choice.amounts) == 2)
        assert got.steps
        if rule.direction == "before":
            assert got.last_day <= start.date()
        else:
            assert got.due > start
        if rule.kind in {Kind.bar, Kind.term}:
            assert not got.rolled


@pytest.mark.parametrize(("code", "rule"), COUNTED)
def test_the_facts_that_are_asked_for_lead_to_every_case_and_nowhere_else(code: str, rule: Rule) -> None:
    outcomes = list(asked(rule))
    reached = [one.choice for one in outcomes if isinstance(one, Question)]
    stated = {(one.amount, one.unit, one.anchor or rule.anchor) for one in rule.variants}
    if rule.variants:
        assert {(one.amounts[-1].value, one.amounts[-1].unit, one.anchor) for one in reached} == stated
    elif rule.range:
        assert [one.amounts[0].value for one in reached] == list(range(rule.range.least, rule.range.most + 1))
    else:
        assert [one.amounts for one in reached] == [rule.amounts]
    dead_ends = [one.facts for one in outcomes if isinstance(one, Missing) and one.fact in one.facts]
    assert dead_ends == []


@pytest.mark.parametrize(("code", "rule"), CLOCKLESS)
def test_every_rule_without_a_clock_says_why_by_its_article(code: str, rule: Rule) -> None:
    with pytest.raises(NoClock) as refused:
        reckon(rule, moment(load_book(code)), baseline())
    why = "không quy định thời hạn" if rule.clock is Clock.none else "chưa được đọc"
    assert str(refused.value).startswith(f"{rule.id}: ")
    assert why in str(refused.value)
    assert str(refused.value).endswith(f"({rule.citation})")
