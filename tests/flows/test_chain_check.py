"""The check of all chains: whatever was changed, cut off or removed is named, today and on every later day."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import Engine

from flows import chain_check
from flows.audit import Entry, record_now
from flows.chain_check import Broken, Checked, verify_chains
from models.postgres import app_url
from models.settings import Settings
from models.store import open_store
from tests.cluster import new_database
from tests.cluster import superuser as superuser_on
from tests.flows.conftest import superuser_of
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import seeded_store
from tests.flows.rows import add, read

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def walked(cluster: Settings, template: str) -> Iterator[str]:
    """A database with three dossiers, to copy: opened, at its second act, and at its second document."""
    with seeded_store(cluster, template) as (settings, store):
        for until in ("open", "verify_residence", "record_ground"):
            Road(store).to(until)
        add(store, "account", *(
            {"id": uuid4(), "username": f"{role}-{agency}", "password_hash": "-", "full_name": "Nguyễn Văn A",
             "position": "Cán bộ", "role": role, "agency": agency, "disabled": False}
            for role, agency in (("supervisor", "ca"), ("supervisor", "ta"), ("administrator", "cuc"))
        ))  # fmt: skip
        store.dispose()
        yield str(app_url(settings).database)


@pytest.fixture
def settings(cluster: Settings, walked: str) -> Iterator[Settings]:
    with new_database(cluster, walked) as settings:
        yield settings


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = open_store(app_url(settings))
    yield engine
    engine.dispose()


def tampered(settings: Settings, *statements: str) -> None:
    """What somebody with the owner's password does."""
    with superuser_of(settings) as owner:
        for table in ("event", "document", "report"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            owner.execute(sql(statement))


def verified(engine: Engine, out: Path, later: timedelta = timedelta(0)) -> Checked:
    return verify_chains(engine, out, NOON + later)


def found(checked: Checked) -> list[tuple[Any, ...]]:
    return [(one.what, one.dossier is not None, one.seq) for one in checked.broken]


def sql(statement: str) -> str:
    """The statement with the longest dossier for THIRD and its last number for LAST."""
    third = "(SELECT dossier FROM event GROUP BY dossier ORDER BY count(*) DESC LIMIT 1)"
    return statement.replace("LAST", "(SELECT max(seq) FROM event WHERE dossier = THIRD)").replace(
        "THIRD", third
    )


def test_intact_chains_are_counted_and_their_head_is_exported(engine: Engine, out: Path) -> None:
    checked = verified(engine, out)
    [(events, documents)] = read(
        engine, "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM document)"
    )
    assert (checked.intact, checked.dossiers, checked.events, checked.documents) == (
        True,
        3,
        events,
        documents,
    )
    assert checked.notices == 0
    heads = read(
        engine,
        "SELECT d.id, max(e.seq), d.head FROM dossier d JOIN event e ON e.dossier = d.id GROUP BY d.id ORDER BY d.id",
    )
    text = "".join(f"{dossier}:{seq}:{head}\n" for dossier, seq, head in heads)
    assert checked.head == hashlib.sha256(text.encode()).hexdigest()
    assert checked.file == out / "chain-2026-11-23.json"
    assert checked.file.stat().st_mode & 0o777 == 0o600
    content = orjson.loads(checked.file.read_bytes())
    assert content["head"] == checked.head
    assert content["previous"] is None
    assert not re.search("Nguyễn|Văn", checked.file.read_text())


def test_each_file_names_the_digest_of_the_one_before(engine: Engine, out: Path) -> None:
    first, second, third = (verified(engine, out, later) for later in (0 * DAY, 0 * DAY, DAY))
    files = [one.file for one in (first, second, third)]
    assert [file.name for file in files if file] == [
        "chain-2026-11-23.json", "chain-2026-11-23-2.json", "chain-2026-11-24.json",
    ]  # fmt: skip
    for before, after in pairwise(files):
        assert before
        assert after
        said = orjson.loads(after.read_bytes())["previous"]
        assert said == {"file": before.name, "sha256": hashlib.sha256(before.read_bytes()).hexdigest()}
    assert third.intact
    assert third.head == first.head


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE event SET late_days = 7 WHERE dossier = THIRD AND seq = 2", [("event", True, 2)]),
        ("UPDATE event SET seq = 99 WHERE dossier = THIRD AND seq = LAST",
         [("gap", True, 99), ("event", True, 99)]),
        ("UPDATE event SET previous = 'x' WHERE dossier = THIRD AND seq = 3",
         [("link", True, 3), ("event", True, 3)]),
        ("""UPDATE event_facts SET facts = '{"remote": true}'
            WHERE event = (SELECT id FROM event WHERE dossier = THIRD AND seq = 2)""", [("facts", True, 2)]),
        ("UPDATE dossier SET head = 'x' WHERE id = THIRD", [("head", True, None)]),
        ("""UPDATE document SET context = context || '{"x": 1}'
            WHERE id = (SELECT id FROM document WHERE number IS NOT NULL LIMIT 1)""", [("document", True, None)]),
        ("UPDATE register SET last = last + 1 WHERE ctid = (SELECT min(ctid) FROM register)", [("register", False, None)]),
    ],
)  # fmt: skip
def test_what_was_changed_is_named(
    engine: Engine, settings: Settings, out: Path, statement: str, what: list[tuple[Any, ...]]
) -> None:
    tampered(settings, statement)
    kinds = [(kind, dossier) for kind, dossier, _seq in what]
    for later in (0 * DAY, DAY):
        checked = verified(engine, out, later)
        assert [(kind, dossier) for kind, dossier, _seq in found(checked)] == kinds
        assert all(seq in {None, one.seq} for (_, _, seq), one in zip(what, checked.broken, strict=True))


def test_erased_facts_and_contents_break_nothing(engine: Engine, settings: Settings, out: Path) -> None:
    tampered(
        settings, "UPDATE event_facts SET facts = NULL, salt = NULL", "UPDATE document SET context = NULL"
    )
    assert verified(engine, out).intact


@pytest.fixture
def superuser(cluster: Settings, settings: Settings) -> Iterator[Callable[..., None]]:
    """Does what no constraint and no trigger keeps it from doing."""
    with superuser_on(cluster, str(app_url(settings).database)) as connection:
        connection.execute("SET session_replication_role = replica")

        def execute(*statements: str) -> None:
            for statement in statements:
                connection.execute(sql(statement).encode())

        yield execute


def test_an_end_that_was_cut_off_is_found_although_the_chain_holds(
    engine: Engine, superuser: Callable[..., None], out: Path
) -> None:
    before = verified(engine, out)
    [(number, seq)] = read(engine, sql("SELECT number, LAST FROM dossier WHERE id = THIRD"))
    superuser(
        "UPDATE dossier d SET head = previous FROM event e WHERE d.id = THIRD AND e.dossier = d.id AND e.seq = LAST",
        "DELETE FROM document WHERE dossier = THIRD",
        "DELETE FROM register",
        "DELETE FROM event WHERE dossier = THIRD AND seq = LAST",
    )
    for later in (DAY, 2 * DAY):  # it is not forgotten
        checked = verified(engine, out, later)
        assert [(one.what, one.dossier, one.seq) for one in checked.broken] == [("cut", number, seq)]
        assert checked.head == before.head


def test_a_dossier_that_is_gone_is_found(engine: Engine, superuser: Callable[..., None], out: Path) -> None:
    verified(engine, out)
    [(number, seq)] = read(engine, sql("SELECT number, LAST FROM dossier WHERE id = THIRD"))
    superuser(
        "DELETE FROM document WHERE dossier = THIRD",
        "DELETE FROM register",
        "DELETE FROM dossier WHERE id = THIRD",
        "DELETE FROM event WHERE dossier = THIRD",
    )
    for later in (DAY, 2 * DAY):
        checked = verified(engine, out, later)
        assert (checked.dossiers, [(one.what, one.dossier, one.seq) for one in checked.broken]) == (
            2, [("vanished", number, seq)],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "said"),
    [("UPDATE chain_head SET seq = seq + 1", "heads changed"), ("DELETE FROM chain_head", "heads changed")],
)
def test_heads_that_no_longer_fit_their_file_are_found(
    engine: Engine, superuser: Callable[..., None], out: Path, statement: str, said: str
) -> None:
    verified(engine, out)
    superuser(statement)
    assert f"chain-2026-11-23.json: {said}" in [one.detail for one in verified(engine, out, DAY).broken]


def test_a_file_that_is_gone_changed_or_unknown_is_found(
    engine: Engine, superuser: Callable[..., None], out: Path
) -> None:
    first = verified(engine, out).file
    assert first
    content = first.read_bytes()
    first.write_bytes(content.replace(b'"dossiers": 3', b'"dossiers": 2'))
    assert [one.detail for one in verified(engine, out, DAY).broken] == ["chain-2026-11-23.json: changed"]
    (out / "chain-2026-11-24.json").unlink()
    assert [one.detail for one in verified(engine, out, 2 * DAY).broken] == ["chain-2026-11-24.json: missing"]
    superuser("DELETE FROM chain_head", "DELETE FROM chain_break", "DELETE FROM chain_check")
    assert [one.detail for one in verified(engine, out, DAY).broken] == [
        "chain-2026-11-25.json: unknown here"
    ]


def test_offices_hear_of_what_concerns_them_and_of_the_same_only_once(
    engine: Engine, settings: Settings, out: Path
) -> None:
    tampered(settings, "UPDATE event SET late_days = 7 WHERE dossier = THIRD AND seq = 2")
    told = [verified(engine, out, later).notices for later in (0 * DAY, DAY)]
    assert told == [2, 0]
    [(number,)] = read(engine, sql("SELECT number FROM dossier WHERE id = THIRD"))
    rows = read(engine, "SELECT agency, audience, kind, facts -> 'broken' -> 0 FROM notice ORDER BY agency")
    broken = {"what": "event", "dossier": number, "seq": 2, "detail": None}
    assert rows == [
        ("ca", "supervisor", "chain_broken", broken), ("cuc", "administrator", "chain_broken", broken),
    ]  # fmt: skip
    tampered(settings, "UPDATE register SET last = last + 1")
    assert verified(engine, out, 2 * DAY).notices == 2


def test_an_interrupted_check_goes_on_where_it_stopped(
    engine: Engine, settings: Settings, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_check, "BATCH", 1)
    tampered(settings, "UPDATE event SET late_days = 7 WHERE seq = 1")
    seen = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify_chains(engine, out, NOON, progress=stop)
    assert list(out.glob("*")) == []
    checked = verify_chains(engine, out, NOON, progress=stop)
    assert seen == [(1, 3), (2, 3), (3, 3), (3, 3)]
    assert (checked.dossiers, len(checked.broken)) == (3, 3)
    assert read(engine, "SELECT count(*) FROM chain_check") == [(1,)]


def test_an_old_interrupted_check_begins_anew(
    engine: Engine, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_check, "BATCH", 1)

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify_chains(engine, out, NOON, progress=stop)
    checked = verified(engine, out, 2 * DAY)
    assert (checked.dossiers, checked.file) == (3, out / "chain-2026-11-25.json")
    assert read(engine, "SELECT count(*) FROM chain_head") == [(3,)]


def test_the_audit_log_is_verified_with_the_chains_and_its_head_goes_into_the_file(
    engine: Engine, settings: Settings, out: Path
) -> None:
    for _ in range(4):
        record_now(engine, Entry("GET /v1/dossiers", "200"))
    checked = verified(engine, out)
    [(digest,)] = read(engine, "SELECT digest FROM audit_entry WHERE seq = 4")
    assert checked.intact
    assert checked.file
    assert checked.entries == 4
    assert orjson.loads(checked.file.read_bytes())["audit"] == {"seq": 4, "digest": digest}
    for day, statement, what in (
        (1, "DELETE FROM audit_entry WHERE seq = 4", [(4, "cut")]),
        (2, "UPDATE audit_entry SET account = gen_random_uuid() WHERE seq = 2", [(2, "entry"), (4, "cut")]),
    ):
        tampered(settings, "ALTER TABLE audit_entry DISABLE TRIGGER USER", statement)
        checked = verified(engine, out, day * DAY)
        assert [(one.seq, one.detail) for one in checked.broken if one.what == "audit"] == what
        assert len(checked.broken) == len(what)
        assert checked.notices == 3  # every supervisor's office, and the administrator's


def test_named_dossiers_are_looked_at_and_nothing_is_written(
    engine: Engine, settings: Settings, out: Path
) -> None:
    tampered(settings, "UPDATE event SET late_days = 7 WHERE dossier = THIRD AND seq = 2")
    [(third,), *_] = read(engine, sql("SELECT THIRD"))
    [other, *_] = [row[0] for row in read(engine, sql("SELECT id FROM dossier WHERE id <> THIRD"))]
    assert verify_chains(engine, out, NOON, dossiers=[other]).intact
    checked = verify_chains(engine, out, NOON, dossiers=[third, other])
    assert (checked.dossiers, [(one.what, one.seq) for one in checked.broken]) == (2, [("event", 2)])
    assert isinstance(checked.broken[0], Broken)
    assert read(engine, "SELECT count(*) FROM chain_check") == [(0,)]
    assert not out.exists()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"
