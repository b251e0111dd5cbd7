"""The numbered file over HTTP: legal order, numbers that stand, and who may have it; LibreOffice is played by a script."""

import asyncio
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from api import bundle
from api.demo.scans import pdf_page
from documents import storage
from documents.pdf import LibreOffice
from models import clock
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import NOW, SignedIn
from tests.api.road import Road, at_once

POLICE, COURT = "ca.cau-giay", "ta.kv4-ha-noi"
PAGES = 2
"""Pages of every PDF that the script makes."""


@pytest.fixture
def script(client: TestClient, tmp_path: Path) -> Path:
    """What the application takes for LibreOffice: every Word file becomes the same two pages."""
    (tmp_path / "pages.pdf").write_bytes(pdf_page("Van ban", PAGES))
    program = tmp_path / "soffice"
    program.write_text(
        f'#!/bin/sh\nfor each; do case $each in *.docx) cp {tmp_path}/pages.pdf "${{each%.docx}}.pdf";; esac; done\n'
    )
    program.chmod(0o755)
    app = client.app
    assert isinstance(app, FastAPI)
    app.state.parts = replace(app.state.parts, libreoffice=LibreOffice(tmp_path / "home", program))
    return program


@pytest.fixture
def compiled(road: Road, script: Path) -> Road:
    """The file is compiled; a letter came early, and what the law asks for last."""
    assert script.exists()
    road.open()
    road.add_paper("letter", title="Đơn", sheets="3")
    road.advance("compile")
    road.add_paper("substitution_certificate", title="Giấy xác nhận điều trị", sheets="1")
    road.take("compile")
    return road


@contextmanager
def later(minutes: int) -> Iterator[None]:
    """What is done here is recorded so long after the file was compiled."""
    with clock.at(NOW + timedelta(minutes=minutes)):
        yield


def sheets(road: Road) -> list[dict[str, Any]]:
    answer = road.as_user(POLICE).get(f"{road.path}/sheets")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def named(road: Road) -> list[str]:
    """Forms and titles in the order of their sheets."""
    forms = {one["id"]: one["form"] for one in road.as_user(POLICE).get(f"{road.path}/documents").json()}
    return [forms.get(one["document"]) or one["title"] for one in sheets(road)]


def assert_without_a_gap(found: list[dict[str, Any]]) -> None:
    expected = 1
    for one in found:
        assert one["first_sheet"] == expected
        expected += one["sheets"]


def test_the_file_stands_in_legal_order_and_readers_at_the_same_time_see_the_same_numbers(
    compiled: Road,
) -> None:
    answers = at_once(3, lambda: compiled.as_user(POLICE).get(f"{compiled.path}/sheets"))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    found = sheets(compiled)
    assert found == answers[0].json()
    assert_without_a_gap(found)
    assert all(one["stands"] for one in found)
    order = named(compiled)
    first = ["V-33", "V-34", "109-05", "Giấy xác nhận điều trị"]
    assert order[:4] == first, "the order of NĐ 163/2026/NĐ-CP Đ.101.1"
    assert order[-1] == "Đơn"
    days = [one["day"] for one in found[4:-1]]
    assert days == sorted(days)
    assert {one["sheets"] for one in found if one["document"]} == {PAGES}
    assert [one["received_as"] for one in found if one["paper"]] == [4, 1]


def test_numbers_stand_whatever_comes_or_ends_later(compiled: Road) -> None:
    before = sheets(compiled)
    with later(1):
        compiled.take("notify_person")
    with later(2):
        compiled.add_paper("violation_minute", sheets="2")
        end(compiled, "superseded", "V-34")
        after = sheets(compiled)
    assert after[1] == before[1] | {"left_out": "superseded"}
    assert [
        one | {"left_out": None} if one.get("left_out") else one for one in after[: len(before)]
    ] == before
    assert_without_a_gap(after)
    assert named(compiled)[len(before) :] == ["V-37", "V-23", "Biên bản vi phạm (Mẫu 34)"]
    made = zipped(compiled)
    assert not [name for name in made.namelist() if "V-34" in name]
    assert stamps_of(made)[:5] == ["1", "2", "3", "4", "5"], "a page of its own stands for it"


def test_what_ended_or_came_before_anybody_looked_has_its_lawful_place(compiled: Road) -> None:
    with later(1):
        compiled.add_paper("violation_minute", sheets="2")
        end(compiled, "void", "V-33")
    order = named(compiled)
    assert "V-33" not in order
    assert order[0] == "V-34"
    assert order[-1] == "Biên bản vi phạm (Mẫu 34)", "it came after the file was compiled"
    assert_without_a_gap(sheets(compiled))


def end(road: Road, state: str, form: str) -> None:
    """Ends the document of a form."""
    ended = "UPDATE document SET state = :state, ended_at = now(), ended_because = 'thử' WHERE form = :form"
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        connection.execute(text(ended), {"state": state, "form": form})


def test_the_latest_scan_of_the_signed_paper_stands_among_the_sheets(
    road: Road, script: Path, database: Settings
) -> None:
    assert script.exists()
    road.advance("request_determination")
    road.take("request_determination")
    [document] = [
        one for one in road.as_user(POLICE).get(f"{road.path}/documents").json() if one["form"] == "109-02"
    ]
    scans = [pdf_page("ban quet cu"), pdf_page("ban quet da ky")]
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        for minute, scan in enumerate(scans):
            connection.execute(
                text(
                    "INSERT INTO document_copy SELECT gen_random_uuid(), :document, :dossier, 'signed', :sha256, :size, "
                    "'application/pdf', 'quet.pdf', min(id::text)::uuid, :at FROM account"
                ),
                {
                    "document": document["id"], "dossier": road.id, "sha256": storage.store(database.data / "files", scan),
                    "size": len(scan), "at": NOW + timedelta(minutes=minute),
                },
            )  # fmt: skip
    made = zipped(road)
    [name] = [name for name in made.namelist() if name.endswith("_da-ky.pdf")]
    assert "109-02" in name
    assert made.read(name) == scans[1]
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made.read("but-luc.pdf"))).pages]
    assert ["ban quet da ky" in page for page in pages].count(True) == 1
    assert not any("ban quet cu" in page for page in pages)


def test_before_it_is_compiled_the_numbers_are_provisional(road: Road, script: Path) -> None:
    assert script.exists()
    road.open()
    road.add_paper("letter", title="Đơn")
    assert [one["stands"] for one in sheets(road)] == [False] * len(sheets(road))
    assert [one["title"] for one in sheets(road)][-1] == "Đơn"
    road.add_paper("violation_minute")
    assert sheets(road)[0]["title"] == "Biên bản vi phạm (Mẫu 34)"
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        assert connection.execute(text("SELECT count(*) FROM numbered_sheets")).scalar_one() == 0


def zipped(road: Road, by: str = POLICE) -> zipfile.ZipFile:
    answer = road.as_user(by).get(f"{road.path}/bundle.zip")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert int(answer.headers["content-length"]) == len(answer.content)
    return zipfile.ZipFile(io.BytesIO(answer.content))


def stamps_of(made: zipfile.ZipFile) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(made.read("but-luc.pdf"))).pages
    return [re.findall(r"BL ([\d-]+)", page.extract_text())[0] for page in pages]


def test_the_bundle_has_both_sets_and_every_sheet_and_needs_libreoffice(compiled: Road, script: Path) -> None:
    answer = compiled.as_user(POLICE).get(f"{compiled.path}/bundle.zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="ho-so_2026-000001.zip"'
    made = zipfile.ZipFile(io.BytesIO(answer.content))
    assert made.testzip() is None
    found = sheets(compiled)
    last = found[-1]["first_sheet"] + found[-1]["sheets"] - 1
    covered = [range(int(part.split("-")[0]), int(part.split("-")[-1]) + 1) for part in stamps_of(made)]
    assert sorted({sheet for each in covered for sheet in each}) == list(range(1, last + 1))
    names = made.namelist()
    assert {name.split("/")[0] for name in names} == {
        "ban-goc",
        "ban-sao",
        "van-ban",
        "tai-lieu",
        "but-luc.pdf",
    }
    documents = [one for one in found if one["document"]]
    assert len([name for name in names if name.startswith("van-ban/") and name.endswith(".docx")]) == len(
        documents
    )
    assert len([name for name in names if name.startswith("van-ban/") and name.endswith(".pdf")]) == len(
        documents
    )
    assert not [name for name in names if re.search("nguyen|Nguyễn|Đơn", name)]
    script.unlink()
    assert sheets(compiled) == found, "pages were counted already"
    compiled.refused(
        lambda headers: compiled.as_user(POLICE).get(f"{compiled.path}/bundle.zip", headers=headers),
        501,
        "pdf_not_available",
    )


def test_a_hidden_dossier_has_no_bundle(road: Road, script: Path) -> None:
    assert script.exists()
    road.open()
    for what in ("bundle.zip", "sheets"):
        assert road.as_user(COURT).get(f"{road.path}/{what}").status_code == 404


def test_work_for_someone_who_has_gone_is_given_up(
    client: TestClient, road: Road, script: Path, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle, "_WATCH", 0.02)
    calls = script.with_name("calls")
    script.write_text(script.read_text().replace("\n", f"\necho call >> {calls}; sleep 0.5\n", 1))
    road.open()
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])
    sent = []

    async def receive() -> dict[str, Any]:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    token = signed_in.token(client, POLICE)
    scope = {
        "type": "http", "method": "GET", "path": f"{road.path}/bundle.zip", "query_string": b"", "scheme": "http",
        "server": ("hoso.test", 80), "headers": [(b"authorization", f"Bearer {token}".encode())],
    }  # fmt: skip
    asyncio.run(client.app(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 499
    assert calls.read_text().split() == ["call"], "the documents were printed, the sets not"
