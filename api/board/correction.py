"""Correcting what was recorded: the facts of an act or the person's lines, tried first, and never over another's change."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Response
from sqlalchemy import Connection

from api.board import drafts
from api.board.asking import NONE, facts_asked, located, roomy, signing_asked
from api.board.dossier import events_since, names_of, version_of
from api.board.fields import Field, texts_of, values_of
from api.board.forms import Gone, Sent, SentDep, checked
from api.board.language import N_
from api.board.meanwhile import Filled
from api.board.person import cleaned, lines_of, person_fields
from api.board.visits import Visit, VisitDep, pages, permitted
from api.corrections import CorrectionIn, CorrectionOut, asked_of, correction_of
from api.dependencies import DossierId, id_of
from api.dossiers import state_of
from api.errors import ErrorOut, Fault, Problem, Said, problem_of
from documents.forms import all_forms
from flows.books import book as book_of
from flows.books import schema
from flows.calendars import held, in_force
from flows.correctable import Correctable, correctable
from flows.correcting import correct
from flows.engine import Actor
from flows.refusals import Refusal
from flows.state import State
from models.law.schema import Action
from models.person import PersonData
from models.store import unit_of_work

router = pages("/dossiers/{dossier_id}/corrections")
CorrectorDep = Annotated[Actor, Depends(permitted("dossiers.correct"))]
_FACTS, _PERSON = "facts.", "person."
_REASON = Field(
    "reason", "long", "Lý do đính chính", "Why it is corrected", required=True, longest=1000,
    help=N_("Ghi rõ sai ở đâu, căn cứ giấy tờ nào; không nêu tên người khác."),
)  # fmt: skip


async def event_id_of(event_id: Annotated[str, Path()]) -> UUID:
    """The act whose facts are corrected."""
    return id_of(event_id)


EventId = Annotated[UUID, Depends(event_id_of)]


@router.get("/person")
def show_person(visit: VisitDep, actor: CorrectorDep, dossier_id: DossierId) -> Response:
    """The person as recorded, to be recorded anew."""
    return _page(visit, actor, dossier_id, None)


@router.post("/person")
def send_person(visit: VisitDep, actor: CorrectorDep, dossier_id: DossierId, sent: SentDep) -> Response:
    """Tries the correction of the person, or makes it."""
    return _taken(visit, actor, dossier_id, None, sent)


@router.get("/{event_id}")
def show(visit: VisitDep, actor: CorrectorDep, dossier_id: DossierId, event_id: EventId) -> Response:
    """The facts of an act as they stand, to be recorded anew."""
    return _page(visit, actor, dossier_id, event_id)


@router.post("/{event_id}")
def send(
    visit: VisitDep, actor: CorrectorDep, dossier_id: DossierId, event_id: EventId, sent: SentDep
) -> Response:
    """Tries the correction of these facts, or makes it."""
    return _taken(visit, actor, dossier_id, event_id, sent)


def _taken(visit: Visit, actor: Actor, dossier_id: UUID, event_id: UUID | None, sent: Sent) -> Response:
    version = version_of(sent.fields.get("version", ""))
    if sent.fields.get("do") != "do":
        tried, problem, engine = None, None, visit.parts.engine
        try:
            with unit_of_work(engine, actor.scope) as connection:
                body = _Form.of(connection, actor, dossier_id, event_id).body(sent.fields)
            asked, what = asked_of(body, dossier_id, actor, version)
            tried = correction_of(
                correct(engine, asked, what, in_force(engine), dry_run=True), visit.language
            )
        except (Problem, Refusal) as error:
            problem = problem_of(error, visit.request)
        return _page(visit, actor, dossier_id, event_id, sent.fields, problem, tried)

    def write(connection: Connection) -> Gone:
        body = _Form.of(connection, actor, dossier_id, event_id).body(sent.fields)
        done = correct(connection, *asked_of(body, dossier_id, actor, version), held(connection)).done
        return Gone(f"/board/dossiers/{dossier_id}#event-{done.event['id']}", N_("Đã đính chính hồ sơ."))

    return sent.once(write) or _page(visit, actor, dossier_id, event_id, sent.fields, sent.problem)


@dataclass(frozen=True)
class _Form:
    """What can be corrected here, as fields filled with what is recorded now."""

    state: State
    filled: Filled
    event: UUID | None = None
    act: Action | None = None

    @classmethod
    def of(cls, connection: Connection, actor: Actor, dossier_id: UUID, event_id: UUID | None) -> "_Form":
        """The form of an act's facts, or without an act of the person.

        Raises:
            Problem: 404; 409 where there is nothing that this account can correct.
        """
        state = state_of(connection, actor, dossier_id)
        found = correctable(connection, state, actor)
        if event_id is not None:
            return cls._of_act(state, found, event_id)
        if not found.person:
            raise _nothing()
        fields = tuple(person_fields())
        texts = texts_of(fields, _as_typed(state.person.model_dump(mode="json")))
        return cls(state, Filled(fields, cleaned(texts)))

    @classmethod
    def _of_act(cls, state: State, found: Correctable, event_id: UUID) -> "_Form":
        names = found.acts.get(event_id)
        if names is None:
            raise _nothing()
        act = found.recorders[event_id]
        asked = facts_asked(book_of(act.book), schema(act.book, act.action))
        fields = [roomy(one) for one in asked if one.name.removeprefix(_FACTS) in names]
        recorded = {name: [NONE] if state.facts[name] == [] else state.facts[name] for name in names}
        return cls(state, Filled.of(fields, recorded), event_id, book_of(act.book).action(act.action))

    @property
    def draft(self) -> drafts.Key:
        """Where what is typed is kept."""
        return (
            drafts.Key("correct", self.event) if self.event else drafts.Key("correct-person", self.state.id)
        )

    def texts(self, sent: dict[str, str]) -> dict[str, str]:
        """What was typed, as it is held against what is recorded."""
        return sent if self.event else cleaned(sent)

    def body(self, sent: dict[str, str]) -> CorrectionIn:
        """What is corrected: what was typed otherwise than it stood in the form, and nothing else.

        Raises:
            Problem: 422.
        """
        texts = self.texts(sent)
        changed = self.filled.values(texts)
        if not changed:
            raise Problem(422, "invalid", _INVALID, [Fault("nothing_changes", _NOTHING_TYPED)])
        if self.event is None:
            lines = lines_of(texts)
            what: dict[str, Any] = {"person": {name: lines.get(name, _unsaid(name)) for name in changed}}
        else:
            what = {"facts": {name: [] if value == [NONE] else value for name, value in changed.items()}}
        more = values_of([_REASON, signing_asked()], sent)
        return checked(CorrectionIn, {"reason": "", **what, **more})

    def located(self, errors: list[ErrorOut]) -> list[ErrorOut]:
        """The errors at the fields of this form."""
        named = [
            one.model_copy(update={"field": (one.field or "").removeprefix(_PERSON) or None})
            for one in errors
        ]
        return located([*self.filled.fields, _REASON, signing_asked()], named)

    def changes(self, tried: CorrectionOut, visit: Visit) -> list[tuple[str, str, str]]:
        """What would be recorded otherwise: what it is called, how it is, how it would be."""
        found = []
        for one in tried.changed:
            key = one.field.partition(".")[2]
            field = next(field for field in self.filled.fields if field.name.removeprefix(_FACTS) == key)
            before, after = (
                field.told(texts_of([field], _as_typed({key: value})), visit.say)
                for value in (one.before, one.after)
            )
            found.append((field.label(visit.language), before, after))
        return found


def _as_typed(values: dict[str, Any]) -> dict[str, Any]:
    """The values, with the person's birth date as people write it, for it may be known in part."""
    birth = values.get("birth_date")
    return {**values, "birth_date": "/".join(reversed(birth.split("-")))} if birth else values


def _unsaid(name: str) -> Any:  # noqa: ANN401 - of any type
    """What a line of the person is where nothing is said; what must be said is then found to be missing."""
    line = PersonData.model_fields[name]
    return "" if line.is_required() else line.get_default()


def _page(
    visit: Visit, actor: Actor, dossier_id: UUID, event_id: UUID | None, sent: dict[str, str] | None = None,
    problem: Problem | None = None, tried: CorrectionOut | None = None,
) -> Response:  # fmt: skip
    with unit_of_work(visit.parts.engine, actor.scope, planned_once=True) as connection:
        form = _Form.of(connection, actor, dossier_id, event_id)
        typed = drafts.read(connection, actor.account, form.draft) if sent is None else sent
        changed = events_since(connection, form.state, version_of(typed.get("version", "")))
        others = {one.agency for one in tried.to_be_reissued} if tried else set()
        agencies = names_of(connection, others | {event.agency for event in changed})
    filled, texts = form.filled, form.texts(typed)
    moved = (
        [(one.label(visit.language), one.told(filled.now, visit.say)) for one in filled.moved(texts)]
        if typed
        else []
    )
    return visit.page(
        "correction.html", status=problem.status if problem else 200, state=form.state, event=event_id, act=form.act,
        filled=filled, values=filled.shown(texts if typed else {}), draft=form.draft, reason=_REASON,
        signing=signing_asked() if actor.role == "head" else None, errors=form.located(visit.errors(problem)), moved=moved,
        tried=tried, changes=form.changes(tried, visit) if tried else [], changed=changed, agencies=agencies,
        stale=bool(problem and problem.code == "stale"), forms=all_forms(),
    )  # fmt: skip


_INVALID = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
_NOTHING_TYPED = Said(
    "Chưa sửa mục nào: sửa mục bị ghi sai rồi gửi lại",
    "Nothing is different yet: change what was recorded wrongly",
)


def _nothing() -> Problem:
    said = Said(
        "Ở đây không có nội dung nào mà tài khoản này đính chính được: thao tác đã bị hủy, hoặc nội dung do cơ quan khác ghi, được che hay đã ghi lại ở thao tác sau",
        "There is nothing here that this account can correct: the act is void, or what it recorded is another agency's, masked, or was recorded again by a later act",
    )
    return Problem(409, "not_correctable", Said("Không đính chính được", "It cannot be corrected"), [Fault("not_correctable", said)])  # fmt: skip
