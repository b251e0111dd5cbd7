"""What a form has sent: acted on once however often it comes, and its draft forgotten with that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple, TypeVar

import orjson
from fastapi import Depends, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from sqlalchemy import Connection
from starlette.datastructures import UploadFile

from api.board import drafts
from api.board.visits import ActorDep, FieldsDep, Visit, VisitDep
from api.errors import Problem, of_validation, problem_of
from api.idempotency import Answer, Once
from flows.engine import Actor
from flows.refusals import Refusal
from models.store import Scope


class Gone(NamedTuple):
    """Where a form leads once it has acted, and what is said there."""

    path: str
    message: str = ""
    values: dict[str, object] = {}  # noqa: RUF012 - never changed
    secret: str = ""
    """What is told this once, such as a one-time password: shown where it leads, until it is written down."""


class _Kept(BaseModel):
    path: str
    message: str
    values: dict[str, str | int]
    secret: str = ""


M = TypeVar("M", bound=BaseModel)
SECRET, KEPT = "hoso_secret", 600
"""The cookie that holds a new secret, sealed, until it is written down; and for how many seconds."""


def checked(model: type[M], values: Mapping[str, Any]) -> M:
    """What was typed, as the API's own model takes it.

    Raises:
        Problem: 422 naming each field by its path.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        flaws = [{**flaw, "loc": ("body", *flaw["loc"])} for flaw in error.errors()]
        raise of_validation(RequestValidationError(flaws)) from None


@dataclass
class Sent:
    """What somebody has sent by a form of the board."""

    visit: Visit
    actor: Actor
    fields: dict[str, str]
    files: dict[str, UploadFile]
    key: str | None
    draft: drafts.Key | None
    problem: Problem | None = field(default=None, init=False)
    """Why it was not done, after `once` answered None."""

    def once(
        self, write: Callable[[Connection], Gone], content: object = None, scope: Scope | None = None
    ) -> Response | None:
        """Does what the form asks for in one transaction, and leads on; a form that comes again is only led on.

        Args:
            write: does it in the unit of work it is given, and says where to go then.
            content: what is asked for, where the fields do not say it all (files by their hashes).
            scope: of the transaction, where it is not the actor's.

        Returns:
            The redirection; None when it was refused, with `problem` saying why: the page is to be shown again.
        """

        def kept(connection: Connection) -> Answer:
            gone = write(connection)
            if self.draft:
                drafts.erase(connection, self.actor.account, self.draft)
            values = {
                name: value if isinstance(value, int) else str(value) for name, value in gone.values.items()
            }
            body = _Kept(path=gone.path, message=gone.message, values=values, secret=gone.secret)
            return Answer(body, secret=bool(gone.secret))

        once = Once(self.visit.request, self.actor, scope or self.actor.scope, self.key)
        try:
            answer = once([self.fields, content], kept)
        except (Problem, Refusal) as error:
            self.problem = problem_of(error, self.visit.request)
            return None
        done = orjson.loads(bytes(answer.body))
        led = self.visit.go(done["path"], done["message"], **done["values"])
        if done.get("secret"):
            whose = {"account": str(self.actor.account), "path": done["path"], "secret": done["secret"]}
            self.visit.seal(led, SECRET, whose, KEPT)
        return led


def told_once(visit: Visit, actor: Actor) -> str | None:
    """The secret that this page was led to with, if it is not written down yet."""
    kept = visit.unsealed(SECRET) or {}
    mine = (kept.get("account"), kept.get("path")) == (str(actor.account), visit.request.url.path)
    return str(kept["secret"]) if mine else None


def sent(visit: VisitDep, actor: ActorDep, fields: FieldsDep) -> Sent:
    """What the form of somebody signed in has sent."""
    texts = {
        name: value for name, value in fields.items() if isinstance(value, str) and not name.startswith("_")
    }
    files = {name: value for name, value in fields.items() if isinstance(value, UploadFile)}
    key, draft = fields.get("_key"), drafts.key_of(str(fields.get("_draft", "")))
    plain = isinstance(key, str) and 0 < len(key) <= 200 and key.isascii() and key.isprintable()
    return Sent(visit, actor, texts, files, str(key) if plain else None, draft)


SentDep = Annotated[Sent, Depends(sent)]
