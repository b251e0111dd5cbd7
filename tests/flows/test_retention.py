"""Retention: what has served its purpose goes, in batches; what anything still names or waits for stays."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from documents import storage
from flows import retention
from flows.retention import Retained, retain
from models.settings import Settings
from tests.flows.conftest import superuser_of
from tests.flows.rows import ACCOUNT, act, add, dossier, job, read

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
NOW = datetime.now(UTC)


def answer(engine: Engine, key: str, age: timedelta) -> None:
    add(engine, "stored_answer", {
        "account": ACCOUNT, "key": key, "request_digest": "-", "created_at": NOW - age,
    })  # fmt: skip


def token(engine: Engine, digest: str, ended: timedelta) -> None:
    add(engine, "refresh_token", {
        "digest": digest, "family": uuid4(), "account": ACCOUNT, "expires_at": NOW - ended,
    })  # fmt: skip


def notice(
    engine: Engine, key: str, age: timedelta, read_ago: timedelta | None = None, *deliveries: str
) -> None:
    identity = uuid4()
    add(engine, "notice", {
        "id": identity, "agency": "camd", "audience": "agency", "kind": "digest", "key": key, "facts": {},
        "created_at": NOW - age, "read_at": None if read_ago is None else NOW - read_ago,
    })  # fmt: skip
    for channel, state in zip(("mail", "webhook"), deliveries, strict=False):
        delivery = uuid4()
        add(engine, "delivery", {
            "id": delivery, "notice": identity, "channel": channel, "state": state, "attempts": 1,
            "run_after": NOW - age, "created_at": NOW - age, "webhook": webhook(engine) if channel == "webhook" else None,
        })  # fmt: skip
        add(engine, "delivery_attempt", {"delivery": delivery, "begun_at": NOW - age})


def webhook(engine: Engine) -> UUID:
    """Where notices of an agency are sent."""
    identity = uuid4()
    add(engine, "webhook", {
        "id": identity, "agency": "camd", "url": "https://example.vn/", "kinds": [], "secret": "-", "enabled": True,
        "created_by": ACCOUNT, "created_at": NOW,
    })  # fmt: skip
    return identity


def left(engine: Engine, table: str, column: str) -> list[Any]:
    return [row[0] for row in read(engine, f"SELECT {column} FROM {table} ORDER BY 1")]  # noqa: S608 - from the tests


def test_what_was_signed_in_goes_a_quarter_later_and_failures_and_rates_the_next_day(engine: Engine) -> None:
    for age in (90 * DAY + SECOND, 90 * DAY - SECOND):
        add(engine, "session", {
            "id": uuid4(), "account": ACCOUNT, "kind": "password", "second_factor": False, "address": "192.0.2.1",
            "created_at": NOW - age - DAY, "refreshed_at": NOW - age - DAY, "expires_at": NOW - age,
        })  # fmt: skip
    for name, age in (("old", DAY + SECOND), ("young", DAY - SECOND)):
        add(engine, "sign_in_failure", {"key": name, "count": 1, "last_at": NOW - age})
        add(engine, "request_rate", {"key": name, "paid_until": NOW - age})
    assert retain(engine, NOW) == Retained(sessions=1, failures=1, rates=1)
    assert (left(engine, "sign_in_failure", "key"), left(engine, "request_rate", "key")) == (
        ["young"],
        ["young"],
    )


def test_answers_and_tokens_go_when_their_time_is_over(engine: Engine) -> None:
    answer(engine, "old", 7 * DAY + SECOND)
    answer(engine, "young", 7 * DAY - SECOND)
    token(engine, "old", DAY + SECOND)
    token(engine, "ended", DAY - SECOND)
    token(engine, "alive", -DAY)
    assert retain(engine, NOW) == Retained(answers=1, tokens=1)
    assert (left(engine, "stored_answer", "key"), left(engine, "refresh_token", "digest")) == (
        ["young"], ["alive", "ended"],
    )  # fmt: skip
    assert retain(engine, NOW) == Retained()


def test_only_done_jobs_go(engine: Engine) -> None:
    event = act(engine, dossier(engine, "HS-1")).event
    for state, age in (("done", 31), ("done", 29), ("parked", 300), ("waiting", 300)):
        number = job(engine, "police_collection", [event])
        read(
            engine,
            "UPDATE job SET state = :state, created_at = :at, run_after = :at, done_at = CASE WHEN :state = 'done'"
            " THEN CAST(:at AS timestamptz) END WHERE id = :id RETURNING 1",
            state=state,
            at=NOW - age * DAY,
            id=number,
        )
    assert retain(engine, NOW) == Retained(jobs=1)
    assert left(engine, "job", "state") == ["done", "parked", "waiting", "waiting"]


def test_a_job_that_somebody_let_be_tried_again_stays_with_the_record_of_it(engine: Engine) -> None:
    number = job(engine, "police_collection", [act(engine, dossier(engine, "HS-1")).event])
    add(engine, "job_retry", {"job": number, "account": ACCOUNT, "at": NOW, "attempts": 8})
    done = "UPDATE job SET state = 'done', done_at = :at WHERE id = :id RETURNING 1"
    read(engine, done, at=NOW - 400 * DAY, id=number)
    assert retain(engine, NOW) == Retained()
    assert left(engine, "job", "id")[-1] == number


@pytest.mark.parametrize(
    ("age", "read_ago", "deliveries", "gone"),
    [
        (100, 91, (), True),
        (100, 89, (), False),
        (364, None, (), False),
        (366, None, (), True),
        (100, 91, ("sent",), True),
        (100, 91, ("sent", "waiting"), False),
        (100, 91, ("unknown",), False),
        (100, 91, ("parked",), False),
        (366, None, ("parked", "sent"), True),
    ],
)
def test_notices_go_with_their_deliveries(
    engine: Engine, age: int, read_ago: int | None, deliveries: tuple[str, ...], gone: bool
) -> None:
    notice(engine, "it", age * DAY, None if read_ago is None else read_ago * DAY, *deliveries)
    count = int(gone)
    assert retain(engine, NOW) == Retained(notices=count, deliveries=count * len(deliveries))
    assert left(engine, "notice", "key") == ([] if gone else ["it"])
    assert len(left(engine, "delivery", "id")) == (0 if gone else len(deliveries))


def test_dry_run_counts_the_same_and_deletes_nothing(engine: Engine, tmp_path: Path) -> None:
    answer(engine, "old", 8 * DAY)
    token(engine, "old", 2 * DAY)
    notice(engine, "old", 400 * DAY, None, "sent", "parked")
    aged(tmp_path, storage.store(tmp_path, b"old"))
    counted = retain(engine, NOW, dry_run=True, files=tmp_path)
    assert counted == Retained(answers=1, tokens=1, notices=1, deliveries=2, files=1)
    assert retain(engine, NOW, files=tmp_path) == counted
    assert retain(engine, NOW, files=tmp_path) == Retained()


def test_rows_go_in_batches_and_an_interrupted_run_goes_on(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        answer(engine, str(number), 8 * DAY)
    seen = []

    def stop(what: str, count: int) -> None:
        seen.append((what, count))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retain(engine, NOW, progress=stop)
    assert seen == [("answers", 2)]
    assert len(left(engine, "stored_answer", "key")) == 3
    assert retain(engine, NOW).answers == 3


def aged(folder: Path, sha256: str, age: timedelta = 2 * DAY) -> Path:
    """A stored file made old."""
    path = folder / sha256[:2] / sha256
    at = (NOW - age).timestamp()
    os.utime(path, (at, at))
    return path


def test_only_old_files_that_no_row_names_go(engine: Engine, tmp_path: Path) -> None:
    done = act(engine, dossier(engine, "HS-1"), forms=["V-36"])
    named = {kind: storage.store(tmp_path, kind.encode()) for kind in ("document", "paper", "copy")}
    [document] = done.documents
    read(
        engine,
        "UPDATE document SET sha256 = :sha, size = 1, rendered_at = now() WHERE id = :id RETURNING 1",
        sha=named["document"],
        id=document,
    )
    add(engine, "paper", {
        "id": uuid4(), "dossier": done.dossier, "kind": "x", "title": "x", "received_on": NOW.date(), "first_sheet": 1,
        "sheets": 1, "file_name": "a.pdf", "content_type": "application/pdf", "sha256": named["paper"],
        "agency": "camd", "account": ACCOUNT, "recorded_at": NOW,
    })  # fmt: skip
    add(engine, "document_copy", {
        "id": uuid4(), "document": document, "dossier": done.dossier, "kind": "pdf", "sha256": named["copy"], "size": 1,
        "content_type": "application/pdf", "file_name": "a.pdf", "recorded_at": NOW,
    })  # fmt: skip
    for sha256 in named.values():
        aged(tmp_path, sha256)
    unnamed, young = storage.store(tmp_path, b"unnamed"), storage.store(tmp_path, b"young")
    aged(tmp_path, unnamed)
    draft = tmp_path / young[:2] / f".{young}.0a1b2c3d"
    draft.write_bytes(b"half")
    os.utime(draft, ((NOW - 2 * DAY).timestamp(),) * 2)
    assert retain(engine, NOW, files=tmp_path) == Retained(files=2)
    kept = sorted(path.name for path in tmp_path.rglob("*") if path.is_file())
    assert kept == sorted([*named.values(), young])


def test_a_moment_to_come_removes_no_young_file(engine: Engine, tmp_path: Path) -> None:
    storage.store(tmp_path, b"young")
    assert retain(engine, NOW + 100 * DAY, files=tmp_path) == Retained()


def test_a_file_stored_again_is_young_again(engine: Engine, tmp_path: Path) -> None:
    aged(tmp_path, storage.store(tmp_path, b"again"))
    sha256 = storage.store(tmp_path, b"again")
    assert retain(engine, NOW, files=tmp_path) == Retained()
    assert storage.load(tmp_path, sha256) == b"again"


def test_a_file_stored_again_while_it_is_being_removed_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = aged(tmp_path, storage.store(tmp_path, b"again"))
    rename = Path.rename

    def store_first(self: Path, target: Path) -> Path:
        storage.store(tmp_path, b"again")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", store_first)
    assert not storage.remove(path, (NOW - DAY).timestamp())
    assert storage.load(tmp_path, path.name) == b"again"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_every_column_that_names_files_is_looked_at(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    """A table added later, even one that the application may not read: then nothing is removed at all."""
    path = aged(tmp_path, storage.store(tmp_path, b"of a later table"))
    with superuser_of(settings) as owner:
        owner.execute("CREATE TABLE later (file_sha256 text)")
        owner.execute("INSERT INTO later VALUES (%s)", [hashlib.sha256(b"of a later table").hexdigest()])
    with pytest.raises(ProgrammingError, match="permission denied"):
        retain(engine, NOW, files=tmp_path)
    with superuser_of(settings) as owner:
        owner.execute("GRANT SELECT ON later TO hoso_app")
    assert retain(engine, NOW, files=tmp_path) == Retained()
    assert path.exists()
