"""One act on many dossiers, and their papers in one file: at once or bit by bit, each dossier by itself."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pypdf
import pytest
from sqlalchemy import Engine, text

from documents import storage
from documents.pdf import LibreOffice
from flows import batches, bulk_work
from flows.bulk import KINDS
from flows.bulk_work import ActOnMany
from flows.running import Workplace, workplace
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import Command
from tests.api.road import Caller, Road, unchanged
from tests.flows.rows import read
from tests.programs import needs_program

POLICE = "ca.cau-giay"
ACTION = "verify_residence"


@pytest.fixture
def dossiers(as_user: Callable[[str], Caller], store: Engine) -> list[str]:
    """Three dossiers; the last has been acted on already, and can not be acted on in the same way again."""
    roads = [Road(as_user, store) for _ in range(3)]
    for road in roads:
        road.open()
    roads[2].advance("admit")
    return [road.id for road in roads]


def asked(road: Road, dossiers: list[str]) -> dict[str, Any]:
    step = road.steps[ACTION]
    return {"dossiers": dossiers, "occurred_at": step.at.isoformat(), "facts": step.recorded}


def worked_off(store: Engine, settings: Settings, task: str, office: LibreOffice | None = None) -> list[int]:
    """What a worker does with the task."""
    files = settings.data / "files"
    token = workplace.set(Workplace(store, files, "test", office=office))
    try:
        claimed = batches.claim(store, "test", only=UUID(task))
        assert claimed is not None
        return list(batches.work_off(store, files, "test", claimed, KINDS[claimed.kind]))
    finally:
        workplace.reset(token)


def versions(store: Engine) -> list[int]:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        return list(connection.execute(text("SELECT version FROM dossier ORDER BY number")).scalars())


def test_each_dossier_is_acted_on_or_refused_by_itself(
    road: Road, dossiers: list[str], store: Engine
) -> None:
    before, stranger = versions(store), str(uuid4())
    answer = road.as_user(POLICE).post(f"/v1/bulk/{ACTION}", json=asked(road, [*dossiers, stranger]))
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [item["dossier"] for item in items] == [*dossiers, stranger]
    assert [item["done"] is not None for item in items] == [True, True, False, False]
    assert all(item["done"]["event"]["action"] == ACTION for item in items[:2])
    assert items[2]["errors"][0]["citation"]
    assert items[3]["errors"][0]["code"] == "not_found"
    assert versions(store) == [before[0] + 1, before[1] + 1, before[2]]


def test_trying_writes_nothing_and_says_the_same(road: Road, dossiers: list[str], store: Engine) -> None:
    with unchanged(store):
        answer = road.as_user(POLICE).post(
            f"/v1/bulk/{ACTION}", params={"dry_run": True}, json=asked(road, dossiers)
        )
    assert [item["done"] is not None for item in answer.json()["items"]] == [True, True, False]
    many = asked(road, [str(uuid4()) for _ in range(501)])
    refused = road.as_user(POLICE).post(f"/v1/bulk/{ACTION}", params={"dry_run": True}, json=many)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "too_many")


def test_in_the_background_it_becomes_a_task_with_a_result_for_every_dossier(
    road: Road, dossiers: list[str], store: Engine, database: Settings
) -> None:
    police, key = road.as_user(POLICE), {"Idempotency-Key": "once"}

    def ask() -> Any:
        return police.post(
            f"/v1/bulk/{ACTION}", params={"background": True}, headers=key, json=asked(road, dossiers)
        )

    answer = ask()
    assert answer.status_code == 202, answer.text
    task = answer.json()
    assert answer.headers["Location"] == f"/v1/bulk/tasks/{task['id']}"
    assert (task["kind"], task["state"], task["total"], task["position"]) == ("action", "waiting", 3, 0)
    assert ask().json()["id"] == task["id"]
    before = versions(store)
    assert worked_off(store, database, task["id"]) == [0, 3]
    assert versions(store) == [before[0] + 1, before[1] + 1, before[2]]
    done = police.get(f"/v1/bulk/tasks/{task['id']}").json()
    assert (done["state"], done["done"], done["failed"]) == ("done", 2, 1)
    report = police.get(f"/v1/bulk/tasks/{task['id']}/report", params={"format": "csv"}).text
    assert all(dossier in report for dossier in dossiers)
    assert road.as_user("ca.thuong-lac").get(f"/v1/bulk/tasks/{task['id']}").status_code == 404
    assert police.get(f"/v1/bulk/tasks/{task['id']}/output").json()["errors"][0]["code"] == "no_output"


def test_papers_of_many_dossiers_come_in_one_file_in_the_order_asked(
    road: Road, dossiers: list[str], store: Engine, database: Settings, tmp_path: Path
) -> None:
    office = LibreOffice(tmp_path / "office", Path(needs_program("soffice")))
    police = road.as_user(POLICE)
    stranger = str(uuid4())
    answer = police.post("/v1/bulk/print", json={"dossiers": [dossiers[2], stranger, dossiers[0]]})
    assert answer.status_code == 202, answer.text
    task = answer.json()["id"]
    assert worked_off(store, database, task, office) == [0, 3]
    done = police.get(f"/v1/bulk/tasks/{task}").json()
    assert (done["state"], done["done"], done["failed"]) == ("done", 2, 1)
    printed = police.get(f"/v1/bulk/tasks/{task}/output")
    [told] = read(store, "SELECT dossiers, objects FROM audit_entry WHERE operation = 'bulk print'")
    assert ({str(one) for one in told[0]}, told[1]) == ({dossiers[2], dossiers[0]}, [f"task:{task}"])
    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    (tmp_path / "all.pdf").write_bytes(printed.content)
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "all.pdf").pages]
    assert not any("BL 1" in page for page in pages)
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        copies = connection.execute(text("SELECT dossier, sha256 FROM document_copy")).all()
    counts = {
        dossier: sum(
            len(pypdf.PdfReader(storage.located(database.data / "files", sha256)).pages)
            for of, sha256 in copies
            if str(of) == dossier
        )
        for dossier in (dossiers[2], dossiers[0])
    }
    assert sum(counts.values()) == len(pages)
    assert counts[dossiers[2]] > 0


def test_print_needs_forms_that_exist_and_a_program_that_prints(
    road: Road, dossiers: list[str], store: Engine, database: Settings
) -> None:
    police = road.as_user(POLICE)
    unknown = police.post("/v1/bulk/print", json={"dossiers": dossiers, "forms": ["V-36", "X-1"]})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "forms")
    task = police.post("/v1/bulk/print", json={"dossiers": dossiers}).json()["id"]
    with pytest.raises(batches.Unworkable, match="LibreOffice"):
        worked_off(store, database, task, LibreOffice(Path("nowhere"), Path("/nonexistent/soffice")))


@pytest.fixture
def here(database: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The installation that the command line finds."""
    settings = replace(database, data=tmp_path)
    monkeypatch.setattr(Settings, "from_environment", lambda: settings)
    return settings


def numbers_in(path: Path, store: Engine) -> Path:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        path.write_text(
            "\n".join(connection.execute(text("SELECT number FROM dossier ORDER BY 1")).scalars())
        )
    return path


def test_command_acts_on_the_dossiers_of_a_file_and_says_which_were_refused(
    road: Road, dossiers: list[str], store: Engine, here: Settings, hoso: Command, tmp_path: Path
) -> None:
    step, facts = road.steps[ACTION], tmp_path / "facts.json"
    facts.write_bytes(orjson.dumps(step.recorded))
    before, numbers = versions(store), numbers_in(tmp_path / "numbers.txt", store)
    arguments = ("--user", POLICE, "--at", step.at.isoformat(), "--facts", str(facts))
    said = hoso("bulk", "act", ACTION, str(numbers), *arguments)
    assert (said.code, said.out.splitlines()[0][:23]) == (1, "xong · done: 2 hồ sơ · ")
    assert versions(store) == [before[0] + 1, before[1] + 1, before[2]]
    numbers.write_text("HS-1999-000001")
    said = hoso("bulk", "act", ACTION, str(numbers), *arguments)
    assert (said.code, "HS-1999-000001" in said.err) == (2, True)


def test_command_that_was_stopped_goes_on_with_the_same_task(
    road: Road, dossiers: list[str], store: Engine, here: Settings, hoso: Command, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    numbers = numbers_in(tmp_path / "numbers.txt", store)
    monkeypatch.setattr(bulk_work, "ACTS", 1)
    whole, done = ActOnMany.do, list[Any]()

    def interrupted(self: ActOnMany, *given: Any) -> Any:
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append(given)
        return whole(self, *given)

    monkeypatch.setattr(ActOnMany, "do", interrupted)
    facts = tmp_path / "facts.json"
    facts.write_bytes(orjson.dumps(road.steps[ACTION].recorded))
    asked = ("bulk", "act", ACTION, str(numbers), "--user", POLICE, "--at", road.steps[ACTION].at.isoformat())
    before = versions(store)
    assert "đã dừng" in hoso(*asked, "--facts", str(facts)).out
    assert versions(store) == [before[0] + 1, *before[1:]]
    monkeypatch.setattr(ActOnMany, "do", whole)
    assert hoso(*asked, "--facts", str(facts)).code == 1
    assert versions(store) == [before[0] + 1, before[1] + 1, before[2]]
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        assert connection.execute(text("SELECT state, done, failed FROM bulk_task")).all() == [("done", 2, 1)]


def test_command_prints_the_papers_of_a_file_of_dossiers(
    road: Road, dossiers: list[str], store: Engine, here: Settings, hoso: Command, tmp_path: Path
) -> None:
    needs_program("soffice")
    out = tmp_path / "all.pdf"
    numbers = numbers_in(tmp_path / "numbers.txt", store)
    said = hoso("bulk", "print", str(numbers), "--user", POLICE, "--out", str(out))
    assert (said.code, str(out) in said.out) == (0, True)
    assert len(pypdf.PdfReader(out).pages) > 0
