"""Bulk tasks: each batch and its results commit together, in the hands of one worker at a time, and go on where they stopped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from flows import batches
from flows.batches import LeaseLost, Result, Task, Unworkable, work_off
from flows.engine import Actor
from flows.refusals import Flaw
from models import clock
from models.store import Scope, unit_of_work
from tests.flows.rows import ACCOUNT, SYSTEM_SCOPE, read

OFFICER = Actor(ACCOUNT, "camd", "officer")
NOTHING = Path("/nonexistent")


@dataclass
class Numbers:
    """Work that counts in the store: item n adds a calendar change of its own; every seventh is refused."""

    store: Engine
    files: Path
    task: Task
    size: int = 10
    opened: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        return int(self.task.parameters["numbers"])

    def batches(self, start: int) -> Iterator[Sequence[int]]:
        self.opened.append(start)
        for first in range(start, self.total, self.size):
            yield range(first, min(first + self.size, self.total))

    def do(self, connection: Connection, actor: Actor, batch: Sequence[int]) -> list[Result]:
        assert actor == OFFICER
        good = [number for number in batch if number % 7]
        add = text("INSERT INTO register (agency, year, name, last) VALUES ('camd', :number, 'đếm', 1)")
        connection.execute(add, [{"number": number} for number in good])
        refused = [Flaw("seventh", "A1", "chia hết cho 7", "divisible by 7")]
        return [
            Result(str(number), "done") if number % 7 else Result(str(number), "failed", flaws=refused)
            for number in batch
        ]

    def finish(self) -> str | None:
        return "0" * 64


def ask(engine: Engine, numbers: int = 35) -> UUID:
    with unit_of_work(engine, OFFICER.scope) as connection:
        return batches.enqueue(connection, "action", OFFICER, {"numbers": numbers})


def row(engine: Engine, task: UUID) -> Any:
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        return connection.execute(text("SELECT * FROM bulk_task WHERE id = :id"), {"id": task}).one()


def counted(engine: Engine) -> list[int]:
    return [number for (number,) in read(engine, "SELECT year FROM register ORDER BY year")]


def claimed(engine: Engine, worker: str = "a") -> Task:
    task = batches.claim(engine, worker)
    assert task is not None
    return task


def good(until: int) -> list[int]:
    return [number for number in range(until) if number % 7]


def test_task_is_worked_off_in_batches_with_a_result_for_every_item(engine: Engine) -> None:
    asked = ask(engine)
    task = claimed(engine)
    assert list(work_off(engine, NOTHING, "a", task, Numbers)) == [0, 10, 20, 30, 35]
    done = row(engine, asked)
    assert (done.state, done.total, done.position, done.done, done.failed) == ("done", 35, 35, 30, 5)
    assert (done.worker, done.lease_until, done.output) == (None, None, "0" * 64)
    assert counted(engine) == good(35)
    kept = read(engine, "SELECT first, results FROM bulk_batch ORDER BY first")
    assert [first for first, _results in kept] == [0, 10, 20, 30]
    results = [result for _first, of_batch in kept for result in of_batch]
    assert [result["item"] for result in results] == [str(number) for number in range(35)]
    assert results[7]["flaws"] == [
        {"code": "seventh", "field": "A1", "message": "chia hết cho 7", "message_en": "divisible by 7"}
    ]
    assert batches.claim(engine, "a") is None


def test_dead_workers_task_goes_on_behind_its_last_batch(engine: Engine) -> None:
    asked = ask(engine)
    steps = work_off(engine, NOTHING, "a", claimed(engine, "a"), Numbers)
    assert [next(steps) for _ in range(3)] == [0, 10, 20]
    steps.close()  # the process is gone
    assert batches.claim(engine, "b") is None
    with clock.at(clock.now() + batches.LEASE + timedelta(seconds=1)):
        task = claimed(engine, "b")
        assert task.position == 20
        assert list(work_off(engine, NOTHING, "b", task, Numbers)) == [20, 30, 35]
    assert counted(engine) == good(35)
    assert row(engine, asked).state == "done"


def test_new_process_of_a_dead_workers_name_need_not_wait_for_the_lease(engine: Engine) -> None:
    ask(engine)
    next(work_off(engine, NOTHING, "a", claimed(engine, "a"), Numbers))
    assert claimed(engine, "a").position == 0


def test_worker_that_lost_its_task_writes_nothing_more(engine: Engine) -> None:
    ask(engine)
    slow = work_off(engine, NOTHING, "a", claimed(engine, "a"), Numbers)
    next(slow)
    with clock.at(clock.now() + batches.LEASE + timedelta(seconds=1)):
        other = work_off(engine, NOTHING, "b", claimed(engine, "b"), Numbers)
        next(other)
        with pytest.raises(LeaseLost):
            next(slow)
        assert counted(engine) == []
        assert list(other) == [10, 20, 30, 35]
    assert counted(engine) == good(35)


def test_cancelled_task_stops_behind_its_batch_and_can_be_resumed(engine: Engine) -> None:
    asked = ask(engine)
    steps = work_off(engine, NOTHING, "a", claimed(engine), Numbers)
    assert [next(steps), next(steps)] == [0, 10]
    with unit_of_work(engine, OFFICER.scope) as connection:
        assert batches.cancel(connection, asked)
    assert list(steps) == [20]
    assert (row(engine, asked).state, counted(engine)) == ("cancelled", good(20))
    assert batches.claim(engine, "a") is None
    with unit_of_work(engine, OFFICER.scope) as connection:
        assert not batches.cancel(connection, asked)
        assert batches.resume(connection, asked)
        assert not batches.resume(connection, asked)
    assert list(work_off(engine, NOTHING, "a", claimed(engine), Numbers)) == [20, 30, 35]
    assert counted(engine) == good(35)


def test_task_cancelled_while_its_worker_is_dead_ends_without_another_batch(engine: Engine) -> None:
    asked = ask(engine)
    next(work_off(engine, NOTHING, "a", claimed(engine), Numbers))
    with unit_of_work(engine, OFFICER.scope) as connection:
        batches.cancel(connection, asked)
    assert batches.claim(engine, "a") is None
    assert (row(engine, asked).state, counted(engine)) == ("cancelled", [])


def test_failing_task_waits_longer_each_time_and_is_given_up(engine: Engine) -> None:
    asked, moment = ask(engine), clock.now()
    for attempt in range(1, batches.ATTEMPTS + 1):
        with clock.at(moment):
            task = claimed(engine)
            batches.fail(engine, "a", task.id, "ValueError (x.py:1)")
            assert batches.claim(engine, "a") is None
        moment += timedelta(seconds=2**attempt)
    assert (row(engine, asked).state, row(engine, asked).error) == ("failed", "ValueError (x.py:1)")


def test_account_that_left_the_agency_does_nothing_more(engine: Engine) -> None:
    ask(engine)
    read(engine, "UPDATE account SET disabled = true RETURNING id")
    steps = work_off(engine, NOTHING, "a", claimed(engine), Numbers)
    next(steps)
    with pytest.raises(Unworkable, match="no longer active"):
        next(steps)
    assert counted(engine) == []


def test_agency_sees_its_own_tasks_only(engine: Engine) -> None:
    asked = ask(engine)
    list(work_off(engine, NOTHING, "a", claimed(engine), Numbers))
    with unit_of_work(engine, Scope("bvmd")) as connection:
        for of in ("bulk_task", "bulk_batch"):
            assert connection.execute(text(f"SELECT count(*) FROM {of}")).scalar_one() == 0  # noqa: S608 - our names
        assert not batches.resume(connection, asked)
        assert not batches.cancel(connection, asked)
