"""Issued documents: rendered once, always the same file, and checkable by anyone without personal data."""

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from documents.pdf import LibreOffice
from documents.received import DOCX
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.road import Road, at_once
from tests.programs import needs_program

POLICE, COURT = "ca.cau-giay", "ta.kv4-ha-noi"


@pytest.fixture
def issued(road: Road) -> dict[str, Any]:
    """A numbered document, not rendered yet."""
    road.advance("request_determination")
    documents = road.take("request_determination")["documents"]
    found: dict[str, Any] = next(one for one in documents if one["number"])
    return found


def test_documents_of_a_dossier_have_numbers_and_codes(road: Road, issued: dict[str, Any]) -> None:
    found = road.as_user(POLICE).get(f"{road.path}/documents").json()
    assert issued in found
    assert {one["form"] for one in found} == {"III-01", "III-03", "109-02", "109-03"}
    assert issued["number_text"].endswith("CACG")
    assert issued["sha256"] is None


def test_the_first_download_renders_and_every_later_one_is_the_same_file(
    road: Road, issued: dict[str, Any]
) -> None:
    path = f"/v1/documents/{issued['id']}"
    first, second = (road.as_user(POLICE).get(f"{path}/content") for _ in range(2))
    assert first.status_code == 200, first.text
    assert first.headers["content-type"] == DOCX
    assert issued["form"] in first.headers["content-disposition"]
    assert zipfile.ZipFile(io.BytesIO(first.content)).testzip() is None
    assert second.content == first.content
    known = road.as_user(POLICE).get(path).json()
    sha256 = hashlib.sha256(first.content).hexdigest()
    assert known["sha256"] == sha256
    assert first.headers["etag"] == second.headers["etag"] == f'"{sha256}"'
    assert known["size"] == len(first.content)
    assert known["official"] == {
        "format": "docx", "sha256": sha256, "size": len(first.content), "recorded_at": known["rendered_at"],
    }  # fmt: skip
    unrendered = {"sha256": None, "size": None}
    assert known | unrendered | {"rendered_at": None, "official": {
        "format": "docx", "recorded_at": None, **unrendered,
    }} == issued  # fmt: skip


def test_the_pdf_is_made_once_and_the_first_of_two_counts(road: Road, issued: dict[str, Any]) -> None:
    needs_program("soffice")
    path = f"/v1/documents/{issued['id']}/content?format=pdf"
    first, second = at_once(2, lambda: road.as_user(POLICE).get(path))
    assert first.status_code == 200, first.text
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["content-disposition"].endswith(".pdf")
    assert first.content == second.content == road.as_user(POLICE).get(path).content
    assert first.headers["etag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    assert issued["number_text"] in pypdf.PdfReader(io.BytesIO(first.content)).pages[0].extract_text()
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        [copy] = connection.execute(text("SELECT * FROM document_copy")).all()
    assert (copy.kind, str(copy.document), copy.size) == ("pdf", issued["id"], len(first.content))


@pytest.mark.parametrize(
    ("soffice", "status", "code"),
    [
        (None, 501, "pdf_not_available"),
        ("#!/bin/sh\nsleep 60\n", 504, "pdf_timeout"),
        ("#!/bin/sh\necho 'convert 000.docx -> 000.pdf'\n", 503, "pdf_failed"),
    ],
)
def test_without_a_pdf_the_problem_says_why(
    client: TestClient,
    road: Road,
    issued: dict[str, Any],
    tmp_path: Path,
    soffice: str | None,
    status: int,
    code: str,
) -> None:
    program = tmp_path / "soffice"
    if soffice:
        program.write_text(soffice)
        program.chmod(0o755)
    app = client.app
    assert isinstance(app, FastAPI)
    office = LibreOffice(tmp_path / "home", program, patience=0.2, each=0)
    app.state.parts = replace(app.state.parts, libreoffice=office)
    path = f"/v1/documents/{issued['id']}/content"
    assert road.as_user(POLICE).get(path).status_code == 200
    road.refused(
        lambda headers: road.as_user(POLICE).get(f"{path}?format=pdf", headers=headers), status, code
    )


def test_a_hidden_document_is_like_none(road: Road, issued: dict[str, Any]) -> None:
    for what in ("", "/content", "/content?format=pdf"):
        answers = [
            road.as_user(COURT).get(f"/v1/documents/{each}{what}")
            for each in (issued["id"], "00000000-0000-4000-8000-000000000000", "x")
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({str({**answer.json(), "instance": "", "request_id": ""}) for answer in answers}) == 1


def test_a_damaged_file_is_an_error_without_internals(
    road: Road, issued: dict[str, Any], database: Settings
) -> None:
    caller, path = road.as_user(POLICE), f"/v1/documents/{issued['id']}/content"
    sha256 = hashlib.sha256(caller.get(path).content).hexdigest()
    file = database.data / "files" / sha256[:2] / sha256
    content = file.read_bytes()
    file.write_bytes(b"x")
    try:
        answer = caller.get(path)
    finally:
        file.write_bytes(content)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert str(database.data) not in answer.text


def test_anyone_can_check_a_printed_document(client: TestClient, road: Road, issued: dict[str, Any]) -> None:
    road.as_user(POLICE).get(f"/v1/documents/{issued['id']}/content")
    answer = client.get(f"/verify/{issued['verify_code']}")
    assert answer.status_code == 200
    found = answer.json()
    assert found["genuine"] is True
    assert found["number"] == issued["number_text"]
    assert found["issued_on"] == issued["issued_on"]
    assert found["agency"] == "Công an phường Cầu Giấy"
    assert len(found["sha256"]) == 64
    page = client.get(f"/verify/{issued['verify_code']}", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert issued["number_text"] in page.text
    for said in (answer.text, page.text):
        for personal in ("Nguyễn Văn A", "001098000001", "1998", "Ví Dụ"):
            assert personal not in said


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_an_invented_code_is_not_genuine(client: TestClient, accept: str) -> None:
    assert client.get("/verify/khong-co", headers={"Accept": accept}).status_code == 404


def test_a_void_document_says_so(client: TestClient, road: Road, issued: dict[str, Any]) -> None:
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        connection.execute(
            text(
                "UPDATE document SET state = 'void', ended_at = now(), ended_because = 'thử' WHERE id = :id"
            ),
            {"id": issued["id"]},
        )
    assert client.get(f"/verify/{issued['verify_code']}").json()["state"] == "void"
    page = client.get(f"/verify/{issued['verify_code']}", headers={"Accept": "text/html"})
    assert "đã hủy" in page.text
