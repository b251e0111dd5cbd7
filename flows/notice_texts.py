"""What notices say, in both languages: one text for every kind there is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from models.law.limits import TIMEZONE
from models.law.loader import codes, load_book
from models.law.schema import Action, Rule
from models.law.words import Language

_LATE = timedelta(hours=1)
"""A rung told so much after its time says when it should have come."""


class Both(NamedTuple):
    """A text in both languages."""

    vi: str
    en: str

    def to(self, language: Language) -> str:
        """The text in this language."""
        return self.en if language == "en" else self.vi


@dataclass(frozen=True)
class Kind:
    """What a kind of notice says: in a title that any passer-by may read, in a sentence, and what to do next."""

    title: Both
    text: Both
    next: Both


@dataclass(frozen=True)
class Wording:
    """A notice in one language."""

    title: str
    lines: tuple[str, ...]


_ACT = Both(
    "Mở hồ sơ, thực hiện thao tác còn thiếu; nếu đã làm thì ghi nhận vào hồ sơ.",
    "Open the dossier and do what is missing; if it is done, record it.",
)
_READ = Both("Mở hồ sơ để xem.", "Open the dossier to see it.")
_LOOK = Both("Đăng nhập để xem.", "Sign in to see it.")


def _overdue(vi: str, en: str) -> Kind:
    return Kind(
        Both(f"đã quá một thời hạn{vi}", f"a time limit has passed{en}"),
        Both(f"Thời hạn dưới đây đã hết{vi} mà chưa có thao tác kết thúc.",
             f"The time limit below has passed{en}, and nothing that ends it was recorded."),
        _ACT,
    )  # fmt: skip


KINDS: Mapping[str, Kind] = {
    "handed_over": Kind(
        Both("hồ sơ được chuyển đến", "a dossier was handed to you"),
        Both("Hồ sơ đã được chuyển đến cơ quan bạn.", "The dossier was handed to your agency."),
        Both("Mở hồ sơ, xem các thao tác và thời hạn đang chạy.", "Open the dossier: see what to do, and by when."),
    ),
    "court_acted": Kind(
        Both("có thao tác mới trong hồ sơ", "something new in a dossier"),
        Both("Tòa án vừa ghi nhận một thao tác trong hồ sơ.", "The court has recorded an act in the dossier."),
        _READ,
    ),
    "limit_due_soon": Kind(
        Both("một thời hạn sắp hết", "a time limit ends soon"),
        Both("Thời hạn dưới đây sắp hết.", "The time limit below ends soon."),
        _ACT,
    ),
    "limit_overdue": _overdue("", ""),
    "limit_overdue_1_day": _overdue(" 1 ngày", " by 1 day"),
    "limit_overdue_3_days": _overdue(" 3 ngày", " by 3 days"),
    "limit_overdue_10_days": _overdue(" 10 ngày", " by 10 days"),
    "limit_ended": Kind(
        Both("một thời hạn đã hết", "a time limit has ended"),
        Both("Thời hạn dưới đây đã hết.", "The time limit below has ended."),
        Both("Mở hồ sơ, xem việc gì không còn làm được và việc gì phải làm.",
             "Open the dossier: see what is no longer possible, and what must be done."),
    ),
    "release_person": Kind(
        Both("có việc phải làm ngay", "something must be done at once"),
        Both("Không còn căn cứ quản lý người trong hồ sơ: phải cho rời nơi quản lý ngay.",
             "Nothing allows the person of the dossier to be held any longer: release them at once."),
        Both("Mở hồ sơ, ghi nhận việc kết thúc quản lý.", "Open the dossier and record the release."),
    ),
    "document_ended": Kind(
        Both("một văn bản đã gửi không còn hiệu lực", "a document you received is no longer valid"),
        Both("Văn bản dưới đây đã bị hủy hoặc được thay thế; không dùng bản đã nhận nữa (NĐ 30/2020/NĐ-CP Đ.18.4).",
             "The document below is void or was replaced; do not use the copy you have (Decree 30/2020/NĐ-CP Art. 18.4)."),
        Both("Mở hồ sơ, tải bản thay thế nếu có.", "Open the dossier and download what replaces it, if anything does."),
    ),
    "act_void": Kind(
        Both("một thao tác đã bị hủy", "an act was taken back"),
        Both("Người giám sát đã hủy thao tác cuối của hồ sơ; hồ sơ trở lại như trước thao tác đó.",
             "A supervisor has taken back the dossier's last act; it stands as it stood before."),
        Both("Mở hồ sơ, xem hồ sơ đang ở đâu; không dùng văn bản đã ban hành cùng thao tác đó.",
             "Open the dossier and see where it stands; do not use what was issued with that act."),
    ),
    "corrected": Kind(
        Both("dữ liệu đã được đính chính", "data were corrected"),
        Both("Dữ liệu của hồ sơ đã được đính chính.", "Data of the dossier were corrected."),
        Both("Mở hồ sơ, xem dữ liệu và thời hạn mới.", "Open the dossier: see the data and the limits as they are now."),
    ),
    "correction_alarm": Kind(
        Both("sau khi đính chính có điều phải xem ngay", "after a correction something must be looked at"),
        Both("Với dữ liệu đã đính chính, luật không cho làm điều đã làm, hoặc đòi hỏi điều khác.",
             "With the corrected data the law does not allow what was done, or asks for something else."),
        Both("Mở hồ sơ, đọc các cảnh báo của thao tác đính chính và quyết định.",
             "Open the dossier, read the warnings of the correction, and decide."),
    ),
    "reissue_needed": Kind(
        Both("một văn bản phải ban hành lại", "a document must be issued again"),
        Both("Dữ liệu in trong văn bản dưới đây đã được đính chính: cơ quan ban hành phải ban hành lại.",
             "Data printed in the document below were corrected: the agency that issued it must issue it again."),
        Both("Người đứng đầu cơ quan ban hành lại văn bản.", "The head of your agency issues the document again."),
    ),
    "reminder": Kind(
        Both("có công văn nhắc việc", "a letter of reminder"),
        Both("Cơ quan có trách nhiệm giám sát nhắc cơ quan bạn xử lý hồ sơ.",
             "Whoever watches over your agency reminds it to deal with the dossier."),
        _ACT,
    ),
    "digest": Kind(
        Both("việc trong ngày của cơ quan", "your agency's work of the day"),
        Both("Tóm tắt trong ngày của cơ quan đã sẵn sàng.", "Your agency's summary of the day is ready."),
        _LOOK,
    ),
    "report_ready": Kind(
        Both("báo cáo đã sẵn sàng", "a report is ready"),
        Both("Báo cáo định kỳ đã lập xong.", "A periodic report was drawn up."),
        Both("Đăng nhập để xem và tải báo cáo.", "Sign in to read and download the report."),
    ),
    "calendar_missing": Kind(
        Both("lịch làm việc năm tới chưa đủ", "the calendar of the coming year is incomplete"),
        Both("Chưa có quyết định về ngày nghỉ của năm tới, nên thời hạn đếm sang năm đó chưa chắc chắn.",
             "No decision on the days off of the coming year is recorded, so limits that reach into it are not certain."),
        Both("Người giám sát hoặc quản trị nhập quyết định vào lịch (POST /v1/calendar/changes).",
             "A supervisor or administrator enters the decision in the calendar (POST /v1/calendar/changes)."),
    ),
    "chain_broken": Kind(
        Both("nhật ký không còn nguyên vẹn", "a journal is not intact"),
        Both("Kiểm tra chuỗi sự kiện và nhật ký truy cập cho thấy dữ liệu đã bị sửa ngoài hệ thống.",
             "Checking the chains of events and the audit log shows that data were changed outside the system."),
        Both("Giữ nguyên hiện trạng, báo ngay người phụ trách an toàn thông tin.",
             "Leave everything as it is and tell whoever is in charge of information security at once."),
    ),
    "law_changed": Kind(
        Both("vướng vì luật đã thay đổi", "stuck because the law changed"),
        Both("Bộ quy tắc của hồ sơ đã hết hiệu lực; chưa chuyển thì chưa làm tiếp được.",
             "The rulebook of the dossier has ended; nothing more can be done until it is migrated."),
        Both("Chuyển hồ sơ sang bộ quy tắc mới, hoặc ghi lý do giữ lại.",
             "Migrate it to the new rulebook, or record why it stays."),
    ),
    "many_missed": Kind(
        Both("nhiều thời hạn bị lỡ", "many limits were missed"),
        Both("Một cơ quan đã lỡ nhiều thời hạn trong một ngày.", "An agency has missed many limits within a day."),
        Both("Xem danh sách hồ sơ quá hạn và phân công xử lý.", "See what is overdue, and have somebody deal with it."),
    ),
    "sweep_silent": Kind(
        Both("việc quét thời hạn không chạy", "limits are not being swept"),
        Both("Đã lâu không có lượt quét thời hạn nào xong, nên thông báo về thời hạn đang chậm.",
             "No sweep of the limits has ended for long, so that notices of limits are late."),
        Both("Kiểm tra các tiến trình worker và Prefect.", "Look after the workers and Prefect."),
    ),
    "webhook_disabled": Kind(
        Both("một webhook đã bị tắt", "a webhook was disabled"),
        Both("Bên nhận không còn nhận thông báo, hoặc báo không còn dùng; không gửi đến đó nữa.",
             "The receiver takes no notices any more, or says that it is gone; nothing more is sent there."),
        Both("Sửa bên nhận, bật lại webhook rồi cho gửi lại (POST /v1/webhooks/…/replay).",
             "Mend the receiver, enable the webhook and send again (POST /v1/webhooks/…/replay)."),
    ),
    "webhook_test": Kind(
        Both("thử webhook", "a test of a webhook"),
        Both("Có người cho gửi thử đến một webhook của cơ quan.", "Somebody had a test sent to a webhook of your agency."),
        Both("Không phải làm gì.", "There is nothing to do."),
    ),
    "job_parked": Kind(
        Both("một việc nền bị dừng", "a background job has stopped"),
        Both("Một việc sau thao tác đã thất bại nhiều lần và chờ người xử lý.",
             "A job that follows an act has failed many times and waits for somebody."),
        Both("Xem lý do, khắc phục rồi cho chạy lại.", "Read the reason, mend it, and let it run again."),
    ),
}  # fmt: skip
"""Kinds of notices by the part before the colon; what follows it says which rule."""
_UNKNOWN = Kind(
    Both("có thông báo mới", "a new notice"), Both("Có thông báo mới.", "There is a new notice."), _LOOK
)
"""For a kind that a newer version told of: one row must not keep an inbox shut."""


def wording(kind: str, facts: Mapping[str, Any], told_at: datetime, language: Language) -> Wording:
    """A notice in one language.

    Args:
        kind: the notice's kind, `limit_overdue:p4-read`.
        facts: what it was told with; what they do not hold is left out.
        told_at: when it was written down.
        language: the reader's.
    """
    texts = KINDS.get(kind.partition(":")[0], _UNKNOWN)
    number = facts.get("dossier")
    title = texts.title.to(language)
    if number:
        title = f"{Both('Hồ sơ', 'Dossier').to(language)} {number}: {title}"
    else:
        title = title[:1].upper() + title[1:]
    particulars = (f"{label.to(language)}: {value}" for label, value in _particulars(facts, language))
    lines = [texts.text.to(language), *particulars]
    if late := _late(facts, told_at):
        lines.append(late.to(language))
    return Wording(title, (*lines, texts.next.to(language)))


def _particulars(facts: Mapping[str, Any], language: Language) -> Iterator[tuple[Both, str]]:
    rule, action = _rule(facts), _action(facts)
    if rule:
        yield Both("Thời hạn", "Time limit"), rule.title_en if language == "en" else rule.title
    if action:
        yield Both("Thao tác", "Act"), action.title_en if language == "en" else action.title
    for name, (label, shown) in _SHOWN.items():
        if facts.get(name) is not None:
            yield label, shown(facts[name])
    if rule:
        yield Both("Ai phải làm theo luật", "Who must act by law"), rule.who
        yield Both("Căn cứ", "By"), rule.citation


def _day(day: str) -> str:
    return f"{date.fromisoformat(day):%d/%m/%Y}"


def _moment(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(TIMEZONE):%H:%M %d/%m/%Y}"


def _counted(value: Any) -> str:  # noqa: ANN401 - a number, or a number with what was listed of it
    if not isinstance(value, Mapping):
        return str(value)
    listed = _numbers(value.get("listed", ()))
    return f"{value['count']} ({listed})" if listed else str(value["count"])


def _numbers(listed: Sequence[Any]) -> str:
    """Dossiers by number, or plain values."""
    found = (one.get("dossier") if isinstance(one, Mapping) else one for one in listed)
    return ", ".join(str(one) for one in found if one is not None)


_SHOWN: Mapping[str, tuple[Both, Callable[[Any], str]]] = {
    "title": (Both("Kỳ", "Period"), str),
    "day": (Both("Ngày", "Day"), _day),
    "last_day": (Both("Ngày cuối", "Last day"), _day),
    "due": (Both("Hết lúc", "Ends at"), _moment),
    "who": (Both("Cơ quan phải làm", "Agency that must act"), str),
    "document": (Both("Văn bản", "Document"), str),
    "issued_on": (Both("Ngày ban hành", "Issued on"), _day),
    "replaced_by": (Both("Thay thế bằng", "Replaced by"), str),
    "since": (Both("Từ lúc", "Since"), _moment),
    "citation": (Both("Căn cứ", "By"), str),
    "release_person": (Both("Phải cho rời nơi quản lý ngay", "To be released at once"), _counted),
    "overdue": (Both("Quá hạn", "Overdue"), _counted),
    "due_today": (Both("Hết hạn hôm nay", "Due today"), _counted),
    "due_soon": (Both("Sắp hết hạn", "Due soon"), _counted),
    "handed_over": (Both("Mới chuyển đến, chưa xử lý", "Handed over, not touched yet"), _counted),
    "law_changed": (Both("Vướng vì luật đã thay đổi", "Stuck because the law changed"), _counted),
    "agency": (Both("Cơ quan", "Agency"), str),
    "holder": (Both("Cơ quan giữ hồ sơ", "Agency that holds them"), str),
    "missed": (Both("Số thời hạn lỡ trong một ngày", "Limits missed within a day"), str),
    "newer": (Both("Bộ quy tắc mới", "New rulebook"), str),
    "unannounced": (Both("Năm chưa có quyết định", "Years without a decision"), _numbers),
    "ends_after": (Both("Lịch chỉ có đến hết năm", "The calendar ends with the year"), str),
    "broken": (Both("Hồ sơ có chuỗi sai", "Dossiers whose chain is broken"), _numbers),
    "count": (Both("Số chỗ sai", "Breaks found"), str),
    "job": (Both("Việc số", "Job"), str),
    "acts": (Both("Số thao tác chờ", "Acts that wait for it"), str),
}
"""Facts that are shown, in this order."""


def _late(facts: Mapping[str, Any], told_at: datetime) -> Both | None:
    if "at" not in facts or told_at - datetime.fromisoformat(facts["at"]) < _LATE:
        return None
    at = _moment(facts["at"])
    return Both(
        f"Thông báo này đến muộn vì hệ thống tạm dừng: lẽ ra phải gửi lúc {at}.",
        f"This notice is late because the system was down: it should have come at {at}.",
    )


def _rule(facts: Mapping[str, Any]) -> Rule | None:
    """The rule as the dossier's book has it; as the newest book does, where the facts name none."""
    return _rule_of(facts.get("book"), facts["rule"]) if facts.get("rule") else None


def _action(facts: Mapping[str, Any]) -> Action | None:
    return _action_of(facts.get("book"), facts["action"]) if facts.get("action") else None


@cache
def _rule_of(book: str | None, rule: str) -> Rule | None:
    return next((one for code in _books(book) for one in load_book(code).rules if one.id == rule), None)


@cache
def _action_of(book: str | None, action: str) -> Action | None:
    return next((one for code in _books(book) for one in load_book(code).actions if one.code == action), None)


def _books(named: str | None) -> Sequence[str]:
    return [code for code in (named, *codes()[::-1]) if code]
