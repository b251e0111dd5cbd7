"""A place where workers run as they really do: processes of their own, beside a real Prefect server."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine

from models.settings import Settings
from tests.flows.rows import read


@dataclass
class Place:
    """A data folder, the database of the test, and workers there."""

    settings: Settings
    environment: dict[str, str]
    log: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(
        self, prefect_port: int | None = None, module: str = "flows.worker", program: str = ""
    ) -> subprocess.Popen[bytes]:
        environment = dict(self.environment)
        if prefect_port is not None:
            environment["PREFECT_API_URL"] = f"http://127.0.0.1:{prefect_port}/api"
        with self.log.open("ab") as output:
            worker = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, *(["-c", program] if program else ["-m", module])],
                env=environment,
                stdout=output,
                stderr=output,
            )
        self.workers.append(worker)
        return worker

    def stop(self, worker: subprocess.Popen[bytes]) -> None:
        worker.terminate()
        assert worker.wait(20) == 0, self.log.read_text()

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def files(self) -> list[Path]:
        return [path for path in (self.settings.data / "files").rglob("*") if path.is_file()]

    def prefect(self, path: str, **body: Any) -> Any:
        user, _, password = self.environment["PREFECT_API_AUTH_STRING"].partition(":")
        url = f"{self.environment['PREFECT_API_URL']}/{path}"
        answer = httpx.post(url, json=body, auth=(user, password), timeout=20)
        answer.raise_for_status()
        return answer.json()

    def runs(self, number: str) -> list[dict[str, Any]]:
        """The flow runs tagged with a dossier's number."""
        runs: list[dict[str, Any]] = self.prefect("flow_runs/filter", flow_runs={"tags": {"all_": [number]}})
        return runs

    def runs_of_workers(self) -> list[dict[str, Any]]:
        """The flow runs of all workers that ran here."""
        begun = (line for line in self.log.read_text().splitlines() if "bắt đầu" in line)
        tags = {"any_": sorted({f"worker:{json.loads(line)['worker']}" for line in begun})}
        runs: list[dict[str, Any]] = self.prefect("flow_runs/filter", flow_runs={"tags": tags}, limit=200)
        assert len(runs) < 200
        return runs


def is_done(engine: Engine, *jobs: int) -> bool:
    """Whether all of the jobs are done."""
    return not read(engine, "SELECT 1 FROM job WHERE id = ANY (:jobs) AND state <> 'done'", jobs=list(jobs))


def documents(engine: Engine) -> list[tuple[Any, ...]]:
    return read(engine, "SELECT id, sha256, rendered_at FROM document ORDER BY id")


def notices(engine: Engine) -> list[tuple[Any, ...]]:
    return read(engine, "SELECT agency, kind FROM notice ORDER BY agency, kind")
