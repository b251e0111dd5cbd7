"""Signing in by a real OpenID provider, which runs as a child: whom it lets in, and what of it is not believed."""

import hmac
import json
import os
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, text

from api.app import create_app
from api.oidc_provider import Refused, believed
from models import clock
from models.doors import Provider, doors
from models.postgres import app_url
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.api.conftest import NOW
from tests.cluster import new_database
from tests.flows.rows import add
from tests.free_port import free_port
from tests.npm import NODE, packages

HERE = Path(__file__).parent
HOSO = "http://hoso.test"
CALLBACK = f"{HOSO}/v1/auth/oidc/callback"


@pytest.fixture(scope="session")
def modules() -> Path:
    """The provider's packages."""
    return packages(HERE)


@dataclass
class There:
    """The provider, as a browser of ours sees it."""

    port: int
    modules: Path

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """The provider with a new key each time."""
        command = [str(NODE), str(HERE / "provider.mjs"), str(self.modules), str(self.port), CALLBACK]
        process = subprocess.Popen(  # noqa: S603 - our own script
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ)
        )
        try:
            assert process.stdout is not None
            while (line := process.stdout.readline()) != b"ready\n":
                assert line, process.communicate()[1].decode()
            yield
        finally:
            process.kill()
            process.communicate()

    def lets_in(self, url: str) -> str:
        """What a browser does there: follows until it is sent back to us."""
        with httpx.Client() as browser:
            for _ in range(10):
                answer = browser.get(url)
                assert answer.is_redirect, answer.text
                url = str(answer.next_request.url) if answer.next_request else ""
                if url.startswith(HOSO):
                    return url
        raise AssertionError(url)


@pytest.fixture(scope="module")
def there(modules: Path) -> Iterator[There]:
    provider = There(free_port(), modules)
    with provider.running():
        yield provider


@pytest.fixture(scope="module")
def settings(
    cluster: Settings, template: str, there: There, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """An installation that believes it, with an officer and a head; the head's second factor is asked for."""
    secret = tmp_path_factory.mktemp("oidc") / "secret"
    secret.write_text("client-secret-of-the-tests\n")
    said = {
        "HOSO_OIDC_ISSUER": there.issuer, "HOSO_OIDC_CLIENT_ID": "hoso", "HOSO_OIDC_SECRET_FILE": str(secret),
        "HOSO_SECOND_FACTOR": "required",
    }  # fmt: skip
    with new_database(cluster, template) as database:
        engine = open_store(app_url(database))
        people(engine, there.issuer)
        engine.dispose()
        yield replace(database, public_url=HOSO, doors=doors(said))


def people(engine: Engine, issuer: str) -> None:
    with unit_of_work(engine, Scope(SYSTEM)) as connection:
        connection.execute(text(
            "INSERT INTO agency (code, name, kind, superior, symbol, place, address, commune, province, territory,"
            " head_name, head_position, valid_from) VALUES ('ca', 'Công an phường A', 'commune_police', '', 'CA', 'A', 'A',"
            " 'A', 'A', 'vn/a/a', 'Nguyễn Văn A', 'Trưởng', '2025-01-01')"
        ))  # fmt: skip
    for subject, role in (("officer-1", "officer"), ("head-1", "head"), ("gone-1", "officer")):
        add(engine, "account", {
            "id": uuid4(), "username": subject, "full_name": "Nguyễn Văn A", "position": "Cán bộ", "role": role,
            "agency": "ca", "disabled": subject == "gone-1", "oidc_issuer": issuer, "oidc_subject": subject,
        })  # fmt: skip


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(settings), base_url=HOSO, follow_redirects=False) as client:
        yield client


def leave(client: TestClient, who: str) -> str:
    """Where we send somebody, who will be this subject there."""
    answer = client.get("/v1/auth/oidc/login", params={"login_hint": who})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def sign_in(client: TestClient, there: There, who: str) -> Response:
    return client.get(there.lets_in(leave(client, who)))


def code_of(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_who_is_linked_gets_our_tokens_and_nobody_else(client: TestClient, there: There) -> None:
    tokens = sign_in(client, there, "officer-1")
    assert tokens.status_code == 200, tokens.text
    assert tokens.headers["cache-control"] == "no-store"
    headers = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    assert client.get("/v1/me", headers=headers).json()["username"] == "officer-1"
    [session] = client.get("/v1/auth/sessions", headers=headers).json()["items"]
    assert (session["kind"], session["second_factor"]) == ("oidc", False)
    assert (
        client.post("/v1/auth/refresh", data={"refresh_token": tokens.json()["refresh_token"]}).status_code
        == 200
    )
    for nobody in ("stranger-1", "gone-1"):
        assert code_of(sign_in(client, there, nobody)) == (401, "oidc_refused")


def test_a_head_needs_a_second_factor_there(client: TestClient, there: There) -> None:
    assert code_of(sign_in(client, there, "head-1")) == (403, "second_factor_required")
    tokens = sign_in(client, there, "head-1 mfa").json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.get("/v1/me", headers=headers).json()["role"] == "head"


def test_a_browser_comes_back_to_the_page_it_wanted_with_a_session_and_no_tokens(
    client: TestClient, there: There
) -> None:
    assert "/board/sign-in/openid?next=%2Fboard%2Fwork" in client.get("/board/sign-in?next=/board/work").text
    for who, led in (("officer-1", "/board/work"), ("stranger-1", "/board/sign-in?openid=oidc_refused&next=%2Fboard%2Fwork"),
                     ("head-1", "/board/sign-in?openid=second_factor_required&next=%2Fboard%2Fwork")):  # fmt: skip
        client.cookies.clear()
        away = client.get("/board/sign-in/openid?next=/board/work").headers["location"]
        back = client.get(there.lets_in(f"{away}&login_hint={who}"))
        assert (back.status_code, back.headers["location"]) == (303, led)
        assert "token" not in back.text
        assert client.get("/board/work").status_code == (200 if who == "officer-1" else 303)
    assert "không thành công" in client.get("/board/sign-in?openid=oidc_refused").text


def test_an_answer_counts_once_in_the_browser_that_asked_and_within_ten_minutes(
    client: TestClient, there: There
) -> None:
    asked = leave(client, "officer-1")
    query = parse_qs(urlsplit(asked).query)
    assert (query["code_challenge_method"], query["scope"]) == (["S256"], ["openid"])
    back, cookie = there.lets_in(asked), client.cookies["hoso_oidc"]
    client.cookies.clear()
    assert code_of(client.get(back)) == (401, "oidc_refused"), "another browser"
    client.cookies.set("hoso_oidc", cookie)
    with clock.at(clock.now() + timedelta(minutes=10)):
        assert code_of(client.get(back)) == (401, "oidc_refused"), "too late"
    client.cookies.set("hoso_oidc", cookie)
    assert code_of(client.get(back.replace("state=", "state=x"))) == (401, "oidc_refused")
    client.cookies.set("hoso_oidc", cookie)
    assert code_of(client.get(f"{CALLBACK}?error=access_denied&state={query['state'][0]}")) == (
        401,
        "oidc_refused",
    )
    client.cookies.set("hoso_oidc", cookie)
    assert client.get(back).status_code == 200
    client.cookies.set("hoso_oidc", cookie)
    assert code_of(client.get(back)) == (401, "oidc_refused"), "its code is used up"
    for broken in ("x", cookie[:-3], ""):
        client.cookies.set("hoso_oidc", broken)
        assert code_of(client.get(back)) == (401, "oidc_refused")


def test_a_key_exchanged_there_holds_at_once_and_a_silent_provider_is_named(
    settings: Settings, modules: Path
) -> None:
    other = There(free_port(), modules)
    provider = Provider(other.issuer, "hoso", "client-secret-of-the-tests")
    elsewhere = replace(settings, doors=replace(settings.doors, provider=provider))
    with TestClient(create_app(elsewhere), base_url=HOSO, follow_redirects=False) as client:
        assert code_of(client.get("/v1/auth/oidc/login")) == (503, "provider_unavailable")
        with other.running():
            assert code_of(sign_in(client, other, "officer-1")) == (401, "oidc_refused"), (
                "linked to another issuer"
            )
            link(client, "officer-1", other.issuer)
            assert sign_in(client, other, "officer-1").status_code == 200
        with other.running():
            assert sign_in(client, other, "officer-1").status_code == 200
            back = other.lets_in(leave(client, "officer-1"))
        assert code_of(client.get(back)) == (503, "provider_unavailable")


def link(client: TestClient, username: str, issuer: str) -> None:
    with unit_of_work(client.app.state.parts.engine, Scope(SYSTEM)) as connection:  # type: ignore[attr-defined]
        linked = text("UPDATE account SET oidc_issuer = :issuer WHERE username = :user")
        connection.execute(linked, {"issuer": issuer, "user": username})


def test_without_a_provider_there_is_no_such_door(settings: Settings) -> None:
    without = replace(settings, doors=replace(settings.doors, provider=None))
    with TestClient(create_app(without), base_url=HOSO) as client:
        for path in ("login", "callback"):
            assert code_of(client.get(f"/v1/auth/oidc/{path}")) == (404, "no_provider")


# --- what is not believed


KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
WHO = Provider("https://provider.example", "hoso", "x")
MOMENT = int(NOW.timestamp())
CLAIMS = {
    "iss": WHO.issuer, "aud": "hoso", "sub": "1", "nonce": "n", "iat": MOMENT, "exp": MOMENT + 300,
}  # fmt: skip


def keys(*more: dict[str, Any]) -> dict[str, Any]:
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    return {"keys": [public | {"kid": "a", "use": "sig"}, *more]}


def token(
    by: Any = KEY, algorithm: str = "RS256", headers: dict[str, str] | None = None, **changes: Any
) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return jwt.encode(claims, by, algorithm=algorithm, headers={"kid": "a"} if headers is None else headers)


def test_a_token_of_the_provider_is_believed_with_clocks_a_minute_apart() -> None:
    with clock.at(NOW):
        assert believed(WHO, keys(), token(), "n")["amr"] == []
        assert believed(WHO, keys(), token(headers={}), "n")["sub"] == "1"
        for well in (
            {"iat": MOMENT + 60},
            {"exp": MOMENT - 59},
            {"amr": ["mfa"]},
            {"aud": ["hoso", "b"], "azp": "hoso"},
        ):
            assert believed(WHO, keys(), token(**well), "n")["sub"] == "1"


def _part(said: dict[str, Any]) -> str:
    return _encoded(json.dumps(said).encode())


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.filterwarnings("ignore:The HMAC key is")
def test_a_forged_foreign_or_stale_token_is_not_believed() -> None:
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = ".".join([_part({"alg": "HS256", "kid": "a"}), _part(CLAIMS)])
    confused = (
        f"{body}.{_encoded(hmac.digest(public, body.encode(), 'sha256'))}"  # the public key as a secret
    )
    shared = {"kty": "oct", "kid": "s", "k": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg"}
    bad = [
        token(OTHER), token(None, "none"), confused, token("x" * 32, "HS256", {"kid": "s"}), token(headers={"kid": "b"}),
        token(iss="https://other.example"), token(aud="other"), token(aud=["hoso", "b"]), token(azp="b"), token(nonce="m"),
        token(nonce=None), token(sub=None), token(sub=""), token(exp=None), token(iat=None), token(exp=MOMENT - 60),
        token(iat=MOMENT + 61), token(nbf=MOMENT + 61), token()[:-4], "x", "a.b.c",
    ]  # fmt: skip
    with clock.at(NOW):
        for one in bad:
            with pytest.raises(Refused):
                believed(WHO, keys(shared), one, "n")
