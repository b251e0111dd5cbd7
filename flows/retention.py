"""Retention: what the installation wrote for itself is deleted once nobody needs it. Dossiers: `anonymising`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from documents.storage import leftovers, remove
from models import clock
from models.store import SYSTEM, Scope, unit_of_work

ANSWERS = timedelta(days=7)
"""An answer is kept for a client that did not hear it and asks again: over a long weekend, not longer, for it may name a
person."""
TOKENS = timedelta(days=1)
"""After its end a refresh token is only good for telling that it was used twice, which its family's end tells as well."""
SESSIONS = timedelta(days=90)
"""An ended session still tells from where somebody signs in, whom failures from elsewhere then do not keep waiting."""
FAILURES = timedelta(days=1)
"""Failures to sign in count no longer than this, nor does anyone's rate."""
JOBS = timedelta(days=30)
"""Done jobs lead from an act to its flow run, as long as anybody asks what became of a month's acts. Those that somebody
let be tried again stay: who did so is never deleted."""
DRAFTS = timedelta(days=30)
"""What was typed and not sent is of use while somebody remembers it; it may name a person."""
READ_NOTICES = timedelta(days=90)
"""A quarter after somebody read it: until the quarter's report is written."""
NOTICES = timedelta(days=365)
"""Unread or undelivered ones, for a year: what nobody read until then, nobody will."""
FILES = timedelta(days=1)
"""A file is stored before the row that names it is written; no upload or import takes a day between the two."""
BATCH = 1000
"""Rows deleted in a transaction."""

_SCOPE = Scope(SYSTEM)
Progress = Callable[[str, int], None]
"""Told after each batch what was deleted and how many of it so far."""


@dataclass(frozen=True)
class Retained:
    """How many of each were deleted, or would be."""

    answers: int = 0
    tokens: int = 0
    sessions: int = 0
    failures: int = 0
    rates: int = 0
    drafts: int = 0
    jobs: int = 0
    deliveries: int = 0
    notices: int = 0
    files: int = 0


_OLD = {
    "answers": ("stored_answer", "account, key", "created_at < :moment - CAST(:answers AS interval)"),
    "tokens": ("refresh_token", "digest", "expires_at < :moment - CAST(:tokens AS interval)"),
    "sessions": ("session", "id", "expires_at < :moment - CAST(:sessions AS interval)"),
    "failures": ("sign_in_failure", "key", "last_at < :moment - CAST(:failures AS interval)"),
    "rates": ("request_rate", "key", "paid_until < :moment - CAST(:failures AS interval)"),
    "drafts": ("draft", "account, kind, subject", "saved_at < :moment - CAST(:drafts AS interval)"),
    "jobs": (
        "job",
        "id",
        (
            "state = 'done' AND done_at < :moment - CAST(:jobs AS interval)"
            " AND NOT EXISTS (SELECT FROM job_retry WHERE job_retry.job = job.id)"
        ),
    ),
}
"""Table, key, and which of its rows nobody needs."""
# A notice that was read goes with its deliveries once all of them are settled; trouble stays where it is seen.
_OLD_NOTICES = """
    SELECT id FROM notice WHERE created_at < :moment - CAST(:notices AS interval)
        OR (read_at < :moment - CAST(:read_notices AS interval)
            AND NOT EXISTS (SELECT FROM delivery WHERE delivery.notice = notice.id AND delivery.state <> 'sent'))
"""
_PERIODS = {
    "answers": ANSWERS, "tokens": TOKENS, "sessions": SESSIONS, "failures": FAILURES, "drafts": DRAFTS, "jobs": JOBS, "read_notices": READ_NOTICES, "notices": NOTICES,
}  # fmt: skip


def retain(
    engine: Engine,
    moment: datetime | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    files: Path | None = None,
) -> Retained:
    """Deletes what is older than its use, some rows a transaction; interrupted, it goes on next time.

    Args:
        engine: the application's store.
        moment: when it is.
        dry_run: count only.
        progress: told after each batch.
        files: the files' folder, which all machines share; files stay when it is left out.
    """
    run = _Run(engine, moment or clock.now(), dry_run, progress or (lambda _what, _count: None))
    counts = {what: run.rows(what, *named) for what, named in _OLD.items()}
    deliveries, notices = run.notices()
    return Retained(**counts, deliveries=deliveries, notices=notices, files=run.files(files) if files else 0)


@dataclass(frozen=True)
class _Run:
    engine: Engine
    moment: datetime
    dry_run: bool
    progress: Progress

    def rows(self, what: str, table: str, key: str, old: str) -> int:
        """Rows of a table that nobody needs."""
        if self.dry_run:
            return self._count(f"SELECT count(*) FROM {table} WHERE {old}")  # noqa: S608 - from above
        chosen = f"SELECT {key} FROM {table} WHERE {old} LIMIT :most FOR UPDATE SKIP LOCKED"  # noqa: S608 - from above
        delete, deleted = text(f"DELETE FROM {table} WHERE ({key}) IN ({chosen})"), 0  # noqa: S608 - from above
        while True:
            with unit_of_work(self.engine, _SCOPE) as connection:
                gone = connection.execute(delete, self._asked).rowcount
            deleted += gone
            self.progress(what, deleted)
            if gone < BATCH:
                return deleted

    def notices(self) -> tuple[int, int]:
        """Deliveries and notices: together in a transaction, so that no delivery is left without its notice."""
        if self.dry_run:
            of = f"SELECT count(*) FROM delivery WHERE notice IN ({_OLD_NOTICES})"  # noqa: S608 - from above
            return self._count(of), self._count(f"SELECT count(*) FROM ({_OLD_NOTICES}) old")  # noqa: S608 - as above
        deliveries = notices = 0
        while True:
            with unit_of_work(self.engine, _SCOPE) as connection:
                chosen = text(f"{_OLD_NOTICES} LIMIT :most FOR UPDATE SKIP LOCKED")
                old = {"old": list(connection.execute(chosen, self._asked).scalars())}
                tried = text(
                    "DELETE FROM delivery_attempt WHERE delivery IN"
                    " (SELECT id FROM delivery WHERE notice = ANY (:old))"
                )
                connection.execute(tried, old)
                sent = text("DELETE FROM delivery WHERE notice = ANY (:old)")
                deliveries += connection.execute(sent, old).rowcount
                connection.execute(text("DELETE FROM notice WHERE id = ANY (:old)"), old)
            notices += len(old["old"])
            self.progress("notices", notices)
            if len(old["old"]) < BATCH:
                return deliveries, notices

    def files(self, folder: Path) -> int:
        """Stored files that no row names, and drafts that a stopped process left behind."""
        # A file's age is told by the real clock, so that a moment to come removes nothing young.
        before, deleted = (min(self.moment, clock.now()) - FILES).timestamp(), 0
        for found in leftovers(folder, before):
            with unit_of_work(self.engine, _SCOPE) as connection:
                needed = named(connection, [path.name for path in found])
            for path in found:
                if path.name not in needed and (self.dry_run or remove(path, before)):
                    deleted += 1
            self.progress("files", deleted)
        return deleted

    @property
    def _asked(self) -> dict[str, object]:
        return {"moment": self.moment, "most": BATCH, **_PERIODS}

    def _count(self, asked: str) -> int:
        with unit_of_work(self.engine, _SCOPE) as connection:
            return int(connection.execute(text(asked), self._asked).scalar_one())


# Every column of ours that can name a file, whoever adds one: a name with sha256 in it, and a task's output. It is read
# from the catalogue of the database, which also shows columns this role may not read; then the next query fails, and
# nothing is deleted. What an erased dossier names is needed no more, though its digests stay.
COLUMNS = """
    SELECT quote_ident(c.relname), quote_ident(a.attname),
        EXISTS (SELECT FROM pg_attribute o WHERE o.attrelid = c.oid AND o.attname = 'dossier' AND NOT o.attisdropped)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r','p') AND a.attnum > 0 AND NOT a.attisdropped
        AND (a.attname LIKE '%sha256%' OR a.attname = 'output') ORDER BY 1, 2
"""


def naming(columns: Iterable[Sequence[Any]]) -> str:
    """A query for the names of all files that are needed.

    Args:
        columns: rows of `COLUMNS`.
    """
    kept = " WHERE dossier NOT IN (SELECT id FROM dossier WHERE erased_at IS NOT NULL)"
    return " UNION ".join(
        f"SELECT {column} AS name FROM {table}{kept if of_dossier else ''}"  # noqa: S608 - from the catalogue, quoted
        for table, column, of_dossier in columns
    )


def named(connection: Connection, hashes: list[str]) -> set[str]:
    """Those of the hashes that a row names whose file is needed."""
    names = naming(connection.execute(text(COLUMNS)).all())
    asked = f"SELECT name FROM ({names}) needed WHERE name = ANY (:hashes)"  # noqa: S608 - as above
    return set(connection.execute(text(asked), {"hashes": hashes}).scalars())
