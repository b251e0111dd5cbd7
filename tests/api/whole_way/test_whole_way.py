"""Whole ways through the API: each script is walked once, and what it leaves behind is compared with what was worked out by hand."""

import io
from collections.abc import Callable
from itertools import groupby

import docx
import pytest

from flows.books import title_of
from tests.api.whole_way import (
    scripts_2014,
    scripts_2022,
    scripts_2025_03,
    scripts_2025_07,
    scripts_2026,
    scripts_2026_adults,
    scripts_change,
)
from tests.api.whole_way.doors import Doors
from tests.api.whole_way.walk import Way, recomputed, walk

BOOKS = (
    scripts_2014,
    scripts_2022,
    scripts_2025_03,
    scripts_2025_07,
    scripts_2026,
    scripts_2026_adults,
    scripts_change,
)
THROUGH_2025 = "2022 to 2025-03 and 2025-07"
WORDED = (
    ("2014 to 2022", "B14-TB", "Luật Xử lý vi phạm hành chính năm 2012", "năm 2020"),
    ("2014 to 2022", "TA-06", "đề nghị của Cơ quan ld", "Cơ quan tp"),
    (THROUGH_2025, "TA-05", "được sửa đổi, bổ sung năm 2020 và năm 2025", "Cơ quan ld"),
    (THROUGH_2025, "TA-05", "theo đề nghị của Cơ quan ca", "2025/TTLT"),
    (THROUGH_2025, "TA-06", "đề nghị của Cơ quan ca", "Cơ quan ld"),
    (
        "2025-07 to 2026 in court",
        "TA-05",
        "Điều 29 và Điều 35 Luật Phòng, chống ma túy năm 2025",
        "đưa vào cơ sở",
    ),
    ("2025-07 to 2026 in court", "TA-07", "36 tháng", "đưa vào cơ sở"),
    ("2025-07 to 2026 after serving", "TA-05", "đưa vào cơ sở cai nghiện bắt buộc", "163/2026"),
)
"""What documents say around a change of law: of a script's form, words that stand in it and words that do not."""
SCRIPTS = {f"{script.book} {script.name}": script for book in BOOKS for script in book.SCRIPTS}


@pytest.fixture(scope="session")
def walked(doors: Doors) -> Callable[[str], Way]:
    """A script walked to its end, once."""
    ways: dict[str, Way] = {}

    def to_the_end(name: str) -> Way:
        if name not in ways:
            ways[name] = walk(doors, SCRIPTS[name])
        return ways[name]

    return to_the_end


@pytest.fixture(params=SCRIPTS)
def way(walked: Callable[[str], Way], request: pytest.FixtureRequest) -> Way:
    """Every script, walked to its end."""
    return walked(request.param)


def text_of(file: bytes) -> str:
    """What a document says."""
    document = docx.Document(io.BytesIO(file))
    cells = [cell for one in document.tables for row in one.rows for cell in row.cells]
    return "\n".join(part.text for part in (*document.paragraphs, *cells))


def in_turn(values: list[str]) -> tuple[str, ...]:
    """Each value once as long as it lasts."""
    return tuple(value for value, _ in groupby(values))


def test_it_passes_its_stages_and_hands(way: Way) -> None:
    after = [answer["dossier"] for answer in way.answers]
    assert in_turn([dossier["stage"] for dossier in after]) == way.script.stages
    assert in_turn([dossier["holder"] for dossier in after]) == way.script.holders


def test_its_limits_end_on_the_days_worked_out_by_hand(way: Way) -> None:
    found = way.limits
    for rule, group in groupby(way.script.ran, lambda one: one.rule):
        worked_out = list(group)
        as_run = sorted((one for one in found if one["rule"] == rule), key=lambda one: one["starts_at"])
        by_minute = [" " in one.last for one in worked_out]
        ends = [
            (one["due"][:16].replace("T", " ") if minute else one["last_day"], one["end"])
            for one, minute in zip(as_run, by_minute, strict=True)
        ]
        assert ends == [(one.last, one.end) for one in worked_out], [one.why for one in worked_out]


def test_nobody_is_late_but_where_the_script_says_so(way: Way) -> None:
    late = {
        answer["event"]["action"]: answer["event"]["late_days"]
        for answer in way.answers
        if answer["event"]["late_days"]
    }
    assert late == way.script.late
    assert not any(limit["overdue"] for limit in way.limits)


def test_it_issues_its_documents_which_stand_and_can_be_fetched(way: Way) -> None:
    issued = [document for answer in way.answers for document in answer["documents"]]
    assert tuple(document["form"] for document in issued) == way.script.forms
    kept = way.read(way.last_moment, "/documents")
    assert {(one["id"], one["number_text"], one["state"]) for one in kept} == {
        (one["id"], one["number_text"], "issued") for one in issued
    }
    for document in issued:
        assert way.fetch(f"/v1/documents/{document['id']}/content").content.startswith(b"PK")


def test_it_ends_closed_and_no_limit_is_open(way: Way) -> None:
    dossier = way.read(way.last_moment)
    assert (dossier["stage"], dossier["state"], dossier["alarm"], dossier["law_changed"]) == (
        "closed", "closed", None, None,
    )  # fmt: skip
    found = way.limits
    assert [limit["rule"] for limit in found if limit["ended_at"] is None] == []
    assert {limit["rule"] for limit in found if limit["end"] == "cancelled"} == way.script.cancelled


def test_its_chain_of_events_verifies_when_computed_again(way: Way) -> None:
    chain = way.read(way.last_moment, "/events")
    previous = ""
    for number, item in enumerate(chain["items"], start=1):
        assert (item["seq"], item["previous"]) == (number, previous)
        assert item["digest"] == recomputed(way.id, item), item["action"]
        previous = item["digest"]
    assert (chain["head"], chain["intact"], len(chain["items"])) == (previous, True, len(way.answers))


def test_every_counted_limit_explains_itself(way: Way) -> None:
    for limit in way.limits:
        said = limit["explanation"]
        assert said["citation"] == limit["citation"]
        if limit["due"]:
            assert (said["due"], said["last_day"]) == (limit["due"], limit["last_day"]), limit["rule"]
            assert said["calendar_version"]
        else:
            assert said["clock"] in {"none", "unread"}


CHANGES = [f"{script.book} {script.name}" for script in scripts_change.SCRIPTS]


@pytest.fixture(params=CHANGES)
def changed(walked: Callable[[str], Way], request: pytest.FixtureRequest) -> Way:
    """A way on which the law changed, walked to its end."""
    return walked(request.param)


def test_what_was_issued_before_the_law_changed_stays_as_it_was(changed: Way) -> None:
    assert changed.kept
    for document, kept in changed.kept.items():
        assert changed.file_of(document) == kept


def test_every_event_reads_with_the_title_of_the_book_it_was_done_under(changed: Way) -> None:
    items = changed.read(changed.last_moment, "/events")["items"]
    book, under = changed.script.book, []
    for item, answer in zip(items, changed.answers, strict=True):
        book = answer["dossier"]["rulebook"] if item["action"] == "migrate" else book
        under.append(book)
        assert (item["book"], item["title"]) == (book, title_of(item["action"], book))
    assert len(set(under)) > 1


@pytest.mark.parametrize(("name", "form", "has", "lacks"), WORDED)
def test_a_document_speaks_the_language_of_the_book_it_was_issued_under(
    walked: Callable[[str], Way], name: str, form: str, has: str, lacks: str
) -> None:
    way = walked(name)
    [document] = [one for answer in way.answers for one in answer["documents"] if one["form"] == form]
    said = text_of(way.file_of(document["id"])[1])
    assert has in said
    assert lacks not in said
