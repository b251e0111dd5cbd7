"""The one transaction: all of an act or nothing of it; openings; odd facts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from flows.engine import act
from flows.opening import open_dossier
from flows.refusals import Invalid, Refused, Stale
from models import clock
from models.law.calendar import baseline
from tests.flows.road_2014 import Road2014
from tests.flows.road_2022 import Road2022
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import actor, rows

TABLES = (
    "person", "dossier", "dossier_agency", "event", "event_facts", "time_limit", "document", "register", "job", "notice",
)  # fmt: skip


def everything(store: Engine) -> dict[str, Any]:
    """Every row of every table an act writes."""
    return {
        name: rows(store, f"SELECT to_jsonb(t) AS row FROM {name} t ORDER BY to_jsonb(t)::text")  # noqa: S608 - names from above
        for name in TABLES
    }


# ---------------------------------------------------------------- all or nothing
def test_an_act_writes_state_event_limits_documents_and_job_together(road: Road) -> None:
    road.to("compile")
    done = road.do("notify_person")
    [dossier] = road.rows("dossier")
    [event] = [row for row in road.rows("event", "seq") if row["id"] == done.event["id"]]
    assert (dossier["version"], dossier["stage"], dossier["head"]) == (
        11,
        "police_collection",
        event["digest"],
    )
    assert dossier["facts"]["notice_received_at"] == "2026-09-11T16:00:00+07:00"
    assert dossier["acts"]["notify_person"] == "2026-09-11T15:30:00+07:00"
    assert (event["seq"], event["action"], event["agency"], event["late_days"]) == (
        11,
        "notify_person",
        "ca",
        None,
    )
    limits = {row["rule"]: row for row in road.rows("time_limit", "rule") if row["started_by"] == event["id"]}
    assert set(limits) == {"p4-read", "p4-transfer"}
    assert limits["p4-read"]["explanation"]["last_day"] == "2026-09-16"
    forms = {row["form"]: row for row in road.rows("document") if row["event"] == event["id"]}
    assert set(forms) == {"V-37", "V-23"}
    assert forms["V-37"]["number_text"] == f"{forms['V-37']['number']:02d}/TB-CA"
    [job] = rows(road.store, "SELECT * FROM job WHERE events ? :event", event=str(event["id"]))
    assert (job["stage"], job["state"]) == ("police_collection", "waiting")


def refused_by_a_guard(road: Road) -> None:
    road.refused("notify_person", late_reason="ốm")


def refused_by_a_wrong_fact(road: Road) -> None:
    road.invalid("compile", sheet_count=-1)


def refused_by_an_unknown_fact(road: Road) -> None:
    road.invalid("compile", colour="đỏ")


def refused_by_a_form(road: Road) -> None:
    assert "missing_value" in road.invalid("compile", background=None)


def refused_as_late(road: Road) -> None:
    road.invalid("compile", "20 09:00")


def refused_as_stale(road: Road) -> None:
    with pytest.raises(Stale):
        road.do("compile", version=1)


def refused_by_the_database(road: Road) -> None:
    nobody = replace(road.asked("compile"), actor=replace(actor("ca"), account=uuid4()))
    with clock.at(road.now), pytest.raises(IntegrityError):
        act(road.store, nobody, baseline())


def refused_when_the_job_cannot_be_written(road: Road) -> None:
    with clock.at(road.now), pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.writing._jobs", lambda *_: [{"stage": "nowhere", "events": [], "attempts": 0}])
        with pytest.raises(IntegrityError):
            act(road.store, road.asked("compile"), baseline())


@pytest.mark.parametrize(
    "refusal",
    [
        refused_by_a_guard,
        refused_by_a_wrong_fact,
        refused_by_an_unknown_fact,
        refused_by_a_form,
        refused_as_late,
        refused_as_stale,
        refused_by_the_database,
        refused_when_the_job_cannot_be_written,
    ],
)
def test_a_refused_or_failed_act_leaves_nothing(road: Road, refusal: Callable[[Road], None]) -> None:
    road.to("record_ground")
    before = everything(road.store)
    refusal(road)
    assert everything(road.store) == before
    assert road.do("compile").state.version == road.version, "and the same act, made right, is taken"


def test_a_refused_opening_leaves_nothing(road: Road) -> None:
    before = everything(road.store)
    assert set(road.refused("open", by="yt")) == {"wrong_agency"}
    assert "missing_value" in road.invalid("open", use_account=None)
    assert everything(road.store) == before


def test_a_dry_run_writes_nothing_and_equals_the_real_act(road: Road) -> None:
    road.to("compile")
    before = everything(road.store)
    tried = road.do("notify_person", dry_run=True)
    assert everything(road.store) == before
    done = road.do("notify_person")
    for name in ("rule", "kind", "starts_at", "due", "last_day", "explanation"):
        assert [row[name] for row in tried.moves.started] == [row[name] for row in done.moves.started]
    assert [(row["form"], row["number_text"], row["context"]) for row in tried.documents] == [
        (row["form"], row["number_text"], row["context"]) for row in done.documents
    ]
    assert (tried.state.stage, tried.state.version, tried.facts) == (
        done.state.stage,
        done.state.version,
        done.facts,
    )
    assert tried.event["late_days"] == done.event["late_days"]


def test_a_dry_run_of_an_opening_writes_nothing(road: Road) -> None:
    before = everything(road.store)
    assert road.do("open", dry_run=True).state.stage == "police_collection"
    assert everything(road.store) == before


@pytest.mark.parametrize("given", [{}, {"late_reason": "nhầm lịch"}])
def test_a_dry_run_is_refused_as_the_act_would_be(road: Road, given: dict[str, str]) -> None:
    road.to("compile")
    assert set(road.refused("send_to_court", "5 09:00", dry_run=True, **given)) == set(
        road.refused("send_to_court", "5 09:00", **given)
    )


# ---------------------------------------------------------------- opening
def test_a_day_without_a_rulebook_is_refused(road: Road) -> None:
    past = Road(road.store, start=date(2013, 12, 31))
    assert "2013" in past.invalid("open")["no_rulebook"].message


def test_the_book_of_the_day_governs_the_dossier(road: Road) -> None:
    first = Road(road.store, start=date(2026, 7, 1))
    assert first.do("open").state.book == "2026"
    assert Road2014(road.store, start=date(2021, 12, 31)).do("open").state.book == "2014"
    assert Road2022(road.store, start=date(2022, 1, 1)).do("open").state.book == "2022"
    assert Road2022(road.store, start=date(2025, 2, 28)).do("open").state.book == "2022"


def test_people_too_young_are_refused_with_the_article(road: Road) -> None:
    for birth, code in (("2009-01-01", "missing"), ("2016-01-01", "too_young"), ("2008-12", "missing")):
        road.person = road.person.model_copy(update={"birth_date": birth})
        [flaw] = road.invalid("open").values()
        assert flaw.code == code, "a minor is taken, with what the law asks of minors"
    road.person = road.person.model_copy(update={"birth_date": "2008-09-07"})
    assert road.do("open").opened, "eighteen on the day of the act"


def test_an_opening_without_a_time_zone_or_in_the_future_is_refused(road: Road) -> None:
    facts = road.facts("open", {})
    moment = road.at("0 08:00")
    for occurred_at, code in (
        (moment.replace(tzinfo=None), "no_time_zone"),
        (road.now + timedelta(hours=1), "in_the_future"),
    ):
        with clock.at(road.now), pytest.raises(Invalid) as raised:
            open_dossier(road.store, actor("ca"), road.person, facts, occurred_at, baseline())
        assert [flaw.code for flaw in raised.value.flaws] == [code]
    road.to("open")
    naive = replace(road.asked("verify_residence"), occurred_at=moment.replace(tzinfo=None))
    with pytest.raises(Invalid, match="múi giờ"):
        act(road.store, naive, baseline())


def test_refusals_carry_their_messages(road: Road) -> None:
    road.to("open")
    with pytest.raises(Refused) as raised:
        road.do("compile")
    assert "Chưa thực hiện" in str(raised.value)


# ---------------------------------------------------------------- odd facts
@pytest.mark.parametrize(
    ("action", "facts"),
    [
        ("open", {"incident": "a\x00b"}),
        ("open", {"incident": "a\ud800"}),
        ("open", {"incident": "\x01"}),
        ("open", {"incident": " "}),
        ("open", {"found_at": "0001-01-01T00:00:00+07:00"}),
        ("open", {"found_at": "9999-12-31T23:00:00-07:00"}),
        ("verify_residence", {"residence_verified_at": "2026-09-07T09:30:00"}),
        ("request_determination", {"facility": "a\x00"}),
        ("record_ground", {"last_act_on": "0001-01-01"}),
        ("record_ground", {"witnesses": []}),
        ("compile", {"sheet_count": 10**30}),
        ("compile", {"sheet_count": 2.5}),
        ("send_to_court", {"late_reason": "a\x00"}),
        ("extend_term", {"extended_days": 10**9, "when": "20 09:00"}),
        ("deliver", {"term_from": "1999-01-01"}),
    ],
)
def test_odd_facts_are_wrong_facts_and_no_failure(road: Road, action: str, facts: dict[str, Any]) -> None:
    if action != "open":
        road.to("accept" if action == "extend_term" else road.main[road.main.index(action) - 1])
    flaws = road.invalid(action, **facts)
    assert all(flaw.message and flaw.message_en and flaw.field for flaw in flaws.values())


def test_texts_are_kept_composed_and_trimmed(road: Road) -> None:
    road.do("open", incident="  Bị bắt gặp\r\ntại nhà ".replace("ị", "i\u0323"))
    assert road.rows("dossier")[0]["facts"]["incident"] == "Bị bắt gặp\ntại nhà"


def test_beyond_the_calendar_nothing_is_guessed(road: Road) -> None:
    far = Road(road.store, start=date(2040, 12, 24), now=road.now.replace(year=2042)).to("compile")
    assert "2040" in far.invalid("notify_person")["fact_needed"].message
