"""Both roads of the demonstration through the engine, from the police to the delivery: stages, limits, papers, journal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import Engine, select

from api.demo import demo_seed
from documents.forms import all_forms
from flows.engine import Act, act
from flows.refusals import Refused, Stale
from flows.state import load
from models.event import digest_of_event, digest_of_facts
from models.law.calendar import baseline
from models.postgres import app_url
from models.seeding import seed
from models.settings import Settings
from models.store import open_store, unit_of_work
from models.tables import table
from tests.cluster import new_database
from tests.flows.conftest import superuser_of
from tests.flows.roads import SYSTEM_SCOPE, Road, actors, walk_road

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=VIETNAM)


@dataclass(frozen=True)
class Walked:
    """Both roads walked in one database."""

    settings: Settings
    engine: Engine
    roads: dict[str, Road]

    def rows(self, name: str, book: str, order: str) -> list[dict[str, Any]]:
        """Rows of a table about a book's dossier."""
        this = table(name)
        asked = select(this).where(this.c.dossier == self.roads[book].dossier).order_by(this.c[order])
        with unit_of_work(self.engine, SYSTEM_SCOPE) as connection:
            return [dict(row._mapping) for row in connection.execute(asked)]

    def limits(self, book: str, rule: str) -> list[dict[str, Any]]:
        """A book's limits of a rule, oldest first."""
        return [row for row in self.rows("time_limit", book, "starts_at") if row["rule"] == rule]


@pytest.fixture(scope="module")
def demonstration(cluster: Settings, template: str) -> Iterator[Settings]:
    """A database of its own with the demonstration's agencies and accounts."""
    with new_database(cluster, template) as settings:
        yield settings


@pytest.fixture(scope="module")
def engine(demonstration: Settings) -> Iterator[Engine]:
    engine = open_store(app_url(demonstration))
    seed(engine, demo_seed(), "mật khẩu thử")
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def walked(demonstration: Settings, engine: Engine) -> Walked:
    return Walked(demonstration, engine, {book: walk_road(engine, book) for book in ("2026", "2014")})


# --- the way


def test_the_dossier_of_2026_travels_from_police_to_execution(walked: Walked) -> None:
    assert _stages(walked, "2026") == [
        "police_collection", "health_determination", "police_collection", "court_decision", "execution",
    ]  # fmt: skip


def test_the_dossier_of_2014_passes_the_justice_review_twice(walked: Walked) -> None:
    assert _stages(walked, "2014") == [
        "police_collection", "health_determination", "police_collection", "justice_review", "police_collection",
        "justice_review", "court_decision", "execution",
    ]  # fmt: skip


@pytest.mark.parametrize(("book", "centre"), [("2026", "cscn.so2-ha-noi"), ("2014", "csdtn.dong-thap")])
def test_the_person_ends_in_the_hands_of_the_centre(walked: Walked, book: str, centre: str) -> None:
    last = walked.roads[book].done[-1]
    assert (last.event["action"], last.state.holder) == ("deliver", centre)


@pytest.mark.parametrize("book", ["2026", "2014"])
def test_nobody_was_late_on_the_way(walked: Walked, book: str) -> None:
    assert {row["late_days"] for row in walked.rows("event", book, "seq")} == {None}
    assert {row["late_days"] for row in walked.rows("time_limit", book, "starts_at")} == {None}


def _stages(walked: Walked, book: str) -> list[str]:
    stages: list[str] = []
    for row in walked.rows("event", book, "seq"):
        if not stages or stages[-1] != row["stage_after"]:
            stages.append(row["stage_after"])
    return stages


# --- limits; every day below is counted by hand


@pytest.mark.parametrize(("book", "rule", "last_days"), [
    # 5 days from Tuesday 18/08 end on Sunday 23/08 and roll to Monday.
    ("2026", "health-result", [date(2026, 8, 24)]),
    # One working day from Monday 24/08.
    ("2026", "p4-compile", [date(2026, 8, 25)]),
    # Received Thursday 27/08: Friday 28/08, then 29/08 to 02/09 off, 03/09, 04/09.
    ("2026", "p4-read", [date(2026, 9, 4)]),
    # Starts when p4-read has run out at the end of Friday: one working day is Monday.
    ("2026", "p4-transfer", [date(2026, 9, 7)]),
    ("2026", "c3-return", [date(2026, 9, 9)]),
    ("2026", "c3-accept", [date(2026, 9, 8)]),
    ("2026", "c3-notice-accept", [date(2026, 9, 10)]),
    # 15 days from 08/09.
    ("2026", "c3-term", [date(2026, 9, 23)]),
    # 7 working days from Friday 11/09: 14, 15, 16, 17, 18, 21, 22.
    ("2026", "c3-session", [date(2026, 9, 22)]),
    ("2026", "c3-send", [date(2026, 9, 22)]),
    # 5 working days from Friday 18/09.
    ("2026", "c3-complaint", [date(2026, 9, 25)]),
    # 5 days from Monday 19/04 end on a Saturday; the second notice, Wednesday 12/05, on Monday 17/05.
    ("2014", "p1-notice", [date(2021, 4, 26), date(2021, 5, 17)]),
    # 5 days from 26/04 end on 01/05; 02/05 is a Sunday and 03/05 its day in lieu.
    ("2014", "p1-tuphap", [date(2021, 5, 4)]),
    # 7 days from the receipt on 05/05, and 7 anew from the receipt on 14/05.
    ("2014", "p1-ldtbxh", [date(2021, 5, 12), date(2021, 5, 21)]),
    ("2014", "c9-accept", [date(2021, 5, 21)]),
    # 30 days from 21/05 end on Sunday 20/06.
    ("2014", "p1-court-term", [date(2021, 6, 21)]),
    # 7 working days from Wednesday 26/05.
    ("2014", "c9-session", [date(2021, 6, 4)]),
    # 3 working days from Wednesday 02/06: 3, 4, 7.
    ("2014", "p1-complaint", [date(2021, 6, 7)]),
    ("2014", "p1-sendeff", [date(2021, 6, 11)]),
    ("2014", "p1-exec", [date(2021, 6, 15)]),
])  # fmt: skip
def test_limits_end_on_the_day_the_law_says(
    walked: Walked, book: str, rule: str, last_days: list[date]
) -> None:
    limits = walked.limits(book, rule)
    assert [limit["last_day"] for limit in limits] == last_days
    for limit, last_day in zip(limits, last_days, strict=True):
        midnight = datetime.fromordinal(last_day.toordinal() + 1).replace(tzinfo=VIETNAM)
        assert limit["due"] == midnight


@pytest.mark.parametrize(("rule", "due"), [
    ("health-24h-b", at(2026, 8, 19, 10)),
    ("p4-register", at(2026, 8, 23, 9)),  # a Sunday: hours never roll
    ("p4-ex1", at(2026, 9, 30, 9)),
    ("p4-ex2", at(2026, 10, 1, 8, 30)),
    ("p4-ex4", at(2026, 10, 1, 16)),
    ("p4-ex5", at(2026, 10, 2, 14)),
])  # fmt: skip
def test_limits_in_hours_end_at_the_minute(walked: Walked, rule: str, due: datetime) -> None:
    assert [limit["due"] for limit in walked.limits("2026", rule)] == [due]


@pytest.mark.parametrize(("book", "rule", "used", "other"), [
    ("2026", "p4-thoihieu", date(2026, 11, 22), "2026-11-23"),  # 3 months from the last act on 23/08/2026
    ("2014", "p1-thoihieu", date(2021, 6, 28), "2021-06-29"),  # 3 months from 29/03/2021
    ("2014", "p1-lapse", date(2022, 6, 7), "2022-06-08"),  # 1 year from 08/06/2021
])  # fmt: skip
def test_a_time_bar_uses_the_reading_that_protects_the_person_and_shows_the_other(
    walked: Walked, book: str, rule: str, used: date, other: str
) -> None:
    [limit] = walked.limits(book, rule)
    assert limit["last_day"] == used
    assert limit["explanation"]["other_reading"]["last_day"] == other


def test_the_days_of_pending_management_are_taken_off_the_term(walked: Walked) -> None:
    # 24/08 to 01/10/2026 are 8 + 30 + 1 days; 24 months from 02/10/2026 less 39 days.
    [term] = walked.limits("2026", "p4-term")
    assert term["last_day"] == date(2028, 8, 24)
    assert [entry["days"] for entry in term["ledger"]] == [39]


def test_the_term_of_2014_runs_from_the_day_held_with_nothing_taken_off(walked: Walked) -> None:
    [term] = walked.limits("2014", "p1-term")
    assert (term["last_day"], term["ledger"]) == (date(2022, 12, 14), [])


@pytest.mark.parametrize(("book", "rule", "ends"), [
    ("2026", "p4-register", ["run_out"]),
    ("2026", "p4-read", ["run_out"]),  # reading early does not shorten it
    ("2026", "p4-transfer", ["done"]),
    ("2026", "p4-thoihieu", ["done"]),
    ("2026", "c3-complaint", ["run_out"]),
    ("2014", "p1-notice", ["used", "used"]),  # having read, nobody waits
    ("2014", "p1-ldtbxh", ["done", "done"]),
    ("2014", "p1-lapse", ["done"]),
])  # fmt: skip
def test_limits_end_as_their_kind_does(walked: Walked, book: str, rule: str, ends: list[str]) -> None:
    assert [limit["end"] for limit in walked.limits(book, rule)] == ends


@pytest.mark.parametrize(("book", "warned"), [("2014", date(2021, 6, 7))])
def test_a_limit_with_two_amounts_warns_at_the_first(walked: Walked, book: str, warned: date) -> None:
    # 15 days from 21/05 end on Saturday 05/06.
    [limit] = walked.limits(book, "p1-court-term")
    assert limit["explanation"]["warning"]["last_day"] == warned.isoformat()


# --- papers


@pytest.mark.parametrize(("book", "issued"), [
    ("2026", {
        "open": ["III-01", "III-03"], "request_determination": ["109-02", "109-03"], "issue_result": ["109-05"],
        "notify_result": ["V-23"], "record_ground": ["V-34"], "place_pending": ["V-33", "V-32"],
        "deliver_pending": ["V-31"], "compile": ["V-36"], "notify_person": ["V-37", "V-23"], "accept": ["TA-02"],
        "notify_acceptance": ["TA-01"], "open_session": ["TA-05"], "hold_session": ["TA-06"], "decide": ["TA-07"],
        "request_centre": ["P-02"], "assign_centre": ["P-03"], "deliver": ["V-42"],
    }),
    ("2014", {
        "notify_person": ["B14-TB"], "confirm_legality": ["B14-TP"], "return_for_supplement": ["B14-TL"],
        "transfer_to_court": ["B14-CT"], "accept": ["TA-02"], "notify_acceptance": ["TA-01"],
        "open_session": ["TA-05"], "hold_session": ["TA-06"], "decide": ["TA-07"],
    }),
])  # fmt: skip
def test_each_act_issues_its_forms(walked: Walked, book: str, issued: dict[str, list[str]]) -> None:
    found = {
        done.event["action"]: [row["form"] for row in done.documents]
        for done in walked.roads[book].done
        if done.documents
    }
    assert found == issued


@pytest.mark.parametrize("book", ["2026", "2014"])
def test_every_document_renders_from_its_frozen_content(walked: Walked, book: str) -> None:
    for row in walked.rows("document", book, "issued_on"):
        form = all_forms()[row["form"]]
        assert form.render(form.context.model_validate(row["context"])).startswith(b"PK")


@pytest.mark.parametrize(("book", "form", "papers"), [
    ("2026", "V-36", [
        "Tóm tắt lý lịch ngày 24/08/2026",
        "Biên bản vi phạm của người bị đề nghị đưa đi cai nghiện bắt buộc số 01/BB-CACG ngày 24/08/2026",
        "Phiếu kết quả xác định tình trạng nghiện ma túy (theo đề nghị của cơ quan Công an) ngày 21/08/2026",
    ]),
    ("2014", "B14-CT", [
        "Bản tóm tắt lý lịch", "Phiếu kết quả xác định tình trạng nghiện ma túy",
        "Quyết định áp dụng biện pháp giáo dục tại xã ngày 15/6/2020",
        "Giấy chứng nhận đã chấp hành xong biện pháp giáo dục tại xã ngày 15/12/2020",
        "Bản tường trình của người bị đề nghị",
    ]),
])  # fmt: skip
def test_the_proposal_lists_every_paper_of_the_file(
    walked: Walked, book: str, form: str, papers: list[str]
) -> None:
    [proposal] = [row for row in walked.rows("document", book, "issued_on") if row["form"] == form]
    assert proposal["context"]["enclosures"] == papers


def test_numbers_of_every_register_have_no_gap(walked: Walked) -> None:
    document, register = table("document"), table("register")
    numbers: dict[tuple[str, int, str], list[int]] = {}
    with unit_of_work(walked.engine, SYSTEM_SCOPE) as connection:
        for row in connection.execute(select(document).where(document.c.number.is_not(None))):
            numbers.setdefault((row.agency, row.year, row.register_name), []).append(row.number)
        last = {(row.agency, row.year, row.name): row.last for row in connection.execute(select(register))}
    assert numbers.keys() == last.keys()
    assert len(numbers["ta.kv4-ha-noi", 2026, "QĐ"]) >= 3  # TA-02, TA-05 and TA-07 share a register
    for key, given in numbers.items():
        assert sorted(given) == list(range(1, last[key] + 1))


# --- the journal


@pytest.mark.parametrize("book", ["2026", "2014"])
def test_the_chain_of_events_verifies(walked: Walked, book: str) -> None:
    events = walked.rows("event", book, "seq")
    _verify(events)
    assert [row["seq"] for row in events] == list(range(1, len(walked.roads[book].done) + 1))
    with unit_of_work(walked.engine, SYSTEM_SCOPE) as connection:
        facts = table("event_facts")
        kept = {row.event: row for row in connection.execute(select(facts))}
    for row in events:
        assert digest_of_facts(kept[row["id"]].facts, kept[row["id"]].salt) == row["facts_digest"]


def test_a_changed_event_breaks_the_chain(walked: Walked) -> None:
    events = walked.rows("event", "2026", "seq")
    events[3]["occurred_at"] = at(2026, 8, 18, 13)
    with pytest.raises(AssertionError):
        _verify(events)


def test_the_chain_still_verifies_when_the_facts_are_erased(walked: Walked) -> None:
    dossier = walked.roads["2026"].dossier
    with superuser_of(walked.settings) as owner:
        erased = owner.execute(
            "UPDATE event_facts SET facts = NULL, salt = NULL WHERE event IN (SELECT id FROM event WHERE dossier = %s)",
            (dossier,),
        )
        assert erased.rowcount == len(walked.roads["2026"].done)
        rows = owner.execute("SELECT * FROM event WHERE dossier = %s ORDER BY seq", (dossier,))
        names = [column.name for column in rows.description or ()]
        _verify([dict(zip(names, row, strict=True)) for row in rows])
        owner.rollback()


@pytest.mark.parametrize(
    "statement", ["UPDATE event SET action = 'x'", "DELETE FROM event", "TRUNCATE event CASCADE"]
)
def test_events_are_append_only_for_the_owner_too(walked: Walked, statement: str) -> None:
    with (
        superuser_of(walked.settings) as owner,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
    ):
        owner.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE event SET action = 'x'", "DELETE FROM event"])
def test_the_application_has_no_right_to_change_events(walked: Walked, statement: str) -> None:
    url = app_url(walked.settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with (
        psycopg.connect(url) as application,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"),
    ):
        application.execute(statement)


def _verify(events: list[dict[str, Any]]) -> None:
    previous = ""
    for row in events:
        assert row["previous"] == previous
        assert (
            digest_of_event({name: value for name, value in row.items() if name != "digest"}) == row["digest"]
        )
        previous = row["digest"]


# --- what the engine refuses on the way


@pytest.mark.parametrize(("book", "action", "moment", "code"), [
    # p4-register runs until 09:00 on 23/08/2026.
    ("2026", "record_ground", at(2026, 8, 23, 8, 59), "ground_not_proved"),
    # p4-read runs until the end of 04/09/2026, though the person has read everything on 28/08.
    ("2026", "send_to_court", at(2026, 9, 4, 16), "window_not_over"),
    # c3-complaint runs until the end of 25/09/2026.
    ("2026", "take_effect", at(2026, 9, 25, 16), "window_not_over"),
    # The time bar's protecting reading ends with 22/11/2026; half an hour into the 23rd is too late.
    ("2026", "decide", at(2026, 11, 23, 0, 30), "time_bar_passed"),
    # p1-notice runs until the end of 26/04/2021 unless the person has read the file.
    ("2014", "record_reading", None, None),
])  # fmt: skip
def test_an_act_before_or_after_its_time_is_refused(
    engine: Engine, book: str, action: str, moment: datetime | None, code: str | None
) -> None:
    road = walk_road(engine, book, until=action)
    step = road.ahead.pop(0)
    if moment is None:
        step, moment, code = road.ahead.pop(0), at(2021, 4, 26, 16), "window_not_over"
    with pytest.raises(Refused) as refused:
        road.take(step, at=moment, **({"announced_at": moment} if action == "decide" else {}))
    assert code in {need.code for need in refused.value.needs}


def test_a_refusal_names_every_reason_at_once(engine: Engine) -> None:
    road = walk_road(engine, "2026", until="compile")
    step = road.ahead.pop(0)
    with pytest.raises(Refused) as refused:
        road.take(step.model_copy(update={"by": "cscn.so1-ha-noi"}), exclusions=["pregnant"])
    assert {need.code for need in refused.value.needs} >= {
        "wrong_agency", "not_in_charge", "needs_head", "person_is_excluded",
    }  # fmt: skip


def test_a_stale_version_is_refused(walked: Walked) -> None:
    road = walked.roads["2026"]
    with pytest.raises(Stale) as stale:
        act(
            walked.engine,
            Act(road.dossier, "enforce", {}, at(2026, 10, 2, 12), road.actors["ca.cau-giay.truong"], 3),
            baseline(),
        )
    assert stale.value.current == road.version


def test_an_agency_the_dossier_never_met_does_not_see_it(walked: Walked) -> None:
    dossier = walked.roads["2026"].dossier
    everybody = actors(walked.engine)
    seen = {
        user: bool(_seen(walked, user, dossier))
        for user in ("ca.cau-giay", "ta.kv4-ha-noi", "cscn.so2-ha-noi", "ca.ha-long", "ca.thuong-lac")
    }
    assert everybody.keys() > seen.keys()
    assert seen == {
        "ca.cau-giay": True, "ta.kv4-ha-noi": True, "cscn.so2-ha-noi": True, "ca.ha-long": False,
        "ca.thuong-lac": False,
    }  # fmt: skip


def test_the_successor_of_an_abolished_agency_sees_its_dossiers(walked: Walked) -> None:
    # Công an xã Thường Lạc opened it in 2021; since 01/07/2025 Công an phường Thường Lạc stands in its place.
    assert _seen(walked, "ca.thuong-lac", walked.roads["2014"].dossier)
    assert not _seen(walked, "ca.hong-ngu", walked.roads["2014"].dossier)


def _seen(walked: Walked, user: str, dossier: Any) -> dict[Any, Any]:
    with unit_of_work(walked.engine, actors(walked.engine)[user].scope) as connection:
        return load(connection, [dossier])
