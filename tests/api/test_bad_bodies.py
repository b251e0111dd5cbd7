"""Bodies, addresses, names of files and tokens made to break whoever reads them: refused, logged, and nothing changed."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.demo.scans import pdf_page
from models import clock
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import NOW, SignedIn
from tests.api.road import Road, unchanged

POLICE, ADMINISTRATOR = "ca.cau-giay", "quan-tri"
JSON = {"Content-Type": "application/json"}
HOSTILE = (
    "'; DROP TABLE dossier; --", "\" OR 1=1", "{{7*7}}", "${jndi:ldap://a.vn/b}", "{% for a in b %}", "%s%n%x", "<script>alert(1)</script>",
    "=HYPERLINK(\"http://a.vn\")", "../../etc/passwd", "$(rm -rf /)", "]]>&b;", "{0.__class__}", "\\x00\\u0000", "%00",
)  # fmt: skip


def sent(road: Road, body: bytes, **headers: str) -> Any:
    with unchanged(road.store):
        return road.as_user(POLICE).post("/v1/dossiers", content=body, headers=JSON | headers)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda _: b"[" * 100_000 + b"]" * 100_000, 400, "bad_request"),
        (lambda _: b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "bad_request"),
        (lambda body: body.replace(b'"facts"', b'"x": ' + b"[" * 40 + b"]" * 40 + b', "facts"'), 422, "too_deep"),
        (lambda body: body.decode().encode("utf-16"), 400, "bad_request"),
        (lambda body: body.replace("Nguyễn Văn A".encode(), "Nguyên Van A".encode("latin-1")), 400, "bad_request"),
        (lambda body: body.replace("Nguyễn".encode(), b"\xed\xa0\x80"), 400, "bad_request"),
        (lambda body: body.replace("Nguyễn".encode(), b"\xc0\xaf"), 400, "bad_request"),
        (lambda body: body.replace("Nguyễn".encode(), b"\\ud83d"), 422, "control_character"),
        (lambda body: body[:-1] + b', "agency": "ta.kv4-ha-noi"}', 422, "named_twice"),
        (lambda body: body.replace(b'"facts": {', b'"facts": {"a": NaN, '), 422, "number_out_of_range"),
        (lambda body: body.replace(b'"facts": {', b'"facts": {"a": -Infinity, '), 422, "number_out_of_range"),
        (lambda body: body.replace(b'"facts": {', b'"facts": {"a": 1e999, '), 422, "number_out_of_range"),
        (lambda body: body.replace(b'"facts": {', b'"facts": {"a": ' + b"9" * 30 + b", "), 422, "number_out_of_range"),
        (lambda body: body.replace(b'"facts": {', b'"facts": {"a": ' + b"9" * 5_000 + b", "), 400, "bad_request"),
        (lambda body: body.replace(b'"facts": {', b'"facts": {"a": ' + b"[" * 20 + b"]" * 20 + b", "), 422, "extra_forbidden"),
        (lambda body: b"\x00" + body, 400, "bad_request"),
        (lambda body: body + b"{}", 422, "json_invalid"),
    ],
)  # fmt: skip
def test_a_body_with_more_than_one_meaning_or_none_is_refused(
    road: Road, change: Any, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for headers in ({}, {"Idempotency-Key": "k"}):
            answer = sent(road, change(json.dumps(road.opening(), ensure_ascii=False).encode()), **headers)
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code), answer.text
    assert "Nguyễn Văn A" not in caplog.text + answer.text
    assert "Traceback" not in caplog.text


def test_a_byte_order_mark_is_no_error(road: Road) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(road.opening()).encode()
    assert road.as_user(POLICE).post("/v1/dossiers", content=body, headers=JSON).status_code == 201


def test_a_body_is_cut_off_where_it_is_too_large_declared_or_not(road: Road) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 50_000

    with unchanged(road.store):
        declared = road.as_user(POLICE).post("/v1/dossiers", content=b" " * 4_000_001, headers=JSON)
        chunked = road.as_user(POLICE).post("/v1/dossiers", content=pieces(), headers=JSON)
        claimed = road.as_user(POLICE).post(
            "/v1/dossiers", content=b"{}", headers=JSON | {"Content-Length": "999999999999"}
        )
    assert [one.status_code for one in (declared, chunked, claimed)] == [413] * 3
    assert declared.json()["title"] == "Yêu cầu quá lớn"


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_kind_is_no_dossier(road: Road, kind: str) -> None:
    with unchanged(road.store):
        answer = road.as_user(POLICE).post("/v1/dossiers", content=b"a=b", headers={"Content-Type": kind})
    assert answer.status_code == 422


@pytest.mark.parametrize("charset", ["undefined", "utf-7", "idna", "zlib", "khong-co", "\xe9"])
def test_a_form_in_an_odd_encoding_is_read_or_refused(road: Road, charset: str) -> None:
    road.open()
    body = b'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\n\xff\xfe+AAA-\r\n--x--\r\n'
    with unchanged(road.store):
        answer = road.as_user(POLICE).post(
            f"{road.path}/papers",
            content=body,
            headers={"Content-Type": f"multipart/form-data; boundary=x; charset={charset}".encode("latin-1")},
        )
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("?dry-run=true", "unknown_parameter", "dry-run"),
        ("?dry_run=true&dry_run=false", "named_twice", "query"),
        ("?dry_run=true&DRY_RUN=true", "unknown_parameter", "DRY_RUN"),
        ("?001098000001=a", "unknown_parameter", "query"),
    ],
)
def test_a_misspelt_parameter_does_not_turn_a_trial_into_an_act(
    road: Road, query: str, code: str, field: str
) -> None:
    road.open()
    road.refused(
        lambda headers: road.ask("verify_residence", query=query, headers=headers), 422, code, field=field
    )


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "HEAD", "DELETE"])
def test_a_method_that_is_not_there_names_those_that_are(client: TestClient, method: str) -> None:
    answer = client.request(method, "/v1/dossiers")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert method == "HEAD" or answer.json()["code"] == "method_not_allowed"


NAMES = [
    ("../../../etc/passwd", "passwd.pdf"),
    ("..\\..\\boot.ini", "boot.pdf"),
    ("C:\\Users\\a\\đơn.docx", "đơn.pdf"),
    ("CON.pdf", "other.pdf"),
    ("lpt1.tar.gz", "other.pdf"),
    ("a\u202efdp.exe", "afdp.pdf"),
    ("a<b>:c|d?.pdf", "a_b__c_d_.pdf"),
    (" ... .pdf", "other.pdf"),
    (".htaccess", "htaccess.pdf"),
    ("x" * 2_000 + ".pdf", "x" * 150 + ".pdf"),
    ("don\r\nSet-Cookie: a=b.pdf", "don%0D%0ASet-Cookie_ a=b.pdf"),
]


def test_a_file_is_kept_under_a_name_that_leads_nowhere(road: Road) -> None:
    road.open()
    form = {"kind": "other", "title": "Đơn", "received_on": "2026-08-20", "sheets": "1"}

    def send(name: str) -> Any:
        files = {"file": (name, pdf_page("a"), "text/html")}
        return road.as_user(POLICE).post(f"{road.path}/papers", data=form, files=files)

    for name, kept in NAMES:
        answer = send(name)
        assert answer.status_code == 201, answer.text
        assert answer.json()["file_name"] == kept
    assert send("x" * 5_000).status_code == 400
    file = road.as_user(POLICE).get(answer.headers["location"])
    assert file.headers["content-type"] == "application/pdf"
    assert "sandbox" in file.headers["content-security-policy"]
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")


def test_metacharacters_are_kept_printed_and_found_as_they_are(road: Road) -> None:
    person = {"present_residence": " ".join(HOSTILE), "occupation": HOSTILE[2], "name": "O'Nguyễn Văn %_A"}
    opened = road.open(person=person, incident=" | ".join(HOSTILE)).json()["dossier"]
    assert opened["facts"]["incident"] == " | ".join(HOSTILE)
    assert opened["person"]["present_residence"] == " ".join(HOSTILE)
    found = [
        len(road.as_user(POLICE).post("/v1/dossiers/search", json={"name": name}).json()["items"])
        for name in ("o'nguyen van %_a", "%%", "__", "' OR 1=1 --", "\\\\")
    ]
    assert found == [1, 0, 0, 0, 0]
    listed = road.as_user(POLICE).get("/v1/dossiers", params={"agency": HOSTILE[0]})
    assert listed.json()["items"] == []
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        assert connection.execute(text("SELECT count(*) FROM dossier")).scalar_one() == 1


@pytest.mark.parametrize("change", ["expired", "forged", "foreign", "none", "nobody", "no_expiry", "garbage"])
def test_a_token_that_does_not_hold_opens_nothing(
    road: Road, database: Settings, change: str, client: TestClient
) -> None:
    road.open()
    key, algorithm = database.secret("jwt_key"), "HS256"
    claims: dict[str, Any] = jwt.decode(_token(road, client), key, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False}, issuer="hoso", audience="hoso-api")  # fmt: skip
    match change:
        case "expired":
            claims["exp"] = (NOW - timedelta(seconds=1)).timestamp()
        case "forged":
            key = "k" * 64
        case "foreign":
            claims["iss"] = "someone-else"
        case "nobody":
            claims["sub"] = str(uuid4())
        case "no_expiry":
            del claims["exp"]
    marks = jwt.get_unverified_header(_token(road, client))
    marks.pop("alg")
    token = jwt.encode(
        claims, "" if change == "none" else key, "none" if change == "none" else algorithm, headers=marks
    )
    if change == "garbage":
        token = "é.\x7f.ü"
    with unchanged(road.store):
        answer = client.get(road.path, headers={b"Authorization": f"Bearer {token}".encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_dismissed_users_token_is_refused_at_once_and_the_refusal_logged(
    road: Road, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    road.open()
    token = _token(road, client)
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        connection.execute(
            text("UPDATE account SET disabled = true WHERE username = :name"), {"name": POLICE}
        )
    with unchanged(road.store), caplog.at_level(logging.DEBUG):
        headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
        step = road.steps["verify_residence"]
        answers = [
            client.get(road.path, headers=headers),
            client.post(
                f"{road.path}/actions/verify_residence",
                json={"occurred_at": step.at.isoformat(), "facts": step.recorded},
                headers=headers,
            ),
        ]
    assert [answer.status_code for answer in answers] == [401, 401]
    lines = [record.getMessage() for record in caplog.records if record.name == "hoso.api"]
    assert sum("not_signed_in" in line for line in lines) == 2, lines
    assert "Traceback" not in caplog.text


def test_a_token_outlives_no_clock_that_runs_ahead(road: Road, client: TestClient) -> None:
    road.open()
    token = _token(road, client)
    for minutes, status in ((-10, 401), (0, 200), (14, 200), (15, 401)):
        with clock.at(NOW + timedelta(minutes=minutes)):
            answer = client.get(road.path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, minutes


def _token(road: Road, client: TestClient) -> str:
    return SignedIn({}).token(client, POLICE)


def test_browsers_are_told_that_nothing_here_runs(client: TestClient) -> None:
    for path in ("/health/live", "/v1/dossiers", "/nirgends", "/openapi.json"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "sandbox" in headers["content-security-policy"]
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "geolocation=()" in headers["permissions-policy"]
        assert "strict-transport-security" not in headers
        assert not any(name.startswith("access-control-") for name in headers)
    asked = {"Origin": "https://a.vn", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in client.options("/v1/dossiers", headers=asked).headers
    page = client.get("/docs")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_only_https_is_told_to_stay_https(database: Settings) -> None:
    with TestClient(create_app(database), base_url="https://hoso.test") as client:
        assert client.get("/health/live").headers["strict-transport-security"] == "max-age=31536000"


def test_the_api_answers_under_its_own_names_only(database: Settings) -> None:
    from dataclasses import replace

    with TestClient(create_app(replace(database, hosts=("hoso.test",)))) as client:
        for host, status in (
            ("hoso.test", 200),
            ("HOSO.test:8000", 200),
            ("a.vn", 421),
            ("hoso.test.a.vn", 421),
            ("", 421),
        ):
            answer = client.get("/health/live", headers={"Host": host})
            assert answer.status_code == status, host
        assert answer.json()["code"] == "misdirected_request"
