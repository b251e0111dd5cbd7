"""Forms of the board: they act once, keep what is typed, say what is wrong, and ask for what the schema asks for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.board import drafts
from api.board.fields import Field, fields_of, values_of
from api.board.rendering import day, environment, moment
from flows.books import books, payload, schema
from flows.retention import retain
from models import clock
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.board.visitor import SESSION, Visitor, account_of
from tests.api.conftest import NOW
from tests.api.road import Road

POLICE, HEAD = "ca.cau-giay", "ca.cau-giay.truong"


@dataclass
class Page:
    """The form of a dossier's assignment, and its head at it."""

    visitor: Visitor
    store: Engine
    path: str
    officer: UUID
    key: str

    def count(self, table: str) -> int:
        """Rows of a table."""
        with unit_of_work(self.store, Scope(SYSTEM)) as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 - from the tests

    def hidden(self) -> dict[str, str]:
        """What the form carries by itself."""
        return self.visitor.hidden(self.path, self.path)


@pytest.fixture
def page(road: Road, client: TestClient, store: Engine) -> Page:
    road.open()
    path, officer = f"/board/dossiers/{road.id}/assignment", account_of(client, POLICE)
    return Page(Visitor.signed_in(client, HEAD), store, path, officer, f"assignment.{road.id}")


def test_a_form_that_is_sent_twice_acts_once_and_leads_to_the_same_page(page: Page) -> None:
    form = page.hidden() | {"account": str(page.officer), "note": "xem gấp"}
    answers = [page.visitor.post(page.path, form) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert {one.headers["location"] for one in answers} == {page.path.removesuffix("/assignment")}
    assert page.count("assignment") == 1
    shown = page.visitor.get(page.path.removesuffix("/assignment")).text
    assert "Đã phân công." in shown
    assert "Đại úy Lý Văn N" in shown
    other = page.visitor.post(page.path, form | {"account": ""})
    assert (other.status_code, "Khóa này đã dùng" in other.text) == (409, True)
    assert page.count("assignment") == 1


def test_a_refused_form_is_shown_again_with_its_reasons_and_its_text(page: Page) -> None:
    form = page.hidden() | {"account": str(uuid4()), "note": '<b>ghi chú</b> & "chữ"'}
    refused = page.visitor.post(page.path, form)
    assert refused.status_code == 422
    assert 'href="#field-account"' in refused.text
    assert 'id="wrong-account"' in refused.text
    assert "&lt;b&gt;ghi chú&lt;/b&gt; &amp; &#34;chữ&#34;" in refused.text
    assert "<b>ghi chú" not in refused.text
    page.visitor.cookies["hoso_language"] = "en"
    assert "is no enabled account of this agency" in page.visitor.post(page.path, page.hidden() | form).text


def test_a_draft_stands_in_the_form_again_until_it_is_sent(page: Page, client: TestClient) -> None:
    form = page.hidden()
    saved = page.visitor.post(f"/board/drafts/{page.key}", form | {"note": "đang viết dở", "account": ""})
    assert saved.status_code == 204
    assert "đang viết dở" in page.visitor.get(page.path).text
    other = Visitor.signed_in(client, "ca.ha-noi.truong")
    assert (
        drafts.read(
            page.store, account_of(client, "ca.ha-noi.truong"), drafts.Key("assignment", UUID(page.key[-36:]))
        )
        == {}
    )
    assert "đang viết dở" not in other.get(page.path).text
    done = page.visitor.post(page.path, form | {"account": str(page.officer), "note": "đang viết dở"})
    assert (done.status_code, page.count("draft")) == (303, 0)
    assert "đang viết dở" not in page.visitor.get(page.path).text


def test_no_account_but_the_owners_reads_a_draft_even_without_a_condition(
    page: Page, client: TestClient
) -> None:
    page.visitor.post(f"/board/drafts/{page.key}", page.hidden() | {"note": "của riêng tôi"})
    for scope, seen in ((Scope("", account_of(client, HEAD)), 1), (Scope("", account_of(client, POLICE)), 0), (Scope(""), 0),
                        (Scope("ca.cau-giay", account_of(client, "giam-sat"), territory=True), 0)):  # fmt: skip
        with unit_of_work(page.store, scope) as connection:
            assert connection.execute(text("SELECT count(*) FROM draft")).scalar_one() == seen


def test_what_is_sent_after_the_session_has_ended_is_kept_and_stands_there_after_signing_in(
    page: Page, client: TestClient
) -> None:
    form = page.hidden() | {"note": "chữ không mất", "account": str(page.officer)}
    with clock.at(NOW + timedelta(minutes=31)):
        typing = page.visitor.post(f"/board/drafts/{page.key}", form | {"note": "chữ"})
        assert (typing.status_code, typing.headers["draft-kept"]) == (401, "yes")
        led = page.visitor.post(page.path, form)
        assert (led.status_code, page.count("assignment")) == (303, 0)
        assert led.headers["location"].startswith("/board/sign-in?next=%2Fboard%2Fdossiers%2F")
        again = Visitor.signed_in(client, HEAD)
        shown = again.get(page.path).text
        assert "chữ không mất" in shown
        assert f'value="{page.officer}" checked' in shown


def test_after_signing_out_nothing_is_kept_any_more(page: Page) -> None:
    form, token = page.hidden() | {"note": "x"}, page.visitor.cookies[SESSION]
    page.visitor.fill("/board/work", "/board/sign-out")
    page.visitor.cookies[SESSION] = token
    assert page.visitor.post(f"/board/drafts/{page.key}", form).status_code == 303
    assert page.count("draft") == 0


_ID = "018f2f6e-7a54-7cc1-b2a5-0a4c6a1d2f10"


@pytest.mark.parametrize("key", ["x", "assignment.", f"Assignment.{_ID}", f"a/b.{_ID}", f"a.{'0' * 36}"])
def test_a_draft_has_a_key_of_its_form(page: Page, key: str) -> None:
    assert page.visitor.post(f"/board/drafts/{key}", page.hidden() | {"note": "x"}).status_code == 404


def test_a_draft_has_its_bounds_and_holds_no_password(page: Page) -> None:
    form = page.hidden()
    assert page.visitor.post(f"/board/drafts/{page.key}", form | {"note": "x" * 200_001}).status_code == 413
    assert (
        page.visitor.post(f"/board/drafts/{page.key}", form | {"old_password": "bí mật"}).status_code == 204
    )
    assert page.count("draft") == 0


def test_a_draft_is_forgotten_after_thirty_days(page: Page) -> None:
    page.visitor.post(f"/board/drafts/{page.key}", page.hidden() | {"note": "x"})
    assert retain(page.store, NOW + timedelta(days=30)).drafts == 0
    assert retain(page.store, NOW + timedelta(days=30, seconds=1)).drafts == 1
    assert page.count("draft") == 0


# --- fields


def test_every_act_of_every_book_has_a_form(client: TestClient) -> None:
    kinds, macro = (
        set[str](),
        environment("vi").from_string('{% import "macros.html" as m with context %}{{ m.field(f) }}'),
    )
    for one in books():
        for action in one.actions:
            for made in fields_of(schema(one.code, action.code)):
                kinds.add(made.kind)
                assert made.title
                assert made.title_en
                if one.code == "2026":
                    assert f'id="field-{made.name}"' in macro.render(f=made, values={}, errors=())
    assert kinds == {"long", "number", "day", "instant", "flag", "choice", "many", "group", "list"}


def test_what_is_typed_becomes_what_the_act_takes() -> None:
    fields = fields_of(schema("2026", "open"))
    typed = {
        "entry": "quit", "found_at": "2026-09-07T07:30", "found_where": "  số 3 phố Thí Dụ ", "incident": "Phát hiện",
        "remote": "false", "tester.name": "Nguyễn Văn A", "tester.position": "Bác sĩ", "test_result_at": "07/09/2026 08:05",
        "use_account": "",
    }  # fmt: skip
    values = values_of(fields, typed)
    assert values == {
        "entry": "quit", "found_at": "2026-09-07T07:30+07:00", "found_where": "số 3 phố Thí Dụ", "incident": "Phát hiện",
        "remote": False, "tester": {"name": "Nguyễn Văn A", "position": "Bác sĩ"},
        "test_result_at": "2026-09-07T08:05+07:00",
    }  # fmt: skip
    taken = payload("2026", "open").model_validate(values).model_dump()
    assert (taken["remote"], taken["found_at"]) == (False, datetime(2026, 9, 7, 0, 30, tzinfo=UTC))


def test_lists_take_rows_choices_and_single_texts() -> None:
    asked: Any = {
        "$defs": {"Row": {"type": "object", "properties": {"name": {"type": "string"}, "there": {"type": "boolean"}}}},
        "properties": {
            "rows": {"type": "array", "items": {"$ref": "#/$defs/Row"}, "minItems": 2},
            "texts": {"type": "array", "items": {"type": "string"}},
            "some": {"type": "array", "items": {"enum": ["a", "b"]}},
            "count": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "on": {"type": "string", "format": "date"},
        },
    }  # fmt: skip
    fields = fields_of(asked)
    typed = {
        "rows.0.name": "A", "rows.2.name": "B", "rows.2.there": "true", "texts.0": "x", "texts.3": "y", "some.b": "on",
        "count": "12", "on": "7/9/2026",
    }  # fmt: skip
    assert values_of(fields, typed) == {
        "rows": [{"name": "A"}, {"name": "B", "there": True}], "texts": ["x", "y"], "some": ["b"], "count": 12,
        "on": "2026-09-07",
    }  # fmt: skip
    assert values_of(fields, {"count": "mười", "on": "hôm qua"}) == {"count": "mười", "on": "hôm qua"}
    assert [len(one.rows({})) for one in fields if one.kind == "list"] == [2, 1]
    assert isinstance(fields[0], Field)


# --- dates


def test_days_and_instants_stand_as_they_are_written_in_vietnam() -> None:
    late = datetime(2026, 9, 4, 17, 30, tzinfo=UTC)
    assert str(moment(late)) == '<time datetime="2026-09-05T00:30:00+07:00">05/09/2026 00:30</time>'
    assert str(day(late)) == '<time datetime="2026-09-05">05/09/2026</time>'
    assert str(day(date(2026, 9, 5))) == '<time datetime="2026-09-05">05/09/2026</time>'
    assert [day(text) for text in ("1998", "1998-05", "1998-05-20", "•••")] == [
        "1998",
        "05/1998",
        "20/05/1998",
        "•••",
    ]
    assert (day(None), moment(None)) == ("—", "—")
