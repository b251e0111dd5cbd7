"""Signing in on the board: the same judgement as the API's, and sessions that live while they are used."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from models import clock
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.board.visitor import SESSION, Visitor, account_of
from tests.api.conftest import NOW, PASSWORD
from tests.api.test_traces import entries

POLICE, HEAD = "ca.cau-giay", "ca.cau-giay.truong"


def write(store: Engine, statement: str, **values: Any) -> None:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text(statement), values)


def test_a_password_signs_in_leads_back_and_is_told_of(client: TestClient, store: Engine) -> None:
    visitor = Visitor(client)
    page, action = "/board/sign-in?next=%2Fboard%2Fwork", "/board/sign-in?next=%2Fboard%2Fwork"
    wrong = visitor.fill(page, action, username=POLICE, password="sai mật khẩu rồi")
    assert (wrong.status_code, SESSION in visitor.cookies) == (401, False)
    assert "Tên đăng nhập hoặc mật khẩu không đúng" in wrong.text
    assert "sai mật khẩu rồi" not in wrong.text
    right = visitor.fill(page, action, username=POLICE, password=PASSWORD)
    assert (right.status_code, right.headers["location"]) == (303, "/board/work")
    assert "Đại úy Lý Văn N" in visitor.get("/board/work").text
    assert [len(entries(store, f"auth.{kind}")) for kind in ("signed_in", "sign_in_failed")] == [1, 1]
    token = visitor.cookies[SESSION]
    assert token not in str(unseen(store)), "only its digest is kept"


def unseen(store: Engine) -> list[Any]:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        return list(connection.execute(text("SELECT session::text FROM session")).scalars())


def test_failures_here_and_at_the_api_count_together(client: TestClient) -> None:
    visitor = Visitor(client)
    for number in range(5):
        if number % 2:
            client.post("/v1/auth/token", data={"username": POLICE, "password": "sai"})
        else:
            visitor.fill("/board/sign-in", "/board/sign-in", username=POLICE, password="sai")
    locked = visitor.fill("/board/sign-in", "/board/sign-in", username=POLICE, password=PASSWORD)
    assert (locked.status_code, "Thử lại sau" in locked.text) == (401, True)


@pytest.fixture
def secret(client: TestClient) -> str:
    """The head's second factor, set up on the board."""
    visitor = Visitor.signed_in(client, HEAD)
    visitor.fill("/board/second-factor", "/board/second-factor")
    shown = visitor.get("/board/second-factor").text
    assert "data:image/svg+xml;base64," in shown
    found = shown.partition('class="secret">')[2].partition("<")[0]
    form = visitor.hidden("/board/second-factor", "/board/second-factor/confirm")
    refused = visitor.post("/board/second-factor/confirm", form | {"code": "000000"})
    assert (refused.status_code, found in refused.text) == (422, True), "the same secret still waits"
    done = visitor.post("/board/second-factor/confirm", form | {"code": pyotp.TOTP(found).at(NOW)})
    assert done.status_code == 303
    codes = visitor.get("/board/second-factor").text
    assert codes.count("<code>") == 10
    visitor.cookies["recovery"] = codes.partition("<code>")[2].partition("<")[0]
    kept = visitor.fill("/board/second-factor", "/board/second-factor/kept")
    assert kept.status_code == 303
    assert "<code>" not in visitor.get("/board/second-factor").text
    client.app.state.recovery = visitor.cookies["recovery"]  # type: ignore[attr-defined]
    return found


def test_the_second_factor_is_asked_for_on_a_page_of_its_own(client: TestClient, secret: str) -> None:
    for code, status in (("000000", 401), (pyotp.TOTP(secret).at(NOW + timedelta(seconds=60)), 303)):
        with clock.at(NOW + timedelta(seconds=60)):
            visitor = Visitor(client)
            first = visitor.fill("/board/sign-in", "/board/sign-in", username=HEAD, password=PASSWORD)
            assert (first.headers["location"], SESSION in visitor.cookies) == (
                "/board/sign-in/code?next=%2Fboard",
                False,
            )
            assert visitor.get("/board/work").status_code == 303, "not signed in yet"
            second = visitor.fill("/board/sign-in/code", "/board/sign-in/code", otp=code)
            assert (second.status_code, SESSION in visitor.cookies) == (status, status == 303)
    with clock.at(NOW + timedelta(seconds=60)):
        assert visitor.get("/board/work").status_code == 200


def test_a_recovery_code_stands_in_once_and_the_password_is_forgotten_after_five_minutes(
    client: TestClient, secret: str
) -> None:
    recovery = client.app.state.recovery  # type: ignore[attr-defined]
    for expected in (303, 401):
        visitor = Visitor(client)
        visitor.fill("/board/sign-in", "/board/sign-in", username=HEAD, password=PASSWORD)
        assert (
            visitor.fill("/board/sign-in/code", "/board/sign-in/code", otp=recovery).status_code == expected
        )
    form = visitor.hidden("/board/sign-in/code", "/board/sign-in/code")
    with clock.at(NOW + timedelta(minutes=5, seconds=1)):
        late = visitor.post("/board/sign-in/code", form | {"otp": pyotp.TOTP(secret).at(clock.now())})
        assert (late.status_code, late.headers["location"]) == (303, "/board/sign-in?next=%2Fboard")
    assert SESSION not in visitor.cookies


def test_a_proof_is_of_one_account_and_one_password(client: TestClient, secret: str, store: Engine) -> None:
    visitor = Visitor(client)
    visitor.fill("/board/sign-in", "/board/sign-in", username=HEAD, password=PASSWORD)
    write(store, "UPDATE account SET password_hash = password_hash || 'x' WHERE username = :user", user=HEAD)
    answer = visitor.fill(
        "/board/sign-in/code", "/board/sign-in/code", otp=pyotp.TOTP(secret).at(NOW + timedelta(seconds=30))
    )
    assert (answer.status_code, SESSION in visitor.cookies) == (303, False), (
        "the password was changed meanwhile"
    )


def test_a_given_password_is_changed_before_anything_else(client: TestClient, store: Engine) -> None:
    until = NOW + timedelta(days=1)
    write(
        store, "UPDATE account SET one_time_until = :until WHERE username = :user", until=until, user=POLICE
    )
    visitor = Visitor.signed_in(client, POLICE)
    assert visitor.get("/board/work").headers["location"] == "/board/password"
    assert 'href="/board/work"' not in visitor.get("/board/password").text
    new = "một câu dài dễ nhớ của riêng tôi"
    form = {"old_password": PASSWORD, "new_password": new, "again_password": new}
    for changed, said in (
        ({"again_password": "khác"}, "hai lần nhập không giống nhau"), ({"old_password": "sai"}, "Mật khẩu cũ không đúng"),
        ({"new_password": "ngắn", "again_password": "ngắn"}, "phải có ít nhất 15 ký tự"),
    ):  # fmt: skip
        refused = visitor.fill("/board/password", "/board/password", **(form | changed))
        assert (refused.status_code // 100, said in refused.text) == (4, True)
        assert 'id="wrong-' in refused.text
    other = Visitor.signed_in(client, POLICE)
    assert visitor.fill("/board/password", "/board/password", **form).headers["location"] == "/board"
    assert visitor.get("/board/work").status_code == 200
    assert other.get("/board/work").status_code == 303, "other sessions end"


def test_a_role_that_needs_a_second_factor_sets_it_up_first(database: Settings, client: TestClient) -> None:
    parts = client.app.state.parts  # type: ignore[attr-defined]
    doors = replace(database.doors, second_factor=True)
    client.app.state.parts = replace(parts, settings=replace(database, doors=doors))  # type: ignore[attr-defined]
    visitor = Visitor.signed_in(client, HEAD, factor=False)
    assert visitor.get("/board/work").headers["location"] == "/board/second-factor"
    assert "Vai trò này phải có xác thực hai lớp" in visitor.get("/board/second-factor").text
    assert Visitor.signed_in(client, POLICE, factor=False).get("/board/work").status_code == 200


def test_a_session_lives_while_it_is_used_half_a_day_at_most(client: TestClient) -> None:
    used = Visitor.signed_in(client, POLICE)
    for minutes in range(29, 12 * 60, 29):
        with clock.at(NOW + timedelta(minutes=minutes)):
            assert used.get("/board/password").status_code == 200, minutes
    with clock.at(NOW + timedelta(hours=12)):
        assert used.get("/board/password").status_code == 303


def test_an_unused_session_ends_after_half_an_hour(client: TestClient) -> None:
    visitor = Visitor.signed_in(client, POLICE)
    with clock.at(NOW + timedelta(minutes=29)):
        assert visitor.get("/board/password").status_code == 200
    with clock.at(NOW + timedelta(minutes=29 + 31)):
        assert visitor.get("/board/password").status_code == 303


def test_signing_out_ends_the_session_at_once_and_clears_the_browser(
    client: TestClient, store: Engine
) -> None:
    visitor = Visitor.signed_in(client, POLICE)
    token = visitor.cookies[SESSION]
    answer = visitor.fill("/board/work", "/board/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert SESSION not in visitor.cookies
    assert Visitor(client, {SESSION: token}).get("/board/work").status_code == 303
    assert len(entries(store, "auth.signed_out")) == 1
    assert "Đã đăng xuất." in visitor.get("/board/sign-in").text
    assert "Đã đăng xuất." not in visitor.get("/board/sign-in").text, "said once"


def test_who_is_disabled_is_out_at_once(client: TestClient, store: Engine) -> None:
    visitor = Visitor.signed_in(client, POLICE)
    assert visitor.get("/board/work").status_code == 200
    write(store, "UPDATE account SET disabled = true WHERE id = :id", id=account_of(client, POLICE))
    assert visitor.get("/board/work").status_code == 303
