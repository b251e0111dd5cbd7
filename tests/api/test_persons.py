"""The whole record of one person: complete, for few, with a reason, and in the audit log."""

import io
import zipfile
from pathlib import Path
from urllib.parse import quote

import orjson
import pytest
from sqlalchemy import Engine, text

from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import Command
from tests.api.road import Road
from tests.flows.rows import read

POLICE, HEAD, WHY = "ca.cau-giay", "ca.cau-giay.truong", {"X-Reason": quote("Người đó yêu cầu")}


@pytest.fixture
def twice(road: Road) -> list[str]:
    """Two dossiers of one person, and one of somebody else; the first with documents and a paper."""
    road.open(person={"name": "Trần Văn Khác", "identity": {"type": "none", "reason": "chưa có"}})
    road.done.clear()
    road.advance("verify_residence")
    road.add_paper("other", title="Đơn")
    found = [road.id]
    road.done.clear()
    road.open()
    return [*found, road.id]


def test_the_record_has_every_dossier_file_and_reader(road: Road, twice: list[str], store: Engine) -> None:
    answer = road.as_user(HEAD).post("/v1/persons/export", json={"dossier": twice[0]}, headers=WHY)
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    names = archive.namelist()
    told = [orjson.loads(archive.read(name)) for name in names if name.endswith("ho-so.json")]
    assert [one["dossier"]["id"] for one in told] == twice
    assert [event["action"] for event in told[0]["events"]] == [
        action
        for [action] in read(store, f"SELECT action FROM event WHERE dossier = '{twice[0]}' ORDER BY seq")  # noqa: S608
    ]
    assert all(event["facts"] is not None for event in told[0]["events"])
    assert len([name for name in names if name.endswith(".docx")]) == sum(
        len(one["documents"]) for one in told
    )
    [paper] = [name for name in names if "/tai-lieu/" in name]
    assert archive.read(paper).startswith(b"%PDF")
    readers = [orjson.loads(line) for line in archive.read("nhat-ky-truy-cap.jsonl").splitlines()]
    assert {"POST /v1/dossiers", "POST /v1/dossiers/{dossier_id}/papers"} <= {
        one["operation"] for one in readers
    }
    index = archive.read("muc-luc.html").decode()
    assert told[0]["dossier"]["number"] in index
    assert "Trần Văn Khác" not in index
    assert not any(part in "".join(names) for part in told[0]["dossier"]["person_data"]["name"].split())
    entry = read(
        store, "SELECT dossiers, objects, reason FROM audit_entry WHERE operation = 'POST /v1/persons/export'"
    )
    assert [(list(map(str, one[0])), one[1], one[2]) for one in entry] == [
        (twice, [f"person:{told[0]['dossier']['person']}"], "Người đó yêu cầu")
    ]


def test_few_may_take_it_and_only_with_a_reason(road: Road, twice: list[str]) -> None:
    def send(user: str, why: dict[str, str], **whose: str) -> object:
        answer = road.as_user(user).post("/v1/persons/export", json=whose, headers=why)
        return answer.status_code, answer.json()["code"]

    assert send(POLICE, WHY, dossier=twice[0]) == (403, "not_your_export")
    assert send("quan-tri", WHY, dossier=twice[0]) == (403, "not_your_export")
    assert send(HEAD, {}, dossier=twice[0]) == (403, "reason_required")
    assert send("ca.nha-trang.truong", WHY, dossier=twice[0]) == (404, "not_found")
    assert send(HEAD, WHY) == (422, "invalid")
    assert send(HEAD, WHY, person=twice[0]) == (404, "not_found")


def test_a_head_whose_agency_holds_nothing_of_the_person_any_more(road: Road, store: Engine) -> None:
    road.open()
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(text("UPDATE dossier SET holder = 'ta.kv4-ha-noi'"))
    road.refused(
        lambda more: road.as_user(HEAD).post("/v1/persons/export", json={"dossier": road.id}, headers=WHY | more),
        403, "not_holder",
    )  # fmt: skip


def test_the_command_writes_the_same_record(
    road: Road, twice: list[str], database: Settings, store: Engine, tmp_path: Path, hoso: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("HOSO_DATA", str(database.data))
    for name, url in ("DATABASE", database.database_url), ("MIGRATE", database.migrate_url):
        monkeypatch.setenv(f"HOSO_{name}_URL", str(url))
    number = road.as_user(POLICE).get(f"/v1/dossiers/{twice[0]}").json()["number"]
    out = tmp_path / "record.zip"
    assert hoso("person", "export", number, str(out), "--reason", "theo yêu cầu").code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert "muc-luc.html" in zipfile.ZipFile(out).namelist()
    [entry] = read(store, "SELECT dossiers, reason FROM audit_entry WHERE operation = 'hoso person export'")
    assert (list(map(str, entry[0])), entry[1]) == (twice, "theo yêu cầu")
    assert hoso("person", "export", "2026-999999", str(out), "--reason", "x").code == 2
