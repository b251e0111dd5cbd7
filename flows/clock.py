"""The clock's lines: what is due or somebody asked for is run here, and what was missed is made up for."""

import asyncio
import hashlib
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from uuid import UUID
from zoneinfo import ZoneInfo

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
from prefect.client.schemas.schedules import SCHEDULE_TYPES, CronSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import Abort, ObjectNotFound
from prefect.states import Crashed, Pending
from prefect.utilities.callables import parameter_schema
from prefect.utilities.engine import propose_state
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from flows import automations, emitting
from flows.running import Line, Workplace, run_made
from flows.schedules import SCHEDULES, ZONE, Scheduled
from flows.sweep import sweep
from flows.turns import alone, last_end, take_turn
from flows.worker import run_until_signalled, run_worker, wait
from models import clock
from models.postgres import app_url
from models.settings import Settings
from models.store import open_store

_LOOK = 5.0
"""Seconds between two questions to Prefect's server what is to run now."""
_TIDY = 60.0
"""Seconds between two looks for what was missed, and for runs whose process has died."""
_DEAD = timedelta(minutes=1)
"""A run that has begun so long ago and does not hold its turn has died."""
_MOST = 24
"""Missed hours that are made up for one by one, where each is work of its own."""
_PATIENCE = timedelta(minutes=10)
"""When no sweep has ended for so long, it is done without Prefect."""


class _Due:
    """Runs whose hour has come, of every deployment that is served here, asked for once for all of them."""

    def __init__(self) -> None:
        self._runs: dict[UUID, list[FlowRun]] = {}
        self._asking = asyncio.Lock()
        self._ask_at = 0.0

    async def of(self, client: PrefectClient, deployment: DeploymentResponse) -> list[FlowRun]:
        """The deployment's, the oldest first; a work pool's own workers see to those of its deployments."""
        if deployment.work_pool_name:
            return []
        async with self._asking:
            if deployment.id not in self._runs or time.monotonic() >= self._ask_at:
                self._runs = {key: [] for key in (*self._runs, deployment.id)}
                for run in await client.get_scheduled_flow_runs_for_deployments(
                    list(self._runs), scheduled_before=clock.now(), limit=100
                ):
                    assert run.deployment_id  # noqa: S101 - it was asked for by it
                    self._runs[run.deployment_id] = [*self._runs[run.deployment_id], run]
                self._ask_at = time.monotonic() + _LOOK
        found, self._runs[deployment.id] = self._runs[deployment.id], []
        return sorted(found, key=lambda run: (run.expected_start_time or clock.now(), run.id))

    def ask_again(self) -> None:
        """There is a new run."""
        self._ask_at = 0.0


class _Deployed:
    """One deployment, served by this process."""

    def __init__(self, scheduled: Scheduled, due: _Due) -> None:
        self._what = scheduled
        self._due = due
        self._found: DeploymentResponse | None = None
        self._look_at = self._tidy_at = 0.0
        self._asked_until = datetime.min.replace(tzinfo=UTC)

    async def serve(self, place: Workplace, client: PrefectClient) -> bool:
        """Runs what is due, one run after the other; whether there was anything."""
        moment = time.monotonic()
        if moment < self._look_at:
            return False
        self._look_at = moment + _LOOK / 5
        try:
            return await self._look(place, client, moment)
        except ObjectNotFound:  # somebody deleted the deployment, or Prefect's database is a new one
            self._found = None
            return False

    async def _look(self, place: Workplace, client: PrefectClient, moment: float) -> bool:
        tidy = moment >= self._tidy_at
        if self._found is None or tidy:
            self._tidy_at = moment + _TIDY
            self._found = await deploy(client, self._what)
            await self._bury(place, client, self._found)
        await self._schedule(place, client, self._found)
        runs = await self._due.of(client, self._found)
        if runs and not tidy:
            await self._bury(place, client, self._found)
        for run in runs:
            if not place.stop.is_set():
                await self._run(client, run)
        return bool(runs)

    async def _schedule(
        self, place: Workplace, client: PrefectClient, deployment: DeploymentResponse
    ) -> None:
        """Makes the runs whose hour has come, now or while nothing was up; each once, whoever else makes them too.

        Prefect's own scheduler would make the same ones under the same keys. It is not relied upon: with SQLAlchemy 2.1
        that of Prefect 3.8.8 fails, and it never makes up for hours at which it was not up.
        """
        now = clock.now()
        active = [
            one for one in deployment.schedules if one.active and isinstance(one.schedule, CronSchedule)
        ]
        if deployment.paused or not active or self._asked_until >= now.replace(second=0, microsecond=0):
            return
        since = await asyncio.to_thread(last_end, place.engine, self._what.name)
        since = max(since or deployment.created or now, self._asked_until)
        for schedule in active:
            for hour in missed(schedule.schedule, since, now, most=_MOST if self._what.replayed else 1):
                replayed = {"moment": hour.isoformat()} if self._what.replayed else {}
                await client.create_flow_run_from_deployment(
                    deployment.id, parameters={**self._what.parameters, **schedule.parameters, **replayed},
                    idempotency_key=f"scheduled {deployment.id} {schedule.id} {hour}",
                )  # fmt: skip
                self._due.ask_again()
        self._asked_until = now

    async def _run(self, client: PrefectClient, run: FlowRun) -> None:
        """One run in this process, unless another took it, or one of the deployment is under way."""
        try:
            state = await propose_state(client, Pending(), flow_run_id=run.id)
        except Abort:
            return
        if state.is_pending():
            taken = await client.read_flow_run(run.id)
            await run_made(self._what.flow, taken, taken.parameters, name=self._what.name)

    async def _bury(self, place: Workplace, client: PrefectClient, deployment: DeploymentResponse) -> None:
        """Marks runs whose process has died: begun, and nobody has the turn. Until then they would keep others out."""
        unfinished = FlowRunFilterState(
            type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
        )
        begun = await client.read_flow_runs(
            flow_run_filter=FlowRunFilter(state=unfinished),
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=200,
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


def missed(schedule: SCHEDULE_TYPES, since: datetime, until: datetime, *, most: int = 1) -> list[datetime]:
    """The last hours after `since`, up to `until`, at which work should have begun, in order and as the schedule's zone has them."""
    if not isinstance(schedule, CronSchedule):  # an administrator's own, which Prefect's scheduler sees to
        return []
    zone = ZoneInfo(schedule.timezone or "UTC")
    past = CronSim(schedule.cron, until.astimezone(zone) + timedelta(minutes=1), reverse=True)
    hours = takewhile(lambda hour: hour > since, (hour for hour in past if hour <= until))
    return sorted(islice(hours, most))


async def deploy(client: PrefectClient, scheduled: Scheduled) -> DeploymentResponse:
    """The deployment as it stands in Prefect; made or changed only where ours has changed.

    What an administrator has set there meanwhile, as a pause, stays, and so do its runs.
    """
    flow = scheduled.flow
    schema = parameter_schema(flow.fn).model_dump_for_openapi()
    defined = {"crons": scheduled.crons, "parameters": scheduled.parameters, "own": scheduled.own,
               "schema": schema, "description": flow.description}  # fmt: skip
    version = hashlib.sha256(orjson.dumps(defined, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]
    try:
        present = await client.read_deployment_by_name(f"{flow.name}/{scheduled.name}")
    except ObjectNotFound:
        pass
    else:
        if present.version == version or present.work_pool_name:
            return present
    strategy = ConcurrencyLimitStrategy.ENQUEUE if scheduled.own else ConcurrencyLimitStrategy.CANCEL_NEW
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


_DUE = _Due()
LINES = (*(Line(_Deployed(one, _DUE).serve) for one in SCHEDULES), automations.LINE, emitting.LINE)


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
        await run_worker(settings, lines=LINES, program="clock", stop=stop)
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
    run_until_signalled(run_clock, "clock")


if __name__ == "__main__":
    main()
