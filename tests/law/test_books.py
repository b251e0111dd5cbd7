"""The shipped rulebooks: complete, fitting what exists, and honest about what is not confirmed."""

import pytest

from documents.forms import all_forms
from flows.guards import GUARDS
from models.law.loader import check_book, codes, load_book
from models.law.schema import Clock


@pytest.mark.parametrize("code", codes())
def test_shipped_book_fits_the_forms_and_guards_that_exist(code: str) -> None:
    check_book(load_book(code), forms=all_forms(), guards=GUARDS)


def test_what_rests_on_lapsed_or_repealed_law_is_unconfirmed() -> None:
    doubtful = [rule for rule in load_book("2026").rules if rule.id.startswith(("c3-", "health-", "detain-"))]
    assert len(doubtful) > 20
    assert [rule.id for rule in doubtful if rule.confirmed] == []


@pytest.mark.parametrize("code", codes())
def test_every_book_says_who_is_too_young_by_which_article(code: str) -> None:
    book = load_book(code)
    assert book.minors_refused
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
