"""An installation on several machines, set up from the files in docs/growing/ alone: each machine is a data folder."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg

from models import postgres
from models.postgres_binaries import binaries
from models.program import Program, spawn
from models.settings import Settings

SHIPPED = Path(__file__).parents[2] / "docs" / "growing"
HOSO = Path(sys.executable).with_name("hoso")
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Machine:
    """A machine with a data folder of its own; what runs there runs as its systemd unit says."""

    place: Path
    shared: Path
    """Holds the environment file, all secrets, and the shared folder of files."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.place.mkdir()

    @property
    def data(self) -> Path:
        return self.place / "data"

    def log(self, unit: str) -> str:
        return (self.place / f"{unit}.log").read_text()

    def program(self, unit: str) -> Program:
        """The command and environment of a unit, with only the secrets it loads."""
        name, _, instance = unit.partition("@")
        text = (SHIPPED / "systemd" / f"{name}{'@' if instance else ''}.service").read_text()
        credentials = self.place / "credentials" / unit
        credentials.mkdir(mode=0o700, parents=True, exist_ok=True)
        for secret, source in re.findall(r"^LoadCredential=(\w+):/etc/hoso/secrets/(\w+)$", text, re.M):
            shutil.copy(self.shared / "secrets" / source, credentials / secret)
        environment = {"PATH": os.environ["PATH"], **read_environment(self.shared / "hoso.env")}
        for line in re.findall(r"^Environment=(.+)$", text, re.M):
            for assignment in line.split():
                key, _, value = assignment.partition("=")
                environment[key] = value.replace("%i", instance).replace("%d", str(credentials))
        environment["HOSO_DATA"] = str(self.data)
        [command] = re.findall(r"^ExecStart=/opt/hoso/\.venv/bin/hoso (\w+)$", text, re.M)
        return Program((str(HOSO), command), environment, self.place)

    def start(self, unit: str) -> subprocess.Popen[bytes]:
        with (self.place / f"{unit}.log").open("ab") as output:
            self.running[unit] = spawn(self.program(unit), output)
        return self.running[unit]

    def kill(self, unit: str) -> None:
        process = self.running.pop(unit)
        process.kill()
        process.wait()


def read_environment(path: Path) -> dict[str, str]:
    """The variables of a systemd environment file."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def wait_for(happened: Callable[[], object], what: str, patience: float = 90) -> None:
    end = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < end, f"{what}: not in {patience:g} seconds"
        time.sleep(0.05)


def answers(http: httpx.Client, path: str) -> bool:
    """Whether somebody is there and content."""
    try:
        return http.get(path).is_success
    except httpx.TransportError:
        return False


@contextmanager
def cluster_over_tcp(folder: Path, port: int, secrets_folder: Path) -> Iterator[None]:
    """A PostgreSQL run by others: reached over TCP alone, and prepared by its administrators with the shipped SQL."""
    theirs = Settings(data=folder)
    postgres.prepare(theirs)
    options = {"listen_addresses": "127.0.0.1", "port": str(port), **_FORGETFUL}
    with (folder / "postgres.log").open("ab") as log:
        process = postgres.start(theirs, log, options)
    address = f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
    try:
        wait_for(lambda: psycopg.pq.PGconn.ping(address.encode()) == psycopg.pq.Ping.OK, "PostgreSQL")
        for _ in range(2):  # the second time changes nothing
            subprocess.run(  # noqa: S603 - the shipped file
                [
                    binaries(theirs).folder / "psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres",
                    "-d", "postgres", "-f", SHIPPED / "postgresql.sql",
                ],
                env={
                    "PATH": os.environ["PATH"], "PGPASSWORD": theirs.secret("postgres"),
                    "HOSO_SECRETS": str(secrets_folder),
                },
                check=True,
            )  # fmt: skip
        yield
    finally:
        postgres.stop(process)
        postgres.clean_up(theirs)


def replaced(text: str, changes: dict[str, str]) -> str:
    """The shipped text with the addresses of this machine; each that is named must be there."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text
