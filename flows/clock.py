"""The clock's lines: what Prefect has scheduled or somebody asked for is run here, and what was missed is made up for."""

import asyncio
import hashlib
import time
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice, takewhile

import orjson
from cronsim import CronSim
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import (
    ConcurrencyLimitStrategy,
    ConcurrencyOptions,
    FlowRun,
    State,
    StateType,
)
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import Abort, ObjectNotFound
from prefect.flow_engine import run_flow_async
from prefect.states import Crashed, Pending
from prefect.utilities.callables import parameter_schema
from prefect.utilities.engine import propose_state
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from flows import automations, emitting
from flows.running import Line, Workplace
from flows.schedules import SCHEDULES, ZONE, Scheduled
from flows.sweep import sweep
from flows.turns import alone, last_end, take_turn
from flows.worker import run_until_signalled, run_worker, wait
from models import clock
from models.law.limits import TIMEZONE
from models.postgres import app_url
from models.settings import Settings
from models.store import open_store

_LOOK = 5.0
"""Seconds between two questions to Prefect's server what is to run now."""
_TIDY = 60.0
"""Seconds between two looks for what was missed, and for runs whose process has died."""
_GRACE = timedelta(minutes=10)
"""So long after its hour a run that has not been is missed: until then Prefect may still bring it."""
_DEAD = timedelta(minutes=1)
"""A run that has begun so long ago and does not hold its turn has died."""
_MOST = 24
"""Missed hours that are made up for one by one."""
_PATIENCE = timedelta(minutes=10)
"""When no sweep has ended for so long, it is done without Prefect."""


class _Deployed:
    """One deployment, served by this process."""

    def __init__(self, scheduled: Scheduled) -> None:
        self._what = scheduled
        self._found: DeploymentResponse | None = None
        self._look_at = self._tidy_at = 0.0

    async def serve(self, place: Workplace, client: PrefectClient) -> bool:
        """Runs what is due, one run after the other; whether there was anything."""
        moment = time.monotonic()
        if moment < self._look_at:
            return False
        self._look_at = moment + _LOOK
        try:
            return await self._look(place, client, moment)
        except ObjectNotFound:  # somebody deleted the deployment, or Prefect's database is a new one
            self._found = None
            return False

    async def _look(self, place: Workplace, client: PrefectClient, moment: float) -> bool:
        tidy = moment >= self._tidy_at
        if self._found is None or tidy:
            self._found = await deploy(client, self._what)
        runs = await self._due(client, self._found)
        if tidy or runs:
            self._tidy_at = moment + _TIDY
            await self._bury(place, client, self._found)
            if not runs:
                await self._make_up(place, client, self._found)
        for run in runs:
            if not place.stop.is_set():
                await self._run(client, run)
        return bool(runs)

    async def _due(self, client: PrefectClient, deployment: DeploymentResponse) -> list[FlowRun]:
        """Runs whose hour has come; a work pool's own workers see to those of its deployments."""
        if deployment.work_pool_name:
            return []
        runs = await client.get_scheduled_flow_runs_for_deployments(
            [deployment.id], scheduled_before=clock.now(), limit=20
        )
        return sorted(runs, key=lambda run: (run.expected_start_time or clock.now(), run.id))

    async def _run(self, client: PrefectClient, run: FlowRun) -> None:
        """One run in this process, unless another took it, or one of the deployment is under way."""
        try:
            state = await propose_state(client, Pending(), flow_run_id=run.id)
        except Abort:
            return
        if state.is_pending():
            taken = await client.read_flow_run(run.id)
            await run_flow_async(
                self._what.flow, flow_run=taken, parameters=taken.parameters, return_type="state"
            )

    async def _bury(self, place: Workplace, client: PrefectClient, deployment: DeploymentResponse) -> None:
        """Marks runs whose process has died: begun, and nobody has the turn. Until then they would keep others out."""
        unfinished = FlowRunFilterState(
            type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
        )
        begun = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=unfinished),
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        )
        old = [run for run in begun if run.state and run.state.timestamp < clock.now() - _DEAD]
        if not old:
            return
        nobody = await asyncio.to_thread(self._nobody, place)
        crashed: State[None] = Crashed(message="Tiến trình đã dừng giữa chừng; lượt sau làm tiếp.")
        for run in old if nobody else ():
            await client.set_flow_run_state(run.id, crashed, force=True)

    def _nobody(self, place: Workplace) -> bool:
        with alone(place.engine, self._what.name) as free:
            return free

    async def _make_up(self, place: Workplace, client: PrefectClient, deployment: DeploymentResponse) -> None:
        """Asks for runs that should have been and were not, as when no server was up at their hour; each once."""
        active = [schedule for schedule in deployment.schedules if schedule.active]
        if deployment.paused or not active:
            return
        since = await asyncio.to_thread(last_end, place.engine, self._what.name) or deployment.created
        for hour in missed(self._what, since or clock.now(), clock.now() - _GRACE):
            replayed = {"moment": hour.isoformat()} if self._what.replayed else {}
            await client.create_flow_run_from_deployment(
                deployment.id, parameters={**self._what.parameters, **replayed},
                name=f"Bù lượt {hour:%H:%M %d/%m/%Y}", idempotency_key=f"{self._what.name} {hour.isoformat()}",
            )  # fmt: skip
            self._look_at = 0.0


def missed(scheduled: Scheduled, since: datetime, until: datetime) -> list[datetime]:
    """Hours after `since`, up to `until`, at which the work should have begun, in order: each, or the last alone."""
    most = _MOST if scheduled.replayed else 1
    hours = set[datetime]()
    for cron in scheduled.crons:
        past = CronSim(cron, until.astimezone(TIMEZONE) + timedelta(minutes=1), reverse=True)
        hours |= set(takewhile(lambda hour: hour > since, islice(past, most)))
    return sorted(hours)[-most:]


async def deploy(client: PrefectClient, scheduled: Scheduled) -> DeploymentResponse:
    """The deployment as it stands in Prefect; made or changed only where ours has changed.

    What an administrator has set there meanwhile, as a pause, stays, and so do its runs.
    """
    flow = scheduled.flow
    schema = parameter_schema(flow.fn).model_dump_for_openapi()
    defined = {"crons": scheduled.crons, "parameters": scheduled.parameters, "enqueued": scheduled.enqueued,
               "schema": schema, "description": flow.description}  # fmt: skip
    version = hashlib.sha256(orjson.dumps(defined, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
    try:
        present = await client.read_deployment_by_name(f"{flow.name}/{scheduled.name}")
    except ObjectNotFound:
        pass
    else:
        if present.version == version or present.work_pool_name:
            return present
    strategy = ConcurrencyLimitStrategy.ENQUEUE if scheduled.enqueued else ConcurrencyLimitStrategy.CANCEL_NEW
    made = await client.create_deployment(
        await client.create_flow(flow), scheduled.name, version,
        schedules=[
            DeploymentScheduleCreate(schedule=CronSchedule(cron=cron, timezone=ZONE), active=True)
            for cron in scheduled.crons
        ],
        concurrency_limit=1, concurrency_options=ConcurrencyOptions(collision_strategy=strategy),
        parameters=dict(scheduled.parameters), description=flow.description, parameter_openapi_schema=schema,
        enforce_parameter_schema=True, entrypoint=f"flows/schedules.py:{flow.fn.__name__}",
    )  # fmt: skip
    return await client.read_deployment(made)


LINES = (*(Line(_Deployed(one).serve) for one in SCHEDULES), automations.LINE, emitting.LINE)


async def run_clock(settings: Settings, *, stop: asyncio.Event | None = None) -> None:
    """Serves the clock until it is told to stop; without Prefect's server the sweep goes on all the same.

    Args:
        settings: the installation's settings; the environment must name Prefect's server.
        stop: once set, what is under way ends at the next point where it can be taken up again.

    Raises:
        StartupError: the environment names no server for Prefect.
    """
    stop = stop or asyncio.Event()
    engine = open_store(app_url(settings), pool_size=2, public_url=settings.public_url)
    sweeping = asyncio.create_task(_sweep_anyway(engine, stop))
    try:
        await run_worker(settings, lines=LINES, stop=stop)
    finally:
        stop.set()
        await sweeping
        engine.dispose()


async def _sweep_anyway(engine: Engine, stop: asyncio.Event) -> None:
    """Sweeps whenever none has come to its end for too long, whatever keeps Prefect from it."""
    begun = clock.now()
    while not stop.is_set():
        with suppress(OperationalError):  # the database is away, and so is everything to sweep
            last = await asyncio.to_thread(last_end, engine, "sweep")
            if clock.now() - max(last or begun, begun) > _PATIENCE:
                await asyncio.to_thread(
                    take_turn, engine, "sweep", lambda: sweep(engine, stop=stop.is_set).report
                )
        await wait(stop, _LOOK)


def main() -> None:
    """Runs the clock of this installation until it is told to stop."""
    run_until_signalled(run_clock)


if __name__ == "__main__":
    main()
