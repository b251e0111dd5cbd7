"""Guards: conditions of an act beyond its order and its facts, each named as a sentence."""

from collections.abc import Callable, Mapping
from datetime import datetime

from flows.refusals import Need
from flows.state import LimitState
from flows.view import View
from models.law.facts import Criteria
from models.law.limits import LimitRefused, choose

Guard = Callable[[View, str], Need]


def person_is_not_excluded(view: View, only_for: str) -> Need:
    """The measure does not apply to those the law excludes (Luật 120/2025 Đ.35.2; Luật XLVPHC 2012 Đ.96.2).

    With an argument, only an outcome of that value is barred: refusing an excluded person is right.
    """
    codes = view.facts.get("exclusions") or ()
    barred = bool(codes) and (not only_for or view.facts.get("outcome") == only_for)
    reasons = "; ".join(view.book.exclusions[code] for code in codes)
    return Need(
        "person_is_excluded",
        not barred,
        f"Không áp dụng biện pháp: {reasons}" if barred else "Không thuộc trường hợp loại trừ",
        f"The measure does not apply: {', '.join(codes)}" if barred else "The person is not excluded",
        view.book.exclusions_citation,
        "exclusions",
    )


def time_bar_has_not_passed(view: View, rule: str) -> Need:
    """Past the time bar the measure may not be applied (Luật 120/2025 Đ.35.4; Luật XLVPHC 2012 Đ.6.2.d, 108.2)."""
    limit = view.state.latest(rule)
    citation = view.book.rule(rule).citation
    if limit is None or limit.due is None:
        return Need(
            "time_bar_unknown", False, "Chưa có ngày tính thời hiệu", "No time bar is running", citation, rule
        )
    return Need(
        "time_bar_passed",
        view.at < limit.due,
        f"Thời hiệu hết ngày {limit.last_day:%d/%m/%Y}",
        f"The time bar ran out on {limit.last_day:%d/%m/%Y}",
        citation,
        rule,
    )


def window_is_over(view: View, rule: str) -> Need:
    """A right of the person must have run out, or been used, before the next step."""
    limit = view.state.latest(rule)
    law = view.book.rule(rule)
    until = f"{limit.due:%H:%M %d/%m/%Y}" if limit and limit.due else "chưa bắt đầu"
    return Need(
        "window_not_over",
        _over(limit, view.at),
        f"Thời hạn “{law.title}” chưa hết ({until})",
        f"“{law.title_en}” has not run out yet",
        law.citation,
        rule,
    )


def _over(limit: LimitState | None, at: datetime) -> bool:
    if limit is None:
        return False
    if limit.end == "used" and limit.ended_at is not None:
        return limit.ended_at <= at
    return limit.due is not None and limit.due <= at


def person_is_addicted(view: View, _: str) -> Need:
    """A determination of addiction, or the end of substitution treatment that stands for it."""
    met = view.facts.get("result") == "addicted" or "record_substitution" in view.state.acts
    return Need(
        "not_addicted",
        met,
        "Chưa có kết quả xác định nghiện ma túy",
        "There is no determination of addiction",
        view.action.citation,
        "result",
    )


def case_is_not_criminal(view: View, _: str) -> Need:
    """Use in these situations may be the crime of BLHS Đ.256a: a human check must have ruled it out."""
    met = view.facts.get("criminal_check") == "not_criminal" or not view.given
    return Need(
        "criminal_check",
        met,
        "Chưa kết luận hành vi không phải là tội phạm",
        "The check for a crime has not ruled it out",
        "BLHS Đ.256a",
        "criminal_check",
    )


def determination_case_holds(view: View, _: str) -> Need:
    """The case named is one of Luật 120/2025 Đ.31.1, and what the dossier says bears it out."""
    case = view.facts.get("determination_case") if view.given else None
    entry, residence = view.facts.get("entry"), view.facts.get("residence")
    fits = {"c": entry == "again", "d": entry == "after_care", "dd": residence == "none"}.get(str(case), True)
    if case in {"c", "d"}:
        fits = fits and view.facts.get("criminal_check") == "not_criminal"
    return Need(
        "determination_case",
        fits,
        "Trường hợp nêu ra không khớp với hồ sơ hoặc chưa loại trừ tội phạm",
        "The case named does not fit the dossier, or a crime has not been ruled out",
        "Luật 120/2025/QH15 Đ.31.1; BLHS Đ.256a",
        "determination_case",
    )


def no_determination_is_due(view: View, _: str) -> Need:
    """User management is for those in no case of Luật 120/2025 Đ.31.1, or found not addicted."""
    entry, residence = view.facts.get("entry"), view.facts.get("residence")
    met = view.facts.get("result") == "not_addicted" or (
        entry in {"test", "handed_over"} and residence == "stable"
    )
    return Need(
        "determination_due",
        met,
        "Phải xác định tình trạng nghiện trước",
        "The state of addiction must be determined first",
        "Luật 120/2025/QH15 Đ.31.1; NĐ 163/2026/NĐ-CP Đ.59",
        "issue_result",
    )


def result_follows_the_criteria(view: View, _: str) -> Need:
    """Addicted if and only if three of the six criteria are met with the time condition (TT 18/2021 Đ.3, 4)."""
    criteria, result = view.facts.get("criteria"), view.facts.get("result")
    if not view.given or not isinstance(criteria, Criteria):
        met = not view.given
    else:
        met = (result == "addicted") == (criteria.met >= 3 and criteria.one_month_or_repeated)
    return Need(
        "result_against_criteria",
        met,
        "Kết quả không khớp với các tiêu chuẩn đã ghi nhận",
        "The result does not follow from the criteria recorded",
        "TT 18/2021/TT-BYT Đ.3, 4",
        "criteria",
    )


def late_registration_is_reasoned(view: View, _: str) -> Need:
    """A registration after the window has run out is taken only with a reason: the ground stands already."""
    limit, registered = view.state.latest("p4-register"), view.facts.get("registered_at")
    late = bool(view.given and limit and limit.due and registered and registered >= limit.due)
    return Need(
        "late_registration",
        not late or bool(view.facts.get("late_registration_reason")),
        "Đăng ký sau khi hết thời hạn 24 giờ: phải nêu lý do tiếp nhận",
        "Registered after the 24 hours ran out: a reason is needed",
        "NĐ 163/2026/NĐ-CP Đ.4.7, 89.1",
        "late_registration_reason",
    )


def ground_is_proved(view: View, _: str) -> Need:
    """The letter of Luật 120/2025 Đ.35.1 that is named must be borne out by the dossier."""
    ground, entry, state = (
        view.facts.get("ground") if view.given else None,
        view.facts.get("entry"),
        view.state,
    )
    proofs = {
        "a_not_registered": _over(state.latest("p4-register"), view.at)
        and "record_voluntary" not in state.acts,
        "a_not_begun": _over(state.latest("p4-notdone"), view.at),
        "a_quit": entry == "quit" or "decide_voluntary" in state.acts,
        "b": entry == "in_rehab" or "decide_voluntary" in state.acts,
        "c": "record_substitution" in state.acts,
        "d": entry == "after_care",
        "dd": entry == "breach" or "record_evasion" in state.acts,
    }
    return Need(
        "ground_not_proved",
        proofs.get(str(ground), True),
        "Căn cứ nêu ra chưa được hồ sơ chứng minh (thời hạn đăng ký hoặc thực hiện chưa hết, hoặc thiếu ghi nhận)",
        "The ground named is not borne out by the dossier",
        "Luật 120/2025/QH15 Đ.35.1; NĐ 163/2026/NĐ-CP Đ.4.7–10",
        "ground",
    )


def agency_is_competent(view: View, _: str) -> Need:
    """Only the competent agency compiles: of the residence, or of the last finding where there is none."""
    met = view.facts.get("competent_here") is True or "transfer" in view.state.acts
    return Need(
        "agency_not_competent",
        met,
        "Cơ quan đang giữ hồ sơ không có thẩm quyền lập hồ sơ: phải chuyển hồ sơ",
        "The holding agency is not the competent one: transfer the dossier",
        view.action.citation,
        "transfer",
    )


def file_is_complete(view: View, _: str) -> Need:
    """Every paper the article lists is in the file, its sheets numbered (Luật 120/2025 Đ.35.3.b; NĐ 163 Đ.101)."""
    missing = missing_papers(view)
    return Need(
        "papers_missing",
        not missing,
        "Thiếu: " + "; ".join(title for title, _en, _citation in missing) if missing else "Đủ tài liệu",
        "Missing: " + "; ".join(en for _title, en, _citation in missing)
        if missing
        else "The file is complete",
        "; ".join(sorted({citation for _title, _en, citation in missing})) or view.action.citation,
        "papers",
    )


def missing_papers(view: View) -> list[tuple[str, str, str]]:
    """Papers the file lacks: title, English title and article of each."""
    present = (
        {kind for kind, _title, _sheets in view.state.papers} | set(view.state.issued) | set(view.forms())
    )
    return [
        (paper.title, paper.title_en, paper.citation)
        for paper in view.book.papers
        if view.holds(paper.when) and not present & {paper.kind, paper.form, *paper.any_of}
    ]


def person_is_not_held(view: View, _: str) -> Need:
    """Nobody is forgotten in custody: first the release from pending management is recorded."""
    return Need(
        "person_is_held",
        "place_pending" not in view.state.acts,
        "Người bị đề nghị còn đang bị quản lý: phải ghi nhận việc rời nơi quản lý trước",
        "The person is still in pending management: record the release first",
        view.action.citation,
        "end_pending",
    )


def held_person_is_released(view: View, _: str) -> Need:
    """Where the measure is not applied, the release comes before the decision is closed."""
    applied = view.facts.get("outcome") == "apply" and "terminate" not in view.state.acts
    need = person_is_not_held(view, "")
    return Need(
        need.code, need.met or applied, need.message, need.message_en, need.citation, need.requirement
    )


def person_is_held(view: View, _: str) -> Need:
    """Only someone who was handed over can escape, or start the term in place."""
    return Need(
        "person_is_not_held",
        "deliver_pending" in view.state.acts,
        "Người bị đề nghị không đang ở cơ sở",
        "The person is not at the centre",
        view.action.citation,
        "deliver_pending",
    )


def closing_ground_fits(view: View, _: str) -> Need:
    """A dossier closed because the time bar has passed must have a time bar that has passed."""
    bars = [limit.due for limit in view.state.limits if limit.kind == "bar" and limit.ended_at is None]
    passed = any(due is not None and due <= view.at for due in bars)
    wrong = view.facts.get("closing_ground") == "time_bar" and not passed
    return Need(
        "closing_ground",
        not (view.given and wrong),
        "Thời hiệu chưa hết",
        "The time bar has not run out",
        view.action.citation,
        "closing_ground",
    )


def term_is_decided(view: View, rule: str) -> Need:
    """An applied measure needs its term: first or repeated with its source, or months within the range."""
    if not view.given or view.facts.get("outcome") != "apply":
        return Need("term_not_decided", True, "", "", view.book.rule(rule).citation, rule)
    law = view.book.rule(rule)
    decisive = law.range.fact if law.range else next(iter(law.variants[0].when))
    asked = {fact.name for fact in view.action.facts}
    source = f"{decisive}_source"
    try:
        choose(law, view.facts)
        met, why = source not in asked or bool(view.facts.get(source)), f"thiếu căn cứ ({source})"
    except LimitRefused as refused:
        met, why = False, str(refused)
    return Need(
        "term_not_decided",
        met,
        f"Chưa xác định thời hạn áp dụng: {why}",
        "The term is not decided",
        law.citation,
        decisive,
    )


def appeal_is_in_time(view: View, rule: str) -> Need:
    """An appeal is taken while its window runs."""
    limit, received = view.state.latest(rule), view.facts.get("appeal_received_at")
    late = bool(view.given and limit and limit.due and received and received >= limit.due)
    law = view.book.rule(rule)
    return Need(
        "appeal_too_late",
        not late,
        f"Đã hết thời hạn “{law.title}”",
        f"“{law.title_en}” has run out",
        law.citation,
        rule,
    )


def appeal_fits_the_decision(view: View, _: str) -> Need:
    """A decision that is upheld stays as it was: measure and term (PL 03/2022/UBTVQH15 Đ.35–37)."""
    upheld = (
        view.given and view.facts.get("appeal_outcome") == "upheld" and "terminate" not in view.state.acts
    )
    decided = view.state.facts
    changed = [
        name for name in ("outcome", "times", "term_months") if view.facts.get(name) != decided.get(name)
    ]
    return Need(
        "appeal_outcome",
        not (upheld and changed),
        "Giữ nguyên quyết định thì kết quả và thời hạn phải như quyết định đã ra",
        "A decision that is upheld keeps its outcome and its term",
        view.action.citation,
        changed[0] if changed else "outcome",
    )


def appeals_are_over(view: View, rule: str) -> Need:
    """A decision takes effect when its appeal window ran out unused, or the appeal is decided."""
    acts = view.state.acts
    if "file_appeal" in acts:
        law = view.book.rule(rule)
        return Need(
            "appeal_undecided",
            "decide_appeal" in acts,
            "Khiếu nại, kiến nghị, kháng nghị chưa được giải quyết",
            "The appeal has not been decided",
            law.citation,
            "decide_appeal",
        )
    return window_is_over(view, rule)


def credit_is_right(view: View, _: str) -> Need:
    """Days in pending management are deducted from the term, days of escape are not (Luật 120/2025 Đ.37.2).

    Whether the first day counts is open, so either count is taken. After an escape or a release a person counts, up to
    the days since the ground was recorded: nobody was held before.
    """
    acts, days = view.state.acts, view.facts.get("credited_days")
    interrupted = any(view.facts.get(name) is not None for name in ("escaped_at", "left_at"))
    held_from = acts.get("record_ground" if interrupted else "place_pending")
    since = (view.at.date() - held_from.date()).days if held_from else 0
    least, most = 0 if interrupted else since, since + 1 if held_from else 0
    return Need(
        "credit_is_wrong",
        not view.given or least <= (days or 0) <= most,
        f"Số ngày đã quản lý được trừ phải từ {least} đến {most}",
        f"The days credited must be from {least} to {most}",
        "Luật 120/2025/QH15 Đ.37.2; NĐ 163/2026/NĐ-CP Đ.107.4, 109.3",
        "credited_days",
    )


GUARDS: Mapping[str, Guard] = {
    guard.__name__: guard
    for guard in (
        agency_is_competent, appeal_fits_the_decision, appeal_is_in_time, appeals_are_over, case_is_not_criminal, closing_ground_fits, credit_is_right,
        determination_case_holds, file_is_complete, ground_is_proved, held_person_is_released,
        late_registration_is_reasoned, no_determination_is_due, person_is_addicted, person_is_held,
        person_is_not_excluded, person_is_not_held, result_follows_the_criteria, term_is_decided,
        time_bar_has_not_passed, window_is_over,
    )
}  # fmt: skip
"""Every guard a rulebook may name."""


def judge(view: View) -> list[Need]:
    """All guards of the view's action, met or not."""
    return [
        GUARDS[name](view, argument) for name, _, argument in (g.partition(":") for g in view.action.guards)
    ]
