"""Guards of the finding: whether the person is addicted, and whether the case and the ground named are borne out."""

from flows.refusals import Need
from flows.view import View, over, running
from models.law.calendar import UnknownYearError
from models.law.facts import Criteria
from models.law.limits import reckon
from models.law.loader import catalogue

COURSES_IN_A_ROW = 10
"""So many courses of treatment missed in a row without reason are quitting (NĐ 116/2021 Đ.3.5)."""
DAYS_AT_ONE_PLACE = 30
"""From so many days on a present place is a stable residence (NĐ 163/2026 Đ.58.2.b; NĐ 105/2021 Đ.41.2.b)."""


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


def determination_ground_holds(view: View, _: str) -> Need:
    """The case of Luật 73/2021 Đ.27.1 that is named is borne out by what the dossier says."""
    entry, residence = view.facts.get("entry"), view.facts.get("residence")
    holds = {
        "under_management": entry == "again",
        "no_residence": residence == "none",
        "after_care": entry == "after_care",
    }
    return Need(
        "determination_ground",
        not view.given or holds.get(str(view.facts.get("determination_ground")), True),
        "Trường hợp nêu ra không khớp với căn cứ mở hồ sơ hoặc nơi cư trú đã ghi nhận",
        "The case named does not fit why the dossier was opened, or the residence",
        "Luật Phòng, chống ma túy 2021 Đ.27.1",
        "determination_ground",
    )


def residence_fits_its_case(view: View, _: str) -> Need:
    """Stable or none follows from the case, and the 30 days at the present place are counted (NĐ 163/2026 Đ.58.2–3; NĐ 105/2021 Đ.41.2–3)."""
    case, since = view.facts.get("residence_case"), view.facts.get("present_since")
    stable = case in {"registered", "present_30_days"}
    met = not view.given or case is None or stable == (view.facts.get("residence") == "stable")
    why, why_en = (
        "Trường hợp nêu ra không khớp với tình trạng nơi cư trú",
        "The case does not fit the residence",
    )
    lacking = "residence_case"
    if met and view.given and case in {"present_30_days", "present_under_30_days"}:
        days = None if since is None else (view.at.date() - since).days
        met = days is not None and (days >= DAYS_AT_ONE_PLACE) == (case == "present_30_days")
        told = "chưa nêu ngày bắt đầu" if days is None else f"{days} ngày"
        why = f"Thời gian sinh sống tại nơi ở hiện tại ({told}) không khớp với mốc {DAYS_AT_ONE_PLACE} ngày"
        why_en = f"The time at the present place does not fit the {DAYS_AT_ONE_PLACE} days"
        lacking = "present_since" if days is None else lacking
    return Need("residence_case", met, why, why_en, catalogue()["residence_case"].citation, lacking)


def no_determination_is_due(view: View, _: str) -> Need:
    """User management is for those in no case that must be determined, or found not addicted."""
    entry, residence = view.facts.get("entry"), view.facts.get("residence")
    met = view.facts.get("result") == "not_addicted" or (
        entry in {"test", "handed_over"} and residence == "stable"
    )
    return Need(
        "determination_due",
        met,
        "Phải xác định tình trạng nghiện trước",
        "The state of addiction must be determined first",
        view.action.citation,
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


def late_registration_is_reasoned(view: View, rules: str) -> Need:
    """A registration after the window has run out is taken only with a reason: the ground stands already."""
    rule = running(view, rules)
    limit, registered = view.state.latest(rule), view.facts.get("registered_at")
    law = view.book.rule(rule)
    late = bool(view.given and limit and registered and limit.passed(registered))
    return Need(
        "late_registration",
        not late or bool(view.facts.get("late_registration_reason")),
        f"Đăng ký sau khi hết thời hạn “{law.title}”: phải nêu lý do tiếp nhận",
        f"Registered after “{law.title_en}” ran out: a reason is needed",
        law.citation,
        "late_registration_reason",
    )


def ground_is_proved(view: View, _: str) -> Need:
    """The letter of Luật 120/2025 Đ.35.1 (minors: Đ.36.1) that is named must be borne out by the dossier."""
    ground, entry, state = (
        view.facts.get("ground") if view.given else None,
        view.facts.get("entry"),
        view.state,
    )
    proofs = {
        "a_not_registered": over(state.latest("p4-register"), view.at)
        and "record_voluntary" not in state.acts,
        "a_not_begun": over(state.latest("p4-notdone"), view.at) or _not_begun_under_the_old_law(view),
        "a_quit": entry == "quit" or "decide_voluntary" in state.acts,
        "b": entry == "in_rehab" or "decide_voluntary" in state.acts,
        "c": "record_substitution" in state.acts
        or (view.facts.get("voluntary_form") == "substitution" and over(state.latest("p4-notdone"), view.at)),
        "d": entry == "after_care",
        "dd": _breach_stands(view) or _evaded_until_18(view),
    }
    return Need(
        "ground_not_proved",
        proofs.get(str(ground), True),
        "Căn cứ nêu ra chưa được hồ sơ chứng minh (thời hạn đăng ký hoặc thực hiện chưa hết, hoặc thiếu ghi nhận)",
        "The ground named is not borne out by the dossier",
        "Luật 120/2025/QH15 Đ.35.1; NĐ 163/2026/NĐ-CP Đ.4.7–10"
        if view.facts.get("track") != "minor"
        else "Luật 120/2025/QH15 Đ.36.1; NĐ 163/2026/NĐ-CP Đ.4.7–10",
        "ground",
    )


def _not_begun_under_the_old_law(view: View) -> bool:
    """The law before 01/07/2026 gave no days to begin: a decision on voluntary rehab was enough (Luật 73/2021 Đ.32.1)."""
    state = view.state
    decided = "decide_voluntary" in state.acts and state.latest("p4-notdone") is None
    return decided and "migrate" in state.acts


_BREACHES = {"device_destroyed": 1, "device_refused": 2, "device_idle": 3, "education": 2, "other": 3}
"""From which time on a breach leads to the measure (Luật 120/2025 Đ.47.2-4; NĐ 163/2026 Đ.25.2-4)."""


def _breach_stands(view: View) -> bool:
    """A breach in home rehab or substitution: repeated often enough, or of monitoring and not mended within 24 hours."""
    if view.facts.get("entry") != "breach":
        return False
    needed, count = _BREACHES.get(str(view.facts.get("breach")), 0), view.facts.get("breach_count") or 0
    unmended = over(view.state.latest("p4-es-breach"), view.at) and "record_mending" not in view.state.acts
    return count >= needed or unmended


def _evaded_until_18(view: View) -> bool:
    """Who evaded as a minor until 18 is under the adults' measure (Luật 120/2025 Đ.35.1.đ, 36.3)."""
    evaded = view.facts.get("evasion_ended_at") is not None or "record_evasion" in view.state.acts
    return view.facts.get("track_after_18") == "adult" and evaded


def breach_can_be_mended(view: View, rule: str) -> Need:
    """A breach of monitoring is mended within 24 hours of its minute; after that it counts (NĐ 163/2026 Đ.25.3-4)."""
    limit, mended = view.state.latest(rule), view.facts.get("mended_at")
    law = view.book.rule(rule)
    met = limit is not None and limit.due is not None and (not mended or mended < limit.due)
    return Need(
        "breach_not_mended",
        met,
        f"Không còn trong thời hạn “{law.title}”",
        f"“{law.title_en}” has run out or never ran",
        law.citation,
        rule,
    )


def absence_is_long_enough(view: View, rule: str) -> Need:
    """Leaving rehab is quitting after two working days; breaking its professional rules is at once (NĐ 163/2026 Đ.4.9)."""
    quits = view.given and view.facts.get("ground") == "a_quit"
    law, left = view.book.rule(rule), view.facts.get("rehab_left_at")
    due = reckon(law, left, view.calendar).due if quits and view.calendar and left else None
    long_enough = bool(view.facts.get("rules_broken")) or (due is not None and due <= view.at)
    return Need(
        "absence_too_short",
        not quits or long_enough,
        "Tự ý rời cơ sở cai nghiện chưa đủ 02 ngày làm việc, hoặc chưa nêu quy định chuyên môn không tuân thủ",
        "Two working days have not passed since leaving, and no professional rule is named",
        law.citation,
        "rehab_left_at",
    )


def homeless_rehab_is_public(view: View, _: str) -> Need:
    """Who has no stable residence does voluntary rehab in a public centre or school (Luật 120/2025 Đ.34.1; NĐ 163 Đ.89.1.b)."""
    elsewhere = view.given and view.facts.get("voluntary_form") in {"home", "private"}
    return Need(
        "rehab_must_be_public",
        not (elsewhere and view.facts.get("residence") == "none"),
        "Người không có nơi cư trú ổn định phải cai nghiện tại cơ sở cai nghiện ma túy công lập, trường giáo dưỡng",
        "Without a stable residence voluntary rehab is in a public centre or a reformatory school",
        "Luật 120/2025/QH15 Đ.34.1; NĐ 163/2026/NĐ-CP Đ.89.1.b",
        "voluntary_form",
    )


def rehab_is_in_a_public_centre(view: View, _: str) -> Need:
    """Only for rehab in a public centre or school does the province name one (NĐ 163/2026 Đ.95)."""
    return Need(
        "rehab_not_public",
        view.facts.get("voluntary_form") == "public",
        "Người đó không đăng ký cai nghiện tại cơ sở cai nghiện ma túy công lập, trường giáo dưỡng",
        "The person did not register for a public centre or a reformatory school",
        view.action.citation,
        "voluntary_form",
    )


def compulsory_ground_is_proved(view: View, _: str) -> Need:
    """The ground of Luật 73/2021 Đ.32 that is named must be borne out by the dossier; minors have no fourth (Đ.33.1)."""
    minor = view.facts.get("track") == "minor"
    ground, entry, acts = view.facts.get("compulsory_ground"), view.facts.get("entry"), view.state.acts
    decided = "decide_voluntary" in acts
    proofs = {
        "not_registered": over(view.state.latest("reg-voluntary"), view.at)
        and "record_voluntary" not in acts,
        "not_begun": over(view.state.latest("reg-notdone"), view.at),
        "quit": (decided or entry == "quit") and _has_quit(view),
        "use_in_rehab": decided or entry == "in_rehab",
        "substitution": "record_substitution" in acts,
        "relapse": entry == "after_care" and not minor,
        "self_report": "record_application" in acts,
    }
    relapse, window = ground == "relapse", {"not_begun": "reg-notdone", "quit": "reg-quit"}.get(str(ground))
    return Need(
        "ground_not_proved",
        not view.given or proofs.get(str(ground), True),
        "Tái nghiện trong thời gian quản lý sau cai không phải là căn cứ đối với người dưới 18 tuổi"
        if minor and relapse
        else "Căn cứ nêu ra chưa được hồ sơ chứng minh (thời hạn đăng ký hoặc bắt đầu chưa hết, chưa nêu hoặc chưa đủ điều"
        " kiện của tự ý chấm dứt, hoặc thiếu ghi nhận)",
        "A relapse in after-care is no ground for a minor"
        if minor and relapse
        else "The ground named is not borne out by the dossier",
        f"Luật Phòng, chống ma túy 2021 Đ.{'33.1' if minor else '32'}"
        + (f"; {view.book.rule(window).citation}" if window else ""),
        "compulsory_ground",
    )


def _has_quit(view: View) -> bool:
    """Away for five working days, ten courses missed in a row, or rules of rehab not followed (NĐ 116/2021 Đ.3.5)."""
    law, left = view.book.rule("reg-quit"), view.facts.get("rehab_left_at")
    try:
        away = (
            view.calendar is not None and left is not None and reckon(law, left, view.calendar).due <= view.at
        )
    except UnknownYearError:  # a moment that cannot be meant proves nothing
        away = False
    missed = (view.facts.get("courses_missed") or 0) >= COURSES_IN_A_ROW
    return away or missed or bool(view.facts.get("rules_broken"))
