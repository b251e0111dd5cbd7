"""How full the queues are, as Prometheus asks for it: bounded reads of partial indexes, at most once a second."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from models.clock import now
from models.store import SYSTEM, Scope, unit_of_work

MOST = 10_000
"""Rows of a queue that are counted; a longer one shows as so many."""
_FRESH = 1.0
"""Seconds for which the figures of the queues are not read again."""
_PATIENCE_MS = 2000

# Each part reads one partial index and stops after so many rows, however many jobs and deliveries are done.
_DEPTHS = text("""
    SELECT 'job', state, count(*) FROM (
        SELECT state FROM job WHERE state IN ('waiting','leased') ORDER BY run_after LIMIT :most) q GROUP BY state
    UNION ALL SELECT 'job', 'parked', count(*) FROM (SELECT FROM job WHERE state = 'parked' LIMIT :most) q
    UNION ALL SELECT 'delivery', state, count(*) FROM (
        SELECT state FROM delivery WHERE state IN ('waiting','sending') LIMIT :most) q GROUP BY state
    UNION ALL SELECT 'delivery', state, count(*) FROM (
        SELECT state FROM delivery WHERE state IN ('unknown','parked') ORDER BY created_at LIMIT :most) q GROUP BY state
""")
_SINCE = text("""
    SELECT 'job', (SELECT run_after FROM job WHERE state IN ('waiting','leased') AND state = 'waiting'
        ORDER BY run_after LIMIT 1)
    UNION ALL SELECT 'delivery', min(first.run_after) FROM (VALUES ('mail'), ('webhook')) AS way (channel)
        CROSS JOIN LATERAL (SELECT run_after FROM delivery WHERE delivery.channel = way.channel
            AND state IN ('waiting','sending') AND state = 'waiting' ORDER BY run_after LIMIT 1) first
    UNION ALL SELECT 'limit', (SELECT next_rung_at FROM time_limit WHERE next_rung_at IS NOT NULL
        ORDER BY next_rung_at LIMIT 1)
""")
_ENDS = text("SELECT name, extract(epoch FROM finished_at)::float AS ended FROM clock_run ORDER BY name")
STATES = {"job": ("waiting", "leased", "parked"), "delivery": ("waiting", "sending", "unknown", "parked")}


@dataclass(frozen=True)
class Depths:
    """How much is in each queue by state, and for how many seconds its oldest entry has been ready."""

    counts: dict[tuple[str, str], int]
    ages: dict[str, float]
    ends: dict[str, float]
    """When each of the clock's works last came to its end, in seconds since 1970."""


def depths(connection: Connection) -> Depths:
    """Reads the queues; `limit` are the limits that have a rung to climb.

    Args:
        connection: a unit of work of the system.
    """
    moment = now()
    counts = {(queue, state): 0 for queue, states in STATES.items() for state in states}
    counts |= {(queue, state): count for queue, state, count in connection.execute(_DEPTHS, {"most": MOST})}
    ages = {
        queue: max((moment - since).total_seconds(), 0.0) if since else 0.0
        for queue, since in connection.execute(_SINCE)
    }
    return Depths(counts, ages, {row.name: row.ended for row in connection.execute(_ENDS)})


class Queues(Collector):
    """How full the queues and the pool of connections are, read when asked, at most once a second."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._read_at = float("-inf")
        self._last: list[Metric] = []

    def collect(self) -> list[Metric]:
        """The figures; without a database only that it is away."""
        with self._turn:
            if time.monotonic() - self._read_at > _FRESH:
                self._last = list(self._read())
                self._read_at = time.monotonic()
            return self._last

    def _read(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("hoso_database_up", "Whether the database answered")
        pool = GaugeMetricFamily(
            "hoso_database_connections", "Connections of this process's pool", labels=["state"]
        )
        if isinstance(self._engine.pool, QueuePool):
            pool.add_metric(["used"], self._engine.pool.checkedout())
            pool.add_metric(["idle"], self._engine.pool.checkedin())
        yield pool
        try:
            figures = self._ask()
        except (SQLAlchemyError, psycopg.Error):
            up.add_metric([], 0)
        else:
            up.add_metric([], 1)
            yield from figures
        yield up

    def _ask(self) -> list[Metric]:
        depth = GaugeMetricFamily(
            "hoso_queue_depth",
            f"What waits, is under way or was given up, by queue; at most {MOST} of each are counted",
            labels=["queue", "state"],
        )
        age = GaugeMetricFamily(
            "hoso_queue_age_seconds",
            "How long the oldest entry has been ready; of limits, the oldest rung nobody has told of",
            labels=["queue"],
        )
        ends = GaugeMetricFamily(
            "hoso_clock_last_end_timestamp_seconds",
            "When this work of the clock last came to its end, wherever it ran",
            labels=["work"],
        )
        with unit_of_work(self._engine, Scope(SYSTEM)) as connection:
            connection.execute(text(f"SET LOCAL statement_timeout = {_PATIENCE_MS}"))
            found = depths(connection)
        for labels, count in found.counts.items():
            depth.add_metric(labels, count)
        for queue, seconds in found.ages.items():
            age.add_metric([queue], seconds)
        for work, ended in found.ends.items():
            ends.add_metric([work], ended)
        return [depth, age, ends]
