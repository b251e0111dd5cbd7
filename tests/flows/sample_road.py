"""The sample dossier's road in real acts, done for many dossiers at once: to measure them, and to make work for workers."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import Engine

from flows.books import book
from flows.engine import Act, Actor, act_many
from flows.opening import open_dossier
from flows.writing import Done
from models.law.calendar import baseline
from tests.documents.cases import ACTS, FACTS, PERSON, at
from tests.flows.rows import ACCOUNT

NOW = datetime(2026, 12, 1, tzinfo=UTC)
"""The clock stands here: the invented dossiers all lie before it, whatever day the machine thinks it is."""

POLICE, HEALTH = Actor(ACCOUNT, "camd", "head"), Actor(ACCOUNT, "bvmd", "head")
ROAD = (
    (POLICE, "verify_residence"), (POLICE, "request_determination"), (HEALTH, "admit"), (HEALTH, "issue_result"),
    (POLICE, "notify_result"), (POLICE, "record_ground"), (POLICE, "compile"), (POLICE, "notify_person"),
)  # fmt: skip
OTHER_FACTS = {
    "residence_case": "registered",
    "determination_case": "a",
    "notice_refused_reason": None,
    "signing_refused_reason": None,
}


def facts_of(action: str, **more: object) -> dict[str, Any]:
    """What an act of the sample dossier records, as it is sent."""
    asked = {fact.name for fact in book("2026").action(action).facts}
    chosen = {**FACTS, **OTHER_FACTS, **more}
    return {
        name: to_jsonable_python(value)
        for name, value in chosen.items()
        if name in asked and value is not None
    }


def opened(engine: Engine) -> UUID:
    """A dossier that the police have just opened."""
    return open_dossier(engine, POLICE, PERSON, facts_of("open"), ACTS["open"], baseline()).state.id


def asked(dossier: UUID, actor: Actor, action: str) -> Act:
    """An act of the road."""
    return Act(dossier, action, facts_of(action), ACTS[action], actor, None, late_reason="hồ sơ mẫu")


def again(dossier: UUID, times: int) -> Act:
    """The road's last act once more: the person is told anew, as after a paper was added to the file."""
    told = at(9, 29, 14) + timedelta(minutes=times)
    facts = facts_of("notify_person", notice_received_at=told + timedelta(minutes=30))
    return Act(dossier, "notify_person", facts, told, POLICE, None)


def together(engine: Engine, acts: Sequence[Act]) -> None:
    """Does acts in one transaction; each must succeed."""
    for answer in act_many(engine, acts, baseline()):
        if not isinstance(answer, Done):
            raise answer
