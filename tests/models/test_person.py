"""A person as officers describe one: identity papers, partial birth dates, names and how they are found again."""

import unicodedata
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from models.person import (
    Identity,
    PersonData,
    age_on,
    birth_in_words,
    latest_birth_day,
    search_key,
)

NUMBER = {"type": "personal_number", "number": "001098000001"}


def person(**changes: Any) -> PersonData:
    given = {
        "name": "Nguyễn Văn A", "sex": "male", "birth_date": "1998-05-20", "present_residence": "phường Mai Dịch",
        "identity": NUMBER,
    }  # fmt: skip
    return PersonData.model_validate({**given, **changes})


def odd(**changes: Any) -> list[str]:
    return [oddity.code for oddity in person(**changes).warnings()]


def refusal(model: type[PersonData | Identity], **given: Any) -> str:
    """Why these values are refused."""
    with pytest.raises(ValidationError) as error:
        model.model_validate(given)
    return "; ".join(flaw["msg"] for flaw in error.value.errors())


# identity papers


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("personal_number", "001098000001"), ("old_identity_card", "123456789"), ("old_identity_card", "012345678901"),
        ("passport", "C1234567"), ("passport", "B12345678"),
    ],
)  # fmt: skip
def test_number_of_the_right_form_is_taken(kind: str, number: str) -> None:
    assert Identity.model_validate({"type": kind, "number": number}).number == number


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("personal_number", "00109800000"), ("personal_number", "0010980000012"), ("personal_number", "00109800000a"),
        ("personal_number", "001 098 000 001"), ("personal_number", None), ("old_identity_card", "12345678"),
        ("old_identity_card", "1234567890"), ("passport", "1234567"), ("passport", "c1234567"), ("passport", "C123456"),
        ("passport", "C123456789"),
    ],
)  # fmt: skip
def test_number_of_another_form_is_refused(kind: str, number: str | None) -> None:
    told = refusal(Identity, type=kind, number=number)
    assert {"personal_number": "12", "old_identity_card": "9", "passport": "7–8"}[kind] in told


def test_digits_of_other_scripts_are_refused() -> None:
    assert "12" in refusal(Identity, type="personal_number", number="٠٠١٠٩٨٠٠٠٠٠١")


def test_spaces_around_a_number_do_not_count() -> None:
    assert Identity.model_validate({**NUMBER, "number": " 001098000001 "}).number == "001098000001"


def test_person_without_papers_needs_a_reason() -> None:
    assert "reason" in refusal(Identity, type="none")
    assert refusal(Identity, type="none", reason="  ")
    assert Identity.model_validate({"type": "none", "reason": "Chưa được cấp"}).number is None


def test_person_without_papers_has_no_number() -> None:
    assert "no paper, no number" in refusal(Identity, type="none", reason="Mất", number="001098000001")


def test_kind_of_paper_must_be_known() -> None:
    assert refusal(Identity, type="driving_licence", number="123456789012")


# oddities: an officer should look, the dossier goes on


def test_number_that_fits_the_person_is_not_odd() -> None:
    assert odd() == []
    woman_of_2005 = {"type": "personal_number", "number": "079305000001"}
    assert odd(sex="female", birth_date="2005", identity=woman_of_2005) == []


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ("003098000001", ["identity_prefix"]),
        ("001198000001", ["identity_sex"]),
        ("001097000001", ["identity_year"]),
        ("001298000001", ["identity_year"]),
        ("999399000001", ["identity_prefix", "identity_sex", "identity_year"]),
    ],
)
def test_number_that_does_not_fit_the_person_is_odd_but_taken(number: str, codes: list[str]) -> None:
    assert odd(identity={"type": "personal_number", "number": number}) == codes


def test_other_papers_are_never_odd() -> None:
    assert odd(identity={"type": "old_identity_card", "number": "999399000001"}) == []
    assert odd(identity={"type": "none", "reason": "Chưa được cấp"}) == []


def test_oddity_is_told_in_both_languages_without_the_number() -> None:
    number = "003098000001"
    (oddity,) = person(identity={"type": "personal_number", "number": number}).warnings()
    assert oddity.field == "person.identity.number"
    assert "mã tỉnh" in oddity.message
    assert "province" in oddity.message_en
    assert number not in oddity.message + oddity.message_en


# birth dates


@pytest.mark.parametrize(
    ("birth", "day"),
    [
        ("1998-05-20", date(1998, 5, 20)), ("1998", date(1998, 12, 31)), ("1998-12", date(1998, 12, 31)),
        ("1998-04", date(1998, 4, 30)), ("2008-02", date(2008, 2, 29)), ("2007-02", date(2007, 2, 28)),
        ("2000-02", date(2000, 2, 29)), ("1900-02", date(1900, 2, 28)), ("2008-02-29", date(2008, 2, 29)),
    ],
)  # fmt: skip
def test_partial_birth_date_is_the_last_day_it_allows(birth: str, day: date) -> None:
    assert latest_birth_day(birth) == day


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("2008-11-23", date(2026, 11, 22), 17),
        ("2008-11-23", date(2026, 11, 23), 18),
        # as young as the text allows
        ("2008", date(2026, 12, 30), 17),
        ("2008", date(2026, 12, 31), 18),
        ("2008-11", date(2026, 11, 29), 17),
        ("2008-11", date(2026, 11, 30), 18),
        # born on 29 February: the day before 1 March is not a birthday
        ("2008-02-29", date(2026, 2, 28), 17),
        ("2008-02-29", date(2026, 3, 1), 18),
        ("2008-02-29", date(2028, 2, 28), 19),
        ("2008-02-29", date(2028, 2, 29), 20),
        ("2008-02", date(2026, 2, 28), 17),
        ("2008-02", date(2026, 3, 1), 18),
    ],
)
def test_age_is_that_of_the_youngest_the_birth_date_allows(birth: str, on: date, age: int) -> None:
    assert age_on(birth, on) == age


@pytest.mark.parametrize(
    "birth", ["1998-02-29", "1998-13", "1998-00", "1998-04-31", "0000", "1899", "1899-12-31"]
)
def test_birth_date_outside_the_calendar_or_our_time_is_refused(birth: str) -> None:
    assert refusal(PersonData, **{**person().model_dump(mode="json"), "birth_date": birth})


@pytest.mark.parametrize(
    "birth", ["20/05/1998", "98", "1998-5", "1998-05-2", "1998-05-20T00:00", "khoảng 1998", "١٩٩٨", ""]
)
def test_birth_date_is_written_year_first(birth: str) -> None:
    assert refusal(PersonData, **{**person().model_dump(mode="json"), "birth_date": birth})


@pytest.mark.parametrize(
    ("birth", "printed"), [("1998-05-20", "20/05/1998"), ("1998-05", "05/1998"), ("1998", "1998")]
)
def test_birth_date_is_printed_day_first(birth: str, printed: str) -> None:
    assert birth_in_words(birth) == printed


# names and other text


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Nguyễn Văn A", "nguyen van a"), ("ĐẶNG THỊ ĐÀO", "dang thi dao"), ("Trương Ưng Ý", "truong ung y"),
        ("Lê Quỳnh Ngoan", "le quynh ngoan"), ("Y Bhăm Êban", "y bham eban"), ("Nguyen van a", "nguyen van a"),
    ],
)  # fmt: skip
def test_name_is_found_without_diacritics(name: str, key: str) -> None:
    assert search_key(name) == key
    assert search_key(unicodedata.normalize("NFD", name)) == key


def test_text_is_kept_composed_with_single_spaces() -> None:
    decomposed = unicodedata.normalize("NFD", "  Nguyễn   Văn\tẢ ")
    kept = person(name=decomposed).name
    assert kept == "Nguyễn Văn Ả"
    assert unicodedata.is_normalized("NFC", kept)


@pytest.mark.parametrize("name", ["", "   ", "A" * 501])
def test_name_is_neither_empty_nor_endless(name: str) -> None:
    assert refusal(PersonData, **{**person().model_dump(mode="json"), "name": name})


def test_what_nobody_asks_for_is_refused() -> None:
    assert "Extra" in refusal(PersonData, **person().model_dump(mode="json"), nickname="A")


def test_person_comes_back_from_storage_as_it_went() -> None:
    stored = person(identity={**NUMBER, "issued_on": "2022-03-15", "issued_by": "Cục Cảnh sát"})
    assert PersonData.model_validate(stored.model_dump(mode="json")) == stored
