"""An installation on several machines, set up from the files in docs/growing/ alone: each machine is a data folder."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import trustme

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

    def log(self, kind: str) -> str:
        return "".join(path.read_text() for path in self.place.glob(f"{kind}*.log"))

    def program(self, unit: str) -> Program:
        """The command and environment of a unit, with only the secrets it loads."""
        name, _, instance = unit.partition("@")
        text = (SHIPPED / "systemd" / f"{name}{'@' if instance else ''}.service").read_text()
        credentials = self.place / "credentials" / unit
        credentials.mkdir(mode=0o700, parents=True, exist_ok=True)
        for secret, source in re.findall(
            r"^LoadCredential=(\w+):/etc/hoso/secrets/(\w+)$", text, re.MULTILINE
        ):
            shutil.copy(self.shared / "secrets" / source, credentials / secret)
        environment = {"PATH": os.environ["PATH"], **read_environment(self.shared / "hoso.env")}
        for line in re.findall(r"^Environment=(.+)$", text, re.MULTILINE):
            for assignment in line.split():
                key, _, value = assignment.partition("=")
                environment[key] = value.replace("%i", instance).replace("%d", str(credentials))
        environment["HOSO_DATA"] = str(self.data)
        [command] = re.findall(r"^ExecStart=/opt/hoso/\.venv/bin/hoso (\w+)$", text, re.MULTILINE)
        return Program((str(HOSO), command), environment, self.place)

    def start(self, unit: str) -> subprocess.Popen[bytes]:
        with (self.place / f"{unit}.log").open("ab") as output:
            self.running[unit] = spawn(self.program(unit), output)
        return self.running[unit]

    def kill(self, kind: str) -> None:
        """Kills what runs of this kind of unit."""
        for unit in [unit for unit in self.running if unit.startswith(kind)]:
            process = self.running.pop(unit)
            process.kill()
            process.wait()

    def end(self) -> None:
        """Ends all that runs here."""
        self.kill("hoso")


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


def wait_for(happened: Callable[[], object], what: str, patience: float = 150) -> None:
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


@contextmanager
def proxy(
    program: str, folder: Path, plain: int, encrypted: int, apis: Sequence[int]
) -> Iterator[ssl.SSLContext]:
    """Nginx with the shipped configuration, whose addresses and folders alone are this machine's; yields whom to trust."""
    folder.mkdir()
    authority, trust = trustme.CA(), ssl.create_default_context()
    authority.configure_trust(trust)
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(folder / "key.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "certificate.pem")
    here = {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{encrypted} ssl;",
        "10.0.0.21:8000": f"127.0.0.1:{apis[0]}",
        "10.0.0.22:8000": f"127.0.0.1:{apis[1]}",
        "/etc/hoso/tls": str(folder),
    }
    (folder / "hoso.conf").write_text(replaced((SHIPPED / "nginx.conf").read_text(), here))
    user = "user root;" if os.geteuid() == 0 else ""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    log = folder / "error.log"
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {log}; events {{}}"
        f"http {{ access_log {folder}/access.log; {temporary} include {folder}/hoso.conf; }}"
    )
    argv = (program, "-p", str(folder), "-e", str(log), "-c", str(folder / "nginx.conf"))
    process = spawn(Program(argv, {"PATH": os.defpath}, folder))
    try:
        wait_for((folder / "pid").exists, "nginx")
        yield trust
    finally:
        process.terminate()
        process.wait(20)


def replaced(text: str, changes: dict[str, str]) -> str:
    """The shipped text with the addresses of this machine; each that is named must be there."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text
