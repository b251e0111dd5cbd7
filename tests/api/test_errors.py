"""Errors as a whole: unknown paths, broken bodies, failures inside, and what the description says of them."""

import json
import logging
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.road import Road, unchanged

POLICE = "ca.cau-giay"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v2/x", 404), ("DELETE", "/v1/dossiers", 405), ("GET", "/v1/auth/token", 405)],
)
def test_the_frameworks_own_errors_are_problem_documents(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["instance"] == path
    assert (
        client.request(method, path, headers={"Accept-Language": "en"}).json()["title"]
        != answer.json()["title"]
    )


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b"null", b'"x"', b"\xff"])
def test_a_body_that_is_no_dossier_is_refused(road: Road, body: bytes) -> None:
    with unchanged(road.store):
        answer = road.as_user(POLICE).post(
            "/v1/dossiers", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code in {400, 422}
    assert answer.json()["errors"]


def test_a_failure_inside_tells_and_logs_nothing_about_the_person(
    road: Road, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("Nguyễn Văn A, 001098000001, số 1 ngõ 2 phố Ví Dụ")

    road.as_user(POLICE).get("/v1/dossiers")
    monkeypatch.setattr("api.dossiers.open_dossier", fail)
    with caplog.at_level(logging.DEBUG):
        problem = road.refused(
            lambda headers: road.as_user(POLICE).post("/v1/dossiers", json=road.opening(), headers=headers),
            500,
            "unexpected",
        )
    for said in (str(problem), caplog.text):
        for personal in ("Nguyễn Văn A", "001098000001", "Ví Dụ", "Traceback"):
            assert personal not in said
    assert "RuntimeError" in caplog.text


def test_no_log_line_names_a_person(road: Road, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        road.advance("admit")
        road.as_user(POLICE).post("/v1/dossiers/search", json={"name": "nguyen van a"})
        road.ask("admit", by=POLICE)
    for personal in ("Nguyễn Văn A", "nguyen van a", "001098000001"):
        assert personal not in caplog.text


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "vi"),
        ("en", "en"),
        ("en-US,en;q=0.9", "en"),
        ("vi,en;q=0.9", "vi"),
        ("en;q=0.9, vi;q=0.8", "en"),
        ("en,vi", "vi"),
        ("fr", "vi"),
        ("en;q=0", "vi"),
        ("en;q=x", "vi"),
        ("*", "vi"),
    ],
)
def test_english_only_for_those_who_prefer_it(client: TestClient, header: str, language: str) -> None:
    answer = client.get("/v1/dossiers", headers={"Accept-Language": header})
    assert answer.headers["content-language"] == language


def test_every_answer_has_the_security_headers(client: TestClient) -> None:
    for path in ("/health/live", "/v1/dossiers", "/nirgends"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("broken", ["\\u0000", "\\ud800", "\\u001b", "\\uffff"])
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k-1"}])
def test_a_text_that_no_file_can_hold_is_refused(road: Road, broken: str, key: dict[str, str]) -> None:
    whole = json.dumps(road.opening())
    for place in ('"Nguy', '"entry', '"ph\\u00f2ng'):
        body = whole.replace(place, place + broken)
        assert body != whole
        road.refused(
            lambda headers, body=body: road.as_user(POLICE).post(  # type: ignore[misc]  # bound at once
                "/v1/dossiers", content=body, headers={"Content-Type": "application/json", **key, **headers}
            ),
            422,
            "control_character",
        )


def test_broken_characters_are_refused_in_forms_queries_and_paths_too(road: Road, client: TestClient) -> None:
    answers = [
        client.post("/v1/auth/token", data={"username": "a\x00", "password": "b"}),
        client.get("/verify/%00"),
        road.as_user(POLICE).get("/v1/dossiers?agency=%00"),
        road.as_user(POLICE).get("/v1/dossiers?cursor=AA"),
        road.as_user(POLICE).post(
            "/v1/dossiers/search",
            content=b'{"name": "a\\u0000b"}',
            headers={"Content-Type": "application/json"},
        ),
    ]
    assert [answer.status_code for answer in answers] == [422] * len(answers)


def test_line_breaks_are_text(road: Road) -> None:
    road.open(incident="Dòng một\nDòng hai\tcột")


def test_a_json_body_far_too_large_is_cut_off(road: Road) -> None:
    body = road.opening()
    body["facts"]["incident"] = "x" * 22_000_000
    with unchanged(road.store):
        answer = road.as_user(POLICE).post("/v1/dossiers", json=body)
    assert answer.status_code == 413
