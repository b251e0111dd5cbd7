"""The demonstration's dossiers walked straight through the engine, without HTTP."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, func, insert, select

from api.demo.script import ScriptedPaper, Step, read_script
from flows.engine import Act, Actor, act
from flows.opening import open_dossier
from flows.writing import Done
from models.clock import now
from models.law.calendar import baseline
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

SYSTEM_SCOPE = Scope(SYSTEM)


@dataclass
class Road:
    """A dossier on its way: what has been done, and the steps still to do."""

    engine: Engine
    dossier: UUID
    done: list[Done]
    ahead: list[Step]
    actors: dict[str, Actor] = field(repr=False)

    @property
    def version(self) -> int:
        """The dossier's version now."""
        return self.done[-1].state.version

    def take(self, step: Step, *, at: datetime | None = None, **facts: Any) -> Done:
        """Does a step, perhaps at another moment or with other facts."""
        asked = Act(
            self.dossier,
            step.action,
            {**step.recorded, **facts},
            at or step.at,
            self.actors[step.by],
            self.version,
        )
        for paper in step.papers:
            receive(self.engine, self.dossier, self.actors[step.by], paper)
        done = act(self.engine, asked, baseline())
        self.done.append(done)
        return done


def actors(engine: Engine) -> dict[str, Actor]:
    """Everybody who can act, by user name."""
    account = table("account")
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        rows = connection.execute(select(account.c.id, account.c.username, account.c.agency, account.c.role))
        return {row.username: Actor(row.id, row.agency, row.role) for row in rows}


def walk_road(engine: Engine, book: str, until: str | None = None) -> Road:
    """Walks a book's dossier, to its end or to the first act `until`, which is left to be done.

    Args:
        engine: the store of a database with the demonstration's agencies and accounts.
        book: the rulebook.
        until: an action, or None for the whole road.
    """
    script, everybody = read_script(book), actors(engine)
    first, *steps = script.steps
    opened = open_dossier(engine, everybody[first.by], script.person, first.recorded, first.at, baseline())
    road = Road(engine, opened.state.id, [opened], list(steps), everybody)
    while road.ahead and road.ahead[0].action != until:
        road.take(road.ahead.pop(0))
    return road


def receive(engine: Engine, dossier: UUID, actor: Actor, paper: ScriptedPaper) -> None:
    """Puts a paper into the file, its sheets numbered after the last ones."""
    papers = table("paper")
    with unit_of_work(engine, actor.scope) as connection:
        filled = func.coalesce(func.max(papers.c.first_sheet + papers.c.sheets), 1)
        first = connection.execute(select(filled).where(papers.c.dossier == dossier)).scalar_one()
        connection.execute(insert(papers).values(
            id=uuid4(), dossier=dossier, kind=paper.kind, title=paper.title, received_on=paper.received_on,
            first_sheet=first, sheets=paper.sheets, file_name="a.pdf", content_type="application/pdf",
            sha256="0" * 64, agency=actor.agency, account=actor.account, recorded_at=now(),
        ))  # fmt: skip
