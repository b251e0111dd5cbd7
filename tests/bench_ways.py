"""The ways to do an act that are measured beside each other: ours, the bare rows, and the same rows by other engines."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine, create_engine

from flows.engine import act
from models import postgres
from models.law.calendar import baseline
from models.settings import Settings
from tests import bench_written
from tests.bench_ground import Ground
from tests.bench_written import OPTIONS, Written, database_of, follow, record, session
from tests.cluster import superuser
from tests.flows.sample_road import again

OURS, RAW, PIPELINED = "hoso · act", "psycopg, từng câu lệnh · statement by statement", "psycopg, pipeline"
STEPS, TRANSACTIONS = "DBOS, 2 bước · 2 steps", "DBOS, 2 giao dịch · 2 transactions of a datasource"
SPIFF, PREFECT = "SpiffWorkflow", "Prefect, flow, 2 tasks"
MANY, FEW = 40, 10
"""Acts a round; few where one takes tenths of a second."""
_FIRST_TIME = 40
"""The person is told for the 40th time: acts measured elsewhere on these dossiers came first."""
Half = Callable[[psycopg.Cursor[Any], Written], None]
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Way:
    """A way to do acts: what it is called, what prepares one on a dossier, what does it, and how many in a round."""

    name: str
    prepare: Callable[[int], Any]
    do: Callable[[Any], object]
    acts: int = MANY


Ways = AbstractContextManager[Sequence[Way]]


def all_ways(ground: Ground) -> list[Ways]:
    """Each on dossiers of its own, all prepared by the same acts; in the order of the report."""
    settings, engine, dossiers = ground.settings, ground.engine, iter(ground.dossiers)

    def of(acts: int) -> list[UUID]:
        return [next(dossiers) for _ in range(acts)]

    return [
        ours(engine, of(MANY)), bare(settings, engine, of(MANY)), by_dbos(settings, engine, of(MANY), of(MANY)),
        by_spiff(settings, engine, of(MANY)), by_prefect(settings, engine, of(FEW)),
    ]  # fmt: skip


@contextmanager
def ours(engine: Engine, dossiers: Sequence[UUID]) -> Iterator[list[Way]]:
    """Our engine with everything on, in one transaction.

    It reads the dossier under its lock, judges the act by the law, counts limits with their explanations, gathers and
    freezes papers, chains digests, and writes under row-level security.
    """
    told = (again(one, times) for times in count(_FIRST_TIME) for one in dossiers)
    yield [Way(OURS, lambda _place: next(told), lambda one: act(engine, one, baseline()))]


@contextmanager
def bare(settings: Settings, engine: Engine, dossiers: Sequence[UUID]) -> Iterator[list[Way]]:
    """The limit: nothing is judged or counted, rows made beforehand are written by prepared statements, one transaction."""
    with session(settings) as connection:
        ready = _rows(settings, engine, dossiers)
        yield [
            Way(RAW, ready, lambda one: _write(connection, one, record, follow)),
            Way(PIPELINED, ready, partial(_pipelined, connection)),
        ]


@contextmanager
def by_dbos(
    settings: Settings, engine: Engine, steps: Sequence[UUID], transactions: Sequence[UUID]
) -> Iterator[list[Way]]:
    """A durable workflow of two steps, the state of which DBOS keeps in a database of its own on the same server.

    Its fast ways: called directly and not through a queue, told no more than a key (what goes in is stored), nothing
    returned, no tracing, nothing logged but errors, and the rows written by psycopg's prepared statements as above.
    Once by plain steps (a step that was cut off after its commit would be done twice), once by the transactions of a
    datasource (each exactly once), read committed as ours is.
    """
    import dbos

    rows: dict[str, Written] = {}
    with _prepared_dbos(settings) as datasource, session(settings) as connection:

        def step(half: Half) -> Callable[[str], None]:
            def do(key: str) -> None:
                _write(connection, rows[key], half)

            named: Callable[[str], None] = dbos.DBOS.step(name=half.__name__)(do)
            return named

        def transaction(half: Half) -> Callable[[str], None]:
            def do(key: str) -> None:
                raw = datasource.sql_session().connection().connection.driver_connection
                with raw.cursor() as cursor:
                    half(cursor, rows[key])

            named: Callable[[str], None] = datasource.transaction(
                name=half.__name__, isolation_level="READ COMMITTED"
            )(do)
            return named

        def workflow(name: str, first: Callable[[str], None], second: Callable[[str], None]) -> Any:
            def acted(key: str) -> None:
                first(key)
                second(key)

            return dbos.DBOS.workflow(name=name)(acted)

        ways = [
            Way(
                name, _kept(rows, _rows(settings, engine, dossiers)),
                workflow(halve.__name__, halve(record), halve(follow)),
            )
            for name, dossiers, halve in ((STEPS, steps, step), (TRANSACTIONS, transactions, transaction))
        ]  # fmt: skip
        dbos.DBOS.launch()
        try:
            yield ways
        finally:
            dbos.DBOS.destroy(destroy_registry=True)


@contextmanager
def _prepared_dbos(settings: Settings) -> Iterator[Any]:
    """DBOS about to be launched; its datasource on our database, as our role."""
    import dbos

    owner = postgres.owner_url(settings).set(drivername="postgresql")
    with superuser(settings) as connection:
        connection.execute("CREATE DATABASE dbos OWNER hoso_owner")
    dbos.DBOS(
        config={
            "name": "bench-acts", "log_level": "ERROR", "enable_otlp": False, "application_version": "bench",
            "system_database_url": owner.set(database="dbos").render_as_string(hide_password=False),
        }
    )  # fmt: skip
    engine = create_engine(postgres.app_url(settings), connect_args={"options": OPTIONS})
    url = owner.render_as_string(hide_password=False)
    dbos.SQLAlchemyDatasource.migrate(url, application_role="hoso_app")
    try:
        yield dbos.SQLAlchemyDatasource.create(url, engine=engine, run_migrations=False)
    finally:
        engine.dispose()


@contextmanager
def by_spiff(settings: Settings, engine: Engine, dossiers: Sequence[UUID]) -> Iterator[list[Way]]:
    """A BPMN process: its state is read and locked, restored, moved on by the act, made text again and written.

    All in one transaction with the same rows. The process is small (an act, what follows, the next act), its state has
    nothing of the dossier, the definition is parsed once; each act meets a state as small as the first.
    """
    from SpiffWorkflow import TaskState
    from SpiffWorkflow.bpmn import BpmnWorkflow
    from SpiffWorkflow.bpmn.parser import BpmnParser
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

    parser, serializer = BpmnParser(), BpmnWorkflowSerializer()
    parser.add_bpmn_io(BytesIO(_PROCESS))
    process = BpmnWorkflow(parser.get_spec("collection"))
    process.do_engine_steps()
    begun = serializer.serialize_json(process)
    with superuser(settings, database_of(settings)) as owner, session(settings) as connection:
        owner.execute("CREATE TABLE process (dossier uuid PRIMARY KEY, state text NOT NULL)")
        owner.execute("GRANT SELECT, UPDATE ON process TO hoso_app")
        rows = _rows(settings, engine, dossiers)

        def prepare(place: int) -> Written:
            owner.execute(_BEGIN, [dossiers[place], begun])
            return rows(place)

        def do(one: Written) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                state = cursor.execute(_LOAD, [one.dossier["id"]]).fetchone()
                assert state
                workflow = serializer.deserialize_json(state[0])
                task = workflow.get_next_task(state=TaskState.READY, manual=True)
                task.data["event"] = one.key
                task.run()
                record(cursor, one)
                workflow.do_engine_steps()
                follow(cursor, one)
                cursor.execute(_SAVE, [serializer.serialize_json(workflow), one.dossier["id"]])

        yield [Way(SPIFF, prepare, do)]


_BEGIN = "INSERT INTO process VALUES (%s, %s) ON CONFLICT (dossier) DO UPDATE SET state = excluded.state"
_LOAD = "SELECT state FROM process WHERE dossier = %s FOR UPDATE"
_SAVE = "UPDATE process SET state = %s WHERE dossier = %s"
_PROCESS = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="bench" targetNamespace="bench">
  <process id="collection" isExecutable="true">
    <startEvent id="start"/>
    <sequenceFlow id="to_tell" sourceRef="start" targetRef="tell"/>
    <manualTask id="tell"/>
    <sequenceFlow id="to_follow" sourceRef="tell" targetRef="follow"/>
    <scriptTask id="follow"><script>told = True</script></scriptTask>
    <sequenceFlow id="to_read" sourceRef="follow" targetRef="read"/>
    <manualTask id="read"/>
    <sequenceFlow id="to_end" sourceRef="read" targetRef="end"/>
    <endEvent id="end"/>
  </process>
</definitions>"""


@contextmanager
def by_prefect(settings: Settings, engine: Engine, dossiers: Sequence[UUID]) -> Iterator[list[Way]]:
    """A flow of two tasks on a real server with PostgreSQL; each task a transaction.

    Its fast ways: called on one event loop with one client kept open (called without one it waits for its heartbeat's
    thread to end and takes twice as long), logs are not sent to the server, results are neither cached nor kept.
    """
    from prefect import flow, task
    from prefect.cache_policies import NO_CACHE
    from prefect.context import AsyncClientContext

    for name in ("prefect.flow_runs", "prefect.task_runs", "prefect.engine"):
        logging.getLogger(name).setLevel(logging.WARNING)
    rows: dict[str, Written] = {}
    with session(settings) as connection, asyncio.Runner() as loop:

        def half(write: Half) -> Any:
            async def do(key: str) -> None:
                _write(connection, rows[key], write)

            return task(name=write.__name__, cache_policy=NO_CACHE, persist_result=False)(do)

        first, second = half(record), half(follow)

        async def acted(key: str) -> None:
            await first(key)
            await second(key)

        called = flow(name="acted", persist_result=False, validate_parameters=False)(acted)
        client = AsyncClientContext()
        loop.run(client.__aenter__())
        try:
            yield [
                Way(
                    PREFECT,
                    _kept(rows, _rows(settings, engine, dossiers)),
                    lambda key: loop.run(called(key)),
                    FEW,
                )
            ]
        finally:
            loop.run(client.__aexit__(None, None, None))


def _rows(settings: Settings, engine: Engine, dossiers: Sequence[UUID]) -> Callable[[int], Written]:
    """The rows of one act more on a dossier, like those of a real act on each; proven once to be as many in each table."""
    events = [act(engine, again(one, _FIRST_TIME), baseline()).event["id"] for one in dossiers]
    patterns, real = (
        bench_written.patterns(settings, events), bench_written.counts(settings, events[-1])
    )  # fmt: skip
    written = patterns[-1].next()
    with session(settings) as connection:
        _write(connection, written, record, follow)
    found = bench_written.counts(settings, written.event["id"])
    assert found == real, f"not the rows of an act and its triggers: {real}, {found}"
    return lambda place: patterns[place].next()


def _kept(rows: dict[str, Written], ready: Callable[[int], Written]) -> Callable[[int], str]:
    """The same, left where the steps find them; what stays is their key."""

    def prepare(place: int) -> str:
        one = ready(place)
        rows[one.key] = one
        return one.key

    return prepare


def _write(connection: Connection, one: Written, *halves: Half) -> None:
    """Halves of an act in one transaction."""
    with connection.transaction(), connection.cursor() as cursor:
        for half in halves:
            half(cursor, one)


def _pipelined(connection: Connection, one: Written) -> None:
    """Statements leave without waiting for the answer to the one before, but where its number is needed."""
    with connection.pipeline():
        _write(connection, one, record, follow)
