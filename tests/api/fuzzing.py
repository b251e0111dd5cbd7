"""schemathesis over the running API as one caller: what it found wrong, and every answer it was given."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

_EXPECTED = [
    "2xx",
    "3xx",
    "400",
    "401",
    "403",
    "404",
    "409",
    "412",
    "413",
    "415",
    "422",
    "428",
    "429",
    "501",
    "503",
]
"""What a request that fits the description may be answered: the law, the moment, or the caller's role refuse much."""


_ONCE = {"fill-missing": True, "extra-data-sources": {"responses": False}}
"""Examples are those of the description, not again with each of the fifty agencies that a list has shown."""
_SIGNING_IN = ("/v1/auth/token", "/v1/auth/refresh", "/v1/auth/oidc/callback")
"""Where 401 says nothing of the caller's own token."""
_ENDING = ("/v1/auth/", "/v1/users/")
"""Where the caller may end the very session it asks with."""


class Served:
    """An application that somebody else has started, in which the caller stays signed in whatever it asks for."""

    def __init__(self, app: ASGIApp, sign_in_again: Callable[[], None]) -> None:
        self._app, self._sign_in_again, self._ended = app, sign_in_again, False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes requests on; the start and the end are answered here."""
        if scope["type"] != "lifespan":
            if self._ended:  # only now: the answer before may have been heard before it was over
                await run_in_threadpool(self._sign_in_again)
            self._ended = scope["method"] != "GET" and scope["path"].startswith(_ENDING)
            await self._app(scope, receive, send)
            return
        for message in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{message}.complete"})


@dataclass
class Found:
    """What a run found."""

    faults: dict[str, str] = field(default_factory=dict)
    """One message for each operation and kind of fault."""
    errors: list[str] = field(default_factory=list)
    """What kept schemathesis itself from trying."""
    operations: set[str] = field(default_factory=set)
    statuses: dict[int, int] = field(default_factory=dict)
    leaked: set[str] = field(default_factory=set)
    """Answers in which something stood that this caller may not see, by operation."""
    turned_away: set[str] = field(default_factory=set)
    """Operations that did not know the caller or found it too hasty: what was asked of them proves nothing."""


def fuzz(
    app: ASGIApp,
    description: dict[str, Any],
    headers: Mapping[str, str],
    *,
    only: str,
    examples: int,
    phases: tuple[str, ...],
    sign_in_again: Callable[[], None],
    secrets: tuple[str, ...] = (),
) -> Found:
    """Asks every operation in many ways.

    Args:
        app: started already.
        description: its OpenAPI description.
        headers: the caller's.
        only: a regular expression of operation ids.
        examples: how many random requests each operation gets in a phase.
        phases: of schemathesis.
        sign_in_again: gives the caller's token back its worth.
        secrets: what must stand in no answer, but where the caller named it.
    """
    load_all_checks()
    config = SchemathesisConfig.from_dict(
        {
            "seed": 20261123,
            "workers": 1,
            "continue-on-failure": True,
            "request-timeout": 60,
            "headers": dict(headers),
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "no-shrink": True,
                "database": "none",
            },
            "checks": {"positive_data_acceptance": {"expected-statuses": _EXPECTED}},
            "phases": {
                name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing", "stateful")
            }
            | {"examples": _ONCE | {"enabled": "examples" in phases}},
        }
    )
    schema = schemathesis.openapi.from_dict(description, config=config).include(operation_id_regex=only)
    schema.app = Served(app, sign_in_again)
    found = Found()
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.errors.append(
                f"{getattr(event, 'label', '')}: {event.exception if hasattr(event, 'exception') else event.value}"
            )
        elif isinstance(event, events.ScenarioFinished):
            _record(found, event.recorder, headers, secrets)
    return found


def _record(found: Found, recorder: Any, headers: Mapping[str, str], secrets: tuple[str, ...]) -> None:
    for case_id, interaction in recorder.interactions.items():
        label = recorder.cases[case_id].value.operation.label
        found.operations.add(label)
        if (response := interaction.response) is None:
            continue
        found.statuses[response.status_code] = found.statuses.get(response.status_code, 0) + 1
        if response.status_code in {401, 429} and _was_ours(response.request, headers):
            found.turned_away.add(label)
        text = response.content.decode("utf-8", "replace")
        asked = f"{response.request.url} {response.request.body!r}"
        if any(secret in text and secret not in asked for secret in secrets):
            found.leaked.add(label)
    for label, name, failure in _failures(recorder):
        found.faults.setdefault(f"{label} {name}", failure)


def _was_ours(request: Any, headers: Mapping[str, str]) -> bool:
    """Whether a request had the caller's token, and not one that schemathesis spoilt, where a token is asked for."""
    sent = request.headers.get("Authorization")
    return (
        sent is not None
        and sent == headers.get("Authorization")
        and not urlsplit(request.url).path.startswith(_SIGNING_IN)
    )


def _failures(recorder: Any) -> Iterator[tuple[str, str, str]]:
    for case_id, nodes in recorder.checks.items():
        for node in nodes:
            if node.failure_info is not None:
                case = recorder.cases[case_id].value
                failure = node.failure_info.failure
                said = f"{failure.title}: {failure.message}\n{node.failure_info.code_sample}"
                yield case.operation.label, node.name, said[:1500]
