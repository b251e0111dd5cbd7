"""Scans of signed papers: told by their content, kept for ever, the latest official."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.demo.scans import pdf_page, picture
from api.papers import MOST
from models import clock
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import NOW
from tests.api.road import Road

POLICE, COURT = "ca.cau-giay", "ta.kv4-ha-noi"
PNG = picture()


@pytest.fixture
def issued(road: Road) -> dict[str, Any]:
    road.advance("request_determination")
    documents = road.take("request_determination")["documents"]
    found: dict[str, Any] = next(one for one in documents if one["number"])
    return found


def attach(
    road: Road, document: dict[str, Any], content: bytes, user: str = POLICE, **headers: str
) -> Response:
    files = {"file": ("ban-ky.docx", content, "application/msword")}
    return road.as_user(user).post(f"/v1/documents/{document['id']}/signed", files=files, headers=headers)


def test_a_signed_scan_becomes_the_official_copy(
    road: Road, issued: dict[str, Any], client: TestClient
) -> None:
    scan = pdf_page("văn bản đã ký")
    answer = attach(road, issued, scan)
    assert answer.status_code == 201, answer.text
    official = answer.json()["official"]
    sha256 = hashlib.sha256(scan).hexdigest()
    assert (official["format"], official["sha256"], official["size"]) == ("signed", sha256, len(scan))
    file = road.as_user(POLICE).get(answer.headers["location"])
    assert file.content == scan
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].endswith("_da-ky.pdf")
    assert file.headers["etag"] == f'"{sha256}"'
    [listed] = [
        one for one in road.as_user(POLICE).get(f"{road.path}/documents").json() if one["id"] == issued["id"]
    ]
    assert listed["official"] == official
    found = client.get(f"/verify/{issued['verify_code']}").json()
    assert (found["signed"], found["signed_sha256"]) == (True, sha256)


def test_the_latest_scan_counts_and_earlier_ones_are_kept(road: Road, issued: dict[str, Any]) -> None:
    first, last = pdf_page("bản mờ"), PNG
    assert attach(road, issued, first).status_code == 201
    with clock.at(NOW + timedelta(minutes=1)):
        assert attach(road, issued, last).status_code == 201
    file = road.as_user(POLICE).get(f"/v1/documents/{issued['id']}/content?format=signed")
    assert file.content == last
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        kept = set(connection.execute(text("SELECT sha256 FROM document_copy")).scalars())
    assert kept == {hashlib.sha256(scan).hexdigest() for scan in (first, last)}
    with pytest.raises(ProgrammingError), unit_of_work(road.store, Scope(SYSTEM)) as connection:
        connection.execute(text("DELETE FROM document_copy"))


def test_the_word_file_stays_what_it_was(road: Road, issued: dict[str, Any]) -> None:
    path = f"/v1/documents/{issued['id']}/content"
    before = road.as_user(POLICE).get(path).content
    attach(road, issued, PNG)
    assert road.as_user(POLICE).get(path).content == before


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"PK\x03\x04 chu ky", 415, "unsupported_file"),
        (b"<html>", 415, "unsupported_file"),
        (b"", 415, "unsupported_file"),
        (b"%PDF-" + bytes(MOST), 413, "too_large"),
    ],
)
def test_only_scans_are_taken(
    road: Road, issued: dict[str, Any], content: bytes, status: int, code: str
) -> None:
    road.refused(lambda headers: attach(road, issued, content, **headers), status, code, field="file")


def test_only_the_issuing_agency_attaches_a_signed_copy(road: Road, issued: dict[str, Any]) -> None:
    road.refused(
        lambda headers: attach(road, issued, PNG, road.steps["admit"].by, **headers), 403, "not_issuer"
    )
    assert attach(road, issued, PNG, COURT).status_code == 404


def test_a_document_without_a_signed_copy_says_so(road: Road, issued: dict[str, Any]) -> None:
    path = f"/v1/documents/{issued['id']}/content?format=signed"
    road.refused(
        lambda headers: road.as_user(POLICE).get(path, headers=headers), 404, "no_signed_copy", field="format"
    )


def test_a_repeated_upload_adds_one_copy(road: Road, issued: dict[str, Any]) -> None:
    answers = [attach(road, issued, PNG, **{"Idempotency-Key": "ban-ky"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        assert connection.execute(text("SELECT count(*) FROM document_copy")).scalar_one() == 1
