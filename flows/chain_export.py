"""The files of heads: what the chains and the audit log were at each check, kept outside the database.

A file has one digest over the heads of all dossiers, the head of the audit log, and the digest of the file before. Whoever
keeps copies of these files elsewhere can tell even when somebody rewrote the database and the folder alike.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, text

from documents.storage import put
from flows.audit import Head

_FILE = re.compile(r"chain-(\d{4}-\d\d-\d\d)(?:-(\d+))?\.json")
_HEADS = text('SELECT dossier, seq, head FROM chain_head WHERE "check" = :check ORDER BY dossier')


def write(
    connection: Connection,
    row: Any,  # noqa: ANN401 - a row
    last: Any,  # noqa: ANN401 - a row
    out: Path,
    more: Mapping[str, Any],
) -> dict[str, str]:
    """Writes a check's file, and returns what the check's row keeps of it.

    Args:
        connection: the check's unit of work.
        row: the check's row.
        last: the row of the check before; None for the first one.
        out: folder of the files.
        more: what stands in the file beside the heads.
    """
    head, name = _head_over(connection, row.id), _name(connection, row.day)
    content = orjson.dumps({
        "check": row.id, "day": row.day, "dossiers": row.dossiers, "events": row.events, "documents": row.documents,
        "head": head, "previous": {"file": last.file, "sha256": last.file_sha256} if last else None, **more,
    }, option=orjson.OPT_INDENT_2)  # fmt: skip
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    put(out / name, BytesIO(content))
    return {"head": head, "file": name, "file_sha256": hashlib.sha256(content).hexdigest()}


def audit_heads(out: Path) -> Iterator[Head]:
    """The heads of the audit log that the files name; one that cannot be read is told of with the files."""
    for _, _, name in sorted(_exports(out)):
        try:
            said = orjson.loads((out / name).read_bytes())["audit"]
            yield Head(int(said["seq"]), str(said["digest"]))
        except (KeyError, TypeError, ValueError):  # of before there was a log, or damaged
            continue


def broken(
    connection: Connection,
    last: Any,  # noqa: ANN401 - a row
    check: int,
    out: Path,
) -> Iterator[str]:
    """The last file must be there as it was written, be the last one, and fit the heads it was made of."""
    if last is not None:
        path = out / last.file
        if not path.is_file():
            yield f"{last.file}: missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != last.file_sha256:
            yield f"{last.file}: changed"
        if _head_over(connection, last.id) != last.head:
            yield f"{last.file}: heads changed"
    newest, its_own = max(_exports(out), default=None), f'"check": {check},'.encode()
    unknown = newest is not None and (last is None or newest > _order(last.file))
    if (
        newest and unknown and its_own not in (out / newest[2]).read_bytes()
    ):  # written before a crash, it is written again
        yield f"{newest[2]}: unknown here"


def _exports(out: Path) -> Iterator[tuple[str, int, str]]:
    return (_order(path.name) for path in out.glob("chain-*.json") if _FILE.fullmatch(path.name))


def _order(name: str) -> tuple[str, int, str]:
    found = _FILE.fullmatch(name)
    assert found  # noqa: S101 - names are made here
    return found[1], int(found[2] or 1), name


def _head_over(connection: Connection, check: int) -> str:
    """One digest over the ids, lengths and last digests of all dossiers, in the order of their ids."""
    digest = hashlib.sha256()
    rows = connection.execute(_HEADS, {"check": check}, execution_options={"yield_per": 5000})
    for row in rows:
        digest.update(f"{row.dossier}:{row.seq}:{row.head}\n".encode())
    return digest.hexdigest()


def _name(connection: Connection, day: date) -> str:
    """The day's file; a second check of a day gets one of its own."""
    of_day = text("SELECT count(*) FROM chain_check WHERE day = :day AND finished_at IS NOT NULL")
    before = connection.execute(of_day, {"day": day}).scalar_one()
    return f"chain-{day}-{before + 1}.json" if before else f"chain-{day}.json"
