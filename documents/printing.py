"""Printing: a document's PDF is made once, kept by its hash, and the same bytes are served ever after."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from documents import storage
from documents.pdf import LibreOffice, PdfError
from documents.rendering import UnknownDocumentError, render_stored
from models import clock
from models.seeing import visible
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

_document, _copy = table("document"), table("document_copy")
_COLUMNS = ("id", "dossier", "form", "number_text")


def print_stored(
    engine: Engine, files: Path, office: LibreOffice, documents: Sequence[UUID], scope: Scope
) -> dict[UUID, str]:
    """The PDF of each document by its hash; those that have none yet are made in one call and recorded.

    Two PDFs of the same Word file differ in times and ids, so of two that are made at the same time the first counts.

    Args:
        engine: the application's store.
        files: the folder of files.
        office: this process's LibreOffice.
        documents: their ids.
        scope: on whose behalf they are read.

    Raises:
        UnknownDocumentError: there is no such document for this scope.
        RenderingError: a document's Word file cannot be made.
        PdfError: LibreOffice is missing, or a PDF cannot be made.
        StorageError: a stored file is damaged.
    """
    with unit_of_work(engine, scope) as connection:
        known = _known(connection, documents)
        rows = [] if len(known) == len(set(documents)) else _rows(connection, documents)
    missing = [row for row in rows if row.id not in known]
    if not missing:
        return known
    _ = office.program  # before anything is rendered for nothing
    made = office.to_pdf([render_stored(engine, files, row.id, scope) for row in missing])
    copies = [_kept(files, row, content) for row, content in zip(missing, made, strict=True)]
    with unit_of_work(engine, Scope(SYSTEM)) as connection:  # whoever asked may only read
        connection.execute(insert(_copy).on_conflict_do_nothing(), copies)
        return _known(connection, documents)


def pdf_name(form: str, number_text: str | None) -> str:
    """What a document's PDF is called: its form and number, never a person."""
    number = f"_{number_text.replace('/', '-')}" if number_text else ""
    return f"{form}{number}.pdf"


def _known(connection: Connection, documents: Sequence[UUID]) -> dict[UUID, str]:
    asked = select(_copy.c.document, _copy.c.sha256).where(
        _copy.c.kind == "pdf", _copy.c.document.in_(documents), visible(connection, "document_copy.dossier")
    )
    return {row.document: row.sha256 for row in connection.execute(asked)}


def _rows(connection: Connection, documents: Sequence[UUID]) -> list[Any]:
    columns = (_document.c[name] for name in _COLUMNS)
    asked = select(*columns).where(_document.c.id.in_(documents), visible(connection, "document.dossier"))
    rows = {row.id: row for row in connection.execute(asked)}
    if unknown := set(documents) - rows.keys():
        raise UnknownDocumentError(f"không có văn bản {min(unknown)} / no document {min(unknown)}")
    return [rows[document] for document in dict.fromkeys(documents)]


def _kept(files: Path, row: Any, content: bytes | PdfError) -> Mapping[str, Any]:  # noqa: ANN401 - a row as above
    if isinstance(content, PdfError):
        raise content
    return {
        "id": uuid4(),
        "document": row.id,
        "dossier": row.dossier,
        "kind": "pdf",
        "sha256": storage.store(files, content),
        "size": len(content),
        "content_type": "application/pdf",
        "file_name": pdf_name(row.form, row.number_text),
        "account": None,
        "recorded_at": clock.now(),
    }
