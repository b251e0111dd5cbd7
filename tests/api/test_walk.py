"""The walk through a real server: two dossiers from the police to the centre, with every document saved."""

import os
import re
import socket
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest
from docx import Document
from rich.console import Console

from api.demo import demo_password, seed_demo
from api.demo.scans import pdf_page, picture
from api.demo.script import BOOKS, read_script
from api.walk import WalkFailed, walk
from models.postgres import app_url, owner_url
from models.program import Program, spawn
from models.settings import Settings
from tests.cluster import new_database
from tests.programs import needs_program


@pytest.fixture(scope="module")
def installation(
    cluster: Settings, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """A migrated database with the demonstration in it, and a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with new_database(cluster, template) as database:
        settings = replace(database, data=tmp_path_factory.mktemp("data"), port=port)
        seed_demo(settings)
        yield settings


@pytest.fixture(scope="module")
def api(installation: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the API, run as `hoso up` runs it."""
    environment = {
        **os.environ,
        "HOSO_DATA": str(installation.data),
        "HOSO_DATABASE_URL": app_url(installation).render_as_string(hide_password=False),
        "HOSO_MIGRATE_URL": owner_url(installation).render_as_string(hide_password=False),
    }
    argv = (
        sys.executable,
        "-m",
        "uvicorn",
        "api.app:app_from_environment",
        "--factory",
        "--port",
        str(installation.port),
    )
    address = f"http://127.0.0.1:{installation.port}"
    log = tmp_path_factory.mktemp("log") / "api.log"
    with log.open("wb") as output:
        process = spawn(Program(argv, environment, Path.cwd()), output)
        try:
            end = time.monotonic() + 60
            while not _answers(address):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            process.wait(20)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/live").is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def walked(
    api: str, installation: Settings, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Path], str]:
    """The folder of the documents, the files in order, and what was told."""
    out, told = tmp_path_factory.mktemp("out"), StringIO()
    files = walk(api, demo_password(installation), out, Console(file=told, width=200))
    return out, files, told.getvalue()


def test_both_dossiers_reach_the_centre(
    api: str, installation: Settings, walked: tuple[Path, list[Path], str]
) -> None:
    assert {book: _number(walked[0], book)[:4] for book in BOOKS} == {book: book for book in BOOKS}
    for book, user in (("2026", "cscn.so2-ha-noi"), ("2014", "csdtn.dong-thap")):
        [dossier] = _get(api, installation, user, "/v1/dossiers")["items"]
        assert (dossier["number"], dossier["stage"], dossier["holder"]) == (
            _number(walked[0], book),
            "execution",
            user,
        )


def test_the_documents_are_word_files_named_by_act_form_and_number(
    walked: tuple[Path, list[Path], str],
) -> None:
    out, files, _told = walked
    assert [path.relative_to(out / _number(out, "2026")).name for path in files[:3]] == [
        "01_III-01.docx", "02_III-03.docx", "03_109-02_01-GĐN-CACG.docx",
    ]  # fmt: skip
    assert len(files) == len(set(files)) == sum(1 for _ in out.rglob("*.docx")) == 31
    for path in files:
        assert any(paragraph.text for paragraph in Document(str(path)).paragraphs)


def test_the_first_dossiers_file_is_there_in_two_sets(walked: tuple[Path, list[Path], str]) -> None:
    needs_program("soffice")
    out = walked[0]
    with zipfile.ZipFile(out / _number(out, "2026") / "ho-so.zip") as bundle:
        folders = {name.partition("/")[0] for name in bundle.namelist()}
    assert {"ban-goc", "ban-sao", "van-ban"} <= folders


def test_what_is_told_names_who_acted_which_limits_ran_and_what_is_unconfirmed(
    walked: tuple[Path, list[Path], str],
) -> None:
    told = walked[2]
    assert re.search(
        r"13/28 07/09/2026 09:00  Chuyển hồ sơ đến Tòa án +Thượng tá Trần Văn B, Công an phường Cầu Giấy",
        told,
    )
    assert "▶ Đọc hồ sơ: hết ngày 04/09/2026 · " in told
    assert "▶ Đăng ký cai nghiện tự nguyện hoặc điều trị thay thế: 09:00 ngày 23/08/2026 · " in told
    assert "⇒ Giai đoạn: Tòa án xem xét; hồ sơ do Tòa án nhân dân khu vực 4 - Hà Nội giữ" in told
    assert "■ Đọc hồ sơ: đã hết" in told
    assert "→ V-36 số 01/ĐN-CACG: " in told
    [term] = [line for line in told.splitlines() if "hết ngày 23/09/2026" in line]
    assert term.endswith("CHƯA XÁC NHẬN")  # c3-term rests on an ordinance of the repealed law


def test_the_labour_office_got_the_file_back_with_the_missing_paper(
    api: str, installation: Settings, walked: tuple[Path, list[Path], str]
) -> None:
    user = "ldtbxh.huyen-hong-ngu"
    [dossier] = _get(api, installation, user, "/v1/dossiers")["items"]
    papers = _get(api, installation, user, f"/v1/dossiers/{dossier['id']}/papers")
    assert [(paper["first_sheet"], paper["sheets"], paper["content_type"]) for paper in papers] == [
        (1, 2, "application/pdf"), (3, 1, "application/pdf"), (4, 2, "application/pdf"), (6, 2, "application/pdf"),
        (8, 1, "image/png"),
    ]  # fmt: skip
    assert walked


@pytest.mark.long
def test_a_second_walk_makes_two_more_dossiers(api: str, installation: Settings, tmp_path: Path) -> None:
    walk(api, demo_password(installation), tmp_path, Console(file=StringIO()))
    assert len(list(tmp_path.iterdir())) == 2


def test_a_refusal_ends_the_walk_with_the_reasons_of_the_api(api: str, tmp_path: Path) -> None:
    with pytest.raises(WalkFailed, match=r"ca\.cau-giay · POST /v1/auth/token: 401 .*\n.*mật khẩu"):
        walk(api, "sai mật khẩu", tmp_path, Console(file=StringIO()))


def test_an_api_that_is_not_there_ends_the_walk(tmp_path: Path) -> None:
    with pytest.raises(WalkFailed, match="không trả lời"):
        walk("http://127.0.0.1:9", "x", tmp_path, Console(file=StringIO()))


def test_every_act_of_the_scripts_lies_in_office_hours() -> None:
    for book in BOOKS:
        moments = [step.at for step in read_script(book).steps]
        assert moments == sorted(moments)
        assert {8, 9, 10, 11, 14, 15, 16} >= {moment.hour for moment in moments}


def test_the_invented_files_are_what_they_say() -> None:
    pages = pypdf.PdfReader(BytesIO(pdf_page("Bản tường trình", 2)), strict=True).pages
    assert [page.extract_text().splitlines()[-1] for page in pages] == ["Ban tuong trinh"] * 2
    assert picture().startswith(b"\x89PNG\r\n\x1a\n")


def _number(out: Path, book: str) -> str:
    return min(folder.name for folder in out.iterdir() if folder.name.startswith(book))


def _get(api: str, installation: Settings, user: str, path: str) -> Any:
    form = {"grant_type": "password", "username": user, "password": demo_password(installation)}
    token = httpx.post(f"{api}/v1/auth/token", data=form).json()["access_token"]
    return httpx.get(f"{api}{path}", headers={"Authorization": f"Bearer {token}"}).raise_for_status().json()
