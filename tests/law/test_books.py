"""The shipped rulebooks: complete, fitting what exists, and honest about what is not confirmed."""

import pytest

from documents.forms import all_forms
from flows.guards import GUARDS
from models.law import words
from models.law.loader import check_book, codes, load_book
from models.law.schema import Clock

BOOKS_2025 = ("2025-03", "2025-07")


@pytest.mark.parametrize("code", codes())
def test_shipped_book_fits_the_forms_and_guards_that_exist(code: str) -> None:
    check_book(load_book(code), forms=all_forms(), guards=GUARDS)


def test_what_rests_on_lapsed_or_repealed_law_is_unconfirmed() -> None:
    doubtful = [rule for rule in load_book("2026").rules if rule.id.startswith(("c3-", "health-", "detain-"))]
    assert len(doubtful) > 20
    assert [rule.id for rule in doubtful if rule.confirmed] == []


def test_what_was_read_of_the_ordinance_of_2014_is_unconfirmed_in_2022() -> None:
    old = [rule for rule in load_book("2022").rules if rule.id.startswith("c9-") and rule.id != "c9-publish"]
    assert len(old) > 9
    assert [rule.id for rule in old if rule.confirmed] == []


def test_what_was_read_of_the_ordinance_on_minors_is_unconfirmed() -> None:
    book = load_book("2022")
    rules = {rule.id: rule.confirmed for rule in book.rules if rule.id.startswith("cm-")}
    rows = {row.id: row.confirmed for row in book.provisions if row.id.startswith("cm-")}
    assert rules == dict.fromkeys(("cm-term", "cm-check", "cm-complaint", "cm-other"), False)
    assert {name for name, confirmed in rows.items() if confirmed} == {"cm-room", "cm-publish"}, "other texts"


def test_papers_about_minors_never_speak_of_an_administrative_measure() -> None:
    book = load_book("2022")
    words = book.words("minor")
    spoken = " ".join([*words.legal_bases, words.measure, words.measure_full, words.complaint_period])
    assert "xử lý hành chính" not in spoken
    assert "xử lý hành chính" in " ".join(book.words("adult").legal_bases)


@pytest.mark.parametrize("code", codes())
def test_every_book_says_who_is_too_young_by_which_article(code: str) -> None:
    book = load_book(code)
    assert bool(book.minors_refused) == ("minor" not in book.tracks)
    assert book.minors_citation
    assert (book.least_age < 18) == (book.least_age_citation is not None)


@pytest.mark.parametrize("code", codes())
def test_no_unread_rule_is_confirmed(code: str) -> None:
    unread = [rule for rule in load_book(code).rules if rule.clock is Clock.unread]
    assert unread
    assert not any(rule.confirmed for rule in unread)


@pytest.mark.parametrize("code", codes())
def test_shipped_file_states_every_stage_of_its_actions(code: str) -> None:
    book = load_book(code)
    assert {stage for action in book.actions for stage in action.stages} == set(book.stages)


@pytest.mark.parametrize("code", BOOKS_2025)
def test_no_body_that_was_abolished_in_2025_has_a_part(code: str) -> None:
    book = load_book(code)
    gone = {"district_police", "labour_office", "justice_office"}
    assert "justice_review" not in book.stages
    assert [action.code for action in book.actions if gone & set(action.by)] == []
    said = [text for rule in book.rules for text in (rule.title, rule.who)]
    said += [action.title for action in book.actions]
    assert [text for text in said if "Lao động" in text or "Công an cấp huyện" in text] == []
    assert [text for text in said if code == "2025-07" and "Tòa án nhân dân cấp huyện" in text] == []


def test_nothing_of_the_half_year_under_the_unread_circular_is_confirmed() -> None:
    book = load_book("2025-03")
    assert not any(rule.confirmed for rule in book.rules)
    assert not any(action.confirmed for action in book.actions)
    assert not any(row.confirmed for row in book.provisions)
    assert book.transition is not None
    assert not any(landing.confirmed for landing in book.transition.landings)


def test_of_july_2025_only_what_was_read_is_confirmed() -> None:
    book = load_book("2025-07")
    rows = {rule.id: rule.confirmed for rule in book.rules}
    rows |= {row.id: row.confirmed for row in book.provisions}
    court = [row for row in rows if row.startswith(("c3-", "c25-", "cm-"))]
    assert len(court) > 50
    assert [row for row in court if rows[row]] == []
    unread = {"p3-criminal-gate", "p3-court-proc", "p3-no-escort"}
    assert {row for row in rows if row.startswith("p3-") and not rows[row]} == unread
    assert {"health-result", "exec-send-A", "term-A", "term-M", "post-term-A"} <= {
        row for row in rows if rows[row]
    }


def test_law_and_decree_on_one_step_are_one_clock_with_a_warning() -> None:
    book = load_book("2025-07")
    law, decree = book.rule("p3-transfer-law"), book.rule("p3-transfer-decree")
    assert [(amount.value, amount.unit, amount.past) for amount in law.amounts] == [
        (1, "working_day", "warning"), (3, "working_day", "breach"),
    ]  # fmt: skip
    assert (law.amounts[0].citation, law.amounts[1].citation) == (decree.citation, law.citation)
    assert (decree.amounts[0].value, decree.beside) == (1, law.id)
    assert all(ref.id != decree.id for action in book.actions for ref in (*action.starts, *action.ends))


def test_every_guard_has_words_for_those_who_read_the_law() -> None:
    assert set(words.GUARDS) == set(GUARDS)
    assert len(set(words.GUARDS.values())) >= len(GUARDS) - 1, "two laws' grounds alone are said alike"
