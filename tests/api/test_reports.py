"""Periodic reports over HTTP: each sees its own, and whoever watches over a territory also those of the agencies in it."""

import io
import zipfile
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from flows.reports import make_reports
from models.settings import Settings
from tests.api.conftest import NOW
from tests.api.road import Caller, Road

AsUser = Callable[[str], Caller]


@pytest.fixture
def reported(client: TestClient, road: Road, store: Engine, database: Settings) -> Road:
    """The third quarter's reports after a dossier was walked to the court."""
    road.advance("register_file")
    assert make_reports(store, database.data / "files", "quarter", NOW).made > 3
    return road


def listed(caller: Caller, query: str = "") -> list[str]:
    answer = caller.get(f"/v1/reports{query}")
    assert answer.status_code == 200, answer.text
    return sorted(item["agency"] or item["territory"] for item in answer.json()["items"])


def test_everyone_sees_the_reports_that_are_theirs(reported: Road, as_user: AsUser) -> None:
    officer, head = as_user("ca.cau-giay"), as_user("ca.cau-giay.truong")
    assert listed(officer) == listed(head) == ["ca.cau-giay"]
    watching = [listed(as_user(user)) for user in ("giam-sat.ha-noi", "giam-sat", "kiem-toan", "quan-tri")]
    assert {"ca.cau-giay", "vn/ha-noi"} <= set(watching[0])
    assert "vn/dong-thap" not in watching[0]
    country = watching[1]
    assert {*watching[0], "vn/dong-thap"} <= set(country)
    assert all(one == country for one in watching[1:])  # their office looks after the whole country
    assert listed(as_user("giam-sat.dong-thap")) == ["vn/dong-thap"]
    assert listed(as_user("giam-sat"), "?territory=vn/ha-noi") == ["vn/ha-noi"]
    assert listed(as_user("giam-sat"), "?agency=ca.cau-giay&period=quarter") == ["ca.cau-giay"]
    assert listed(as_user("giam-sat"), "?period=month") == []


def test_pages_follow_each_other_without_loss(reported: Road, as_user: AsUser) -> None:
    caller, seen, cursor = as_user("giam-sat"), list[str](), ""
    while True:
        page = caller.get(f"/v1/reports?limit=2{cursor}").json()
        assert len(page["items"]) <= 2
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == len(listed(caller))
    assert caller.get("/v1/reports?cursor=abc").status_code == 422


def test_report_comes_with_figures_and_as_the_files_that_were_made(reported: Road, as_user: AsUser) -> None:
    caller = as_user("ca.cau-giay")
    [report] = caller.get("/v1/reports").json()["items"]
    assert (report["title"], report["first_day"], report["last_day"], report["edition"]) == (
        "quý III năm 2026", "2026-07-01", "2026-09-30", 1,
    )  # fmt: skip
    figures = caller.get(f"/v1/reports/{report['id']}").json()["figures"]
    assert figures["acts"]["opened"] == [1, 0]
    content = caller.get(f"/v1/reports/{report['id']}/content")
    assert content.headers["etag"] == f'"{report["sha256"]}"'
    assert "bao-cao_quarter_2026-07-01_ca.cau-giay.xlsx" in content.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(content.content)) as workbook:
        assert "xl/workbook.xml" in workbook.namelist()
    paper = caller.get(f"/v1/reports/{report['id']}/content?format=docx")
    with zipfile.ZipFile(io.BytesIO(paper.content)) as word:
        assert "word/document.xml" in word.namelist()


def test_a_report_of_others_is_unknown(reported: Road, as_user: AsUser) -> None:
    [report] = as_user("ca.cau-giay").get("/v1/reports").json()["items"]
    [territory] = as_user("giam-sat").get("/v1/reports?territory=vn/ha-noi").json()["items"]
    for user, path in (
        ("giam-sat.dong-thap", report["id"]), ("ca.cau-giay", territory["id"]), ("ca.ha-noi", territory["id"]),
        ("giam-sat", "00000000-0000-0000-0000-000000000000"), ("giam-sat", "abc"),
    ):  # fmt: skip
        for ending in ("", "/content"):
            assert as_user(user).get(f"/v1/reports/{path}{ending}").status_code == 404


def test_nobody_reads_reports_without_signing_in(client: TestClient) -> None:
    assert client.get("/v1/reports").status_code == 401
