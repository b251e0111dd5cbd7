"""The worker as it really runs: a process of its own, a real Prefect server, killed and cut off at the worst moments."""

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from flows import outbox
from tests.flows.conftest import superuser_of, until
from tests.flows.forwarder import Forwarder
from tests.flows.place import Place, documents, is_done, notices
from tests.flows.rows import Done, act, acts, dossier, dossiers, job, limit, read, state_of

FORMS = ("III-01", "III-03")


def test_act_is_rendered_checked_told_and_shown_in_prefect(place: Place, engine: Engine) -> None:
    done = act(
        engine, dossier(engine, "HS-2026-000001", stage="health_determination", holder="bvmd"),
        "request_determination", stages=("police_collection", "health_determination"), forms=FORMS,
    )  # fmt: skip
    limit(engine, done, "health-24h-b", timedelta(hours=-20), timedelta(hours=4))
    limit(engine, done, "health-result", timedelta(hours=-30), timedelta(hours=-6))
    limit(engine, done, "detain-addiction", timedelta(hours=-1), timedelta(hours=60))
    worker = place.start()
    until(lambda: is_done(engine, done.job))
    until(lambda: place.runs("HS-2026-000001")[0]["state_type"] == "COMPLETED")
    place.stop(worker)

    assert len(place.files()) == 2
    assert all(sha256 for _id, sha256, _at in documents(engine))
    assert notices(engine) == [
        ("bvmd", "handed_over"), ("bvmd", "limit_due_soon:health-24h-b"), ("bvmd", "limit_due_soon:health-result"),
        ("bvmd", "limit_overdue:health-result"), ("bvmd", "limit_overdue:health-result"),
    ]  # fmt: skip
    [run] = place.runs("HS-2026-000001")
    assert run["name"] == "Công an thu thập, lập hồ sơ · HS-2026-000001 · request_determination"
    assert {"police_collection", "HS-2026-000001", "camd"} < set(run["tags"])
    assert run["parameters"] == {"jobs": [done.job]}
    tasks = place.prefect("task_runs/filter", flow_runs={"id": {"any_": [run["id"]]}})
    assert {task["name"].rpartition("-")[0] for task in tasks} == {
        "Lập văn bản",
        "Kiểm tra thời hạn",
        "Thông báo",
        "Cảnh báo người còn bị quản lý",
    }
    assert all(task["state_type"] == "COMPLETED" and task["tags"] == [] for task in tasks)
    [artifact] = place.prefect("artifacts/filter", flow_runs={"id": {"any_": [run["id"]]}})
    for words in ("HS-2026-000001", "III-01", "health-24h-b", "sắp hết", "health-result", "quá hạn", "bvmd"):
        assert words in artifact["data"]
    assert "Nguyễn" not in artifact["data"]
    assert read(engine, "SELECT flow_run FROM job") == [(run["id"],)]


@pytest.mark.long
def test_worker_killed_while_rendering_leaves_no_second_file_or_notice(place: Place, engine: Engine) -> None:
    acts = [_handed_over(engine, number) for number in range(6)]
    [held] = read(
        engine, "SELECT max(id::text)::uuid FROM document WHERE event = :event", event=acts[5].event
    )
    with superuser_of(place.settings) as lock:
        lock.execute("SELECT set_config('row_security', 'off', true)")
        lock.execute("SELECT 1 FROM document WHERE id = %s FOR UPDATE", held)
        worker = place.start()
        until(lambda: sum(sha256 is not None for _id, sha256, _at in documents(engine)) >= 4)
        place.kill(worker)
        before = [row for row in documents(engine) if row[1]]
    assert not is_done(engine, acts[0].job)
    assert 4 <= len(before) < 12
    worker = place.start()
    until(lambda: is_done(engine, *(one.job for one in acts)))
    place.stop(worker)
    after = documents(engine)
    assert set(before) <= set(after)
    assert all(sha256 for _id, sha256, _at in after)
    assert {path.name for path in place.files()} == {sha256 for _id, sha256, _at in after}
    assert notices(engine) == [("bvmd", "handed_over")] * 6


@pytest.mark.long
def test_worker_killed_before_its_result_was_saved_repeats_without_harm(place: Place, engine: Engine) -> None:
    done = _handed_over(engine, 1)
    with superuser_of(place.settings) as lock:
        worker = place.start()
        until(
            lambda: (
                state_of(engine, done.job)[0] == "leased"
                and read(engine, "SELECT 1 FROM job WHERE flow_run IS NOT NULL")
            )
        )
        lock.execute("SELECT 1 FROM job WHERE id = %s FOR UPDATE", [done.job])
        until(lambda: len(notices(engine)) == 1)
        place.kill(worker)
    assert not is_done(engine, done.job)
    before = documents(engine), notices(engine)
    [(number,)] = read(engine, "SELECT number FROM dossier")
    [killed] = place.runs(number)
    assert killed["state_type"] == "RUNNING"
    worker = place.start()
    until(lambda: is_done(engine, done.job))
    place.stop(worker)
    assert (documents(engine), notices(engine)) == before
    assert state_of(engine, done.job)[1] == 1
    assert {run["id"]: run["state_type"] for run in place.runs(number)}[killed["id"]] == "CRASHED"
    assert Counter(run["state_type"] for run in place.runs(number)) == {"CRASHED": 1, "COMPLETED": 1}


@pytest.mark.long
def test_jobs_wait_uncounted_while_prefect_is_away_and_results_outlast_its_loss(
    place: Place, engine: Engine, prefect_port: int
) -> None:
    first = _handed_over(engine, 1)
    [held] = read(engine, "SELECT id FROM document WHERE form = :form", form=FORMS[-1])
    with Forwarder(prefect_port) as door:
        worker = place.start(door.port)
        until(lambda: "away" in place.log.read_text())
        assert state_of(engine, first.job) == ("waiting", 0, None)
        with superuser_of(place.settings) as lock:
            lock.execute("SELECT 1 FROM document WHERE id = %s FOR UPDATE", held)
            door.open()
            until(lambda: len(place.files()) == 2)
            door.close()  # in the middle of the run
        until(lambda: is_done(engine, first.job))
        others = [_handed_over(engine, number) for number in (2, 3, 4)]
        until(lambda: place.log.read_text().count("away") == 2)
        door.open()
        until(lambda: is_done(engine, *(one.job for one in others)))
        door.close()
        place.stop(worker)
    assert {state_of(engine, one.job)[1] for one in (first, *others)} == {0}
    assert len(notices(engine)) == 4
    assert len(read(engine, "SELECT 1 FROM document WHERE sha256 IS NOT NULL")) == 8


def test_broken_document_parks_its_job_alone_and_the_dossier_stays_as_it_is(
    place: Place, engine: Engine
) -> None:
    broken = act(engine, dossier(engine, "HS-broken"), forms=FORMS[:1], broken=True)
    good = [_handed_over(engine, number) for number in range(5)]
    dossiers = read(engine, "SELECT * FROM dossier ORDER BY id")
    read(
        engine,
        "UPDATE job SET attempts = :most WHERE id = :id RETURNING id",
        most=outbox.ATTEMPTS - 1,
        id=broken.job,
    )
    worker = place.start()
    until(lambda: state_of(engine, broken.job)[0] == "parked" and is_done(engine, *(one.job for one in good)))
    until(lambda: place.runs("HS-broken")[0]["state_type"] == "FAILED")
    place.stop(worker)
    _state, attempts, error = state_of(engine, broken.job)
    assert attempts == outbox.ATTEMPTS
    assert error is not None
    assert "III-01" in error
    assert str(broken.documents[0]) in error
    assert "Nguyễn" not in error
    assert "Nguyễn" not in place.log.read_text()
    assert read(engine, "SELECT * FROM dossier ORDER BY id") == dossiers


def test_hundred_waiting_acts_are_one_run(place: Place, engine: Engine) -> None:
    numbers = [f"HS-many-{number}" for number in range(outbox.MOST_ACTS)]
    many = acts(engine, dossiers(engine, numbers, stage="police_collection"), "notify_result")
    worker = place.start()
    until(lambda: is_done(engine, *(one.job for one in many)))
    place.stop(worker)
    [(run,)] = read(engine, "SELECT DISTINCT flow_run FROM job")
    [shown] = place.prefect("flow_runs/filter", flow_runs={"id": {"any_": [run]}})
    assert shown["name"] == "Công an thu thập, lập hồ sơ · 100 thao tác"
    assert {tag for tag in shown["tags"] if not tag.startswith("worker:")} == {"police_collection", "camd"}


def test_worker_told_to_stop_finishes_its_batch_first(place: Place, engine: Engine) -> None:
    done = _handed_over(engine, 1)
    [held] = read(engine, "SELECT id FROM document WHERE form = :form", form=FORMS[-1])
    with superuser_of(place.settings) as lock:
        lock.execute("SELECT 1 FROM document WHERE id = %s FOR UPDATE", held)
        worker = place.start()
        until(lambda: len(place.files()) == 2)
        worker.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(1)
        late = _handed_over(engine, 2)
    assert worker.wait(20) == 0
    assert is_done(engine, done.job)
    assert state_of(engine, late.job) == ("waiting", 0, None)
    [(run,)] = read(engine, "SELECT flow_run FROM job WHERE id = :id", id=done.job)
    [shown] = place.prefect("flow_runs/filter", flow_runs={"id": {"any_": [run]}})
    assert shown["state_type"] == "COMPLETED"


def test_every_stage_has_its_flow(place: Place, engine: Engine) -> None:
    stages = (
        "police_collection",
        "health_determination",
        "justice_review",
        "court_decision",
        "execution",
        "after_care",
        "closed",
    )
    acts = [act(engine, dossier(engine, f"HS-{stage}", stage=stage), "note") for stage in stages]
    again = job(engine, "court_decision", [acts[3].event])
    worker = place.start()
    until(lambda: is_done(engine, again, *(one.job for one in acts)))
    place.stop(worker)
    flows = {flow["id"]: flow["name"] for flow in place.prefect("flows/filter")}
    assert {flows[run["flow_id"]] for stage in stages for run in place.runs(f"HS-{stage}")} == set(stages)


def test_worker_told_to_work_once_returns_when_nothing_is_ready(place: Place, engine: Engine) -> None:
    acts = [_handed_over(engine, number) for number in range(2)]
    program = "import asyncio; from flows.worker import Settings, run_worker; "
    program += "asyncio.run(run_worker(Settings.from_environment(), once=True))"
    subprocess.run([sys.executable, "-c", program], env=place.environment, check=True, timeout=60)  # noqa: S603 - ours
    assert is_done(engine, *(one.job for one in acts))


def test_worker_without_an_address_for_prefect_says_so_and_starts_no_server(place: Place) -> None:
    del place.environment["PREFECT_API_URL"]
    assert place.start().wait(60) == 1
    assert "PREFECT_API_URL is not set" in place.log.read_text()


def _handed_over(engine: Engine, number: int) -> Done:
    """An act that hands a dossier to the health facility and issues two documents."""
    return act(
        engine, dossier(engine, f"HS-{number:03}-{uuid4().hex[:8]}", stage="health_determination", holder="bvmd"),
        "request_determination", stages=("police_collection", "health_determination"), forms=FORMS,
    )  # fmt: skip
