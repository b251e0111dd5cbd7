"""What bulk actions and bulk prints do with their dossiers: each is done or refused by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from documents import storage
from documents.case import Signing
from documents.merging import MergedPdf, UnprintableError
from documents.pdf import LibreOffice, LibreOfficeMissingError, PdfError
from documents.printing import print_stored
from documents.rendering import RenderingError
from documents.storage import StorageError
from flows.audit import Entry, record
from flows.batches import Result, Task, Unworkable
from flows.calendars import held
from flows.engine import Act, Actor, act_many
from flows.masking import shown
from flows.refusals import Flaw, Refusal, reasons
from flows.running import workplace
from flows.writing import Done
from models.seeing import visible
from models.store import Scope, unit_of_work
from models.tables import table

ACTS = 200
"""Acts of one transaction."""
PRINTS = 10
"""Dossiers whose papers are made into PDFs in one call."""
_document, _dossier = table("document"), table("dossier")
_Item = TypeVar("_Item")


class ActOnMany:
    """One action with the same facts on each of the task's dossiers."""

    def __init__(self, _engine: Engine, _files: Path, task: Task) -> None:
        self._dossiers, self._asked = task.dossiers, task.parameters
        signing = self._asked.get("signing")
        self._signing = Signing.model_validate(signing) if signing else None

    @property
    def total(self) -> int:
        """How many dossiers."""
        return len(self._dossiers)

    def batches(self, start: int) -> Iterator[Sequence[UUID]]:
        """The dossiers from position `start` on."""
        return _slices(self._dossiers, start, ACTS)

    def do(self, connection: Connection, actor: Actor, batch: Sequence[UUID]) -> list[Result]:
        """Acts on each by the calendar of now."""
        acts = [
            Act(
                dossier, self._asked["action"], self._asked["facts"],
                datetime.fromisoformat(self._asked["occurred_at"]), actor, None, self._asked.get("late_reason"),
                self._asked.get("particulars") or {}, self._signing,
            )
            for dossier in batch
        ]  # fmt: skip
        answers = act_many(connection, acts, held(connection))
        return [_result(dossier, answer) for dossier, answer in zip(batch, answers, strict=True)]

    def finish(self) -> None:
        """Nothing is left to do."""


@dataclass(frozen=True)
class _Printed:
    """What became of one dossier's papers."""

    dossier: UUID
    number: str | None
    flaw: Flaw | None


class PrintOfMany:
    """The papers that an agency's dossiers have been issued, as one PDF: dossier by dossier as asked, then as issued.

    What is void or superseded is left out, and what is masked for the agency. `forms` limits the papers to these forms,
    `documents` to these very papers.
    """

    def __init__(self, engine: Engine, files: Path, task: Task) -> None:
        self._engine, self._files, self._dossiers = engine, files, task.dossiers
        self._scope, self._forms = (
            Scope(task.agency, task.account, fields="needed"),
            task.parameters.get("forms"),
        )
        self._only = task.parameters.get("documents")
        self._office = _ready(workplace.get().office)
        self._named = [f"task:{task.id}"]

    @property
    def total(self) -> int:
        """How many dossiers."""
        return len(self._dossiers)

    def batches(self, start: int) -> Iterator[Sequence[_Printed]]:
        """The dossiers from position `start` on, their PDFs made: that takes seconds, which no transaction waits for."""
        for batch in _slices(self._dossiers, start, PRINTS):
            yield self._print(batch)

    def do(self, connection: Connection, actor: Actor, batch: Sequence[_Printed]) -> list[Result]:
        """Says what was printed, also in the audit log; the PDFs are kept under their documents for a second print."""
        printed = [one.dossier for one in batch if one.flaw is None]
        entry = Entry("bulk print", "ok", actor.account, actor.agency, actor.role, printed, self._named)
        record(connection, entry)
        return [
            Result(str(one.dossier), "failed", number=one.number, flaws=[one.flaw])
            if one.flaw
            else Result(str(one.dossier), "done", one.dossier, one.number)
            for one in batch
        ]

    def finish(self) -> str | None:
        """Binds all PDFs into one file; None when there is not one page."""
        found, order = self._documents(self._dossiers), list[UUID]()
        merged = MergedPdf(self._files)
        try:
            for dossier in self._dossiers:
                for document in found.get(dossier, ()):
                    try:
                        [sha256] = self._pdfs([document]).values()
                        merged.add(document, storage.load(self._files, sha256))
                    except (PdfError, RenderingError, StorageError, UnprintableError):
                        continue  # its dossier's result says so
                    order.append(document)
            return storage.store_file(self._files, merged.finish(order)) if order else None
        finally:
            merged.close()

    def _print(self, batch: Sequence[UUID]) -> list[_Printed]:
        found, numbers = self._documents(batch), self._numbers(batch)
        everything = [document for documents in found.values() for document in documents]
        try:
            self._pdfs(everything)
        except (PdfError, RenderingError, StorageError):
            flaws = {dossier: self._flaw(documents) for dossier, documents in found.items()}
        else:
            flaws = {}
        unknown = Flaw("not_found", "dossiers", "không có hồ sơ này", "there is no such dossier")
        return [
            _Printed(one, numbers.get(one), flaws.get(one) if one in numbers else unknown) for one in batch
        ]

    def _flaw(self, documents: Sequence[UUID]) -> Flaw | None:
        """Why one dossier's papers cannot be printed; one broken paper stops no other dossier."""
        try:
            self._pdfs(documents)
        except PdfError as error:
            return Flaw("no_pdf", "documents", error.vietnamese, error.english)
        except (RenderingError, StorageError) as error:
            vietnamese, _, english = str(error).partition(" / ")
            return Flaw("no_pdf", "documents", vietnamese, english or vietnamese)
        return None

    def _pdfs(self, documents: Sequence[UUID]) -> Mapping[UUID, str]:
        return (
            print_stored(self._engine, self._files, self._office, documents, self._scope) if documents else {}
        )

    def _documents(self, dossiers: Sequence[UUID]) -> dict[UUID, list[UUID]]:
        """The valid papers of dossiers the agency sees, in the order they were issued."""
        asked = (
            select(_document.c.dossier, _document.c.id, _document.c.form, _document.c.agency)
            .where(_document.c.dossier.in_(dossiers), _document.c.state == "issued")
            .order_by(_document.c.issued_on, _document.c.register_name, _document.c.number, _document.c.form)
        )
        if self._forms is not None:
            asked = asked.where(_document.c.form.in_(self._forms))
        if self._only is not None:
            asked = asked.where(_document.c.id.in_(map(UUID, self._only)))
        found: dict[UUID, list[UUID]] = {}
        with unit_of_work(self._engine, self._scope) as connection:
            rows = connection.execute(asked.where(visible(connection, "document.dossier"))).all()
            about = shown(connection, dossiers)
        for row in rows:
            of = about[row.dossier]
            if not of.masks.of_document(row.form, minor=of.minor, by=row.agency):
                found.setdefault(row.dossier, []).append(row.id)
        return found

    def _numbers(self, dossiers: Sequence[UUID]) -> dict[UUID, str]:
        asked = select(_dossier.c.id, _dossier.c.number).where(_dossier.c.id.in_(dossiers))
        with unit_of_work(self._engine, self._scope) as connection:
            seen = asked.where(visible(connection, "dossier.id"))
            return {row.id: row.number for row in connection.execute(seen)}


def _ready(office: LibreOffice | None) -> LibreOffice:
    try:
        if office is not None and office.program:
            return office
    except LibreOfficeMissingError as error:
        raise Unworkable(error.vietnamese, error.english) from error
    raise Unworkable("tiến trình này không có LibreOffice", "this process has no LibreOffice")


def _slices(items: Sequence[_Item], start: int, size: int) -> Iterator[Sequence[_Item]]:
    for first in range(start, len(items), size):
        yield items[first : first + size]


def _result(dossier: UUID, answer: Done | Refusal) -> Result:
    if isinstance(answer, Done):
        return Result(str(dossier), "done", dossier, answer.state.number)
    return Result(str(dossier), "failed", flaws=reasons(answer))
