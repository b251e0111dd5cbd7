"""Bulk tasks: one thing asked for over many items, its progress, and the result of every item."""

from sqlalchemy import ARRAY, Column, ForeignKey, Uuid
from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, identity, instant, json_column


class BulkTask(SQLModel, table=True):
    """An import, an action or a print over many items, claimed under a lease and worked off batch by batch.

    `position` items have a result: `done`, `known` (nothing was to be done, for it had been done before) or `failed`.
    `dossiers` are the items of an action or a print; those of an import stand in the file whose hash is `sha256`.
    `output` is the hash of the file that the task makes. `parameters` hold nothing personal.
    """

    __tablename__ = "bulk_task"

    id: UUID = identity()
    kind: str
    agency: str = Field(foreign_key="agency.code")
    account: UUID = Field(foreign_key="account.id")
    parameters: dict[str, Any] = json_column()
    sha256: str | None = None
    dossiers: list[UUID] | None = Field(default=None, sa_column=Column(ARRAY(Uuid)))
    state: str = "waiting"
    total: int | None = None
    position: int = 0
    done: int = 0
    known: int = 0
    failed: int = 0
    attempts: int = 0
    run_after: datetime = instant()
    lease_until: datetime | None = instant(optional=True)
    worker: str | None = None
    flow_run: str | None = None
    error: str | None = None
    output: str | None = None
    created_at: datetime = instant()
    started_at: datetime | None = instant(optional=True)
    finished_at: datetime | None = instant(optional=True)


class BulkBatch(SQLModel, table=True):
    """The results of some hundreds of a task's items, from position `first` on; written with their effects, once."""

    __tablename__ = "bulk_batch"

    task: UUID = Field(foreign_key="bulk_task.id", primary_key=True)
    first: int = Field(primary_key=True)
    results: list[Any] = json_column()
    recorded_at: datetime = instant()


class ImportedRow(SQLModel, table=True):
    """A row that became a dossier, by a digest of what identifies it: no agency imports it twice."""

    __tablename__ = "imported_row"

    agency: str = Field(foreign_key="agency.code", primary_key=True)
    key: bytes = Field(primary_key=True)
    task: UUID = Field(foreign_key="bulk_task.id")
    line: int
    dossier: UUID = Field(
        sa_column=Column(
            Uuid, ForeignKey("dossier.id", deferrable=True, initially="DEFERRED"), nullable=False, index=True
        )
    )
