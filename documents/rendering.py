"""Rendering: an issued document's frozen content becomes its file, once, by whoever needs it first."""

import hashlib
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError
from sqlalchemy import Engine, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB

from documents import storage
from documents.case import MissingValue
from documents.forms import all_forms
from documents.seal import Seal
from documents.storage import StorageError
from models import clock, metrics
from models.seeing import visible
from models.store import SYSTEM, Scope, after_commit, unit_of_work
from models.tables import table

_document = table("document")
_TOGETHER = 10
"""Documents read and recorded at a time."""
_DISK = 2
"""Threads that store files, which is mostly waiting for the disk."""
_COLUMNS = ("id", "form", "context", "context_digest", "verify_code", "verify_url", "sha256")

_FIRST = text("""
    WITH made AS MATERIALIZED (
        SELECT document.id, new.sha256, new.size
        FROM document JOIN jsonb_to_recordset(:made) AS new (id uuid, sha256 text, size bigint) USING (id)
        WHERE document.sha256 IS NULL ORDER BY document.id FOR UPDATE OF document
    ) UPDATE document SET sha256 = made.sha256, size = made.size, rendered_at = :moment
    FROM made WHERE document.id = made.id
""").bindparams(bindparam("made", type_=JSONB))

MARKS: Mapping[str, str] = {"void": "ĐÃ HỦY", "superseded": "ĐÃ THAY THẾ"}
"""What stands across every page of a copy of a document that is no longer valid, by its state."""


class UnknownDocumentError(LookupError):
    """There is no such document, or the scope may not see it: the two look the same."""


@dataclass
class RenderingError(RuntimeError):
    """The document's file cannot be made; the reason carries no personal data."""

    document: UUID
    form: str
    reason: str

    def __str__(self) -> str:
        return f"mẫu {self.form}, văn bản {self.document}: {self.reason}"


def render_stored(engine: Engine, files: Path, document: UUID, scope: Scope) -> bytes:
    """The document's Word file: rendered and recorded at the first call, the same bytes ever after.

    A file that is missing here, because another machine rendered it or a disk was lost, is rendered again and must
    turn out the same. Only the document's hash, size and time of rendering are written, and never a second time.

    Args:
        engine: the application's store.
        files: the folder of files.
        document: its id.
        scope: on whose behalf it is read.

    Raises:
        UnknownDocumentError: there is no such document for this scope.
        RenderingError: the form is broken, the content is erased or altered, or the result differs from the record.
        StorageError: the stored file is damaged.
    """
    [row] = _read(engine, [document], scope)
    if row.sha256 is not None:
        try:
            return storage.load(files, row.sha256)
        except storage.FileMissingError:
            if row.context is None:
                raise
    content = _render(row)
    sha256 = storage.store(files, content)
    known = row.sha256 or _record(engine, {document: (sha256, len(content))})[document]
    _same(row, sha256, known)
    return content


def render_many(
    engine: Engine, files: Path, documents: Sequence[UUID], scope: Scope
) -> dict[UUID, RenderingError | StorageError]:
    """What `render_stored` does, for many documents: some are read and recorded together, and stored while others are rendered.

    Args:
        engine: the application's store.
        files: the folder of files.
        documents: their ids.
        scope: on whose behalf they are read.

    Returns:
        Why a file could not be made, for each document of which there is none now; the others have theirs.
    """
    flaws: dict[UUID, RenderingError | StorageError] = {}
    with ThreadPoolExecutor(_DISK) as disk:
        for start in range(0, len(documents), _TOGETHER):
            flaws |= _some(engine, files, documents[start : start + _TOGETHER], scope, disk)
    return flaws


def _some(
    engine: Engine, files: Path, documents: Sequence[UUID], scope: Scope, disk: Executor
) -> dict[UUID, RenderingError | StorageError]:
    flaws: dict[UUID, RenderingError | StorageError] = {}
    stored: dict[UUID, tuple[Any, Future[str], int]] = {}
    for row in _read(engine, documents, scope):
        try:
            if row.sha256 is None or not _kept(files, row):
                content = _render(row)
                stored[row.id] = row, disk.submit(storage.store, files, content), len(content)
        except (RenderingError, StorageError) as error:
            flaws[row.id] = error
    made = {document: (storing.result(), size) for document, (_row, storing, size) in stored.items()}
    known = _record(engine, made)
    for document, (row, _storing, _size) in stored.items():
        try:
            _same(row, made[document][0], known[document])
        except RenderingError as error:
            flaws[document] = error
    return flaws


def _kept(files: Path, row: Any) -> bool:  # noqa: ANN401 - a row of the document table
    """Whether the file is there, and sound; one that is missing can be made again while its content is known."""
    try:
        storage.load(files, row.sha256)
    except storage.FileMissingError:
        if row.context is None:
            raise
        return False
    return True


def _same(row: Any, sha256: str, known: str) -> None:  # noqa: ANN401 - a row of the document table
    if known != sha256:
        raise RenderingError(row.id, row.form, f"cho kết quả {sha256[:12]}, khác với {known[:12]} đã ghi")


def explain(error: BaseException) -> str:
    """What kind of error it is and where it arose, without its message, which may quote personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return type(error).__name__ + where


def _read(engine: Engine, documents: Sequence[UUID], scope: Scope) -> Sequence[Any]:
    columns = (_document.c[name] for name in _COLUMNS)
    with unit_of_work(engine, scope) as connection:
        seen = visible(connection, "document.dossier")
        rows = connection.execute(select(*columns).where(_document.c.id.in_(documents), seen)).all()
    if missing := set(documents) - {row.id for row in rows}:
        named = ", ".join(map(str, missing))
        raise UnknownDocumentError(f"không có văn bản {named} / no document {named}")
    return rows


def _record(engine: Engine, made: Mapping[UUID, tuple[str, int]]) -> dict[UUID, str]:
    """Records results, by document hash and size, unless somebody else was first; the hashes that stand then.

    Whoever asked may only read: the system records. Rows are locked in order of id, so that nobody waits in a ring.
    """
    if not made:
        return {}
    rows = [{"id": document, "sha256": sha256, "size": size} for document, (sha256, size) in made.items()]
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        new = connection.execute(_FIRST, {"made": rows, "moment": clock.now()}).rowcount
        after_commit(connection, lambda: metrics.renders.labels("rendered").inc(new))
        known = select(_document.c.id, _document.c.sha256).where(_document.c.id.in_(made))
        return {row.id: row.sha256 for row in connection.execute(known)}


def _render(row: Any) -> bytes:  # noqa: ANN401 - a row of the document table
    try:
        return _filled(row)
    except RenderingError:
        metrics.renders.labels("failed").inc()
        raise


def _filled(row: Any) -> bytes:  # noqa: ANN401 - a row of the document table
    if row.context is None:
        raise RenderingError(row.id, row.form, "nội dung đã được xóa theo thời hạn lưu trữ")
    frozen = orjson.dumps(row.context, option=orjson.OPT_SORT_KEYS)
    if hashlib.sha256(frozen).hexdigest() != row.context_digest:
        raise RenderingError(row.id, row.form, "nội dung không còn khớp với mã băm lúc ban hành")
    form = all_forms().get(row.form)
    if form is None:
        raise RenderingError(row.id, row.form, "không có mẫu này")
    try:
        seal = Seal(row.verify_code, row.verify_url) if row.verify_url else None
        return form.render(form.context.model_validate_json(frozen), seal=seal)
    except ValidationError as error:
        fields = ", ".join(f"{'.'.join(map(str, flaw['loc']))} ({flaw['type']})" for flaw in error.errors())
        raise RenderingError(row.id, row.form, f"nội dung không hợp lệ: {fields}") from None
    except MissingValue as error:
        raise RenderingError(row.id, row.form, str(error)) from None
    except Exception as error:  # noqa: BLE001 - whatever a form raises, it must not stop the other documents
        raise RenderingError(row.id, row.form, explain(error)) from None
