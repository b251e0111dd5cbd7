"""The clock as it really runs: a process of its own beside a real Prefect server, killed, late, paused and cut off."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import yaml
from prefect.client.schemas.schedules import CronSchedule
from sqlalchemy import Engine

from flows import automations, turns
from flows.clock import missed
from flows.pressing import MANY
from flows.schedules import SCHEDULES, ZONE
from flows.signals import LIMIT_MISSED, STAGE_CHANGED, signal_acts
from flows.turns import alone, last_end, take_turn
from models.clock import now
from models.store import unit_of_work
from tests.flows import conftest
from tests.flows.conftest import superuser_of
from tests.flows.place import Place
from tests.flows.rows import SYSTEM_SCOPE, act, add, dossier, limit, read
from tests.flows.test_ladder import HOUR, RULE, opened, supervised, told

CLOCK = "flows.clock"
ROOT = Path(__file__).parents[2]


def until(happened: Callable[[], object], patience: float = 90) -> None:
    """Waits until it has happened; each look may cost Prefect's server something, so not too often."""
    conftest.until(happened, patience, every=0.5)


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

    def events(self, name: str, resource: str) -> list[dict[str, Any]]:
        wanted = {"event": {"name": [name]}, "resource": {"id": [resource]}}
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


def swept(engine: Engine, later: timedelta) -> None:
    """As if the last sweep ended then; none is due before."""
    moment = now() + later
    add(engine, "clock_run", {"name": "sweep", "started_at": moment, "finished_at": moment, "report": {}})


def is_taken(engine: Engine, name: str) -> bool:
    with alone(engine, name) as free:
        return not free


def overdue(engine: Engine, count: int, agency: str = "camd") -> None:
    for _ in range(count):
        limit(engine, opened(engine, f"HS-{uuid4().hex[:8]}", holder=agency), RULE, -80 * HOUR, -1 * HOUR)


@pytest.mark.long
def test_run_asked_for_sweeps_and_shows_it_and_what_was_missed_is_an_event_and_presses_the_agency(
    place: Place, engine: Engine, prefect: Prefect
) -> None:
    supervised(engine, ("takv9", "vn"))
    swept(engine, timedelta(hours=1))
    overdue(engine, MANY)
    overdue(engine, MANY - 1, "bvmd")
    clock = started(place, prefect)
    limits = 2 * MANY - 1
    run = prefect.ask("sweep", at_most=limits)
    until(lambda: prefect.state_of(run) == "COMPLETED")
    [artifact] = prefect.call("POST", "artifacts/filter", flow_runs={"id": {"any_": [run]}})
    assert f"| Thời hạn đã xét | {limits} |" in artifact["data"]
    assert f"| Nấc thang: quá hạn | {limits} |" in artifact["data"]
    assert "| Trọn vẹn | không |" in artifact["data"]
    [task] = prefect.call("POST", "task_runs/filter", flow_runs={"id": {"any_": [run]}})
    assert task["name"].startswith("Quét thời hạn")

    until(lambda: len(read(engine, "SELECT 1 FROM signal WHERE emitted_at IS NOT NULL")) == limits)
    [first, *_] = read(engine, "SELECT id, dossier, facts, agencies[1] FROM signal ORDER BY created_at, id")
    until(lambda: prefect.events(LIMIT_MISSED, f"hoso.dossier.{first[1]}"), 30)
    read(engine, "UPDATE signal SET emitted_at = NULL WHERE id = :id RETURNING id", id=first[0])
    until(lambda: not read(engine, "SELECT 1 FROM signal WHERE emitted_at IS NULL"))
    until(lambda: [1 for _, _, kind in told(engine) if kind == "many_missed"], 90)
    place.stop(clock)
    [event] = prefect.events(LIMIT_MISSED, f"hoso.dossier.{first[1]}")  # sent twice, there once
    assert (UUID(event["id"]), event["payload"], event["resource"]["hoso.agency"]) == (first[0], *first[2:])
    pressed = [(agency, audience) for agency, audience, kind in told(engine) if kind == "many_missed"]
    assert pressed == [("camd", "head"), ("takv9", "supervisor")]
    assert [one["parameters"] for one in prefect.runs_of("press")] == [{"agency": "camd"}]
    assert len(prefect.call("POST", "automations/filter")) == 2


@pytest.mark.long
def test_missed_hours_are_made_up_for_once_and_a_clock_killed_in_a_run_leaves_its_place_to_the_next(
    place: Place, engine: Engine, prefect: Prefect
) -> None:
    """Of the sweep the last hour alone; of the monthly reports every one."""
    old = now() - timedelta(days=70)
    for name in ("sweep", "report-month"):
        add(engine, "clock_run", {"name": name, "started_at": old, "finished_at": old, "report": {}})
    clock = started(place, prefect)
    until(lambda: len(prefect.runs_of("report-month")) >= 2)
    until(lambda: {run["state_type"] for run in prefect.runs_of("report-month")} == {"COMPLETED"}, 120)
    until(lambda: (last_end(engine, "sweep") or old) > old)
    until(lambda: {run["state_type"] for run in prefect.runs_of("sweep")} == {"COMPLETED"})
    made = {run["id"] for run in prefect.runs_of("report-month")}
    with superuser_of(place.settings) as lock:
        lock.execute("LOCK TABLE time_limit IN ACCESS EXCLUSIVE MODE")
        killed = prefect.ask("sweep")
        until(lambda: prefect.state_of(killed) == "RUNNING")
        until(lambda: is_taken(engine, "sweep"))
        place.kill(clock)
    read(engine, "UPDATE clock_run SET finished_at = :old, started_at = :old RETURNING name", old=old)
    clock = place.start(program="import flows.clock as c; c._DEAD = c.timedelta(seconds=5); c.main()")
    until(lambda: prefect.state_of(killed) == "CRASHED", 90)
    run = prefect.ask("sweep")
    until(lambda: prefect.state_of(run) == "COMPLETED")
    place.stop(clock)
    assert {run["id"] for run in prefect.runs_of("report-month")} == made
    assert len(prefect.call("POST", "automations/filter")) == 2
    moments = [datetime.fromisoformat(run["parameters"]["moment"]) for run in prefect.runs_of("report-month")]
    assert 2 <= len(set(moments)) == len(moments) <= 3
    assert {(one.day, one.hour, one.minute) for one in moments} == {(1, 0, 30)}


@pytest.mark.long
def test_silence_is_noticed_by_an_automation_that_tells_administrators_and_sweeps(
    place: Place, engine: Engine, prefect: Prefect
) -> None:
    """With the sweep's schedule paused and a silence of ten seconds in place of thirty minutes."""
    add(engine, "account", {
        "id": uuid4(), "username": "quan-tri", "password_hash": "-", "full_name": "Nguyễn Văn A",
        "position": "Quản trị", "role": "administrator", "agency": "bvmd", "disabled": False,
    })  # fmt: skip
    old = now() - timedelta(hours=1)
    swept(engine, timedelta(hours=1))
    clock = started(place, prefect)
    ids = {name: UUID(one["id"]) for name, one in prefect.deployments().items()}
    prefect.call("PATCH", f"deployments/{ids['sweep']}", paused=True)
    overdue(engine, 1)
    [watching] = [
        one for one in prefect.call("POST", "automations/filter") if one["name"] == automations.WATCHING
    ]
    hasty = automations.watching(ids["sweep"], ids["watch"], silence=timedelta(seconds=10))
    prefect.call("PUT", f"automations/{watching['id']}", **hasty.model_dump(mode="json", exclude_unset=True))
    read(engine, "UPDATE clock_run SET finished_at = :old, started_at = :old RETURNING name", old=old)
    until(lambda: any(kind == "sweep_silent" for _, _, kind in told(engine)), 90)
    until(lambda: (last_end(engine, "sweep") or old) > old)
    place.stop(clock)
    assert [one for one in told(engine) if one[2] == "sweep_silent"] == [
        ("bvmd", "administrator", "sweep_silent")
    ]
    assert prefect.runs_of("sweep") == []


def test_stage_change_is_a_signal_once_however_often_its_flow_is_repeated(engine: Engine) -> None:
    moved = act(
        engine, dossier(engine, "HS-1", stage="health_determination", holder="bvmd"), "request_determination",
        stages=("police_collection", "health_determination"),
    )  # fmt: skip
    stayed = act(engine, dossier(engine, "HS-2"), "note")
    for _ in range(2):
        with unit_of_work(engine, SYSTEM_SCOPE) as connection:
            signal_acts(connection, [moved.event, stayed.event])
    [(name, of, facts)] = read(engine, "SELECT name, dossier, facts FROM signal")
    assert (name, of) == (STAGE_CHANGED, moved.dossier)
    assert (facts["stage_before"], facts["stage_after"]) == ("police_collection", "health_determination")


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


def test_prefect_yaml_is_what_the_clock_deploys() -> None:
    deployed = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert [
        (one["name"], one["entrypoint"], one.get("parameters", {}), [hour["cron"] for hour in one["schedules"]],
         {hour["timezone"] for hour in one["schedules"]} - {ZONE}, one["concurrency_limit"])
        for one in deployed
    ] == [
        (one.name, f"flows/schedules.py:{one.flow.fn.__name__}", one.parameters, list(one.crons), set(),
         {"limit": 1, "collision_strategy": "ENQUEUE" if one.own else "CANCEL_NEW"})
        for one in SCHEDULES
    ]  # fmt: skip


@pytest.mark.long
def test_work_pool_runs_what_prefect_yaml_deploys(place: Place, engine: Engine, prefect: Prefect) -> None:
    overdue(engine, 1)

    def command(*words: str) -> None:
        subprocess.run(  # noqa: S603 - Prefect's program
            [sys.executable, "-m", "prefect", "--no-prompt", *words],
            env=place.environment, cwd=ROOT, check=True, timeout=240, capture_output=True,
        )  # fmt: skip

    command("work-pool", "create", "hoso", "--type", "process")
    try:
        command("deploy", "--all")
        assert set(prefect.deployments()) == {one.name for one in SCHEDULES}
        assert {one["work_pool_name"] for one in prefect.deployments().values()} == {"hoso"}
        run = prefect.ask("sweep")
        command("worker", "start", "--pool", "hoso", "--run-once")
        assert prefect.state_of(run) == "COMPLETED"
        assert len(told(engine)) == 3
    finally:
        prefect.call("DELETE", "work_pools/hoso")


def test_the_names_that_others_know_are_those_of_the_deployments() -> None:
    assert [one.name for one in SCHEDULES] == list(turns.WORKS)
