"""A change of law in mid-case: an open dossier moves to the next rulebook, or a supervisor says why it stays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from flows import policy
from flows.books import UNLISTED, successor
from flows.books import book as book_of
from flows.clocks import Clocks, rule_of
from flows.eligibility import STAGE_NAMES, kept_by_law, law_has_changed, party_flaws
from flows.engine import Act, Actor, Facts, effect, facts_of, missing_facts, moment_of
from flows.refusals import Invalid, Need, Refused, Stale
from flows.state import Agencies, LimitState, State
from flows.view import View
from flows.writing import Done
from models.law.book import Book, Landing, Transition
from models.law.calendar import Calendar, UnknownYearError
from models.law.facts import Payload, payload_model
from models.law.ledger import LEDGER, Carried
from models.law.limits import LimitRefused, reckon
from models.law.loader import catalogue
from models.law.schema import Action, ActionFact, ActionFacts, Ref, Stage

ON_BOOKS_EN = {
    "migrate": "Move the dossier to the new rulebook",
    "keep_book": "Keep the dossier under the old rulebook",
}
_KEEPING: ActionFacts = (ActionFact(name="keep_reason"),)
COMPILER = ActionFact(name="compiler", required=False)
"""May always be named: the agency that compiles under the new book, where it cannot be told from the old one."""


@dataclass(frozen=True)
class WayOn:
    """How a dossier whose book has ended goes on: to which book and stage, on what, and what stands against it."""

    origin: Book
    target: Book | None
    landing: Landing | None
    needs: list[Need]
    asks: ActionFacts

    @property
    def payload(self) -> type[Payload]:
        """What a person must state."""
        return payload_model("migrate", self.asks, catalogue(), (self.target or self.origin).exclusions)


def law_changed(state: State, at: datetime) -> Book | None:
    """The book an open dossier must be migrated to before its next act; None where it may simply go on."""
    book = book_of(state.book)
    if book.valid_to is None or at.date() <= book.valid_to:
        return None
    view = View(state, book, _action("migrate", book.title), Facts(state, {}, at), at)
    return successor(book.code) if law_has_changed(view) else None


def way_on(state: State, actor: Actor, agencies: Agencies, at: datetime) -> WayOn:
    """How the dossier would go on if this actor migrated it at this moment; judged as the migration will be.

    Where nobody can be told to hold or compile it, that agency is a fact the migration asks for.
    """
    way = _way(state, actor, agencies, at)
    if way.target is None or way.landing is None:
        return way
    action = _action("migrate", way.landing.citation)
    view = View(state, way.target, action, Facts(state, {}, at), at)
    agencies.read([state.holder, *state.parties.values()])
    parties = _parties(view, way.landing, {}, agencies)
    holder = parties.get(way.landing.hand_to or "") or agencies.in_charge(state.holder, at.date())
    agencies.read([holder, *parties.values()])
    named = [
        _holds(view, way.landing, holder, agencies), _compiles(view, way.landing, parties["compiler"], agencies),
    ]  # fmt: skip
    if all(need.met for need in named):
        return replace(way, needs=[*way.needs, *named])
    asks = (*(fact for fact in way.asks if fact.name != COMPILER.name), ActionFact(name=COMPILER.name))
    return replace(way, needs=[*way.needs, *named], asks=asks)


def _way(state: State, actor: Actor, agencies: Agencies, at: datetime) -> WayOn:
    older, newer = book_of(state.book), successor(state.book)
    view = View(state, older, _action("migrate", older.title), Facts(state, {}, at), at)
    moved = newer.transition if newer else None
    landing = _landing(view, moved) if moved else None
    needs = [*_stuck(view), _right(view, actor, agencies), _in_order(view), _lands(view, newer, landing)]
    return WayOn(older, newer, landing, needs, (*(moved.facts if moved else ()), COMPILER))


def plan_migration(state: State, asked: Act, agencies: Agencies, calendar: Calendar) -> Done:
    """Judges a dossier's way into the next book and counts it, without writing.

    Running limits keep their length and their law, and stand for the rules that took the place of theirs; those whose
    step no longer exists are cancelled. Issued documents stay. Acts the new book does not know no longer count.

    Raises:
        Stale; Invalid: a fact is missing or wrong; Refused: not stuck, not theirs to migrate, or nowhere to land.
    """
    _fresh(state, asked)
    at = moment_of(asked.occurred_at)
    agencies.read([asked.actor.agency, state.holder, *state.parties.values()])
    way = _way(state, asked.actor, agencies, at)
    _refuse_unmet(way.needs)
    assert way.target and way.target.transition and way.landing  # noqa: S101, PT018 - refused otherwise
    newer, moved, landing = way.target, way.target.transition, way.landing
    own = facts_of(way.payload, asked.facts)
    json_facts = own.model_dump(mode="json", exclude_none=True)
    typed = {name: getattr(own, name) for name in json_facts}
    action = _action(
        "migrate", landing.citation, facts=way.asks, next=(Ref(id=landing.next),), hand_to=landing.hand_to,
        undoes=landing.undoes, confirmed=landing.confirmed,
    )  # fmt: skip
    view = View(state, newer, action, Facts(state, typed, at), at, frozenset(typed), calendar)
    if flaws := [*missing_facts(view), *party_flaws(typed, agencies, at.date())]:
        raise Invalid(flaws)
    parties = _parties(view, landing, typed, agencies)
    holder = parties.get(landing.hand_to or "") or agencies.in_charge(state.holder, at.date())
    _refuse_unmet([
        _holds(view, landing, holder, agencies), _compiles(view, landing, parties["compiler"], agencies),
    ])  # fmt: skip
    state.book, state.parties, state.holder = newer.code, parties, holder
    typed["compiler"] = parties["compiler"]
    done = effect(view, replace(asked, action="migrate"), json_facts, typed, agencies, calendar)
    done.handed_to = holder
    state.acts = _acts(state.acts, moved, newer)
    _carry(done, view, way.origin, landing, moved)
    return done


def plan_keeping(state: State, asked: Act, agencies: Agencies, calendar: Calendar) -> Done:
    """Judges a supervisor's word that a dossier stays under its ended book, with the reason; writes nothing.

    Raises:
        Stale; Invalid: no reason; Refused: the book has not ended, or it is no supervisor who says so.
    """
    _fresh(state, asked)
    at, book = moment_of(asked.occurred_at), book_of(state.book)
    own = facts_of(keeping_payload(), asked.facts)
    facts = own.model_dump(mode="json")
    view = View(
        state, book, _action("keep_book", book.title, facts=_KEEPING), Facts(state, facts, at), at, frozenset(facts), calendar
    )  # fmt: skip
    _refuse_unmet([*_stuck(view), _is_supervisor(view, asked.actor), _in_order(view)])
    return effect(view, replace(asked, action="keep_book"), facts, facts, agencies, calendar)


@cache
def keeping_payload() -> type[Payload]:
    """What a supervisor must state to keep a dossier under its ended book."""
    return payload_model("keep_book", _KEEPING, catalogue(), {})


def _action(code: str, citation: str, **more: Any) -> Action:  # noqa: ANN401 - keys of an action
    return Action(
        code=code, title=UNLISTED[code], title_en=ON_BOOKS_EN[code], stages=(), by=(), citation=citation, **more
    )  # fmt: skip


def _fresh(state: State, asked: Act) -> None:
    if asked.expected_version is not None and asked.expected_version != state.version:
        raise Stale(state.version)


def _refuse_unmet(needs: list[Need]) -> None:
    if unmet := [need for need in needs if not need.met]:
        raise Refused(unmet)


def _stuck(view: View) -> Iterator[Need]:
    """Only a dossier whose book has ended is migrated or kept; what the law keeps alive stays of itself."""
    keep = kept_by_law(view)
    ended = law_has_changed(view) or ("keep_book" in view.state.acts and view.action.code == "migrate")
    yield Need(
        "law_unchanged",
        ended,
        f"Hồ sơ tiếp tục theo bộ quy tắc {view.book.code} ({keep.citation})"
        if keep
        else f"Bộ quy tắc {view.book.code} còn áp dụng cho hồ sơ này",
        f"The dossier goes on under rulebook {view.book.code}",
        keep.citation if keep else view.book.title,
        "occurred_at",
    )


def _right(view: View, actor: Actor, agencies: Agencies) -> Need:
    """The head of the agency that holds or compiles the dossier, or of its successor; or a supervisor."""
    day, state = view.at.date(), view.state
    concerned = {state.holder, state.parties.get("compiler", state.holder)}
    theirs = actor.agency in {agencies.in_charge(code, day) for code in concerned}
    return Need(
        "not_in_charge",
        policy.may(actor.role, "dossiers.migrate") and (theirs or actor.role != "head"),
        "Việc chuyển hồ sơ do người đứng đầu cơ quan đang giữ hoặc lập hồ sơ, hoặc người giám sát thực hiện",
        "The head of the holding or compiling agency, or a supervisor, migrates a dossier",
        None,
        "migrate",
    )


def _is_supervisor(view: View, actor: Actor) -> Need:
    return Need(
        "needs_supervisor",
        policy.may(actor.role, "dossiers.keep_book"),
        "Việc giữ hồ sơ theo quy định cũ phải do người giám sát quyết định, nêu lý do",
        "A supervisor decides, with a reason, that a dossier stays under the old law",
        view.book.title,
        "keep_book",
    )


def _in_order(view: View) -> Need:
    last = max(view.state.acts.values())
    return Need(
        "before_its_time",
        view.at >= last,
        f"Không thể trước thao tác cuối cùng ({last:%H:%M %d/%m/%Y})",
        f"It cannot be before the last act ({last:%d/%m/%Y %H:%M})",
        None,
        "occurred_at",
    )


def _landing(view: View, moved: Transition) -> Landing | None:
    fits = (one for one in moved.landings if one.stage == view.state.stage and view.holds(one.when))
    return next(fits, None)


def _lands(view: View, newer: Book | None, landing: Landing | None) -> Need:
    stage = STAGE_NAMES[Stage(view.state.stage)]
    target = newer.code if newer else None
    return Need(
        "nowhere_to_land",
        landing is not None,
        f"Không có quy định chuyển tiếp cho hồ sơ ở giai đoạn {stage} sang bộ quy tắc {target}"
        if target
        else f"Chưa có bộ quy tắc tiếp theo bộ quy tắc {view.book.code}",
        f"No transitional rule says where a dossier in {view.state.stage} lands",
        newer.transition.citation if newer and newer.transition else view.book.title,
        "transition",
    )


def _parties(view: View, landing: Landing, typed: Mapping[str, Any], agencies: Agencies) -> dict[str, str]:
    """Who plays each part from now on: successors of abolished agencies, and the compiler the new book asks for.

    Where the file is yet to be sent, whoever was to send it and has nothing to do any more has no part in it.
    """
    day = view.at.date()
    parties = {name: agencies.in_charge(code, day) for name, code in view.state.parties.items()}
    if landing.next == Stage.police_collection:
        kinds = {kind for action in view.book.actions for kind in action.by}
        parties = {name: code for name, code in parties.items() if agencies[code].card.kind in kinds}
    compiling = agencies.in_charge(view.state.parties["compiler"], day)
    parties["compiler"] = typed.get("compiler") or _compiler(compiling, landing, agencies, day)
    return parties


def _compiler(code: str, landing: Landing, agencies: Agencies, day: date) -> str:
    old = agencies[code]
    if landing.as_kind is None or (old.card.kind == landing.as_kind and old.exists_on(day)):
        return code
    same_place = agencies.of_territory(landing.as_kind, old.territory, day)
    return same_place[0] if len(same_place) == 1 else code


def _holds(view: View, landing: Landing, holder: str, agencies: Agencies) -> Need:
    """Whoever holds the dossier must exist, and be of a kind that has something to do in the stage it lands in."""
    agency = agencies[holder]
    return Need(
        "nowhere_to_land",
        agency.exists_on(view.at.date()) and agency.card.kind in view.book.kinds_in(landing.next),
        f"{agency.card.name} không thể giữ hồ sơ theo bộ quy tắc {view.book.code}: phải nêu cơ quan lập hồ sơ (compiler)",
        f"{agency.card.name} cannot hold the dossier under {view.book.code}: name the compiling agency",
        landing.citation,
        "compiler",
    )


def _compiles(view: View, landing: Landing, compiler: str, agencies: Agencies) -> Need:
    """Where a landing says who compiles from now on, the compiler may: it also answers the court and delivers."""
    able = {kind for action in view.book.actions if action.code == "compile" for kind in action.by}
    agency = agencies[compiler]
    return Need(
        "nowhere_to_land",
        landing.as_kind not in able or agency.card.kind in able,
        f"{agency.card.name} không lập hồ sơ theo bộ quy tắc {view.book.code}: phải nêu cơ quan lập hồ sơ (compiler)",
        f"{agency.card.name} does not compile under {view.book.code}: name the compiling agency",
        landing.citation,
        "compiler",
    )


def _acts(acts: Mapping[str, datetime], moved: Transition, newer: Book) -> dict[str, datetime]:
    known = {action.code for action in newer.actions} | {"migrate"}
    counted: dict[str, datetime] = {}
    for code, moment in acts.items():
        name = moved.acts.get(code, code)
        if name in known:
            counted[name] = max(moment, counted.get(name, moment))
    return counted


def _carry(done: Done, view: View, older: Book, landing: Landing, moved: Transition) -> None:
    """Running limits go on in the place of the new book's rules, or are cancelled with their step.

    What has ended keeps its meaning: a reading time that ran out under the old law has run out under the new one. A limit
    that the new book counts from the end of one that goes on starts with it.
    """
    known = {rule.id for rule in view.book.rules}
    for limit in done.state.limits:
        place, running = moved.rules.get(limit.place, limit.place), limit.ended_at is None
        changed = done.moves.changed.setdefault(limit.id, {})
        if place not in known:
            if running:
                limit.ended_at, limit.end = view.at, "cancelled"
                changed.update({"ended_at": view.at, "ended_by": done.event["id"], "end": "cancelled"})
            continue
        limit.stands_for = place if place != limit.rule else None
        changed["stands_for"] = limit.stands_for
        if running:
            reason = f"Giữ nguyên khi hồ sơ chuyển từ bộ quy tắc {older.code} sang {view.book.code}"
            entry = Carried(at=view.at, reason=reason, citation=landing.citation)
            limit.ledger = [*limit.ledger, entry.model_dump(mode="json")]
            changed.update({"ledger": limit.ledger, **_explained(limit, view)})
    assert view.calendar is not None  # noqa: S101 - a migration is given its calendar
    Clocks(view, done.event["id"], view.calendar, done.moves).follow()


def _explained(limit: LimitState, view: View) -> dict[str, Any]:
    """The explanation with the new line of the journal; nothing where counting anew would move what must stay."""
    assert view.calendar is not None  # noqa: S101 - a migration is given its calendar
    try:
        ledger = LEDGER.validate_python(limit.ledger)
        reckoning = reckon(rule_of(limit), limit.starts_at, view.calendar, view.facts, ledger)
    except (LimitRefused, UnknownYearError):
        return {}
    return {"explanation": reckoning.model_dump(mode="json")} if reckoning.due == limit.due else {}
