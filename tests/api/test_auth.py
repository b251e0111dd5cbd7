"""Signing in: what is told about a wrong password, how long tokens last, and how refresh tokens rotate."""

from collections.abc import Callable
from datetime import timedelta

import jwt
import pytest
from argon2 import PasswordHasher
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
    real = PasswordHasher.verify

    def verify(hasher: PasswordHasher, kept: str, password: str) -> bool:
        checked.append(kept)
        return real(hasher, kept, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
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


@pytest.mark.filterwarnings("ignore:The HMAC key is")  # another algorithm wants a longer key
def test_a_forged_foreign_or_incomplete_token_is_worth_nothing(
    client: TestClient, database: Settings
) -> None:
    token, key = sign_in(client).json()["access_token"], database.secret("jwt_key")
    claims = jwt.decode(token, options={"verify_signature": False})
    header = {name: jwt.get_unverified_header(token)[name] for name in ("typ", "kid")}
    theirs = sign_in(client, "ca.thuong-lac").json()["access_token"]
    other = jwt.decode(theirs, options={"verify_signature": False})

    def made(
        by: str = key, algorithm: str = "HS256", headers: dict[str, str] = header, **changes: object
    ) -> str:
        body = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(body, by, algorithm=algorithm, headers=headers)

    later = claims["nbf"] + 61
    forged = [
        made("x" * 40), made("", "none"), made(algorithm="HS512"), made(headers={"typ": "JWT", "kid": header["kid"]}),
        made(headers={"typ": "at+jwt"}), made(headers={"typ": "at+jwt", "kid": "00000000"}),
        made(iss="other"), made(aud="other"), made(aud=None), made(sub="x"), made(sid="x"), made(sid=None), made(exp=None),
        made(exp="x"), made(nbf=later), made(sub=other["sub"]), made(sid=other["sid"]), made(exp=claims["nbf"]),
        token[:-2], "x", "a.b.c", "ắ.b.c".encode().hex(),
    ]  # fmt: skip
    assert [see(client, each) for each in forged] == [401] * len(forged)
    assert see(client, made(nbf=claims["nbf"] + 60)) == 200  # of a machine whose clock is ahead
    assert see(client, made()) == 200


def test_a_key_is_exchanged_while_both_hold(client: TestClient, database: Settings) -> None:
    path = database.data / "secrets" / "jwt_key"
    old, before = path.read_text(), sign_in(client).json()["access_token"]
    try:
        path.write_text(f"{'n' * 43}\n{old}")
        after = sign_in(client).json()["access_token"]
        assert (see(client, before), see(client, after)) == (200, 200)
        kids = {jwt.get_unverified_header(token)["kid"] for token in (before, after)}
        assert len(kids) == 2
        path.write_text("n" * 43)
        assert (see(client, before), see(client, after)) == (401, 200)
    finally:
        path.write_text(old)


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


def test_an_access_token_ends_with_its_session(client: TestClient) -> None:
    here, there, stolen = (sign_in(client).json() for _ in range(3))
    client.post("/v1/auth/revoke", data={"token": here["access_token"]})
    assert [see(client, one["access_token"]) for one in (here, there)] == [401, 200]
    assert refresh(client, here["refresh_token"]).status_code == 401
    renewed = refresh(client, stolen["refresh_token"]).json()["access_token"]
    assert see(client, renewed) == 200
    refresh(client, stolen["refresh_token"])  # used twice
    assert [see(client, token) for token in (renewed, stolen["access_token"])] == [401, 401]


def test_one_sees_ones_own_sessions_and_ends_them(client: TestClient) -> None:
    here, there, elsewhere = (sign_in(client).json()["access_token"] for _ in range(3))
    other = sign_in(client, "ca.thuong-lac").json()["access_token"]

    def ask(method: str, path: str = "", token: str = here) -> Response:
        headers = {"Authorization": f"Bearer {token}"}
        return client.request(method, f"/v1/auth/sessions{path}", headers=headers)

    first = ask("GET", "?limit=2").json()
    rest = ask("GET", f"?limit=2&cursor={first['next_cursor']}").json()
    lines = first["items"] + rest["items"]
    assert [line["current"] for line in lines].count(True) == 1
    assert (len(lines), rest["next_cursor"]) == (3, None)
    [mine] = [line["id"] for line in lines if line["current"]]
    assert ask("DELETE", f"/{mine}", other).status_code == 404
    assert ask("GET", f"?cursor={first['next_cursor']}", other).status_code == 422
    assert ask("DELETE").status_code == 204
    assert [see(client, token) for token in (here, there, elsewhere, other)] == [200, 401, 401, 200]
    assert ask("DELETE", f"/{mine}").status_code == 204
    assert see(client, here) == 401


def test_passwords_and_refresh_tokens_are_kept_only_as_hashes(client: TestClient, store: Engine) -> None:
    tokens = sign_in(client).json()
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        kept = str(connection.execute(text("SELECT * FROM refresh_token")).all())
        passwords = connection.execute(text("SELECT password_hash FROM account")).scalars().all()
    assert tokens["refresh_token"] not in kept
    assert all(password.startswith("$argon2id$") for password in passwords)
