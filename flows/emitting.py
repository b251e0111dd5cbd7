"""A line of the worker: hands signals to Prefect's server as events, until it has taken each of them."""

import asyncio
from typing import Any

from prefect.client.orchestration import PrefectClient

from flows import signals
from flows.running import Line, Workplace

_AT_ONCE = 100


async def serve(place: Workplace, client: PrefectClient) -> bool:
    """Emits what waits; a server lost in between is sent the same again, and knows it by its id."""
    rows = await asyncio.to_thread(signals.waiting, place.engine, _AT_ONCE)
    if not rows:
        return False
    answer = await client.request("POST", "/events", json=[_event(row) for row in rows])
    answer.raise_for_status()
    await asyncio.to_thread(signals.emitted, place.engine, [row.id for row in rows])
    return True


LINE = Line(serve)


def _event(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    return {
        "id": str(row.id),
        "event": row.name,
        "occurred": row.created_at.isoformat(),
        "resource": {
            "prefect.resource.id": f"hoso.dossier.{row.dossier}",
            "prefect.resource.name": row.facts["dossier"],
            "hoso.agency": row.agencies[0],
        },
        "related": [
            {"prefect.resource.id": f"hoso.agency.{code}", "prefect.resource.role": "agency"}
            for code in row.agencies
        ],
        "payload": row.facts,
    }
