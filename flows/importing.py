"""The import of dossiers: some hundreds of rows a transaction, each opened by the engine or refused by itself, and once only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, select, text
from sqlalchemy.dialects.postgresql import JSONB

from documents.storage import StorageError, located
from flows.batches import Result, Task, Unworkable, actor_of
from flows.calendars import held, in_force
from flows.engine import Actor
from flows.import_file import ImportFile, Understood
from flows.opening import plan_openings, write_openings
from flows.refusals import Invalid, Refusal, reasons
from flows.writing import Done
from models.law.calendar import Calendar
from models.seeing import own
from models.store import Scope, unit_of_work
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


@dataclass(frozen=True)
class Planned:
    """Rows as they were judged before their transaction: what each would do, or which dossier it became long ago."""

    rows: Sequence[Understood]
    known: Mapping[bytes, tuple[UUID, str]]
    answers: Mapping[int, Done | Refusal]
    """By the rows' lines."""
    actor: Actor
    calendar: Calendar


class ImportOfRows:
    """Opens a dossier for each row of the task's file; with `dry_run` it only says what would become of it."""

    def __init__(self, engine: Engine, files: Path, task: Task) -> None:
        self._engine, self._task = engine, task
        self._dry = bool(task.parameters.get("dry_run"))
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

    def batches(self, start: int) -> Iterator[Planned]:
        """The rows from position `start` on; the ones before are read too, for what they say of later ones.

        They are judged here, while the database writes the batch before: that is most of the work.
        """
        rows, scope = islice(self._file.rows(), start, None), Scope(self._task.agency, self._task.account)
        while batch := list(islice(rows, ROWS)):
            with unit_of_work(self._engine, scope) as connection:
                planned = self._plan(
                    connection, actor_of(connection, self._task), in_force(connection), batch
                )
            yield planned

    def do(self, connection: Connection, actor: Actor, batch: Planned) -> list[Result]:
        """Opens what can be opened; what was judged by another calendar or other rights is judged anew."""
        calendar = held(connection)
        if calendar is not batch.calendar or actor != batch.actor:
            batch = self._plan(connection, actor, calendar, batch.rows)
        known, new = dict(batch.known), [row for row in batch.rows if row.line in batch.answers]
        if not self._dry:
            done = {line: answer for line, answer in batch.answers.items() if isinstance(answer, Done)}
            won = self._claim(connection, [row for row in new if row.line in done], done)
            written = [answer for line, answer in done.items() if line in won]
            write_openings(connection, written, later=_A_ROW * self._file.total)
            if len(won) < len(done):  # somebody else imported the others just now
                known |= _known(
                    connection, [row.key for row in new if row.line in done and row.line not in won]
                )
        return [self._result(row, batch.answers.get(row.line), known.get(row.key)) for row in batch.rows]

    def _plan(
        self, connection: Connection, actor: Actor, calendar: Calendar, rows: Sequence[Understood]
    ) -> Planned:
        known = _known(connection, [row.key for row in rows if row.opening])
        new = [(row.line, row.opening) for row in rows if row.opening and row.key not in known]
        answers = plan_openings(connection, actor, [opening for _line, opening in new], calendar)
        by_line = {line: answer for (line, _opening), answer in zip(new, answers, strict=True)}
        return Planned(rows, known, by_line, actor, calendar)

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
        .where(_imported.c.key.in_(keys), own(connection, _imported.c.agency))
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
