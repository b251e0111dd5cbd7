"""The installation of docs/growing.md as it really runs: two machines behind nginx, on a cluster reached over TCP."""

import json
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine, text

from api.demo import seed_demo
from models.postgres import app_url
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.api.machines import (
    SHIPPED,
    Machine,
    answers,
    cluster_over_tcp,
    free_ports,
    proxy,
    replaced,
    wait_for,
)
from tests.api.road import Caller, Road
from tests.programs import needs_program

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]  # seven programs start at once
PASSWORD = "mật khẩu thử nghiệm"
API, WORKER = "hoso-api", "hoso-worker"


@pytest.fixture(scope="module", autouse=True)
def today() -> None:
    """The machines run today, whatever day other tests of the API happen on."""


@dataclass
class Office:
    """Two machines with an API process and a worker each, Prefect's server on the first, and the proxy before them."""

    machines: tuple[Machine, Machine]
    api: tuple[httpx.Client, httpx.Client]
    """Each machine's API, past the proxy."""
    proxy: httpx.Client
    prefect: httpx.Client
    store: Engine
    files: Path
    apis: tuple[str, str]
    """The units of the two machines' APIs."""
    tokens: dict[str, str] = field(default_factory=dict)

    def as_user(self, http: httpx.Client) -> Callable[[str], Caller]:
        """Callers at one door, with the token that they got at the first one they came to."""

        def caller(user: str) -> Caller:
            if user not in self.tokens:
                form = {"username": user, "password": PASSWORD}
                self.tokens[user] = http.post("/v1/auth/token", data=form).json()["access_token"]

            def send(method: str, path: str, **request: Any) -> Any:
                headers = {
                    "Authorization": f"Bearer {self.tokens[user]}",
                    **(request.pop("headers", None) or {}),
                }
                return http.request(method, path, headers=headers, **request)

            return Caller(send)

        return caller

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with unit_of_work(self.store, Scope(SYSTEM)) as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]

    def all_done(self) -> bool:
        return not self.rows("SELECT id FROM job WHERE state <> 'done'")

    def workers_of(self, runs: set[str]) -> set[str]:
        """Which workers carried out these flow runs."""
        body = {"flow_runs": {"id": {"any_": sorted(runs)}}}
        found = self.prefect.post("/api/flow_runs/filter", json=body).raise_for_status().json()
        return {tag.removeprefix("worker:") for run in found for tag in run["tags"] if "worker:" in tag}

    def flow_runs(self) -> set[str]:
        return {str(run) for (run,) in self.rows("SELECT flow_run FROM job WHERE flow_run IS NOT NULL")}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with ExitStack() as stack:
        yield _open(stack, needs_program("nginx"), tmp_path_factory.mktemp("office"))


def _open(stack: ExitStack, nginx: str, place: Path) -> Office:
    """Sets the office up as docs/growing.md says, and waits until all of it answers; `stack` takes it down."""
    shared = place / "shared"
    for _ in range(2):  # the second time changes nothing
        subprocess.run([SHIPPED / "secrets.sh", shared / "secrets"], check=True)  # noqa: S603 - the shipped file
    (shared / "files").mkdir()
    database, prefect, plain, door, *apis = free_ports(6)
    here = {
        "10.0.0.11:5432": f"127.0.0.1:{database}",
        "http://10.0.0.12:4200": f"http://127.0.0.1:{prefect}",
        "HOSO_PREFECT_PORT=4200": f"HOSO_PREFECT_PORT={prefect}",
        "=0.0.0.0": "=127.0.0.1",
        "HOSO_PROXIES=10.0.0.10": "HOSO_PROXIES=127.0.0.1",
        "https://hoso.example.vn": f"https://127.0.0.1:{door}",
        "/srv/hoso/files": str(shared / "files"),
    }
    (shared / "hoso.env").write_text(replaced((SHIPPED / "hoso.env").read_text(), here))
    machines = Machine(place / "first", shared), Machine(place / "second", shared)
    for machine in machines:
        stack.callback(machine.end)
    stack.enter_context(cluster_over_tcp(place / "theirs", database, shared / "secrets"))
    machines[0].start("hoso-prefect")
    migrations = [
        machine.start("hoso-migrate") for machine in machines
    ]  # one waits for the other, and finds it done
    assert [migration.wait(90) for migration in migrations] == [0, 0], machines[1].log("hoso-migrate")
    store = stack.enter_context(_seeded(machines[0]))
    for machine, port in zip(machines, apis, strict=True):
        machine.start(f"{API}@{port}")
        machine.start(f"{WORKER}@1")
    trust = stack.enter_context(proxy(nginx, place / "nginx", plain, door, apis))

    def client(url: str, **options: Any) -> httpx.Client:
        return stack.enter_context(httpx.Client(base_url=url, timeout=30, **options))

    user, _, password = (shared / "secrets" / "prefect_auth").read_text().strip().partition(":")
    first, second = (client(f"http://127.0.0.1:{port}") for port in apis)
    office = Office(
        machines, (first, second), client(f"https://127.0.0.1:{door}", verify=trust),
        client(f"http://127.0.0.1:{prefect}", auth=(user, password)), store, shared / "files",
        (f"{API}@{apis[0]}", f"{API}@{apis[1]}"),
    )  # fmt: skip
    for one in (first, second, office.proxy):
        wait_for(partial(answers, one, "/health/ready"), str(one.base_url))
    wait_for(partial(answers, office.prefect, "/api/ready"), "Prefect")
    return office


@contextmanager
def _seeded(machine: Machine) -> Iterator[Engine]:
    """The store, with the demonstration's agencies and accounts."""
    settings = Settings.from_environment(machine.program("hoso-api@1").environment)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOSO_DEMO_PASSWORD", PASSWORD)
        seed_demo(settings)
    store = open_store(app_url(settings), pool_size=2)
    yield store
    store.dispose()


@pytest.fixture(scope="module")
def road(office: Office) -> Road:
    """A dossier opened at the first machine's API."""
    road = Road(office.as_user(office.api[0]), office.store)
    road.open()
    return road


def test_dossier_opened_at_one_api_goes_on_at_the_other_with_the_same_token(
    office: Office, road: Road
) -> None:
    at_first = road.as_user
    road.as_user = office.as_user(office.api[1])
    known = dict(office.tokens)
    for action in [*road.steps][1:4]:
        road.take(action)
        road.as_user = office.as_user(office.proxy)
    assert known.items() <= office.tokens.items()
    [(version,)] = office.rows("SELECT version FROM dossier")
    assert version == 4
    assert at_first(road.steps["open"].by).get(road.path).json()["version"] == 4


def test_document_that_a_worker_rendered_is_the_same_at_every_door_and_kept_once(
    office: Office, road: Road
) -> None:
    wait_for(office.all_done, "the jobs")
    documents = office.rows("SELECT id, sha256 FROM document")
    assert documents
    for document, sha256 in documents:
        path = f"/v1/documents/{document}/content"
        contents = {
            office.as_user(http)(road.steps["open"].by).get(path).content
            for http in (*office.api, office.proxy)
        }
        assert contents == {(office.files / sha256[:2] / sha256).read_bytes()}
    kept = {path.name for path in office.files.rglob("*") if path.is_file()}
    assert kept == {sha256 for _, sha256 in documents}


def test_key_sent_to_both_apis_at_once_acts_once(office: Office) -> None:
    road = Road(office.as_user(office.api[0]), office.store)
    body, user = road.opening(person={"name": "Nguyễn Văn Đôi"}), road.steps["open"].by
    [(before,)] = office.rows("SELECT count(*) FROM dossier")

    def open_at(http: httpx.Client) -> Any:
        return office.as_user(http)(user).post(
            "/v1/dossiers", json=body, headers={"Idempotency-Key": "một lần".encode().hex()}
        )

    with ThreadPoolExecutor() as threads:
        opened = list(threads.map(open_at, [*office.api, *office.api]))
    assert {answer.status_code for answer in opened} == {201}
    assert len({answer.json()["dossier"]["id"] for answer in opened}) == 1
    assert sorted("Idempotency-Replayed" in answer.headers for answer in opened) == [False, True, True, True]
    assert office.rows("SELECT count(*) FROM dossier") == [(before + 1,)]


def test_worker_that_dies_leaves_the_work_to_the_other_machine_under_another_name(
    office: Office, road: Road
) -> None:
    wait_for(office.all_done, "the jobs")
    before = office.flow_runs()
    names = {
        json.loads(line)["worker"]: machine
        for machine in office.machines
        for line in machine.log(WORKER).splitlines()
        if "bắt đầu" in line
    }
    assert len(names) == 2
    worked = office.workers_of(before)
    assert worked <= names.keys()
    dying = min(worked)
    names[dying].kill(WORKER)
    road.take([*road.steps][4])
    wait_for(office.all_done, "the jobs")
    assert office.workers_of(office.flow_runs() - before) == names.keys() - {dying}


def test_proxy_alone_is_believed_about_the_scheme(office: Office) -> None:
    path = "/v1/dossiers/"
    for scheme in ("http", "https"):
        claimed = {"X-Forwarded-Proto": scheme}
        answer = office.proxy.get(path, headers=claimed)
        assert answer.headers["location"] == str(office.proxy.base_url.join("/v1/dossiers"))
        with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as stranger:
            answer = stranger.get(office.api[0].base_url.join(path), headers=claimed)
        assert answer.headers["location"] == str(office.api[0].base_url.join("/v1/dossiers"))


def test_no_machine_started_a_database_of_its_own_or_made_a_secret(office: Office) -> None:
    for machine in office.machines:
        assert {path.name for path in machine.data.iterdir()} <= {"workers", "prefect", "libreoffice"}


def test_proxy_goes_on_when_an_api_process_dies(office: Office, road: Road) -> None:
    office.machines[0].kill(API)
    road.as_user = office.as_user(office.proxy)
    caller = road.as_user(road.steps["open"].by)
    assert {caller.get(road.path).status_code for _ in range(10)} == {200}
    road.take([*road.steps][5])


def test_request_under_way_when_its_process_dies_is_repeated_with_its_key(office: Office, road: Road) -> None:
    ask = partial(road.ask, [*road.steps][6], headers={"Idempotency-Key": "once"})
    held = unit_of_work(office.store, Scope(SYSTEM), locking=[UUID(road.id)])
    with ThreadPoolExecutor() as threads, held:
        asked = threads.submit(ask)
        waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        wait_for(partial(office.rows, waiting), "the act at the lock")
        office.machines[1].kill(API)
        cut = asked.result()
    assert (cut.status_code, cut.headers["content-type"]) == (503, "application/problem+json")
    assert "Idempotency-Key" in cut.json()["detail"]
    office.machines[0].start(office.apis[0])
    wait_for(partial(answers, office.proxy, "/health/live"), "the API")
    answer = ask()
    assert answer.status_code == 200
    assert answer.json()["dossier"]["version"] == road.version + 1


def test_proxy_says_so_when_all_api_processes_are_away(office: Office) -> None:
    office.machines[0].kill(API)
    answer = office.proxy.get("/v1/dossiers")
    assert (answer.status_code, answer.json()["code"]) == (503, "away")


def test_address_that_signs_in_too_often_is_told_to_wait(office: Office) -> None:
    tries = (office.proxy.post("/v1/auth/token", data={}) for _ in range(60))
    refused = next(answer for answer in tries if answer.status_code == 429)
    assert refused.json()["code"] == "too_often"
    assert refused.headers["strict-transport-security"]
