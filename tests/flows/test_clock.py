"""The clock as it really runs: a process of its own beside a real Prefect server, killed, late, paused and cut off."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.schemas.schedules import CronSchedule
from sqlalchemy import Engine

from flows import automations, turns
from flows.clock import missed
from flows.schedules import SCHEDULES, ZONE
from flows.signals import LIMIT_MISSED, STAGE_CHANGED
from flows.turns import alone, last_end, take_turn
from tests.flows.conftest import until
from tests.flows.place import Place
from tests.flows.rows import act, add, dossier, limit, read
from tests.flows.test_ladder import HOUR, RULE, opened, supervised, told

CLOCK = "flows.clock"


class Prefect:
    """What the tests ask Prefect's server."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def call(self, method: str, path: str, **body: Any) -> Any:
        user, _, password = self._place.environment["PREFECT_API_AUTH_STRING"].partition(":")
        url = f"{self._place.environment['PREFECT_API_URL']}/{path}"
        answer = httpx.request(method, url, json=body or None, auth=(user, password), timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def deployments(self) -> dict[str, dict[str, Any]]:
        names = [one.name for one in SCHEDULES]
        found = self.call("POST", "deployments/filter", deployments={"name": {"any_": names}})
        return {one["name"]: one for one in found}

    def ask(self, name: str, **parameters: Any) -> str:
        """Asks for a run by hand, as Prefect's page does; its id."""
        identity = self.deployments()[name]["id"]
        return str(self.call("POST", f"deployments/{identity}/create_flow_run", parameters=parameters)["id"])

    def runs_of(self, name: str) -> list[dict[str, Any]]:
        identity = self.deployments()[name]["id"]
        return list(self.call("POST", "flow_runs/filter", flow_runs={"deployment_id": {"any_": [identity]}}))

    def state_of(self, run: str) -> str:
        return str(self.call("GET", f"flow_runs/{run}")["state_type"])

    def events(self, name: str, **resource: Any) -> list[dict[str, Any]]:
        wanted = {"event": {"name": [name]}, "resource": resource}
        return list(self.call("POST", "events/filter", filter=wanted, limit=50)["events"])


@pytest.fixture
def prefect(place: Place) -> Iterator[Prefect]:
    """The server, with nothing left of the clock's afterwards: other tests are to find it as it was."""
    prefect = Prefect(place)
    yield prefect
    for clock in place.workers:
        place.kill(clock)
    for one in prefect.deployments().values():
        prefect.call("DELETE", f"deployments/{one['id']}")
    for one in prefect.call("POST", "automations/filter"):
        prefect.call("DELETE", f"automations/{one['id']}")


def started(place: Place, prefect: Prefect) -> Any:
    """A clock that has deployed everything and installed its automations."""
    clock = place.start(module=CLOCK)
    until(lambda: len(prefect.deployments()) == len(SCHEDULES), 120)
    until(lambda: len(prefect.call("POST", "automations/filter")) == 2, 120)
    return clock


def overdue(engine: Engine, count: int, agency: str = "camd") -> None:
    for _ in range(count):
        limit(engine, opened(engine, f"HS-{uuid4().hex[:8]}", holder=agency), RULE, -80 * HOUR, -1 * HOUR)


def test_run_asked_for_sweeps_with_its_parameters_shows_what_it_did_and_emits_what_was_missed(
    place: Place, engine: Engine, prefect: Prefect
) -> None:
    read(engine, "INSERT INTO clock_run VALUES ('sweep', now(), now(), '{}') RETURNING name")
    overdue(engine, 3)
    clock = started(place, prefect)
    run = prefect.ask("sweep", at_most=2)
    until(lambda: prefect.state_of(run) == "COMPLETED")
    [artifact] = prefect.call("POST", "artifacts/filter", flow_runs={"id": {"any_": [run]}})
    assert "| Thời hạn đã xét | 2 |" in artifact["data"]
    assert "| Nấc thang: quá hạn | 2 |" in artifact["data"]
    [task] = prefect.call("POST", "task_runs/filter", flow_runs={"id": {"any_": [run]}})
    assert task["name"].startswith("Quét thời hạn")
    until(lambda: len(read(engine, "SELECT 1 FROM signal WHERE emitted_at IS NOT NULL")) >= 2)
    [first, *_] = read(engine, "SELECT id, dossier, facts FROM signal ORDER BY created_at, id")
    about = f"hoso.dossier.{first[1]}"
    until(lambda: prefect.events(LIMIT_MISSED, id=[about]), 30)
    read(engine, "UPDATE signal SET emitted_at = NULL WHERE id = :id RETURNING id", id=first[0])
    until(lambda: not read(engine, "SELECT 1 FROM signal WHERE emitted_at IS NULL"))
    place.stop(clock)
    [event] = prefect.events(LIMIT_MISSED, id=[about])  # sent twice, there once
    assert UUID(event["id"]) == first[0]
    assert event["payload"] == first[2]
    assert event["resource"]["hoso.agency"] == "camd"
    assert all(one["paused"] is False for one in prefect.deployments().values())


def test_clock_killed_in_a_sweep_leaves_its_turn_and_its_run_to_the_next(
    place: Place, engine: Engine, prefect: Prefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    overdue(engine, 1)
    with alone(engine, "sweep") as free:  # as if a sweep were under way elsewhere
        assert free
        clock = started(place, prefect)
        busy = prefect.ask("sweep")
        until(lambda: prefect.state_of(busy) == "CANCELLED")
        assert told(engine) == []
    place.kill(clock)
    again = started(place, prefect)
    run = prefect.ask("sweep")
    until(lambda: prefect.state_of(run) == "COMPLETED")
    place.stop(again)
    assert len(told(engine)) == 3


def test_hours_missed_while_nothing_was_up_are_made_up_for_and_each_once(
    place: Place, engine: Engine, prefect: Prefect
) -> None:
    """The sweep's last hour alone; of the monthly reports every one."""
    old = datetime.now(UTC) - timedelta(days=70)
    for name in ("sweep", "report-month"):
        add(engine, "clock_run", {"name": name, "started_at": old, "finished_at": old, "report": {}})
    clock = started(place, prefect)
    until(lambda: len(prefect.runs_of("report-month")) >= 2)
    until(lambda: all(run["state_type"] == "COMPLETED" for run in prefect.runs_of("report-month")), 90)
    until(lambda: (last_end(engine, "sweep") or old) > old)
    place.kill(clock)
    read(engine, "UPDATE clock_run SET finished_at = :old, started_at = :old RETURNING name", old=old)
    before = {run["id"] for run in prefect.runs_of("report-month")}
    clock = place.start(module=CLOCK)
    run = prefect.ask("calendar")
    until(lambda: prefect.state_of(run) == "COMPLETED", 90)
    place.stop(clock)
    runs = prefect.runs_of("report-month")
    assert {run["id"] for run in runs} == before
    moments = sorted(datetime.fromisoformat(run["parameters"]["moment"]) for run in runs)
    assert 2 <= len(moments) <= 3
    assert {(one.day, one.hour, one.minute) for one in moments} == {(1, 0, 30)}


def test_agency_that_misses_many_limits_is_pressed_by_an_automation(
    place: Place, engine: Engine, prefect: Prefect
) -> None:
    supervised(engine, ("takv9", "vn"))
    overdue(engine, 4, "bvmd")
    overdue(engine, 5)
    clock = started(place, prefect)
    prefect.ask("sweep")
    until(lambda: any(kind == "many_missed" for _, _, kind in told(engine)), 90)
    place.stop(clock)
    pressed = [(agency, audience) for agency, audience, kind in told(engine) if kind == "many_missed"]
    assert pressed == [("camd", "head"), ("takv9", "supervisor")]
    [run] = prefect.runs_of("press")
    assert run["parameters"] == {"agency": "camd"}


def test_silence_is_noticed_by_an_automation_that_tells_administrators_and_sweeps(
    place: Place, engine: Engine, prefect: Prefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the sweep's schedule paused and a silence of ten seconds in place of thirty minutes."""
    add(engine, "account", {
        "id": uuid4(), "username": "quan-tri", "password_hash": "-", "full_name": "Nguyễn Văn A",
        "position": "Quản trị", "role": "administrator", "agency": "bvmd", "disabled": False,
    })  # fmt: skip
    old = datetime.now(UTC) - timedelta(hours=1)
    clock = started(place, prefect)
    ids = {name: UUID(one["id"]) for name, one in prefect.deployments().items()}
    prefect.call("PATCH", f"deployments/{ids['sweep']}", paused=True)
    read(engine, "DELETE FROM delivery WHERE false RETURNING id")
    add(engine, "clock_run", {"name": "sweep", "started_at": old, "finished_at": old, "report": {}})
    overdue(engine, 1)
    [watching] = [
        one for one in prefect.call("POST", "automations/filter") if one["name"] == automations.WATCHING
    ]
    hasty = automations.watching(ids["sweep"], ids["watch"], silence=timedelta(seconds=10))
    prefect.call("PUT", f"automations/{watching['id']}", **hasty.model_dump(mode="json"))
    until(lambda: any(kind == "sweep_silent" for _, _, kind in told(engine)), 90)
    until(lambda: (last_end(engine, "sweep") or old) > old)
    place.stop(clock)
    assert [one for one in told(engine) if one[2] == "sweep_silent"] == [
        ("bvmd", "administrator", "sweep_silent")
    ]
    assert prefect.runs_of("sweep") == []


def test_stage_change_is_an_event_once_however_often_its_flow_is_repeated(
    place: Place, engine: Engine, prefect: Prefect
) -> None:
    done = act(
        engine, dossier(engine, f"HS-{uuid4().hex[:8]}", stage="health_determination", holder="bvmd"),
        "request_determination", stages=("police_collection", "health_determination"),
    )  # fmt: skip
    worker = place.start()
    until(lambda: read(engine, "SELECT 1 FROM signal WHERE emitted_at IS NOT NULL"))
    read(engine, "UPDATE job SET state = 'waiting', done_at = NULL RETURNING id")
    until(lambda: read(engine, "SELECT 1 FROM job WHERE state = 'done'"))
    until(lambda: prefect.events(STAGE_CHANGED, id=[f"hoso.dossier.{done.dossier}"]), 30)
    place.stop(worker)
    [event] = prefect.events(STAGE_CHANGED, id=[f"hoso.dossier.{done.dossier}"])
    assert (event["payload"]["stage_before"], event["payload"]["stage_after"]) == (
        "police_collection", "health_determination",
    )  # fmt: skip
    assert len(read(engine, "SELECT 1 FROM signal")) == 1


def test_without_prefect_the_sweep_goes_on(place: Place, engine: Engine) -> None:
    overdue(engine, 1)
    place.environment["PREFECT_API_URL"] = "http://127.0.0.1:9/api"
    program = "from datetime import timedelta; import flows.clock as c; c._PATIENCE = timedelta(0); c.main()"
    clock = place.start(program=program)
    until(lambda: len(told(engine)) == 3)
    place.stop(clock)
    assert "away" in place.log.read_text()


def test_turn_is_one_process_at_a_time_and_its_last_end_is_kept(engine: Engine) -> None:
    def failing() -> turns.Report:
        raise ValueError

    assert last_end(engine, "chain") is None
    with alone(engine, "chain") as free:
        assert free
        assert take_turn(engine, "chain", dict) is None
        assert take_turn(engine, "retention", dict) == {}
    assert take_turn(engine, "chain", lambda: {"whole": False}) == {"whole": False}
    with pytest.raises(ValueError):  # noqa: PT011 - ours, without a message
        take_turn(engine, "chain", failing)
    assert last_end(engine, "chain") is None
    take_turn(engine, "chain", lambda: {"dossiers": 3})
    assert read(engine, "SELECT name, report FROM clock_run WHERE name = 'chain'") == [
        ("chain", {"dossiers": 3})
    ]


def test_hours_are_vietnams_and_the_last_come_first() -> None:
    month = CronSchedule(cron="30 0 1 * *", timezone=ZONE)
    since, until = datetime(2026, 8, 31, 17, 30, tzinfo=UTC), datetime(2026, 11, 30, 17, 30, tzinfo=UTC)
    assert [hour.isoformat() for hour in missed(month, since, until, most=9)] == [
        "2026-10-01T00:30:00+07:00", "2026-11-01T00:30:00+07:00", "2026-12-01T00:30:00+07:00",
    ]  # fmt: skip
    assert [hour.month for hour in missed(month, since, until)] == [12]
    assert missed(month, until, until + timedelta(days=1)) == []


def test_the_names_that_others_know_are_those_of_the_deployments() -> None:
    assert [one.name for one in SCHEDULES] == list(turns.WORKS)
