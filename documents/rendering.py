"""Rendering: an issued document's frozen content becomes its file, once, by whoever needs it first."""

import hashlib
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError
from sqlalchemy import Engine, select, update

from documents import storage
from documents.case import MissingValue
from documents.forms import all_forms
from documents.seal import Seal
from models import clock, metrics
from models.store import Scope, after_commit, unit_of_work
from models.tables import table

_document = table("document")
_COLUMNS = ("id", "form", "context", "context_digest", "verify_code", "verify_url", "sha256")

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
    row = _read(engine, document, scope)
    if row.sha256 is not None:
        try:
            return storage.load(files, row.sha256)
        except storage.FileMissingError:
            if row.context is None:
                raise
    try:
        content = _render(row)
    except RenderingError:
        metrics.renders.labels(row.form, "failed").inc()
        raise
    sha256 = storage.store(files, content)
    known = row.sha256 or _record(engine, scope, row, sha256, len(content))
    if known != sha256:
        raise RenderingError(document, row.form, f"cho kết quả {sha256[:12]}, khác với {known[:12]} đã ghi")
    return content


def explain(error: BaseException) -> str:
    """What kind of error it is and where it arose, without its message, which may quote personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return type(error).__name__ + where


def _read(engine: Engine, document: UUID, scope: Scope) -> Any:  # noqa: ANN401 - a row of the document table
    columns = (_document.c[name] for name in _COLUMNS)
    with unit_of_work(engine, scope) as connection:
        row = connection.execute(select(*columns).where(_document.c.id == document)).one_or_none()
    if row is None:
        raise UnknownDocumentError(f"không có văn bản {document} / no document {document}")
    return row


def _record(engine: Engine, scope: Scope, row: Any, sha256: str, size: int) -> str:  # noqa: ANN401 - a row of the document table
    """Records the result unless somebody else was first; the hash that stands then."""
    first = update(_document).where(_document.c.id == row.id, _document.c.sha256.is_(None))
    with unit_of_work(engine, scope) as connection:
        recorded = connection.execute(first.values(sha256=sha256, size=size, rendered_at=clock.now()))
        if recorded.rowcount:
            after_commit(connection, metrics.renders.labels(row.form, "rendered").inc)
        known: str = connection.execute(
            select(_document.c.sha256).where(_document.c.id == row.id)
        ).scalar_one()
    return known


def _render(row: Any) -> bytes:  # noqa: ANN401 - a row of the document table
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
