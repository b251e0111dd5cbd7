"""Every form a book lets agencies draw up is filled from a real dossier near the end of its road, and prints."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from documents.case import Particulars
from documents.forms import all_forms
from documents.specimens import Inventor
from flows.books import book as book_of
from flows.drawing import drawable, plan_drawing
from flows.engine import Act, act
from flows.refusals import Invalid
from flows.state import load
from models import clock
from models.law.calendar import baseline
from models.law.limits import TIMEZONE
from models.law.loader import codes
from models.store import unit_of_work
from tests.flows.road_2014 import Road2014
from tests.flows.road_2022 import Road2022
from tests.flows.road_2026 import Road
from tests.flows.road_2026_minor import MinorRoad
from tests.flows.road_agencies import EVERYTHING, KINDS, World, actor

ROADS: dict[str, tuple[type[Road], str]] = {
    "2014": (Road2014, "deliver"),
    "2022": (Road2022, "decide_aftercare"),
    "2026": (Road, "open_aftercare"),
    "2026 minor": (MinorRoad, "open_aftercare"),
}
"""By book and track: the road, and the last act that leaves the dossier open."""
LATE = datetime(2033, 1, 3, 12, tzinfo=TIMEZONE)
_COURT = {
    "TA-00": {"facts.gaps"}, "TA-03": {"facts.question"}, "TA-04": {"act"}, "TA-09": {"act"}, "TA-10": {"act"},
    "TA-11": {"cancelled"},
}  # fmt: skip
LACKING: dict[str, dict[str, set[str]]] = {
    "2014": {"B14-TT": {"facts.escaped_at"}, **_COURT},
    "2022": {"116-41": {"facts.escaped_at"}, **_COURT},
    "2026": {"V-43": {"facts.escaped_at"}, "V-54": {"facts.compiler"}, **_COURT},
    "2026 minor": {"V-43": {"facts.escaped_at"}, "V-54": {"facts.compiler"}, **_COURT},
}
"""Forms that ask for what did not happen on these roads, with the missing facts or papers."""

STATED = {"HS-04": {"rule": None, "since": "2014-01-01"}}
"""What must be true of the dossier, where invented content would not be."""


@pytest.fixture(scope="module", params=list(ROADS))
def walked(request: pytest.FixtureRequest, world: World) -> tuple[str, Road]:
    kind, last = ROADS[request.param]
    road = kind(world[1], now=LATE)
    road.to(last)
    return request.param, road


def test_every_form_that_may_be_drawn_up_is_filled_and_printed(walked: tuple[str, Road]) -> None:
    name, road = walked
    lacking = {}
    for agency, code in _drawable(road):
        missing = _missing(road, agency, code)
        if missing:
            lacking[code] = missing
    assert lacking == LACKING.get(name, {})


def _missing(road: Road, agency: str, code: str) -> set[str]:
    """What the dossier lacks so that this agency could draw up the form; nothing when it was filled and printed."""
    form = all_forms()[code]
    assert form.particulars, f"{code} may be drawn up, but asks for nothing"
    invented = Inventor("full").model(form.particulars).model_dump(mode="json")
    stated = {code: invented | STATED.get(code, {})}
    at = max(row["occurred_at"] for row in road.rows("event")) + timedelta(hours=1)
    asked = Act(road.id, "draw_up", {}, at, actor(agency), None, particulars=stated)
    try:
        with clock.at(road.now):
            done = act(road.store, asked, baseline(), dry_run=True, how=plan_drawing)
    except Invalid as invalid:
        if any(flaw.code != "missing_value" for flaw in invalid.flaws):
            raise
        return {flaw.field for flaw in invalid.flaws}
    [row] = done.documents
    assert row["form"] == code
    assert form.render(form.context.model_validate(row["context"])).startswith(b"PK")
    return set()


def _drawable(road: Road) -> Iterator[tuple[str, str]]:
    """Agencies that take part in the dossier, with the forms they may draw up."""
    with unit_of_work(road.store, EVERYTHING) as connection:
        state = load(connection, [road.id])[road.id]
    for agency in sorted({state.holder, *state.parties.values()}):
        for ref in drawable(state, KINDS[agency], road.now):
            yield agency, ref.id


@pytest.mark.parametrize("code", codes())
def test_a_form_that_waits_for_its_particulars_has_some(code: str) -> None:
    book = book_of(code)
    waiting = {(action.code, ref.id) for action in book.actions for ref in action.forms if ref.given}
    drawn = {(kind, ref.id) for kind, refs in book.drawn.items() for ref in refs}
    assert {one for one in waiting | drawn if all_forms()[one[1]].particulars is None} == set()


def test_a_closed_dossier_takes_only_what_the_law_orders_after_its_end(world: World) -> None:
    road = Road(world[1], now=LATE)
    road.to("verify_residence", open={"entry": "test"})
    road.do("manage_user", "0 11:00")
    with unit_of_work(road.store, EVERYTHING) as connection:
        state = load(connection, [road.id])[road.id]
    assert state.stage == "closed"
    forms = {ref.id for ref in drawable(state, "commune_police", road.now)}
    assert forms == {"III-06", "III-07", "III-08", "III-09", "V-28"}
    stated = {
        "III-09": Inventor("full")
        .model(all_forms()["III-09"].particulars or Particulars)
        .model_dump(mode="json")
    }
    asked = Act(road.id, "draw_up", {}, road.at("400 09:00"), actor("ca"), None, particulars=stated)
    with clock.at(road.now):
        done = act(road.store, asked, baseline(), how=plan_drawing)
    assert [(row["form"], row["number"]) for row in done.documents] == [("III-09", 1)]
    assert done.state.stage == "closed"
