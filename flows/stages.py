"""The flows of the stages: what follows an act, done for one act or for many of the same stage.

Each flow takes jobs of the outbox and may be repeated at any point: a document is rendered once, a notice is told once,
and a job is settled once, because our own rows say so. Parameters, artifacts and messages carry ids and numbers only.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from prefect import Flow, flow, task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Connection, Engine, select

from documents.rendering import explain, render_many
from flows import outbox
from flows.ladder import LimitAlert, alerts_of, climb
from flows.notices import tell_of_acts, tell_of_the_held
from flows.running import Workplace, workplace
from flows.signals import signal_acts
from models.law.limits import TIMEZONE
from models.law.schema import Stage
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

_job, _event, _dossier, _document = table("job"), table("event"), table("dossier"), table("document")
_SCOPE = Scope(SYSTEM)


@dataclass(frozen=True)
class Act:
    """One act of a job, by ids and numbers."""

    job: int
    event: UUID
    dossier: UUID
    number: str
    action: str
    agency: str


@dataclass
class Rendered:
    """Documents handled, as lines of the report, and why some could not be rendered, by event."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)  # dossier, form, number or id
    failed: dict[UUID, str] = field(default_factory=dict)


class StageIncompleteError(RuntimeError):
    """Some acts of a run could not be finished; the others were."""


def acts_of(engine: Engine, jobs: Sequence[int]) -> list[Act]:
    """The acts that jobs consist of, in the order of the jobs."""
    with unit_of_work(engine, _SCOPE) as connection:
        rows = connection.execute(
            select(_job.c.id, _job.c.events).where(_job.c.id.in_(jobs)).order_by(_job.c.id)
        )
        jobs_by_event = {UUID(event): row.id for row in rows for event in row.events}
        found = connection.execute(
            select(_event.c.id, _event.c.dossier, _event.c.action, _event.c.agency, _dossier.c.number)
            .join(_dossier, _dossier.c.id == _event.c.dossier)
            .where(_event.c.id.in_(jobs_by_event))
        )
        acts = {
            row.id: Act(jobs_by_event[row.id], row.id, row.dossier, row.number, row.action, row.agency)
            for row in found
        }
    return [acts[event] for event in jobs_by_event]


@task(
    name="Lập văn bản", retries=2, retry_delay_seconds=[1, 5], timeout_seconds=600,
    cache_policy=NO_CACHE, persist_result=False,
)  # fmt: skip
async def render_documents(events: list[UUID]) -> Rendered:
    """Renders the documents of these acts that have no file yet; one broken document does not stop the others."""
    return await asyncio.to_thread(_render_all, workplace.get(), events)


@task(
    name="Kiểm tra thời hạn", retries=2, retry_delay_seconds=[1, 5], timeout_seconds=60,
    cache_policy=NO_CACHE, persist_result=False,
)  # fmt: skip
async def check_limits(dossiers: list[UUID]) -> list[LimitAlert]:
    """Tells who must act of open limits that are near their end or past it."""
    return await asyncio.to_thread(_in_transaction, _check_limits, workplace.get(), dossiers)


@task(
    name="Cảnh báo người còn bị quản lý", retries=2, retry_delay_seconds=[1, 5], timeout_seconds=60,
    cache_policy=NO_CACHE, persist_result=False,
)  # fmt: skip
async def watch_the_held(dossiers: list[UUID]) -> int:
    """Tells everyone concerned of persons who must be released; the number of new notices."""
    return await asyncio.to_thread(_in_transaction, tell_of_the_held, workplace.get(), dossiers)


@task(
    name="Thông báo", retries=2, retry_delay_seconds=[1, 5], timeout_seconds=60,
    cache_policy=NO_CACHE, persist_result=False,
)  # fmt: skip
async def notify_agencies(events: list[UUID]) -> int:
    """Tells the agencies concerned what was done; the number of new notices."""
    return await asyncio.to_thread(_in_transaction, _tell_of_acts, workplace.get(), events)


async def handle(stage: Stage, jobs: list[int]) -> None:
    """What every stage's flow does; our tables have the result before Prefect is told.

    Raises:
        StageIncompleteError: some acts could not be finished; their jobs will be tried again, or are parked.
        Exception: whatever stopped the run as a whole; all its jobs count a failure.
    """
    place = workplace.get()
    acts = await asyncio.to_thread(acts_of, place.engine, jobs)
    events = [act.event for act in acts]
    try:
        rendered = await render_documents(events)
        dossiers = sorted({act.dossier for act in acts})
        alerts = await check_limits(dossiers)
        told = await notify_agencies(events) + await watch_the_held(dossiers)
    except Exception as error:
        await asyncio.to_thread(
            outbox.settle, place.engine, place.worker, jobs, dict.fromkeys(jobs, explain(error))
        )
        raise
    failed = {act.job: rendered.failed[act.event] for act in acts if act.event in rendered.failed}
    await asyncio.to_thread(outbox.settle, place.engine, place.worker, jobs, failed)
    await acreate_markdown_artifact(
        _report(stage, acts, rendered, alerts, told), key=stage.replace("_", "-"), description=TITLES[stage]
    )
    if failed:
        raise StageIncompleteError("; ".join(f"việc {job}: {reason}" for job, reason in failed.items()))


def _stage_flow(stage: Stage, title: str) -> Flow[[list[int]], Coroutine[Any, Any, None]]:
    @flow(name=stage.value, description=title, persist_result=False)
    async def stage_flow(jobs: list[int]) -> None:
        await handle(stage, jobs)

    return stage_flow


TITLES: Mapping[Stage, str] = {
    Stage.police_collection: "Công an thu thập tài liệu và lập hồ sơ đề nghị",
    Stage.health_determination: "Cơ sở y tế xác định tình trạng nghiện ma túy",
    Stage.justice_review: "Kiểm tra tính pháp lý của hồ sơ đề nghị",
    Stage.court_decision: "Tòa án xem xét, quyết định",
    Stage.execution: "Thi hành quyết định của Tòa án",
    Stage.after_care: "Quản lý sau cai nghiện ma túy",
    Stage.closed: "Việc sau khi hồ sơ đã đóng",
}
FLOWS: Mapping[Stage, Flow[[list[int]], Coroutine[Any, Any, None]]] = {
    stage: _stage_flow(stage, f"{title}: lập văn bản, kiểm tra thời hạn và thông báo sau mỗi thao tác")
    for stage, title in TITLES.items()
}
"""One flow for each stage; what is still to do after a closed dossier's last acts has one too."""


def _in_transaction(tell: Callable[..., Any], place: Workplace, ids: list[UUID]) -> Any:  # noqa: ANN401 - as `tell` returns
    with unit_of_work(place.engine, _SCOPE) as connection:
        return tell(connection, ids)


def _tell_of_acts(connection: Connection, events: list[UUID]) -> int:
    signal_acts(connection, events)
    return tell_of_acts(connection, events)


def _check_limits(connection: Connection, dossiers: list[UUID]) -> list[LimitAlert]:
    climb(connection, dossiers=dossiers, at_most=None)
    return alerts_of(connection, dossiers)


def _render_all(place: Workplace, events: list[UUID]) -> Rendered:
    with unit_of_work(place.engine, _SCOPE) as connection:
        documents = connection.execute(
            select(
                _document.c.id,
                _document.c.event,
                _document.c.form,
                _document.c.number_text,
                _dossier.c.number,
            )
            .join(_dossier, _dossier.c.id == _document.c.dossier)
            .where(_document.c.event.in_(events))
            .order_by(_dossier.c.number, _document.c.form)
        ).all()
    flaws = render_many(place.engine, place.files, [row.id for row in documents], _SCOPE)
    rendered = Rendered()
    for row in documents:
        if row.id in flaws:
            rendered.failed[row.event] = str(flaws[row.id])
        else:
            rendered.lines.append((row.number, row.form, row.number_text or str(row.id)))
    return rendered


def _report(stage: Stage, acts: list[Act], rendered: Rendered, alerts: list[LimitAlert], told: int) -> str:
    states = {"due_soon": "sắp hết", "overdue": "quá hạn", "ended": "đã hết"}
    limits = [
        (alert.dossier, alert.rule, f"{alert.due.astimezone(TIMEZONE):%H:%M %d/%m/%Y}", states[alert.state],
         ", ".join(alert.agencies))
        for alert in alerts
    ]  # fmt: skip
    broken = [
        (act.number, act.action, rendered.failed[act.event]) for act in acts if act.event in rendered.failed
    ]
    return "\n\n".join([
        f"# {TITLES[stage]}",
        f"{len(acts)} thao tác, {len(rendered.lines)} văn bản, {len(alerts)} thời hạn cần chú ý, {told} thông báo mới.",
        *_table("Văn bản", ("Hồ sơ", "Mẫu", "Số, ký hiệu hoặc mã"), rendered.lines),
        *_table("Chưa lập được", ("Hồ sơ", "Thao tác", "Lý do"), broken),
        *_table("Thời hạn", ("Hồ sơ", "Thời hạn", "Hết lúc", "Tình trạng", "Cơ quan phải làm"), limits),
    ])  # fmt: skip


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    if not rows:
        return []
    lines = [headings, ["---"] * len(headings), *rows]
    return [f"## {title}", "\n".join(f"| {' | '.join(line)} |" for line in lines)]
