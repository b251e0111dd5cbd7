"""Masking on paper: what a bundle and a bulk print say, made by the real LibreOffice and read as a person reads it."""

import io
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from docx import Document
from sqlalchemy import Engine, insert, text

from documents.pdf import LibreOffice
from flows.masking import MASK
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table
from tests.api.conftest import PASSWORD
from tests.api.road import Road
from tests.api.test_bulk_asking import worked_off
from tests.api.whole_way.doors import CHEAP
from tests.programs import needs_program

POLICE, HEALTH, SUPERVISOR = "ca.cau-giay", "ttyt.cau-giay", "giam-sat.ha-noi"
FATHER = "Nguyễn Văn Cha"
_DAY = re.compile(r"\d{4}-\d\d|\d\d/\d\d/\d{4}$")
"""A day alone tells nothing, and stands in what anybody may see."""


@pytest.fixture
def minors(road: Road, store: Engine) -> Road:
    """A dossier about a minor that a health facility has had, with a paper whose title names a relative."""
    road.advance("record_ground")
    road.add_paper("statement", title=f"Tường trình có {FATHER} chứng kiến")
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        born = '{"birth_date": "2009-02"}'
        connection.execute(text("UPDATE person SET data = data || :born"), {"born": born})
    return road


def answer_names(content: bytes) -> list[str]:
    """What lies in a ZIP."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


def words(shown: Any) -> Iterator[str]:
    """Every text in what an answer shows that is long enough to tell something."""
    if isinstance(shown, dict | list):
        for one in shown.values() if isinstance(shown, dict) else shown:
            yield from words(one)
    elif isinstance(shown, str) and len(shown) > 3 and not _DAY.match(shown):
        yield shown


def plain(text_of_pages: str) -> str:
    """Without what depends on where a line breaks."""
    return "".join(unicodedata.normalize("NFC", text_of_pages).split()).lower()


def read(pdf: bytes) -> str:
    """What a PDF says."""
    command = [needs_program("pdftotext"), "-", "-"]
    return plain(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode())  # noqa: S603 - ours


def hidden_from(road: Road, user: str) -> set[str]:
    """What the police are shown of dossier and person, and this user is not; names of agencies and places are no secret."""
    whole, shown = (road.as_user(one).get(road.path).json() for one in (POLICE, user))
    seen = {plain(one) for one in words(shown)}
    public = plain(road.as_user(POLICE).get("/v1/agencies?limit=200").text)
    found = {plain(one) for one in words([whole["facts"], whole["person"]])} - seen
    secret = {one for one in found if len(one) > len("không") and one not in public}
    return secret | {plain(FATHER), plain(whole["person"]["name"])}


def test_a_bundle_for_who_needs_nothing_says_nothing_of_a_minor(minors: Road) -> None:
    hidden = hidden_from(minors, SUPERVISOR)
    assert {plain("Nguyễn Văn A"), "001098000001", "methamphetamine"} <= hidden
    answer = minors.as_user(SUPERVISOR).get(f"{minors.path}/bundle.zip", headers={"X-Reason": "kiem%20tra"})
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        said = {name: read(bundle.read(name)) for name in bundle.namelist() if name.endswith(".pdf")}
        words_of = [name for name in bundle.namelist() if name.endswith(".docx")]
        for name in words_of:
            said[name] = plain(" ".join(Document(io.BytesIO(bundle.read(name))).element.itertext()))
    assert len(said) == len(answer_names(answer.content))
    leaks = {(name, one) for name, text_of in said.items() for one in hidden if one in text_of}
    assert leaks == set()
    assert plain("được che với người in") in said["but-luc.pdf"]
    cover = said["ban-goc/1_bia.pdf"]
    assert plain("Họ và tên: •••") in cover
    assert plain("không có (") not in cover, "nobody said that the person has no identity paper"
    assert plain("không dùng thay hồ sơ đầy đủ") in cover


def test_a_masked_paper_is_not_called_what_its_sender_called_it(minors: Road) -> None:
    for user in (HEALTH, SUPERVISOR):
        caller = minors.as_user(user)
        for path in ("papers", "sheets"):
            for kind in ("application/json", "text/csv"):
                shown = caller.get(f"{minors.path}/{path}", headers={"Accept": kind})
                assert (shown.status_code, FATHER in shown.text) == (200, False), (user, path, kind)
    assert FATHER in minors.as_user(POLICE).get(f"{minors.path}/papers").text
    unknown = minors.add_paper("don-cua-nguyen-van-cha", title=f"Đơn của {FATHER}").json()
    [listed] = [
        one
        for one in minors.as_user(HEALTH).get(f"{minors.path}/papers").json()
        if one["id"] == unknown["id"]
    ]
    assert (listed["kind"], listed["title"], listed["file_name"]) == ("other", MASK, MASK)


def test_a_bulk_print_leaves_out_what_its_agency_does_not_need(
    minors: Road, store: Engine, database: Settings, tmp_path: Path
) -> None:
    office = LibreOffice(tmp_path / "office", Path(needs_program("soffice")))
    hidden = hidden_from(minors, HEALTH) - {
        plain(one) for one in words(minors.steps["issue_result"].recorded)
    }
    own = {plain(one) for one in words(minors.as_user(POLICE).get(minors.path).json()["person"])}
    task = minors.as_user(HEALTH).post("/v1/bulk/print", json={"dossiers": [minors.id]}).json()["id"]
    assert worked_off(store, database, task, office) == [0, 1]
    said = read(minors.as_user(HEALTH).get(f"/v1/bulk/tasks/{task}/output").content)
    assert plain("Phiếu kết quả") in said
    assert {one for one in hidden - own if one in said} == set(), "its own finding names the person"


def test_an_agencys_administrator_and_supervisor_see_nothing_of_what_it_prints_or_records(
    road: Road, store: Engine
) -> None:
    road.open()
    step = road.steps["verify_residence"]
    asked = {"dossiers": [road.id], "occurred_at": step.at.isoformat(), "facts": step.recorded}
    answer = road.as_user(POLICE).post("/v1/bulk/verify_residence?background=true", json=asked)
    task = answer.json()
    assert task["parameters"]["facts"]
    for role in ("administrator", "supervisor"):
        with unit_of_work(store, Scope(SYSTEM)) as connection:
            connection.execute(insert(table("account")).values(
                id=uuid4(), username=role, password_hash=CHEAP.hash(PASSWORD), full_name="Nguyễn Văn N", position="Cán bộ",
                role=role, agency=POLICE, disabled=False,
            ))  # fmt: skip
        caller = road.as_user(role)
        assert caller.get(f"/v1/bulk/tasks/{task['id']}").json()["parameters"] == {}
        assert caller.get("/v1/bulk/tasks").json()["items"][0]["parameters"] == {}
        refused = caller.get(f"/v1/bulk/tasks/{task['id']}/output")
        assert (refused.status_code, refused.json()["code"]) == (403, "masked")
