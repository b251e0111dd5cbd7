"""Dossiers as the engine sees them: everything an act is judged by, read for many dossiers at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from documents.case import AgencyCard, Issued
from flows.refusals import Need, Refused
from models.law.book import Track
from models.law.facts import Official
from models.law.limits import TIMEZONE
from models.person import PersonData, age_on
from models.seeing import sees, sight
from models.store import Reach, reach

ORDINANCE_2022 = date(2023, 2, 1)
"""The first day of PL 03/2022/UBTVQH15 (Đ.43.1)."""


@dataclass
class LimitState:
    """A limit of the dossier, without its explanation."""

    id: UUID
    book: str
    rule: str
    stands_for: str | None
    kind: str
    parent: UUID | None
    starts_at: datetime
    due: datetime | None
    warning_due: datetime | None
    last_day: date | None
    ended_at: datetime | None
    end: str | None
    ledger: list[dict[str, Any]]
    hangs_on: "LimitState | None" = field(default=None, repr=False)
    """The limit from whose end it runs."""

    @property
    def place(self) -> str:
        """The rule of the dossier's present book in whose place it runs: its own, unless the book has changed."""
        return self.stands_for or self.rule

    @property
    def suspended(self) -> bool:
        """Whether it stands still now, suspended before it ran out: nobody is late before it goes on.

        A limit counted from the end of another stands still with it.
        """
        if self.pause is None:
            return self.hangs_on is not None and self.hangs_on.suspended
        return self.due is None or datetime.fromisoformat(self.ledger[self.pause]["at"]) < self.due

    def passed(self, at: datetime) -> bool:
        """Whether it has run out by then; one that stands still has not: its end can only become later."""
        return self.due is not None and self.due <= at and not self.suspended

    @property
    def pause(self) -> int | None:
        """Where in the ledger the suspension stands that has not ended; an extension may have come after it."""
        open_since = None
        for position, entry in enumerate(self.ledger):
            if entry["kind"] in {"suspended", "restarted"}:
                still = entry["kind"] == "suspended" and not entry.get("until")
                open_since = position if still else None
        return open_since


@dataclass
class State:
    """A dossier at one version."""

    id: UUID
    number: str
    person_id: UUID
    person: PersonData
    book: str
    stage: str
    holder: str
    version: int
    opened_on: date
    facts: dict[str, Any]
    acts: dict[str, datetime]
    parties: dict[str, str]
    head: str
    seq: int
    limits: list[LimitState] = field(default_factory=list)
    issued: dict[str, Issued] = field(default_factory=dict)
    papers: list[tuple[str, str, int]] = field(default_factory=list)  # kind, title, sheets
    assignee: UUID | None = None
    """The account that is responsible for it inside the holding agency."""
    erased: bool = False
    """What it said of the person is gone, its retention period having passed: nothing more is done with it."""
    reach: Reach | None = None
    """For whom it was read: what of it is shown follows from that; None shows nothing private."""

    def derived(self, at: datetime) -> dict[str, object]:
        """Facts that follow from the acts done and the moment of the next; conditions and rules may use them.

        A case stays under the ordinance it was accepted under (PL 03/2022/UBTVQH15 Đ.43.1, 44.1); before its acceptance
        the ordinance is that of the moment.
        """
        accepted = self.acts.get("accept", at).astimezone(TIMEZONE).date()
        adults = "2014" if accepted < ORDINANCE_2022 else "2022"
        return {
            "delivered": not DELIVERIES.isdisjoint(self.acts),
            "held": "deliver_pending" in self.acts,
            "legality_confirmed": "confirm_legality" in self.acts,
            "migrated": "migrate" in self.acts,
            "monitored": "order_monitoring" in self.acts,
            "ordinance": "minors" if self.track == "minor" else adults,
            "placed": "place_pending" in self.acts,
            "stage": self.stage,
            "term_in_months": "term_months" in self.facts and "times" not in self.facts,
            "terminated": "terminate" in self.acts,
            "track": self.track,
        }

    @property
    def track(self) -> Track:
        """The track of the person's age when the dossier was opened, until it is decided that it changes at 18."""
        decided: Track | None = self.facts.get("track_after_18")
        return decided or ("minor" if age_on(self.person.birth_date, self.opened_on) < 18 else "adult")

    def latest(self, rule: str) -> LimitState | None:
        """The youngest limit of a rule, open or ended."""
        return next((limit for limit in reversed(self.limits) if limit.place == rule), None)

    def open_limit(self, rule: str) -> LimitState | None:
        """The open limit of a rule; there is at most one."""
        return next((limit for limit in self.limits if limit.place == rule and limit.ended_at is None), None)


DELIVERIES = frozenset({"deliver", "start_in_place"})
"""Acts by which the person comes into the centre of the court's decision."""
ERASED = Need(
    "erased",
    False,
    "Dữ liệu của hồ sơ đã được xóa khi hết thời hạn lưu trữ: không làm gì thêm được với hồ sơ này",
    "The dossier's data were erased when its retention period had passed: nothing more can be done with it",
)


def require_kept(state: State) -> None:
    """Raises Refused when the dossier has been erased."""
    if state.erased:
        raise Refused([ERASED])


_OF_TERRITORY = text("""
    SELECT code FROM agency WHERE kind = :kind AND territory = :territory
    AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) ORDER BY code
""")
_AGENCIES = text("SELECT to_json(agency) FROM agency WHERE code = ANY (:codes)")

# One round trip for everything: PostgreSQL gathers what belongs to a dossier into JSON.
_LOAD = text(f"""
    SELECT d.id, d.number, d.person, d.book, d.stage, d.holder, d.version, d.opened_on, d.facts, d.acts, d.parties,
        d.head, d.erased_at IS NOT NULL AS erased, p.data,
        (SELECT s.account FROM assignment s WHERE s.dossier = d.id AND s.ended_at IS NULL) AS assignee,
        coalesce((SELECT max(e.seq) FROM event e WHERE e.dossier = d.id), 0) AS seq,
        (SELECT json_agg(json_build_array(l.id, l.book, l.rule, l.stands_for, l.kind, l.parent, l.starts_at, l.due, l.warning_due, l.last_day,
            l.ended_at, l."end", l.ledger) ORDER BY s.seq, l.id)
            FROM time_limit l JOIN event s ON s.id = l.started_by
            WHERE l.dossier = d.id AND l."end" IS DISTINCT FROM 'void') AS limits,
        (SELECT json_agg(json_build_array(i.form, coalesce(i.number_text, ''), i.issued_on, a.name)
            ORDER BY i.issued_on, i.number) FROM document i JOIN agency a ON a.code = i.agency
            WHERE i.dossier = d.id AND i.state = 'issued') AS issued,
        (SELECT json_agg(json_build_array(s.kind, s.title, s.sheets) ORDER BY s.first_sheet)
            FROM paper s WHERE s.dossier = d.id) AS papers,
        (SELECT json_agg(a) FROM agency a WHERE a.code = d.holder
            OR a.code IN (SELECT value FROM jsonb_each_text(d.parties))) AS agencies
    FROM dossier d JOIN person p ON p.id = d.person WHERE d.id = ANY (:dossiers) AND {sees("d.id")} ORDER BY d.id
""")  # noqa: S608 - a condition of our own


def load(
    connection: Connection, dossiers: Sequence[UUID], agencies: "Agencies | None" = None
) -> dict[UUID, State]:
    """Reads dossiers with all that acts on them depend on.

    Args:
        connection: a unit of work; what its scope may not see is left out, here and by row-level security.
        dossiers: ids; unknown and hidden ones are simply missing from the answer.
        agencies: learns the agencies that have a part in them.
    """
    rows = connection.execute(_LOAD, {"dossiers": list(dossiers), **sight(connection)}).all()
    if agencies is not None:
        agencies.learn(agency for row in rows for agency in row.agencies or ())
    reached = reach(connection)
    return {row.id: _state(row, reached) for row in rows}


def _state(row: Any, reached: Reach) -> State:  # noqa: ANN401 - a row of the query above
    return State(
        id=row.id,
        number=row.number,
        person_id=row.person,
        person=PersonData.model_validate(row.data),
        book=row.book,
        stage=row.stage,
        holder=row.holder,
        version=row.version,
        opened_on=row.opened_on,
        facts=row.facts,
        acts={code: datetime.fromisoformat(moment).astimezone(TIMEZONE) for code, moment in row.acts.items()},
        parties=row.parties,
        head=row.head,
        seq=row.seq,
        limits=_hung([_limit(*values) for values in row.limits or ()]),
        issued={
            form: Issued(form, number, date.fromisoformat(day), name)
            for form, number, day, name in row.issued or ()
        },
        papers=[(kind, title, sheets) for kind, title, sheets in row.papers or ()],
        assignee=row.assignee,
        erased=row.erased,
        reach=reached,
    )


def _hung(limits: list[LimitState]) -> list[LimitState]:
    """The limits, each knowing the one from whose end it runs."""
    by_id = {limit.id: limit for limit in limits}
    for limit in limits:
        limit.hangs_on = by_id.get(limit.parent) if limit.parent else None
    return limits


def _limit(
    id_: str,
    book: str,
    rule: str,
    stands_for: str | None,
    kind: str,
    parent: str | None,
    starts_at: str,
    due: str | None,
    warning_due: str | None,
    last_day: str | None,
    ended_at: str | None,
    end: str | None,
    ledger: list[dict[str, Any]],
) -> LimitState:
    return LimitState(
        id=UUID(id_),
        book=book,
        rule=rule,
        stands_for=stands_for,
        kind=kind,
        parent=UUID(parent) if parent else None,
        starts_at=datetime.fromisoformat(starts_at),
        due=_instant(due),
        warning_due=_instant(warning_due),
        last_day=date.fromisoformat(last_day) if last_day else None,
        ended_at=_instant(ended_at),
        end=end,
        ledger=ledger,
    )


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value).astimezone(TIMEZONE) if value else None


@dataclass(frozen=True)
class AgencyState:
    """An agency with the dates between which it exists."""

    card: AgencyCard
    valid_from: date
    valid_to: date | None
    successor: str | None
    territory: str

    def exists_on(self, day: date) -> bool:
        """Whether the agency exists on this day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Agencies(Mapping[str, AgencyState]):
    """Agencies by code, read once a transaction as they are asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, AgencyState] = {}

    def learn(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Takes agencies that were read with something else; rows of the agency table as JSON."""
        for row in rows:
            until = row["valid_to"] and date.fromisoformat(row["valid_to"])
            since = date.fromisoformat(row["valid_from"])
            self._known[row["code"]] = AgencyState(
                agency_card(row), since, until, row["successor"], row["territory"]
            )

    def read(self, codes: Iterable[str]) -> None:
        """Reads these agencies in one query, if they are not known yet."""
        missing = sorted(set(codes) - set(self._known))
        if missing:
            self.learn(self._connection.execute(_AGENCIES, {"codes": missing}).scalars())

    def __getitem__(self, code: str) -> AgencyState:
        """The agency; KeyError when there is none."""
        if code not in self._known:
            self.read([code])
        return self._known[code]

    def __iter__(self) -> Any:  # noqa: ANN401 - codes known so far
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def of_territory(self, kind: str, territory: str, day: date) -> list[str]:
        """Agencies of a kind in this very territory that exist on a day."""
        named = {"kind": kind, "territory": territory, "day": day}
        return list(self._connection.execute(_OF_TERRITORY, named).scalars())

    def in_charge(self, code: str, day: date) -> str:
        """Who stands for an agency on a day: itself, or the successor of an abolished one."""
        seen = {code}
        while (agency := self.get(code)) and not agency.exists_on(day) and agency.successor:
            code = agency.successor
            if code in seen:
                break
            seen.add(code)
        return code


def agency_card(row: Mapping[str, Any]) -> AgencyCard:
    """An agency's row as papers name it."""
    head = Official(name=row["head_name"], position=row["head_position"])
    named = ("code", "kind", "name", "superior", "symbol", "place", "address", "commune", "province")
    return AgencyCard(**{column: row[column] for column in named}, head=head)
