"""The audit log: gapless and chained whoever writes, and whatever is changed in it is found."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as some
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from flows import audit
from flows.audit import Break, Entry, Head, record, record_now, verify
from models.audit import digest_of_entry
from models.postgres import app_url
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.cluster import new_database
from tests.flows.conftest import superuser_of
from tests.flows.rows import read


def entry(number: int = 1, **more: Any) -> Entry:
    return Entry("GET /v1/dossiers/{dossier_id}", "200", dossiers=[UUID(int=number)], **more)


@pytest.fixture
def five(engine: Engine) -> Engine:
    for number in range(1, 6):
        record_now(engine, entry(number))
    return engine


def heads(engine: Engine) -> dict[int, Head]:
    return {seq: Head(seq, digest) for seq, digest in read(engine, "SELECT seq, digest FROM audit_entry")}


def tampered(settings: Settings, statement: str) -> None:
    """What somebody with the owner's password does."""
    with superuser_of(settings) as owner:
        owner.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        owner.execute(statement)


def test_entries_are_numbered_and_chained_by_the_database(five: Engine) -> None:
    rows = read(five, "SELECT seq, previous, digest FROM audit_entry ORDER BY seq")
    assert [seq for seq, _, _ in rows] == [1, 2, 3, 4, 5]
    assert [before for _, before, _ in rows] == ["", *(digest for _, _, digest in rows[:-1])]
    verified = verify(five, heads(five).values())
    assert verified.intact
    assert (verified.entries, verified.head) == (5, heads(five)[5])


@settings_of(max_examples=40)
@given(
    some.lists(
        some.builds(
            Entry,
            operation=some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
            outcome=some.sampled_from(["200", "404", "đã khóa"]),
            account=some.none() | some.uuids(),
            agency=some.none() | some.text("ab:,-1đ"),
            role=some.none() | some.just("officer"),
            dossiers=some.lists(some.uuids(), max_size=3),
            objects=some.lists(some.text("ab:,\"\\ đ", max_size=5), max_size=3),
            reason=some.none() | some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=500),
            at=some.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1), timezones=some.just(UTC)),  # noqa: DTZ001
        ),
        max_size=5,
    )
)  # fmt: skip
def test_database_and_python_compute_the_same_digest(shared: Engine, entries: list[Entry]) -> None:
    with unit_of_work(shared, Scope(SYSTEM)) as connection:
        before = audit.head_of(connection).seq
        for one in entries:
            record(connection, one)
        rows = connection.execute(
            text("SELECT * FROM audit_entry WHERE seq > :seq ORDER BY seq"), {"seq": before}
        )
        found = rows.mappings().all()
    assert len(found) == len(entries)
    assert [row["digest"] for row in found] == [digest_of_entry(dict(row)) for row in found]


@pytest.fixture(scope="module")
def shared(cluster: Settings, seeded: str) -> Iterator[Engine]:
    with new_database(cluster, seeded) as settings:
        engine = open_store(app_url(settings))
        yield engine
        engine.dispose()


def test_many_writers_leave_no_gap(engine: Engine) -> None:
    def write() -> None:
        for _ in range(25):
            record_now(engine, entry())

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verified = verify(engine)
    assert (verified.entries, verified.head.seq, verified.broken) == (200, 200, ())


def test_entry_of_a_transaction_that_rolls_back_leaves_no_gap(five: Engine) -> None:
    with pytest.raises(_Failed), unit_of_work(five, Scope(SYSTEM)) as connection:
        _failing(connection)
    record_now(five, entry())
    assert verify(five).head.seq == 6


class _Failed(Exception):
    pass


def _failing(connection: Connection) -> None:
    record(connection, entry())
    raise _Failed


INSERT = (
    "INSERT INTO audit_entry (seq, at, operation, dossiers, objects, outcome, previous, digest)"
    " VALUES (6, now(), 'x', '{}', '{}', '200', '', '')"
)


@pytest.mark.parametrize(
    "statement",
    [
        INSERT,
        "UPDATE audit_entry SET outcome = '404'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ],
)
def test_application_can_only_append(five: Engine, settings: Settings, statement: str) -> None:
    with pytest.raises(ProgrammingError), unit_of_work(five, Scope(SYSTEM)) as connection:
        connection.execute(text(statement))
    if not statement.startswith("INSERT"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), superuser_of(settings) as owner:
            owner.execute(statement)
    assert verify(five, heads(five).values()).entries == 5


def test_an_agency_sees_its_own_entries_alone(engine: Engine) -> None:
    record_now(engine, entry(agency="ca"))
    record_now(engine, entry(agency="ta"))
    record_now(engine, entry())
    for scope, seen in (("ca", 1), ("yt", 0), (SYSTEM, 3)):
        with unit_of_work(engine, Scope(scope)) as connection:
            assert connection.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == seen


FAKED = (
    "INSERT INTO audit_entry SELECT 6, at, account, agency, role, operation, dossiers, objects, outcome, address, request,"
    " reason, digest, encode(sha256('x'), 'hex') FROM audit_entry WHERE seq = 5"
)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_entry SET outcome = '404' WHERE seq = 3", [Break("entry", 3)]),
        ("UPDATE audit_entry SET reason = 'khác' WHERE seq = 5", [Break("entry", 5)]),
        ("UPDATE audit_entry SET dossiers = '{}' WHERE seq = 1", [Break("entry", 1)]),
        ("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE seq = 2", [Break("entry", 2)]),
        ("DELETE FROM audit_entry WHERE seq = 3", [Break("gap", 4), Break("link", 4)]),
        ("DELETE FROM audit_entry WHERE seq = 1", [Break("gap", 2), Break("link", 2)]),
        ("DELETE FROM audit_entry WHERE seq = 5", [Break("cut", 5)]),
        ("DELETE FROM audit_entry", [Break("cut", 2), Break("cut", 5)]),
        (FAKED, [Break("entry", 6)]),
    ],
)
def test_whatever_is_changed_is_found(
    five: Engine, settings: Settings, statement: str, found: list[Break]
) -> None:
    exported = [heads(five)[2], heads(five)[5]]
    tampered(settings, statement)
    assert list(verify(five, exported).broken) == found


def test_a_tail_cut_off_and_written_anew_is_found_by_the_exported_head(
    five: Engine, settings: Settings
) -> None:
    exported = [heads(five)[5]]
    tampered(settings, "DELETE FROM audit_entry WHERE seq > 3")
    for number in (7, 8, 9):
        record_now(five, entry(number))
    assert verify(five).intact
    assert verify(five, exported).broken == (Break("rewritten", 5),)


def test_of_very_many_breaks_some_are_named_and_all_counted(
    five: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "NAMED", 2)
    tampered(settings, "UPDATE audit_entry SET outcome = '500'")
    verified = verify(five)
    assert (len(verified.broken), verified.breaks) == (2, 5)


def test_verification_reads_in_batches_tells_of_them_and_can_be_stopped(
    five: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "BATCH", 2)
    told: list[tuple[int, int]] = []
    assert verify(five, progress=lambda done, total: told.append((done, total))).intact
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert verify(five, after=heads(five)[3]).entries == 2
    with pytest.raises(KeyboardInterrupt):
        verify(five, progress=_stop)
    record_now(five, entry())  # nothing is held


def _stop(_done: int, _total: int) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("waits", [True, False])
def test_what_is_recorded_is_on_the_disk_before_it_returns(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    """Where the server is told to be sure; and it is the last statement that waits."""
    if not waits:
        monkeypatch.setattr(audit, "_ON_DISK", "SELECT 1")
    with superuser_of(settings) as owner:
        name = app_url(settings).database
        owner.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')
        owner.commit()
        engine, flushed = open_store(app_url(settings)), list[bool]()
        for _ in range(10):
            [before] = owner.execute("SELECT pg_current_wal_insert_lsn()").fetchone() or ()
            record_now(engine, entry())
            [passed] = (
                owner.execute("SELECT pg_current_wal_flush_lsn() > %s::pg_lsn", [before]).fetchone() or ()
            )
            flushed.append(bool(passed))
            owner.commit()
        engine.dispose()
    assert all(flushed) is waits
