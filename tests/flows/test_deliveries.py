"""Deliveries: each mail leaves once or its fate is recorded, whatever the mail server does and whoever dies."""

import asyncio
import email
import email.policy
import ssl
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import trustme
from prometheus_client import REGISTRY
from sqlalchemy import Engine

from flows import deliveries, mail, outgoing
from flows.notices import Telling, tell
from flows.outgoing import Outcome
from flows.running import Workplace
from models import clock
from models.mail_server import MailServer
from models.store import unit_of_work
from tests.flows.post_office import PostOffice
from tests.flows.rows import ACCOUNT, SYSTEM_SCOPE, read


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with PostOffice() as office:
        yield office


def address(engine: Engine, name: str) -> None:
    """The officer of `camd` gets mail at this name."""
    read(
        engine,
        "UPDATE account SET email = :to WHERE username = 'can-bo' RETURNING 1",
        to=f"{name}@camd.example",
    )


def told(engine: Engine, *keys: str, kind: str = "handed_over", **facts: str) -> list[UUID]:
    """Notices for `camd`, one a key; the ids of their deliveries."""
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        tell(connection, [Telling("camd", kind, key, {"dossier": "HS-2026-000001", **facts}) for key in keys])
    rows = read(
        engine,
        "SELECT d.id FROM delivery d JOIN notice n ON n.id = d.notice WHERE n.key = ANY (:keys)",
        keys=list(keys),
    )
    return [row[0] for row in rows]


def states(engine: Engine) -> Counter[str]:
    return Counter(state for (state,) in read(engine, "SELECT state FROM delivery"))


def row_of(engine: Engine, delivery: UUID) -> Any:
    [row] = read(
        engine,
        "SELECT state, attempts, error, run_after, settled_at, worker FROM delivery WHERE id = :id",
        id=delivery,
    )
    return row


def counted(outcome: str) -> float:
    """How many mails have ended so, as Prometheus is told."""
    labels = {"channel": "mail", "outcome": outcome}
    return REGISTRY.get_sample_value("hoso_deliveries_total", labels) or 0.0


def work(engine: Engine, server: MailServer, worker: str = "w", at_most: int = 100) -> None:
    """What a worker does until nothing is ready."""
    place = Workplace(engine, Path("unused"), worker, mail=server)
    while claimed := outgoing.claim(engine, worker, "mail", at_most):
        asyncio.run(deliveries.deliver(place, "mail", claimed))


@pytest.mark.parametrize(
    ("name", "state", "error"),
    [
        ("good", "sent", None),
        ("refused", "parked", "550 5.1.1 no such user …"),
        ("later", "waiting", "451 4.7.1 greylisted, come again"),
        ("silent", "waiting", "TimeoutError"),
        ("spam", "parked", "554 5.7.1 rejected"),
        ("full", "waiting", "452 4.2.2 full"),
        ("cut", "unknown", "Unexpected EOF received"),
        ("mute", "unknown", "TimeoutError"),
    ],
)
def test_each_failure_of_the_server_has_its_outcome(
    engine: Engine,
    office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    state: str,
    error: str | None,
) -> None:
    monkeypatch.setattr(mail, "TIME_OUT", 0.5 if error == "TimeoutError" else 20.0)
    address(engine, name)
    [delivery] = told(engine, "one")
    before = counted(state)
    work(engine, office.server())
    assert row_of(engine, delivery)[:3] == (state, 1, error)
    assert counted(state) == before + 1
    assert len(office.received) == (state == "sent")
    assert len(office.cut) == (state == "unknown")


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("smtp://127.0.0.1:1", "127.0.0.1"),
        ("smtp://hoso:wrong@127.0.0.1:{port}?starttls=never", "535"),
        ("smtp://hoso:secret@127.0.0.1:{port}", "STARTTLS"),
        ("smtps://127.0.0.1:{port}", ""),
    ],
)
def test_server_that_cannot_be_used_lets_mails_wait_and_never_sees_the_password_in_the_clear(
    engine: Engine, office: PostOffice, url: str, error: str
) -> None:
    address(engine, "good")
    [delivery] = told(engine, "one")
    work(engine, office.server(url))
    state, attempts, said, run_after, settled, worker = row_of(engine, delivery)
    assert (state, attempts, settled, worker) == ("waiting", 1, None, None)
    assert error in said
    assert "secret" not in said
    assert run_after > datetime.now(UTC)
    assert office.received == []


@pytest.mark.parametrize(("host", "state"), [("127.0.0.1", "sent"), ("mail.other.example", "waiting")])
def test_password_goes_over_tls_to_a_server_that_proves_its_name(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, state: str
) -> None:
    authority, tls = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host).configure_cert(tls)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    address(engine, "good")
    [delivery] = told(engine, "one")
    with PostOffice(tls=tls) as office:
        work(engine, office.server("smtp://hoso:secret@127.0.0.1:{port}"))
    assert row_of(engine, delivery)[0] == state
    assert len(office.received) == (state == "sent")


def test_worker_told_to_stop_begins_no_more_and_gives_the_rest_back(
    engine: Engine, office: PostOffice
) -> None:
    address(engine, "good")
    told(engine, *map(str, range(30)))
    place = Workplace(engine, Path("unused"), "w", mail=office.server())
    office.pause = 0.2

    async def stopped_soon() -> Counter[str]:
        claimed = outgoing.claim(engine, "w", "mail")
        sending = asyncio.create_task(deliveries.deliver(place, "mail", claimed))
        await asyncio.sleep(0.3)
        place.stop.set()
        return await sending

    outcomes = asyncio.run(stopped_soon())
    outgoing.take_back(engine, "w", "mail")
    assert outcomes.keys() == {"sent", "untouched"}
    assert states(engine) == {"sent": outcomes["sent"], "waiting": outcomes["untouched"]}
    assert len(outgoing.claim(engine, "another", "mail")) == outcomes["untouched"]


def test_pauses_grow_until_the_delivery_is_parked_after_some_three_days(
    engine: Engine, office: PostOffice
) -> None:
    address(engine, "later")
    [delivery] = told(engine, "one")
    began = moment = datetime.now(UTC)
    pauses = []
    while (row := row_of(engine, delivery))[0] == "waiting":
        moment = max(moment, row[3])
        with clock.at(moment):
            read(
                engine, "UPDATE delivery SET again_at = :now RETURNING 1", now=moment
            )  # the age is not judged here
            work(engine, office.server())
        pauses.append(row_of(engine, delivery)[3] - moment)
    assert row_of(engine, delivery)[:2] == ("parked", outgoing.ATTEMPTS)
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=30)
    assert timedelta(days=2) < moment - began < timedelta(days=4)


def test_mails_of_long_ago_are_parked_and_not_sent_when_mail_comes_late(
    engine: Engine, office: PostOffice
) -> None:
    address(engine, "good")
    with clock.at(datetime.now(UTC) - timedelta(days=4)):
        old = told(engine, *map(str, range(150)))
    [new] = told(engine, "new")
    work(engine, office.server())
    assert states(engine) == {"parked": 150, "sent": 1}
    assert row_of(engine, new)[0] == "sent"
    assert "3 ngày" in row_of(engine, old[0])[2]
    assert len(office.received) == 1


def test_mail_to_an_account_that_was_disabled_or_has_no_address_any_more_is_parked(
    engine: Engine, office: PostOffice
) -> None:
    address(engine, "good")
    [delivery] = told(engine, "one")
    read(engine, "UPDATE account SET disabled = true WHERE username = 'can-bo' RETURNING 1")
    work(engine, office.server())
    assert row_of(engine, delivery)[0] == "parked"
    assert office.received == []


def test_two_workers_send_a_hundred_mails_once_each(engine: Engine, office: PostOffice) -> None:
    address(engine, "good")
    told(engine, *map(str, range(100)))
    office.pause = 0.01
    both: Counter[str] = Counter()

    async def sends(worker: str) -> None:
        place = Workplace(engine, Path("unused"), worker, mail=office.server())
        while claimed := await asyncio.to_thread(outgoing.claim, engine, worker, "mail", 20):
            both[worker] += len(claimed)
            await deliveries.deliver(place, "mail", claimed)

    async def side_by_side() -> None:
        await asyncio.gather(sends("a"), sends("b"))

    asyncio.run(side_by_side())
    assert states(engine) == {"sent": 100}
    assert both.total() == 100
    assert len(both) == 2
    ids = Counter(email.message_from_bytes(content)["Message-ID"] for _to, content in office.received)
    assert len(ids) == ids.total() == 100


def test_mail_begun_by_a_dead_worker_is_unknown_and_never_sent_again_unasked(
    engine: Engine, office: PostOffice
) -> None:
    address(engine, "good")
    begun, waiting = told(engine, "one", "two")
    assert set(outgoing.claim(engine, "dead", "mail")) == {begun, waiting}
    assert outgoing.begin(engine, "dead", begun) is not None
    work(engine, office.server())
    assert row_of(engine, begun)[0] == "sending"
    with clock.at(datetime.now(UTC) + outgoing.LEASE + timedelta(seconds=1)):
        work(engine, office.server())
        assert (row_of(engine, begun)[0], row_of(engine, waiting)[0]) == ("unknown", "sent")
        work(engine, office.server())
    assert len(office.received) == 1
    outgoing.settle(engine, "dead", begun, Outcome("waiting"))  # it was only slow: too late to matter
    assert row_of(engine, begun)[0] == "unknown"
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        assert outgoing.send_again(connection, begun, ACCOUNT)
        assert not outgoing.send_again(connection, waiting, ACCOUNT)
    work(engine, office.server())
    assert row_of(engine, begun)[0] == "sent"
    [[by, at]] = read(engine, "SELECT again_by, again_at FROM delivery WHERE id = :id", id=begun)
    assert (by, at is not None) == (ACCOUNT, True)


def test_worker_that_starts_again_frees_what_its_name_held(engine: Engine, office: PostOffice) -> None:
    address(engine, "good")
    begun, held = told(engine, "one", "two")
    outgoing.claim(engine, "same", "mail")
    outgoing.begin(engine, "same", begun)
    outgoing.take_back(engine, "other", "mail")
    assert row_of(engine, begun)[0] == "sending"
    outgoing.take_back(engine, "same", "mail")
    assert [row_of(engine, one)[:2] for one in (begun, held)] == [("unknown", 1), ("waiting", 0)]
    work(engine, office.server(), "same")
    assert row_of(engine, held)[0] == "sent"


def test_delivery_taken_over_by_another_is_not_begun(engine: Engine) -> None:
    address(engine, "good")
    [delivery] = told(engine, "one")
    outgoing.claim(engine, "slow", "mail")
    with clock.at(datetime.now(UTC) + outgoing.LEASE + timedelta(seconds=1)):
        assert outgoing.claim(engine, "quick", "mail") == [delivery]
        assert outgoing.begin(engine, "slow", delivery) is None
        assert outgoing.begin(engine, "quick", delivery) is not None


def test_fault_in_one_mail_leaves_it_unknown_and_the_others_go(
    engine: Engine, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    address(engine, "good")
    first, second = told(engine, "one", "two")
    sound = deliveries.SENDERS["mail"]

    async def faulty(parcel: outgoing.Parcel, place: Workplace) -> Outcome:
        if parcel.id == first:
            raise ZeroDivisionError("Nguyễn Văn A")
        return await sound(parcel, place)

    monkeypatch.setattr(deliveries, "SENDERS", {"mail": faulty})
    work(engine, office.server())
    assert row_of(engine, first)[:3] == ("unknown", 1, "ZeroDivisionError")
    assert row_of(engine, second)[0] == "sent"


def test_fault_before_anything_left_lets_the_mail_wait(engine: Engine, office: PostOffice) -> None:
    address(engine, "good")
    [delivery] = told(engine, "one", due="not a moment")
    work(engine, office.server())
    assert row_of(engine, delivery)[:3] == ("waiting", 1, "ValueError")


def test_mail_is_vietnamese_then_english_and_says_what_to_do_without_naming_anybody(
    engine: Engine, office: PostOffice
) -> None:
    address(engine, "good")
    at = datetime.now(UTC) - timedelta(days=2)
    [delivery] = told(
        engine, "one", kind="limit_overdue:p4-query", rule="p4-query", book="2026", due="2026-11-20T17:00:00+00:00",
        last_day="2026-11-20", at=at.isoformat(), who="Công an phường Mai Dịch",
    )  # fmt: skip
    work(engine, office.server())
    [(to, content)] = office.received
    sent = email.message_from_bytes(content, policy=email.policy.default)
    assert (to, sent["To"], sent["Auto-Submitted"]) == (
        "good@camd.example",
        "good@camd.example",
        "auto-generated",
    )
    assert sent["Message-ID"] == f"<{delivery}@office.example>"
    assert sent["From"] == "Hệ thống hồ sơ <hoso@office.example>"
    assert sent["Subject"] == "Hồ sơ HS-2026-000001: đã quá một thời hạn"
    assert abs(sent["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=5)
    text = sent.get_content()
    [[notice]] = read(engine, "SELECT id FROM notice")
    for words in (
        "Trả lời văn bản của Tòa án", "Ngày cuối: 20/11/2026", "Hết lúc: 00:00 21/11/2026", "đến muộn", "Cơ quan phải làm: Công an phường Mai Dịch", "Mở hồ sơ, thực hiện thao tác",
        "Time limit: ", "Last day: 20/11/2026", "is late because",
        f"http://localhost:8000/v1/notices/{notice}",
    ):  # fmt: skip
        assert words in text
    assert text.index("Thời hạn") < text.index("Time limit")
    for forbidden in ("Nguyễn", "nghiện", "ma túy", "addict", "drug"):
        assert forbidden.lower() not in f"{sent['Subject']} {text}".lower()
