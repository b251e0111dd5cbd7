"""Erasing what closed dossiers say about persons, once the period of the rule has passed: chain and register stay whole.

A dossier is erased in a transaction of its own, by a function of the database that looks at rule and holds itself. Its
files go afterwards; those that a crash leaves behind are found by the next retention, which needs no erased dossier's.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from documents.storage import remove
from flows.audit import Entry, record
from flows.retention import FILES, named
from models import clock
from models.person import Identity, PersonData
from models.store import SYSTEM, Scope, Store, unit_of_work
from models.tables import table

BATCH = 200
"""Dossiers looked for at a time."""
NOBODY = PersonData(
    name="(đã xóa)", sex="male", birth_date="1900", present_residence="(đã xóa)",
    identity=Identity(type="none", reason="đã xóa khi hết thời hạn lưu trữ"),
)  # fmt: skip
"""What stands in a person's place; the sex means nothing."""
Progress = Callable[[int, int], None]

_SCOPE = Scope(SYSTEM)
_rule, _hold = table("retention_rule"), table("dossier_hold")
_DUE = text("""
    SELECT id, number FROM dossier WHERE stage = 'closed' AND erased_at IS NULL
        AND (CAST(:after AS uuid) IS NULL OR id > :after) AND may_be_erased(id, :moment) ORDER BY id LIMIT :most
""")
_ERASE = text("SELECT erase_dossier(:dossier, :moment, CAST(:nobody AS jsonb))")


@dataclass(frozen=True)
class Rule:
    """How long closed dossiers are kept after their last act, and by which text."""

    years: int
    citation: str


@dataclass(frozen=True)
class Anonymised:
    """What was erased or, in a trial, would be; without a rule nothing ever is."""

    rule: Rule | None
    dossiers: tuple[str, ...] = ()
    files: int = 0


def rule_in_force(connection: Connection) -> Rule | None:
    """The latest rule; None when nobody has set one."""
    asked = select(_rule.c.years, _rule.c.citation).order_by(_rule.c.id.desc()).limit(1)
    row = connection.execute(asked).one_or_none()
    return Rule(row.years, row.citation) if row else None


def set_rule(connection: Connection, rule: Rule, account: UUID) -> None:
    """Sets the rule from now on."""
    values = {"years": rule.years, "citation": rule.citation, "account": account, "recorded_at": clock.now()}
    connection.execute(insert(_rule).values(**values))


def hold(connection: Connection, dossier: UUID, reason: str, account: UUID) -> bool:
    """Keeps a dossier from being erased; False when it is held already."""
    values = {"dossier": dossier, "reason": reason, "account": account, "held_at": clock.now()}
    try:
        with connection.begin_nested():
            connection.execute(insert(_hold).values(**values))
    except IntegrityError:
        return False
    return True


def release(connection: Connection, dossier: UUID, account: UUID) -> bool:
    """Ends a dossier's hold; False when there is none."""
    held = update(_hold).where(_hold.c.dossier == dossier, _hold.c.released_at.is_(None))
    return connection.execute(held.values(released_by=account, released_at=clock.now())).rowcount == 1


def anonymise(
    engine: Engine, files: Path | None = None, moment: datetime | None = None, dry_run: bool = False,
    progress: Progress | None = None,
) -> Anonymised:  # fmt: skip
    """Erases every closed dossier whose period has passed, one a transaction; interrupted, it goes on next time.

    Args:
        engine: the application's store.
        files: the files' folder; files stay when it is left out.
        moment: when it is.
        dry_run: only name what would go.
        progress: told after each dossier.
    """
    moment = moment or clock.now()
    with unit_of_work(engine, _SCOPE) as connection:
        rule = rule_in_force(connection)
    if rule is None:
        return Anonymised(None)
    done, removed, after = list[str](), 0, None
    while True:
        with unit_of_work(engine, _SCOPE) as connection:
            due = connection.execute(_DUE, {"after": after, "moment": moment, "most": BATCH}).all()
        for row in due:
            hashes = [] if dry_run else _erase(engine, row.id, moment)
            if hashes is not None:
                done.append(row.number)
                removed += _remove(engine, files, hashes) if files and hashes else 0
            if progress:
                progress(len(done), 0)
        if len(due) < BATCH:
            return Anonymised(rule, tuple(done), removed)
        after = due[-1].id


def _erase(engine: Engine, dossier: UUID, moment: datetime) -> list[str] | None:
    """The hashes of the files it named; None when it is held, or was erased, since it was found."""
    nobody = orjson.dumps(NOBODY.model_dump(mode="json")).decode()
    with unit_of_work(engine, _SCOPE) as connection:
        asked = {"dossier": dossier, "moment": moment, "nobody": nobody}
        hashes: list[str] | None = connection.execute(_ERASE, asked).scalar_one()
        if hashes is not None:
            record(connection, Entry("anonymise", "ok", dossiers=[dossier], at=moment))
    return hashes


def _remove(engine: Engine, files: Path, hashes: list[str]) -> int:
    """Removes those that nobody needs; one stored within the last day may be about to be named, and goes later."""
    with unit_of_work(engine, _SCOPE) as connection:
        needed = named(connection, hashes)
    before = time.time() - FILES.total_seconds()
    return sum(remove(files / one[:2] / one, before) for one in hashes if one not in needed)


def erased(store: Store, scope: Scope, dossier: UUID) -> bool:
    """Whether what a dossier said has been erased."""
    with unit_of_work(store, scope) as connection:
        asked: Any = text("SELECT erased_at IS NOT NULL FROM dossier WHERE id = :dossier")
        return bool(connection.execute(asked, {"dossier": dossier}).scalar_one_or_none())
