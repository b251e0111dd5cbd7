"""The installation of docs/growing.md as it really runs: two machines behind nginx, on a cluster reached over TCP."""

import os
import re
import ssl
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from sqlalchemy import Engine, text

from api.demo import seed_demo
from models.postgres import app_url
from models.program import Program, spawn
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.api.machines import SHIPPED, Machine, answers, cluster_over_tcp, free_ports, replaced, wait_for
from tests.api.road import Caller, Road
from tests.programs import needs_program

PASSWORD = "mật khẩu thử nghiệm"


@pytest.fixture(scope="module", autouse=True)
def today() -> None:
    """The machines run today, whatever day other tests of the API happen on."""


@dataclass
class Office:
    """Two machines with an API process and a worker each, Prefect's server on the first, and the proxy before them."""

    first: Machine
    second: Machine
    api: tuple[httpx.Client, httpx.Client]
    """Each machine's API, past the proxy."""
    proxy: httpx.Client
    prefect: httpx.Client
    store: Engine
    files: Path
    apis: tuple[str, str]
    """The units of the two."""
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
    nginx = needs_program("nginx")
    place = tmp_path_factory.mktemp("office")
    shared = place / "shared"
    for _ in range(2):  # the second time changes nothing
        subprocess.run([SHIPPED / "secrets.sh", shared / "secrets"], check=True)  # noqa: S603 - the shipped file
    (shared / "files").mkdir()
    database, prefect, plain, door, first, second = free_ports(6)
    url = f"https://127.0.0.1:{door}"
    environment = replaced(
        (SHIPPED / "hoso.env").read_text(),
        {
            "10.0.0.11:5432": f"127.0.0.1:{database}",
            "http://10.0.0.12:4200": f"http://127.0.0.1:{prefect}",
            "HOSO_PREFECT_PORT=4200": f"HOSO_PREFECT_PORT={prefect}",
            "=0.0.0.0": "=127.0.0.1",
            "HOSO_PROXIES=10.0.0.10": "HOSO_PROXIES=127.0.0.1",
            "https://hoso.example.vn": url,
            "/srv/hoso/files": str(shared / "files"),
        },
    )
    (shared / "hoso.env").write_text(environment)
    machines = Machine(place / "first", shared), Machine(place / "second", shared)
    apis = f"hoso-api@{first}", f"hoso-api@{second}"
    authority = trustme.CA()
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    proxy = _nginx(nginx, place, authority, {"80": plain, "443": door, "21": first, "22": second})
    doors = [httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) for port in (first, second)]
    secret = (shared / "secrets" / "prefect_auth").read_text().strip()
    user, _, password = secret.partition(":")
    with cluster_over_tcp(place / "theirs", database, shared / "secrets"):
        assert machines[0].start("hoso-migrate").wait(60) == 0, machines[0].log("hoso-migrate")
        settings = Settings.from_environment(machines[0].program(apis[0]).environment)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOSO_DEMO_PASSWORD", PASSWORD)
            seed_demo(settings)
        store = open_store(app_url(settings), pool_size=2)
        through, flows = (
            httpx.Client(base_url=url, verify=trusted, timeout=30),
            httpx.Client(base_url=f"http://127.0.0.1:{prefect}", auth=(user, password), timeout=30),
        )
        office = Office(*machines, (doors[0], doors[1]), through, flows, store, shared / "files", apis)
        with (place / "nginx.out").open("ab") as output:
            process = spawn(proxy, output)
        try:
            machines[0].start("hoso-prefect")
            for machine, unit in zip(machines, apis, strict=True):
                machine.start(unit)
                machine.start("hoso-worker@1")
            for one in (*doors, through):
                wait_for(
                    lambda one=one: answers(one, "/health/ready"),
                    f"{one.base_url} {(place / 'nginx.out').read_text()}",
                )  # type: ignore[misc]
            wait_for(lambda: answers(flows, "/api/ready"), "Prefect")
            yield office
        finally:
            process.terminate()
            process.wait(20)
            for machine in machines:
                for unit in [*machine.running]:
                    machine.kill(unit)
            store.dispose()
            for one in (*doors, through, flows):
                one.close()


def _nginx(program: str, place: Path, authority: trustme.CA, ports: dict[str, int]) -> Program:
    """The proxy with the shipped configuration; only addresses and folders are this machine's."""
    folder = place / "nginx"
    folder.mkdir()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    shipped = replaced(
        (SHIPPED / "nginx.conf").read_text(),
        {
            "listen 80;": f"listen 127.0.0.1:{ports['80']};",
            "listen 443 ssl;": f"listen 127.0.0.1:{ports['443']} ssl;",
            "10.0.0.21:8000": f"127.0.0.1:{ports['21']}",
            "10.0.0.22:8000": f"127.0.0.1:{ports['22']}",
            "/etc/hoso/tls": str(folder),
        },
    )
    (folder / "hoso.conf").write_text(shipped)
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f"http {{ access_log {folder}/access.log; {temporary} include {folder}/hoso.conf; }}"
    )
    argv = (program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf"))
    return Program(argv, {"PATH": os.defpath}, folder)


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
    assert at_first(road.steps["open"].by).get(road.path).json()["dossier"]["version"] == 4


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
    names = [
        re.findall(r"^(\S+): bắt đầu", machine.log("hoso-worker@1"), re.M)
        for machine in (office.first, office.second)
    ]
    [[one], [other]] = names
    assert one != other
    assert office.workers_of(before) <= {one, other}
    office.first.kill("hoso-worker@1")
    road.take([*road.steps][4])
    wait_for(office.all_done, "the jobs")
    assert office.workers_of(office.flow_runs() - before) == {other}
    office.second.kill("hoso-worker@1")
    office.first.start("hoso-worker@1")
    before = office.flow_runs()
    road.take([*road.steps][5])
    wait_for(office.all_done, "the jobs")
    assert office.workers_of(office.flow_runs() - before) == {one}


def test_proxy_alone_is_believed_about_the_caller_and_the_scheme(office: Office) -> None:
    claimed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    assert office.proxy.get("/v1/dossiers/").headers["location"] == f"{office.proxy.base_url}v1/dossiers"
    [command] = [unit for unit in office.first.running if unit == office.apis[0]]
    program = office.first.program(command)
    stranger = {**program.environment, "HOSO_PROXIES": ""}
    assert claimed
    assert stranger


def test_no_machine_started_a_database_of_its_own_or_made_a_secret(office: Office) -> None:
    for machine in (office.first, office.second):
        assert {path.name for path in machine.data.iterdir()} <= {"workers", "prefect", "libreoffice"}


def test_proxy_goes_on_when_an_api_process_dies_and_says_so_when_all_are_away(
    office: Office, road: Road
) -> None:
    office.first.kill(office.apis[0])
    caller = office.as_user(office.proxy)(road.steps["open"].by)
    assert {caller.get(road.path).status_code for _ in range(10)} == {200}
    road.as_user = office.as_user(office.proxy)
    road.take([*road.steps][6])
    office.second.kill(office.apis[1])
    answer = caller.get(road.path)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "Idempotency-Key" in answer.json()["detail"]


def test_address_that_signs_in_too_often_is_told_to_wait(office: Office) -> None:
    statuses = [office.proxy.post("/v1/auth/token", data={}) for _ in range(25)]
    assert statuses[-1].status_code == 429
    assert statuses[-1].json()["code"] == "too_often"
    assert statuses[-1].headers["strict-transport-security"]
