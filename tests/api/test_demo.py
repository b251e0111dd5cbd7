"""The province of `hoso demo`: believable, complete, made once, and nowhere but on the demonstration."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from api.demo import demo_seed
from api.demo.courses import FAILING, stories
from api.demo.people import IDENTITY
from api.demo.province import NotHere, Province, anew, refuse_others, world_of
from flows.chain_check import verify_chains
from flows.detectors import DETECTORS
from flows.findings import counted
from flows.overview import places
from flows.standstill import Narrowed, Stuck, stuck
from models import clock
from models.law.limits import TIMEZONE
from models.law.schema import Stage
from models.person import PROVINCES, PersonData
from models.postgres import app_url
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.api.conftest import NOW, Command
from tests.api.road import Road
from tests.cluster import new_database

COUNT = 40
_STOPPED_AT = 120
_SYSTEM = Scope(SYSTEM)


@dataclass(frozen=True)
class Made:
    """A province that was interrupted and gone on with, and every line that was logged meanwhile."""

    settings: Settings
    engine: Engine
    province: Province
    logged: list[str]

    def rows(self, statement: str, **values: object) -> list[Any]:
        with unit_of_work(self.engine, _SYSTEM) as connection:
            return list(connection.execute(text(statement), values).all())

    def found(self, **narrowed: Any) -> list[Stuck]:
        """What stands in the way, as the supervisor of the country sees it on the morning after."""
        supervisor = self.province.world.actors["giam-sat"]
        with counted(self.engine, supervisor.scope, NOW) as connection:
            return stuck(connection, supervisor, NOW, Narrowed(**narrowed), at_most=10_000)

    def number(self, serial: int) -> str:
        """The dossier of a story."""
        state = self.province.walkers[serial].state
        assert state is not None
        return state.number


class _Kept(logging.Handler):
    """Keeps what is logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {vars(record)}")


@pytest.fixture(scope="module")
def made(cluster: Settings, template: str) -> Iterator[Made]:
    """A small province, interrupted once."""
    kept, root = _Kept(), logging.getLogger()
    root.addHandler(kept)
    with new_database(cluster, template) as settings, clock.at(NOW):
        engine = open_store(app_url(settings))
        world = world_of(engine, demo_seed(), NOW)

        def interrupting(done: int, _all: int) -> None:
            if done >= _STOPPED_AT:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            anew(world, settings.files, COUNT, interrupting).run()
        province = anew(world, settings.files, COUNT, lambda _done, _all: None)
        province.run()
        yield Made(settings, engine, province, kept.lines)
        engine.dispose()
    root.removeHandler(kept)


def test_every_cause_of_being_stuck_is_there_as_the_detectors_say(made: Made) -> None:
    assert {one.cause for one in made.found()} == DETECTORS.keys()
    supervisor = made.province.world.actors["giam-sat"]
    with counted(made.engine, supervisor.scope, NOW) as connection:
        held = places(connection, supervisor, NOW, Narrowed())
    told = sum((Counter(place.stuck) for place in held), Counter[str]())
    listed = Counter(cause for cause, _ in {(one.cause, one.dossier) for one in made.found()})
    assert told == listed


@pytest.mark.parametrize(("cause", "last"), [
    ("time_bar", ["record_ground"]), ("waiting_for_answer", ["query"]), ("absconded", ["record_evasion", "escape"]),
    ("returned_often", ["return_incomplete"]), ("held_without_ground", ["send_decision"]),
    ("inconsistent", ["correct"]),
])  # fmt: skip
def test_a_cause_is_that_of_the_dossier_that_was_led_into_it(made: Made, cause: str, last: list[str]) -> None:
    numbers = {one.number for one in made.found(cause=cause)}
    led = {
        made.number(one.story.serial)
        for one in made.province.walkers
        if one.story.course[-1].action in last and one.position == len(one.story.course)
    }
    assert numbers & led


def test_the_job_that_failed_is_the_one_that_was_meant_to_and_can_be_tried_again(made: Made) -> None:
    assert [one.number for one in made.found(cause="failed_work")] == [made.number(FAILING)]
    [job] = made.rows("SELECT error, attempts FROM job WHERE state = 'parked'")
    assert job.error.startswith("NotADirectoryError")
    assert made.rows("SELECT count(*) FROM notice WHERE kind = 'job_parked'")[0].count > 0


def test_every_stage_and_every_book_is_there(made: Made) -> None:
    places = made.rows("SELECT book, stage FROM dossier")
    assert {place.stage for place in places} == {stage.value for stage in Stage}
    books = {row.book for row in made.rows("SELECT DISTINCT book FROM event")}
    assert books == {"2014", "2022", "2025-03", "2025-07", "2026"}


def test_what_agencies_do_beside_the_usual_way_is_there(made: Made) -> None:
    done = {row.action for row in made.rows("SELECT DISTINCT action FROM event")}
    assert done >= {
        "return_incomplete", "supplement", "file_appeal", "decide_appeal", "void_last", "correct", "migrate", "keep_book",
        "divert", "manage_user", "suspend", "remind", "certify",
    }  # fmt: skip
    outcomes = {
        row.outcome for row in made.rows("SELECT DISTINCT facts ->> 'outcome' AS outcome FROM dossier")
    }
    assert outcomes >= {"apply", "refuse"}
    coming = made.rows(
        "SELECT facts ->> 'session_at' AS at FROM dossier WHERE stage = 'court_decision' AND acts ? 'open_session' "
        "AND NOT acts ? 'hold_session'"
    )
    assert any(row.at > NOW.astimezone(TIMEZONE).isoformat() for row in coming), "a hearing is coming up"
    assert {row.state for row in made.rows("SELECT DISTINCT state FROM delivery")} >= {"parked", "unknown"}
    late = made.rows("SELECT count(*) FROM event WHERE late_days IS NOT NULL")
    assert late[0].count > 0


def test_the_people_are_many_kinds_of_people_and_nobody_real(made: Made) -> None:
    people = [PersonData.model_validate(row.data) for row in made.rows("SELECT data FROM person")]
    assert len({one.identity.number for one in people}) == len(people) == COUNT
    assert {one.sex for one in people} == {"male", "female"}
    assert not any(code.startswith(IDENTITY[:3]) for code in PROVINCES)
    for one in people:
        assert str(one.identity.number).startswith(IDENTITY)
        assert len(one.name.split()[-1]) <= 2, "named after a letter or two"
    assert {warning.code for one in people for warning in one.warnings()} <= {
        "identity_prefix", "identity_year",  # one was corrected to be too young
    }  # fmt: skip
    minors = [one for one in made.province.walkers if one.story.minor and one.state]
    assert len(minors) >= 2


def test_it_was_recorded_when_it_happened_and_nothing_lies_in_the_future(made: Made) -> None:
    late = made.rows(
        "SELECT count(*) FROM event WHERE recorded_at - occurred_at NOT BETWEEN interval '0' AND interval '1 day'"
    )
    ahead = made.rows("SELECT count(*) FROM event WHERE recorded_at > :now", now=NOW + timedelta(minutes=1))
    assert (late[0].count, ahead[0].count) == (0, 0)


def test_every_chain_of_the_province_verifies(made: Made) -> None:
    ids = [one.id for one in made.province.walkers if one.id]
    checked = verify_chains(made.engine, made.settings.data, NOW, ids)
    assert (checked.dossiers, checked.broken) == (COUNT, ())


def test_no_dossier_is_begun_twice_and_a_second_time_does_nothing(made: Made) -> None:
    before = made.rows(
        "SELECT (SELECT count(*) FROM dossier) d, (SELECT count(*) FROM event) e, (SELECT count(*) FROM notice) n"
    )
    assert before[0].d == COUNT
    states = made.rows("SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state")
    with clock.at(NOW + timedelta(days=2)):  # another day: the province stays that of the first
        again = anew(
            world_of(made.engine, demo_seed(), clock.now()), made.settings.files, COUNT, lambda *_: None
        )
        again.run()
    assert again.taken == 0
    assert again.world.end == made.province.world.end
    after = made.rows("SELECT (SELECT count(*) FROM dossier) d, (SELECT count(*) FROM event) e")
    assert tuple(after[0]) == tuple(before[0][:2])
    assert made.rows("SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state") == states


def test_nothing_personal_is_logged(made: Made) -> None:
    logged = "\n".join(made.logged)
    for one in made.province.walkers:
        assert one.person.data.name not in logged
        assert str(one.person.data.identity.number) not in logged


def test_the_same_province_comes_out_whoever_makes_it() -> None:
    first, second = (list(stories(60, NOW.date())) for _ in range(2))
    assert first == second
    assert first[:COUNT] == list(stories(COUNT, NOW.date()))


def test_it_is_refused_where_other_people_s_dossiers_are(road: Road, store: Engine) -> None:
    road.open()
    refuse_others(store)  # the walk's own
    road.open(person={"name": "Lê Văn C", "identity": {"type": "personal_number", "number": "001098000002"}})
    with pytest.raises(NotHere, match="1 agencies or dossiers"):
        refuse_others(store)


def test_the_command_says_why_it_makes_none_and_changes_nothing(
    hoso: Command, database: Settings, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unit_of_work(store, _SYSTEM) as connection:
        connection.execute(text(
            "INSERT INTO agency SELECT (jsonb_populate_record(a, '{\"code\": \"ca.that\"}')).* FROM agency a LIMIT 1"
        ))  # fmt: skip
    monkeypatch.setattr(Settings, "from_environment", lambda: database)
    said = hoso("demo")
    assert said.code == 1
    assert "không phải của bản dùng thử" in said.err
    with unit_of_work(store, _SYSTEM) as connection:
        assert connection.execute(text("SELECT count(*) FROM dossier")).scalar_one() == 0


@pytest.mark.long
def test_the_whole_province_by_the_command(
    hoso: Command, database: Settings, monkeypatch: pytest.MonkeyPatch, store: Engine
) -> None:
    monkeypatch.setattr(Settings, "from_environment", lambda: database)
    said = hoso("demo")
    assert said.code == 0, said.err
    assert "200 hồ sơ" in said.out
    assert "giam-sat" in said.out
    with unit_of_work(store, _SYSTEM) as connection:
        assert connection.execute(text("SELECT count(*) FROM dossier")).scalar_one() == 200
    assert "Không có gì để làm thêm" in hoso("demo").out
