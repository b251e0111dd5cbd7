"""What pydantic finds wrong with a field, said in Vietnamese and English without repeating the value."""

from collections.abc import Mapping
from typing import Any

_MESSAGES = {
    "missing": "bắt buộc phải có",
    "extra_forbidden": "không phải trường hoặc dữ kiện được hỏi",
    "json_invalid": "không phải là JSON hợp lệ",
    "literal_error": "phải là một trong: {expected}",
    "enum": "phải là một trong: {expected}",
    "string_type": "phải là chuỗi ký tự",
    "string_too_short": "không được để trống",
    "string_too_long": "dài quá {max_length} ký tự",
    "string_pattern_mismatch": "không đúng dạng",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "bool_type": "phải là true hoặc false",
    "bool_parsing": "phải là true hoặc false",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than": "phải nhỏ hơn {lt}",
    "less_than_equal": "không được quá {le}",
    "dict_type": "phải là một đối tượng JSON",
    "model_attributes_type": "phải là một đối tượng JSON",
    "model_type": "phải là một đối tượng JSON",
    "list_type": "phải là một danh sách",
    "tuple_type": "phải là một danh sách",
    "too_short": "không được để trống",
    "too_long": "không được quá {max_length} mục",
    "timezone_aware": "phải có múi giờ",
    "datetime_parsing": "phải là thời điểm dạng 2026-09-07T08:30:00+07:00",
    "datetime_from_date_parsing": "phải là thời điểm dạng 2026-09-07T08:30:00+07:00",
    "datetime_type": "phải là thời điểm dạng 2026-09-07T08:30:00+07:00",
    "date_parsing": "phải là ngày dạng 2026-09-07",
    "date_from_datetime_parsing": "phải là ngày dạng 2026-09-07",
    "date_type": "phải là ngày dạng 2026-09-07",
    "uuid_parsing": "không phải mã hợp lệ",
    "uuid_type": "không phải mã hợp lệ",
    "bytes_type": "phải là tệp",
    "instant_out_of_range": "năm phải trong khoảng {first}–{last}",
    "day_out_of_range": "năm phải trong khoảng {first}–{last}",
}


def in_vietnamese(flaw: Mapping[str, Any]) -> tuple[str, str]:
    """A flaw's message in Vietnamese and in English.

    Our own validators say both, with a slash between; pydantic's messages are English and are translated here.
    """
    english = str(flaw["msg"])
    if flaw["type"] == "value_error":
        own = english.removeprefix("Value error, ")
        vi, slash, en = own.partition(" / ")
        return (vi, en) if slash else (f"giá trị không hợp lệ ({own})", own)
    known = _MESSAGES.get(flaw["type"])
    if known is None:
        return "giá trị không hợp lệ", english
    try:
        return known.format(**flaw.get("ctx", {})), english
    except KeyError:
        return "giá trị không hợp lệ", english
