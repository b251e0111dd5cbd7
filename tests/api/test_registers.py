"""Registers over HTTP: every number an agency gave, whatever became of its document, and nobody's name."""

import io
import zipfile
from typing import Any

import docx
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.registers import XLSX
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.road import Road
from tests.api.test_drawing import CENTRE, POLICE
from tests.api.test_endings import ask, done
from tests.flows.conftest import superuser_of


def entries(road: Road, year: int = 2026, name: str = "QĐ", user: str = CENTRE) -> list[dict[str, Any]]:
    answer = road.as_user(user).get(f"/v1/registers/{year}/{name}")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["entries"])


def change(road: Road, statement: str, **values: object) -> None:
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        connection.execute(text(statement), values)


def test_an_agency_lists_its_own_registers(road: Road, wanted: dict[str, Any]) -> None:
    centre = wanted["agency"]
    [kept] = road.as_user(CENTRE).get("/v1/registers").json()
    assert (kept["agency"], kept["year"], kept["name"], kept["last"]) == (centre, 2026, "QĐ", 1)
    assert {one["agency"] for one in road.as_user(POLICE).get("/v1/registers").json()} == {"ca.cau-giay"}


def test_every_number_stays_in_the_register_with_what_became_of_it(
    road: Road, wanted: dict[str, Any]
) -> None:
    [newer] = done(road, ask(road, wanted, "reissue"))["documents"]
    done(road, ask(road, newer, "void"))
    first, second = entries(road)
    assert first | {"document": None} == {
        "number": 1, "number_text": wanted["number_text"], "issued_on": "2026-08-26", "document": None, "form": "V-43",
        "title": "Quyết định truy tìm", "dossier": road.as_user(CENTRE).get(road.path).json()["number"],
        "signer": first["signer"], "recipients": ["Như Điều 2"], "kept_by": "VT, hồ sơ", "state": "superseded",
        "note": f"thay thế bởi số {newer['number_text']} ngày 23/11/2026",
    }  # fmt: skip
    assert first["signer"]
    assert (second["state"], second["note"]) == (
        "void", f"đã hủy ngày 23/11/2026; thay thế số {wanted['number_text']}",
    )  # fmt: skip


def test_a_missing_number_is_shown_as_missing(road: Road, wanted: dict[str, Any]) -> None:
    change(road, "UPDATE register SET last = 3 WHERE agency = :agency", agency=wanted["agency"])
    assert [one["state"] for one in entries(road)] == ["issued", "missing", "missing"]
    assert "khuyết số" in entries(road)[2]["note"]


def test_numbers_of_dossiers_no_longer_seen_stay_in_the_register(
    road: Road,
    wanted: dict[str, Any],
    database: Settings,
) -> None:
    before = entries(road)
    with superuser_of(database) as owner:
        owner.execute("DELETE FROM dossier_agency WHERE agency = %s", [wanted["agency"]])
    assert road.as_user(CENTRE).get(f"/v1/documents/{wanted['id']}").status_code == 404
    assert entries(road) == before


def test_a_register_is_its_agencys_own_and_its_successors(road: Road, wanted: dict[str, Any]) -> None:
    centre = wanted["agency"]
    for path in (
        f"/v1/registers/2026/QĐ?agency={centre}",
        "/v1/registers/2025/GXN",
        "/v1/registers/2026/KHÔNG",
    ):
        assert road.as_user(POLICE).get(path).status_code == 404
    change(
        road,
        "UPDATE agency SET successor = 'ca.cau-giay', valid_to = '2026-10-01' WHERE code = :code",
        code=centre,
    )
    answer = road.as_user(POLICE).get(f"/v1/registers/2026/QĐ?agency={centre}")
    assert [one["number"] for one in answer.json()["entries"]] == [1]
    assert centre in {one["agency"] for one in road.as_user(POLICE).get("/v1/registers").json()}


def test_nobody_reads_a_register_unasked(client: TestClient) -> None:
    assert client.get("/v1/registers").status_code == 401
    assert client.get("/v1/registers/2026/QĐ").status_code == 401


def test_the_register_names_the_dossier_and_not_the_person(road: Road, wanted: dict[str, Any]) -> None:
    number = road.as_user(POLICE).get(road.path).json()["number"]
    for register in road.as_user(POLICE).get("/v1/registers").json():
        path = f"/v1/registers/{register['year']}/{register['name']}"
        files = [road.as_user(POLICE).get(f"{path}?format={each}") for each in ("json", "xlsx", "docx")]
        assert {file.status_code for file in files} == {200}
        said = [files[0].text, *map(_text, files[1:])]
        for text_ in said:
            assert number in text_
            for personal in ("nguyễn văn a", "001098000001", "ví dụ"):
                assert personal not in text_.lower()


def test_the_book_comes_as_workbook_and_as_paper(road: Road, wanted: dict[str, Any]) -> None:
    workbook = road.as_user(CENTRE).get("/v1/registers/2026/QĐ?format=xlsx")
    assert workbook.headers["content-type"] == XLSX
    assert workbook.headers["content-disposition"].endswith("HS-06_2026_Q%C4%90.xlsx")
    assert wanted["number_text"] in _text(workbook)
    paper = road.as_user(CENTRE).get("/v1/registers/2026/QĐ?format=docx")
    rows = docx.Document(io.BytesIO(paper.content)).tables[0].rows
    assert rows[2].cells[0].text == wanted["number_text"]


def _text(file: Any) -> str:
    """Everything a .docx or .xlsx file says."""
    with zipfile.ZipFile(io.BytesIO(file.content)) as package:
        return "".join(package.read(name).decode() for name in package.namelist() if name.endswith(".xml"))
