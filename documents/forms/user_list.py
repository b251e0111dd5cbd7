"""III-10 of Decree 163/2026, Appendix III: the list of users of narcotic substances, on landscape pages."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from documents.case import Block, Case, FormContext, Particulars
from documents.form import Form
from documents.forms.finding import APPENDIX
from documents.forms.user_management import short
from documents.layout import Sheet
from models.law.facts import Day, Line, Part
from models.law.schema import Stage
from models.person import SEXES

PRESENCE = {"absent": "Vắng mặt", "present": "Có mặt"}
"""Column 11 (note 2 of the form)."""

_HEADINGS = (
    "TT", "Họ tên", "Số định danh cá nhân", "Ngày sinh", "Giới tính", "Nơi thường trú/ tạm trú", "Nơi ở hiện tại",
    "Loại ma túy sử dụng", "Ngày đưa vào quản lý", "Ngày hết hạn quản lý", "Tình hình cư trú",
    "Dừng/Tạm đình chỉ, chấm dứt",
)  # fmt: skip
_WIDTHS = (9, 25, 25, 20, 12, 23, 24, 31, 20, 20, 13, 20)


class Listed(Part):
    """One person of the list."""

    name: Line = Field(title="Họ tên")
    identity: Line = Field("không", title="Số định danh cá nhân hoặc giấy tờ tùy thân khác")
    birth: Line = Field(title="Ngày sinh")
    sex: Literal["male", "female"] = Field(title="Giới tính", json_schema_extra={"x-choices": dict(SEXES)})
    registered_residence: Line = Field("không", title="Nơi thường trú/tạm trú")
    present_residence: Line = Field(title="Nơi ở hiện tại")
    substances: Line = Field(title="Loại ma túy sử dụng")
    managed_from: Day = Field(title="Ngày đưa vào quản lý")
    managed_until: Day = Field(title="Ngày hết hạn quản lý")
    presence: Literal["absent", "present"] = Field(
        title="Tình hình cư trú", json_schema_extra={"x-choices": dict(PRESENCE)}
    )
    ended: Line = Field("không", title="Dừng/tạm đình chỉ, chấm dứt")


class UserListParticulars(Particulars):
    """The list III-10 is: it is about many persons, so the dossier of one knows nothing of it."""

    from_day: Day = Field(title="Tính từ ngày")
    to_day: Day = Field(title="Đến ngày")
    managed: tuple[Listed, ...] = Field((), title="Người sử dụng trái phép chất ma túy đang quản lý")
    removed: tuple[Listed, ...] = Field((), title="Người loại khỏi danh sách trong kỳ")

    @model_validator(mode="after")
    def period_runs_forward(self) -> Self:
        """The first day is not after the last."""
        if self.from_day > self.to_day:
            raise ValueError("ngày đầu sau ngày cuối của kỳ / the period ends before it begins")
        return self


class Entry(Block):
    """A row as it is printed, without its number."""

    name: str
    identity: str
    birth: str
    sex: str
    registered_residence: str
    present_residence: str
    substances: str
    managed_from: str
    managed_until: str
    presence: Literal["Vắng mặt", "Có mặt"]
    ended: str


class UserList(FormContext):
    """III-10, list of users of narcotic substances (Decree 163/2026 art. 64.2)."""

    from_day: date
    to_day: date
    managed: tuple[Entry, ...]
    removed: tuple[Entry, ...]


def gather_user_list(case: Case) -> UserList:
    """The content of III-10."""
    return user_list(case.given(UserListParticulars))


def user_list(stated: UserListParticulars) -> UserList:
    """The list; it names many persons and belongs to no dossier."""
    return UserList(
        from_day=stated.from_day,
        to_day=stated.to_day,
        managed=tuple(map(_entry, stated.managed)),
        removed=tuple(map(_entry, stated.removed)),
    )


def _entry(listed: Listed) -> Entry:
    plain = listed.model_dump(exclude={"sex", "managed_from", "managed_until", "presence"})
    return Entry(
        **plain,
        sex=SEXES[listed.sex],
        managed_from=short(listed.managed_from),
        managed_until=short(listed.managed_until),
        presence="Có mặt" if listed.presence == "present" else "Vắng mặt",
    )


def write_user_list(sheet: Sheet, context: UserList) -> None:
    """Write III-10; the section rows say how many stand under them."""
    sheet.turn()
    period = f"(Tính từ ngày {short(context.from_day)} đến ngày {short(context.to_day)})"
    sheet.title("Danh sách người sử dụng trái phép chất ma túy", rule=False)
    sheet.note(period)
    rows = (
        *_section("Số người sử dụng trái phép chất ma túy đang quản lý", context.managed),
        *_section("Số người loại khỏi danh sách trong kỳ", context.removed),
    )
    sheet.table(_HEADINGS, rows, _WIDTHS, small=True)


def _section(heading: str, entries: tuple[Entry, ...]) -> Iterator[tuple[str, ...]]:
    yield (f"{heading}: {f'{len(entries):02}' if entries else 'không'}",)
    for nth, entry in enumerate(entries, start=1):
        yield (str(nth), *(str(value) for _, value in entry))


FORMS: tuple[Form, ...] = (
    Form(
        code="III-10",
        title="Danh sách người sử dụng trái phép chất ma túy",
        title_en="List of users of narcotic substances",
        source=f"{APPENDIX} 10",
        stage=Stage.police_collection,
        issuer="Công an cấp xã",
        symbol=None,
        context=UserList,
        gather=gather_user_list,
        write=write_user_list,
        particulars=UserListParticulars,
    ),
)
