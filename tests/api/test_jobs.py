"""Parked jobs: who sees them, what of them, and how they are let run again, over HTTP and on the command line."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, text

from models.postgres import app_url, owner_url
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table
from tests.api.conftest import PASSWORD, Command
from tests.api.road import Road
from tests.api.whole_way.doors import CHEAP

JOBS = "/v1/supervision/jobs"
OURS, THEIRS, ADMINISTRATOR = "giam-sat.cau-giay", "giam-sat.dong-thap", "quan-tri"
ERROR = "III-01: RenderingError (rendering.py:1)"


@pytest.fixture
def parked(road: Road) -> int:
    """The job of a dossier's first act, parked, and a supervisor at the agency that did it."""
    road.open()
    write(road, "UPDATE job SET state = 'parked', attempts = 8, error = :error", error=ERROR)
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        connection.execute(insert(table("account")).values(
            id=UUID(int=77), username=OURS, password_hash=CHEAP.hash(PASSWORD), full_name="Nguyễn Thị B",
            position="Cán bộ giám sát", role="supervisor", agency="ca.cau-giay", disabled=False,
        ))  # fmt: skip
    [(number,)] = read(road, "SELECT id FROM job")
    return int(number)


def write(road: Road, statement: str, **values: object) -> None:
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        connection.execute(text(statement), values)


def read(road: Road, statement: str) -> list[tuple[Any, ...]]:
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def listed(road: Road, user: str, query: str = "") -> list[dict[str, Any]]:
    answer = road.as_user(user).get(f"{JOBS}{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_supervisor_sees_what_is_parked_of_which_dossier_and_why(road: Road, parked: int) -> None:
    [job] = listed(road, OURS)
    number = road.as_user(OURS).get(road.path).json()["number"]
    assert job | {"since": ""} == {
        "id": parked, "stage": "police_collection", "state": "parked", "dossiers": [number], "actions": ["open"],
        "agencies": ["ca.cau-giay"], "acts": 1, "attempts": 8, "error": ERROR, "since": "", "next_at": None,
        "retries": 0, "retried_at": None, "retried_by": None,
    }  # fmt: skip
    assert listed(road, OURS, "?state=waiting") == []


def test_nobody_sees_jobs_of_dossiers_that_are_not_theirs_and_an_administrator_no_dossier(
    road: Road, parked: int
) -> None:
    assert listed(road, THEIRS) == []
    [job] = listed(road, ADMINISTRATOR)
    assert (job["id"], job["error"], job["acts"]) == (parked, ERROR, 1)
    assert job["dossiers"] == job["actions"] == job["agencies"] == []


@pytest.mark.parametrize("user", ["ca.cau-giay", "ca.cau-giay.truong", "kiem-toan"])
def test_only_supervisors_and_administrators_see_jobs_and_let_them_run(
    road: Road, parked: int, user: str
) -> None:
    caller = road.as_user(user)
    road.refused(lambda headers: caller.get(JOBS, headers=headers), 403, "not_your_jobs")
    road.refused(lambda headers: caller.post(f"{JOBS}/{parked}/retry", headers=headers), 403, "not_your_jobs")


@pytest.mark.parametrize("user", [OURS, ADMINISTRATOR])
def test_parked_job_runs_again_from_its_first_attempt_and_who_decided_is_kept(
    road: Road, parked: int, user: str
) -> None:
    answer = road.as_user(user).post(
        f"{JOBS}/{parked}/retry", headers={"Idempotency-Key": "chạy lại".encode().hex()}
    )
    assert (answer.status_code, answer.json()) == (200, {"id": parked, "state": "waiting"}), answer.text
    again = road.as_user(user).post(
        f"{JOBS}/{parked}/retry", headers={"Idempotency-Key": "chạy lại".encode().hex()}
    )
    assert again.json() == answer.json()
    [(account,)] = read(road, f"SELECT id FROM account WHERE username = '{user}'")  # noqa: S608 - a name from above
    assert read(road, "SELECT job, account, attempts, error FROM job_retry") == [(parked, account, 8, ERROR)]
    [job] = listed(road, user, "?state=waiting")
    assert (job["attempts"], job["error"], job["retries"]) == (0, None, 1)
    assert (job["retried_by"], job["retried_at"]) == (str(account), job["next_at"])
    assert read(road, "SELECT run_after <= at FROM job, job_retry") == [(True,)]


def refused(road: Road, user: str, job: object, status: int, code: str) -> None:
    caller = road.as_user(user)
    road.refused(lambda headers: caller.post(f"{JOBS}/{job}/retry", headers=headers), status, code)


def test_only_a_parked_job_that_is_theirs_to_see_is_let_run(road: Road, parked: int) -> None:
    for user, job in ((THEIRS, parked), (OURS, parked + 1), (OURS, "x"), (OURS, 10**30), (ADMINISTRATOR, 0)):
        refused(road, user, job, 404, "not_found")
    for state in ("waiting", "leased", "done"):
        write(road, "UPDATE job SET state = :state", state=state)
        refused(road, OURS, parked, 409, "job_not_parked")
    assert read(road, "SELECT count(*) FROM job_retry") == [(0,)]


def test_list_comes_in_pages_and_as_csv(road: Road, parked: int) -> None:
    copied = "INSERT INTO job (stage, events, state, attempts, run_after, created_at) SELECT stage, events, state, "
    write(road, f"{copied} attempts, run_after, created_at FROM job, generate_series(1, 4)")
    caller, found, cursor = road.as_user(OURS), list[int](), ""
    for size in (2, 2, 1):
        page = caller.get(f"{JOBS}?limit=2{cursor}").json()
        assert len(page["items"]) == size
        found += [job["id"] for job in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert found == [parked + number for number in range(5)]
    answer = caller.get(f"{JOBS}?limit=1", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, line = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("id,stage,state,dossiers,")
    assert line.startswith(f"{parked},police_collection,parked,")


@pytest.mark.parametrize("cursor", ["eA", "%21"])
def test_what_is_no_cursor_is_refused(road: Road, parked: int, cursor: str) -> None:
    caller = road.as_user(OURS)
    road.refused(
        lambda headers: caller.get(f"{JOBS}?cursor={cursor}", headers=headers), 422, "invalid_cursor"
    )
    assert [job["id"] for job in listed(road, OURS)] == [parked]


def test_jobs_are_listed_and_retried_on_the_command_line(
    road: Road, parked: int, hoso: Command, database: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOSO_DATABASE_URL", app_url(database).render_as_string(hide_password=False))
    monkeypatch.setenv("HOSO_MIGRATE_URL", owner_url(database).render_as_string(hide_password=False))
    [job] = hoso("jobs", "list", "--json").json
    assert (job["id"], job["error"], len(job["dossiers"])) == (parked, ERROR, 1)
    shown = hoso("jobs", "list").out
    assert job["dossiers"][0] in shown
    assert "III-01" in shown
    said = hoso("jobs", "retry", str(parked), str(parked + 1))
    assert said.code == 1
    assert said.err.strip().endswith(f"not parked: {parked + 1}")
    assert read(road, "SELECT job, account, error FROM job_retry") == [(parked, None, ERROR)]
    assert read(road, "SELECT state, attempts FROM job") == [("waiting", 0)]
    assert hoso("jobs", "list", "--json").json == []
    assert [one["id"] for one in hoso("jobs", "list", "--state", "waiting", "--json").json] == [parked]
