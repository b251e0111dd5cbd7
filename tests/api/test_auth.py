"""Signing in: what is told about a wrong password, how long tokens last, and how refresh tokens rotate."""

from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, text

from models import clock
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import NOW, PASSWORD
from tests.api.road import Caller

USER = "ca.cau-giay"


def sign_in(client: TestClient, user: str = USER, password: str = PASSWORD, **form: str) -> Response:
    return client.post("/v1/auth/token", data={"username": user, "password": password, **form})


def refresh(client: TestClient, token: str) -> Response:
    return client.post("/v1/auth/refresh", data={"grant_type": "refresh_token", "refresh_token": token})


def see(client: TestClient, token: str) -> int:
    return client.get("/v1/dossiers", headers={"Authorization": f"Bearer {token}"}).status_code


def disable(store: Engine) -> None:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text("UPDATE account SET disabled = true WHERE username = :user"), {"user": USER})


def test_a_password_gives_tokens(client: TestClient) -> None:
    answer = sign_in(client, grant_type="password", otp="123456")
    assert answer.status_code == 200
    body = answer.json()
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 900
    assert see(client, body["access_token"]) == 200
    assert answer.headers["cache-control"] == "no-store"


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(client: TestClient, store: Engine) -> None:
    answers = [sign_in(client, password="sai"), sign_in(client, user="không-có")]
    disable(store)
    answers.append(sign_in(client))
    assert [answer.status_code for answer in answers] == [401] * 3
    told = [{**answer.json(), "request_id": None} for answer in answers]
    assert told[0] == told[1] == told[2]
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert answers[0].json()["errors"][0]["code"] == "invalid_credentials"


def test_an_unknown_user_costs_a_password_check_too(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def fits(_password: str, kept: str) -> bool:
        checked.append(kept)
        return True

    monkeypatch.setattr("api.access._fits", fits)
    assert sign_in(client, user="không-có").status_code == 401
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")


def test_a_form_without_a_password_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/auth/token", data={"username": USER})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "password"


def test_an_access_token_ends_after_a_quarter_of_an_hour(client: TestClient) -> None:
    token = sign_in(client).json()["access_token"]
    with clock.at(NOW + timedelta(minutes=14, seconds=59)):
        assert see(client, token) == 200
    with clock.at(NOW + timedelta(minutes=15)):
        assert see(client, token) == 401


def test_a_disabled_account_stops_at_once(client: TestClient, store: Engine) -> None:
    tokens = sign_in(client).json()
    disable(store)
    assert see(client, tokens["access_token"]) == 401
    assert refresh(client, tokens["refresh_token"]).status_code == 401


def test_a_token_signed_by_another_key_is_worth_nothing(client: TestClient, database: Settings) -> None:
    token = sign_in(client).json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    forged = [
        jwt.encode(claims, "x" * 40, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims | {"iss": "other"}, database.secret("jwt_key"), algorithm="HS256"),
        jwt.encode({"iss": "hoso", "sub": claims["sub"]}, database.secret("jwt_key"), algorithm="HS256"),
        jwt.encode(claims | {"sub": "x"}, database.secret("jwt_key"), algorithm="HS256"),
    ]
    assert [see(client, each) for each in forged] == [401] * len(forged)
    assert see(client, jwt.encode(claims, database.secret("jwt_key"), algorithm="HS256")) == 200


def test_a_refresh_token_works_once_and_its_second_use_ends_the_family(client: TestClient) -> None:
    first = sign_in(client).json()["refresh_token"]
    second = refresh(client, first).json()["refresh_token"]
    assert second != first
    assert refresh(client, first).status_code == 401  # somebody has stolen it
    assert refresh(client, second).status_code == 401


def test_a_refreshed_access_token_is_the_same_account(
    client: TestClient, as_user: Callable[[str], Caller]
) -> None:
    tokens = refresh(client, sign_in(client).json()["refresh_token"]).json()
    assert see(client, tokens["access_token"]) == 200


def test_a_refresh_token_ends_after_half_a_day(client: TestClient) -> None:
    token = sign_in(client).json()["refresh_token"]
    with clock.at(NOW + timedelta(hours=12)):
        assert refresh(client, token).status_code == 401


def test_signing_out_ends_the_family_of_this_sign_in_only(client: TestClient) -> None:
    here, there = (sign_in(client).json()["refresh_token"] for _ in range(2))
    newer = refresh(client, here).json()["refresh_token"]
    assert client.post("/v1/auth/revoke", data={"token": newer}).status_code == 204
    assert client.post("/v1/auth/revoke", data={"token": "không có"}).status_code == 204
    assert refresh(client, newer).status_code == 401
    assert refresh(client, there).status_code == 200


def test_passwords_and_refresh_tokens_are_kept_only_as_hashes(client: TestClient, store: Engine) -> None:
    tokens = sign_in(client).json()
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        kept = str(connection.execute(text("SELECT * FROM refresh_token")).all())
        passwords = connection.execute(text("SELECT password_hash FROM account")).scalars().all()
    assert tokens["refresh_token"] not in kept
    assert all(password.startswith("$argon2id$") for password in passwords)
