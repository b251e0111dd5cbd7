"""Alarms: a person who is still held although nothing allows it any more, until the release is recorded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, or_

from flows.books import book as book_of
from flows.clocks import rule_of
from flows.state import State
from models.law.limits import TIMEZONE
from models.tables import table

_dossier, _limit = table("dossier"), table("time_limit")
grounds_may_exist = or_(
    _dossier.c.acts.has_key("terminate"),
    and_(_dossier.c.facts["outcome"].astext == "refuse", _dossier.c.acts.has_key("decide")),
    exists().where(
        _limit.c.dossier == _dossier.c.id, _limit.c.kind == "bar", _limit.c.ended_at.is_(None), _limit.c.due <= bindparam("at")
    ),
)  # fmt: skip
"""A condition on dossiers, true of each that `release_alarm` is raised for at the moment `at`: others need not be read whole."""


@dataclass(frozen=True)
class Alarm:
    """Why the person must be released, since when, and by which article; every agency of the dossier is concerned."""

    since: datetime
    message: str
    message_en: str
    citation: str
    agencies: tuple[str, ...]


def release_alarm(state: State, at: datetime) -> Alarm | None:
    """The alarm for a person in pending management after a refusal, a termination or a time bar passed.

    No text says how soon the person must leave: it is at once, for the management lasts only until the court decides
    (Luật 120/2025 Đ.37.1; LXLVPHC Đ.131).
    """
    if "place_pending" not in state.acts:
        return None
    grounds = sorted(_grounds(state, at), key=lambda ground: ground[0])
    if not grounds:
        return None
    since, why, why_en = grounds[0]
    moment = since.astimezone(TIMEZONE)
    citation = book_of(state.book).action("end_pending").citation
    return Alarm(
        since,
        f"Phải cho người đang bị quản lý rời nơi quản lý ngay: {why} (từ {moment:%H:%M %d/%m/%Y})",
        f"The person held must be released at once: {why_en} (since {moment:%d/%m/%Y %H:%M})",
        citation,
        tuple(sorted({state.holder, *state.parties.values()})),
    )


def _grounds(state: State, at: datetime) -> list[tuple[datetime, str, str]]:
    acts, facts = state.acts, state.facts
    found = []
    if "terminate" in acts:
        found.append((acts["terminate"], "Tòa án đình chỉ việc xem xét", "the court has terminated the case"))
    elif facts.get("outcome") == "refuse" and "decide" in acts:
        decided = acts.get("decide_appeal", acts["decide"])
        found.append((decided, "Tòa án quyết định không áp dụng", "the court does not apply the measure"))
    for limit in state.limits:
        if limit.kind == "bar" and limit.ended_at is None and limit.due and limit.passed(at):
            rule = rule_of(limit)
            found.append((limit.due, f"đã hết “{rule.title}”", f"“{rule.title_en}” has run out"))
    return found
