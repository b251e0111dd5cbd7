"""A person as officers describe one: names, partial birth dates, identity papers and residence."""

import calendar
import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from models.law.facts import printable

SEXES = {"male": "Nam", "female": "Nữ"}

PROVINCES = frozenset(
    [
        "001",
        "002",
        "004",
        "006",
        "008",
        "010",
        "011",
        "012",
        "014",
        "015",
        "017",
        "019",
        "020",
        "022",
        "024",
        "025",
        "026",
        "027",
        "030",
        "031",
        "033",
        "034",
        "035",
        "036",
        "037",
        "038",
        "040",
        "042",
        "044",
        "045",
        "046",
        "048",
        "049",
        "051",
        "052",
        "054",
        "056",
        "058",
        "060",
        "062",
        "064",
        "066",
        "067",
        "068",
        "070",
        "072",
        "074",
        "075",
        "077",
        "079",
        "080",
        "082",
        "083",
        "084",
        "086",
        "087",
        "089",
        "091",
        "092",
        "093",
        "094",
        "095",
        "096",
    ]
)
"""Province codes of birth registration in personal numbers (TT 59/2021/TT-BCA)."""


def _nfc(text: str) -> str:
    return printable(" ".join(text.split()))


Line = Annotated[str, AfterValidator(_nfc), Field(min_length=1, max_length=500)]
BirthText = Annotated[
    str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", examples=["1998-05-20", "1998-05", "1998"])
]


@lru_cache(maxsize=1024)
def latest_birth_day(birth: str) -> date:
    """The latest day a partial birth date allows: the person then counts as the youngest possible.

    Args:
        birth: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.

    Raises:
        ValueError: the text names no day of the calendar.

    """
    parts = [int(part) for part in birth.split("-")]
    year = parts[0]
    month = parts[1] if len(parts) > 1 else 12
    if not 1 <= month <= 12:
        raise ValueError("tháng sinh không hợp lệ / no such month of birth")
    day = parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1]
    return date(year, month, day)


def age_on(birth: str, day: date) -> int:
    """Full years of age on a day, of the youngest person a partial birth date allows."""
    born = latest_birth_day(birth)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birth_in_words(birth: str) -> str:
    """A birth date as papers print it: 20/05/1998, 05/1998 or 1998."""
    return "/".join(reversed(birth.split("-")))


class Oddity(BaseModel):
    """Something odd that does not stop the dossier; an officer should look at it."""

    code: str
    field: str
    message: str
    message_en: str


class NumberSays(NamedTuple):
    """What a personal number of 12 digits says of its bearer (TT 59/2021/TT-BCA)."""

    province: str
    """The code of the province of birth registration."""
    sex: Literal["male", "female"]
    birth_year: int


class Identity(BaseModel):
    """An identity paper, or the reason why there is none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["personal_number", "old_identity_card", "passport", "none"]
    number: Line | None = None
    issued_on: date | None = None
    issued_by: Line | None = None
    reason: Line | None = Field(default=None, description="Lý do không có giấy tờ; bắt buộc khi type là none")

    @model_validator(mode="after")
    def number_has_the_form_of_its_type(self) -> Self:
        """Wrong length or characters are errors; a person without papers needs a reason."""
        if self.type == "none":
            if not self.reason:
                raise ValueError(
                    "phải nêu lý do không có giấy tờ tùy thân / a person without identity papers needs a reason"
                )
            if self.number:
                raise ValueError("không có giấy tờ thì không có số / no paper, no number")
            return self
        patterns = {
            "personal_number": (
                r"\d{12}",
                "số định danh phải có đúng 12 chữ số / a personal number has 12 digits",
            ),
            "old_identity_card": (
                r"\d{9}|\d{12}",
                "số CMND phải có 9 hoặc 12 chữ số / an old card has 9 or 12 digits",
            ),
            "passport": (
                r"[A-Z]\d{7,8}",
                "số hộ chiếu gồm 1 chữ cái và 7–8 chữ số / a passport is a letter and 7–8 digits",
            ),
        }
        pattern, message = patterns[self.type]
        if self.number is None or not re.fullmatch(pattern, self.number, re.ASCII):
            raise ValueError(message)
        return self

    @property
    def says(self) -> NumberSays | None:
        """What the number says of its bearer; None when it is no personal number."""
        if self.type != "personal_number" or self.number is None:
            return None
        century, year = int(self.number[3]), int(self.number[4:6])
        sex: Literal["male", "female"] = "female" if century % 2 else "male"
        return NumberSays(self.number[:3], sex, 1900 + 100 * (century // 2) + year)


class PersonData(BaseModel):
    """A person, validated at the edge; names are stored as entered and upper-cased when printed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line
    other_name: Line = "không"
    sex: Literal["male", "female"]
    birth_date: BirthText
    birth_place: Line = "không rõ"
    hometown: Line = "không rõ"
    nationality: Line = "Việt Nam"
    ethnicity: Line = "Kinh"
    religion: Line = "không"
    education: Line = "không rõ"
    occupation: Line = "không"
    workplace: Line = "không"
    registered_residence: Line = "không"
    present_residence: Line
    phone: Line = "không"
    identity: Identity

    @model_validator(mode="after")
    def birth_date_exists(self) -> Self:
        """The birth date names a day, month or year of the calendar that is not in the far past."""
        if latest_birth_day(self.birth_date).year < 1900:
            raise ValueError("năm sinh không hợp lệ / year of birth out of range")
        return self

    def warnings(self) -> list[Oddity]:
        """What is odd about the personal number: unknown prefix, sex or year that do not match the form."""
        says = self.identity.says
        if says is None:
            return []
        found = []
        if says.province not in PROVINCES:
            found.append(
                (
                    "identity_prefix",
                    "ba số đầu không phải mã tỉnh, thành phố",
                    "the first three digits are no province code",
                )
            )
        if says.sex != self.sex:
            found.append(
                (
                    "identity_sex",
                    "giới tính trong số định danh không khớp",
                    "the sex in the number does not match",
                )
            )
        if says.birth_year != int(self.birth_date[:4]):
            found.append(
                (
                    "identity_year",
                    "năm sinh trong số định danh không khớp",
                    "the year in the number does not match",
                )
            )
        return [
            Oddity(
                code=code,
                field="person.identity.number",
                message=f"Số định danh: {vi}",
                message_en=f"Personal number: {en}",
            )
            for code, vi, en in found
        ]


def search_key(text: str) -> str:
    """A name for searching and sorting: lower case, without diacritics; an eth is a đ that somebody typed otherwise."""
    decomposed = unicodedata.normalize("NFKD", text).translate(_D)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()


_D = str.maketrans("ĐđÐðƉɖ", "DdDdDd")
