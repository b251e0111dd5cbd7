"""Time limits: those of a dossier with their explanations, and the calculator."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection, select

from api.answers import AskedInstant, InstantInAddress, LimitOut, limit_of
from api.dependencies import CurrentActor, DossierId, EngineDep
from api.dossiers import state_of
from api.errors import Fault, Problem, Said
from api.pages import CSV, whole
from api.rulebooks import book_named, rule_named
from flows.calendars import in_force
from flows.clocks import rule_of
from flows.engine import Facts
from flows.recounting import Recount
from flows.state import LimitState, State
from models.clock import now
from models.law.calendar import Calendar, UnknownYearError
from models.law.ledger import LEDGER, LedgerEntry
from models.law.limits import (
    AmountOutOfRange,
    FactNeeded,
    InstantOutOfRange,
    LimitRefused,
    NaiveInstant,
    NoClock,
    Reckoning,
    count,
    reckon,
)
from models.law.remaining import Remaining, known_by, left_of
from models.law.schema import Clock, Unit
from models.store import unit_of_work
from models.tables import table

router = APIRouter(prefix="/v1", tags=["limits"])
_limit = table("time_limit")
AskedMoment = Annotated[
    InstantInAddress | None,
    Query(
        description="Tính thời gian còn lại tại thời điểm này, không có thì là bây giờ · what is left at this instant, now if none"
    ),
]


@router.get(
    "/dossiers/{dossier_id}/limits", response_model=list[LimitOut], responses=CSV,
    summary="Thời hạn của hồ sơ · Limits of a dossier",
)  # fmt: skip
def list_limits(
    dossier_id: DossierId,
    actor: CurrentActor,
    engine: EngineDep,
    request: Request,
    at: AskedMoment = None,
) -> Response:
    """Mỗi thời hạn kèm cách tính và thời gian còn lại · each with its explanation and what is left of it."""
    with unit_of_work(engine, actor.scope, planned_once=True) as connection:
        state = state_of(connection, actor, dossier_id)
        found = limits_of(connection, state, in_force(connection), at or now())
    return whole(request, LimitOut, found)


def limits_of(connection: Connection, state: State, calendar: Calendar, moment: datetime) -> list[LimitOut]:
    """The limits of a dossier, each with how it was counted and what is left of it at a moment."""
    asked = select(_limit.c.id, _limit.c.explanation).where(_limit.c.dossier == state.id)
    explanations = {row.id: row.explanation for row in connection.execute(asked)}
    return [
        limit_of(limit, how, _remaining(state, limit, how, calendar, moment))
        for limit, how in ((limit, explanations[limit.id]) for limit in state.limits)
    ]


def _remaining(
    state: State, limit: LimitState, explanation: dict[str, Any] | None, calendar: Calendar, at: datetime
) -> Remaining | None:
    """What is left by the count as it is stored, or counted anew if more has happened to the limit since that instant."""
    if explanation is None or limit.due is None or (limit.ended_at and limit.ended_at <= at):
        return None
    ledger, counted = LEDGER.validate_python(limit.ledger), Reckoning.model_validate(explanation)
    known = known_by(ledger, max(at, limit.starts_at))
    if known != ledger:
        then = replace(limit, ledger=LEDGER.dump_python(known, mode="json"))
        try:
            counted = Recount(state, calendar, Facts(state, {}, at), at)[then].reckoning
        except (LimitRefused, UnknownYearError):
            return None
    return left_of(rule_of(limit), counted, at, known or _standing(limit, at))


def _standing(limit: LimitState, at: datetime) -> list[LedgerEntry]:
    """The ledger of the limit from whose end this one is counted: it stands still with that one, and has no entry for it."""
    before = limit.hangs_on
    return known_by(LEDGER.validate_python(before.ledger), at) or _standing(before, at) if before else []


class Question(BaseModel):
    """Thời hạn cần tính: theo quy tắc, hoặc theo số lượng và đơn vị · by rule, or by amount and unit."""

    model_config = ConfigDict(extra="forbid")

    rulebook: str | None = Field(default=None, examples=["2026"])
    rule: str | None = Field(default=None, examples=["p4-read"])
    amount: int | None = Field(default=None, strict=True, examples=[None])
    unit: Unit | None = Field(default=None, examples=[None])
    start: AskedInstant = Field(
        alias="from",
        description="Thời điểm bắt đầu; với thời hạn đếm ngược là thời điểm kết thúc · "
        "the start, or for a limit counted back its end",
        examples=["2026-08-27T15:00:00+07:00"],
    )
    facts: dict[str, bool | int | str] = Field(
        default={}, description="Chọn trường hợp của quy tắc · chooses the rule's variant", examples=[{}]
    )

    @model_validator(mode="after")
    def one_kind_of_question(self) -> Self:
        """Either a rule of a book, or an amount with its unit."""
        by_rule = self.rulebook is not None and self.rule is not None
        by_amount = self.amount is not None and self.unit is not None
        neither = (self.rulebook, self.rule) if by_amount else (self.amount, self.unit)
        if by_rule == by_amount or any(value is not None for value in neither):
            raise ValueError(
                "cần rulebook và rule, hoặc amount và unit / needs rulebook and rule, or amount and unit"
            )
        return self


@router.post("/limits/compute", summary="Tính thời hạn · Compute a limit")
def compute(question: Question, _actor: CurrentActor, engine: EngineDep) -> Reckoning:
    """Kèm từng ngày được tính hay không và vì sao · with each day, whether it counts, and why."""
    calendar = in_force(engine)
    try:
        if question.rulebook is None or question.rule is None:
            amount, unit = question.amount, question.unit
            assert amount is not None and unit is not None  # noqa: S101, PT018 - as the question was validated
            return count(amount, unit, question.start, calendar)
        rule = rule_named(book_named(question.rulebook), question.rule)
        return reckon(rule, question.start, calendar, question.facts)
    except (LimitRefused, UnknownYearError) as refused:
        title = Said("Không tính được thời hạn", "The limit cannot be computed")
        raise Problem(422, "limit_refused", title, [_fault(refused)], more=_more(refused)) from refused


def _more(refused: ValueError) -> dict[str, Any]:
    return {"fact": refused.fact, "choices": list(refused.choices)} if isinstance(refused, FactNeeded) else {}


def _fault(refused: ValueError) -> Fault:
    vi = str(refused)
    match refused:
        case NaiveInstant():
            said = Said(vi, "The instant needs its time zone (such as 2026-08-27T15:00+07:00)")
            return Fault("no_time_zone", said, "from")
        case InstantOutOfRange():
            return Fault(
                "instant_out_of_range", Said(vi, "The instant lies outside the years 1976–2200"), "from"
            )
        case UnknownYearError():
            return Fault(
                "unknown_year", Said(vi, f"The calendar does not cover {refused.day.isoformat()}"), "from"
            )
        case FactNeeded():
            choices = ", ".join(map(str, refused.choices))
            said = Said(vi, f"{refused.rule_id}: the fact “{refused.fact}” is needed, one of: {choices}")
            return Fault("fact_needed", said, f"facts.{refused.fact}", requirement=refused.fact)
        case NoClock():
            rule = refused.rule
            why = "the text gives no limit" if rule.clock is Clock.none else "the text was not read"
            return Fault(
                "no_clock", Said(vi, f"{rule.id} runs no clock: {why}"), "rule", rule.id, rule.citation
            )
        case AmountOutOfRange():
            return Fault(
                "amount_out_of_range", Said(vi, "The amount is not one that the law allows"), "amount"
            )
    return Fault("limit_refused", Said(vi, "The limit cannot be computed"))
