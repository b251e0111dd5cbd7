"""The command line: the calculator, the forms and the rulebooks, without a server."""

import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from api.rulebook_tables import sections
from api.rulebook_view import show
from documents.forms import all_forms
from flows import books as law
from flows.books import book
from models.law import loader
from models.law.calendar import baseline
from models.law.diff import difference
from models.law.limits import reckon
from models.law.loader import codes, load_book
from tests.api.conftest import Command, Said
from tests.law.rules import at

HOSO = Path(sys.executable).with_name("hoso")


# the calculator


def test_limit_prints_the_object_of_the_calculator(hoso: Command) -> None:
    said = hoso("limit", "2026", "p4-read", "2026-08-27T15:00+07:00", "--json")
    reckoned = reckon(load_book("2026").rule("p4-read"), at("2026-08-27T15:00"), baseline())
    assert said == (0, said.out, "")
    assert said.json == reckoned.model_dump(mode="json")


def test_limit_answers_what_the_contract_promises(hoso: Command) -> None:
    answer = hoso("limit", "2026", "p4-read", "2026-08-27T15:00:00+07:00", "--json").json
    assert (answer["due"], answer["last_day"]) == ("2026-09-05T00:00:00+07:00", "2026-09-04")
    assert (answer["amount"], answer["unit"], answer["confirmed"]) == (3, "working_day", True)
    assert answer["citation"] == load_book("2026").rule("p4-read").citation
    assert answer["calendar_version"] == baseline().version
    first, holiday = answer["steps"][0], answer["steps"][5]
    assert (first["date"], first["counts"], first["number"]) == ("2026-08-28", True, 1)
    assert (holiday["date"], holiday["counts"], holiday["number"]) == ("2026-09-02", False, None)
    assert all(step["reason"] for step in answer["steps"])


@pytest.mark.parametrize(("remote", "last_day"), [("true", "2026-09-09"), ("false", "2026-09-08")])
def test_fact_chooses_the_variant(hoso: Command, remote: str, last_day: str) -> None:
    start = "2026-09-07T08:10:00+07:00"
    said = hoso("limit", "2026", "p4-test-resid", start, "--fact", f"remote={remote}", "--json")
    assert said.json["last_day"] == last_day


def test_fact_may_be_a_number_or_a_word(hoso: Command) -> None:
    start = "2026-09-07T08:10:00+07:00"
    months = hoso("limit", "2014", "p1-term", start, "--fact", "term_months=18", "--json").json
    assert (months["amount"], months["unit"]) == (18, "month")
    days = hoso("limit", "2026", "health-observe", start, "--fact", "substance_group=opioid", "--json").json
    assert (days["amount"], days["unit"]) == (3, "day")


def test_limit_in_words_shows_every_step_and_its_reason(hoso: Command) -> None:
    said = hoso("limit", "2026", "p4-read", "2026-08-27T15:00+07:00")
    reckoned = reckon(load_book("2026").rule("p4-read"), at("2026-08-27T15:00"), baseline())
    for step in reckoned.steps:
        assert f"{step.date:%d/%m/%Y}" in said.out
        assert step.reason in said.out
    for part in (
        "Đọc hồ sơ",
        "Reading the file",
        "Hết hạn lúc 00:00 05/09/2026; ngày cuối 04/09/2026",
        reckoned.citation,
    ):
        assert part in said.out
    assert "unconfirmed" not in said.out


def test_limit_tells_what_is_left_at_an_instant_only_when_asked(hoso: Command) -> None:
    asked = ("limit", "2026", "p4-read", "2026-08-27T15:00+07:00")
    plain = hoso(*asked, "--json").json
    said = hoso(*asked, "--at", "2026-09-01T10:00+07:00", "--json").json
    left = said.pop("remaining")
    assert said == plain
    assert (left["state"], left["amount"], left["unit"]) == ("running", 2, "working_day")
    words = " ".join(hoso(*asked, "--at", "2026-09-01T10:00+07:00").out.split())
    assert "Lúc 10:00 01/09/2026: Còn 2 ngày làm việc sau ngày 01/09/2026" in words
    assert "2 working days left after 01/09/2026" in words


def test_limit_in_words_shows_warning_other_reading_and_doubt(hoso: Command) -> None:
    custody = hoso("limit", "2026", "detain-addiction", "2026-09-07T08:00+07:00").out
    assert "Quá 07/09/2026 là cảnh báo (Luật XLVPHC Đ.122.3)" in custody
    assert "unconfirmed" in custody
    bar = hoso("limit", "2026", "p4-thoihieu", "2026-08-27T00:00+07:00").out
    assert "Nếu không tính ngày đầu tiên" in bar


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("1999", "p4-read", "2026-08-27T15:00+07:00"), "no rulebook 1999"),
        (("../2026", "p4-read", "2026-08-27T15:00+07:00"), "no rulebook ../2026"),
        (("facts", "p4-read", "2026-08-27T15:00+07:00"), "no rulebook facts"),
        (("2026", "p9-none", "2026-08-27T15:00+07:00"), "rulebook 2026 has no rule p9-none"),
        (("2026", "p4-read", "2026-08-27T15:00"), "múi giờ"),
        (("2026", "p4-read", "2026-08-27"), "múi giờ"),
        (("2026", "p4-read", "hôm qua"), "hôm qua"),
        (("2026", "p4-read", "1850-01-01T00:00+07:00"), "1850"),
        (("2026", "p4-test-resid", "2026-08-27T15:00+07:00"), "remote"),
        (("2026", "p4-test-resid", "2026-08-27T15:00+07:00", "--fact", "remote=maybe"), "remote"),
        (("2026", "p4-test-resid", "2026-08-27T15:00+07:00", "--fact", "remote"), "name=value"),
        (("2026", "p4-notice", "2026-08-27T15:00+07:00"), "p4-notice"),
        (("2026", "p4-read", "2026-08-27T15:00+07:00", "--at", "2026-09-01T10:00"), "múi giờ"),
        (("2026", "c3-check", "2026-08-27T15:00+07:00"), "chưa được đọc"),
        (("2014", "p1-term", "2018-08-27T15:00+07:00", "--fact", "term_months=36"), "từ 12 đến 24 tháng"),
    ],
)
def test_what_cannot_be_reckoned_ends_with_2_and_a_message(
    hoso: Command, arguments: tuple[str, ...], message: str
) -> None:
    said = hoso("limit", *arguments, "--json")
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert "Traceback" not in said.err


def test_calculator_is_quick_and_loads_neither_database_nor_word() -> None:
    program = (
        "import sys; sys.argv = ['hoso', 'limit', '2026', 'p4-read', '2026-08-27T15:00+07:00', '--json']\n"
        "from api.command_line import main\n"
        "try: main()\n"
        "finally: sys.stderr.write(' '.join(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    loaded = set(done.stderr.split())
    assert "pydantic" in loaded
    assert loaded & {"sqlalchemy", "sqlmodel", "psycopg", "docx", "prefect", "fastapi", "alembic"} == set()


@pytest.mark.alone
def test_installed_command_answers_within_two_seconds() -> None:
    arguments = [str(HOSO), "limit", "2026", "p4-read", "2026-08-27T15:00+07:00", "--json"]
    start = time.perf_counter()
    done = subprocess.run(arguments, capture_output=True, check=True)  # noqa: S603 - the command under test
    assert orjson.loads(done.stdout)["last_day"] == "2026-09-04"
    assert time.perf_counter() - start < 2


# forms

FORMS = """
    III-01 III-02 III-03 109-02 109-03 109-05 V-23 V-31 V-32 V-33 V-34 V-36 V-37 V-42 TA-01 TA-02 TA-05 TA-06 TA-07 TA-08
    P-01 P-02 P-03 B14-TB B14-TP B14-CT B14-TL
"""


def test_forms_are_listed_with_what_the_contract_names(hoso: Command) -> None:
    listed = hoso("forms", "list", "--json").json
    assert set(FORMS.split()) <= {form["code"] for form in listed}
    assert len({form["code"] for form in listed}) == len(listed)
    for form in listed:
        assert list(form) == ["code", "title", "source", "stage", "issuer"]
        assert all(isinstance(value, str) and value for value in form.values()), form


def test_forms_are_listed_in_words(hoso: Command) -> None:
    said = hoso("forms", "list")
    for form in all_forms().values():
        assert form.code in said.out


# rulebooks


@pytest.mark.parametrize("code", codes())
def test_rulebook_is_shown_as_the_api_shows_it(hoso: Command, code: str) -> None:
    shown = hoso("rulebook", "show", code, "--json").json
    assert shown == show(book(code))
    assert {"stages", "actions", "rules", "papers", "forms"} <= shown.keys()
    for action in shown["actions"]:
        assert {"code", "stage", "next", "by", "citation"} <= action.keys()
    for rule in shown["rules"]:
        assert {"id", "amount", "unit", "from", "who", "citation", "confirmed"} <= rule.keys()


def test_rulebook_is_shown_in_words(hoso: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    said = hoso("rulebook", "show", "2026").out
    for part in (
        "p4-read",
        "3 working_day",
        "3 ngày làm việc",
        "send_to_court",
        "chưa xác nhận",
        "NĐ 163/2026/NĐ-CP",
    ):
        assert part in said
    newest = load_book("2026")
    for section in sections(newest):
        assert section.heading in said
    for code in (*(rule.id for rule in newest.rules), *(action.code for action in newest.actions)):
        assert code in said
    for paper in newest.papers:
        assert paper.citation in said


def test_two_rulebooks_are_compared_as_the_api_compares_them(hoso: Command) -> None:
    found = hoso("rulebook", "diff", "2022", "2026", "--json").json
    between = [load_book(code) for code in codes()]
    assert found == difference(load_book("2022"), load_book("2026"), between).model_dump(mode="json")


def test_two_rulebooks_are_compared_in_words(hoso: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    said = hoso("rulebook", "diff", "2022", "2026")
    found = difference(load_book("2022"), load_book("2026"), [load_book(code) for code in codes()])
    for part in ("Cũ · 2022", "Mới · 2026", "mới · new", "bỏ · gone", "đổi · changed", "chưa đọc / unread"):
        assert part in said.out
    for heading in (
        f"Thời hạn · Rules: {len(found.rules)} khác",
        f"Thao tác · Actions: {len(found.actions)} khác",
    ):
        assert heading in said.out
    for row in (*found.rules, *found.actions):
        assert row.title in said.out
    assert "căn cứ: Luật" in said.out


def test_an_unknown_rulebook_is_not_compared(hoso: Command) -> None:
    for pair in (("1999", "2026"), ("2026", "1999")):
        said = hoso("rulebook", "diff", *pair)
        assert (said.code, said.out) == (2, "")
        assert "no rulebook 1999" in said.err


def test_unknown_rulebook_is_not_shown(hoso: Command) -> None:
    said = hoso("rulebook", "show", "1999", "--json")
    assert (said.code, said.out) == (2, "")
    assert "no rulebook 1999" in said.err


def test_sound_rulebooks_pass_the_check(hoso: Command) -> None:
    said = hoso("rulebook", "check")
    assert said.code == 0
    assert [line.partition(":")[0] for line in said.out.splitlines()] == codes()


def test_flawed_rulebook_fails_the_check_with_file_and_key(
    hoso: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = '[[papers]]\nkind = "oath"\ntitle = "Lời thề"\ntitle_en = "Oath"\nform = "V-999"\ncitation = "Luật thử Đ.1"\n'
    said = checked_with(hoso, tmp_path, monkeypatch, "2030-01-01", paper)
    assert said.code == 2
    assert said.err.strip() == "2030.toml: papers.oath.form: không có mẫu / unknown form V-999"


def test_a_rulebook_of_days_that_have_one_fails_the_check(
    hoso: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = checked_with(hoso, tmp_path, monkeypatch, "2030-01-01")
    assert said.code == 2
    assert said.err.strip() == (
        "2030.toml: valid_from: 01/01/2030 trùng thời gian với / overlaps 2026.toml (01/07/2026 – …)"
    )


def checked_with(
    hoso: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, first_day: str, more: str = ""
) -> Said:
    """What the check says of the shipped books and a newer one."""
    for file in loader.BOOKS.glob("*.toml"):
        (folder / file.name).write_bytes(file.read_bytes())
    head = f'code = "2030"\nextends = "2026"\nvalid_from = {first_day}\n'
    (folder / "2030.toml").write_text(head + more, encoding="utf-8")
    monkeypatch.setattr(loader, "BOOKS", folder)
    forget()
    said = hoso("rulebook", "check")
    forget()
    return said


def forget() -> None:
    """Lets the next reader of a rulebook read its file."""
    for cached in (load_book, law.book, law.books, law.successor):
        cached.cache_clear()
