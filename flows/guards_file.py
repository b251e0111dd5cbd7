"""Guards of the file of 07/2025-06/2026: checked by the chief who sends it, returned, and made on a result that still counts."""

from flows.refusals import Need
from flows.view import View


def file_was_found_valid(view: View, _: str) -> Need:
    """Only a file found valid goes to court (NĐ 116/2021 Đ.42 as amended by NĐ 184/2025)."""
    return Need(
        "file_not_valid",
        view.facts.get("file_check") == "valid",
        "Hồ sơ chưa được Trưởng Công an cấp xã kiểm tra là hợp lệ",
        "The file has not been found valid",
        view.action.citation,
        "check_file",
    )


def file_was_returned(view: View, _: str) -> Need:
    """Only a file that was returned is supplemented: as not valid, or by the court."""
    returned = view.facts.get("file_check") == "invalid" or "return_incomplete" in view.state.acts
    return Need(
        "file_not_returned",
        returned,
        "Hồ sơ không bị trả lại nên không có gì phải bổ sung",
        "The file was not returned: nothing is to be supplemented",
        view.action.citation,
        "check_file",
    )


def result_is_still_valid(view: View, rule: str) -> Need:
    """The result a self-reporter brings may be used for six months from its issue (Luật XLVPHC Đ.103.1.đ as amended in 2025)."""
    limit, law = view.state.latest(rule), view.book.rule(rule)
    due = limit.due if limit else None
    until = f" (hết ngày {limit.last_day:%d/%m/%Y})" if limit and limit.last_day else ""
    return Need(
        "result_too_old",
        due is not None and view.at < due,
        f"Phiếu kết quả xác định tình trạng nghiện không còn dùng được{until}: phải xác định lại",
        "The result of the determination can no longer be used: a new one is needed",
        law.citation,
        rule,
    )
