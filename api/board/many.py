"""Many lines at once: who is reminded is tried first and shown, then the letters are issued; and who gets many dossiers."""

import re
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Depends, Response
from pydantic import BaseModel
from sqlalchemy import Connection, select

from api.assignments import colleagues_of
from api.board.dossier import names_of
from api.board.fields import Field, values_of
from api.board.forms import Gone, Sent, SentDep, checked
from api.board.language import N_
from api.board.visits import Visit, VisitDep, pages, permitted
from api.bulk_watching import ManyAssignmentsIn, assigned
from api.errors import ErrorOut, Fault, Problem, Said, errors_of, of_refusal
from api.traces import shown
from flows.calendars import held
from flows.detectors import DETECTORS
from flows.engine import Act, Actor
from flows.refusals import Refusal
from flows.reminding import REMIND, Reminding
from flows.standstill import Stuck
from flows.watching import Line, remind_of_lines
from flows.writing import Done
from models.clock import now
from models.law.facts import Day
from models.law.facts import Line as OneLine
from models.seeing import visible
from models.store import unit_of_work
from models.tables import table

router = pages("/stuck")
_dossier = table("dossier")
ReminderDep = Annotated[Actor, Depends(permitted("dossiers.remind"))]
HeadDep = Annotated[Actor, Depends(permitted("dossiers.assign"))]
_PICKED = re.compile(
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\|([a-z_]{1,100})\|([A-Za-z0-9._-]{0,100})"
)
_MOST = 200
"""Lines at once."""


class WordsIn(BaseModel):
    """What the letters say beside what the dossier says."""

    wanted: OneLine | None = None
    answer_by: Day | None = None


class Tried(NamedTuple):
    """What would become of a line: the letter it would get, or why it gets none."""

    line: Line
    value: str
    stuck: Stuck | None
    errors: list[ErrorOut]


_WORDS = (
    Field("wanted", "text", "Việc yêu cầu làm", "What is to be done", longest=500,
          help=N_("Bỏ trống thì mỗi công văn nêu việc tiếp theo của hồ sơ đó.")),
    Field("answer_by", "day", "Trả lời trước ngày", "Answer by this day"),
)  # fmt: skip


@router.post("/reminder")
def try_reminder(visit: VisitDep, actor: ReminderDep, sent: SentDep) -> Response:
    """Shows who would get a letter, and which lines cannot get one and why; writes nothing."""
    return _asked_again(visit, actor, sent, picked(sent.fields))


@router.post("/reminder/issue")
def issue_reminders(visit: VisitDep, actor: ReminderDep, sent: SentDep) -> Response:
    """Issues the letters; each line by itself."""
    lines = picked(sent.fields)

    def write(connection: Connection) -> Gone:
        given = checked(WordsIn, values_of(_WORDS, sent.fields))
        answers = _reminded(connection, actor, lines, given)
        refused = [line for line, answer in zip(lines, answers, strict=True) if isinstance(answer, Refusal)]
        done = len(lines) - len(refused)
        if not refused:
            return Gone(visit.page_of_form, N_("Đã ban hành %(done)s công văn nhắc việc."), {"done": done})
        said = N_("Đã ban hành %(done)s công văn nhắc việc; %(refused)s dòng không nhắc được nữa.")
        return Gone(visit.page_of_form, said, {"done": done, "refused": len(refused)})

    return sent.once(write) or _asked_again(visit, actor, sent, lines)


def _asked_again(visit: Visit, actor: Actor, sent: Sent, lines: list[Line]) -> Response:
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        tried = _tried(visit, connection, actor, lines)
        connection.rollback()
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        names = names_of(connection, {code for one in tried if one.stuck for code in one.stuck.who})
        numbers = _numbers(connection, lines)
    problem = sent.problem
    return visit.page(
        "reminder.html", status=problem.status if problem else 200, problem=problem, tried=tried, fields=_WORDS, agencies=names,
        numbers=numbers,
        values={name: sent.fields.get(name, "") for name in ("wanted", "answer_by")}, detectors=DETECTORS,
    )  # fmt: skip


def _tried(visit: Visit, connection: Connection, actor: Actor, lines: list[Line]) -> list[Tried]:
    found = []
    for line, answer in zip(lines, _reminded(connection, actor, lines, WordsIn()), strict=True):
        value = "|".join(map(str, line))
        if isinstance(answer, Refusal):
            errors = errors_of(of_refusal(answer), visit.language)
            found.append(Tried(line, value, None, errors))
        else:
            found.append(Tried(line, value, answer[1], []))
    return found


def _reminded(
    connection: Connection, actor: Actor, lines: list[Line], given: WordsIn
) -> list[tuple[Done, Stuck] | Refusal]:
    asked = Act(lines[0].dossier, REMIND, {}, now(), actor, None)
    what = Reminding(wanted=given.wanted, answer_by=given.answer_by)
    return remind_of_lines(connection, asked, lines, what, held(connection))


@router.post("/assignment")
def choose_responsible(visit: VisitDep, actor: HeadDep, sent: SentDep) -> Response:
    """Asks who is to be responsible for the chosen dossiers."""
    return _responsible(visit, actor, sent, picked(sent.fields))


@router.post("/assignment/give")
def assign(visit: VisitDep, actor: HeadDep, sent: SentDep) -> Response:
    """Makes somebody responsible for many; each dossier by itself."""
    lines = picked(sent.fields)

    def write(connection: Connection) -> Gone:
        dossiers = list(dict.fromkeys(line.dossier for line in lines))
        given = values_of(_choice(connection, actor), sent.fields)
        body = checked(ManyAssignmentsIn, {"account": None, **given, "dossiers": dossiers})
        result = assigned(connection, actor, body, visit.language)
        why = [error.message for one in result.items for error in one.errors]
        done = sum(one.done for one in result.items)
        if not why:
            return Gone(visit.page_of_form, N_("Đã phân công %(done)s hồ sơ."), {"done": done})
        said = N_("Đã phân công %(done)s hồ sơ; %(refused)s hồ sơ không phân công được: %(why)s.")
        return Gone(visit.page_of_form, said, {"done": done, "refused": len(dossiers) - done, "why": why[0]})

    return sent.once(write) or _responsible(visit, actor, sent, lines)


def _responsible(visit: Visit, actor: Actor, sent: Sent, lines: list[Line]) -> Response:
    with unit_of_work(visit.parts.engine, actor.scope) as connection:
        fields, numbers = _choice(connection, actor), _numbers(connection, lines)
    problem = sent.problem
    return visit.page(
        "many_assigned.html", status=problem.status if problem else 200, problem=problem, fields=fields,
        lines=["|".join(map(str, line)) for line in lines], dossiers=len({line.dossier for line in lines}), numbers=numbers,
        values={name: sent.fields.get(name, "") for name in ("account", "note")},
    )  # fmt: skip


def _numbers(connection: Connection, lines: list[Line]) -> dict[UUID, str]:
    """The numbers of the chosen dossiers that one sees; that they were looked at is written down."""
    shown(line.dossier for line in lines)
    of_these = _dossier.c.id.in_([line.dossier for line in lines])
    asked = select(_dossier.c.id, _dossier.c.number).where(of_these, visible(connection, "dossier.id"))
    return {row.id: row.number for row in connection.execute(asked.order_by(_dossier.c.number))}


def _choice(connection: Connection, actor: Actor) -> list[Field]:
    colleagues = {str(account): name for account, name in colleagues_of(connection, actor.agency).items()}
    return [
        Field("account", "choice", "Người phụ trách", "Responsible", choices=colleagues,
              help=N_("Bỏ trống để không giao cho riêng ai.")),
        Field("note", "long", "Ghi chú", "Note", longest=4000),
    ]  # fmt: skip


def picked(fields: dict[str, str]) -> list[Line]:
    """The lines whose boxes were ticked.

    Raises:
        Problem: 422 when there is none, or too many, or one is not of the list.
    """
    found = [_PICKED.fullmatch(value) for name, value in fields.items() if name.startswith("pick.")]
    lines = list(dict.fromkeys(Line(UUID(one[1]), one[2], one[3]) for one in found if one))
    if not lines or len(lines) > _MOST or None in found:
        said = Said(f"Hãy chọn từ 1 đến {_MOST} dòng", f"Choose from 1 to {_MOST} lines")
        raise Problem(422, "nothing_chosen", said, [Fault("nothing_chosen", said)])
    return lines
