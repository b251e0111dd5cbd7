"""The worker's line of jobs: takes those of a stage from the outbox and runs the stage's flow over them."""

import asyncio

from prefect.client.orchestration import PrefectClient

from documents.rendering import explain
from flows import outbox
from flows.running import AWAY, Workplace, run_here
from flows.stages import FLOWS, Act, acts_of

_RENEWAL = outbox.LEASE.total_seconds() / 4


async def serve(place: Workplace, client: PrefectClient) -> bool:
    """One flow run over the jobs that wait longest, which settles them itself; what it does not come to is given back."""
    claim = await asyncio.to_thread(outbox.claim, place.engine, place.worker)
    if claim is None:
        return False
    renewing = asyncio.create_task(_renew(place, claim))
    try:
        await _run(place, client, claim)
    except AWAY:
        await asyncio.to_thread(outbox.release, place.engine, place.worker, claim.jobs)
        raise
    except Exception as error:  # noqa: BLE001 - one batch that cannot be run must not stop the others
        failed = dict.fromkeys(claim.jobs, explain(error))
        await asyncio.to_thread(outbox.settle, place.engine, place.worker, claim.jobs, failed)
    finally:
        renewing.cancel()
    return True


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
    """The run's name and tags: by stage, and by dossier and agency when it carries one act."""
    if len(acts) != 1:
        return f"{len(acts)} thao tác", [claim.stage.value]
    [act] = acts
    return f"{act.number} {act.action}", [claim.stage.value, act.number, act.agency]
