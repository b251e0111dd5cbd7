"""The audit log: who read, changed or took out what, when, from where and why; each entry chained to the one before."""

import hashlib
from collections.abc import Mapping
from datetime import UTC

from sqlalchemy import BigInteger, Column, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, instant


class AuditEntry(SQLModel, table=True):
    """One request, command or piece of a worker's output. It holds ids and codes only, beside a reason that was given.

    Number, link and digest are set by the database. `objects` are what is named beside dossiers: `document:<id>`.
    """

    __tablename__ = "audit_entry"

    seq: int = Field(sa_column=Column(BigInteger, primary_key=True))
    at: datetime = instant()
    account: UUID | None = None
    agency: str | None = None
    role: str | None = None
    operation: str
    dossiers: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    objects: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    outcome: str
    address: str | None = None
    request: str | None = None
    reason: str | None = None
    previous: str
    digest: str


_HASHED = (
    "seq", "at", "account", "agency", "role", "operation", "dossiers", "objects", "outcome", "address", "request",
    "reason", "previous",
)  # fmt: skip


def digest_of_entry(row: Mapping[str, Any]) -> str:
    """SHA-256 over an entry's fields, each after its length in bytes: what the database must have written."""
    return hashlib.sha256(b",".join(_framed(row[name]) for name in _HASHED)).hexdigest()


def _framed(value: object) -> bytes:
    match value:
        case None:
            return b"-"
        case datetime():
            text = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        case list():
            text = ",".join(map(str, value))
        case _:
            text = str(value)
    said = text.encode()
    return f"{len(said)}:".encode() + said
