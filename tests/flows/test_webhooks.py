"""Notices to webhooks: who hears of what, sent with one id until taken, given up in time, and sent again when asked."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text
from standardwebhooks import Webhook

from flows import deliveries, outgoing, webhook_wire, webhooks
from flows.notices import Audience, Telling, tell
from flows.running import Workplace
from models import clock
from models.private_receivers import PrivateReceivers, private_receivers
from models.store import Scope, unit_of_work
from tests.flows.http_receiver import Receiver, answers, hangs, in_turn
from tests.flows.rows import ACCOUNT, SYSTEM_SCOPE, act, add, dossier, read

SECRET, OLD = "whsec_" + "c2VjcmV0" * 4, "whsec_" + "b3RoZXIh" * 4
LISTED = private_receivers({"HOSO_WEBHOOK_PRIVATE": "127.0.0.1"})


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_wire, "READ", 0.3)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(answers(200)) as receiver:
        yield receiver


def webhook(engine: Engine, url: str, *kinds: str, agency: str = "camd", **more: Any) -> UUID:
    identity = uuid4()
    add(engine, "webhook", {
        "id": identity, "agency": agency, "url": url, "kinds": list(kinds), "secret": SECRET, "enabled": True,
        "created_by": ACCOUNT, "created_at": clock.now(), **more,
    })  # fmt: skip
    return identity


def told(
    engine: Engine, *keys: str, kind: str = "handed_over", agency: str = "camd", audience: Audience = "agency"
) -> None:
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        tell(connection, [Telling(agency, kind, key, {}, audience=audience) for key in keys])


def work(engine: Engine, private: PrivateReceivers = LISTED) -> None:
    """What a worker does until nothing is ready."""
    place = Workplace(engine, Path("unused"), "w", webhooks=private)
    while claimed := outgoing.claim(engine, "w", "webhook"):
        asyncio.run(deliveries.deliver(place, "webhook", claimed))


def states(engine: Engine) -> list[tuple[Any, ...]]:
    return read(
        engine,
        "SELECT state, attempts, error FROM delivery WHERE channel = 'webhook' ORDER BY created_at, id",
    )


class Hook(NamedTuple):
    """What is remembered of a webhook."""

    enabled: bool
    disabled_reason: str | None
    failing_since: datetime | None
    rest_until: datetime | None


def hook_of(engine: Engine, hook: UUID) -> Hook:
    asked = f"SELECT {', '.join(Hook._fields)} FROM webhook WHERE id = :id"  # noqa: S608 - names from above
    [row] = read(engine, asked, id=hook)
    return Hook(*row)


def tries(engine: Engine) -> list[tuple[Any, ...]]:
    return read(engine, "SELECT outcome, status FROM delivery_attempt ORDER BY id")


@pytest.mark.parametrize(
    ("kinds", "heard"),
    [
        ((), ["handed_over", "limit_overdue:p4-read", "limit_due_soon:p4-read"]),
        (("limit_",), ["limit_overdue:p4-read", "limit_due_soon:p4-read"]),
        (("limit_overdue", "handed_over"), ["handed_over", "limit_overdue:p4-read"]),
        (("overdue", "LIMIT"), []),
    ],
)
def test_a_webhook_hears_the_kinds_it_wants(
    engine: Engine, receiver: Receiver, kinds: tuple[str, ...], heard: list[str]
) -> None:
    webhook(engine, receiver.url(), *kinds)
    for kind in ("handed_over", "limit_overdue:p4-read", "limit_due_soon:p4-read"):
        told(engine, kind, kind=kind)
    work(engine)
    assert sorted(got.json["type"] for got in receiver.got) == sorted(heard)


def test_each_webhook_of_the_agency_hears_of_one_thing_once_whoever_is_told_of_it(
    engine: Engine, receiver: Receiver
) -> None:
    webhook(engine, receiver.url("/one"))
    webhook(engine, receiver.url("/two"))
    webhook(engine, receiver.url("/other"), agency="bvmd")
    webhook(engine, receiver.url("/off"), enabled=False, disabled_reason="by_hand")
    both = [Telling("camd", "limit_overdue:p4-read", "k1", {}, audience=one) for one in ("head", "agency")]
    for _ in range(2):
        with unit_of_work(engine, SYSTEM_SCOPE) as connection:
            tell(connection, both)
        told(engine, "k1", audience="supervisor")
        told(engine, "k2", audience="head")
    work(engine)
    assert sorted(got.path for got in receiver.got) == ["/one", "/one", "/two", "/two"]
    assert len({got.id for got in receiver.got}) == 4


def test_the_message_leads_to_the_dossier_by_its_id_and_names_nobody(
    engine: Engine, receiver: Receiver
) -> None:
    webhook(engine, receiver.url())
    done = act(engine, dossier(engine, "HS-2026-000001"))
    facts = {"dossier": "HS-2026-000001", "rule": "p4-read", "name": "Nguyễn Văn A"}
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        tell(connection, [Telling("camd", "limit_overdue:p4-read", "k", facts, done.dossier, done.event)])
    work(engine)
    [got] = receiver.got
    [(delivery, notice)] = read(engine, "SELECT id, notice FROM delivery")
    assert got.json["data"] == {
        "id": str(delivery), "notice": str(notice), "agency": "camd", "rule": "p4-read",
        "dossier": {"id": str(done.dossier), "number": "HS-2026-000001"},
        "links": {
            "notice": f"http://localhost:8000/v1/notices/{notice}",
            "dossier": f"http://localhost:8000/v1/dossiers/{done.dossier}",
        },
    }  # fmt: skip
    assert got.id == str(delivery)


def test_the_old_secret_signs_too_until_its_time_is_over(engine: Engine, receiver: Receiver) -> None:
    for path, left in (("/both", timedelta(hours=1)), ("/new", timedelta(0))):
        webhook(engine, receiver.url(path), old_secret=OLD, old_secret_until=clock.now() + left)
    told(engine, "k")
    work(engine)
    signatures = {got.path: got.headers["webhook-signature"].split() for got in receiver.got}
    assert {path: len(found) for path, found in signatures.items()} == {"/both": 2, "/new": 1}
    for got in receiver.got:
        Webhook(SECRET if got.path == "/new" else OLD).verify(got.body, dict(got.headers))


def test_a_failure_is_tried_again_later_with_the_same_id_and_body(engine: Engine, receiver: Receiver) -> None:
    receiver.behaviour = in_turn(answers(500), hangs, answers(200))
    hook = webhook(engine, receiver.url())
    told(engine, "k")
    start = datetime.now(UTC)
    for minutes, (state, failures) in enumerate([("waiting", 1), ("waiting", 2), ("sent", 3)]):
        with clock.at(start + timedelta(minutes=10 * minutes)):
            work(engine)
        [(found, attempts, _error)] = states(engine)
        assert (found, attempts) == (state, failures)
        assert (hook_of(engine, hook).failing_since is None) == (state == "sent")
    assert tries(engine) == [("failed", 500), ("timed_out", None), ("sent", 200)]
    assert len({(got.id, got.body) for got in receiver.got}) == 1
    assert len({got.headers["webhook-signature"] for got in receiver.got}) >= 1


def test_a_receiver_is_left_alone_as_long_as_it_asks(engine: Engine, receiver: Receiver) -> None:
    receiver.behaviour = in_turn(answers(429, retry_after="3600"), answers(200))
    webhook(engine, receiver.url())
    told(engine, "k1")
    start = datetime.now(UTC)
    with clock.at(start):
        work(engine)
        told(engine, "k2")  # what comes meanwhile waits too
    for minutes, sent in ((59, 0), (61, 2)):
        with clock.at(start + timedelta(minutes=minutes)):
            work(engine)
        assert [state for state, *_ in states(engine)].count("sent") == sent


def test_a_failing_webhook_is_tried_with_one_delivery_and_holds_up_no_other(
    engine: Engine, receiver: Receiver
) -> None:
    with Receiver(hangs) as stuck:
        webhook(engine, stuck.url(), failing_since=clock.now())
        webhook(engine, receiver.url(), agency="bvmd")
        told(engine, *map(str, range(30)))
        told(engine, *map(str, range(30)), agency="bvmd")
        work(engine)
    assert len(stuck.got) == 1
    assert len({got.id for got in receiver.got}) == len(receiver.got) == 30


def test_a_receiver_that_is_gone_disables_its_webhook_and_the_agency_is_told(
    engine: Engine, receiver: Receiver
) -> None:
    receiver.behaviour = answers(410)
    hook = webhook(engine, receiver.url())
    told(engine, "k1", "k2")
    work(engine)
    assert hook_of(engine, hook)[:2] == (False, "gone")
    assert {state for state, *_ in states(engine)} == {"parked"}
    assert len(receiver.got) <= 2
    notices = read(
        engine,
        "SELECT agency, audience, facts ->> 'webhook' FROM notice WHERE kind = 'webhook_disabled' ORDER BY 2",
    )
    assert notices == [("camd", audience, str(hook)) for audience in ("agency", "head")]
    told(engine, "k3")
    assert len(states(engine)) == 2


def test_a_webhook_that_fails_for_three_days_is_disabled(engine: Engine, receiver: Receiver) -> None:
    receiver.behaviour = answers(500)
    hook = webhook(engine, receiver.url())
    told(engine, "k")
    start = datetime.now(UTC)
    for hours in range(0, 80, 7):
        with clock.at(start + timedelta(hours=hours)):
            work(engine)
            assert hook_of(engine, hook).enabled == (hours < 72)
    [(state, _attempts, error)] = states(engine)
    assert state == "parked"
    assert error == webhooks.DISABLED + ": 500: bên nhận gặp lỗi (5xx) · the receiver fails (5xx)"
    assert hook_of(engine, hook)[:2] == (False, "failing")
    assert len(read(engine, "SELECT 1 FROM notice WHERE kind = 'webhook_disabled'")) == 2
    assert len(receiver.got) == 12


def test_what_waits_for_a_disabled_webhook_is_parked_and_sent_again_when_asked(
    engine: Engine, receiver: Receiver
) -> None:
    hook = webhook(engine, receiver.url())
    told(engine, "k1", "k2", "k3")
    with unit_of_work(engine, Scope("camd")) as connection:
        webhooks.disable(connection, hook, "by_hand")
    work(engine)
    assert receiver.got == []
    assert {state for state, *_ in states(engine)} == {"parked"}
    read(engine, "UPDATE webhook SET enabled = true, disabled_reason = NULL RETURNING 1")
    [one, *_] = [row[0] for row in read(engine, "SELECT id FROM delivery ORDER BY id")]
    assert again(engine, hook, delivery=one) == 1
    work(engine)
    assert [got.id for got in receiver.got] == [str(one)]
    moment = clock.now()
    assert again(engine, hook, since=moment) == 0
    assert again(engine, hook, since=moment - timedelta(hours=1)) == 2
    work(engine)
    assert len({got.id for got in receiver.got}) == len(receiver.got) == 3
    assert again(engine, hook, since=moment - timedelta(hours=1)) == 0
    assert again(engine, hook, since=moment - timedelta(hours=1), sent=True) == 3
    work(engine)
    assert len(receiver.got) == 6
    assert len({got.id for got in receiver.got}) == 3


def again(engine: Engine, hook: UUID, **asked: Any) -> int:
    with unit_of_work(engine, Scope("camd")) as connection:
        return webhooks.send_again(connection, hook, ACCOUNT, **asked)


def test_a_delivery_told_while_its_webhook_was_being_disabled_is_parked(
    engine: Engine, receiver: Receiver
) -> None:
    webhook(engine, receiver.url())
    told(engine, "k")
    read(engine, "UPDATE webhook SET enabled = false, disabled_reason = 'by_hand' RETURNING 1")
    work(engine)
    assert states(engine) == [("parked", 1, webhooks.DISABLED)]
    assert receiver.got == []


def test_a_test_is_sent_to_one_webhook_whatever_it_wants_and_tried_once(
    engine: Engine, receiver: Receiver
) -> None:
    hook = webhook(engine, receiver.url(), "limit_")
    webhook(engine, receiver.url("/other"))
    for status, state in ((200, "sent"), (500, "parked"), (410, "parked")):
        receiver.behaviour = answers(status)
        with unit_of_work(engine, Scope("camd")) as connection:
            delivery = webhooks.send_test(connection, hook, "camd", ACCOUNT)
        work(engine)
        assert read(engine, "SELECT state FROM delivery WHERE id = :id", id=delivery) == [(state,)]
    assert [got.path for got in receiver.got] == ["/hook"] * 3
    assert {got.json["type"] for got in receiver.got} == {"webhook_test"}
    assert hook_of(engine, hook) == (True, None, None, None)
    assert read(engine, "SELECT count(*) FROM notice WHERE read_at IS NULL") == [(0,)]


def test_a_test_goes_first_even_where_much_waits_for_a_failing_receiver(
    engine: Engine, receiver: Receiver
) -> None:
    since = clock.now()
    hook = webhook(engine, receiver.url(), failing_since=since, rest_until=since + timedelta(hours=1))
    told(engine, "k1", "k2")
    receiver.behaviour = in_turn(answers(204), answers(500))
    with unit_of_work(engine, Scope("camd")) as connection:
        delivery = webhooks.send_test(connection, hook, "camd", ACCOUNT)
    work(engine)
    assert receiver.got[0].id == str(delivery)


def test_a_try_cut_off_by_a_crash_is_tried_again_with_the_same_id_and_shows_as_unfinished(
    engine: Engine, receiver: Receiver
) -> None:
    webhook(engine, receiver.url())
    told(engine, "k")
    [delivery] = outgoing.claim(engine, "dead", "webhook")
    parcel = outgoing.begin(engine, "dead", delivery)
    assert parcel is not None
    asyncio.run(_die_while_sending(parcel, Workplace(engine, Path("unused"), "dead", webhooks=LISTED)))
    work(engine)
    assert len(receiver.got) == 1
    with clock.at(datetime.now(UTC) + outgoing.LEASE + timedelta(seconds=1)):
        work(engine)
    with clock.at(datetime.now(UTC) + outgoing.LEASE + timedelta(minutes=5)):
        work(engine)
    assert [got.id for got in receiver.got] == [str(delivery)] * 2
    assert tries(engine) == [(None, None), ("sent", 200)]
    assert [state for state, *_ in states(engine)] == ["sent"]


async def _die_while_sending(parcel: outgoing.Parcel, place: Workplace) -> None:
    """Sends, and never comes to write down what came of it."""
    await deliveries.SENDERS["webhook"](parcel, place)


def test_an_agency_sees_its_own_webhooks_and_their_deliveries_alone(
    engine: Engine, receiver: Receiver
) -> None:
    webhook(engine, receiver.url())
    told(engine, "k")
    work(engine)
    tables = "webhook", "delivery", "delivery_attempt"

    def seen(agency: str) -> list[int]:
        with unit_of_work(engine, Scope(agency)) as connection:
            counts = (text(f"SELECT count(*) FROM {name}") for name in tables)  # noqa: S608 - names from above
            return [connection.execute(count).scalar_one() for count in counts]

    assert seen("camd") == seen("*") == [1, 1, 1]
    assert seen("bvmd") == seen("") == [0, 0, 0]
