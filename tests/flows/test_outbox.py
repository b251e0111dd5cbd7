"""The outbox: who gets which jobs, for how long, and what failures lead to."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Engine

from flows import outbox
from models import clock
from models.law.schema import Stage
from tests.flows.rows import job, read, state_of


def jobs_of(claim: outbox.Claim | None) -> tuple[int, ...]:
    assert claim is not None
    return claim.jobs


def waiting(engine: Engine, count: int, stage: str = "police_collection", acts: int = 1) -> list[int]:
    """Jobs of one stage; their events are only counted here."""
    return [job(engine, stage, [uuid4() for _ in range(acts)]) for _ in range(count)]


def later(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_empty_outbox_gives_nothing(engine: Engine) -> None:
    assert outbox.claim(engine, "a") is None


def test_few_jobs_are_taken_one_by_one_oldest_first(engine: Engine) -> None:
    jobs = waiting(engine, outbox.SHORT_QUEUE)
    assert [jobs_of(outbox.claim(engine, "a")) for _ in jobs] == [(number,) for number in jobs]
    assert outbox.claim(engine, "a") is None


def test_many_jobs_are_taken_up_to_a_hundred_of_one_stage(engine: Engine) -> None:
    first = waiting(engine, 60)
    other = waiting(engine, 5, "execution")
    first += waiting(engine, 60)
    claims = [outbox.claim(engine, "a") for _ in range(3)]
    assert jobs_of(claims[0]) == tuple(first[:100])
    assert claims[1] == outbox.Claim(Stage.execution, tuple(other))
    assert jobs_of(claims[2]) == tuple(first[100:])


def test_hundred_counts_acts_not_jobs_and_a_job_is_never_split(engine: Engine) -> None:
    jobs = waiting(engine, 8, acts=30)
    assert jobs_of(outbox.claim(engine, "a")) == tuple(jobs[:3])
    large = waiting(engine, 1, "execution", acts=300) + waiting(engine, 9, "execution")
    taken = [jobs_of(outbox.claim(engine, "a")) for _ in range(3)]
    assert taken == [tuple(jobs[3:6]), (jobs[6],), (jobs[7],)]
    assert jobs_of(outbox.claim(engine, "a")) == (large[0],)


def test_two_workers_never_hold_the_same_job(engine: Engine) -> None:
    jobs = waiting(engine, 150)
    one, two = jobs_of(outbox.claim(engine, "a")), jobs_of(outbox.claim(engine, "b"))
    assert sorted(one + two) == jobs
    assert not set(one) & set(two)


def test_job_another_transaction_holds_is_passed_over(engine: Engine) -> None:
    jobs = waiting(engine, 2)
    with engine.connect() as other:
        other.exec_driver_sql("SELECT 1 FROM job WHERE id = %s FOR UPDATE", (jobs[0],))
        assert jobs_of(outbox.claim(engine, "a")) == (jobs[1],)


def test_finished_job_is_never_given_out_again(engine: Engine) -> None:
    [number] = waiting(engine, 1)
    outbox.settle(engine, "a", jobs_of(outbox.claim(engine, "a")), {})
    assert state_of(engine, number) == ("done", 0, None)
    with clock.at(clock.now() + later(3600)):
        assert outbox.claim(engine, "b") is None


def test_settling_twice_or_after_losing_the_lease_changes_nothing(engine: Engine) -> None:
    [number] = waiting(engine, 1)
    jobs = jobs_of(outbox.claim(engine, "a"))
    outbox.settle(engine, "b", jobs, {})
    assert state_of(engine, number)[0] == "leased"
    outbox.settle(engine, "a", jobs, {})
    outbox.settle(engine, "a", jobs, {number: "hỏng"})
    assert state_of(engine, number) == ("done", 0, None)


def test_failed_job_waits_twice_as_long_each_time_and_is_parked_at_last(engine: Engine) -> None:
    [number] = waiting(engine, 1)
    moment = clock.now()
    for attempt in range(1, outbox.ATTEMPTS):
        with clock.at(moment):
            outbox.settle(engine, "a", jobs_of(outbox.claim(engine, "a")), {number: "mẫu hỏng"})
        assert state_of(engine, number) == ("waiting", attempt, "mẫu hỏng")
        with clock.at(moment + later(2**attempt - 0.1)):
            assert outbox.claim(engine, "a") is None
        moment += later(2**attempt)
    with clock.at(moment):
        outbox.settle(engine, "a", jobs_of(outbox.claim(engine, "a")), {number: "mẫu hỏng"})
    assert state_of(engine, number) == ("parked", outbox.ATTEMPTS, "mẫu hỏng")
    with clock.at(moment + later(86_400)):
        assert outbox.claim(engine, "a") is None


def test_only_the_failed_jobs_of_a_batch_fail(engine: Engine) -> None:
    jobs = waiting(engine, 20)
    outbox.settle(engine, "a", jobs_of(outbox.claim(engine, "a")), {jobs[7]: "mẫu hỏng"})
    states = {number: state_of(engine, number)[0] for number in jobs}
    assert [number for number, state in states.items() if state != "done"] == [jobs[7]]


def test_job_that_failed_before_is_taken_alone(engine: Engine) -> None:
    [bad] = waiting(engine, 1)
    outbox.settle(engine, "a", jobs_of(outbox.claim(engine, "a")), {bad: "mẫu hỏng"})
    others = waiting(engine, 10)
    with clock.at(clock.now() + later(10)):
        assert {jobs_of(outbox.claim(engine, "a")) for _ in range(2)} == {(bad,), tuple(others)}


def test_lease_holds_while_it_is_renewed_and_no_longer(engine: Engine) -> None:
    [number] = waiting(engine, 1)
    moment = clock.now()
    with clock.at(moment):
        jobs = jobs_of(outbox.claim(engine, "a"))
        outbox.assign(engine, "a", jobs, "run of a")
    with clock.at(moment + later(50)):
        outbox.renew(engine, "a", jobs)
    with clock.at(moment + later(100)):
        assert outbox.claim(engine, "b") is None
        assert state_of(engine, number) == ("leased", 0, None)
    with clock.at(moment + later(109)):
        assert outbox.expired(engine) == {}
        outbox.count_stopped(engine, jobs)
        assert state_of(engine, number)[:2] == ("leased", 0)
    with clock.at(moment + later(111)):
        assert outbox.expired(engine) == {number: "run of a"}
        outbox.count_stopped(engine, [number])
        assert state_of(engine, number)[:2] == ("waiting", 1)
        assert outbox.expired(engine) == {}
    with clock.at(moment + later(114)):
        assert jobs_of(outbox.claim(engine, "b")) == (number,)
        outbox.settle(engine, "a", jobs, {})
        assert state_of(engine, number)[0] == "leased"


def test_job_that_kills_its_worker_each_time_is_parked(engine: Engine) -> None:
    [number] = waiting(engine, 1)
    moment = clock.now()
    for nth in range(outbox.ATTEMPTS):
        moment += later(3600)
        with clock.at(moment):
            assert jobs_of(outbox.claim(engine, "a")) == (number,)
        if nth % 2:  # a new process of its name comes, or another one takes over
            outbox.take_back(engine, "a")
        else:
            with clock.at(moment + later(61)):
                outbox.count_stopped(engine, list(outbox.expired(engine)))
    assert state_of(engine, number)[:2] == ("parked", outbox.ATTEMPTS)


def test_released_job_waits_again_with_no_attempt_counted(engine: Engine) -> None:
    [number] = waiting(engine, 1)
    outbox.release(engine, "a", jobs_of(outbox.claim(engine, "a")))
    assert state_of(engine, number) == ("waiting", 0, None)
    assert jobs_of(outbox.claim(engine, "b")) == (number,)


def test_new_process_takes_back_what_the_dead_one_of_its_name_held_and_nothing_else(engine: Engine) -> None:
    mine, theirs = waiting(engine, 2)
    outbox.claim(engine, "a")
    outbox.claim(engine, "b")
    outbox.take_back(engine, "a")
    assert state_of(engine, mine)[:2] == ("waiting", 1)
    assert read(engine, "SELECT state, worker FROM job WHERE id = :id", id=theirs) == [("leased", "b")]
