"""The check of all chains: events, facts, documents, registers and the audit log against their digests.

What a chain cannot show by itself, an end cut off or a whole dossier gone, the heads of the last check show: they stand in
`chain_head`, and in the file that each check exports.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, delete, insert, select, text, update

from flows import audit, chain_export
from flows.notices import Telling, tell
from flows.offices import above, offices_of
from models import clock
from models.event import breaks_of
from models.law.limits import TIMEZONE
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

BATCH = 200
"""Dossiers held in memory at a time; one transaction each."""
STALE = timedelta(days=1)
"""An interrupted check is taken up again until then; later it begins anew, for its first half is too old."""
NAMED = 20
"""Breaks named in a notice; all are counted there, and all are kept with the check."""
Progress = Callable[[int, int], None]
"""Told after each batch how many dossiers of how many are done."""

_SCOPE = Scope(SYSTEM)
_check, _head, _break = table("chain_check"), table("chain_head"), table("chain_break")


class Broken(NamedTuple):
    """Something that does not hold. `dossier` is a number; of a register or an exported file it is None.

    `what`: `gap`, `link`, `event`, `facts`, `head` of a chain; `document` whose content does not fit its digest or whose
    act belongs to another dossier; `vanished`, `cut`, `rewritten` since the last check; `register` with numbers that no
    document bears; `export`, a file of heads that is gone, was changed, or no longer fits the heads kept here; `audit`, an
    entry of the audit log, its detail saying how.
    """

    what: str
    dossier: str | None = None
    seq: int | None = None
    territory: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Checked:
    """What a check found."""

    dossiers: int
    events: int
    documents: int
    broken: tuple[Broken, ...]
    head: str | None = None
    file: Path | None = None
    notices: int = 0
    entries: int = 0

    @property
    def intact(self) -> bool:
        """Whether everything holds."""
        return not self.broken


# One statement, so that a dossier and its events are seen at one moment while others act on it.
_BATCH = """
    SELECT d.id AS dossier_id, d.number, d.head AS dossier_head, a.territory, e.*, f.facts, f.salt
    FROM (SELECT id, number, head, holder FROM dossier WHERE {which} ORDER BY id LIMIT :most) d
    JOIN agency a ON a.code = d.holder
    LEFT JOIN event e ON e.dossier = d.id LEFT JOIN event_facts f ON f.event = e.id
    ORDER BY d.id, e.seq
"""
_NEXT = text(_BATCH.format(which="CAST(:after AS uuid) IS NULL OR id > :after"))
_NAMED_ONES = text(
    _BATCH.format(which="id = ANY (:dossiers) AND (CAST(:after AS uuid) IS NULL OR id > :after)")
)
_DOCUMENTS = text("""
    SELECT d.dossier, d.form, d.number_text, d.context, d.context_digest, e.seq, e.dossier AS acted_on
    FROM document d JOIN event e ON e.id = d.event WHERE d.dossier = ANY (:dossiers) ORDER BY d.dossier, d.id
""")
_KNOWN = text("""
    SELECT dossier, number, territory, seq, head FROM chain_head WHERE "check" = :check
        AND (CAST(:after AS uuid) IS NULL OR dossier > :after)
        AND (CAST(:until AS uuid) IS NULL OR dossier <= :until)
        AND (CAST(:dossiers AS uuid[]) IS NULL OR dossier = ANY (:dossiers))
    ORDER BY dossier
""")
_REGISTERS = text("""
    SELECT coalesce(r.agency, d.agency) AS agency, coalesce(r.year, d.year) AS year, coalesce(r.name, d.register_name) AS name,
        coalesce(r.last, 0) AS last, coalesce(d.documents, 0) AS documents, a.territory
    FROM register r FULL JOIN (
        SELECT agency, year, register_name, count(*) AS documents, max(number) AS last FROM document
        WHERE number IS NOT NULL GROUP BY agency, year, register_name
    ) d ON d.agency = r.agency AND d.year = r.year AND d.register_name = r.name
    JOIN agency a ON a.code = coalesce(r.agency, d.agency)
    WHERE (r.last, r.last) IS DISTINCT FROM (d.last, d.documents) ORDER BY 1, 2, 3
""")
_LAST = text("SELECT * FROM chain_check WHERE finished_at IS NOT NULL ORDER BY id DESC LIMIT 1")
_BEGIN = text("""
    INSERT INTO chain_check (day, started_at, dossiers, events, documents, breaks) VALUES (:day, :moment, 0, 0, 0, 0)
    ON CONFLICT DO NOTHING
""")
_ANEW = text("""
    UPDATE chain_check SET day = :day, started_at = :moment, reached = NULL, dossiers = 0, events = 0, documents = 0,
        breaks = 0 WHERE id = :check
""")
_GO_ON = text("""
    UPDATE chain_check SET reached = :reached, dossiers = dossiers + :dossiers, events = events + :events,
        documents = documents + :documents, breaks = breaks + :breaks WHERE id = :check
""")
_FORGET = text("""
    DELETE FROM chain_head WHERE ("check", dossier) IN (
        SELECT "check", dossier FROM chain_head WHERE "check" <> ALL (:kept) LIMIT 10000)
""")


def verify_chains(
    engine: Engine,
    out: Path,
    moment: datetime | None = None,
    dossiers: Sequence[UUID] | None = None,
    progress: Progress | None = None,
) -> Checked:
    """Checks every dossier, exports the head, and tells supervisors and administrators of what does not hold.

    Each batch is a transaction that remembers where it ended: an interrupted check goes on there, and two that run at once
    share one check. The audit log is read to its end each time. What is missing stays expected, and is found again by every later check.

    Args:
        engine: the application's store.
        out: folder of the exported files, the same one each time and on each machine.
        moment: when it is; the file bears its day.
        dossiers: only these, looked at without exporting or telling anything.
        progress: told after each batch.
    """
    moment = moment or clock.now()
    if dossiers is not None:
        return _look_at(engine, dossiers, progress)
    check = _begin(engine, moment)
    with unit_of_work(engine, _SCOPE) as connection:
        total = connection.execute(text("SELECT count(*) FROM dossier")).scalar_one()
    while (done := _advance(engine, check)) is not None:
        if progress:
            progress(done, max(total, done))
    audited = audit.verify(engine, chain_export.audit_heads(out), progress=progress)
    checked = _finish(engine, check, out, audited)
    _forget(engine)
    return checked


def _look_at(engine: Engine, dossiers: Sequence[UUID], progress: Progress | None) -> Checked:
    after, seen, events, documents, broken = None, 0, 0, 0, list[Broken]()
    while True:
        with unit_of_work(engine, _SCOPE) as connection:
            last = connection.execute(_LAST).one_or_none()
            batch = _Batch(connection, last.id if last else None, after, dossiers)
        seen, events, documents = seen + len(batch.heads), events + batch.events, documents + batch.documents
        broken += batch.broken
        if progress:
            progress(seen, len(dossiers))
        if batch.reached is None:
            return Checked(seen, events, documents, tuple(broken))
        after = batch.reached


def _begin(engine: Engine, moment: datetime) -> int:
    """The check under way, or a new one."""
    named = {"day": moment.astimezone(TIMEZONE).date(), "moment": moment}
    with unit_of_work(engine, _SCOPE) as connection:
        connection.execute(_BEGIN, named)
        going_on = text(
            "SELECT id, started_at, reached FROM chain_check WHERE finished_at IS NULL FOR UPDATE"
        )
        row = connection.execute(going_on).one()
        if moment - row.started_at >= STALE:
            for kept in (_head, _break):
                connection.execute(delete(kept).where(kept.c.check == row.id))
            connection.execute(_ANEW, {"check": row.id, **named})
        return int(row.id)


def _locked(connection: Connection, check: int) -> Any:  # noqa: ANN401 - a row
    return connection.execute(
        text("SELECT * FROM chain_check WHERE id = :check FOR UPDATE"), {"check": check}
    ).one()


def _advance(engine: Engine, check: int) -> int | None:
    """One batch; how many dossiers are done, None when all are."""
    with unit_of_work(engine, _SCOPE) as connection:
        row = _locked(connection, check)
        if row.finished_at is not None or row.reached == _END:
            return None
        last = connection.execute(_LAST).one_or_none()
        batch = _Batch(connection, last.id if last else None, row.reached)
        if batch.heads:
            connection.execute(insert(_head), [{"check": check, **head} for head in batch.heads])
        _keep(connection, check, batch.broken)
        connection.execute(_GO_ON, {
            "check": check, "reached": batch.reached or _END, "dossiers": batch.dossiers, "events": batch.events,
            "documents": batch.documents, "breaks": len(batch.broken),
        })  # fmt: skip
        return int(row.dossiers) + batch.dossiers


def _keep(connection: Connection, check: int, broken: Sequence[Broken]) -> None:
    if broken:
        connection.execute(insert(_break), [{"check": check, **one._asdict()} for one in broken])


def _kept(connection: Connection, check: int) -> list[Broken]:
    """All that a check found broken until now, in the order it was found."""
    columns = (_break.c[name] for name in Broken._fields)
    asked = select(*columns).where(_break.c.check == check).order_by(_break.c.id)
    return [Broken(*row) for row in connection.execute(asked)]


_END = UUID(int=2**128 - 1)
"""Where a check stands that has reached the last dossier; no random id is that high."""


class _Batch:
    """Some dossiers in the order of their ids, what of them does not hold, and the heads that a later check must find."""

    def __init__(
        self,
        connection: Connection,
        known: int | None,
        after: UUID | None,
        dossiers: Sequence[UUID] | None = None,
    ) -> None:
        self.broken: list[Broken] = []
        self.heads: list[dict[str, Any]] = []
        self.events = self.documents = self.dossiers = 0
        asked = {"after": after, "most": BATCH, "dossiers": None if dossiers is None else list(dossiers)}
        rows = connection.execute(_NEXT if dossiers is None else _NAMED_ONES, asked).mappings()
        found = [(identity, list(mine)) for identity, mine in groupby(rows, lambda row: row["dossier_id"])]
        self.reached = found[-1][0] if len(found) == BATCH else None
        expected = {
            row.dossier: row
            for row in connection.execute(_KNOWN, {"check": known, "until": self.reached, **asked})
        }
        for identity, mine in found:
            self._dossier(identity, mine, expected.pop(identity, None))
        for row in expected.values():
            self.broken.append(Broken("vanished", row.number, row.seq, row.territory))
            self.heads.append(dict(row._mapping))
        self._look_at_documents(connection, {identity: mine[0] for identity, mine in found})

    def _dossier(self, identity: UUID, rows: list[Any], expected: Any) -> None:  # noqa: ANN401 - rows
        first = rows[0]
        number, territory = first["number"], first["territory"]
        events = [_event_of(row) for row in rows if row["seq"] is not None]
        self.dossiers, self.events = self.dossiers + 1, self.events + len(events)
        for one in breaks_of(events, first["dossier_head"]):
            self.broken.append(Broken(one.what, number, one.seq, territory))
        digests = {event["seq"]: event["digest"] for event in events}
        seq = max(digests, default=0)
        head = {"dossier": identity, "number": number, "territory": territory, "seq": seq}
        if expected and digests.get(expected.seq) != expected.head:
            what = "rewritten" if expected.seq in digests else "cut"
            self.broken.append(Broken(what, number, expected.seq, territory))
            self.heads.append(head | {"seq": expected.seq, "head": expected.head})
        else:
            self.heads.append(head | {"head": digests.get(seq, "")})

    def _look_at_documents(self, connection: Connection, dossiers: dict[UUID, Any]) -> None:
        for row in connection.execute(_DOCUMENTS, {"dossiers": list(dossiers)}):
            self.documents += 1
            frozen = orjson.dumps(row.context, option=orjson.OPT_SORT_KEYS)
            fits = row.context is None or hashlib.sha256(frozen).hexdigest() == row.context_digest
            if not fits or row.acted_on != row.dossier:
                of = dossiers[row.dossier]
                named = row.number_text or row.form
                self.broken.append(Broken("document", of["number"], row.seq, of["territory"], named))


def _event_of(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row of the batch
    own = ("dossier_id", "number", "dossier_head", "territory")
    return {name: value for name, value in row.items() if name not in own}


def _finish(engine: Engine, check: int, out: Path, audited: audit.Verified) -> Checked:
    """Looks at registers and at the file before, writes this check's file, and tells of what does not hold."""
    with unit_of_work(engine, _SCOPE) as connection:
        row = _locked(connection, check)
        if row.finished_at is not None:  # another run of it was faster
            return _checked(connection, row, out, audited)
        last = connection.execute(_LAST).one_or_none()
        exports = chain_export.broken(connection, last, check, out)
        _keep(connection, check, [
            *_broken_registers(connection), *(Broken("export", detail=detail) for detail in exports), *_broken_audit(audited),
        ])  # fmt: skip
        broken = _kept(connection, check)
        exported = chain_export.write(connection, row, last, out, {
            "audit": audited.head._asdict(), "broken": [one._asdict() for one in broken],
        })  # fmt: skip
        values = {"finished_at": clock.now(), "breaks": len(broken), **exported}
        finished = connection.execute(
            update(_check).where(_check.c.id == check).values(**values).returning(_check)
        ).one()
        return _checked(connection, finished, out, audited, _tell(connection, broken, row.day))


def _checked(
    connection: Connection,
    row: Any,  # noqa: ANN401 - a row
    out: Path,
    audited: audit.Verified,
    told: int = 0,
) -> Checked:
    broken = tuple(_kept(connection, row.id))
    file = out / row.file
    return Checked(row.dossiers, row.events, row.documents, broken, row.head, file, told, audited.entries)


def _broken_audit(audited: audit.Verified) -> Iterator[Broken]:
    for one in audited.broken:
        yield Broken("audit", seq=one.seq, detail=one.what)
    if audited.breaks > len(audited.broken):
        yield Broken("audit", detail=f"{audited.breaks} in all")


def _broken_registers(connection: Connection) -> Iterator[Broken]:
    for row in connection.execute(_REGISTERS):
        detail = f"{row.agency} {row.year} {row.name}: {row.documents}/{row.last}"
        yield Broken("register", territory=row.territory, detail=detail)


def _tell(connection: Connection, broken: Sequence[Broken], day: date) -> int:
    """One notice an office with all that concerns it; the same breaks are told once, others anew."""
    if not broken:
        return 0
    mine: dict[tuple[str, Any], list[Broken]] = {}
    supervisors = offices_of(connection, "supervisor")
    administrators = {office.code for office in offices_of(connection, "administrator")}
    for one in broken:
        concerned = supervisors if one.territory is None else above(supervisors, one.territory)
        for office in concerned:
            mine.setdefault((office.code, "supervisor"), []).append(one)
        for code in administrators:
            mine.setdefault((code, "administrator"), []).append(one)
    return tell(connection, [
        Telling(agency, "chain_broken", _key(listed), {
            "day": day.isoformat(), "count": len(listed),
            "broken": [{"what": one.what, "dossier": one.dossier, "seq": one.seq, "detail": one.detail}
                       for one in listed[:NAMED]],
        }, audience=audience)
        for (agency, audience), listed in mine.items()
    ])  # fmt: skip


def _key(broken: Sequence[Broken]) -> str:
    return f"chain:{hashlib.sha256(orjson.dumps([list(one) for one in broken])).hexdigest()[:32]}"


def _forget(engine: Engine) -> None:
    """Deletes the heads of checks before the last one, some thousands at a time."""
    while True:
        with unit_of_work(engine, _SCOPE) as connection:
            checks = text("SELECT id FROM chain_check WHERE finished_at IS NULL")
            kept = list(connection.execute(checks).scalars())
            if last := connection.execute(_LAST).one_or_none():
                kept.append(last.id)
            if not connection.execute(_FORGET, {"kept": kept}).rowcount:
                return
