"""Workers beside each other: they share the work and double nothing, and one takes over what another died of."""

import os
from collections import Counter

import pytest
from sqlalchemy import Engine

from tests.flows.conftest import superuser_of, until
from tests.flows.place import Place, documents, is_done, notices
from tests.flows.rows import Done, acts, dossiers, read, state_of

JOBS = int(os.environ.get("HOSO_JOBS", "80"))
FORMS = ("III-02",)


@pytest.mark.timeout(300 + JOBS)
def test_two_workers_share_the_work_and_double_nothing(place: Place, engine: Engine) -> None:
    stages = ("police_collection", "health_determination", "justice_review", "court_decision")
    first = _handed_over(engine, JOBS // 2, stages[:2])
    second = _handed_over(engine, JOBS - JOBS // 2, stages[2:])
    jobs = [one.job for one in (*first, *second)]
    with superuser_of(place.settings) as lock:
        lock.execute("SELECT 1 FROM document WHERE id = %s FOR UPDATE", first[0].documents)
        workers = [place.start(), place.start()]
        until(lambda: is_done(engine, *(one.job for one in second)), 60 + JOBS)
        assert state_of(engine, first[0].job)[0] == "leased"  # one waits for us: the other one did all that
    until(lambda: is_done(engine, *jobs), 60 + JOBS)
    for worker in workers:
        place.stop(worker)
    assert read(engine, "SELECT DISTINCT state, attempts, error FROM job") == [("done", 0, None)]
    assert notices(engine) == [("bvmd", "handed_over")] * JOBS
    hashes = [sha256 for _id, sha256, _at in documents(engine)]
    assert len(set(hashes)) == JOBS
    assert sorted(path.name for path in place.files()) == sorted(hashes)
    runs = place.runs_of_workers()
    assert {run["state_type"] for run in runs} == {"COMPLETED"}
    assert Counter(job for run in runs for job in run["parameters"]["jobs"]) == Counter(jobs)
    assert len({tag for run in runs for tag in run["tags"] if tag.startswith("worker:")}) == 2


@pytest.mark.long
def test_worker_takes_over_what_one_died_of_that_never_comes_back(place: Place, engine: Engine) -> None:
    [done] = _handed_over(engine, 1, ("police_collection", "health_determination"))
    with superuser_of(place.settings) as lock:
        lock.execute("SELECT 1 FROM document WHERE id = %s FOR UPDATE", done.documents)
        dead = place.start()
        until(lambda: read(engine, "SELECT 1 FROM job WHERE flow_run IS NOT NULL"))
        other = place.start()
        until(lambda: place.log.read_text().count("started") == 2)
        place.kill(dead)
    [(run,)] = read(engine, "SELECT flow_run FROM job")
    read(engine, "UPDATE job SET lease_until = now() - interval '1 second' RETURNING id")
    until(lambda: is_done(engine, done.job))
    place.stop(other)
    assert state_of(engine, done.job)[1] == 1
    assert notices(engine) == [("bvmd", "handed_over")]
    assert len(place.files()) == 1
    states = {one["id"]: one["state_type"] for one in place.runs_of_workers()}
    assert states.pop(run) == "CRASHED"
    assert list(states.values()) == ["COMPLETED"]


def _handed_over(engine: Engine, count: int, stages: tuple[str, ...]) -> list[Done]:
    """Acts that hand dossiers to the health facility, and issue a document each."""
    before, after = stages
    numbers = [f"HS-{after}-{number:05}" for number in range(count)]
    handed = dossiers(engine, numbers, stage=after, holder="bvmd")
    return acts(engine, handed, "note", stages=(before, after), forms=FORMS)
