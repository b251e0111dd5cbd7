"""Guards: conditions of an act beyond its order and its facts, each named as a sentence."""

from collections.abc import Mapping

from flows.guards_2014 import community_education_came_first, return_is_still_due, term_is_served
from flows.guards_custody import (
    credit_is_right,
    facility_credit_is_right,
    facility_was_chosen,
    held_person_is_released,
    pending_form_fits,
    person_is_held,
    person_is_not_held,
)
from flows.guards_execution import (
    an_escape_is_to_be_told,
    completion_is_the_end_of_the_term,
    enough_of_the_term_is_left,
    last_days_have_come,
    monitoring_case_fits,
    move_at_eighteen_is_due,
    serving_person_is_not_forgotten,
)
from flows.guards_file import (
    file_was_found_valid,
    file_was_returned,
    result_is_still_valid,
)
from flows.guards_grounds import (
    absence_is_long_enough,
    breach_can_be_mended,
    case_is_not_criminal,
    compulsory_ground_is_proved,
    determination_case_holds,
    determination_ground_holds,
    ground_is_proved,
    homeless_rehab_is_public,
    late_registration_is_reasoned,
    no_determination_is_due,
    person_is_addicted,
    rehab_is_in_a_public_centre,
    residence_fits_its_case,
    result_follows_the_criteria,
)
from flows.guards_minors import (
    adulthood_is_reached,
    parents_are_notified,
    refusal_has_an_adult_witness,
    sampling_is_agreed,
    sampling_is_witnessed,
    track_is_settled,
)
from flows.refusals import Need
from flows.view import Guard, View, over, running
from models.law.limits import LimitRefused, choose, reckon
from models.law.schema import Stage


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


def time_bar_has_not_passed(view: View, rules: str) -> Need:
    """Past the time bar the measure may not be applied (Luật 120/2025 Đ.35.4; Luật XLVPHC 2012 Đ.6.2.d, 108.2)."""
    rule = running(view, rules)
    limit = view.state.latest(rule)
    citation = view.book.rule(rule).citation
    if limit is None or limit.due is None:
        return Need(
            "time_bar_unknown", False, "Chưa có ngày tính thời hiệu", "No time bar is running", citation, rule
        )
    return Need(
        "time_bar_passed",
        not limit.passed(view.at),
        f"Thời hiệu hết ngày {limit.last_day:%d/%m/%Y}",
        f"The time bar ran out on {limit.last_day:%d/%m/%Y}",
        citation,
        rule,
    )


def window_is_over(view: View, rules: str) -> Need:
    """A right of the person must have run out, or been used, before the next step."""
    rule = running(view, rules)
    limit = view.state.latest(rule)
    law = view.book.rule(rule)
    until = f"{limit.due:%H:%M %d/%m/%Y}" if limit and limit.due else "chưa bắt đầu"
    return Need(
        "window_not_over",
        over(limit, view.at),
        f"Thời hạn “{law.title}” chưa hết ({until})",
        f"“{law.title_en}” has not run out yet",
        law.citation,
        rule,
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


def closing_ground_fits(view: View, _: str) -> Need:
    """What closes the dossier has happened: the time bar has passed, or after-care was under way when the person relapsed."""
    bars = [limit for limit in view.state.limits if limit.kind == "bar" and limit.ended_at is None]
    passed = any(limit.passed(view.at) for limit in bars)
    fits = {"time_bar": passed, "relapse": view.state.stage == Stage.after_care}
    relapse = view.facts.get("closing_ground") == "relapse"
    return Need(
        "closing_ground",
        not view.given or fits.get(str(view.facts.get("closing_ground")), True),
        "Người đó không đang được quản lý sau cai nghiện" if relapse else "Thời hiệu chưa hết",
        "The person is not in after-care" if relapse else "The time bar has not run out",
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


def appeal_is_in_time(view: View, rules: str) -> Need:
    """An appeal is taken while its window runs."""
    rule = running(view, rules)
    limit, received = view.state.latest(rule), view.facts.get("appeal_received_at")
    late = bool(view.given and limit and received and limit.passed(received))
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


def appeals_are_over(view: View, rules: str) -> Need:
    """A decision takes effect when its appeal window ran out unused, or the appeal is decided."""
    rule = running(view, rules)
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


def reduction_list_was_posted(view: View, rule: str) -> Need:
    """The list proposing whom to reduce, suspend or release was public for its whole time (NĐ 116/2021 Đ.58.5)."""
    law, posted = view.book.rule(rule), view.facts.get("list_posted_at")
    due = reckon(law, posted, view.calendar).due if view.calendar and posted else None
    until = f"{due:%H:%M %d/%m/%Y}" if due else "chưa niêm yết"
    return Need(
        "list_not_posted",
        not view.given or (due is not None and due <= view.at),
        f"Thời hạn “{law.title}” chưa hết ({until})",
        f"“{law.title_en}” has not run out yet",
        law.citation,
        "list_posted_at",
    )


GUARDS: Mapping[str, Guard] = {
    guard.__name__: guard
    for guard in (
        absence_is_long_enough, adulthood_is_reached, agency_is_competent, an_escape_is_to_be_told,
        appeal_fits_the_decision, appeal_is_in_time, appeals_are_over, breach_can_be_mended,
        case_is_not_criminal, closing_ground_fits, community_education_came_first,
        completion_is_the_end_of_the_term, compulsory_ground_is_proved, credit_is_right,
        determination_case_holds, determination_ground_holds, enough_of_the_term_is_left,
        facility_credit_is_right, facility_was_chosen, file_is_complete, file_was_found_valid,
        file_was_returned, ground_is_proved, held_person_is_released, homeless_rehab_is_public,
        last_days_have_come, late_registration_is_reasoned, monitoring_case_fits, move_at_eighteen_is_due,
        no_determination_is_due, parents_are_notified, pending_form_fits, person_is_addicted,
        person_is_held, person_is_not_excluded, person_is_not_held, reduction_list_was_posted,
        refusal_has_an_adult_witness, rehab_is_in_a_public_centre, residence_fits_its_case,
        result_follows_the_criteria, result_is_still_valid, return_is_still_due, sampling_is_agreed,
        sampling_is_witnessed, serving_person_is_not_forgotten, term_is_decided, term_is_served,
        time_bar_has_not_passed, track_is_settled, window_is_over,
    )
}  # fmt: skip
"""Every guard a rulebook may name."""


def _not_for_this_case(view: View) -> Need:
    action = view.action
    return Need(
        "not_for_this_case",
        False,
        f"“{action.title}” không áp dụng cho hồ sơ này",
        f"“{action.title_en}” does not exist for this dossier",
        action.citation,
        action.code,
    )


def judge(view: View) -> list[Need]:
    """All guards of the view's action that its dossier is under, met or not."""
    if not view.holds(view.action.when):
        return [_not_for_this_case(view)]
    named = (guard.id.partition(":") for guard in view.action.guards if view.holds(guard.when))
    return [GUARDS[name](view, argument) for name, _, argument in named]
