"""Drafts: what somebody has typed is kept on the server while they type, and stands in the form again when they return."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from models.clock import now
from models.store import Scope, Store, unit_of_work
from models.tables import table

_draft = table("draft")
_KEY = re.compile(r"([a-z0-9_-]{1,60})\.([0-9a-f-]{36})")
_LONGEST = 200_000
"""Characters of a draft; a form of acts has a few thousand."""


class Key(NamedTuple):
    """Which form of which subject a draft is of, such as `act-compile` of a dossier."""

    kind: str
    subject: UUID

    def __str__(self) -> str:
        return f"{self.kind}.{self.subject}"


def key_of(text: str) -> Key | None:
    """The key that stands in an address or a form; None when it is none."""
    found = _KEY.fullmatch(text)
    try:
        return Key(found[1], UUID(found[2])) if found else None
    except ValueError:
        return None


def typed(fields: Mapping[str, object]) -> dict[str, str]:
    """What was typed into a form: no files, nothing of the form's own, no passwords."""
    return {
        name: value
        for name, value in fields.items()
        if isinstance(value, str) and value and not name.startswith("_") and "password" not in name
    }


def save(store: Store, account: UUID, key: Key, body: Mapping[str, str]) -> bool:
    """Keeps a draft in the place of the one before, unless it is too long; an empty one is none."""
    if sum(map(len, body.values())) > _LONGEST:
        return False
    with unit_of_work(store, Scope("", account)) as connection:
        if not body:
            erase(connection, account, key)
            return True
        row = {
            "account": account, "kind": key.kind, "subject": key.subject, "body": dict(body), "saved_at": now(),
        }  # fmt: skip
        kept = insert(_draft).values(row)
        latest = {name: kept.excluded[name] for name in ("body", "saved_at")}
        connection.execute(
            kept.on_conflict_do_update(index_elements=["account", "kind", "subject"], set_=latest)
        )
    return True


def read(store: Store, account: UUID, key: Key) -> dict[str, str]:
    """What was typed and not sent; nothing where there is no draft."""
    with unit_of_work(store, Scope("", account)) as connection:
        found = connection.execute(select(_draft.c.body).where(*_mine(account, key))).scalar_one_or_none()
    return dict(found or {})


class Begun(NamedTuple):
    """A draft among others of its kind."""

    subject: UUID
    body: dict[str, str]
    saved_at: datetime


def of_kind(store: Store, account: UUID, kind: str) -> list[Begun]:
    """An account's drafts of a kind, the latest first."""
    asked = select(_draft.c.subject, _draft.c.body, _draft.c.saved_at).where(
        _draft.c.account == account, _draft.c.kind == kind
    )
    with unit_of_work(store, Scope("", account)) as connection:
        return [Begun(*row) for row in connection.execute(asked.order_by(_draft.c.saved_at.desc()).limit(20))]


def erase(connection: Connection, account: UUID, key: Key) -> None:
    """Forgets a draft: it was sent, or its owner wants it no more."""
    connection.execute(delete(_draft).where(*_mine(account, key)))


def _mine(account: UUID, key: Key) -> tuple[ColumnElement[bool], ...]:
    return _draft.c.account == account, _draft.c.kind == key.kind, _draft.c.subject == key.subject
