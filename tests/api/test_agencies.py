"""Agencies over HTTP: everyone signed in reads them, administrators add and change them, none is deleted."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Engine

from models.settings import Settings
from tests.api.conftest import Command
from tests.api.road import Caller, Road
from tests.flows.rows import read

NEW: dict[str, Any] = {
    "code": "ca.thi-du", "kind": "commune_police", "name": "Công an phường Thí Dụ", "superior": "Công an thành phố Hà Nội",
    "symbol": "CATD", "place": "Hà Nội", "address": "số 1 phố Thí Dụ", "commune": "phường Thí Dụ",
    "province": "thành phố Hà Nội", "territory": "vn/ha-noi/thi-du", "head_name": "Nguyễn Văn A",
    "head_position": "Trưởng Công an phường", "valid_from": "2026-07-01",
}  # fmt: skip


@pytest.fixture
def administrator(as_user: Callable[[str], Caller]) -> Caller:
    return as_user("quan-tri")


def add(caller: Caller, headers: dict[str, str]) -> Response:
    return caller.post("/v1/agencies", json=NEW, headers=headers)


def codes(caller: Caller, **filters: str) -> list[str]:
    return [
        one["code"] for one in caller.get("/v1/agencies", params=filters | {"limit": "200"}).json()["items"]
    ]


def test_an_agency_is_added_read_and_changed_and_a_repeated_request_adds_one(administrator: Caller) -> None:
    key = {"Idempotency-Key": "co-quan"}
    first, again = (administrator.post("/v1/agencies", json=NEW, headers=key) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert first.headers["Location"] == "/v1/agencies/ca.thi-du"
    assert (
        administrator.get("/v1/agencies/ca.thi-du").json()
        == first.json()
        == NEW | {"valid_to": None, "successor": None}
    )
    assert administrator.post("/v1/agencies", json=NEW).json()["errors"][0]["code"] == "agency_exists"
    changed = administrator.send("PATCH", "/v1/agencies/ca.thi-du", json={"head_name": "Trần Thị B"})
    assert changed.json() == first.json() | {"head_name": "Trần Thị B"}
    assert administrator.send("DELETE", "/v1/agencies/ca.thi-du").status_code == 405


def test_the_list_is_narrowed_by_kind_territory_and_day_and_goes_on_page_by_page(
    administrator: Caller,
) -> None:
    administrator.post("/v1/agencies", json=NEW)
    every = codes(administrator)
    assert every == sorted(every)
    assert codes(administrator, territory="vn/ha-noi/thi-du") == ["ca.thi-du"]
    assert set(codes(administrator, kind="court")) < set(every)
    assert "ca.thi-du" in codes(administrator, on="2026-07-01")
    assert "ca.thi-du" not in codes(administrator, on="2026-06-30")
    pages, cursor = list[str](), None
    while True:
        page = administrator.get(
            "/v1/agencies", params={"limit": 5} | ({"cursor": cursor} if cursor else {})
        ).json()
        pages += [one["code"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == every


def test_csv_opens_in_excel_with_vietnamese_words_and_runs_no_formula(administrator: Caller) -> None:
    administrator.post(
        "/v1/agencies", json=NEW | {"name": "=HYPERLINK(1)", "head_name": " +1", "symbol": "@x"}
    )
    answer = administrator.get(
        "/v1/agencies", params={"territory": NEW["territory"]}, headers={"Accept": "text/csv"}
    )
    assert answer.content.startswith(b"\xef\xbb\xbfcode,kind,name")
    line = answer.content.decode("utf-8-sig").splitlines()[1]
    for cell in ("'=HYPERLINK(1)", "'@x", "số 1 phố Thí Dụ"):
        assert cell in line.split(",")


@pytest.mark.parametrize(("change", "code"), [
    ({"valid_to": "2026-12-31"}, "successor_required"),
    ({"successor": "ca.cau-giay"}, "successor_required"),
    ({"valid_to": "2026-06-01", "successor": "ca.cau-giay"}, "days_out_of_order"),
    ({"valid_to": "2026-12-31", "successor": "ca.khong-co"}, "unknown_agency"),
    ({"valid_to": "2026-12-31", "successor": "ca.thi-du"}, "circle_of_successors"),
    ({"name": None}, "value_error"),
    ({"kind": "court"}, "extra_forbidden"),
    ({}, "value_error"),
])  # fmt: skip
def test_an_end_needs_a_successor_that_is_there(
    administrator: Caller, change: dict[str, Any], code: str
) -> None:
    administrator.post("/v1/agencies", json=NEW)
    before = administrator.get("/v1/agencies/ca.thi-du").json()
    answer = administrator.send("PATCH", "/v1/agencies/ca.thi-du", json=change)
    assert answer.status_code == 422
    found = {error["code"] for error in answer.json()["errors"]}
    assert code in found or (code == "circle_of_successors" and "agency_does_not_exist" in found), found
    assert administrator.get("/v1/agencies/ca.thi-du").json() == before


def test_successors_never_form_a_circle(administrator: Caller) -> None:
    other = NEW | {"code": "ca.vi-du", "territory": "vn/ha-noi/vi-du"}
    for one in (NEW, other):
        assert administrator.post("/v1/agencies", json=one).status_code == 201
    ends = {"valid_to": "2026-12-31", "successor": "ca.vi-du"}
    assert administrator.send("PATCH", "/v1/agencies/ca.thi-du", json=ends).status_code == 200
    # It would end before the other one, so that each would be there on the day after the other's last.
    back = {"valid_to": "2026-11-30", "successor": "ca.thi-du"}
    answer = administrator.send("PATCH", "/v1/agencies/ca.vi-du", json=back)
    assert [error["code"] for error in answer.json()["errors"]] == ["circle_of_successors"]


def test_only_administrators_write_and_everyone_signed_in_reads(road: Road) -> None:
    for user in ("ca.cau-giay", "ca.cau-giay.truong", "giam-sat", "kiem-toan"):
        caller = road.as_user(user)
        assert caller.get("/v1/agencies/ca.cau-giay").status_code == 200
        road.refused(partial(add, caller), 403, "needs_administrator")
        assert caller.send("PATCH", "/v1/agencies/ca.cau-giay", json={"name": "Tên khác"}).status_code == 403
    assert road.as_user("ca.cau-giay").get("/v1/agencies/ca.khong-co").status_code == 404


def test_agencies_of_an_empty_installation_come_from_a_file(
    hoso: Command, store: Engine, database: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOSO_DATA", str(database.data))
    monkeypatch.setenv("HOSO_DATABASE_URL", str(database.database_url))
    official = 'name = "Nguyễn Văn A"\nposition = "Cán bộ"\n'
    line = (
        '[[agencies]]\ncode = "ca.moi"\nkind = "commune_police"\nname = "Công an xã Mới"\nsuperior = "Công an tỉnh"\n'
        'symbol = "CAX"\nplace = "Mới"\naddress = "số 1"\ncommune = "xã Mới"\nprovince = "tỉnh Mới"\n'
        f'territory = "vn/moi/moi"\nvalid_from = 2025-07-01\n[agencies.head]\n{official}[agencies.officer]\n{official}'
    )
    file = tmp_path / "co-quan.toml"
    for text, code in (
        (line, 0),
        (line.replace("xã Mới", "phường Mới"), 0),
        (line.replace("vn/", "xx/"), 2),
        ("", 2),
    ):
        file.write_text(text, encoding="utf-8")
        assert hoso("agencies", "import", str(file)).code == code
    assert hoso("agencies", "import", str(tmp_path / "không-có.toml")).code == 2
    file.write_text(line.replace("valid_from", 'successor = "khong-co"\nvalid_from'), encoding="utf-8")
    assert "successor" in hoso("agencies", "import", str(file)).err
    assert read(store, "SELECT name, commune FROM agency WHERE code = 'ca.moi'") == [
        ("Công an phường Mới", "phường Mới")
    ]
    assert read(store, "SELECT count(*) FROM account WHERE agency = 'ca.moi'") == [(0,)]
