"""The clock as it really runs: a process of its own beside a real Prefect server, killed, cut off, late and paused."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from flows.schedules import SCHEDULES
from tests.flows.conftest import until
from tests.flows.place import Place
from tests.flows.rows import limit
from tests.flows.test_ladder import HOUR, RULE, opened, told

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
SWEEP = "flows.clock"


def deployment(place: Place, name: str) -> dict[str, Any]:
    """The deployment of this name, as Prefect has it."""
    [found] = place.prefect("deployments/filter", deployments={"name": {"any_": [name]}})
    return dict(found)


def ask(place: Place, name: str, **parameters: Any) -> str:
    """Asks for a run by hand, as Prefect's page does; its id."""
    identity = deployment(place, name)["id"]
    return str(place.prefect(f"deployments/{identity}/create_flow_run", parameters=parameters)["id"])


def run_of(place: Place, identity: str) -> dict[str, Any]:
    [run] = place.prefect("flow_runs/filter", flow_runs={"id": {"any_": [identity]}})
    return dict(run)


def is_ready(place: Place) -> Callable[[], bool]:
    names = {one.name for one in SCHEDULES}

    def all_deployed() -> bool:
        found = place.prefect("deployments/filter", deployments={"name": {"any_": sorted(names)}})
        return {one["name"] for one in found} == names

    return all_deployed


def test_run_asked_for_sweeps_with_its_parameters_and_shows_what_it_did(place: Place, engine: Engine) -> None:
    for number in range(3):
        limit(engine, opened(engine, f"HS-{number}"), RULE, -80 * HOUR, -1 * HOUR)
    clock = place.start(module=SWEEP)
    until(is_ready(place))
    run = ask(place, "sweep", at_most=2)
    until(lambda: run_of(place, run)["state_type"] == "COMPLETED")
    place.stop(clock)
    assert len(told(engine)) >= 6
    [artifact] = place.prefect("artifacts/filter", flow_runs={"id": {"any_": [run]}})
    assert "| Thời hạn đã xét | 2 |" in artifact["data"]
    [task] = place.prefect("task_runs/filter", flow_runs={"id": {"any_": [run]}})
    assert task["name"].startswith("Quét thời hạn")
