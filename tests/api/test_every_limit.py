"""Every rule of every book through the API's calculator and through `hoso limit`: an answer, or a clear refusal."""

from collections.abc import Callable
from typing import Any

import pytest

from models.law.calendar import baseline
from models.law.limits import reckon
from models.law.loader import codes, load_book
from models.law.schema import Clock
from tests.api.conftest import Command
from tests.api.road import Caller
from tests.law.questions import Missing, Question, asked, clockless, counted, moment

Compute = Callable[..., Any]
BY_COMMAND = [
    pytest.param(code, marks=[] if code in {codes()[0], codes()[-1]} else pytest.mark.long)
    for code in codes()
]
"""The command asks the calculator that the API asks, of every book above; by it, the oldest and the newest each day."""


@pytest.fixture
def compute(as_user: Callable[[str], Caller]) -> Compute:
    """Asks the running API; the answer with its status."""
    caller = as_user("ca.cau-giay")

    def ask(code: str, rule: str, facts: dict[str, Any], language: str = "vi") -> Any:
        start = moment(load_book(code)).isoformat()
        question = {"rulebook": code, "rule": rule, "from": start, "facts": facts}
        return caller.post("/v1/limits/compute", json=question, headers={"Accept-Language": language})

    return ask


@pytest.mark.parametrize("code", codes())
def test_the_api_reckons_every_counted_rule_under_every_set_of_facts(compute: Compute, code: str) -> None:
    for rule in counted(code):
        for question in asked(rule):
            if isinstance(question, Question):
                answer = compute(code, rule.id, question.facts)
                assert answer.status_code == 200, answer.text
                reckoned = reckon(rule, moment(load_book(code)), baseline(), question.facts)
                assert answer.json() == reckoned.model_dump(mode="json")


@pytest.mark.parametrize("code", codes())
def test_the_api_names_each_fact_that_is_missing_with_its_choices(compute: Compute, code: str) -> None:
    missing = [one for rule in counted(code) for one in asked(rule) if isinstance(one, Missing)]
    assert missing
    for one in missing:
        problem = compute(code, one.rule.id, one.facts)
        assert problem.status_code == 422
        found = problem.json()
        assert (found["fact"], found["choices"]) == (one.fact, list(one.choices))
        assert (found["errors"][0]["code"], found["errors"][0]["requirement"]) == ("fact_needed", one.fact)


@pytest.mark.parametrize("code", codes())
def test_the_api_refuses_every_rule_without_a_clock_by_its_article(compute: Compute, code: str) -> None:
    for rule in clockless(code):
        refused, english = (compute(code, rule.id, {}, language) for language in ("vi", "en"))
        assert (refused.status_code, english.status_code) == (422, 422)
        [error] = refused.json()["errors"]
        assert (error["code"], error["requirement"], error["citation"]) == (
            "no_clock",
            rule.id,
            rule.citation,
        )
        none = rule.clock is Clock.none
        assert ("không quy định thời hạn" if none else "chưa được đọc") in error["message"]
        assert ("gives no limit" if none else "was not read") in english.json()["errors"][0]["message"]


@pytest.mark.parametrize("code", BY_COMMAND)
def test_the_command_line_answers_as_the_api_does(hoso: Command, code: str) -> None:
    start = moment(load_book(code))
    for rule in counted(code):
        for question in asked(rule):
            given = [f"--fact={name}={str(value).lower()}" for name, value in question.facts.items()]
            said = hoso("limit", code, rule.id, start.isoformat(), *given, "--json")
            if isinstance(question, Question):
                assert said.code == 0, said.err
                assert said.json == reckon(rule, start, baseline(), question.facts).model_dump(mode="json")
            else:
                assert (said.code, said.out) == (2, "")
                assert f"“{question.fact}”" in said.err
                assert all(str(choice).lower() in said.err for choice in question.choices)


@pytest.mark.parametrize("code", codes())
def test_the_command_line_refuses_every_rule_without_a_clock_by_its_article(hoso: Command, code: str) -> None:
    for rule in clockless(code):
        said = hoso("limit", code, rule.id, moment(load_book(code)).isoformat())
        assert (said.code, said.out) == (2, "")
        assert rule.citation in said.err


@pytest.mark.parametrize("code", BY_COMMAND)
def test_every_answer_can_be_read_in_words(hoso: Command, code: str) -> None:
    start = moment(load_book(code))
    for rule in counted(code):
        question = next(one for one in asked(rule) if isinstance(one, Question))
        given = [f"--fact={name}={str(value).lower()}" for name, value in question.facts.items()]
        said = hoso("limit", code, rule.id, start.isoformat(), *given)
        got = reckon(rule, start, baseline(), question.facts)
        assert said.code == 0, said.err
        assert f"{got.due:%H:%M %d/%m/%Y}; ngày cuối {got.last_day:%d/%m/%Y}" in said.out
        assert ("unconfirmed" in said.out) == (not got.confirmed)
