"""The sweep: everything due is told in small transactions, whoever interrupts it or sweeps beside it."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from flows import sweep as sweeping
from flows.ladder import waiting
from flows.signals import LIMIT_MISSED
from flows.sweep import Swept, due, sweep
from models import clock
from models.settings import StartupError
from models.store import unit_of_work
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import rows
from tests.flows.rows import SYSTEM_SCOPE, act, add, dossier, job, limit, read
from tests.flows.test_ladder import HOUR, RULE, opened, supervised, told


@pytest.fixture
def batches_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)


def overdue(engine: Engine, count: int) -> None:
    for number in range(count):
        limit(engine, opened(engine, f"HS-{number:03}"), RULE, -80 * HOUR, -(number + 1) * HOUR)


def staff(engine: Engine, agency: str, role: str) -> None:
    add(engine, "account", {
        "id": uuid4(), "username": f"{role}-{agency}", "password_hash": "-", "full_name": "Nguyễn Văn A",
        "position": "Cán bộ", "role": role, "agency": agency, "disabled": False,
    })  # fmt: skip


def parked(engine: Engine, by: str = "camd") -> int:
    done = act(engine, dossier(engine, f"HS-{uuid4().hex[:6]}"), by=by)
    read(engine, "UPDATE job SET state = 'parked', attempts = 8 WHERE id = :id RETURNING id", id=done.job)
    return done.job


@pytest.mark.usefixtures("batches_of_three")
def test_everything_due_is_climbed_in_batches_and_then_nothing_is(engine: Engine) -> None:
    overdue(engine, 7)
    steps: list[int] = []
    done = sweep(engine, progress=steps.append)
    assert steps == [3, 6, 7]
    assert done == Swept(limits=7, rungs=Counter(due_soon=7, overdue=7), notices=21, whole=True)
    assert due(engine) == 0
    assert sweep(engine) == Swept(whole=True)


@pytest.mark.usefixtures("batches_of_three")
def test_sweep_told_to_stop_leaves_whole_batches_behind_and_the_next_goes_on(engine: Engine) -> None:
    overdue(engine, 7)
    answers = iter([False, True, True, True])
    first = sweep(engine, stop=lambda: next(answers))
    assert (first.limits, first.whole, due(engine)) == (3, False, 4)
    assert len(told(engine)) == 9
    assert sweep(engine).limits == 4
    assert len(told(engine)) == 21


@pytest.mark.usefixtures("batches_of_three")
def test_sweep_takes_no_more_than_it_is_told(engine: Engine) -> None:
    overdue(engine, 7)
    assert (sweep(engine, at_most=5).limits, due(engine)) == (5, 2)


@pytest.mark.usefixtures("batches_of_three")
def test_sweep_cut_off_in_a_batch_repeats_that_batch_alone(engine: Engine) -> None:
    overdue(engine, 7)

    def cut(limits: int) -> None:
        if limits == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(engine, progress=cut)
    assert sweep(engine).limits == 4
    assert len(told(engine)) == 21


@pytest.mark.usefixtures("batches_of_three")
def test_two_sweeps_at_once_share_the_limits(engine: Engine) -> None:
    overdue(engine, 20)
    with ThreadPoolExecutor(2) as pool:
        both = [one.result() for one in [pool.submit(sweep, engine) for _ in range(2)]]
    assert sum(one.limits for one in both) + sweep(engine).limits == 20
    assert sum(one.notices for one in both) <= len(told(engine)) == 60


def test_as_of_an_earlier_moment_later_rungs_wait(engine: Engine) -> None:
    limit(engine, opened(engine), RULE, -80 * HOUR, -2 * HOUR)
    assert sweep(engine, datetime.now(UTC) - 3 * HOUR).rungs == Counter(due_soon=1)
    assert sweep(engine).rungs == Counter(overdue=1)
    with pytest.raises(StartupError, match="future"):
        sweep(engine, datetime.now(UTC) + HOUR)


def test_limit_that_cannot_be_told_of_stops_no_other_and_waits_an_hour(engine: Engine) -> None:
    overdue(engine, 3)
    read(engine, "UPDATE dossier SET book = '1999' WHERE number = 'HS-002' RETURNING id")
    done = sweep(engine)
    [(broken,)] = read(
        engine, "SELECT l.id FROM time_limit l JOIN dossier d ON d.id = l.dossier WHERE d.book = '1999'"
    )
    assert (done.limits, done.broken) == (3, [(broken, "LoadError")])
    assert len(told(engine)) == 6
    assert sweep(engine).broken == []
    read(engine, "UPDATE dossier SET book = '2026' WHERE number = 'HS-002' RETURNING id")
    with clock.at(datetime.now(UTC) + 2 * HOUR):
        assert sweep(engine).limits == 1


def test_time_bar_that_passes_while_a_person_is_held_is_told_to_everyone_once(road: Road) -> None:
    road.to("deliver_pending")
    asked = "SELECT agency FROM notice WHERE dossier = :id AND kind = 'release_person' ORDER BY agency"
    end = road.limit("p4-thoihieu")["due"]
    for later, concerned in (
        (-HOUR, []),
        (0 * HOUR, ["ca", "cs", "yt"]),
        (HOUR, ["ca", "cs", "yt"]),
    ):
        with clock.at(end + later):
            sweep(road.store)
        assert [one["agency"] for one in rows(road.store, asked, id=road.id)] == concerned


def test_changed_law_is_told_to_holder_and_head_of_each_dossier_and_to_supervisors_once_a_holder(
    engine: Engine,
) -> None:
    supervised(engine, ("takv9", "vn"))
    for number, (book, stage) in enumerate([
        ("2025-07", "police_collection"), ("2025-07", "police_collection"), ("2026", "police_collection"),
        ("2025-07", "closed"),
    ]):  # fmt: skip
        dossier(engine, f"HS-{number}", stage=stage)
        read(
            engine,
            "UPDATE dossier SET book = :book WHERE number = :n RETURNING id",
            book=book,
            n=f"HS-{number}",
        )
    with clock.at(datetime(2026, 6, 30, 16, 59, tzinfo=UTC)):  # 23:59 in Hanoi
        assert sweep(engine).law_changed == 0
    with clock.at(datetime(2026, 6, 30, 17, 0, tzinfo=UTC)):
        assert sweep(engine).law_changed == 2
    assert sweep(engine).law_changed == 0
    kind = "law_changed:2025-07"
    assert Counter(told(engine)) == {
        ("camd", "agency", kind): 2, ("camd", "head", kind): 2, ("takv9", "supervisor", kind): 1,
    }  # fmt: skip
    facts = [row[0] for row in read(engine, "SELECT facts FROM notice WHERE audience = 'supervisor'")]
    assert facts == [{"holder": "camd", "book": "2025-07", "newer": "2026"}]


@pytest.mark.usefixtures("batches_of_three")
def test_parked_work_is_told_to_supervisors_and_administrators_once_each_time_it_is_parked(
    engine: Engine,
) -> None:
    supervised(engine, ("takv9", "vn"))
    staff(engine, "bvmd", "administrator")
    jobs = [parked(engine) for _ in range(4)]
    job(engine, "closed", [])
    assert sweep(engine).notices == 8
    assert sweep(engine).notices == 0
    assert Counter(told(engine)) == {
        ("takv9", "supervisor", "job_parked"): 4, ("bvmd", "administrator", "job_parked"): 4,
    }  # fmt: skip
    again = "UPDATE job SET run_after = run_after + interval '1 hour' WHERE id = :id RETURNING id"
    read(engine, again, id=jobs[0])
    assert sweep(engine).notices == 2


def test_duty_past_its_end_is_a_signal_once_and_what_merely_ends_is_none(engine: Engine) -> None:
    limit(engine, opened(engine), RULE, -80 * HOUR, -1 * HOUR)
    limit(engine, opened(engine, "HS-2"), RULE, -80 * HOUR, -1 * HOUR, "bar")
    sweep(engine)
    read(engine, "UPDATE time_limit SET next_rung_at = due, rung = 1 WHERE kind = 'duty' RETURNING id")
    sweep(engine)
    [(name, agencies, facts, emitted)] = read(engine, "SELECT name, agencies, facts, emitted_at FROM signal")
    assert (name, agencies, emitted) == (LIMIT_MISSED, ["camd"], None)
    assert set(facts) == {"dossier", "rule", "due", "stage"}


def test_what_is_counted_back_is_told_of_before_its_end_and_what_opens_when_it_opens(engine: Engine) -> None:
    moment = datetime.now(UTC)
    limit(
        engine, opened(engine, "HS-back"), RULE, 31 * 24 * HOUR, 24 * HOUR
    )  # 30 days before, 7.5 of them soon
    limit(engine, opened(engine, "HS-opens"), RULE, 24 * HOUR, 24 * HOUR)
    read(
        engine,
        "UPDATE time_limit SET opens = due - interval '24 hours 1 minute' WHERE starts_at = due RETURNING id",
    )
    assert sweep(engine).rungs == Counter(due_soon=2)
    with clock.at(moment + 25 * HOUR):
        assert sweep(engine).rungs == Counter(overdue=1, ended=1)
    assert [row[0] for row in read(engine, "SELECT facts ->> 'dossier' FROM signal")] == ["HS-back"]


def _plan(engine: Engine, statement: Any) -> Iterator[str]:
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        compiled = statement.compile(engine, compile_kwargs={"literal_binds": True})
        yield from connection.execute(text(f"EXPLAIN {compiled}".replace(":", "\\:"))).scalars()


def test_sweep_looks_through_the_index_of_next_rungs_alone(engine: Engine) -> None:
    overdue(engine, 3)
    plan = "\n".join(_plan(engine, waiting(datetime.now(UTC), 500)))
    assert "Index Scan on ix_time_limit_next_rung" in plan or "using ix_time_limit_next_rung" in plan
    assert "Index Cond: (next_rung_at <=" in plan
    assert "Index Scan using dossier_pkey" in plan
    assert "Seq Scan" not in plan
