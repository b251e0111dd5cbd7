"""The province: some hundred dossiers walked through the engine day by day, from the oldest book's time until last night."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, text

from api.demo import demo_seed
from api.demo.courses import FAILING, FIRST_DAY, stories, today_of
from api.demo.people import IDENTITY
from api.demo.scans import pdf_page
from api.demo.script import BOOKS, read_script
from api.demo.troubles import (
    has_failed,
    job_fails,
    mailboxes_open,
    mails_fail,
    police_leave,
    supervisor_reminds,
)
from api.demo.walker import ASIDE, ProvinceFailed, Walker, World
from api.papers import add
from documents import storage
from flows.correcting import Asked, correct
from flows.engine import Act, Actor, act_many
from flows.migration import plan_keeping, plan_migration
from flows.notices import tell_of_acts, tell_of_the_held
from flows.opening import plan_openings, write_openings
from flows.refusals import Refusal
from flows.state import load
from flows.sweep import sweep
from flows.voiding import void_last
from flows.writing import Done
from models import clock
from models.law.calendar import baseline
from models.law.limits import TIMEZONE
from models.seeding import Seed
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

HELD_BACK = timedelta(minutes=30)
"""How long the jobs of the province wait for the workers: they would tell of limits in the midst of what is past."""
_SYSTEM = Scope(SYSTEM)
_EARLIER = timedelta(minutes=6)
"""So much before the others a worker may take the job that fails until it is parked."""
_LAST_WEEKS, _LAST_YEAR = timedelta(days=40), timedelta(days=400)
_ROOM = timedelta(hours=2)
"""How long after the last of some acts they are typed in, so that receipts shortly after an act are past by then."""
_BEGUN = text("""
    SELECT p.data -> 'identity' ->> 'number' AS identity, d.id, d.opened_on,
        count(e.id) FILTER (WHERE e.action <> ALL (:aside)) AS steps, max(e.occurred_at) AS last
    FROM dossier d JOIN person p ON p.id = d.person JOIN event e ON e.dossier = d.id
    WHERE p.data -> 'identity' ->> 'number' LIKE :ours GROUP BY 1, 2, 3
""")
_OTHERS = text("""
    SELECT (SELECT count(*) FROM agency WHERE code <> ALL (:agencies)) + (SELECT count(*) FROM person
        WHERE coalesce(data -> 'identity' ->> 'number', '') NOT LIKE :ours
            AND coalesce(data -> 'identity' ->> 'number', '') <> ALL (:walked))
""")


class NotHere(RuntimeError):
    """No province can be made on this installation; the message says why in both languages."""


@dataclass
class Day:
    """What was done since the last evening on which it was told."""

    events: list[UUID] = field(default_factory=list)
    dossiers: set[UUID] = field(default_factory=set)

    def did(self, done: Done) -> None:
        """An act was done."""
        self.events.append(done.event["id"])
        self.dossiers.add(done.state.id)


def world_of(engine: Engine, seed: Seed, today: datetime) -> World:
    """The agencies and accounts of the installation; everything happens before the day begins that `today` lies in."""
    account = table("account")
    with unit_of_work(engine, _SYSTEM) as connection:
        rows = connection.execute(
            account.select().with_only_columns(
                account.c.id, account.c.username, account.c.agency, account.c.role
            )
        )
        actors = {row.username: Actor(row.id, row.agency, row.role) for row in rows}
    end = datetime.combine(today.astimezone(TIMEZONE).date(), time(), TIMEZONE)
    return World(engine, seed, actors, baseline(), end)


@dataclass
class Province:
    """The making of the province; begun anew or gone on with."""

    world: World
    files: Path
    walkers: list[Walker]
    release: datetime
    """When workers may take the jobs."""
    told: Callable[[int, int], None]
    """Is told how many steps are done of how many."""
    day: Day = field(default_factory=Day)
    papers: dict[str, str] = field(default_factory=dict)
    taken: int = 0

    def run(self) -> None:
        """Walks every dossier until last night; may be stopped at any point and gone on with.

        Raises:
            ProvinceFailed: an act was refused that should not be.
        """
        day, troubles = None, [(self.world.end - timedelta(days=days), what) for days, what in _TROUBLES]
        while batch := self._next():
            today = batch[0].at.date()
            if day is not None and self._span(today) != self._span(day):
                self._evening(_six(day))
            while troubles and troubles[0][0].date() <= today:
                self._happens(*troubles.pop(0))
            day, moment = today, max(one.at for one in batch) + _ROOM
            with clock.at(moment.astimezone(UTC)):
                self._take(batch, self._wait(batch[0]) - moment)
            self.told(*self._far())
        for trouble in troubles:
            self._happens(*trouble)
        self._end()

    def _far(self) -> tuple[int, int]:
        """How many steps are done, and how many there may be in all: some dossiers end before their course does."""
        return (
            sum(one.position for one in self.walkers),
            sum(one.position if one.over else len(one.course) for one in self.walkers),
        )

    def _wait(self, one: Walker) -> datetime:
        return self.release - _EARLIER if _fails(one) else self.release

    def _span(self, day: date) -> tuple[int, ...]:
        """The time that is looked back on in one evening: a day of the last weeks, a week of the last year, else a month."""
        if day >= (self.world.end - _LAST_WEEKS).date():
            return day.year, day.month, day.day
        if day >= (self.world.end - _LAST_YEAR).date():
            return day.isocalendar()[:2]
        return day.year, day.month

    def _happens(self, day: datetime, what: Callable[[World], None]) -> None:
        with clock.at((day + timedelta(hours=10)).astimezone(UTC)):
            what(self.world)

    def _end(self) -> None:
        """The last evening, and the mails and the job that fail by then: once, the job last of all."""
        self._evening(self.world.end)
        [failing] = [one.id for one in self.walkers if one.story.serial == FAILING]
        if failing is None or has_failed(self.world, failing):
            return
        with clock.at(self.world.end.astimezone(UTC)):
            mails_fail(self.world)
        job_fails(self.world, failing, self.release - _EARLIER)
        with clock.at(self.world.end.astimezone(UTC)):
            sweep(self.world.engine)

    def _next(self) -> list[Walker]:
        """The dossiers whose turn it is: the earliest, and others of its day with an act of the same agency."""
        going = [one for one in self.walkers if not one.over]
        if not going:
            return []
        first = min(going, key=lambda one: one.at)
        if _alone(first):
            return [first]
        day, agency, opening = first.at.date(), first.agency, first.id is None
        return [
            one
            for one in going
            if one.at.date() == day and not _alone(one) and (one.id is None) == opening and one.agency == agency
        ]  # fmt: skip

    def _evening(self, moment: datetime) -> None:
        """Tells of what was done since the last one, and sweeps."""
        events, dossiers = self.day.events, sorted(self.day.dossiers)
        self.day = Day()
        with clock.at(moment.astimezone(UTC)):
            with unit_of_work(self.world.engine, _SYSTEM) as connection:
                tell_of_acts(connection, events)
                tell_of_the_held(connection, dossiers)
            sweep(self.world.engine)

    # ------------------------------------------------------------ acts
    def _take(self, batch: Sequence[Walker], later: timedelta) -> None:
        if pending := batch[0].pending:
            self._aside(batch[0], pending, later)
            return
        for one in batch:
            if one.step.action == "compile":
                self._bring_papers(one)
        if batch[0].step.action in _ALONE:
            answers: Sequence[Done | Refusal] = [self._alone(batch[0])]
        elif batch[0].id is None:
            answers = self._open(batch, later)
        else:
            asked = [one.act() for one in batch]
            answers = act_many(self.world.engine, asked, self.world.calendar, later=later)
        for one, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Done):
                self._did(answer)
                one.took(answer.state)
            elif code := one.refused(answer):
                self._aside(one, code, later)

    def _did(self, done: Done) -> None:
        self.taken += 1
        self.day.did(done)

    def _open(self, batch: Sequence[Walker], later: timedelta) -> Sequence[Done | Refusal]:
        actor = batch[0].actor
        with unit_of_work(self.world.engine, actor.scope) as connection:
            openings = [one.opening() for one in batch]
            answers = plan_openings(connection, actor, openings, self.world.calendar)
            write_openings(connection, [one for one in answers if isinstance(one, Done)], later=later)
        return answers

    def _aside(self, one: Walker, code: str, later: timedelta) -> None:
        asked, how = one.aside(code), plan_keeping if code == "keep_book" else plan_migration
        [answer] = act_many(self.world.engine, [asked], self.world.calendar, how=how, later=later)
        if not isinstance(answer, Done):
            raise ProvinceFailed(f"#{one.story.serial} {code} {one.at:%d/%m/%Y}: {answer}")
        self._did(answer)
        one.changed_book(answer.state)

    def _alone(self, one: Walker) -> Done:
        return _ALONE[one.step.action](self, one)

    def _void(self, one: Walker) -> Done:
        assert one.id is not None  # noqa: S101 - it is open
        asked = Act(one.id, "void_last", {}, one.at, one.supervisor, None, reason="Ghi nhầm hồ sơ")
        return void_last(self.world.engine, asked, self.world.calendar)

    def _correct(self, one: Walker) -> Done:
        assert one.id is not None and one.state is not None  # noqa: S101, PT018 - it is open
        person = dict(one.step.facts)
        if "birth_date" in person:  # ten years old when found: too young for any book
            person["birth_date"] = (one.state.opened_on - timedelta(days=3800)).isoformat()
        asked = Act(
            one.id, "correct", {}, one.at, self.world.actor(one.agency, "head"), None, reason="Đối chiếu giấy khai sinh"
        )  # fmt: skip
        return correct(self.world.engine, asked, Asked(person=person), self.world.calendar).done

    def _bring_papers(self, one: Walker) -> None:
        """Puts into the file what it lacks; an invented page stands for each paper."""
        actor = one.actor
        assert one.id is not None  # noqa: S101 - it is open
        with unit_of_work(self.world.engine, actor.scope, locking=[one.id]) as connection:
            one.state = load(connection, [one.id])[one.id]
            for paper in one.papers():
                if paper.title not in self.papers:
                    self.papers[paper.title] = storage.store(self.files, pdf_page(paper.title))
                add(connection, one.state, actor, {
                    "kind": paper.kind, "title": paper.title, "received_on": one.at.date(), "sheets": 2,
                    "sha256": self.papers[paper.title], "content_type": "application/pdf", "file_name": "ban-sao.pdf",
                })  # fmt: skip


_ALONE: dict[str, Callable[[Province, Walker], Done]] = {
    "void_last": Province._void,
    "correct": Province._correct,
}


def _alone(one: Walker) -> bool:
    return one.pending is not None or one.step.action in _ALONE or _fails(one)


def _fails(one: Walker) -> bool:
    return one.story.serial == FAILING and one.position == len(one.course) - 1


def _six(day: date) -> datetime:
    """Six in the evening."""
    return datetime.combine(day, time(18), TIMEZONE)


_TROUBLES: tuple[tuple[int, Callable[[World], None]], ...] = (
    (12, police_leave), (8, mailboxes_open), (3, supervisor_reminds),
)  # fmt: skip
"""What happens so many days before the end."""


def anew(world: World, files: Path, count: int, told: Callable[[int, int], None]) -> Province:
    """The province as it is to be made, or gone on with as far as it is there.

    Raises:
        NotHere: it is too early in the year.
    """
    with unit_of_work(world.engine, _SYSTEM) as connection:
        rows = connection.execute(_BEGUN, {"aside": sorted(ASIDE), "ours": f"{IDENTITY}%"}).all()
        begun = {int(row.identity[-6:]): row for row in rows}
        states = load(connection, [row.id for row in begun.values()])
    days = [today_of(serial, row.opened_on) for serial, row in begun.items()]
    today = next((day for day in days if day), world.end.date())
    if today < FIRST_DAY:
        raise NotHere(
            f"Tỉnh mẫu cần ngày hiện tại từ {FIRST_DAY:%d/%m/%Y} trở đi · the province needs a day from then on"
        )
    world = replace(world, end=datetime.combine(today, time(), TIMEZONE))
    walkers = [Walker(world, story) for story in stories(count, today)]
    for one in walkers:
        if row := begun.get(one.story.serial):
            one.found(states[row.id], row.steps, row.last)
    return Province(world, files, walkers, clock.now() + HELD_BACK, told)


def refuse_others(engine: Engine) -> None:
    """The demonstration has no place where work is done.

    Raises:
        NotHere: agencies or people that are not its own are here.
    """
    ours = [agency.code for agency in demo_seed().agencies]
    walked = [read_script(book).person.identity.number for book in BOOKS]
    asked = {"agencies": ours, "walked": walked, "ours": f"{IDENTITY}%"}
    with unit_of_work(engine, _SYSTEM) as connection:
        found = connection.execute(_OTHERS, asked).scalar()
    if found:
        raise NotHere(
            f"Ở đây đã có {found} cơ quan hoặc hồ sơ không phải của bản dùng thử: không lập tỉnh mẫu · there are {found} "
            "agencies or dossiers here that are not the demonstration's: no province is made"
        )
