"""Guards of serving and after-care: who comes back, who is moved at 18, when the term ends, and nobody forgotten inside."""

from datetime import date

from flows.refusals import Need
from flows.view import View
from models.law.limits import reckon
from models.person import latest_birth_day


def an_escape_is_to_be_told(view: View, rule: str) -> Need:
    """The centre tells of an escape that was recorded and not told yet (Luật 120/2025 Đ.46.2.i)."""
    return Need(
        "no_escape_to_tell",
        view.state.open_limit(rule) is not None,
        "Không có vụ bỏ trốn nào chưa được thông báo",
        "There is no escape that was not told yet",
        view.action.citation,
        "escape",
    )


def enough_of_the_term_is_left(view: View, rule: str) -> Need:
    """After a suspension for illness nobody returns with less than three months left (Luật 120/2025 Đ.39.3)."""
    bar = view.state.open_limit(rule)
    passed = (
        "suspend_serving" in view.state.acts
        and bar is not None
        and bar.due is not None
        and bar.due <= view.at
    )
    last = f" (từ sau ngày {bar.last_day:%d/%m/%Y})" if bar and bar.last_day else ""
    return Need(
        "too_little_left",
        not passed,
        f"Thời hạn chấp hành còn dưới 03 tháng{last}: không phải trở lại chấp hành"
        if passed
        else "Còn đủ thời hạn",
        "Less than three months are left: the person does not return"
        if passed
        else "Enough of the term is left",
        view.book.rule(rule).citation,
        rule,
    )


def move_at_eighteen_is_due(view: View, rule: str) -> Need:
    """At 18 a minor moves to a public centre only if three months or more are left then (Luật 120/2025 Đ.36.4)."""
    asked = view.given and view.facts.get("transfer_ground") == "turned_18"
    bar, born = view.state.open_limit(rule), latest_birth_day(view.state.person.birth_date)
    leap_day = (born.month, born.day) == (2, 29)  # never followed by a leap year 18 years on: 18 on 1 March
    eighteen = date(born.year + 18, 3, 1) if leap_day else born.replace(year=born.year + 18)
    reached = eighteen <= view.at.date()
    in_time = bar is not None and bar.last_day is not None and eighteen <= bar.last_day
    message = f"Người đó đủ 18 tuổi ngày {eighteen:%d/%m/%Y} khi thời gian cai nghiện còn dưới 03 tháng"
    return Need(
        "no_move_at_eighteen",
        not asked or (reached and in_time),
        message if reached else "Người đó chưa đủ 18 tuổi",
        "The person turned 18 with less than three months left" if reached else "The person is not 18 yet",
        view.book.rule(rule).citation,
        "transfer_ground",
    )


def last_days_have_come(view: View, rule: str) -> Need:
    """What is done within so long before an end is not done earlier (NĐ 163/2026 Đ.123.2, 138)."""
    law = view.book.rule(rule)
    term = view.state.open_limit(law.anchor.limit or "")
    runs = term is not None and term.due is not None and not term.suspended
    opens = (
        reckon(law, term.due, view.calendar, view.facts).opens
        if term and term.due and view.calendar
        else None
    )
    return Need(
        "too_early",
        runs and (not view.given or (opens is not None and opens <= view.at)),
        f"Chưa đến thời gian “{law.title}” ({f'từ {opens:%H:%M %d/%m/%Y}' if opens else 'thời hạn chưa chạy'})",
        f"The time for “{law.title_en}” has not come",
        law.citation,
        rule,
    )


def completion_is_the_end_of_the_term(view: View, rule: str) -> Need:
    """After-care is counted from the day the term ended, whenever the certificate is written (Luật 120/2025 Đ.42)."""
    term = view.state.open_limit(rule)
    last = term.last_day if term else None
    return Need(
        "completion_is_wrong",
        last is not None and (not view.given or view.facts.get("completed_on") == last),
        f"Ngày chấp hành xong phải là ngày hết thời hạn ({last:%d/%m/%Y})" if last else "Thời hạn chưa chạy",
        f"The day of completion is the last day of the term ({last})",
        view.book.rule(rule).citation,
        "completed_on",
    )


def serving_person_is_not_forgotten(view: View, _: str) -> Need:
    """Who serves leaves by the end of the term or a court's decision; a dossier is closed over someone inside for few reasons."""
    inside = view.state.stage == "execution" and view.facts.get("delivered") is True
    ground, acts = view.facts.get("closing_ground"), view.state.acts
    bar = view.state.open_limit("p4-tdc")
    stays_out = (
        "suspend_serving" in acts
        and bar is not None
        and bar.due is not None
        and bar.due <= view.at
        and inside
    )
    allowed = {
        "death": True, "prosecution": True, "missing": "escape" in acts or "suspend_serving" in acts,
        "no_return": stays_out,
    }  # fmt: skip
    met = allowed.get(str(ground), False) if inside else ground != "no_return"
    return Need(
        "person_is_serving",
        not view.given or met,
        "Người đó đang chấp hành quyết định: chỉ kết thúc khi hết thời hạn, được miễn phần còn lại, chết, chuyển xử lý"
        " hình sự, mất tích hoặc không phải trở lại sau tạm đình chỉ",
        "The person is serving: only the end of the term, a release, death, prosecution, or a lawful staying out ends it",
        "Luật 120/2025/QH15 Đ.29.3, 39.3, 48.3",
        "closing_ground",
    )


def monitoring_case_fits(view: View, _: str) -> Need:
    """Minors are monitored at their parents' request, or in after-care without a residence (NĐ 163/2026 Đ.15.2, 25.6)."""
    case, minor = view.facts.get("monitoring_case"), view.facts.get("track") == "minor"
    homeless = view.facts.get("residence") == "none"
    stage = {"home": "police_collection", "substitution": "police_collection"}.get(str(case))
    fits = (
        case == "parents_request" or (case == "after_care" and homeless)
        if minor
        else case != "parents_request"
    )
    return Need(
        "monitoring_case",
        not view.given or (fits and stage in {None, view.state.stage}),
        "Trường hợp giám sát điện tử không khớp với hồ sơ",
        "The case of monitoring does not fit the dossier",
        "NĐ 163/2026/NĐ-CP Đ.15, 25.6",
        "monitoring_case",
    )
