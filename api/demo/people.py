"""Invented people for the province: named after letters of the alphabet, with identity numbers that nobody can have."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models.person import Identity, PersonData

IDENTITY = "999"
"""What every identity number of the province begins with: no code of a province (they end at 096, TT 59/2021/TT-BCA), so
that no person can have it; sex, century and year of birth fit, and the last six digits count the dossiers."""
_FAMILIES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý",
    "Đinh", "Đoàn", "Trương", "Lâm", "Mai", "Trịnh", "Tô", "Cao", "Tạ", "Hà", "Quách", "Lưu", "Thái", "Châu",
)  # fmt: skip
_LETTERS = "ABCDEGHIKLMNOPQRSTUVXY"
_STREETS = ("ấp Ví Dụ 1", "ấp Ví Dụ 2", "khóm Thí Dụ", "đường Ví Dụ", "đường Thí Dụ", "ấp Thí Dụ")
_JOBS = (
    "làm thuê",
    "phụ hồ",
    "buôn bán nhỏ",
    "làm ruộng",
    "chạy xe ôm",
    "công nhân",
    "không",
    "thợ sửa xe",
    "bốc xếp",
)
_WOMEN = 0.2
_OFFICER = {"name": "Lê Văn A", "position": "Cán bộ Công an cấp xã"}
_WITNESSES = (("Trịnh Văn Q", "hưu trí"), ("Mai Thị R", "buôn bán"))
SUBSTANCES = ("Methamphetamine", "Heroin", "Ketamine", "MDMA")


@dataclass(frozen=True)
class Invented:
    """Someone with a dossier of the province, and those who stand beside them in its papers."""

    data: PersonData
    substance: str
    where: str
    since: int
    """The year of the first use."""

    @property
    def mother(self) -> dict[str, Any]:
        """The mother, as a paper is handed to her."""
        family = self.data.name.split()[0]
        return {
            "name": f"{family} Thị {self.data.name.split()[-1]}", "sex": "female", "birth_date": "01/01/1980",
            "identity": f"{IDENTITY}180000000", "relation": "mẹ",
        }  # fmt: skip

    def told(self) -> dict[str, Any]:
        """What facts about people say in this dossier, by the type of the fact."""
        person, mother = self.data, self.mother
        residence = person.present_residence
        relative = {"name": mother["name"], "age": "46", "occupation": "nội trợ", "residence": residence}
        return {
            "official": _OFFICER,
            "officials": [_OFFICER],
            "witness": {"name": "Mai Thị R", "occupation": "buôn bán", "residence": residence},
            "witnesses": [
                {"name": name, "occupation": job, "residence": residence} for name, job in _WITNESSES
            ],
            "receiver": {
                "name": person.name, "sex": person.sex, "birth_date": person.birth_date,
                "identity": person.identity.number, "relation": "chính người được thông báo",
            },
            "representative": {"name": mother["name"], "relation": "mẹ", "residence": residence},
            "criteria": dict.fromkeys(
                ("craving", "loss_of_control", "tolerance", "persistence_despite_harm", "one_month_or_repeated"), True
            ) | {"neglect_of_interests": False, "withdrawal": False},
            "background": {
                "mother": relative, "convictions": "không", "prior_sanctions": "01 lần, sử dụng trái phép chất ma túy",
                "substances": self.substance, "manner": "hút", "first_use": str(self.since), "voluntary_rehab": "chưa",
                "aftercare_decision": "không", "compulsory_rehab": "chưa", "substitution": "không",
            },
            "participants": [{"name": person.name, "capacity": "người bị đề nghị"}],
        }  # fmt: skip


def invented(serial: int, chance: random.Random, found_on: date, place: str, *, minor: bool) -> Invented:
    """The person of a dossier.

    Args:
        serial: the dossier's number in the province; nobody else gets this person's name with this number.
        chance: from which sex, age and the rest follow.
        found_on: the day on which police first meet the person, who is between 12 and 60 years old then.
        place: the commune and province.
        minor: whether the person is under 18 for a year at least.
    """
    years = chance.randint(14, 16) if minor else chance.randint(19, 55)
    born = found_on - timedelta(days=years * 365 + years // 4 + chance.randint(20, 300))
    woman = chance.random() < _WOMEN
    letter, more = serial % len(_LETTERS), serial // len(_LETTERS) % (len(_LETTERS) + 1)
    given = _LETTERS[letter] + (_LETTERS[more - 1] if more else "")
    family = _FAMILIES[chance.randrange(len(_FAMILIES))]
    century = 2 * (born.year // 100 - 19) + woman
    substance = chance.choices(SUBSTANCES, (60, 25, 10, 5))[0]
    residence = f"{chance.choice(_STREETS)}, {place}"
    return Invented(
        PersonData(
            name=f"{family} {'Thị' if woman else 'Văn'} {given}",
            sex="female" if woman else "male",
            birth_date=born.isoformat(),
            education="9/12" if minor else f"{chance.randint(3, 12)}/12",
            occupation="học sinh" if minor else chance.choice(_JOBS),
            registered_residence=residence,
            present_residence=residence,
            identity=Identity(
                type="personal_number",
                number=f"{IDENTITY}{century}{born.year % 100:02d}{serial:06d}",
                issued_on=date(2021, 7, 1) if found_on > date(2021, 7, 1) else date(2019, 7, 1),
                issued_by="Cục Cảnh sát quản lý hành chính về trật tự xã hội",
            ),
        ),
        substance,
        chance.choice(("nhà trọ Ví Dụ", "quán cà phê Thí Dụ", "nhà riêng", "bãi đất trống", "bến xe Ví Dụ")),
        found_on.year - chance.randint(1, 4 if not minor else 1),
    )
