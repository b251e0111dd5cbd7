"""Who may act, in which order, and when: the conditions every action shares."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from flows import policy
from flows.books import successor
from flows.refusals import Flaw, Need
from flows.state import Agencies, State
from flows.view import View
from models.law.book import Book, Keep
from models.law.limits import TIMEZONE
from models.law.loader import PARTIES, catalogue
from models.law.schema import Action, AgencyKind, Stage
from models.law.words import STAGE_NAMES as STAGE_NAMES
from models.person import age_on

PARTY_KINDS: Mapping[str, frozenset[AgencyKind]] = {
    "compiler": frozenset({
        AgencyKind.commune_police, AgencyKind.peoples_committee, AgencyKind.district_police,
        AgencyKind.provincial_police,
    }),
    "facility": frozenset({AgencyKind.health_facility}),
    "court": frozenset({AgencyKind.court}),
    "provincial_court": frozenset({AgencyKind.provincial_court}),
    "centre": frozenset({AgencyKind.rehab_centre}),
    "provincial_police": frozenset({AgencyKind.provincial_police}),
    "ministry_police": frozenset({AgencyKind.ministry_police}),
    "justice_office": frozenset({AgencyKind.justice_office}),
    "labour_office": frozenset({AgencyKind.labour_office}),
    "committee": frozenset({AgencyKind.peoples_committee}),
}  # fmt: skip
"""Which kinds of agency can play a part in a dossier."""


def rights_needs(
    state: State | None, action: Action, agency: str, role: str, agencies: Agencies, day: date
) -> Iterator[Need]:
    """Whether this agency and this person may take the action; `state` is None for an opening.

    Args:
        state: the dossier.
        action: what is to be done.
        agency: the actor's agency code.
        role: the actor's role in it; who signs, `flows.policy` says.
        agencies: agencies by code.
        day: the day of the act.
    """
    own = agencies[agency]
    kinds = ", ".join(action.by)
    yield Need(
        "wrong_agency",
        policy.takes(action, own.card.kind),
        f"{own.card.name} không có thẩm quyền thực hiện “{action.title}”",
        f"This agency may not take “{action.title_en}” (only: {kinds})",
        action.citation,
        action.code,
    )
    yield Need(
        "agency_does_not_exist",
        own.exists_on(day),
        f"{own.card.name} không hoạt động vào ngày {day:%d/%m/%Y}",
        f"The agency does not exist on {day:%d/%m/%Y}",
        None,
        "occurred_at",
    )
    if state is not None:
        yield _part(state, action, agency, agencies, day)
    yield _signer(action, own.card.kind, role)


_SIGNERS: Mapping[str, tuple[str, str]] = {
    "officer": ("cán bộ hoặc người đứng đầu cơ quan", "an officer or the head of the agency"),
    "head": ("người đứng đầu cơ quan", "the head of the agency"),
    "clerk": ("Thư ký, Thẩm phán hoặc Chánh án", "a clerk, a judge or the head of the court"),
    "judge": ("Thẩm phán hoặc Chánh án", "a judge or the head of the court"),
}


def _signer(action: Action, kind: str, role: str) -> Need:
    asked = policy.signer(action, kind)
    vietnamese, english = _SIGNERS[asked]
    return Need(
        f"needs_{asked}",
        policy.signs(action, kind, role),
        f"“{action.title}” phải do {vietnamese} thực hiện",
        f"“{action.title_en}” is for {english}",
        action.citation,
        action.code,
    )


def _part(state: State, action: Action, agency: str, agencies: Agencies, day: date) -> Need:
    wanted = {"holder": [state.holder], "any": [state.holder, *state.parties.values()]}.get(
        action.actor, [state.parties[action.actor]] if action.actor in state.parties else []
    )
    agencies.read(wanted)
    in_charge = {agencies.in_charge(code, day) for code in wanted}
    names = ", ".join(agencies[code].card.name for code in sorted(in_charge)) or "chưa xác định"
    return Need(
        "not_in_charge",
        agency in in_charge,
        f"Hồ sơ đang do {names} xử lý" if action.actor == "holder" else f"Bước này thuộc {names}",
        "The dossier is in the hands of another agency",
        action.citation,
        action.actor,
    )


def order_needs(view: View) -> Iterator[Need]:
    """Whether the action comes in its order: stage, acts before it, and their moments, under a book that is alive."""
    state, book, action, at = view.state, view.book, view.action, view.at
    stages = ", ".join(STAGE_NAMES[stage] for stage in action.stages)
    yield Need(
        "wrong_stage",
        state.stage in action.stages,
        f"Hồ sơ đang ở giai đoạn {STAGE_NAMES[Stage(state.stage)]}; thao tác này thuộc giai đoạn {stages}",
        f"The dossier is in stage {state.stage}; this action belongs to {', '.join(action.stages)}",
        action.citation,
        action.code,
    )
    yield Need(
        "already_done",
        action.repeat or action.code not in state.acts,
        f"Đã thực hiện “{action.title}”",
        f"“{action.title_en}” has been done",
        action.citation,
        action.code,
    )
    yield _not_before(state, book, "open", at, action.citation)
    for entry in action.after:
        yield from _after(state, book, entry, at, action.citation)
    for code in action.not_after:
        if code in state.acts:
            done = book.action(code)
            yield Need(
                "no_longer_possible",
                False,
                f"Không còn thực hiện được sau khi “{done.title}”",
                f"No longer possible after “{done.title_en}”",
                action.citation,
                code,
            )
    if "migrate" in state.acts:
        yield Need(
            "before_its_book",
            at.date() >= book.valid_from,
            f"Bộ quy tắc {book.code} chỉ áp dụng từ ngày {book.valid_from:%d/%m/%Y}",
            f"Rulebook {book.code} applies from {book.valid_from:%d/%m/%Y} on only",
            book.title,
            "occurred_at",
        )
    if book.valid_to is not None:
        yield Need(
            "book_has_ended",
            not law_has_changed(view),
            f"Bộ quy tắc {book.code} hết hiệu lực ngày {book.valid_to:%d/%m/%Y}: phải chuyển hồ sơ sang quy định mới",
            f"Rulebook {book.code} ended on {book.valid_to:%d/%m/%Y}: the dossier must be migrated first",
            book.title,
            "migrate",
        )


def law_has_changed(view: View) -> bool:
    """Whether the dossier is stuck: open, its book has ended, no transitional rule keeps that alive, nobody kept it."""
    ended = view.book.valid_to is not None and view.at.date() > view.book.valid_to
    open_ = view.state.stage != Stage.closed and "keep_book" not in view.state.acts
    return ended and open_ and kept_by_law(view) is None


def kept_by_law(view: View) -> Keep | None:
    """The transitional rule that keeps the dossier's book alive for it after the book's end."""
    newer = successor(view.book.code)
    keeps = newer.transition.keeps if newer and newer.transition else ()
    return next((keep for keep in keeps if keep.stage == view.state.stage and view.holds(keep.when)), None)


def _after(state: State, book: Book, entry: str, at: datetime, citation: str) -> Iterator[Need]:
    codes = [code for code in entry.split("|") if code in state.acts]
    asked = book.action(codes[0] if codes else entry.split("|")[0])
    yield Need(
        "act_missing",
        bool(codes),
        f"Chưa thực hiện “{asked.title}”",
        f"“{asked.title_en}” has not been done",
        citation,
        asked.code,
    )
    if codes:
        latest = max(codes, key=lambda code: state.acts[code])
        yield _not_before(state, book, latest, at, citation)


def _not_before(state: State, book: Book, code: str, at: datetime, citation: str) -> Need:
    done, moment = book.action(code), state.acts[code]
    return Need(
        "before_its_time",
        at >= moment,
        f"Không thể trước “{done.title}” ({moment:%H:%M %d/%m/%Y})",
        f"It cannot be before “{done.title_en}” ({moment:%d/%m/%Y %H:%M})",
        citation,
        code,
    )


def time_flaws(
    state: State | None, action: Action, facts: Mapping[str, Any], at: datetime, now: datetime
) -> list[Flaw]:
    """Instants and days recorded that cannot be: in the future, before what they follow, after the act itself."""
    after = [
        max(state.acts[code] for code in codes)
        for codes in (
            [code for code in entry.split("|") if state and code in state.acts] for entry in action.after
        )
        if codes and state
    ]
    earliest = max(after, default=None)
    flaws = []
    for name, value in facts.items():
        fact = catalogue()[name]
        if fact.type == "day" and value > now.astimezone(TIMEZONE).date():
            flaws.append(_flaw("in_the_future", name, "không thể ở tương lai", "lies in the future"))
        if fact.type != "instant" or value is None:
            continue
        if fact.timing != "planned" and value > now:
            flaws.append(_flaw("in_the_future", name, "không thể ở tương lai", "lies in the future"))
        elif fact.timing == "past" and earliest is not None and value < earliest:
            limit = f"{earliest:%H:%M %d/%m/%Y}"
            flaws.append(
                _flaw(
                    "before_its_time",
                    name,
                    f"sớm hơn bước trước đó ({limit})",
                    f"is before the step it follows ({limit})",
                )
            )
        elif fact.timing == "receipt" and value < at:
            limit = f"{at:%H:%M %d/%m/%Y}"
            flaws.append(
                _flaw(
                    "before_its_time",
                    name,
                    f"nhận trước khi gửi ({limit})",
                    f"is before the act itself ({limit})",
                )
            )
    return flaws


def _flaw(code: str, name: str, message: str, message_en: str) -> Flaw:
    fact = catalogue()[name]
    return Flaw(
        code, f"facts.{name}", f"{fact.title}: {message}", f"{fact.title_en}: {message_en}", fact.citation
    )


def party_flaws(facts: Mapping[str, Any], agencies: Agencies, day: date) -> list[Flaw]:
    """Agencies named in facts that do not exist, not on that day, or cannot play that part."""
    flaws = []
    named = {name: value for name, value in facts.items() if catalogue()[name].type == "agency" and value}
    agencies.read(named.values())
    for name, code in named.items():
        agency = agencies.get(code)
        if agency is None:
            flaws.append(_flaw("unknown_agency", name, f"không có cơ quan {code}", f"no agency {code}"))
        elif not agency.exists_on(day):
            flaws.append(
                _flaw(
                    "agency_does_not_exist", name, "cơ quan không hoạt động ngày đó", "did not exist that day"
                )
            )
        elif name in PARTIES and agency.card.kind not in PARTY_KINDS[name]:
            flaws.append(_flaw("wrong_agency", name, "cơ quan không đúng loại", "an agency of another kind"))
    return flaws


def age_flaws(birth_date: str, book: Book, day: date) -> list[Flaw]:
    """A person too young for any measure, or on a track the book does not have."""
    age = age_on(birth_date, day)
    if age < book.least_age and book.least_age < 18:
        return [
            Flaw(
                "too_young",
                "person.birth_date",
                f"chưa đủ {book.least_age} tuổi ({age} tuổi): không áp dụng biện pháp",
                f"under {book.least_age} ({age}): no measure applies",
                book.least_age_citation,
            )
        ]
    if age < 18 and "minor" not in book.tracks:
        return [
            Flaw(
                "minor",
                "person.birth_date",
                book.minors_refused or "chưa đủ 18 tuổi",
                f"The person is {age}: this rulebook is for adults only",
                book.minors_citation,
            )
        ]
    return []
