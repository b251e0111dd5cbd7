"""What is private in a dossier: every fact of free text, every paper and every form has a class or is said to be open."""

import pytest

from documents.forms import all_forms
from models.law import private
from models.law.loader import catalogue, codes, load_book
from models.law.private import TOLD, Private, of_fact, of_form, of_paper


def test_everything_is_classed_and_nothing_is_classed_that_does_not_exist() -> None:
    papers = {paper.kind for code in codes() for paper in load_book(code).papers}
    assert private.unclassed(set(catalogue()), papers, set(all_forms())) == set()


def test_a_new_fact_paper_or_form_is_missed() -> None:
    papers = {paper.kind for code in codes() for paper in load_book(code).papers}
    assert private.unclassed(set(catalogue()), papers | {"new"}, {*all_forms(), "X-1"}) == {"new", "X-1"}


@pytest.mark.parametrize(
    ("classes", "wanted"),
    [
        (of_fact("criteria"), {Private.health}), (of_fact("representative"), {Private.family}),
        (of_fact("court"), set()), (of_fact("background"), TOLD), (of_fact("particulars"), TOLD),
        (of_fact("late_reason"), TOLD), (of_paper("statement"), TOLD), (of_paper("whatever"), TOLD),
        (of_form("TT18-PL03"), {Private.health}), (of_form("TA-02"), set()), (of_form("unknown"), TOLD),
    ],
)  # fmt: skip
def test_classes_are_those_of_the_file_and_what_nobody_classed_may_hold_anything(
    classes: frozenset[Private], wanted: set[Private]
) -> None:
    assert classes == wanted
