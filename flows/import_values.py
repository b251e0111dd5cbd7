"""How cells are understood: each column's way from what a sheet holds to what a dossier records, nothing guessed."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime

from pydantic_core import PydanticCustomError

from flows.spreadsheet import FORMULA, Value, Wrong
from models.law.facts import in_bounds
from models.law.limits import TIMEZONE

Read = Callable[[Value], object]
_YES, _NO = {"có", "true", "yes", "1", "đúng"}, {"không", "false", "no", "0", "sai"}
_DAY = r"(?P<day>[0-9]{1,2})[/.-](?P<month>[0-9]{1,2})[/.-](?P<year>[0-9]{4})"
_ISO_DAY = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
_TIME = r"(?P<hour>[0-9]{1,2})(?::|h|g)(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
_DAYS = [re.compile(one) for one in (_DAY, _ISO_DAY)]
_MOMENTS = [
    re.compile(one)
    for one in (rf"{_DAY}[ ,]+{_TIME}", rf"{_TIME}[ ,]+(?:ngày )?{_DAY}", rf"{_ISO_DAY}[ T]{_TIME}")
]
_MONTH = re.compile(
    r"(?P<month>[0-9]{1,2})[/.-](?P<year>[0-9]{4})|(?P<year2>[0-9]{4})-(?P<month2>[0-9]{1,2})"
)


class Unfit(Exception):
    """A cell that does not fit its column."""

    def __init__(self, wrong: Wrong) -> None:
        self.wrong = wrong


def _unfit(code: str, message: str, message_en: str) -> Unfit:
    return Unfit(Wrong(code, message, message_en))


def alike(words: str) -> str:
    """Words as they are compared: in NFC, without regard to case and spaces."""
    return " ".join(unicodedata.normalize("NFC", words).casefold().split())


def text(value: Value) -> str:
    """Text as it stands; a whole number is text too."""
    if isinstance(value, str):
        if value.startswith("="):
            raise Unfit(FORMULA)
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float) and not isinstance(value, bool) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    raise _unfit(
        "text_needed",
        "phải là chữ; hãy định dạng ô là Văn bản (Text)",
        "must be text; format the cell as Text",
    )


def digits(value: Value) -> str:
    """A number that is a name, such as that of an identity paper: a number cell has lost its leading zeros."""
    if isinstance(value, float):
        raise _unfit(
            "number_cell",
            "ô dạng số làm mất các số 0 ở đầu; hãy định dạng ô là Văn bản (Text) và nhập lại đủ chữ số",
            "a number cell loses leading zeros; format the cell as Text and enter all digits again",
        )
    found = text(value).strip()
    if re.fullmatch(r"[0-9][.,][0-9]+E\+?[0-9]+", found):
        raise _unfit(
            "number_cell",
            "đã bị bảng tính đổi thành số (dạng 1,23E+11); hãy định dạng ô là Văn bản (Text) và nhập lại",
            "was turned into a number by a spreadsheet (like 1.23E+11); format the cell as Text and enter it again",
        )
    return found


def identity_number(value: Value) -> str:
    """The number of an identity paper; one that is a little short has lost its zeros somewhere."""
    found = digits(value)
    if re.fullmatch(r"[0-9]{10,11}", found):
        raise _unfit(
            "zeros_lost",
            "chỉ có 10–11 chữ số: có thể bảng tính đã làm mất số 0 ở đầu; số định danh có đúng 12 chữ số",
            "has 10 or 11 digits only: a spreadsheet may have lost its leading zeros; a personal number has 12",
        )
    return found


def day(value: Value) -> date:
    """A day: a date cell, dd/mm/yyyy, or yyyy-mm-dd."""
    if isinstance(value, datetime):
        if value.time() != value.min.time():
            raise _unfit("day_needed", "phải là ngày, không có giờ", "must be a day without a time")
        return value.date()
    return _moment(value, _DAYS, "ngày/tháng/năm, ví dụ 07/09/2026", "a day like 07/09/2026").date()


def birth_date(value: Value) -> str:
    """A birth date, of which the day, or day and month, may not be known."""
    if isinstance(value, float) and 1900 <= value <= 2200 and value.is_integer():
        return str(int(value))
    if isinstance(value, str):
        short = value.strip()
        if re.fullmatch(r"[0-9]{4}", short):
            return short
        if month := _MONTH.fullmatch(short):
            return f"{month['year'] or month['year2']}-{int(month['month'] or month['month2']):02d}"
    if isinstance(value, datetime):
        return day(value).isoformat()
    said = "ngày/tháng/năm, tháng/năm hoặc năm, ví dụ 20/05/1998, 05/1998, 1998"
    return _moment(value, _DAYS, said, "a birth date like 20/05/1998, 05/1998 or 1998").date().isoformat()


def instant(value: Value) -> datetime:
    """A moment with hour and minute; without a zone it is Vietnam's time."""
    if isinstance(value, datetime):
        if value.time() == value.min.time():
            raise _unfit("time_missing", "thiếu giờ và phút", "hour and minute are missing")
        found = value
    else:
        found = _zoned(value) or _moment(
            value, _MOMENTS, "ngày và giờ, ví dụ 07/09/2026 08:30", "a moment like 07/09/2026 08:30"
        )
    try:
        return in_bounds(found if found.tzinfo else found.replace(tzinfo=TIMEZONE))
    except PydanticCustomError as error:
        raise _unfit("instant_out_of_range", "năm nằm ngoài khoảng cho phép", error.message()) from error


def flag(value: Value) -> bool:
    """Yes or no."""
    if isinstance(value, bool):
        return value
    said = str(int(value)) if isinstance(value, float) and value in {0, 1} else value
    if isinstance(said, str) and alike(said) in _YES | _NO:
        return alike(said) in _YES
    raise _unfit("flag_needed", "phải là “có” hoặc “không”", "must be “có” (yes) or “không” (no)")


def number(value: Value) -> int:
    """A whole number."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value.strip()):
        return int(value)
    if isinstance(value, float) and not isinstance(value, bool) and value.is_integer() and 0 <= value < 1e9:
        return int(value)
    raise _unfit("number_needed", "phải là số nguyên", "must be a whole number")


def choice(choices: Mapping[str, str]) -> Read:
    """One of some values, by its Vietnamese words or its code."""
    known = {alike(words): code for code, words in choices.items()} | {alike(code): code for code in choices}
    expected = ", ".join(f"“{words}”" for words in choices.values())

    def read(value: Value) -> str:
        found = known.get(alike(value)) if isinstance(value, str) else None
        if found is None:
            raise _unfit(
                "not_a_choice", f"phải là một trong: {expected}", f"must be one of: {', '.join(choices)}"
            )
        return found

    return read


def choices(of: Mapping[str, str]) -> Read:
    """Some of some values, parted by semicolons."""
    one = choice(of)
    return lambda value: [one(part) for part in text(value).split(";") if part.strip()]


def _moment(value: Value, patterns: list[re.Pattern[str]], vi: str, en: str) -> datetime:
    if isinstance(value, str):
        for pattern in patterns:
            if found := pattern.fullmatch(value.strip()):
                parts = {name: int(digits or 0) for name, digits in found.groupdict().items()}
                try:
                    return datetime(**parts)  # type: ignore[arg-type]  # noqa: DTZ001 - a sheet has no zone
                except ValueError:
                    raise _unfit(
                        "no_such_day", "không có ngày, giờ này trong lịch", "no such day or time"
                    ) from None
    raise _unfit("unreadable", f"phải là {vi}", f"must be {en}")


def _zoned(value: Value) -> datetime | None:
    """A moment that says its zone itself."""
    if not isinstance(value, str) or not re.search(r"T.*([+-][0-9]{2}:?[0-9]{2}|Z)$", value.strip()):
        return None
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return None
