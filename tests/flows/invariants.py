"""What is true of every dossier at every moment, whatever was done to it: read from the rows themselves."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, text

from flows.books import book as book_of
from flows.detectors import KEPT, found_in, known
from flows.findings import THIS_WEEK, find_anew, week_end
from models.event import digest_of_facts
from models.law.calendar import baseline
from models.law.ledger import LEDGER
from models.law.limits import TIMEZONE, reckon
from models.law.loader import catalogue
from models.law.schema import Clock, Kind, Stage
from models.store import unit_of_work
from tests.flows.judged import PLANNERS
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import EVERYTHING, rows
from tests.flows.second_reading import HOLDING

Row = dict[str, Any]


def check_dossier(road: Road) -> None:
    """A dossier, its events, facts, limits, documents and jobs tell one story, and one the book allows."""
    [dossier] = road.rows("dossier")
    events = road.rows("event", "seq")
    road.verify_chain()
    check_events(dossier, events)
    check_facts(road, dossier, events)
    check_parts(road, dossier)
    limits = road.rows("time_limit")
    for limit in limits:
        check_limit(events, limit)
    check_open_limits(dossier, [limit for limit in limits if limit["ended_at"] is None])
    check_late_days(events, limits)
    check_documents(road, events)
    check_jobs(road, events)


def check_events(dossier: Row, events: list[Row]) -> None:
    """Numbered without a gap, from stage to stage as the book says, none in the future or before the opening."""
    assert [event["seq"] for event in events] == list(range(1, dossier["version"] + 1))
    assert [event["stage_before"] for event in events] == [
        None,
        *(event["stage_after"] for event in events[:-1]),
    ]
    assert events[-1]["stage_after"] == dossier["stage"]
    assert events[-1]["book"] == dossier["book"]
    for event in events:
        book = book_of(event["book"])
        assert event["stage_after"] in book.stages
        if event["action"] not in PLANNERS:
            led = {ref.id for ref in book.action(event["action"]).next}
            assert event["stage_after"] in led | {event["stage_before"]}, event["action"]
        assert events[0]["occurred_at"] <= event["occurred_at"] <= event["recorded_at"], event["action"]


def check_facts(road: Road, dossier: Row, events: list[Row]) -> None:
    """Every event's facts match their digest, and the dossier's facts are theirs, the latest first."""
    recorded = {
        row["event"]: row
        for row in rows(
            road.store,
            "SELECT f.* FROM event_facts f JOIN event e ON e.id = f.event WHERE e.dossier = :id",
            id=road.id,
        )
    }
    assert recorded.keys() == {event["id"] for event in events}
    merged: Row = {}
    for event in events:
        row = recorded[event["id"]]
        assert event["facts_digest"] == digest_of_facts(row["facts"], row["salt"]), event["action"]
        merged |= {name: value for name, value in row["facts"].items() if name != "late_reason"}
    assert dossier["facts"] == merged
    assert merged.keys() <= catalogue().keys()


def check_parts(road: Road, dossier: Row) -> None:
    """Whoever has a part in the dossier sees it; nobody is held any more once it is closed."""
    seeing = {row["agency"] for row in road.rows("dossier_agency", "agency")}
    assert seeing >= {dossier["holder"], *dossier["parties"].values()}
    assert dossier["stage"] != Stage.closed or HOLDING not in dossier["acts"], (
        "a person is held in a closed dossier"
    )


def check_open_limits(dossier: Row, limits: list[Row]) -> None:
    """No limit runs on in a closed dossier, and at most one for each rule of the dossier's book."""
    assert dossier["stage"] != Stage.closed or not limits, limits
    places = [limit["stands_for"] or limit["rule"] for limit in limits]
    assert len(places) == len(set(places)), places
    assert set(places) <= {rule.id for rule in book_of(dossier["book"]).rules}


def check_limit(events: list[Row], limit: Row) -> None:
    """A limit is one of the book's, was started and ended by acts of the dossier, and ended as its kind can end."""
    rule, law = limit["rule"], book_of(limit["book"]).rule(limit["rule"])
    acts = {event["id"]: event for event in events}
    assert limit["kind"] == law.kind
    assert (limit["due"] is None) == (law.clock is not Clock.counted), rule
    explained = limit["explanation"].get("due")
    assert limit["due"] == (explained and datetime.fromisoformat(explained)), rule
    if law.amounts and law.inside is None and law.clock is Clock.counted:
        again = reckon(law, limit["starts_at"], baseline(), ledger=LEDGER.validate_python(limit["ledger"]))
        assert limit["due"] == again.due, rule
    if limit["ended_at"] is None:
        return
    assert acts[limit["started_by"]]["seq"] <= acts[limit["ended_by"]]["seq"]
    allowed = {
        Kind.duty: {"done"}, Kind.bar: {"done", "run_out"}, Kind.term: {"done", "run_out"},
        Kind.window: {"used", "run_out"},
    }[law.kind]  # fmt: skip
    assert limit["end"] in allowed | {"restarted", "cancelled"}, (rule, limit["end"])
    if limit["end"] in {"done", "used"} and limit["parent"] is None and law.direction == "after":
        assert limit["ended_at"] >= limit["starts_at"], rule
    if limit["end"] == "run_out":
        assert limit["ended_at"] == limit["due"] <= acts[limit["ended_by"]]["occurred_at"], rule
    if limit["end"] == "cancelled":
        ending = acts[limit["ended_by"]]
        assert ending["stage_after"] == Stage.closed or ending["action"] == "migrate", rule
    late = limit["late_days"]
    assert late is None or (
        law.kind is Kind.duty and limit["end"] == "done" and limit["ended_at"] >= limit["due"]
    )
    must = law.kind is Kind.duty and limit["end"] == "done" and limit["due"] and law.span != "within"
    stood_still = any(entry["kind"] == "suspended" for entry in limit["ledger"])
    assert late or stood_still or not must or limit["ended_at"] < limit["due"], (
        f"{rule} was late and nobody says so"
    )


def check_late_days(events: list[Row], limits: list[Row]) -> None:
    """An act is as late as the latest of the limits it ended."""
    for event in events:
        late = [
            limit["late_days"] for limit in limits if limit["ended_by"] == event["id"] and limit["late_days"]
        ]
        assert event["late_days"] == max(late, default=None), event["action"]


def check_documents(road: Road, events: list[Row]) -> None:
    """Every document is of an act that issues its form, dated with it; every form without conditions was issued."""
    documents = road.rows("document")
    for event in events:
        issued = [one for one in documents if one["event"] == event["id"]]
        planned = event["action"] in PLANNERS
        forms = () if planned else book_of(event["book"]).action(event["action"]).forms
        codes = [one["form"] for one in issued]
        assert len(codes) == len(set(codes))
        assert (
            {ref.id for ref in forms if not (ref.when or ref.given)}
            <= set(codes)
            <= {ref.id for ref in forms}
        ), event["action"]
        day = event["occurred_at"].astimezone(TIMEZONE).date()
        assert all(
            (one["issued_on"], one["year"], one["agency"]) == (day, day.year, event["agency"])
            for one in issued
        )
        assert all(one["state"] == "issued" for one in issued)
    assert {one["event"] for one in documents} <= {event["id"] for event in events}


def check_jobs(road: Road, events: list[Row]) -> None:
    """One waiting job for each act, of the stage it was done in."""
    wanted = [
        (str(event["id"]), event["stage_before"] or Stage.police_collection, "waiting") for event in events
    ]
    found = rows(
        road.store,
        "SELECT e.id::text, j.stage, j.state FROM event e JOIN job j ON j.events ? e.id::text"
        " WHERE e.dossier = :id ORDER BY e.seq",
        id=road.id,
    )
    assert [tuple(row.values()) for row in found] == wanted


def check_registers(store: Engine) -> None:
    """Numbers of every register, agency and year run from one on without a gap, up to the register's last."""
    given = rows(
        store,
        "SELECT agency, year, register_name, array_agg(number ORDER BY number) AS numbers FROM document"
        " WHERE number IS NOT NULL GROUP BY agency, year, register_name",
    )
    last = {
        tuple(row.values()): row["last"]
        for row in rows(store, "SELECT agency, year, name, last FROM register")
    }
    assert {(*key[:3],): value for key, value in last.items()} == {
        (row["agency"], row["year"], row["register_name"]): len(row["numbers"]) for row in given
    }
    for row in given:
        assert row["numbers"] == list(range(1, len(row["numbers"]) + 1)), row


_FOUND = "SELECT dossier, cause, since, severity, place, rule_book, detail FROM "
_WEEK = " SELECT DISTINCT dossier FROM r WHERE kind = 'duty' AND due > :moment AND due <= :week_end"
_FIRST = """ SELECT DISTINCT ON (dossier) dossier, due, last_day, book, rule, place FROM r WHERE kind = 'duty' AND due IS NOT NULL
    ORDER BY dossier, due, rule"""
_STANDS = (
    "SELECT dossier, next_due, last_day, rule_book, rule, place FROM standing WHERE next_due IS NOT NULL"
)


_USUAL = "SELECT stage, since FROM usual_rest(1)"
_NINTH = """SELECT stage, (array_agg(changed_at ORDER BY changed_at))[1 + count(*) / 10] FROM dossier WHERE stage <> 'closed'
    GROUP BY 1"""


def check_rests(store: Engine) -> None:
    """How long a rest is usual follows from the rows, also while marks say that counts are old."""
    with unit_of_work(store, EVERYTHING) as connection:
        told, right = ({tuple(row) for row in connection.execute(text(asked))} for asked in (_USUAL, _NINTH))
        assert told == right


def check_findings(store: Engine, moment: datetime) -> int:
    """Holds what is kept of every dossier at a moment, and its counts, against the rows themselves; how many findings there are."""
    check_rests(store)
    find_anew(store, moment)
    check_rests(store)
    with unit_of_work(store, EVERYTHING) as connection:

        def read(statement: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(text(statement), asked)]

        asked: dict[str, Any] = {"week_end": week_end(moment)} | known(connection, moment, {})
        where = {
            row[0]: row[1:] for row in read("SELECT id, holder, stage FROM dossier WHERE stage <> 'closed'")
        }
        asked["dossiers"] = list(where)
        begun = found_in(KEPT, "true", asked["today"])
        found, kept = read(f"{begun} {_FOUND} found"), read(f"{_FOUND} finding")
        week = {dossier for (dossier,) in read(begun + _WEEK)}
        assert sorted(map(repr, kept)) == sorted(map(repr, found))
        assert {row[0]: row[1:3] for row in read("SELECT dossier, holder, stage FROM standing")} == where
        assert set(read("SELECT dossier FROM standing WHERE this_week")) == {(one,) for one in week}
        assert set(read(_STANDS)) == set(read(begun + _FIRST))
        counts = {
            row[:3]: row[3]
            for row in read("SELECT holder, stage, cause, number FROM finding_count WHERE number <> 0")
        }
    lines = {(one, "") for one in where} | {(one, THIS_WEEK) for one in week} | {row[:2] for row in found}
    expected: Counter[tuple[str, str, str]] = Counter()
    for dossier, cause in lines:
        holder, stage = where[dossier]
        expected.update([(holder, stage, cause), ("", stage, cause)])
    assert counts == expected
    return len(found)
