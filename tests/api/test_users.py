"""Accounts kept by administrators: who may, for whom, and what must never happen; programs, their secrets and scopes."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, text

from api.app import create_app
from api.scopes import SCOPES, stated
from models import clock
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import NOW, Command
from tests.api.road import Caller, at_once, unchanged
from tests.api.test_sign_in import code_of

AGENCY, ADMIN = "ca.cau-giay", "quan-tri"
AsUser = Callable[[str], Caller]
NEW = {
    "username": "can-bo.moi",
    "full_name": "Nguyễn Văn A",
    "position": "Cán bộ",
    "role": "officer",
    "agency": AGENCY,
}


def made(as_user: AsUser, **changes: Any) -> dict[str, Any]:
    answer = as_user(ADMIN).post("/v1/users", json=NEW | changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def account(as_user: AsUser, username: str) -> dict[str, Any]:
    items: list[dict[str, Any]] = as_user(ADMIN).get("/v1/users?limit=200").json()["items"]
    [found] = [item for item in items if item["username"] == username]
    return found


def patch(as_user: AsUser, user: str, by: str = ADMIN, **changes: Any) -> Response:
    return as_user(by).send("PATCH", f"/v1/users/{user}", json=changes)


def id_of(store: Engine, username: str) -> str:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        asked = text("SELECT id FROM account WHERE username = :user")
        return str(connection.execute(asked, {"user": username}).scalar_one())


def test_an_account_is_made_read_changed_and_listed(as_user: AsUser) -> None:
    key = {"Idempotency-Key": "k"}
    first = as_user(ADMIN).post("/v1/users", json=NEW, headers=key)
    again = as_user(ADMIN).post("/v1/users", json=NEW, headers=key)
    assert (first.status_code, again.json()) == (201, first.json())
    assert as_user(ADMIN).get(first.headers["location"]).json()["username"] == NEW["username"]
    assert code_of(as_user(ADMIN).post("/v1/users", json=NEW)) == (409, "username_taken")
    user = first.json()["id"]
    changed = patch(as_user, user, position="Phó đội trưởng", email="a@co-quan.example").json()
    assert (changed["position"], changed["email"]) == ("Phó đội trưởng", "a@co-quan.example")
    assert patch(as_user, user, email=None).json()["email"] is None
    assert patch(as_user, user, full_name=None).status_code == 422
    listed = as_user(ADMIN).get("/v1/users?limit=1&role=officer").json()
    following = as_user(ADMIN).get(f"/v1/users?limit=1&role=officer&cursor={listed['next_cursor']}").json()
    assert listed["items"][0]["username"] < following["items"][0]["username"]
    table = as_user(ADMIN).get(f"/v1/users?agency={AGENCY}", headers={"Accept": "text/csv"})
    assert {line.split(",")[1] for line in table.text.splitlines()} == {
        "username", AGENCY, f"{AGENCY}.truong", NEW["username"],
    }  # fmt: skip


def test_secrets_in_kept_answers_are_sealed(as_user: AsUser, store: Engine) -> None:
    password = (
        as_user(ADMIN)
        .post("/v1/users", json=NEW, headers={"Idempotency-Key": "k"})
        .json()["one_time_password"]
    )
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        kept = str(connection.execute(text("SELECT body FROM stored_answer")).all())
    assert "sealed" in kept
    assert password not in kept


def test_what_no_account_can_be_is_refused(as_user: AsUser) -> None:
    for changes, code in (
        ({"role": "judge"}, "role_not_of_agency"), ({"agency": "không-có"}, "unknown_agency"),
        ({"scopes": ["bulk"]}, "scopes_of_a_person"), ({"role": "system"}, "literal_error"),
        ({"username": "Có Dấu"}, "string_pattern_mismatch"), ({"password": "x"}, "extra_forbidden"),
        ({"service": True, "scopes": ["everything"]}, "literal_error"),
    ):  # fmt: skip
        answer = as_user(ADMIN).post("/v1/users", json=NEW | changes)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


def test_only_administrators_keep_accounts_and_a_head_sees_the_own_agency(as_user: AsUser) -> None:
    user = account(as_user, AGENCY)["id"]
    for by in (AGENCY, f"{AGENCY}.truong", "giam-sat.ha-noi", "kiem-toan"):
        for role in ("administrator", "officer"):
            assert code_of(as_user(by).post("/v1/users", json=NEW | {"role": role})) == (
                403,
                "not_your_users",
            )
        assert patch(as_user, user, by, role="administrator").status_code == 403
        assert as_user(by).post(f"/v1/users/{user}/password").status_code == 403
    head = as_user(f"{AGENCY}.truong")
    assert {one["agency"] for one in head.get("/v1/users").json()["items"]} == {AGENCY}
    assert head.get(f"/v1/users/{user}").status_code == 200
    assert head.get(f"/v1/users/{account(as_user, ADMIN)['id']}").status_code == 404
    assert as_user(AGENCY).get("/v1/users").status_code == 403


def test_an_administrator_keeps_the_accounts_of_the_own_territory_alone(
    as_user: AsUser, store: Engine
) -> None:
    elsewhere, here = id_of(store, "ca.thuong-lac"), id_of(store, AGENCY)
    with unit_of_work(store, Scope(SYSTEM)) as connection:  # one of a city: the ministry's looks after all
        connection.execute(
            text("UPDATE account SET agency = 'ca.ha-noi' WHERE username = :admin"), {"admin": ADMIN}
        )
    for path in ("", "/password", "/disable", "/second-factor/reset", "/secrets"):
        method = "GET" if path == "" else "POST"
        assert as_user(ADMIN).send(method, f"/v1/users/{elsewhere}{path}").status_code == 404
    assert as_user(ADMIN).get(f"/v1/users/{here}").status_code == 200
    moved = patch(as_user, here, agency="ca.thuong-lac")
    assert moved.json()["errors"][0]["code"] == "unknown_agency"
    assert as_user(ADMIN).post("/v1/users", json=NEW | {"agency": "ca.thuong-lac"}).status_code == 422


def test_nobody_changes_ones_own_role_and_the_last_administrator_stays(as_user: AsUser) -> None:
    me = account(as_user, ADMIN)
    for change in ({"role": "officer"}, {"agency": AGENCY}):
        assert code_of(patch(as_user, me["id"], **change)) == (403, "own_account")
    assert code_of(as_user(ADMIN).post(f"/v1/users/{me['id']}/disable")) == (403, "own_account")
    assert code_of(as_user(ADMIN).post(f"/v1/users/{me['id']}/second-factor/reset")) == (403, "own_account")
    assert patch(as_user, me["id"], full_name="Nguyễn Văn B", role="administrator").status_code == 200


def test_two_administrators_cannot_end_each_other(as_user: AsUser, store: Engine) -> None:
    one = account(as_user, ADMIN)
    two = made(as_user, username="quan-tri.2", role="administrator", agency=one["agency"])
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text("UPDATE account SET one_time_until = NULL"))
    assert as_user("quan-tri.2").get("/v1/me").status_code == 200
    sides = iter([(ADMIN, two["id"]), ("quan-tri.2", one["id"])])
    lock = threading.Lock()

    def disable() -> Response:
        with lock:
            by, whom = next(sides)
        return as_user(by).post(f"/v1/users/{whom}/disable")

    assert sorted(answer.status_code for answer in at_once(2, disable)) in ([200, 401], [200, 409])
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        alive = "SELECT count(*) FROM account WHERE role = 'administrator' AND NOT disabled"
        assert connection.execute(text(alive)).scalar_one() == 1


def test_a_disabled_account_stops_at_once_and_comes_back(as_user: AsUser, client: TestClient) -> None:
    caller, user = as_user(AGENCY), account(as_user, AGENCY)
    assert caller.get("/v1/me").status_code == 200
    assert as_user(ADMIN).post(f"/v1/users/{user['id']}/disable").json()["disabled"] is True
    assert caller.get("/v1/me").status_code == 401
    assert as_user(ADMIN).post(f"/v1/users/{user['id']}/enable").json()["disabled"] is False
    assert caller.get("/v1/me").status_code == 401, "what was signed in stays ended"


def test_what_is_refused_is_logged_by_ids_and_changes_nothing(
    as_user: AsUser, client: TestClient, store: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caller, user = as_user(AGENCY), account(as_user, AGENCY)
    caller.get("/v1/me")
    as_user(ADMIN).post(f"/v1/users/{user['id']}/disable")
    caplog.clear()
    with caplog.at_level(logging.INFO), unchanged(store):
        dismissed = caller.post("/v1/dossiers", json={})
        forged = client.post("/v1/dossiers", json={}, headers={"Authorization": "Bearer a.b.c"})
        failed = client.post("/v1/auth/token", data={"username": AGENCY, "password": "không-đúng"})
    assert [answer.status_code for answer in (dismissed, forged, failed)] == [401] * 3
    assert "Traceback" not in dismissed.text + forged.text
    for said in ("token_refused", "sign_in_failed", "'code': 'ended'", "'code': 'forged'", user["id"]):
        assert said in caplog.text, said
    for secret in ("không-đúng", AGENCY, "testclient"):
        assert secret not in caplog.text


def test_another_role_or_agency_signs_in_again(as_user: AsUser) -> None:
    caller, user = as_user(AGENCY), account(as_user, AGENCY)
    caller.get("/v1/me")
    assert patch(as_user, user["id"], position="Đội trưởng").status_code == 200
    assert caller.get("/v1/me").status_code == 200
    assert patch(as_user, user["id"], role="head").status_code == 200
    assert caller.get("/v1/me").status_code == 401


# --- programs


@pytest.fixture
def program(as_user: AsUser, client: TestClient) -> "Program":
    user = made(as_user, username="phan-mem", service=True, scopes=["dossiers:read"])
    assert user["one_time_password"] is None
    return Program(as_user, client, user["id"])


class Program:
    """A service account and how it signs in."""

    def __init__(self, as_user: AsUser, client: TestClient, user: str) -> None:
        self.as_user, self.client, self.path, self.id = as_user, client, f"/v1/users/{user}", user

    def secret(self) -> dict[str, Any]:
        return dict(self.as_user(ADMIN).post(f"{self.path}/secrets").json())

    def sign_in(self, secret: str, client: str = "phan-mem") -> Response:
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        return self.client.post("/v1/auth/token", data=form)

    def ask(self, token: str, method: str, path: str, **request: Any) -> Response:
        return self.client.request(method, path, headers={"Authorization": f"Bearer {token}"}, **request)


def test_a_program_signs_in_with_its_secret_for_a_quarter_of_an_hour(program: Program, store: Engine) -> None:
    secret = program.secret()["secret"]
    answer = program.sign_in(secret).json()
    assert (answer["scope"], answer["refresh_token"], answer["expires_in"]) == ("dossiers:read", None, 900)
    assert program.sign_in(secret, program.id).status_code == 200
    basic = program.client.post(
        "/v1/auth/token", data={"grant_type": "client_credentials"}, auth=("phan-mem", secret)
    )
    assert basic.status_code == 200
    token = answer["access_token"]
    assert program.ask(token, "GET", "/v1/dossiers").status_code == 200
    with clock.at(NOW + timedelta(minutes=15)):
        assert program.ask(token, "GET", "/v1/dossiers").status_code == 401
    for wrong in (program.sign_in("x"), program.sign_in(secret, "không-có"), program.sign_in(secret, AGENCY)):
        assert code_of(wrong) == (401, "invalid_client")
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        assert secret not in str(connection.execute(text("SELECT * FROM service_secret")).all())
    as_person = {"username": "phan-mem", "password": secret}
    assert program.client.post("/v1/auth/token", data=as_person).status_code == 401


def test_two_secrets_are_alive_and_an_ended_one_ends_its_tokens(program: Program) -> None:
    first, second = program.secret(), program.secret()
    assert program.as_user(ADMIN).post(f"{program.path}/secrets").json()["code"] == "too_many_secrets"
    tokens = [program.sign_in(one["secret"]).json()["access_token"] for one in (first, second)]
    ended = program.as_user(ADMIN).send("DELETE", f"{program.path}/secrets/{first['id']}")
    assert ended.status_code == 204
    assert [program.ask(token, "GET", "/v1/dossiers").status_code for token in tokens] == [401, 200]
    assert program.sign_in(first["secret"]).status_code == 401
    assert program.as_user(ADMIN).send("DELETE", f"{program.path}/secrets/{first['id']}").status_code == 404
    kept = program.as_user(ADMIN).get(f"{program.path}/secrets").json()["items"]
    assert {line["id"]: line["ended_at"] is None for line in kept} == {first["id"]: False, second["id"]: True}
    assert first["secret"] not in str(kept)


def test_a_program_does_what_its_scopes_say_and_nothing_for_people(program: Program) -> None:
    token = program.sign_in(program.secret()["secret"]).json()["access_token"]
    for method, path, asked in (
        ("POST", "/v1/dossiers", "dossiers:act"), ("GET", "/v1/webhooks", "webhooks"), ("GET", "/v1/registers", "documents:read"),
        ("GET", "/v1/bulk/tasks", "bulk"), ("POST", "/v1/auth/password", "people"), ("GET", "/v1/users", "people"),
    ):  # fmt: skip
        answer = program.ask(token, method, path)
        assert code_of(answer) == (403, "scope_missing")
        assert answer.json()["errors"][0]["requirement"] == asked
    assert program.ask(token, "GET", "/v1/rulebooks").status_code == 200
    patch(program.as_user, program.id, scopes=["webhooks", "bulk"])
    assert program.ask(token, "GET", "/v1/dossiers").status_code == 401
    assert program.as_user(ADMIN).post(f"{program.path}/password").json()["code"] == "not_a_person"


def test_every_route_for_those_signed_in_states_its_scope(client: TestClient) -> None:
    routes = [
        (method.upper(), path)
        for path, operations in client.get("/openapi.json").json()["paths"].items()
        for method, operation in operations.items()
        if operation.get("security") and path != "/metrics"  # has a token of its own
    ]
    assert len(routes) > 80
    assert not [route for route in routes if stated(*route) is None]
    assert {stated(*route) for route in routes} == {*SCOPES, "any", "people"}


# --- rates


def test_who_asks_too_often_is_told_when_to_come_back(database: Settings, store: Engine) -> None:
    settings = replace(database, doors=replace(database.doors, account_rate=60, address_rate=3))
    with TestClient(create_app(settings), base_url="http://hoso.test") as client:
        word = {"username": AGENCY, "password": "sai"}
        told = [client.get("/v1/me") for _ in range(2)] + [
            client.post("/v1/auth/token", data=word) for _ in range(2)
        ]
        assert [answer.status_code for answer in told] == [401, 401, 401, 429]
        assert told[3].headers["content-type"] == "application/problem+json"
        assert 1 <= int(told[3].headers["retry-after"]) <= 20
        forged = client.get("/v1/me", headers={"Authorization": "Bearer x"})
        assert (forged.status_code, client.get("/health/live").status_code) == (429, 200)
    assert "testclient" in str(rates(store))


def rates(store: Engine) -> list[Any]:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        return list(connection.execute(text("SELECT * FROM request_rate")).all())


def test_an_account_has_its_own_rate_whichever_process_serves_it(
    database: Settings, as_user: AsUser, client: TestClient, signed_in: Any
) -> None:
    settings = replace(database, doors=replace(database.doors, account_rate=5))
    headers = {"Authorization": f"Bearer {signed_in.token(client, AGENCY)}"}
    with TestClient(create_app(settings)) as one, TestClient(create_app(settings)) as two:
        answers = [app.get("/v1/me", headers=headers) for app in (one, two, one, two, one, two)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert answers[5].json()["code"] == "too_many_requests"
        assert 1 <= int(answers[5].headers["retry-after"]) <= 12
        other = {"Authorization": f"Bearer {signed_in.token(client, 'ca.thuong-lac')}"}
        assert one.get("/v1/me", headers=other).status_code == 200


# --- the command line


def test_the_first_administrator_is_made_at_the_terminal(
    hoso: Command, client: TestClient, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSO_DATA", str(database.data))
    monkeypatch.setenv("HOSO_DATABASE_URL", str(database.database_url))
    said = hoso(
        "users", "create", "quan-tri.dau", "--name", "Nguyễn Văn A", "--agency", AGENCY, "--role", "administrator", "--json"
    )  # fmt: skip
    assert said.code == 0, said.err
    form = {"username": "quan-tri.dau", "password": said.json["one_time_password"]}
    token = client.post("/v1/auth/token", data=form).json()["access_token"]
    me = client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert code_of(me) == (403, "password_change_required")
    assert hoso("users", "create", "quan-tri.dau", "--name", "B", "--agency", AGENCY).code == 2
    assert hoso("users", "create", "moi", "--name", "B", "--agency", "không-có").code == 2
    again = hoso("users", "reset", "quan-tri.dau", "--second-factor", "--json")
    assert again.json["one_time_password"] != said.json["one_time_password"]
    assert hoso("users", "reset", "khong-co").code == 2
    second = {"username": "quan-tri.dau", "password": again.json["one_time_password"]}
    assert hoso("users", "disable", "quan-tri.dau").code == 0
    assert client.post("/v1/auth/token", data=second).status_code == 401
    assert hoso("users", "enable", "quan-tri.dau").code == 0
    assert client.post("/v1/auth/token", data=second).status_code == 200
    assert hoso("users", "disable", "khong-co").code == 2
    assert "trống" in hoso("users", "create", "moi", "--name", "", "--agency", AGENCY).err
    listed = {line["username"] for line in hoso("users", "list", "--json").json}
    assert {"quan-tri.dau", AGENCY} <= listed
