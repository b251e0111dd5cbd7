"""A new dossier, step by step: the person, what the number and earlier dossiers say, the facts; kept on the server in between."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import Depends, Path, Response
from sqlalchemy import Connection

from api.actions import ActIn
from api.answers import ActOut, act_of
from api.board import drafts
from api.board.act import home_of
from api.board.asking import Asked, asked_of
from api.board.dossier import names_of
from api.board.fields import Field, values_of
from api.board.forms import Gone, SentDep, checked
from api.board.language import N_
from api.board.person import cleaned, person_fields, person_of
from api.board.visits import Visit, VisitDep, pages
from api.board.work import WorkerDep, opens
from api.dependencies import id_of
from api.dossier_list import DossierLine, Wanted, found_of
from api.errors import Fault, Problem, Said, problem_of
from api.traces import shown
from flows.books import book_of_day, books, schema
from flows.calendars import held, in_force
from flows.engine import Actor
from flows.opening import open_dossier
from flows.refusals import Refusal
from models.clock import now
from models.law.book import Book
from models.law.limits import TIMEZONE
from models.person import PROVINCES, PersonData
from models.store import Store, unit_of_work

router = pages("/new")
_PERSON, _FACTS = "new-person", "new-facts"
_EARLIER = 20
_AT_FIRST = {"identity.type": "personal_number"}


async def draft_id_of(draft_id: Annotated[str, Path()]) -> UUID:
    """The id under which one new dossier is kept until it is opened."""
    return id_of(draft_id)


DraftId = Annotated[UUID, Depends(draft_id_of)]


def opener(visit: VisitDep, actor: WorkerDep) -> Actor:
    """Who may open a dossier: of an agency that the law of today has open them.

    Raises:
        Problem: 403.
    """
    if not visit.me or not opens(visit.me.agency_kind, actor.role):
        said = Said(
            "Cơ quan của tài khoản này không mở hồ sơ", "The agency of this account opens no dossiers"
        )
        raise Problem(403, "wrong_agency", said, [Fault("wrong_agency", said)])
    return actor


OpenerDep = Annotated[Actor, Depends(opener)]


@router.get("")
def start(visit: VisitDep, actor: OpenerDep) -> Response:
    """Goes on with what was begun, or begins anew."""
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        begun = drafts.of_kind(connection, actor.account, _PERSON)
    return visit.page("new.html", begun=begun, fresh=uuid4())


@router.get("/{draft_id}")
def ask_person(visit: VisitDep, actor: OpenerDep, draft_id: DraftId) -> Response:
    """Step 1: who it is about."""
    return _person_page(visit, actor, draft_id)


@router.post("/{draft_id}")
def take_person(visit: VisitDep, actor: OpenerDep, draft_id: DraftId, sent: SentDep) -> Response:
    """Judges the person as typed, and keeps it."""
    typed = cleaned(sent.fields)
    drafts.save(visit.parts.engine, actor.account, drafts.Key(_PERSON, draft_id), drafts.typed(typed))
    try:
        person_of(typed)
    except Problem as problem:
        return _person_page(visit, actor, draft_id, typed, problem)
    return visit.go(f"/board/new/{draft_id}/check")


@router.get("/{draft_id}/check")
def check(visit: VisitDep, actor: OpenerDep, draft_id: DraftId) -> Response:
    """Step 2: what the identity number says, and earlier dossiers of the same person."""
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        person = _kept_person(connection, actor, draft_id)
        if person is None:
            return visit.go(f"/board/new/{draft_id}")
        earlier = _earlier(connection, actor, person)
    return visit.page(
        "new_check.html", person=person, says=person.identity.says, provinces=PROVINCES, draft_id=draft_id,
        oddities=person.warnings(), earlier=earlier,
    )  # fmt: skip


@router.get("/{draft_id}/facts")
def ask_facts(visit: VisitDep, actor: OpenerDep, draft_id: DraftId) -> Response:
    """Step 3: what happened."""
    return _facts_page(visit, actor, draft_id)


@router.post("/{draft_id}/facts")
def take_facts(visit: VisitDep, actor: OpenerDep, draft_id: DraftId, sent: SentDep) -> Response:
    """Tries the opening, or opens the dossier."""
    engine = visit.parts.engine

    if sent.fields.get("do") != "do" or _book(sent.fields).code != sent.fields.get("book"):
        tried, problem = None, None
        try:
            with unit_of_work(engine, actor.scope) as connection:
                one = _opening(connection, actor, draft_id, sent.fields)
            done = open_dossier(
                engine, actor, one.person, one.body.facts, one.body.occurred_at, in_force(engine),
                late_reason=one.body.late_reason, particulars=one.body.particulars, dry_run=True,
            )  # fmt: skip
            tried = act_of(done, visit.language)
        except (Problem, Refusal) as error:
            problem = problem_of(error, visit.request)
        return _facts_page(visit, actor, draft_id, sent.fields, problem, tried)

    def write(connection: Connection) -> Gone:
        one = _opening(connection, actor, draft_id, sent.fields)
        done = open_dossier(
            connection, actor, one.person, one.body.facts, one.body.occurred_at, held(connection),
            late_reason=one.body.late_reason, particulars=one.body.particulars,
        )  # fmt: skip
        drafts.erase(connection, actor.account, drafts.Key(_PERSON, draft_id))
        shown([done.state.id])
        return Gone(
            f"/board/dossiers/{done.state.id}",
            N_("Đã mở hồ sơ số %(number)s."),
            {"number": done.state.number},
        )

    return sent.once(write) or _facts_page(visit, actor, draft_id, sent.fields, sent.problem)


@dataclass(frozen=True)
class _Opening:
    person: PersonData
    body: ActIn


def _opening(connection: Connection, actor: Actor, draft_id: UUID, typed: Mapping[str, str]) -> _Opening:
    person = _kept_person(connection, actor, draft_id)
    if person is None:
        said = Said("Chưa có thông tin về người bị đề nghị", "The person is not described yet")
        raise Problem(422, "invalid", said, [Fault("person_missing", said)])
    return _Opening(person, checked(ActIn, _asked(connection, actor, _book(typed)).body(typed)))


def _asked(connection: Connection, actor: Actor, book: Book) -> Asked:
    day = now().astimezone(TIMEZONE).date()
    action = book.action("open")
    return asked_of(
        connection, None, book, action, schema(book.code, "open"), home_of(connection, actor.agency), day
    )


def _book(typed: Mapping[str, str]) -> Book:
    """The book of the day that was typed; today's while none is."""
    when = Field("occurred_at", "instant", "", "")
    try:
        day = date.fromisoformat(str(values_of([when], typed).get("occurred_at"))[:10])
    except ValueError:
        day = now().astimezone(TIMEZONE).date()
    return book_of_day(day) or books()[-1]


def _person_page(
    visit: Visit,
    actor: Actor,
    draft_id: UUID,
    typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    draft = drafts.Key(_PERSON, draft_id)
    values = drafts.read(visit.parts.engine, actor.account, draft) if typed is None else typed
    errors = [one.model_copy(update={"field": _field_of(one.field)}) for one in visit.errors(problem)]
    return visit.page(
        "new_person.html", status=problem.status if problem else 200, draft_id=draft_id, draft=draft, fields=person_fields(),
        values=values or _AT_FIRST, errors=errors,
    )  # fmt: skip


def _facts_page(
    visit: Visit, actor: Actor, draft_id: UUID, typed: dict[str, str] | None = None, problem: Problem | None = None,
    tried: ActOut | None = None,
) -> Response:  # fmt: skip
    draft = drafts.Key(_FACTS, draft_id)
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        person = _kept_person(connection, actor, draft_id)
        if person is None:
            return visit.go(f"/board/new/{draft_id}")
        values = drafts.read(connection, actor.account, draft) if typed is None else typed
        book = _book(values)
        asked = _asked(connection, actor, book)
        agencies = names_of(connection, {tried.dossier.holder} if tried else set())
    return visit.page(
        "new_facts.html", status=problem.status if problem else 200, draft_id=draft_id, draft=draft, person=person, book=book,
        asked=asked, values=values, errors=asked.located(visit.errors(problem)), tried=tried, agencies=agencies,
        moved=typed is not None and typed.get("book") != book.code, action=book.action("open"),
    )  # fmt: skip


def _field_of(path: str | None) -> str | None:
    return None if path in {None, "body"} else path


def _kept_person(store: Store, actor: Actor, draft_id: UUID) -> PersonData | None:
    """The person as kept; None where it is not whole yet."""
    typed = drafts.read(store, actor.account, drafts.Key(_PERSON, draft_id))
    try:
        return person_of(cleaned(typed))
    except Problem:
        return None


def _earlier(connection: Connection, actor: Actor, person: PersonData) -> list[DossierLine]:
    """Dossiers that seem to be of the same person, as far as the actor sees them: of that number, or that name and year."""
    found = dict[UUID, DossierLine]()
    if person.identity.number:
        page = found_of(connection, actor, Wanted(identity_number=person.identity.number, limit=_EARLIER))
        found |= {one.id: one for one in page.items}
    if len(person.name) > 1:
        page = found_of(connection, actor, Wanted(name=person.name, limit=_EARLIER))
        found |= {one.id: one for one in page.items if one.birth_date[:4] == person.birth_date[:4]}
    return list(found.values())
