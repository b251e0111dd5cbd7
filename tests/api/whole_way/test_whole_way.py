"""Whole ways through the API: each script is walked once, and what it leaves behind is compared with what was worked out by hand."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

import pytest

from tests.api.whole_way import scripts_2014, scripts_2022, scripts_2025, scripts_2026, scripts_change_of_law
from tests.api.whole_way.walk import Doors, Way, recomputed, walk

BOOKS = (scripts_2014, scripts_2022, scripts_2025, scripts_2026, scripts_change_of_law)
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


def limits(way: Way) -> list[dict[str, Any]]:
    """The dossier's limits when all is over."""
    found: list[dict[str, Any]] = way.read(way.last_moment, "/limits")
    return found


def in_turn(values: list[str]) -> tuple[str, ...]:
    """Each value once as long as it lasts."""
    return tuple(value for value, _ in groupby(values))


def test_it_passes_its_stages_and_hands(way: Way) -> None:
    after = [answer["dossier"] for answer in way.answers]
    assert in_turn([dossier["stage"] for dossier in after]) == way.script.stages
    assert in_turn([dossier["holder"] for dossier in after]) == way.script.holders


def test_its_limits_end_on_the_days_worked_out_by_hand(way: Way) -> None:
    found = limits(way)
    for rule, group in groupby(way.script.ran, lambda one: one.rule):
        worked_out = list(group)
        as_run = sorted((one for one in found if one["rule"] == rule), key=lambda one: one["starts_at"])
        by_minute = [" " in one.last for one in worked_out]
        ends = [
            (one["due"][:16].replace("T", " ") if minute else one["last_day"], one["end"], one["stands_for"])
            for one, minute in zip(as_run, by_minute, strict=True)
        ]
        assert ends == [(one.last, one.end, one.stands_for) for one in worked_out], [
            one.why for one in worked_out
        ]


def test_nobody_is_late_but_where_the_script_says_so(way: Way) -> None:
    late = {
        answer["event"]["action"]: answer["event"]["late_days"]
        for answer in way.answers
        if answer["event"]["late_days"]
    }
    assert late == way.script.late
    assert not any(limit["overdue"] for limit in limits(way))


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
    found = limits(way)
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
    for limit in limits(way):
        said = limit["explanation"]
        assert said["citation"] == limit["citation"]
        if limit["due"]:
            assert (said["due"], said["last_day"]) == (limit["due"], limit["last_day"]), limit["rule"]
            assert said["calendar_version"]
        else:
            assert said["clock"] in {"none", "unread"}
