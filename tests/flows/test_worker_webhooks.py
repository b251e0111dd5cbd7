"""Webhooks from workers as they really run: killed while a receiver hangs, two at once, parked, replayed."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from flows import webhooks
from models import clock
from models.store import Scope, unit_of_work
from tests.flows.conftest import until
from tests.flows.http_receiver import Receiver, answers, hangs
from tests.flows.place import Place
from tests.flows.rows import ACCOUNT, read
from tests.flows.test_webhooks import told, webhook

TRIES = 4
HURRIED = f"""
from datetime import timedelta
from flows import outgoing
outgoing.ATTEMPTS, outgoing._LONGEST_PAUSE = {TRIES}, timedelta(0)
from flows.worker import main
main()
"""


def start(place: Place) -> subprocess.Popen[bytes]:
    """A worker that gives up sooner and never pauses."""
    with place.log.open("ab") as output:
        worker = subprocess.Popen(  # noqa: S603 - ours
            [sys.executable, "-c", HURRIED], env=place.environment, stdout=output, stderr=output
        )
    place.workers.append(worker)
    return worker


def states(engine: Engine) -> dict[str, int]:
    return dict(read(engine, "SELECT state, count(*) FROM delivery GROUP BY state"))


@pytest.mark.long
def test_a_worker_killed_while_the_receiver_hangs_costs_a_try_and_two_workers_send_each_once(
    place: Place, engine: Engine
) -> None:
    place.environment["HOSO_WEBHOOK_PRIVATE"] = "127.0.0.1"
    with Receiver(hangs) as receiver:
        hook = webhook(engine, receiver.url())
        told(engine, "k")
        worker = start(place)
        until(lambda: receiver.got)
        assert states(engine) == {"sending": 1}
        place.kill(worker)

        receiver.behaviour = answers(500)
        workers = [start(place), start(place)]
        until(lambda: states(engine) == {"parked": 1})
        assert len({got.id for got in receiver.got}) == 1
        assert [outcome for (outcome,) in tries(engine)] == [None, *["failed"] * (TRIES - 1)]

        receiver.behaviour = answers(200)
        with unit_of_work(engine, Scope("camd")) as connection:
            again = webhooks.send_again(connection, hook, ACCOUNT, since=clock.now() - timedelta(hours=1))
        assert again == 1
        until(lambda: states(engine) == {"sent": 1})
        assert receiver.got[-1].id == receiver.got[0].id

        before = len(receiver.got)
        told(engine, *map(str, range(60)))
        until(lambda: states(engine) == {"sent": 61})
        for one in workers:
            place.stop(one)
    arrived = [got.id for got in receiver.got[before:]]
    assert len(arrived) == len(set(arrived)) == 60
    runs = place.prefect("flow_runs/filter", flow_runs={"tags": {"all_": ["deliveries", "webhook"]}})
    assert {run["state_type"] for run in runs} == {"CRASHED", "COMPLETED"}
    told_by_runs = str([(run["name"], run["parameters"], run["tags"]) for run in runs])
    assert "127.0.0.1" not in place.log.read_text() + told_by_runs


def tries(engine: Engine) -> list[tuple[Any, ...]]:
    return read(engine, "SELECT outcome FROM delivery_attempt ORDER BY id")
