"""What agencies are told: after an act, that a dossier was handed to them, a court acted or a document ended; and of people to be released."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, func, select, text
from sqlalchemy.dialects.postgresql import JSONB

from flows.alarms import grounds_may_exist, release_alarm
from flows.ending import REISSUE, VOID
from flows.state import Agencies, load
from flows.supervision import Supervision
from models import clock, metrics
from models.law.limits import TIMEZONE
from models.law.loader import load_book
from models.law.schema import Action, AgencyKind
from models.store import after_commit
from models.tables import table

_dossier, _event, _agency, _notice = table("dossier"), table("event"), table("agency"), table("notice")
_later = _event.alias()

Audience = Literal["agency", "head", "supervisor", "administrator"]
_COURTS = (AgencyKind.court, AgencyKind.provincial_court)
_EVENTS = (
    select(
        _event.c.id, _event.c.dossier, _event.c.action, _event.c.agency, _event.c.stage_before, _event.c.stage_after,
        _dossier.c.number, func.coalesce(_event.c.book, _dossier.c.book).label("book"), _dossier.c.holder,
        _dossier.c.parties, _agency.c.kind.label("agency_kind"), _event.c.voids,
    )
    .join(_dossier, _dossier.c.id == _event.c.dossier)
    .join(_agency, _agency.c.code == _event.c.agency)
    .where(~exists().where(_later.c.voids == _event.c.id))
    .order_by(_event.c.dossier, _event.c.seq)
)  # fmt: skip
"""Acts that count: of one that was taken back nobody is told any more, only that it was."""
_TOLD_OF = text("""
    SELECT e.id, told.agency FROM event e JOIN event taken ON taken.id = e.voids JOIN dossier d ON d.id = e.dossier
        CROSS JOIN LATERAL (SELECT agency FROM notice WHERE event = taken.id UNION SELECT taken.agency UNION SELECT d.holder) told
    WHERE e.id = ANY (:events) AND told.agency <> e.agency ORDER BY 1, 2
""")
# Who has the dossier learns that something was corrected, heads and supervisors what must be looked at, and agencies which
# of their documents are to be issued again; nothing of what was corrected.
_CORRECTED = text("""
    SELECT e.id, e.dossier, d.number AS dossier_number, e.agency, f.facts -> 'alarms' AS alarms,
        ARRAY(SELECT agency FROM dossier_agency seen WHERE seen.dossier = e.dossier ORDER BY 1) AS seeing,
        (SELECT json_agg(json_build_object('agency', again.agency, 'id', paper.id, 'form', paper.form,
                'number', coalesce(paper.number_text, paper.form), 'issued_on', paper.issued_on))
            FROM jsonb_to_recordset(coalesce(f.facts -> 'reissue', '[]')) AS again (document uuid, agency text)
            JOIN document paper ON paper.id = again.document AND paper.state = 'issued') AS again
    FROM event e JOIN event_facts f ON f.event = e.id JOIN dossier d ON d.id = e.dossier
    WHERE e.id = ANY (:events) AND e.action = 'correct'
""")
_REMINDED = text("""
    SELECT r.event, r.dossier, d.number, d.book, agency, nullif(split_part(r.cause, ':', 2), '') AS rule,
        (SELECT coalesce(number_text, form) FROM document WHERE document.event = r.event LIMIT 1) AS document
    FROM reminder r JOIN dossier d ON d.id = r.dossier CROSS JOIN LATERAL unnest(r.agencies) agency
    WHERE r.event = ANY (:events) AND NOT EXISTS (SELECT FROM event later WHERE later.voids = r.event)
""")
_LAST_OF_THE_HELD = select(
    _dossier.c.id.label("dossier"),
    select(_event.c.id)
    .where(_event.c.dossier == _dossier.c.id)
    .order_by(_event.c.seq.desc())
    .limit(1)
    .scalar_subquery()
    .label("event"),
).where(_dossier.c.acts.has_key("place_pending"), grounds_may_exist)
_ENDED = text("""
    SELECT e.id, e.dossier, seen.agency AS reader, dossier.number AS dossier_number, d.form, d.issued_on,
        coalesce(d.number_text, d.form) AS number, coalesce(newer.number_text, newer.form) AS replaced_by
    FROM event e JOIN event_facts f ON f.event = e.id JOIN dossier ON dossier.id = e.dossier
        JOIN document d ON d.id = (f.facts ->> 'document')::uuid
        LEFT JOIN document newer ON newer.id = d.replaced_by
        JOIN dossier_agency seen ON seen.dossier = e.dossier AND seen.agency <> e.agency
    WHERE e.id = ANY (:events) AND e.action = ANY (:ending)
""")

# Rows travel as JSON, in their order: thousands of them have more columns together than a statement can have parameters.
_TELL = text("""
    INSERT INTO notice (id, agency, audience, kind, key, facts, dossier, event, created_at)
    SELECT gen_random_uuid(), new.agency, new.audience, new.kind, new.key, new.facts, new.dossier, new.event, :moment
    FROM jsonb_to_recordset(:rows) AS new (
        agency text, audience text, kind text, key text, facts jsonb, dossier uuid, event uuid)
    ON CONFLICT (agency, audience, key) DO NOTHING RETURNING id, kind
""").bindparams(bindparam("rows", type_=JSONB))

# An agency's officers are written to at its mailbox where it has one; everyone else at their own addresses. Its webhooks
# hear of one thing once, whoever of the agency is told of it.
_DELIVER = text("""
    INSERT INTO delivery (id, notice, channel, account, webhook, state, attempts, run_after, created_at)
    SELECT gen_random_uuid(), told.id, reader.channel, reader.account, reader.webhook, 'waiting', 0, :moment, :moment
    FROM notice told CROSS JOIN LATERAL (
        SELECT 'mail' AS channel, account.id AS account, NULL::uuid AS webhook
        FROM account JOIN agency ON agency.code = account.agency
        WHERE account.agency = told.agency AND account.email IS NOT NULL AND NOT account.disabled
            AND (account.role = told.audience
                OR told.audience = 'agency' AND account.role IN ('officer','clerk','judge'))
            AND (told.audience <> 'agency' OR agency.email IS NULL)
        UNION ALL
        SELECT 'mail', NULL, NULL FROM agency
        WHERE agency.code = told.agency AND agency.email IS NOT NULL AND told.audience = 'agency'
        UNION ALL
        SELECT 'webhook', NULL, webhook.id FROM webhook
        WHERE webhook.agency = told.agency AND webhook.enabled
            AND (webhook.kinds = '[]' OR EXISTS (
                SELECT FROM jsonb_array_elements_text(webhook.kinds) AS wanted (start)
                WHERE starts_with(told.kind, wanted.start)))
            AND NOT EXISTS (
                SELECT FROM notice before WHERE before.agency = told.agency AND before.key = told.key
                AND before.audience IN ('agency', 'head', 'supervisor') AND before.seq < told.seq)
    ) reader
    WHERE told.id = ANY (:told) ORDER BY told.seq, reader.account, reader.webhook
""")


@dataclass(frozen=True)
class Telling:
    """Something to tell an agency; `key` says what of, and nobody is told of one thing twice."""

    agency: str
    kind: str
    key: str
    facts: dict[str, Any]
    dossier: UUID | None = None
    event: UUID | None = None
    audience: Audience = "agency"


def tell(connection: Connection, tellings: Sequence[Telling]) -> int:
    """Writes notices that are new, with a delivery for each address; those already told add nothing.

    What concerns an abolished agency goes to its successor.

    Args:
        connection: a unit of work of the system.
        tellings: what to tell; they reach an inbox in the order of their keys.

    Returns:
        How many notices are new.
    """
    if not tellings:
        return 0
    moment, agencies = clock.now(), Agencies(connection)
    agencies.read([one.agency for one in tellings])
    day = moment.astimezone(TIMEZONE).date()
    rows = [{**vars(one), "agency": agencies.in_charge(one.agency, day)} for one in tellings]
    # In one order, so that two workers never wait for each other in a ring.
    rows.sort(key=lambda row: (row["agency"], row["key"], row["audience"]))
    told = connection.execute(_TELL, {"rows": rows, "moment": moment}).all()
    connection.execute(_DELIVER, {"told": [row.id for row in told], "moment": moment})
    after_commit(connection, lambda: _count(row.kind for row in told))
    return len(told)


def _count(kinds: Iterable[str]) -> None:
    for kind in kinds:
        metrics.notices.labels(kind.partition(":")[0]).inc()


def tell_of_acts(connection: Connection, events: Sequence[UUID]) -> int:
    """Tells the next holder what was handed over, the compiler what a court did, and all who had the dossier what ended.

    A document that is void or replaced is made known to who received it (NĐ 30/2020 Đ.18.4).

    Args:
        connection: a unit of work of the system.
        events: the acts; telling of them again adds nothing.

    Returns:
        How many notices are new.
    """
    rows = connection.execute(_EVENTS.where(_event.c.id.in_(events))).all()
    tellings = [telling for row in rows for telling in _of_act(row) if row.voids is None]
    taken_back = {row.id: row for row in rows if row.voids is not None}
    for id_, agency in connection.execute(_TOLD_OF, {"events": list(taken_back)}):
        facts = {"dossier": taken_back[id_].number, "act": str(taken_back[id_].voids)}
        tellings.append(_of_event(agency, "act_void", facts, taken_back[id_].dossier, id_))
    for row in connection.execute(_REMINDED, {"events": list(events)}):
        facts = {"dossier": row.number, "rule": row.rule, "book": row.book, "document": row.document}
        of = _of_event(row.agency, "reminder", facts, row.dossier, row.event)
        tellings += [of, replace(of, audience="head")]
    supervision, agencies = Supervision(connection), Agencies(connection)
    for row in connection.execute(_CORRECTED, {"events": list(events)}):
        tellings += _of_correction(row, supervision, agencies)
    ended = connection.execute(_ENDED, {"events": list(events), "ending": [VOID, REISSUE]})
    return tell(connection, [*tellings, *map(_of_ending, ended)])


def tell_of_the_held(connection: Connection, dossiers: Sequence[UUID]) -> int:
    """Tells every agency of a dossier that its person must be released, again after each act until it is recorded; the number of new notices.

    Args:
        connection: a unit of work of the system.
        dossiers: whose persons to look after.
    """
    moment, told = clock.now(), list[Telling]()
    held = connection.execute(_LAST_OF_THE_HELD.where(_dossier.c.id.in_(dossiers)), {"at": moment})
    last = {row.dossier: row.event for row in held}
    for state in load(connection, list(last)).values():
        if alarm := release_alarm(state, moment):
            facts = {"dossier": state.number, "since": alarm.since.isoformat(), "citation": alarm.citation}
            told += [
                _of_event(agency, "release_person", facts, state.id, last[state.id])
                for agency in alarm.agencies
            ]
    return tell(connection, told)


def _of_act(row: Any) -> Iterator[Telling]:  # noqa: ANN401 - a row
    facts = {"dossier": row.number, "action": row.action, "book": row.book, "stage": row.stage_after}
    receiver = _receiver(row)
    if receiver and receiver != row.agency:
        yield _of_event(receiver, "handed_over", facts, row.dossier, row.id)
    compiler = row.parties.get("compiler")
    if row.agency_kind in _COURTS and compiler:
        yield _of_event(compiler, "court_acted", facts, row.dossier, row.id)


def _of_ending(row: Any) -> Telling:  # noqa: ANN401 - a row
    facts = {
        "dossier": row.dossier_number, "document": row.number, "form": row.form, "issued_on": row.issued_on.isoformat(),
    }  # fmt: skip
    if row.replaced_by:
        facts["replaced_by"] = row.replaced_by
    return _of_event(row.reader, "document_ended", facts, row.dossier, row.id)


def _of_correction(row: Any, supervision: Supervision, agencies: Agencies) -> Iterator[Telling]:  # noqa: ANN401 - a row
    facts = {"dossier": row.dossier_number}
    for agency in row.seeing:
        if agency != row.agency:
            yield _of_event(agency, "corrected", facts, row.dossier, row.id)
        if row.alarms:
            yield replace(_of_event(agency, "correction_alarm", facts, row.dossier, row.id), audience="head")
    if row.alarms:
        for office in supervision.above(agencies[row.agency].territory):
            yield replace(
                _of_event(office, "correction_alarm", facts, row.dossier, row.id), audience="supervisor"
            )
    for paper in row.again or ():
        told = facts | {"document": paper["number"], "form": paper["form"], "issued_on": paper["issued_on"]}
        key = f"{row.id}:reissue_needed:{paper['id']}"
        yield Telling(paper["agency"], "reissue_needed", key, told, row.dossier, row.id, "head")


def _of_event(agency: str, kind: str, facts: dict[str, Any], dossier: UUID, event: UUID) -> Telling:
    return Telling(agency, kind, f"{event}:{kind}", facts, dossier, event)


def _receiver(row: Any) -> str | None:  # noqa: ANN401 - a row
    """Who holds the dossier after the act, if the act moved it: by then it may have moved on."""
    action = _action(row.book, row.action)
    if action and action.hand_to:
        party: str = row.parties.get(action.hand_to, row.holder)
        return party
    return row.holder if row.stage_before not in {None, row.stage_after} else None


def _action(book: str, code: str) -> Action | None:
    """The act in its book; None for what no book lists, such as a correction."""
    return next((action for action in load_book(book).actions if action.code == code), None)
