"""Backup and restore, by restoring: into another cluster, refused where it must be, and never half."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.backup_commands import CONFIRMED
from flows import restoring
from flows.backup import DUMP, MANIFEST, SUMS, back_up, text_of
from flows.chain_check import verify_chains
from flows.restoring import bring_secrets, restore
from models import postgres
from models.settings import Settings, StartupError
from models.store import open_store
from tests.api.conftest import PASSWORD, Command
from tests.api.road import Road
from tests.cluster import new_database, running

POLICE = "ca.cau-giay"


@pytest.fixture
def installation(database: Settings, tmp_path: Path) -> Settings:
    """The test's database with a folder of files of its own."""
    database.secret("jwt_key")
    return replace(
        database, data=tmp_path / "here", shared_files=None, shared_secrets=database.data / "secrets"
    )


@pytest.fixture
def client(installation: Settings) -> Iterator[TestClient]:
    installation.data.mkdir(exist_ok=True)
    with TestClient(create_app(installation), base_url="http://hoso.test") as client:
        yield client


@pytest.fixture
def empty(cluster: Settings, installation: Settings, tmp_path: Path) -> Iterator[Settings]:
    """An empty database of the same cluster, with an empty folder."""
    with new_database(cluster) as settings:
        yield replace(settings, data=tmp_path / "there", shared_secrets=installation.shared_secrets)


@pytest.fixture
def lived(road: Road, installation: Settings) -> str:
    """The installation after some acts, a paper, a download and a check; the document downloaded."""
    road.advance("verify_residence")
    road.add_paper("other", title="Tài liệu")
    document = road.as_user(POLICE).get(f"{road.path}/documents").json()[0]["id"]
    assert road.as_user(POLICE).get(f"/v1/documents/{document}/content").status_code == 200
    engine = open_store(postgres.app_url(installation))
    assert verify_chains(engine, installation.files / "chain").intact
    engine.dispose()
    return str(document)


def rows_of(settings: Settings) -> dict[str, list[Any]]:
    with psycopg.connect(text_of(postgres.owner_url(settings))) as owner:
        asked = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
        tables = [name for [name] in owner.execute(asked)]
        return {
            table: owner.execute(f"SELECT t::text FROM {table} t ORDER BY 1").fetchall()  # noqa: S608
            for table in tables
        }


def files_of(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in settings.files.glob("[0-9a-f][0-9a-f]/*")}


def content(settings: Settings, document: str) -> bytes:
    """A download, after signing in."""
    with TestClient(create_app(settings), base_url="http://hoso.test") as client:
        form = {"username": POLICE, "password": PASSWORD}
        token = client.post("/v1/auth/token", data=form).json()["access_token"]
        answer = client.get(f"/v1/documents/{document}/content", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        return answer.content


def test_another_cluster_has_the_same_rows_files_downloads_and_sign_ins(
    installation: Settings, lived: str, tmp_path: Path
) -> None:
    before, files = rows_of(installation), files_of(installation)
    manifest = back_up(installation, tmp_path / "backup", tmp_path / "secrets")
    assert manifest.missing == []
    assert not (tmp_path / "backup" / "secrets").exists()
    downloaded = content(installation, lived)
    there = Settings(data=tmp_path / "other")
    assert "jwt_key" in bring_secrets(there, tmp_path / "secrets")
    with running(there):
        postgres.ensure_roles(there)
        done = restore(there, tmp_path / "backup")
        assert done.checked.intact
        after = rows_of(there)
        changed = {"audit_entry", "chain_check", "chain_head"}  # the restore is in the log, and was checked
        assert {table for table in before if before[table] != after[table]} <= changed
        assert before["audit_entry"] == after["audit_entry"][: len(before["audit_entry"])]
        assert files_of(there) == files
        assert content(there, lived) == downloaded
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            psycopg.connect(text_of(postgres.app_url(there))) as app,
        ):
            app.execute("DELETE FROM audit_entry")
        with pytest.raises(StartupError, match="đã có dữ liệu"):
            restore(there, tmp_path / "backup")
        broken = rows_of(there)
        restore(there, tmp_path / "backup", replace=True)
        assert len(rows_of(there)["dossier"]) == len(broken["dossier"])
        assert list(there.files.glob("chain-replaced-*/chain-*.json"))


def damaged(folder: Path, how: str) -> None:
    dump, sums = folder / DUMP, folder / SUMS
    some = next(folder.glob("files/*/*"))
    match how:
        case "truncated":
            dump.write_bytes(dump.read_bytes()[:-100])
        case "changed":
            some.write_bytes(some.read_bytes()[:-1] + b"x")
        case "missing":
            some.unlink()
        case "unlisted":  # a file and its line are gone
            some.unlink()
            sums.write_text(
                "".join(line for line in sums.read_text().splitlines(True) if some.name not in line)
            )
        case "manifest":
            manifest = orjson.loads((folder / MANIFEST).read_bytes()) | {"dossiers": 7}
            (folder / MANIFEST).write_bytes(orjson.dumps(manifest))
        case "unfinished":
            sums.rename(folder / f"{SUMS}.partial")


@pytest.mark.usefixtures("lived")
def test_a_backup_that_does_not_hold_is_refused_before_anything_is_touched(
    installation: Settings, empty: Settings, tmp_path: Path
) -> None:
    back_up(installation, tmp_path / "backup")
    for how in ("truncated", "changed", "missing", "unlisted", "manifest", "unfinished"):
        copy = tmp_path / how
        shutil.copytree(tmp_path / "backup", copy)
        damaged(copy, how)
        with pytest.raises(StartupError, match="chưa khôi phục gì"):
            restore(empty, copy)
        assert rows_of(empty) == {}
        assert not empty.files.exists()


@pytest.mark.usefixtures("lived")
def test_an_interrupted_restore_leaves_the_database_as_it_was_and_can_be_done_again(
    installation: Settings, empty: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(installation, tmp_path / "backup")
    with psycopg.connect(text_of(postgres.owner_url(empty))) as owner:
        owner.execute("CREATE TABLE job (id int)")  # stands in the way of a table in the middle of the dump
    monkeypatch.setattr(restoring, "is_empty", lambda _settings: True)
    with pytest.raises(StartupError, match="pg_restore"):
        restore(empty, tmp_path / "backup")
    assert list(rows_of(empty)) == ["job"]
    with psycopg.connect(text_of(postgres.owner_url(empty))) as owner:
        owner.execute("DROP TABLE job")
    assert restore(empty, tmp_path / "backup").checked.intact


def test_an_interrupted_backup_leaves_none(installation: Settings, lived: str, tmp_path: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    assert lived
    with pytest.raises(KeyboardInterrupt):
        back_up(installation, tmp_path / "backup", progress=stop)
    assert not (tmp_path / "backup").exists()
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "other").touch()
    with pytest.raises(StartupError, match="không trống"):
        back_up(installation, tmp_path / "backup")


def test_a_lost_file_is_told_and_stops_no_backup(installation: Settings, lived: str, tmp_path: Path) -> None:
    assert lived
    lost = next(installation.files.glob("[0-9a-f][0-9a-f]/*"))
    lost.unlink()
    assert back_up(installation, tmp_path / "backup").missing == [lost.name]


def test_the_commands_back_up_and_replace_only_what_is_confirmed(
    installation: Settings, lived: str, tmp_path: Path, hoso: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lived
    monkeypatch.setenv("HOSO_DATA", str(installation.data))
    monkeypatch.setenv("HOSO_SECRETS", str(installation.shared_secrets))
    for name, url in ("DATABASE", installation.database_url), ("MIGRATE", installation.migrate_url):
        monkeypatch.setenv(f"HOSO_{name}_URL", str(url))
    said = hoso("backup", str(tmp_path / "backup"), "--json")
    assert (said.code, said.json["dossiers"]) == (0, 1)
    assert "--secrets" in said.err
    assert hoso("restore", str(tmp_path / "backup")).code == 2
    before = rows_of(installation)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: "có")
    assert hoso("restore", str(tmp_path / "backup"), "--replace").code == 2
    assert rows_of(installation) == before
    monkeypatch.setattr("typer.prompt", lambda *_, **__: CONFIRMED)
    said = hoso("restore", str(tmp_path / "backup"), "--replace", "--json")
    assert (said.code, said.json["broken"]) == (0, [])
    operations = [row for [row] in rows_of(installation)["audit_entry"] if "hoso" in row]
    assert len(operations) == 2
