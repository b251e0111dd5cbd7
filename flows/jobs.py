"""The worker's line of jobs: takes those of a stage from the outbox and runs the stage's flow over them."""

import asyncio

from prefect.client.orchestration import PrefectClient

from documents.rendering import explain
from flows import outbox
from flows.running import AWAY, Workplace, bury_runs, run_here
from flows.stages import FLOWS, Act, acts_of
from models import logs
from models.law.words import STAGE_NAMES

_log = logs.logger("hoso.jobs")
_RENEWAL = outbox.LEASE.total_seconds() / 4


async def serve(place: Workplace, client: PrefectClient) -> bool:
    """One flow run over the jobs that wait longest, which settles them itself; what it does not come to is given back."""
    await _take_over(place, client)
    claim = await asyncio.to_thread(outbox.claim, place.engine, place.worker)
    if claim is None:
        return False
    with logs.about(stage=claim.stage, jobs=claim.jobs, requests=claim.requests):
        await _work_off(place, client, claim)
    return True


async def _work_off(place: Workplace, client: PrefectClient, claim: outbox.Claim) -> None:
    renewing = asyncio.create_task(_renew(place, claim))
    try:
        await _run(place, client, claim)
    except AWAY:
        await asyncio.to_thread(outbox.release, place.engine, place.worker, claim.jobs)
        raise
    except Exception as error:  # noqa: BLE001 - one batch that cannot be run must not stop the others
        _log.error("jobs failed", exc_info=error)
        failed = dict.fromkeys(claim.jobs, explain(error))
        await asyncio.to_thread(outbox.settle, place.engine, place.worker, claim.jobs, failed)
    finally:
        renewing.cancel()


async def _take_over(place: Workplace, client: PrefectClient) -> None:
    """Frees what a dead worker held, wherever it was; only once Prefect shows its runs as what they are."""
    stopped = await asyncio.to_thread(outbox.expired, place.engine)
    if stopped:
        await bury_runs(place, client, {run for run in stopped.values() if run})
        await asyncio.to_thread(outbox.count_stopped, place.engine, list(stopped))


async def _run(place: Workplace, client: PrefectClient, claim: outbox.Claim) -> None:
    name, tags = _label(claim, await asyncio.to_thread(acts_of, place.engine, claim.jobs))

    def started(run: str) -> None:
        outbox.assign(place.engine, place.worker, claim.jobs, run)

    await run_here(
        client, FLOWS[claim.stage], {"jobs": list(claim.jobs)}, name=name, tags=tags, started=started
    )


async def _renew(place: Workplace, claim: outbox.Claim) -> None:
    while True:
        await asyncio.sleep(_RENEWAL)
        await asyncio.to_thread(outbox.renew, place.engine, place.worker, claim.jobs)


def _label(claim: outbox.Claim, acts: list[Act]) -> tuple[str, list[str]]:
    """The run's name and tags: by stage, and by dossier and agency when it carries one."""
    numbers, agencies = {act.number for act in acts}, {act.agency for act in acts}
    tags = [claim.stage.value, *(one for found in (numbers, agencies) if len(found) == 1 for one in found)]
    stage = STAGE_NAMES[claim.stage]
    what = f"{acts[0].number} · {acts[0].action}" if len(acts) == 1 else f"{len(acts)} thao tác"
    return f"{stage[0].upper()}{stage[1:]} · {what}", tags
