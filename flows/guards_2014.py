"""Guards of 2014-2021: community education first, the return after an illness, and the end of the term."""

from flows.refusals import Need
from flows.view import View
from models.law.limits import reckon


def community_education_came_first(view: View, _: str) -> Need:
    """Who has a stable residence must have had community education before (Luật XLVPHC 2012 Đ.96.1)."""
    never = view.facts.get("community_education") == "none"
    return Need(
        "not_a_subject",
        not (never and view.facts.get("residence") == "stable"),
        "Người có nơi cư trú ổn định mà chưa bị áp dụng biện pháp giáo dục tại xã, phường, thị trấn thì không thuộc đối tượng",
        "A resident who never had community education is not a subject of the measure",
        "Luật Xử lý vi phạm hành chính 2012 Đ.96.1",
        "community_education",
    )


def return_is_still_due(view: View, rule: str) -> Need:
    """After an illness the person returns only while three months or more are left (LXLVPHC Đ.112.2; NĐ 116/2021 Đ.58.2)."""
    law = view.book.rule(rule)
    term = view.state.open_limit(law.anchor.limit or "")
    last = reckon(law, term.due, view.calendar) if term and term.due and view.calendar else None
    until = f" (đến hết ngày {last.last_day:%d/%m/%Y})" if last else ""
    return Need(
        "too_little_left",
        not view.given or (last is not None and view.at < last.due),
        f"Chỉ phải trở lại chấp hành khi thời hạn còn từ 03 tháng trở lên{until}",
        "The person returns only while three months or more of the term are left",
        law.citation,
        rule,
    )


def term_is_served(view: View, rule: str) -> Need:
    """Completion is certified from the last day of the term on, and dated by it (Luật XLVPHC 2012 Đ.114.2)."""
    law, term = view.book.rule(rule), view.state.open_limit(rule)
    last = term.last_day if term and not term.suspended else None
    over = last is not None and last <= view.at.date()
    return Need(
        "term_not_served",
        over and (not view.given or view.facts.get("completed_on") == last),
        f"Chỉ cấp giấy chứng nhận từ ngày hết thời hạn chấp hành ({last:%d/%m/%Y}) và ghi ngày đó là ngày chấp hành xong"
        if last
        else "Thời hạn chấp hành chưa chạy",
        f"Completion is certified from the last day of the term ({last}) on, and dated by it",
        law.citation,
        "completed_on",
    )
