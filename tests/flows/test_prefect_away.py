"""Prefect's server is stopped: acts and downloads go on as if nothing had happened, and what follows them comes later."""

import hashlib

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.app import create_app
from flows.engine import act
from models import clock
from models.law.calendar import baseline
from tests.api.whole_way.doors import CHEAP, PASSWORD
from tests.flows.conftest import until
from tests.flows.forwarder import Forwarder
from tests.flows.place import Place
from tests.flows.rows import read
from tests.flows.sample_road import NOW, ROAD, asked, opened, together

DOSSIERS = 23
"""With their openings and the eight acts of the road more than 200 acts."""


def test_two_hundred_acts_and_downloads_go_on_without_prefect_and_their_jobs_drain_afterwards(
    place: Place, engine: Engine, prefect_port: int
) -> None:
    with Forwarder(prefect_port) as door:
        worker = place.start(door.port)
        until(lambda: "away" in place.log.read_text())
        with clock.at(NOW):
            dossiers = [opened(engine) for _ in range(DOSSIERS)]
            for actor, action in ROAD[:-1]:
                together(engine, [asked(one, actor, action) for one in dossiers])
            for one in dossiers:
                act(engine, asked(one, *ROAD[-1]), baseline())
            document, downloaded = _download(place, engine)
        assert read(engine, "SELECT count(*) >= 200 FROM event") == [(True,)]
        assert read(engine, "SELECT DISTINCT state, attempts, flow_run FROM job") == [("waiting", 0, None)]
        assert read(engine, "SELECT id FROM document WHERE sha256 IS NOT NULL") == [(document,)]
        assert worker.poll() is None
        # The acts lie on a day of their own; from now on their jobs are ready.
        read(engine, "UPDATE job SET run_after = now() RETURNING id")
        door.open()
        until(lambda: not read(engine, "SELECT 1 FROM job WHERE state <> 'done' LIMIT 1"), 240)
        place.stop(worker)
    assert read(engine, "SELECT DISTINCT state, attempts, error FROM job") == [("done", 0, None)]
    assert read(engine, "SELECT id FROM document WHERE sha256 IS NULL") == []
    assert read(engine, "SELECT sha256 FROM document WHERE id = :id", id=document) == [(downloaded,)]
    hashes = read(engine, "SELECT sha256 FROM document")
    assert sorted(path.name for path in place.files()) == sorted({sha256 for (sha256,) in hashes})


def _download(place: Place, engine: Engine) -> tuple[object, str]:
    """A document that nobody has rendered yet, downloaded over HTTP; its id and the hash of what came."""
    read(engine, "UPDATE account SET password_hash = :kept RETURNING id", kept=CHEAP.hash(PASSWORD))
    [(document,)] = read(engine, "SELECT id FROM document ORDER BY id LIMIT 1")
    with TestClient(create_app(place.settings), base_url="http://hoso.test") as client:
        form = {"username": "can-bo", "password": PASSWORD}
        token = client.post("/v1/auth/token", data=form).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = client.get(f"/v1/documents/{document}/content", headers=headers)
    assert answer.status_code == 200, answer.text
    return document, hashlib.sha256(answer.content).hexdigest()
