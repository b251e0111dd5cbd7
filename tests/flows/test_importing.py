"""The import: every good row becomes a dossier once, whoever sends it how often, and goes on where it stopped."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from documents import storage
from flows import batches, importing
from flows.batches import Unworkable, work_off
from flows.bulk_report import as_csv, lines, to_xlsx
from flows.engine import Actor
from flows.importing import ImportOfRows
from models import clock
from models.law.calendar import baseline
from models.store import unit_of_work
from tests.flows.rows import ACCOUNT, add, read
from tests.flows.sheets import TESTED, cell, good, of, workbook

OFFICER = Actor(ACCOUNT, "camd", "officer")
NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(importing, "ROWS", 20)
    with clock.at(NOW):
        yield


def ask(
    engine: Engine, folder: Path, rows: list[dict[str, Any]], actor: Actor = OFFICER, **more: Any
) -> UUID:
    """A task for a file of these rows."""
    sha256 = storage.store(folder, workbook(folder / f"{uuid4()}.xlsx", rows).read_bytes())
    with unit_of_work(engine, actor.scope) as connection:
        return batches.enqueue(connection, "import", actor, more, sha256=sha256)


def work(engine: Engine, folder: Path, task: UUID, worker: str = "a") -> Counter[str]:
    """Works the task off; how many rows ended how."""
    claimed = batches.claim(engine, worker, only=task)
    assert claimed is not None
    list(work_off(engine, folder, worker, claimed, ImportOfRows))
    return counts(engine, task)


def counts(engine: Engine, task: UUID) -> Counter[str]:
    [(state, done, known, failed)] = read(
        engine, "SELECT state, done, known, failed FROM bulk_task WHERE id = :id", id=task
    )
    assert state == "done"
    return +Counter(done=done, known=known, failed=failed)


def dossiers(engine: Engine) -> list[str]:
    """The identity numbers of the persons that dossiers are about."""
    asked = "SELECT p.data->'identity'->>'number' FROM dossier d JOIN person p ON p.id = d.person ORDER BY 1"
    return [number for (number,) in read(engine, asked)]


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(str(row["person.identity.number"]) for row in rows)


def test_good_rows_are_opened_by_the_engine_and_bad_ones_named(engine: Engine, tmp_path: Path) -> None:
    rows = [*(of(TESTED, number) for number in range(1, 46)), of(TESTED, 46, birth_date="?"), of(TESTED, 47)]
    task = ask(engine, tmp_path, rows)
    assert work(engine, tmp_path, task) == Counter(done=46, failed=1)
    assert len(dossiers(engine)) == 46
    one = read(engine, "SELECT count(*) FROM event WHERE action = 'open' AND seq = 1 AND previous = ''")
    assert one == [(46,)]
    assert read(engine, "SELECT count(*), count(DISTINCT dossier) FROM time_limit") == [(46, 46)]
    assert read(engine, "SELECT form, count(*) FROM document GROUP BY form ORDER BY form") == [
        ("III-01", 46), ("III-03", 46),
    ]  # fmt: skip
    jobs = read(engine, "SELECT jsonb_array_length(events), run_after > created_at FROM job ORDER BY id")
    assert jobs == [(20, True), (20, True), (6, True)]
    [failed] = lines(engine, OFFICER.scope, task, only_failed=True)
    assert (failed.item, failed.field, failed.code) == ("47", "C47", "unreadable")


def test_row_that_the_law_refuses_is_named_with_its_cell_and_article(engine: Engine, tmp_path: Path) -> None:
    rows = [
        *good(1), *good(1, 2, birth_date="2020"), *good(1, 3, found_at="08/01/2027 07:30"),
        *good(1, 4, found_where=None), *good(1, 5, occurred_at="07/09/2013 08:30"), *good(1, 6, occurred_at="07/09/2030 08:30"),
    ]  # fmt: skip
    task = ask(engine, tmp_path, rows)
    assert work(engine, tmp_path, task) == Counter(done=1, failed=5)
    found = {line.item: line for line in lines(engine, OFFICER.scope, task, only_failed=True)}
    assert [(found[str(line)].field, found[str(line)].code) for line in range(3, 8)] == [
        (cell("person.birth_date", 3), "too_young"), (cell("facts.found_at", 4), "in_the_future"),
        (cell("facts.found_where", 5), "missing"), (cell("occurred_at", 6), "no_rulebook"),
        (cell("occurred_at", 7), "in_the_future"),
    ]  # fmt: skip
    assert "Luật" in found["3"].citation
    assert all(line.message and line.message_en for line in found.values())


def test_file_sent_again_by_anyone_of_the_agency_opens_nothing_twice(engine: Engine, tmp_path: Path) -> None:
    other = uuid4()
    add(engine, "account", {
        "id": other, "username": "khac", "password_hash": "-", "full_name": "Nguyễn Văn C", "position": "Cán bộ",
        "role": "officer", "agency": "camd", "disabled": False,
    })  # fmt: skip
    rows = good(25)
    work(engine, tmp_path, ask(engine, tmp_path, rows))
    again = ask(engine, tmp_path, [*good(5, 100), *rows], Actor(other, "camd", "officer"))
    assert work(engine, tmp_path, again) == Counter(done=5, known=25)
    assert dossiers(engine) == numbers([*rows, *good(5, 100)])
    known = [line for line in lines(engine, OFFICER.scope, again) if line.state.startswith("Đã có")]
    assert {line.number for line in known} == {number for (number,) in read(
        engine, "SELECT number FROM dossier ORDER BY recorded_at, number LIMIT 25")}  # fmt: skip


def test_row_that_was_refused_can_be_mended_and_sent_again(engine: Engine, tmp_path: Path) -> None:
    work(engine, tmp_path, ask(engine, tmp_path, good(3, remote="?")))
    assert work(engine, tmp_path, ask(engine, tmp_path, good(3))) == Counter(done=3)


def test_two_imports_of_the_same_rows_at_the_same_time_open_each_once(engine: Engine, tmp_path: Path) -> None:
    rows = good(120)
    tasks = [ask(engine, tmp_path, rows), ask(engine, tmp_path, rows[::-1])]
    contexts = [copy_context() for _ in tasks]
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(
            lambda context, task, worker: context.run(work, engine, tmp_path, task, worker), contexts, tasks, "ab"
        ))  # fmt: skip
    assert sum(ended, Counter()) == Counter(done=120, known=120)
    assert dossiers(engine) == numbers(rows)


def test_same_person_at_another_moment_is_another_row(engine: Engine, tmp_path: Path) -> None:
    work(engine, tmp_path, ask(engine, tmp_path, good(1)))
    later = good(1, occurred_at="07/10/2026 08:30")
    assert work(engine, tmp_path, ask(engine, tmp_path, later)) == Counter(done=1)


def test_trial_says_what_would_become_of_each_row_and_writes_nothing(engine: Engine, tmp_path: Path) -> None:
    work(engine, tmp_path, ask(engine, tmp_path, good(2)))
    rows = [*good(30), *good(1, 50, birth_date="2020")]
    trial = ask(engine, tmp_path, rows, dry_run=True)
    assert work(engine, tmp_path, trial) == Counter(done=28, known=2, failed=1)
    assert len(dossiers(engine)) == 2
    assert read(engine, "SELECT count(*) FROM imported_row") == [(2,)]
    assert {
        line.number for line in lines(engine, OFFICER.scope, trial) if line.state.startswith("Đã thực")
    } == {""}


def test_import_goes_on_behind_its_last_batch_with_the_same_result(engine: Engine, tmp_path: Path) -> None:
    rows = [*good(30), *good(1), *good(20, 100)]  # the 31st is about the person of the first
    task = ask(engine, tmp_path, rows)
    claimed = batches.claim(engine, "a", only=task)
    assert claimed is not None
    steps = work_off(engine, tmp_path, "a", claimed, ImportOfRows)
    assert [next(steps) for _ in range(2)] == [0, 20]
    del steps  # the process is gone
    assert work(engine, tmp_path, task) == Counter(done=50, failed=1)
    assert dossiers(engine) == numbers([*good(30), *good(20, 100)])
    [failed] = lines(engine, OFFICER.scope, task, only_failed=True)
    assert (failed.item, failed.code) == ("32", "doubled")


def test_report_has_a_line_for_every_row_and_nothing_personal(engine: Engine, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    rows = [*good(30), *good(1, 90, name="Nguyễn Văn Bí Mật", birth_date="?", remote="?")]
    task = ask(engine, tmp_path, rows)
    work(engine, tmp_path, task)
    text = "".join(as_csv(lines(engine, OFFICER.scope, task)))
    assert text.startswith("\ufeff")
    assert len(text.splitlines()) == 1 + 30 + 2
    assert "Bí Mật" not in text
    assert "001098" not in text
    to_xlsx(lines(engine, OFFICER.scope, task), tmp_path / "report.xlsx")
    sheet = load_workbook(tmp_path / "report.xlsx").worksheets[0]
    assert [len(list(sheet.iter_rows())), len(text.splitlines())] == [33, 33]
    assert "Nguyễn" not in str(read(engine, "SELECT parameters, error FROM bulk_task"))


def test_file_that_has_vanished_fails_the_task_for_good(engine: Engine, tmp_path: Path) -> None:
    task = ask(engine, tmp_path, good(1))
    claimed = batches.claim(engine, "a", only=task)
    assert claimed is not None
    with pytest.raises(Unworkable):
        list(work_off(engine, tmp_path / "elsewhere", "a", claimed, ImportOfRows))


def test_officer_of_an_agency_that_opens_no_dossiers_is_refused_row_by_row(
    engine: Engine, tmp_path: Path
) -> None:
    account = uuid4()
    add(engine, "account", {
        "id": account, "username": "bac-si", "password_hash": "-", "full_name": "Nguyễn Văn D", "position": "Bác sĩ",
        "role": "officer", "agency": "bvmd", "disabled": False,
    })  # fmt: skip
    actor = Actor(account, "bvmd", "officer")
    task = ask(engine, tmp_path, good(2), actor)
    assert work(engine, tmp_path, task) == Counter(failed=2)
    assert {line.code for line in lines(engine, actor.scope, task)} == {"wrong_agency"}
    assert list(lines(engine, OFFICER.scope, task)) == []


def test_many_are_opened_with_one_job(engine: Engine) -> None:
    from flows.opening import Opening, open_many
    from flows.refusals import Invalid
    from flows.writing import Done
    from tests.documents.cases import PERSON

    facts = {
        "entry": "quit",
        "found_at": "2026-09-07T07:30:00+07:00",
        "found_where": "a",
        "incident": "b",
        "remote": False,
    }
    openings = [
        Opening(PERSON, facts | more, datetime(2026, 9, 7, 2, tzinfo=UTC))
        for more in ({}, {"entry": "x"}, {})
    ]
    answers = open_many(engine, OFFICER, openings, baseline())
    assert [type(answer) for answer in answers] == [Done, Invalid, Done]
    assert read(engine, "SELECT jsonb_array_length(events) FROM job") == [(2,)]
    assert (
        read(engine, "SELECT version, stage, head <> '' FROM dossier") == [(1, "police_collection", True)] * 2
    )
