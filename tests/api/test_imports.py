"""Imports over HTTP and on the command line: template, first rows as understood, progress, cancelling, and the report."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, text

from api import import_command
from flows import batches, importing
from flows.importing import ImportOfRows
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import Command
from tests.api.road import Caller
from tests.flows.sheets import GOOD, cell, good, headings, separated, workbook

POLICE, HEALTH = "ca.cau-giay", "ttyt.cau-giay"
AsUser = Callable[[str], Caller]


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "ROWS", 10)


def send(caller: Caller, path: Path, query: str = "", **headers: str) -> Any:
    files = {"file": (path.name, path.read_bytes(), "application/octet-stream")}
    return caller.post(f"/v1/imports{query}", files=files, headers=headers)


def work(store: Engine, database: Settings, steps: int | None = None) -> None:
    """What a worker does, or only so many of its steps."""
    task = batches.claim(store, "w")
    assert task is not None
    done = batches.work_off(store, database.data / "files", "w", task, ImportOfRows)
    for number, _position in enumerate(done, start=1):
        if number == steps:
            batches.release(store, "w", task.id)
            return


def opened(store: Engine) -> int:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        return int(connection.execute(text("SELECT count(*) FROM dossier")).scalar_one())


def test_template_comes_as_workbook_and_as_csv(as_user: AsUser, tmp_path: Path) -> None:
    answer = as_user(POLICE).get("/v1/imports/template")
    assert answer.status_code == 200
    (tmp_path / "mau.xlsx").write_bytes(answer.content)
    book = load_workbook(tmp_path / "mau.xlsx")
    sheet, explained, _lists = book.worksheets
    assert sheet["A1"].value == "Họ và tên *"
    assert len(sheet.data_validations.dataValidation) >= 5
    assert explained.max_row > len(GOOD)
    plain = as_user(POLICE).get("/v1/imports/template?format=csv")
    assert plain.text.startswith("\ufeffHọ và tên,")


def test_import_shows_its_first_rows_its_progress_and_its_report(
    as_user: AsUser, store: Engine, database: Settings, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "a.xlsx", [*good(24), *good(1, 90, birth_date="?")])
    answer = send(as_user(POLICE), path)
    assert answer.status_code == 202, answer.text
    task, rows = answer.json()["task"], answer.json()["rows"]
    assert (task["state"], task["total"], task["position"]) == ("waiting", 25, 0)
    assert answer.headers["location"] == f"/v1/bulk/tasks/{task['id']}"
    assert len(rows) == 20
    assert (rows[0]["line"], rows[0]["values"]["Ngày sinh"], rows[0]["errors"]) == (2, "1998-05-20", [])
    work(store, database, steps=2)
    where = f"/v1/bulk/tasks/{task['id']}"
    assert as_user(POLICE).get(where).json()["position"] == 10
    work(store, database)
    done = as_user(POLICE).get(where).json()
    assert (done["state"], done["done"], done["failed"], done["position"]) == ("done", 24, 1, 25)
    assert opened(store) == 24
    listed = as_user(POLICE).get("/v1/bulk/tasks").json()["items"]
    assert [one["id"] for one in listed] == [task["id"]]
    report = as_user(POLICE).get(f"{where}/report?format=csv&only_failed=true").text
    assert cell("person.birth_date", 26) in report
    (tmp_path / "report.xlsx").write_bytes(as_user(POLICE).get(f"{where}/report").content)
    assert load_workbook(tmp_path / "report.xlsx").worksheets[0].max_row == 26


def test_trial_tells_what_the_law_says_of_the_first_rows_and_opens_nothing(
    as_user: AsUser, store: Engine, database: Settings, tmp_path: Path
) -> None:
    path = separated(tmp_path / "a.csv", [*good(1), *good(1, 2, birth_date="2020")])
    answer = send(as_user(POLICE), path, "?dry_run=true", **{"Accept-Language": "en"})
    assert answer.status_code == 202, answer.text
    first, second = answer.json()["rows"]
    assert first["errors"] == []
    [error] = second["errors"]
    assert (error["field"], error["code"]) == (cell("person.birth_date", 3), "too_young")
    assert "no measure applies" in error["message"]
    work(store, database)
    assert as_user(POLICE).get(answer.headers["location"]).json()["failed"] == 1
    assert opened(store) == 0


def test_file_that_cannot_be_used_is_refused_with_every_reason_and_not_kept(
    as_user: AsUser, database: Settings, tmp_path: Path
) -> None:
    before = set((database.data / "files").rglob("*"))
    heads = headings(GOOD)
    heads[0] = "Tên"
    answer = send(as_user(POLICE), workbook(tmp_path / "a.xlsx", good(1), heads))
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown_heading", "missing_heading"]
    assert set((database.data / "files").rglob("*")) == before
    assert as_user(POLICE).get("/v1/bulk/tasks").json()["items"] == []


def test_same_key_gives_the_same_task(as_user: AsUser, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", good(1))
    key = {"Idempotency-Key": str(uuid4())}
    first, again = send(as_user(POLICE), path, **key), send(as_user(POLICE), path, **key)
    assert first.json()["task"]["id"] == again.json()["task"]["id"]
    assert send(as_user(POLICE), path, "?dry_run=true", **key).status_code == 409


def test_task_is_cancelled_and_resumed_where_it_stopped(
    as_user: AsUser, store: Engine, database: Settings, tmp_path: Path
) -> None:
    where = send(as_user(POLICE), workbook(tmp_path / "a.xlsx", good(25))).headers["location"]
    work(store, database, steps=2)
    assert as_user(POLICE).post(f"{where}/cancel").json()["state"] == "cancelled"
    assert as_user(POLICE).post(f"{where}/cancel").status_code == 409
    assert batches.claim(store, "w") is None
    assert opened(store) == 10
    assert as_user(POLICE).post(f"{where}/resume").json()["state"] == "waiting"
    assert as_user(POLICE).post(f"{where}/resume").status_code == 409
    work(store, database)
    assert opened(store) == 25


def test_other_agencies_see_nothing_of_a_task(as_user: AsUser, tmp_path: Path) -> None:
    where = send(as_user(POLICE), workbook(tmp_path / "a.xlsx", good(1))).headers["location"]
    for method, path in (("get", where), ("get", f"{where}/report"), ("post", f"{where}/cancel")):
        assert getattr(as_user(HEALTH), method)(path).status_code == 404
    assert as_user(HEALTH).get("/v1/bulk/tasks").json()["items"] == []
    assert as_user(POLICE).get(f"/v1/bulk/tasks/{uuid4()}").status_code == 404


def test_tasks_come_in_pages_newest_first(as_user: AsUser, tmp_path: Path) -> None:
    paths = [workbook(tmp_path / f"{number}.xlsx", good(1, number)) for number in range(1, 4)]
    ids = [send(as_user(POLICE), path).json()["task"]["id"] for path in paths]
    first = as_user(POLICE).get("/v1/bulk/tasks?limit=2").json()
    rest = as_user(POLICE).get(f"/v1/bulk/tasks?limit=2&cursor={first['next_cursor']}").json()
    assert {one["id"] for one in first["items"] + rest["items"]} == set(ids)
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    assert as_user(POLICE).get("/v1/bulk/tasks?cursor=abc").status_code == 422


@pytest.fixture
def here(database: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """An installation for the command line, over the test's database."""
    settings = replace(database, data=tmp_path)
    monkeypatch.setattr(Settings, "from_environment", lambda: settings)
    return settings


def test_command_imports_a_file_and_writes_the_report(
    here: Settings, hoso: Command, store: Engine, tmp_path: Path
) -> None:
    path, report = (
        workbook(tmp_path / "a.xlsx", [*good(12), *good(1, 90, birth_date="?")]),
        tmp_path / "r.xlsx",
    )
    said = hoso("import", str(path), "--user", POLICE, "--report", str(report))
    assert (said.code, opened(store)) == (1, 12)
    assert "12 hồ sơ" in said.out
    assert cell("person.birth_date", 14) in said.out
    assert load_workbook(report).worksheets[0].max_row == 14
    again = hoso("import", str(path), "--user", POLICE)
    assert "0 hồ sơ · dossiers, 12 đã có từ trước" in again.out
    assert opened(store) == 12


def test_command_that_was_interrupted_goes_on_where_it_stopped(
    here: Settings, hoso: Command, store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, whole = workbook(tmp_path / "a.xlsx", good(25)), ImportOfRows.do

    def interrupted(self: ImportOfRows, *given: Any) -> Any:
        results = whole(self, *given)
        if opened(store) == 10:
            raise KeyboardInterrupt
        return results

    monkeypatch.setattr(ImportOfRows, "do", interrupted)
    said = hoso("import", str(path), "--user", POLICE)
    assert (said.code, opened(store)) == (1, 10)
    assert "đã dừng" in said.out
    monkeypatch.setattr(ImportOfRows, "do", whole)
    assert hoso("import", str(path), "--user", POLICE).code == 0
    assert opened(store) == 25
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        assert connection.execute(text("SELECT state, done FROM bulk_task")).all() == [("done", 25)]


def test_command_names_what_is_wrong_with_file_or_account(
    here: Settings, hoso: Command, tmp_path: Path
) -> None:
    heads = headings(GOOD)
    heads[0] = "Tên"
    said = hoso("import", str(workbook(tmp_path / "a.xlsx", good(1), heads)), "--user", POLICE)
    assert (said.code, "A1" in said.err) == (1, True)
    said = hoso("import", str(workbook(tmp_path / "b.xlsx", good(1))), "--user", "ai đó")
    assert (said.code, "không phải cán bộ" in said.err) == (2, True)
    assert import_command.run.__doc__


def test_import_is_only_for_those_who_may_change_dossiers(as_user: AsUser, tmp_path: Path) -> None:
    answer = send(as_user("giam-sat.ha-noi"), workbook(tmp_path / "a.xlsx", good(1)))
    assert answer.status_code == 403
