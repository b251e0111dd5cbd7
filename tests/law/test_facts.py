"""What acts record: the model each action's facts are checked by, and the JSON Schema people are asked with."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from models.law.book import Book
from models.law.facts import TYPES, payload_model
from models.law.loader import catalogue, codes, load_book


def payload(book: Book, action: str) -> TypeAdapter[Any]:
    return TypeAdapter(payload_model(action, book.action(action).facts, catalogue(), book.exclusions))


ADMITTED = {"reached_at": "2026-09-09T10:00:00+07:00"}


def flaws(action: str, facts: dict[str, Any]) -> set[tuple[str, str]]:
    """Kind and place of what is wrong with these facts."""
    with pytest.raises(ValidationError) as error:
        payload(load_book("2026"), action).validate_python(facts)
    return {(flaw["type"], ".".join(map(str, flaw["loc"]))) for flaw in error.value.errors()}


def test_fact_that_the_action_does_not_ask_for_is_refused() -> None:
    assert flaws("admit", {**ADMITTED, "mood": "good"}) == {("extra_forbidden", "mood")}


def test_required_fact_is_missed() -> None:
    assert flaws("admit", {}) == {("missing", "reached_at")}


def test_instant_without_time_zone_is_refused() -> None:
    assert flaws("admit", {"reached_at": "2026-09-09T10:00:00"}) == {("timezone_aware", "reached_at")}


def test_value_outside_the_choices_is_refused() -> None:
    assert flaws("observe", {"substance_group": "coffee"}) == {("literal_error", "substance_group")}


def test_optional_fact_may_be_left_out_or_be_nothing() -> None:
    asked = {fact.name: fact.required for fact in load_book("2026").action("record_voluntary").facts}
    assert asked["late_registration_reason"] is False
    given = {"registered_at": "2026-09-16T09:00:00+07:00", "voluntary_place": "gia đình"}
    adapter = payload(load_book("2026"), "record_voluntary")
    assert adapter.validate_python(given).late_registration_reason is None
    assert (
        adapter.validate_python({**given, "late_registration_reason": None}).late_registration_reason is None
    )


def test_exclusions_are_those_of_the_book() -> None:
    asked = load_book("2026").action("send_to_court")
    assert "exclusions" in {fact.name for fact in asked.facts}
    told = flaws("send_to_court", {"court": "ta", "sheet_count": 3, "exclusions": ["pregnant", "tired"]})
    assert told == {("literal_error", "exclusions.1")}


def test_text_is_stored_composed_and_trimmed() -> None:
    decomposed = " Gia đình ông Nguyê\u0303n Va\u0306n A "
    adapter = payload(load_book("2026"), "record_voluntary")
    recorded = adapter.validate_python(
        {"registered_at": "2026-09-16T09:00:00+07:00", "voluntary_place": decomposed}
    )
    assert recorded.voluntary_place == "Gia đình ông Nguyễn Văn A"


@pytest.mark.parametrize("code", codes())
def test_json_schema_tells_every_fact_in_vietnamese_and_english(code: str) -> None:
    book = load_book(code)
    for action in book.actions:
        schema = payload(book, action.code).json_schema()
        assert schema["additionalProperties"] is False
        assert sorted(schema.get("required", ())) == sorted(
            fact.name for fact in action.facts if fact.required and not fact.when
        )
        for fact in action.facts:
            told, known = schema["properties"][fact.name], catalogue()[fact.name]
            assert told["title"] == known.title, (action.code, fact.name)
            assert told["description"].startswith(known.title_en)
            if known.choices:
                assert told["x-choices"] == dict(known.choices)


@pytest.mark.parametrize("mark", ["\u202e", "\u200f", "\u200b", "\u2066", "\ufeff", "\u2028"])
def test_invisible_marks_that_turn_the_writing_are_refused(mark: str) -> None:
    with pytest.raises(ValidationError, match="cannot be printed"):
        TypeAdapter(TYPES["text"]).validate_python(f"Nguyễn{mark}Văn A")


@pytest.mark.parametrize("day", ["1899-12-31", "2201-01-01", "0001-01-01", "9999-12-31"])
def test_a_day_nobody_can_have_seen_is_refused(day: str) -> None:
    with pytest.raises(ValidationError, match="1900 to 2200"):
        TypeAdapter(TYPES["day"]).validate_python(day)


def test_days_within_lifetimes_are_taken() -> None:
    for day in ("1900-01-01", "2200-12-31"):
        assert TypeAdapter(TYPES["day"]).validate_python(day).isoformat() == day
