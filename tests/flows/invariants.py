"""What is true of every dossier at every moment, whatever was done to it: read from the rows themselves."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from models.event import digest_of_facts
from models.law.limits import TIMEZONE
from models.law.loader import PARTIES, catalogue
from models.law.schema import Action, Book, Clock, Kind, Stage
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import rows
from tests.flows.second_reading import HOLDING

Row = dict[str, Any]


def check_dossier(road: Road, book: Book) -> None:
    """A dossier, its events, facts, limits, documents and jobs tell one story, and one the book allows."""
    [dossier] = road.rows("dossier")
    events = road.rows("event", "seq")
    road.verify_chain()
    check_events(book, dossier, events)
    facts = check_facts(road, dossier, events)
    check_parts(road, book, dossier, events, facts)
    for limit in road.rows("time_limit"):
        check_limit(book, dossier, events, limit)
    check_late_days(events, road.rows("time_limit"))
    check_documents(road, book, events)
    check_jobs(road, events)


def check_events(book: Book, dossier: Row, events: list[Row]) -> None:
    """Numbered without a gap, from stage to stage as the book says, none in the future or before the opening."""
    assert [event["seq"] for event in events] == list(range(1, dossier["version"] + 1))
    assert [event["stage_before"] for event in events] == [None, *(event["stage_after"] for event in events[:-1])]
    assert events[-1]["stage_after"] == dossier["stage"]
    assert dossier["stage"] in book.stages
    for event in events:
        led = {ref.id for ref in book.action(event["action"]).next}
        assert event["stage_after"] in led | {event["stage_before"]}, event["action"]
        assert events[0]["occurred_at"] <= event["occurred_at"] <= event["recorded_at"], event["action"]


def check_facts(road: Road, dossier: Row, events: list[Row]) -> list[Row]:
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
    return [recorded[event["id"]]["facts"] for event in events]


def check_parts(road: Road, book: Book, dossier: Row, events: list[Row], facts: list[Row]) -> None:
    """Acts done, parties and holder follow from the events; nobody is held once the dossier is closed."""
    acts: dict[str, datetime] = {}
    holder = events[0]["agency"]
    parties = {"compiler": holder}
    for event, recorded in zip(events, facts, strict=True):
        action: Action = book.action(event["action"])
        parties |= {name: code for name, code in recorded.items() if name in PARTIES}
        holder = parties.get(action.hand_to or "", holder)
        acts = {code: moment for code, moment in acts.items() if code not in action.undoes}
        acts[action.code] = event["occurred_at"]
    assert {code: datetime.fromisoformat(moment) for code, moment in dossier["acts"].items()} == acts
    assert (dossier["parties"], dossier["holder"]) == (parties, holder)
    seeing = {row["agency"] for row in road.rows("dossier_agency", "agency")}
    assert seeing >= {holder, *parties.values()}
    assert dossier["stage"] != Stage.closed or HOLDING not in acts, "a person is held in a closed dossier"


def check_limit(book: Book, dossier: Row, events: list[Row], limit: Row) -> None:
    """A limit is one of the book's, was started and ended by acts of the dossier, and ended as its kind can end."""
    rule, law = limit["rule"], book.rule(limit["rule"])
    acts = {event["id"]: event for event in events}
    assert limit["kind"] == law.kind
    assert (limit["due"] is None) == (law.clock is not Clock.counted), rule
    explained = limit["explanation"].get("due")
    assert limit["due"] == (explained and datetime.fromisoformat(explained)), rule
    if limit["ended_at"] is None:
        assert dossier["stage"] != Stage.closed, f"{rule} runs on in a closed dossier"
        return
    assert acts[limit["started_by"]]["seq"] <= acts[limit["ended_by"]]["seq"]
    allowed = {
        Kind.duty: {"done"}, Kind.bar: {"done"}, Kind.term: {"done"}, Kind.window: {"used", "run_out"},
    }[law.kind]  # fmt: skip
    assert limit["end"] in allowed | {"restarted", "cancelled"}, (rule, limit["end"])
    if limit["end"] in {"done", "used"} and limit["parent"] is None and law.direction == "after":
        assert limit["ended_at"] >= limit["starts_at"], rule
    if limit["end"] == "run_out":
        assert limit["ended_at"] == limit["due"] <= acts[limit["ended_by"]]["occurred_at"], rule
    if limit["end"] == "cancelled":
        assert acts[limit["ended_by"]]["stage_after"] == Stage.closed, rule
    late = limit["late_days"]
    assert late is None or (law.kind is Kind.duty and limit["end"] == "done" and limit["ended_at"] >= limit["due"])
    must = law.kind is Kind.duty and limit["end"] == "done" and limit["due"] and law.span != "within"
    stood_still = any(entry["kind"] == "suspended" for entry in limit["ledger"])
    assert late or stood_still or not must or limit["ended_at"] < limit["due"], f"{rule} was late and nobody says so"


def check_late_days(events: list[Row], limits: list[Row]) -> None:
    """An act is as late as the latest of the limits it ended."""
    for event in events:
        late = [limit["late_days"] for limit in limits if limit["ended_by"] == event["id"] and limit["late_days"]]
        assert event["late_days"] == max(late, default=None), event["action"]


def check_documents(road: Road, book: Book, events: list[Row]) -> None:
    """Every document is of an act that issues its form, dated with it; every form without conditions was issued."""
    documents = road.rows("document")
    for event in events:
        issued = [one for one in documents if one["event"] == event["id"]]
        forms = book.action(event["action"]).forms
        codes = [one["form"] for one in issued]
        assert len(codes) == len(set(codes))
        assert {ref.id for ref in forms if not ref.when} <= set(codes) <= {ref.id for ref in forms}, event["action"]
        day = event["occurred_at"].astimezone(TIMEZONE).date()
        assert all((one["issued_on"], one["year"], one["agency"]) == (day, day.year, event["agency"]) for one in issued)
        assert all(one["state"] == "issued" for one in issued)
    assert {one["event"] for one in documents} <= {event["id"] for event in events}


def check_jobs(road: Road, events: list[Row]) -> None:
    """One waiting job for each act, of the stage it was done in."""
    wanted = [(str(event["id"]), event["stage_before"] or Stage.police_collection, "waiting") for event in events]
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
    last = {tuple(row.values()): row["last"] for row in rows(store, "SELECT agency, year, name, last FROM register")}
    assert {(*key[:3],): value for key, value in last.items()} == {
        (row["agency"], row["year"], row["register_name"]): len(row["numbers"]) for row in given
    }
    for row in given:
        assert row["numbers"] == list(range(1, len(row["numbers"]) + 1)), row
