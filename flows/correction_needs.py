"""What stands in the way of a correction, and what the law says of the dossier as it is recorded now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flows.books import book as book_of
from flows.clocks import rule_of
from flows.correctable import Recorder
from flows.corrected_limits import Effect
from flows.corrected_papers import Touched
from flows.eligibility import age_flaws
from flows.ending import Paper
from flows.engine import Act, Facts
from flows.guards import judge
from flows.masking import masks_of, minor_of
from flows.policy import may
from flows.refusals import Need
from flows.state import Agencies, State
from flows.view import View
from flows.voiding import CORRECT
from models.law.calendar import Calendar
from models.law.loader import PARTIES, catalogue

CITATION = "NĐ 30/2020/NĐ-CP Đ.18.3"
_PATHS = ("starts", "ends", "restarts", "extends", "credits", "suspends", "resumes", "next", "forms")
"""What of an action is chosen by facts: where the dossier went, which limits moved, and what was issued."""
_JOURNALS = ("restarts", "extends", "credits", "suspends", "resumes")
"""What writes a fact's value into the journal of a limit."""


@dataclass(frozen=True)
class Known:
    """What the rows tell that the state does not."""

    recorders: dict[str, Recorder]
    opener: str
    started: dict[UUID, tuple[int, datetime]]
    papers: list[Paper]
    frozen: dict[UUID, str]
    erased: bool
    twin: bool
    """Whether somebody else, as far as the actor may see, has the corrected identity number."""


def needs_of(
    before: State, state: State, known: Known, facts: Mapping[str, Any], asked: Act, agencies: Agencies, at: datetime,
    papers: list[Touched],
) -> Iterator[Need]:  # fmt: skip
    """Whose it is to correct this, and what cannot be corrected but must be done anew."""
    actor, day = asked.actor, at.date()
    concerned = {state.holder, *(known.recorders[name].agency for name in facts)}
    if state.person != before.person:
        concerned.add(known.opener)
    in_charge = {agencies.in_charge(code, day) for code in concerned}
    yield Need(
        "not_in_charge",
        actor.agency in in_charge and may(actor.role, "dossiers.correct"),
        "Việc đính chính do cơ quan đang giữ hồ sơ hoặc cơ quan đã ghi nhận dữ liệu thực hiện",
        "The holding agency, or the one that recorded the data, corrects them",
        CITATION,
        CORRECT,
    )
    own = [one for one in papers if one.again and one.agency == actor.agency]
    yield Need(
        "needs_head",
        not own or actor.role == "head",
        "Văn bản phải ban hành lại ("
        + ", ".join(one.paper.form for one in own)
        + "): do người đứng đầu cơ quan đính chính",
        "Documents must be issued again ("
        + ", ".join(one.paper.form for one in own)
        + "): the head corrects",
        CITATION,
        CORRECT,
    )
    yield Need(
        "facts_erased", not known.erased, "Dữ kiện của hồ sơ đã được xóa theo thời hạn lưu trữ",
        "The dossier's facts were erased when their time of retention ended", None, CORRECT,
    )  # fmt: skip
    yield Need(
        "identity_conflict", not known.twin, "Số giấy tờ này đã ghi cho một người khác (họ tên hoặc ngày sinh khác)",
        "Another person, of another name or birth date, has this identity number", None, "person.identity.number",
    )  # fmt: skip
    yield from _seen(before, state, known, facts)
    for name in facts:
        if name in PARTIES:
            yield Need(
                "party_is_not_corrected", False,
                f"{catalogue()[name].title}: cơ quan tham gia hồ sơ không đính chính được, phải hủy thao tác hoặc chuyển hồ sơ",
                f"{catalogue()[name].title_en}: a party is not corrected; take the act back, or transfer the dossier",
                CITATION, name,
            )  # fmt: skip
    yield from _ways(before, state, facts, at)


def _seen(before: State, state: State, known: Known, facts: Mapping[str, Any]) -> Iterator[Need]:
    """What is masked for somebody is not theirs to correct: the answer would tell them how it was."""
    masks, minor = masks_of(before), minor_of(before)
    hidden = {name for name in facts if masks.fact(name, minor=minor, by=known.recorders[name].agency)}
    if state.person != before.person and masks.person(before.person, minor=minor)[1]:
        hidden.add("person")
    for name in sorted(hidden):
        yield Need(
            "masked", False, "Nội dung này được che vì công việc của tài khoản trong hồ sơ không cần đến, nên không đính chính được",
            "This is masked, for the account's part in the dossier does not need it, so it is not theirs to correct",
            "NĐ 163/2026/NĐ-CP Đ.3.5.b", name,
        )  # fmt: skip


def _ways(before: State, state: State, facts: Mapping[str, Any], at: datetime) -> Iterator[Need]:
    """A fact by which an act chose where the dossier went, which limits moved, or what was issued, cannot be another one afterwards."""
    book = book_of(state.book)
    old, new = Facts(before, {}, at), Facts(state, {}, at)
    for action in (one for one in book.actions if one.code in state.acts):
        views = [View(one, book, action, known, at) for one, known in ((before, old), (state, new))]
        held = [
            [(path, ref.id) for path in _PATHS for ref in getattr(action, path) if view.holds(ref.when)]
            for view in views
        ]
        journal = [
            ref.at
            for path in _JOURNALS
            for ref in getattr(action, path)
            if ref.at in facts and views[1].holds(ref.when)
        ]
        if facts and (held[0] != held[1] or journal):
            yield Need(
                "decides_the_way", False,
                f"Dữ kiện này đã quyết định hồ sơ đi đâu, thời hạn nào thay đổi hoặc văn bản nào được ban hành ở “{action.title}”: phải hủy thao tác và làm lại",
                f"This fact decided where the dossier went, which limits moved, or what was issued, at “{action.title_en}”: take the act back and do it anew",
                action.citation, action.code,
            )  # fmt: skip


def warnings_of(before: State, state: State, at: datetime, calendar: Calendar) -> Iterator[Need]:
    """What the law would refuse, or asks for otherwise, with what is recorded now; never in silence."""
    book = book_of(state.book)
    if state.person.birth_date != before.person.birth_date:
        old = {flaw.code for flaw in age_flaws(before.person.birth_date, book, before.opened_on)}
        for flaw in age_flaws(state.person.birth_date, book, state.opened_on):
            if flaw.code not in old:
                yield Need(flaw.code, False, flaw.message, flaw.message_en, flaw.citation, flaw.field)
    if state.track != before.track:
        vietnamese = {"minor": "người từ đủ 12 đến dưới 18 tuổi", "adult": "người từ đủ 18 tuổi"}
        yield Need(
            "track_changes", False,
            f"Hồ sơ phải theo quy định cho {vietnamese[state.track]}: xem lại các bước đã làm",
            f"The dossier is under the rules for the other age ({state.track}) now: look at what was done", book.title,
            "person.birth_date",
        )  # fmt: skip
    for action in (one for one in book.actions if one.code in state.acts):
        moment = state.acts[action.code]
        names = frozenset(fact.name for fact in action.facts)
        was, becomes = (
            {need.code: need for need in judge(View(one, book, action, Facts(one, {}, moment), moment, names, calendar))
             if not need.met}
            for one in (before, state)
        )  # fmt: skip
        for code, need in becomes.items():
            if code not in was:
                title, english = action.title, action.title_en
                yield replace(
                    need, message=f"“{title}”: {need.message}", message_en=f"“{english}”: {need.message_en}"
                )


def of_effect(effect: Effect) -> Need:
    """What is said of a limit that the correction leaves as it is."""
    rule, limit = rule_of(effect.limit), effect.limit
    if limit.ended_at is None:
        return Need(
            "limit_not_counted", False, f"“{rule.title}”: không tính lại được, giữ nguyên",
            f"“{rule.title_en}” cannot be counted anew and stays", rule.citation, rule.id,
        )  # fmt: skip
    after = f"{effect.after.last_day:%d/%m/%Y}" if effect.after else "không tính được"
    return Need(
        "limit_has_ended", False,
        f"“{rule.title}” đã kết thúc, giữ nguyên; theo dữ liệu đúng thì ngày cuối là {after} thay vì {effect.before.last_day:%d/%m/%Y}",
        f"“{rule.title_en}” has ended and stays; its last day would have been {after}, not {effect.before.last_day:%d/%m/%Y}",
        rule.citation, rule.id,
    )  # fmt: skip
