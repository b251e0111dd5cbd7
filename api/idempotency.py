"""Idempotency keys: the same key and body get the first answer again, and nothing is done twice.

The key's row is inserted first, in the very transaction of the act. A second request with the key waits at that row
until the first transaction ends: if it committed, the stored answer is there to repeat; if it failed or the process
died, row and act are gone together and the second one is the first. A refusal wrote nothing and is not stored: asked
again, it is judged anew. With or without a key, a write commits only when its answer is ready.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from api.dependencies import CalendarKeeperDep, CurrentActor, Parts
from api.errors import Fault, Problem, Said
from api.json_response import JSONResponse
from flows.engine import Actor
from models.box import seal, unseal
from models.clock import now
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

_answer = table("stored_answer")
Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x20-\x7e]+$",
        examples=["018f2f6e-7a54-7cc1-b2a5-0a4c6a1d2f10"],
        description="Khóa chống lặp: gửi lại cùng khóa và cùng nội dung thì nhận lại kết quả đầu tiên · "
        "the same key and body get the first answer again",
    ),
]


@dataclass(frozen=True)
class Answer:
    """What a write answers."""

    body: BaseModel
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    secret: bool = False
    """Whether the body holds a secret, and is kept sealed for whoever asks again with the key."""


class Once:
    """A write in one transaction with its answer, under the request's idempotency key if it has one."""

    def __init__(self, request: Request, actor: Actor, scope: Scope, key: str | None) -> None:
        self._target = f"{request.method} {request.url.path}?{request.url.query}"
        self._actor, self._scope, self._key = actor, scope, key
        parts: Parts = request.app.state.parts
        self._engine, self._settings = parts.engine, parts.settings

    def __call__(self, content: object, write: Callable[[Connection], Answer]) -> JSONResponse:
        """Does the write, or repeats the answer of the first one with this key.

        Args:
            content: what the request asks for, as JSON types; the same key may only ask for the same.
            write: does it, in the unit of work it is given.

        Raises:
            Problem: 409 when the key came with something else before.
        """
        asked = orjson.dumps([self._target, content], option=orjson.OPT_SORT_KEYS)
        digest = hashlib.sha256(asked).hexdigest()
        with unit_of_work(self._engine, self._scope, planned_once=True) as connection:
            if self._key is not None and not self._claim(connection, digest):
                return self._repeat(connection, digest)
            answer = write(connection)
            body = answer.body.model_dump(mode="json")
            if self._key is not None:
                kept = (
                    {"sealed": seal(self._settings, orjson.dumps(body).decode())} if answer.secret else body
                )
                values = {"status": answer.status, "headers": answer.headers, "body": kept}
                connection.execute(update(_answer).where(*self._row).values(**values))
        return JSONResponse(body, answer.status, answer.headers)

    @property
    def _row(self) -> tuple[Any, Any]:
        return _answer.c.account == self._actor.account, _answer.c.key == self._key

    def _claim(self, connection: Connection, digest: str) -> bool:
        """Whether the key is new; waits for a transaction that has it under way."""
        row = {
            "account": self._actor.account,
            "key": self._key,
            "request_digest": digest,
            "created_at": now(),
        }
        claimed = insert(_answer).values(**row).on_conflict_do_nothing().returning(_answer.c.key)
        return connection.execute(claimed).one_or_none() is not None

    def _repeat(self, connection: Connection, digest: str) -> JSONResponse:
        row = connection.execute(select(_answer).where(*self._row)).one()
        if row.request_digest != digest:
            said = Said(
                "Khóa này đã dùng cho một yêu cầu khác", "This key was used for another request before"
            )
            fault = Fault("idempotency_conflict", said, "Idempotency-Key")
            raise Problem(409, "idempotency_conflict", Said("Trùng khóa", "Key conflict"), [fault])
        body = row.body
        if set(body) == {"sealed"}:
            body = orjson.loads(unseal(self._settings, body["sealed"]))
        return JSONResponse(body, row.status, {**row.headers, "Idempotency-Replayed": "true"})


async def once(request: Request, actor: CurrentActor, idempotency_key: Key = None) -> Once:
    """A write on behalf of the caller."""
    return Once(request, actor, actor.scope, idempotency_key)


async def once_for_all(request: Request, actor: CalendarKeeperDep, idempotency_key: Key = None) -> Once:
    """A write that concerns every dossier, by those who keep the calendar."""
    return Once(request, actor, Scope(SYSTEM, actor.account), idempotency_key)


OnceDep = Annotated[Once, Depends(once)]
OnceForAllDep = Annotated[Once, Depends(once_for_all)]
