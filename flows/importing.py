"""The import of dossiers: some hundreds of rows a transaction, each opened by the engine or refused by itself, and once only."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB

from documents.storage import StorageError, located
from flows.batches import Result, Task, Unworkable
from flows.calendars import held
from flows.engine import Actor
from flows.import_file import ImportFile, Understood
from flows.opening import plan_openings, write_openings
from flows.refusals import Invalid, Refusal, reasons
from flows.writing import Done
from models.law.calendar import Calendar
from models.tables import table

ROWS = 500
"""Rows of one transaction."""
_A_ROW = timedelta(milliseconds=3)
"""What a row of the file may take: so long the jobs wait, for rendering beside the import would slow both down."""
_imported, _dossier = table("imported_row"), table("dossier")
# In the order of the keys, so that two imports of the same rows at the same time wait for each other in turn, not in a ring.
_CLAIM = text("""
    INSERT INTO imported_row (agency, key, task, line, dossier)
    SELECT :agency, decode(key, 'hex'), :task, line, dossier
    FROM jsonb_to_recordset(:rows) AS row (key text, line integer, dossier uuid) ORDER BY 2
    ON CONFLICT DO NOTHING RETURNING key
""").bindparams(bindparam("rows", type_=JSONB))


class ImportOfRows:
    """Opens a dossier for each row of the task's file; with `dry_run` it only says what would become of it."""

    def __init__(self, engine: Engine, files: Path, task: Task) -> None:
        self._task, self._dry = task, bool(task.parameters.get("dry_run"))
        try:
            self._file = ImportFile(located(files, task.sha256 or ""))
        except (Invalid, StorageError) as error:
            flaws = reasons(error) if isinstance(error, Invalid) else []
            english = "; ".join(flaw.message_en for flaw in flaws)
            raise Unworkable(str(error), english or "the file is gone") from error

    @property
    def total(self) -> int:
        """Rows of the file."""
        return self._file.total

    def batches(self, start: int) -> Iterator[Sequence[Understood]]:
        """The rows from position `start` on; the ones before are read too, for what they say of later ones."""
        rows = islice(self._file.rows(), start, None)
        while batch := list(islice(rows, ROWS)):
            yield batch

    def do(self, connection: Connection, actor: Actor, batch: Sequence[Understood]) -> list[Result]:
        """Opens what can be opened."""
        calendar = held(connection)
        good = [row for row in batch if row.opening is not None]
        known = _known(connection, [row.key for row in good])
        new = [row for row in good if row.key not in known]
        openings = [row.opening for row in new if row.opening is not None]
        planned = dict(
            zip((row.line for row in new), plan_openings(connection, actor, openings, calendar), strict=True)
        )
        if not self._dry:
            done = {line: answer for line, answer in planned.items() if isinstance(answer, Done)}
            won = self._claim(connection, [row for row in new if row.line in done], done)
            written = [answer for line, answer in done.items() if line in won]
            write_openings(connection, written, later=_A_ROW * self._file.total)
            if len(won) < len(done):  # somebody else imported the others just now
                known |= _known(
                    connection, [row.key for row in new if row.line in done and row.line not in won]
                )
        return [self._result(row, planned.get(row.line), known.get(row.key)) for row in batch]

    def finish(self) -> None:
        """Nothing is left to do."""

    def _claim(
        self, connection: Connection, rows: Sequence[Understood], done: Mapping[int, Done]
    ) -> set[int]:
        """The rows that nobody has imported before; their keys are ours from now on."""
        lines = {row.key: row.line for row in rows}
        asked = [
            {"key": key.hex(), "line": line, "dossier": done[line].state.id} for key, line in lines.items()
        ]
        ours = {"agency": self._task.agency, "task": self._task.id, "rows": asked}
        return {lines[bytes(key)] for key in connection.execute(_CLAIM, ours).scalars()}

    def _result(
        self, row: Understood, answer: Done | Refusal | None, known: tuple[UUID, str] | None
    ) -> Result:
        item = str(row.line)
        if row.flaws:
            return Result(item, "failed", flaws=row.flaws)
        if known is not None:
            return Result(item, "known", *known)
        if isinstance(answer, Done):
            made = (None, None) if self._dry else (answer.state.id, answer.state.number)
            return Result(item, "done", *made)
        if isinstance(answer, Refusal):
            flaws = [self._file.headings.at(flaw, row.line) for flaw in reasons(answer)]
            return Result(item, "failed", flaws=flaws)
        raise TypeError(f"row {row.line} has no answer")


def _known(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, tuple[UUID, str]]:
    """The dossiers of rows that were imported before."""
    asked = (
        select(_imported.c.key, _dossier.c.id, _dossier.c.number)
        .join(_dossier, _dossier.c.id == _imported.c.dossier)
        .where(_imported.c.key.in_(keys))
    )
    return {bytes(row.key): (row.id, row.number) for row in connection.execute(asked)} if keys else {}


def judge(
    connection: Connection, actor: Actor, file: ImportFile, rows: Sequence[Understood], calendar: Calendar
) -> None:
    """Adds to each row why the law does not allow it, where it does not; nothing is written."""
    good = [row for row in rows if row.opening is not None]
    openings = [row.opening for row in good if row.opening is not None]
    for row, answer in zip(good, plan_openings(connection, actor, openings, calendar), strict=True):
        if isinstance(answer, Refusal):
            row.flaws += [file.headings.at(flaw, row.line) for flaw in reasons(answer)]
