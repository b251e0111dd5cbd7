"""Everything that is kept about one person, as a ZIP: dossiers with their acts, papers and files, and who read them."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path, PurePath
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, text

from documents.rendering import RenderingError, render_stored
from documents.storage import StorageError, located
from flows.books import title_of
from models import clock
from models.law.limits import TIMEZONE
from models.store import SYSTEM, Scope, unit_of_work

_SCOPE = Scope(SYSTEM)
# The same identity paper is the same person, though each opening has written the person down anew.
_DOSSIERS = text("""
    SELECT d.*, p.data AS person_data FROM dossier d JOIN person p ON p.id = d.person, person asked
    WHERE asked.id = :person AND (p.id = asked.id OR (asked.data #>> '{identity,type}' <> 'none'
        AND p.data #>> '{identity,type}' = asked.data #>> '{identity,type}'
        AND p.data #>> '{identity,number}' = asked.data #>> '{identity,number}'))
    ORDER BY d.number
""")
_PARTS = {
    "events": "SELECT e.*, f.facts FROM event e LEFT JOIN event_facts f ON f.event = e.id WHERE dossier = :dossier ORDER BY seq",
    "limits": "SELECT * FROM time_limit WHERE dossier = :dossier ORDER BY starts_at, id",
    "documents": "SELECT * FROM document WHERE dossier = :dossier ORDER BY issued_on, id",
    "copies": "SELECT * FROM document_copy WHERE dossier = :dossier AND kind = 'signed' ORDER BY recorded_at",
    "papers": "SELECT * FROM paper WHERE dossier = :dossier ORDER BY first_sheet",
    "notices": "SELECT * FROM notice WHERE dossier = :dossier ORDER BY created_at, id",
}
_READERS = text("""
    SELECT seq, at, account, agency, role, operation, dossiers, objects, outcome, reason FROM audit_entry
    WHERE dossiers && CAST(:dossiers AS uuid[]) ORDER BY seq
""")


@dataclass
class Record:
    """What was written, and the files that are named but could not be had."""

    dossiers: list[UUID] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def dossiers_of(connection: Connection, person: UUID) -> Sequence[Mapping[Any, Any]]:
    """All dossiers about a person, by number."""
    return connection.execute(_DOSSIERS, {"person": person}).mappings().all()


def write_record(engine: Engine, files: Path, person: UUID, out: BinaryIO) -> Record:
    """Writes the whole record, one dossier and one file at a time.

    Args:
        engine: the application's store.
        files: the folder of files.
        person: whose.
        out: where the ZIP goes.
    """
    record, index = Record(), list[str]()
    with unit_of_work(engine, _SCOPE) as connection:
        dossiers = dossiers_of(connection, person)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in dossiers:
            record.dossiers.append(row["id"])
            with unit_of_work(engine, _SCOPE) as connection:
                asked = {"dossier": row["id"]}
                parts = {
                    name: [dict(one) for one in connection.execute(text(query), asked).mappings()]
                    for name, query in _PARTS.items()
                }
            folder = f"ho-so/{row['number']}"
            archive.writestr(f"{folder}/ho-so.json", _json({"dossier": dict(row), **parts}))
            names = list(_files(engine, files, archive, folder, parts, record))
            index.append(_section(row, parts, names))
        readers = _write_readers(engine, archive, record.dossiers)
        archive.writestr("muc-luc.html", _page(index, record, readers))
    return record


def _files(
    engine: Engine, files: Path, archive: zipfile.ZipFile, folder: str, parts: dict[str, Any], record: Record
) -> Iterator[str]:
    """Adds the files of documents, signed copies and papers; their names in the ZIP."""
    for document in parts["documents"]:
        name = f"{folder}/van-ban/{document['form']}_{document['id']}.docx"
        try:
            archive.writestr(name, render_stored(engine, files, document["id"], _SCOPE))
        except (RenderingError, StorageError):
            record.missing.append(name)
        else:
            yield name
    for row, kind in [(row, "da-ky") for row in parts["copies"]] + [
        (row, "tai-lieu") for row in parts["papers"]
    ]:
        name = f"{folder}/{kind}/{row['id']}{PurePath(row['file_name']).suffix}"
        try:
            archive.write(located(files, row["sha256"]), name, zipfile.ZIP_STORED)
        except StorageError:
            record.missing.append(name)
        else:
            yield name


def _write_readers(engine: Engine, archive: zipfile.ZipFile, dossiers: list[UUID]) -> int:
    """Who read or changed any of it, one entry of the audit log a line."""
    count = 0
    with archive.open("nhat-ky-truy-cap.jsonl", "w") as lines, unit_of_work(engine, _SCOPE) as connection:
        rows = connection.execute(_READERS, {"dossiers": dossiers}, execution_options={"yield_per": 1000})
        for row in rows.mappings():
            own = [one for one in row["dossiers"] if one in dossiers]  # a list showed other people too
            lines.write(_json(dict(row) | {"dossiers": own}) + b"\n")
            count += 1
    return count


def _json(value: object) -> bytes:
    return orjson.dumps(value, default=str)


def _section(row: Mapping[Any, Any], parts: dict[str, Any], names: Sequence[str]) -> str:
    person = row["person_data"]
    said = [
        f"<h2>Hồ sơ số {escape(row['number'])}</h2>",
        f"<p>{escape(person['name'])}, mở ngày {row['opened_on']:%d/%m/%Y}, cơ quan giữ: {escape(row['holder'])}</p>",
        "<h3>Thao tác</h3><ol>",
    ]
    for event in parts["events"]:
        title = title_of(event["action"], event["book"] or row["book"])
        moment = event["occurred_at"].astimezone(TIMEZONE)
        said.append(f"<li>{moment:%H:%M %d/%m/%Y}: {escape(title)} ({escape(event['agency'])})</li>")
    said.append("</ol><h3>Văn bản và tài liệu</h3><ul>")
    titles = {str(one["id"]): one["title"] for one in (*parts["documents"], *parts["papers"])}
    for name in names:
        title = titles.get(PurePath(name).stem.rpartition("_")[2], "Bản đã ký")
        said.append(f'<li><a href="{escape(name)}">{escape(title)}</a></li>')
    return "".join([*said, "</ul>"])


def _page(sections: Sequence[str], record: Record, readers: int) -> str:
    missing = "".join(f"<li>{escape(name)}</li>" for name in record.missing)
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8"><title>Toàn bộ dữ liệu về một người</title>'
        f"<h1>Toàn bộ dữ liệu về một người</h1><p>Lập lúc {clock.now().astimezone(TIMEZONE):%H:%M ngày %d/%m/%Y}. "
        "Dữ liệu đầy đủ của từng hồ sơ nằm trong tệp ho-so.json cùng thư mục.</p>"
        + "".join(sections)
        + f'<h2>Ai đã xem</h2><p><a href="nhat-ky-truy-cap.jsonl">Nhật ký truy cập</a>: {readers} dòng.</p>'
        + (f"<h2>Tệp không còn</h2><ul>{missing}</ul>" if missing else "")
        + "</html>"
    )
