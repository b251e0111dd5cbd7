"""Signing in under attack: waits that grow, accounts nobody can guess to exist, second factors, and forced first changes."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, text

from api.app import create_app
from models import clock, passwords
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import NOW

USER, HEAD, ADMIN = "ca.cau-giay", "ca.cau-giay.truong", "quan-tri"
WORD = "con mèo nằm trên mái nhà"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(autouse=True)
def cheap(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real Argon2id, made for signing in often."""
    monkeypatch.setattr(passwords, "_HASHER", CHEAP)
    passwords.nobodys.cache_clear()
    write(store, "UPDATE account SET password_hash = :kept", kept=passwords.hashed(WORD))


def write(store: Engine, statement: str, **values: Any) -> Any:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        return connection.execute(text(statement), values)


@pytest.fixture
def strict(database: Settings, store: Engine) -> Iterator[TestClient]:
    """An installation that asks for second factors."""
    assert store
    settings = replace(database, doors=replace(database.doors, second_factor=True))
    with TestClient(create_app(settings), base_url="http://hoso.test") as client:
        yield client


def sign_in(client: TestClient, user: str = USER, password: str = WORD, **form: str) -> Response:
    return client.post("/v1/auth/token", data={"username": user, "password": password, **form})


def ask(client: TestClient, token: str, method: str, path: str, **request: Any) -> Response:
    return client.request(method, path, headers={"Authorization": f"Bearer {token}"}, **request)


def access(client: TestClient, user: str = USER, password: str = WORD, **form: str) -> str:
    answer = sign_in(client, user, password, **form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def code_of(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# --- failures


@pytest.mark.parametrize("user", [USER, "không-có"])
def test_failures_make_one_wait_longer_each_time(client: TestClient, user: str) -> None:
    answers = [sign_in(client, user, "sai") for _ in range(6)]
    assert {code_of(answer) for answer in answers} == {(401, "invalid_credentials")}
    assert [answer.headers.get("retry-after") for answer in answers] == [None] * 5 + ["2"]
    told = [{**answer.json(), "request_id": None} for answer in (answers[0], answers[5])]
    assert told[0] == told[1]
    with clock.at(NOW + timedelta(seconds=2)):
        assert "retry-after" not in sign_in(client, user, "sai").headers
        assert sign_in(client, user, "sai").headers["retry-after"] == "4"
        assert sign_in(client, user, "sai").headers["retry-after"] == "4", "trying does not prolong it"


def test_the_right_password_waits_too_and_forgets_the_failures(client: TestClient) -> None:
    for _ in range(5):
        sign_in(client, password="sai")
    assert sign_in(client).status_code == 401
    with clock.at(NOW + timedelta(seconds=2)):
        assert sign_in(client).status_code == 200
        assert [sign_in(client, password="sai").headers.get("retry-after") for _ in range(5)] == [None] * 5


def test_a_wait_is_never_longer_than_a_quarter_of_an_hour(client: TestClient, store: Engine) -> None:
    sign_in(client, password="sai")
    write(store, "UPDATE sign_in_failure SET count = 1000000")
    sign_in(client, password="sai")
    assert sign_in(client).headers["retry-after"] == "900"
    with clock.at(NOW + timedelta(minutes=15)):
        assert sign_in(client).status_code == 200


def test_nobody_locks_an_officer_out_from_elsewhere(client: TestClient, database: Settings) -> None:
    access(client)  # signs in from here
    app = create_app(database)
    with TestClient(app, base_url="http://hoso.test", client=("192.0.2.1", 1)) as attacker:
        for minute in range(40):
            with clock.at(NOW + timedelta(minutes=16 * minute)):
                sign_in(attacker, password="sai")
        with clock.at(NOW + timedelta(minutes=16 * 39 + 1)):
            assert "retry-after" in sign_in(attacker).headers
            assert sign_in(client).status_code == 200
    with clock.at(NOW + timedelta(minutes=16 * 39 + 1)):
        assert sign_in(client, password="sai").status_code == 401


def test_failures_outlive_the_process_and_names_are_kept_as_digests(
    client: TestClient, database: Settings, store: Engine
) -> None:
    for _ in range(5):
        sign_in(client, "mật-khẩu-gõ-nhầm", "sai")
    with TestClient(create_app(database), base_url="http://hoso.test") as another:
        assert sign_in(another, "MẬT-KHẨU-GÕ-NHẦM").headers["retry-after"] == "2"
    kept = str(write(store, "SELECT * FROM sign_in_failure").all())
    assert "nhầm" not in kept
    assert "testclient" not in kept


# --- passwords


def test_the_same_password_typed_in_another_spelling_fits(client: TestClient) -> None:
    assert sign_in(client, password=unicodedata.normalize("NFD", WORD)).status_code == 200


def test_new_passwords_are_long_and_not_guessed_and_otherwise_free(client: TestClient) -> None:
    token = access(client)
    for new, code in (
        ("mười bốn chữ ạ", "password_too_short"), ("đ" * 300, "password_too_long"), ("a" * 20, "password_guessable"),
        ("passwordpassword1", "password_guessable"), ("hosohosohoso2026", "password_guessable"),
        ("ca.cau-giay-123456", "password_guessable"), ("Công an phường Cầu Giấy 2026", "password_guessable"),
        (WORD, "password_unchanged"),
    ):  # fmt: skip
        answer = ask(client, token, "POST", "/v1/auth/password", json={"old": WORD, "new": new})
        assert answer.status_code == 422
        assert [(one["code"], one["field"]) for one in answer.json()["errors"]] == [(code, "new")]
        assert new not in answer.text
    assert sign_in(client).status_code == 200
    old = WORD
    for new in ("mười lăm chữ nhé", "🐈" * 3 + " mèo trên mái nhà " + "x" * 40):
        answer = ask(client, token, "POST", "/v1/auth/password", json={"old": old, "new": new})
        assert answer.status_code == 204, answer.text
        assert [sign_in(client, password=one).status_code for one in (old, new)] == [401, 200]
        old = new


def test_a_changed_password_ends_the_other_sessions_and_asks_for_the_old_one(client: TestClient) -> None:
    here, there = access(client), access(client)
    body = {"old": "sai", "new": "trời xanh mây trắng nắng vàng"}
    assert code_of(ask(client, here, "POST", "/v1/auth/password", json=body)) == (403, "wrong_password")
    assert ask(client, there, "GET", "/v1/me").status_code == 200
    assert ask(client, here, "POST", "/v1/auth/password", json=body | {"old": WORD}).status_code == 204
    assert [ask(client, token, "GET", "/v1/me").status_code for token in (here, there)] == [200, 401]


def test_a_one_time_password_does_nothing_but_choose_another(client: TestClient) -> None:
    admin = access(client, ADMIN)
    [user] = ask(client, admin, "GET", "/v1/users?role=officer&limit=1").json()["items"]
    name, path = user["username"], f"/v1/users/{user['id']}"
    before = access(client, name)
    given = ask(client, admin, "POST", f"{path}/password").json()
    assert ask(client, before, "GET", "/v1/me").status_code == 401
    assert sign_in(client, name).status_code == 401
    token = access(client, name, given["one_time_password"])
    for method, where in (("GET", "/v1/me"), ("GET", "/v1/dossiers"), ("POST", "/v1/auth/totp")):
        assert code_of(ask(client, token, method, where)) == (403, "password_change_required")
    body = {"old": given["one_time_password"], "new": "trời xanh mây trắng nắng vàng"}
    assert ask(client, token, "POST", "/v1/auth/password", json=body).status_code == 204
    assert ask(client, token, "GET", "/v1/me").status_code == 200
    again = ask(client, admin, "POST", f"{path}/password").json()["one_time_password"]
    with clock.at(NOW + timedelta(days=7)):
        assert sign_in(client, name, again).status_code == 401


# --- second factors


def enrol(client: TestClient, token: str) -> tuple[pyotp.TOTP, list[str]]:
    begun = ask(client, token, "POST", "/v1/auth/totp").json()
    assert begun["uri"].startswith("otpauth://totp/")
    assert begun["qr_svg"].startswith("<svg")
    totp = pyotp.parse_uri(begun["uri"])
    assert isinstance(totp, pyotp.TOTP)
    assert totp.secret == begun["secret"]
    answer = ask(client, token, "POST", "/v1/auth/totp/confirm", json={"code": totp.at(NOW)})
    assert answer.status_code == 200, answer.text
    return totp, answer.json()["recovery_codes"]


def test_who_must_have_a_second_factor_can_only_set_it_up(strict: TestClient, store: Engine) -> None:
    token, other = access(strict, HEAD), access(strict, HEAD)
    for where in ("/v1/me", "/v1/dossiers"):
        assert code_of(ask(strict, token, "GET", where)) == (403, "second_factor_required")
    wrong = ask(strict, token, "POST", "/v1/auth/totp/confirm", json={"code": "000000"})
    assert code_of(wrong) == (422, "invalid_otp")
    totp, _ = enrol(strict, token)
    assert [ask(strict, one, "GET", "/v1/me").status_code for one in (token, other)] == [200, 401]
    assert code_of(ask(strict, token, "POST", "/v1/auth/totp")) == (409, "second_factor_present")
    assert totp.secret not in str(write(store, "SELECT * FROM second_factor").all())
    assert access(strict, USER), "an officer needs none"
    assert ask(strict, access(strict, USER), "GET", "/v1/me").status_code == 200


def test_a_code_is_asked_for_taken_once_and_one_step_off_at_most(client: TestClient) -> None:
    totp, _ = enrol(client, access(client))
    assert code_of(sign_in(client)) == (401, "otp_required")
    assert code_of(sign_in(client, otp="000000")) == (401, "invalid_otp")
    assert code_of(sign_in(client, password="sai", otp=totp.at(NOW))) == (401, "invalid_credentials")
    assert code_of(sign_in(client, otp=totp.at(NOW))) == (401, "invalid_otp"), "it confirmed the secret"
    with clock.at(NOW + timedelta(seconds=60)):
        late, early = totp.at(NOW + timedelta(seconds=30)), totp.at(NOW + timedelta(seconds=90))
        assert sign_in(client, otp=late).status_code == 200
        assert sign_in(client, otp=f"{early[:3]} {early[3:]}").status_code == 200
        assert code_of(sign_in(client, otp=early)) == (401, "invalid_otp")
    with clock.at(NOW + timedelta(hours=1)):
        for far in (-60, 60):
            given = totp.at(NOW + timedelta(hours=1, seconds=far))
            assert code_of(sign_in(client, otp=given)) == (401, "invalid_otp")


def test_codes_are_guessed_no_oftener_than_passwords(client: TestClient) -> None:
    enrol(client, access(client))
    for guess in range(5):
        sign_in(client, otp=f"{guess:06}")
    locked = sign_in(client, otp="000005")
    assert code_of(locked) == (401, "invalid_credentials")
    assert locked.headers["retry-after"] == "2"


def test_a_recovery_code_opens_once_and_an_administrator_resets_the_rest(client: TestClient) -> None:
    _, codes = enrol(client, access(client))
    assert len(set(codes)) == 10
    assert sign_in(client, otp=codes[0].upper()).status_code == 200
    assert code_of(sign_in(client, otp=codes[0])) == (401, "invalid_otp")
    token, admin = access(client, otp=codes[1]), access(client, ADMIN)
    [user] = [
        one
        for one in ask(client, admin, "GET", f"/v1/users?agency={USER}").json()["items"]
        if one["second_factor"]
    ]
    assert (
        ask(client, admin, "POST", f"/v1/users/{user['id']}/second-factor/reset").json()["second_factor"]
        is False
    )
    assert ask(client, token, "GET", "/v1/me").status_code == 401
    assert sign_in(client).status_code == 200


def test_with_a_second_factor_eight_characters_are_enough(strict: TestClient) -> None:
    token = access(strict, HEAD)
    short = {"old": WORD, "new": "xw7 ọ9kz"}
    assert ask(strict, token, "POST", "/v1/auth/password", json=short).status_code == 422
    enrol(strict, token)
    assert ask(strict, token, "POST", "/v1/auth/password", json=short).status_code == 204
