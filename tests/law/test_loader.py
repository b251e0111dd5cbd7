"""Rulebooks are read whole or not at all: every flaw is an error that names file and key."""

import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from documents.forms import all_forms
from flows.guards import GUARDS
from models.law.loader import LoadError, catalogue, check_book, load_book
from tests.law.made_book import BOOK, COMPILE, PAPER, PROVISION, SEND, write


def row(content: dict[str, Any], table: str, key: str) -> dict[str, Any]:
    """The rule, action or paper of this id."""
    return next(one for one in content[table] if key in {one.get("id"), one.get("code"), one.get("kind")})


def rule(content: dict[str, Any], **changes: Any) -> None:
    row(content, "rules", "r-compile").update(changes)


def bar(content: dict[str, Any], **changes: Any) -> None:
    row(content, "rules", "r-bar").update(changes)


def send(content: dict[str, Any], **changes: Any) -> None:
    row(content, "actions", "send_to_court").update(changes)


def opening(content: dict[str, Any], **changes: Any) -> None:
    row(content, "actions", "open").update(changes)


def anchor(**changes: Any) -> dict[str, Any]:
    return {"anchor": {"text": "từ khi đó", **changes}}


def without(content: dict[str, Any], table: str, key: str, name: str) -> None:
    del row(content, table, key)[name]


FLAWS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    # what stands on one line
    "a rule without a citation": (lambda b: without(b, "rules", "r-compile", "citation"), r"rules\.r-compile\.citation"),
    "a rule with an empty citation": (lambda b: rule(b, citation=" "), r"rules\.r-compile\.citation"),
    "an action without a citation": (lambda b: without(b, "actions", "open", "citation"), r"actions\.open\.citation"),
    "a paper without a citation": (lambda b: without(b, "papers", "summary", "citation"), r"papers\.summary\.citation"),
    "a provision without a citation": (
        lambda b: b["provisions"][0].pop("citation"), r"provisions\.r-subject\.citation: thiếu / Field required"),
    "exclusions without a citation": (lambda b: b.pop("exclusions_citation"), r"exclusions_citation: thiếu / Field required"),
    "an extension without a citation": (
        lambda b: rule(b, extension={"most": 3}), r"rules\.r-compile\.extension\.citation: thiếu / Field required"),
    "a rule that says nothing of its confirmation": (
        lambda b: without(b, "rules", "r-compile", "confirmed"), r"rules\.r-compile\.confirmed"),
    "a key nobody knows": (lambda b: b.update(colour="red"), r"colour: không có khóa này / Extra inputs"),
    "a key of a rule nobody knows": (
        lambda b: rule(b, days=3), r"rules\.r-compile\.days: không có khóa này / Extra inputs"),
    "a key of an anchor nobody knows": (
        lambda b: rule(b, **anchor(act="open")), r"rules\.r-compile\.anchor\.act: không có khóa này / Extra inputs"),
    "a key of an action nobody knows": (
        lambda b: send(b, form="V-36"), r"actions\.send_to_court\.form: không có khóa này / Extra inputs"),
    "a key of a reference nobody knows": (
        lambda b: send(b, ends=[{"id": "r-compile", "if": "late"}]),
        r"actions\.send_to_court\.ends\.0\.if: không có khóa này / Extra inputs"),
    "a key of a paper nobody knows": (
        lambda b: b["papers"][0].update(sheets=2), r"papers\.summary\.sheets: không có khóa này / Extra inputs"),
    "a key of a provision nobody knows": (
        lambda b: b["provisions"][0].update(days=2), r"provisions\.r-subject\.days: không có khóa này / Extra inputs"),
    "a key of the wording nobody knows": (
        lambda b: b["wording"].update(tone="stern"), r"wording\.tone: không có khóa này / Extra inputs"),
    "a key of the minors' wording nobody knows": (
        lambda b: b.update(wording_minor={"tone": "kind"}), r"wording_minor\.tone: .*no such key"),
    "minors' wording of the wrong kind": (
        lambda b: b.update(wording_minor={"legal_bases": "Luật thử"}), r"wording_minor\.legal_bases: .*valid tuple"),
    "a provision about nothing known": (
        lambda b: b["provisions"][0].update(about="weather"), r"provisions\.r-subject\.about: không có giá trị này / "),
    "a kind nobody knows": (lambda b: rule(b, kind="wish"), r"rules\.r-compile\.kind"),
    "a unit nobody knows": (
        lambda b: rule(b, amounts=[{"value": 1, "unit": "week"}]), r"rules\.r-compile\.amounts\.0\.unit"),
    "an amount of nothing": (
        lambda b: rule(b, amounts=[{"value": 0, "unit": "day"}]), r"rules\.r-compile\.amounts\.0\.value"),
    "an agency nobody knows": (lambda b: send(b, by=["militia"]), r"actions\.send_to_court\.by\.0"),
    "a stage nobody knows": (lambda b: send(b, stages=["limbo"]), r"actions\.send_to_court\.stages\.0"),
    "a bar that rolls": (lambda b: bar(b, roll="forward"), r"rules\.r-bar: .*r-bar: a bar never rolls"),
    "a term that rolls": (lambda b: bar(b, kind="term", roll="back"), r"rules\.r-bar: .*a term never rolls"),
    "an unread rule that is confirmed": (
        lambda b: rule(b, amounts=[], clock="unread"), r"rules\.r-compile: .*cannot be confirmed"),
    "a rule without a clock that has an amount": (
        lambda b: rule(b, clock="none"), r"rules\.r-compile: .*without a clock has no amount"),
    "a counted rule without an amount": (lambda b: rule(b, amounts=[]), r"rules\.r-compile: .*exactly one of them"),
    "two sources of the amount": (
        lambda b: rule(b, variants=[{"when": {"remote": True}, "amount": 2, "unit": "day"}]),
        r"rules\.r-compile: .*exactly one of them"),
    "two breaches": (
        lambda b: rule(b, amounts=[{"value": 1, "unit": "day"}, {"value": 3, "unit": "day"}]),
        r"rules\.r-compile: .*the first is a warning"),
    "a variant for no case": (
        lambda b: rule(b, amounts=[], variants=[{"when": {}, "amount": 2, "unit": "day"}]),
        r"rules\.r-compile\.variants\.0\.when"),
    "an anchor that is an act and a limit": (
        lambda b: rule(b, **anchor(acts=["open"], limit="r-bar")), r"rules\.r-compile\.anchor: .*acts or a limit"),
    "'within' on a rule counted forward": (lambda b: rule(b, span="within"), r"rules\.r-compile: .*counted back"),
    # what lines say about each other
    "a rule twice": (lambda b: b["rules"].append(dict(COMPILE)), r"rules\.r-compile: .*twice"),
    "an action twice": (lambda b: b["actions"].append(dict(SEND)), r"actions\.send_to_court: .*twice"),
    "a provision twice": (lambda b: b["provisions"].append(dict(PROVISION)), r"provisions\.r-subject: .*twice"),
    "a provision with the id of a rule": (
        lambda b: b["provisions"][0].update(id="r-bar"), r"provisions\.r-bar: .*a rule has this id"),
    "an action nobody may take": (lambda b: send(b, by=[]), r"actions\.send_to_court\.by: .*nobody may take it"),
    "an unknown fact": (lambda b: send(b, facts=["shoe_size"]), r"actions\.send_to_court\.facts: .*unknown fact shoe_size"),
    "an unknown act before": (lambda b: send(b, after=["bow"]), r"actions\.send_to_court: .*unknown action bow"),
    "an unknown act among several before": (
        lambda b: send(b, after=["open|bow"]), r"actions\.send_to_court: .*unknown action bow"),
    "an unknown act that bars": (lambda b: send(b, not_after=["bow"]), r"actions\.send_to_court: .*unknown action bow"),
    "an unknown act undone": (lambda b: send(b, undoes=["bow"]), r"actions\.send_to_court: .*unknown action bow"),
    "an unknown party that receives": (
        lambda b: send(b, hand_to="neighbour"), r"actions\.send_to_court\.hand_to: .*unknown party neighbour"),
    "an unknown party that acts": (
        lambda b: send(b, actor="neighbour"), r"actions\.send_to_court\.actor: .*unknown party neighbour"),
    "an unknown fact a limit is counted from": (
        lambda b: rule(b, **anchor(acts=["open"], fact="full_moon")),
        r"rules\.r-compile\.anchor\.fact: .*unknown fact full_moon"),
    "an unknown second fact a limit is counted from": (
        lambda b: rule(b, **anchor(acts=["open"], fact="found_at", or_later="full_moon")),
        r"rules\.r-compile\.anchor\.fact: .*unknown fact full_moon"),
    "a second fact without a first": (
        lambda b: rule(b, **anchor(acts=["open"], or_later="found_at")),
        r"rules\.r-compile\.anchor: .*second fact goes with a first"),
    "an unknown limit a limit is counted from": (
        lambda b: rule(b, **anchor(limit="r-none")), r"rules\.r-compile\.anchor\.limit: .*unknown rule r-none"),
    "an unknown limit around a limit": (lambda b: rule(b, inside="r-none"), r"rules\.r-compile\.inside: .*r-none"),
    "an unknown limit beside a limit": (lambda b: rule(b, beside="r-none"), r"rules\.r-compile\.beside: .*r-none"),
    "a limit started by an act it is not counted from": (
        lambda b: send(b, starts=["r-compile"]), r"actions\.send_to_court\.starts: r-compile .*not anchored"),
    "an end at a fact the act does not ask for": (
        lambda b: send(b, ends=[{"id": "r-compile", "at": "left_at"}]),
        r"actions\.send_to_court: r-compile at left_at: .*fact not asked"),
    "a condition on an unknown fact": (
        lambda b: send(b, forms=[{"id": "V-36", "when": {"mood": "good"}}]),
        r"actions\.send_to_court: .*unknown fact mood"),
    "a condition on a value that does not exist": (
        lambda b: send(b, ends=[{"id": "r-compile", "when": {"residence": "boat"}}]),
        r"actions\.send_to_court: residence .*no value boat"),
    "a condition on one of several values that does not exist": (
        lambda b: send(b, ends=[{"id": "r-compile", "when": {"residence": ["none", "boat"]}}]),
        r"actions\.send_to_court: residence .*no value boat"),
    "a condition on a flag that is neither yes nor no": (
        lambda b: send(b, ends=[{"id": "r-compile", "when": {"remote": "very"}}]),
        r"actions\.send_to_court: remote .*no value very",
    ),
    "a condition on a track that does not exist": (
        lambda b: send(b, starts=[{"id": "r-bar", "when": {"track": "child"}}]),
        r"actions\.send_to_court: track .*no value child"),
    "an action for a case that does not exist": (
        lambda b: send(b, when={"ordinance": "1999"}), r"actions\.send_to_court: ordinance .*no value 1999"),
    "a fact asked in a case that does not exist": (
        lambda b: send(b, facts=[{"name": "court", "when": {"residence": "boat"}}]),
        r"actions\.send_to_court: residence .*no value boat"),
    "a guard in a case that does not exist": (
        lambda b: send(b, guards=[{"id": "file_is_complete", "when": {"mood": "good"}}]),
        r"actions\.send_to_court: .*unknown fact mood"),
    "a paper for a case that does not exist": (
        lambda b: b["papers"][0].update(when={"residence": "boat"}),
        r"papers\.summary\.when: residence .*no value boat",
    ),
    "a variant for a case that does not exist": (
        lambda b: rule(b, amounts=[], variants=[{"when": {"residence": "boat"}, "amount": 2, "unit": "day"}]),
        r"rules\.r-compile\.variants: residence .*no value boat",
    ),
    "a range chosen by an unknown fact": (
        lambda b: rule(b, amounts=[], range={"least": 1, "most": 2, "unit": "month", "fact": "whim"}),
        r"rules\.r-compile\.range\.fact: .*unknown fact whim",
    ),
    "a stage nothing leads to": (
        lambda b: b["stages"].append("court_decision"), r"stages\.court_decision: .*unreachable"),
    "a next stage the book does not have": (
        lambda b: send(b, next=["closed", "after_care"]), r"actions\.send_to_court\.next: .*after_care"),
    "an action of a stage the book does not have": (
        lambda b: send(b, stages=["after_care"]), r"actions\.send_to_court\.stages: .*after_care"),
    "stages that lead only to each other": (
        lambda b: (
            b["stages"].extend(["justice_review", "execution"]),
            b["actions"].extend([
                {**SEND, "code": "hand_on", "stages": ["justice_review"], "next": ["execution"]},
                {**SEND, "code": "hand_back", "stages": ["execution"], "next": ["justice_review"]},
            ]),
        ), r"stages\.justice_review: .*unreachable"),
    "an action possible in no stage": (
        lambda b: send(b, stages=[]), r"actions\.send_to_court\.stages: .*only opening has no stage"),
    "an opening inside a stage": (
        lambda b: opening(b, stages=["police_collection"]), r"actions\.open\.stages: .*only opening has no stage"),
    "no opening": (lambda b: b["actions"].pop(0), r"actions\.open: .*needs an opening action"),
    "a code that is not the file's name": (lambda b: b.update(code="other"), r"code: .*not other"),
}  # fmt: skip
REFERENCES = ("starts", "ends", "restarts", "extends", "credits", "suspends", "resumes")


def test_sound_book_is_read(books: Path) -> None:
    write(books, BOOK)
    book = load_book("test")
    assert [one.id for one in book.rules] == ["r-compile", "r-bar"]
    assert book.rule("r-compile").anchor.fact == "found_at"
    assert book.action("send_to_court").ends[0].id == "r-compile"
    assert not book.action("open").facts[0].name.endswith("?")


@pytest.mark.parametrize("flaw", FLAWS)
def test_flaw_is_an_error_that_names_file_and_key(books: Path, flaw: str) -> None:
    spoil, key = FLAWS[flaw]
    content = deepcopy(BOOK)
    content["provisions"] = [dict(PROVISION)]
    spoil(content)
    write(books, content)
    with pytest.raises(LoadError) as error:
        load_book("test")
    assert any(re.match(rf"test\.toml: {key}", line) for line in str(error.value).splitlines()), error.value


@pytest.mark.parametrize("verb", REFERENCES)
def test_unknown_rule_is_an_error_whatever_an_act_does_to_it(books: Path, verb: str) -> None:
    content = deepcopy(BOOK)
    send(content, **{verb: [{"id": "r-none"}]})
    write(books, content)
    with pytest.raises(LoadError, match=r"test\.toml: actions\.send_to_court: .*unknown rule r-none"):
        load_book("test")


@pytest.mark.parametrize("verb", REFERENCES)
def test_unknown_fact_in_a_condition_is_an_error_wherever_it_stands(books: Path, verb: str) -> None:
    content = deepcopy(BOOK)
    opening(content, **{verb: [{"id": "r-compile", "when": {"mood": "good"}}]})
    write(books, content)
    with pytest.raises(LoadError, match=r"test\.toml: actions\.open: .*unknown fact mood"):
        load_book("test")


def test_every_flaw_is_told_at_once(books: Path) -> None:
    content = deepcopy(BOOK)
    send(content, by=[], hand_to="neighbour", facts=["shoe_size"])
    write(books, content)
    with pytest.raises(LoadError) as error:
        load_book("test")
    assert len(str(error.value).splitlines()) == 3


def test_unknown_form_and_guard_are_errors_where_forms_and_guards_are_known(books: Path) -> None:
    content = deepcopy(BOOK)
    guards = [
        "file_is_complete",
        "moon_is_full",
        "window_is_over:r-compile|r-bar",
        "window_is_over:r-bar|r-none",
    ]
    send(content, forms=["V-36", "V-999"], guards=guards)
    content["papers"].append({**PAPER, "kind": "other", "form": "V-998", "any_of": ["V-997", "photo"]})
    write(books, content)
    book = load_book("test")
    with pytest.raises(LoadError) as error:
        check_book(book, forms=all_forms(), guards=GUARDS)
    assert str(error.value).splitlines() == [
        "test.toml: actions.send_to_court.forms: không có mẫu / unknown form V-999",
        "test.toml: papers.other.form: không có mẫu / unknown form V-998",
        "test.toml: papers.other.any_of: không có mẫu / unknown form V-997",
        "test.toml: actions.send_to_court.guards: không có điều kiện / unknown guard moon_is_full",
        (
            "test.toml: actions.send_to_court.guards: không có quy tắc hoặc giá trị / unknown rule or value in "
            "window_is_over:r-bar|r-none"
        ),
    ]


def test_broken_file_is_an_error_that_names_it(books: Path) -> None:
    (books / "test.toml").write_text('code = "test\n', encoding="utf-8")
    with pytest.raises(LoadError, match=r"^test\.toml: .*line 1"):
        load_book("test")


def test_missing_book_is_an_error_that_names_it(books: Path) -> None:
    with pytest.raises(LoadError, match="1999"):
        load_book("1999")


def test_broken_catalogue_of_facts_is_an_error_that_names_file_and_key(books: Path) -> None:
    (books / "facts.toml").write_text(
        '[found_at]\ntype = "moment"\ntitle = "Lúc phát hiện"\n', encoding="utf-8"
    )
    with pytest.raises(LoadError) as error:
        catalogue()
    told = str(error.value).splitlines()
    assert [line.rpartition(": ")[0] for line in told] == [
        "facts.toml: found_at.type",
        "facts.toml: found_at.title_en",
    ]
