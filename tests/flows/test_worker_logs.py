"""What a worker tells while it works: lines of ids, figures for Prometheus, and no word about a person."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from api.prefect_server import prefect_server
from flows import outbox
from models import logs
from models.settings import Settings
from tests.flows.conftest import until
from tests.flows.place import Place
from tests.flows.rows import act, dossier, read
from tests.free_port import free_port

FORMS = ("III-01", "III-03")
REQUEST = "0123456789abcdef0123456789abcdef"


def lines_of(log: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in log.read_text().splitlines()]


def samples(port: int) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    told = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


def test_every_line_is_json_and_a_jobs_lines_carry_its_request(
    place: Place,
    engine: Engine,
    cluster: Settings,
) -> None:
    done = act(engine, dossier(engine, "HS-1"), forms=FORMS)
    broken = act(engine, dossier(engine, "HS-2"), forms=FORMS[:1], broken=True)
    read(
        engine, "UPDATE job SET request = :request WHERE id = :id RETURNING id", request=REQUEST, id=done.job
    )
    port = free_port()
    last = "UPDATE job SET attempts = :before_last WHERE id = :id RETURNING id"
    read(engine, last, before_last=outbox.ATTEMPTS - 1, id=broken.job)  # it fails for good, so only once here
    place.environment["HOSO_METRICS_PORT"] = str(port)
    worker = place.start()
    until(lambda: "job failed" in place.log.read_text())
    until(lambda: read(engine, "SELECT 1 FROM job WHERE state = 'done'"))
    until(lambda: place.log.read_text().count("flow ended") == 2)
    figures = samples(port)
    place.stop(worker)

    lines = lines_of(place.log)
    for line in lines:
        assert line.keys() <= logs.FIELDS | {"time", "level", "program", "logger", "event"}
        assert line["program"] == "worker"
    good, bad = sorted(
        (line for line in lines if line["event"] == "flow ended"), key=lambda line: line["state"]
    )
    assert (good["jobs"], good["requests"], good["stage"]) == ([done.job], [REQUEST], "police_collection")
    assert (good["state"], good["flow"]) == ("completed", "police_collection")
    assert [(good["flow_run"],)] == read(engine, "SELECT flow_run FROM job WHERE id = :id", id=done.job)
    assert (bad["jobs"], bad["requests"], bad["state"], bad["level"]) == (
        [broken.job],
        [],
        "failed",
        "warning",
    )
    [failure] = [line for line in lines if "job failed" in line["event"]]
    assert (failure["job"], failure["state"]) == (broken.job, "parked")
    for log in (place.log, cluster.log / "prefect.log"):
        assert "Nguyễn" not in log.read_text()
        assert "Nguy\\u1ec5n" not in log.read_text()

    for state in ("completed", "failed"):
        assert figures["hoso_flow_seconds_count", (("flow", "police_collection"), ("state", state))] == 1
    assert figures["hoso_renders_total", (("result", "rendered"),)] == len(FORMS)
    assert figures["hoso_renders_total", (("result", "failed"),)] == 1
    assert figures["hoso_job_failures_total", (("state", "parked"),)] == 1
    ended = figures["hoso_flow_last_end_timestamp_seconds", (("flow", "police_collection"),)]
    assert 0 <= time.time() - ended < 600


def test_prefects_server_writes_its_lines_by_our_formatter(settings: Settings, tmp_path: Path) -> None:
    program = prefect_server(replace(settings, data=tmp_path, prefect_database_url=settings.migrate_url))
    said = "import prefect.main, logging; logging.getLogger('prefect.server.x').warning('%s is late', 'Nguyễn Văn A')"
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", said], env=program.environment, capture_output=True, check=True, timeout=120
    )
    [line] = done.stderr.splitlines()
    assert orjson.loads(line)["event"] == "%s is late"
    assert orjson.loads(line)["program"] == "prefect"
