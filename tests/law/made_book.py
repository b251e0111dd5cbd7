"""A small sound rulebook made for tests, and how it is written to a file."""

from datetime import date
from pathlib import Path
from typing import Any

import orjson

OPEN = {
    "code": "open", "title": "Mở hồ sơ", "title_en": "Open", "stages": [], "by": ["commune_police"],
    "facts": ["found_at"], "starts": ["r-compile"], "next": ["police_collection"], "citation": "Luật thử Đ.1",
}  # fmt: skip
SEND = {
    "code": "send_to_court", "title": "Chuyển hồ sơ", "title_en": "Send", "stages": ["police_collection"],
    "by": ["commune_police"], "after": ["open"], "facts": ["court", "residence"], "ends": ["r-compile"],
    "forms": ["V-36"], "next": ["closed"], "hand_to": "court", "citation": "Luật thử Đ.2",
}  # fmt: skip
COMPILE = {
    "id": "r-compile", "title": "Lập hồ sơ", "title_en": "Compiling", "kind": "duty",
    "amounts": [{"value": 1, "unit": "working_day"}],
    "anchor": {"text": "từ khi phát hiện", "acts": ["open"], "fact": "found_at"},
    "who": "Công an cấp xã", "citation": "Luật thử Đ.3", "confirmed": True,
}  # fmt: skip
BAR = {
    "id": "r-bar", "title": "Thời hiệu", "title_en": "Time bar", "kind": "bar", "roll": "none",
    "amounts": [{"value": 3, "unit": "month"}], "anchor": {"text": "từ ngày vi phạm", "acts": ["open"]},
    "who": "Tòa án", "citation": "Luật thử Đ.4", "confirmed": True,
}  # fmt: skip
PAPER = {
    "kind": "summary",
    "title": "Tóm tắt",
    "title_en": "Summary",
    "form": "V-33",
    "citation": "Luật thử Đ.5",
}
PROVISION = {
    "id": "r-subject", "about": "subject", "title": "Người nghiện từ đủ 18 tuổi", "title_en": "Addicts of 18 and older",
    "citation": "Luật thử Đ.7", "confirmed": True,
}  # fmt: skip
BOOK: dict[str, Any] = {
    "code": "test", "title": "Bộ quy tắc thử", "title_en": "A rulebook", "valid_from": date(2030, 1, 1),
    "stages": ["police_collection", "closed"], "least_age": 18, "tracks": ["adult"], "exclusions": {"sick": "Đang ốm"},
    "exclusions_citation": "Luật thử Đ.6", "rules": [COMPILE, BAR], "actions": [OPEN, SEND], "papers": [PAPER],
    "wording": {
        "measure": "biện pháp", "measure_full": "áp dụng biện pháp", "facility": "cơ sở", "court": "Tòa án",
        "id_label": "Số CCCD", "compiler": "Trưởng Công an cấp xã", "legal_bases": ["Luật thử"],
        "complaint_period": "05 ngày",
    },
}  # fmt: skip


def write(folder: Path, content: dict[str, Any], code: str = "test") -> None:
    """A rulebook file with this content."""
    lines = [f"{key} = {_toml(value)}" for key, value in content.items()]
    (folder / f"{code}.toml").write_text("\n".join(lines), encoding="utf-8")


def _toml(value: object) -> str:
    """A value as TOML writes it on one line."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{_toml(str(key))} = {_toml(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case str():
            return orjson.dumps(value).decode()
        case _:
            return str(value)
