"""Webhooks over HTTP: who keeps them, what is refused, the secret shown once, what was sent, and sending again."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from standardwebhooks import Webhook

from flows import deliveries, outgoing
from flows.notices import Telling, tell
from flows.running import Workplace
from models import clock
from models.private_receivers import private_receivers
from models.settings import Settings
from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import NOW
from tests.api.road import Caller
from tests.flows.http_receiver import Receiver, answers, in_turn

PATH = "/v1/webhooks"
HEAD, OTHER_HEAD, OFFICER, ADMINISTRATOR = (
    "ca.cau-giay.truong",
    "ta.kv4-ha-noi.truong",
    "ca.cau-giay",
    "quan-tri",
)
LISTED = private_receivers({"HOSO_WEBHOOK_PRIVATE": "127.0.0.1"})
PUBLIC = "https://8.8.8.8/hook"
AsUser = Callable[[str], Caller]


@pytest.fixture
def database(database: Settings) -> Settings:
    """An installation whose administrator lists this machine."""
    return replace(database, webhooks=LISTED)


def created(as_user: AsUser, url: str = PUBLIC, by: str = HEAD, **more: Any) -> dict[str, Any]:
    answer = as_user(by).post(PATH, json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{PATH}/{answer.json()['id']}"
    return dict(answer.json())


def told(store: Engine, *keys: str) -> None:
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        tell(connection, [Telling("ca.cau-giay", "handed_over", key, {}) for key in keys])


def work(store: Engine) -> None:
    """What a worker does until nothing is ready."""
    place = Workplace(store, Path("unused"), "w", webhooks=LISTED, settings=INSTALLED["settings"])
    while claimed := outgoing.claim(store, "w", "webhook"):
        asyncio.run(deliveries.deliver(place, "webhook", claimed))


INSTALLED: dict[str, Settings] = {}


@pytest.fixture(autouse=True)
def installed(database: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's key is the API's."""
    monkeypatch.setitem(INSTALLED, "settings", database)


def test_secrets_are_kept_sealed_and_older_ones_are_sealed_when_used(as_user: AsUser, store: Engine) -> None:
    def kept(write: str | None = None) -> str:
        with unit_of_work(store, Scope(SYSTEM)) as connection:
            if write:
                connection.execute(text("UPDATE webhook SET secret = :it"), {"it": write})
            return str(connection.execute(text("SELECT secret, old_secret FROM webhook")).all())

    with Receiver(answers(200)) as receiver:
        made = created(as_user, receiver.url())
        assert made["secret"] not in kept()
        assert made["secret"] in kept(made["secret"])
        told(store, "k")
        with clock.at(NOW + timedelta(seconds=1)):
            work(store)
    assert made["secret"] not in kept()
    assert len(receiver.got) == 1


def test_the_secret_is_shown_once_and_signs_what_is_sent(as_user: AsUser, store: Engine) -> None:
    with Receiver(answers(200)) as receiver:
        made = created(as_user, receiver.url(), kinds=["handed"])
        told(store, "k")
        with clock.at(NOW + timedelta(seconds=1)):
            work(store)
    [got] = receiver.got
    signed = Webhook(made["secret"]).sign(got.id, NOW + timedelta(seconds=1), got.body.decode())
    assert got.headers["webhook-signature"] == signed
    read = as_user(HEAD).get(f"{PATH}/{made['id']}").json()
    assert read == {name: value for name, value in made.items() if name != "secret"}
    assert (read["agency"], read["kinds"], read["enabled"]) == ("ca.cau-giay", ["handed"], True)
    assert made["secret"] not in as_user(HEAD).get(PATH).text


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://10.0.0.1/", "private_address"), ("https://0xa9fea9fe/", "private_address"),
        ("https://[::ffff:169.254.169.254]/", "private_address"), ("http://8.8.8.8/", "https_required"),
        ("https://a:b@8.8.8.8/", "credentials_in_address"), ("nowhere", "not_an_address"), ("https://nowhere.invalid/", "unknown_host"),
    ],
)  # fmt: skip
def test_where_a_webhook_may_not_lead_is_said_in_both_languages(as_user: AsUser, url: str, code: str) -> None:
    answers_ = [
        as_user(HEAD).post(PATH, json={"url": url}, headers={"Accept-Language": language}).json()
        for language in ("vi", "en")
    ]
    assert {(one["status"], one["errors"][0]["code"], one["errors"][0]["field"]) for one in answers_} == {
        (422, code, "url")
    }
    assert answers_[0]["errors"][0]["message"] != answers_[1]["errors"][0]["message"]
    made = created(as_user)
    assert as_user(HEAD).send("PATCH", f"{PATH}/{made['id']}", json={"url": url}).status_code == 422
    assert as_user(HEAD).get(f"{PATH}/{made['id']}").json()["url"] == PUBLIC


def test_what_makes_no_sense_is_refused(as_user: AsUser) -> None:
    made = created(as_user)
    for method, path, body in (
        ("POST", "", {"url": PUBLIC, "kinds": ["có dấu"]}), ("POST", "", {}), ("POST", "", {"url": PUBLIC, "secret": "x"}),
        ("PATCH", f"/{made['id']}", {}), ("POST", f"/{made['id']}/replay", {}),
        ("POST", f"/{made['id']}/replay", {"delivery": str(uuid4()), "since": "2026-11-20T00:00:00+07:00"}),
        ("POST", f"/{made['id']}/replay", {"since": "2026-11-20T00:00:00"}),
    ):  # fmt: skip
        assert as_user(HEAD).send(method, PATH + path, json=body).status_code == 422, body
    for query in ("?cursor=x", f"?cursor={uuid4()}", "?limit=201"):
        for path in (PATH, f"{PATH}/{made['id']}/deliveries"):
            assert as_user(HEAD).get(path + query).status_code == 422, query


@pytest.mark.parametrize("user", [OFFICER, "giam-sat", "kiem-toan"])
def test_only_heads_and_administrators_keep_webhooks(as_user: AsUser, user: str) -> None:
    made = created(as_user)
    for method, path in every_door(made["id"]):
        answer = as_user(user).send(method, path, json=BODIES.get(path.rpartition("/")[2]))
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_webhooks"), path


def every_door(webhook: str) -> list[tuple[str, str]]:
    own = f"{PATH}/{webhook}"
    return [
        ("GET", PATH), ("POST", PATH), ("GET", own), ("PATCH", own), ("DELETE", own), ("POST", f"{own}/secret"),
        ("POST", f"{own}/test"), ("POST", f"{own}/replay"), ("GET", f"{own}/deliveries"),
    ]  # fmt: skip


BODIES: dict[str, dict[str, Any]] = {
    "webhooks": {"url": PUBLIC}, "secret": {}, "replay": {"since": "2026-11-20T00:00:00+07:00"},
}  # fmt: skip


def test_another_agencys_webhook_is_like_an_unknown_one(as_user: AsUser) -> None:
    made = created(as_user)
    for webhook in (made["id"], str(uuid4()), "x"):
        for method, path in every_door(webhook)[2:]:
            body = BODIES.get(path.rpartition("/")[2], {"enabled": False})
            assert as_user(OTHER_HEAD).send(method, path, json=body).status_code == 404, path
    assert as_user(OTHER_HEAD).get(PATH).json()["items"] == []
    assert as_user(HEAD).get(f"{PATH}/{made['id']}").json() == {
        name: value for name, value in made.items() if name != "secret"
    }
    refused = as_user(OTHER_HEAD).post(PATH, json={"url": PUBLIC, "agency": "ca.cau-giay"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (403, "agency")


def test_an_administrator_keeps_every_agencys(as_user: AsUser) -> None:
    made = created(as_user, by=ADMINISTRATOR, agency="ca.cau-giay")
    assert as_user(HEAD).get(f"{PATH}/{made['id']}").status_code == 200
    own = created(as_user)
    listed = as_user(ADMINISTRATOR).get(f"{PATH}?agency=ca.cau-giay").json()["items"]
    assert [one["id"] for one in listed] == sorted((made["id"], own["id"])), "made at one instant, so by id"
    assert as_user(ADMINISTRATOR).send("DELETE", f"{PATH}/{own['id']}").json()["disabled_reason"] == "by_hand"
    assert as_user(ADMINISTRATOR).post(PATH, json={"url": PUBLIC, "agency": "x"}).status_code == 422


def test_lists_come_in_pages_and_as_csv(as_user: AsUser) -> None:
    made = {created(as_user, f"{PUBLIC}/{number}")["id"] for number in range(5)}
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = as_user(HEAD).get(f"{PATH}?limit=2{cursor}").json()
        seen += [one["id"] for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert seen == sorted(made)
    table = as_user(HEAD).get(PATH, headers={"Accept": "text/csv"}).content.decode("utf-8-sig").splitlines()
    assert len(table) == 6
    assert table[0].startswith("id,agency,url,kinds,enabled")


def test_an_agency_has_so_many_webhooks_at_most(as_user: AsUser) -> None:
    for number in range(20):
        last = created(as_user, f"{PUBLIC}/{number}")
    assert as_user(HEAD).post(PATH, json={"url": PUBLIC}).json()["code"] == "too_many_webhooks"
    as_user(HEAD).send("DELETE", f"{PATH}/{last['id']}")
    created(as_user)


def test_a_new_secret_signs_beside_the_old_one_or_ends_it(as_user: AsUser) -> None:
    made = created(as_user)
    key = {"Idempotency-Key": "rotate-1"}
    first = as_user(HEAD).post(f"{PATH}/{made['id']}/secret", json={}, headers=key).json()
    assert first["secret"] != made["secret"]
    assert first["old_secret_until"] == "2026-11-25T09:00:00+07:00"
    assert as_user(HEAD).post(f"{PATH}/{made['id']}/secret", json={}, headers=key).json() == first
    second = as_user(HEAD).post(f"{PATH}/{made['id']}/secret", json={"end_old": True}).json()
    assert second["secret"] not in {made["secret"], first["secret"]}
    assert second["old_secret_until"] is None


def test_what_was_sent_is_listed_with_every_try_and_sent_again(as_user: AsUser, store: Engine) -> None:
    with Receiver(in_turn(answers(503), answers(204))) as receiver:
        made = created(as_user, receiver.url())
        told(store, "k1")
        work(store)
        path = f"{PATH}/{made['id']}"
        [waiting] = as_user(HEAD).get(f"{path}/deliveries").json()["items"]
        assert (waiting["state"], waiting["attempts"], waiting["kind"]) == ("waiting", 1, "handed_over")
        with clock.at(NOW + timedelta(minutes=10)):
            work(store)
        [sent] = as_user(HEAD).get(f"{path}/deliveries?state=sent").json()["items"]
        assert [(one["outcome"], one["status"]) for one in sent["tries"]] == [("failed", 503), ("sent", 204)]
        assert sent["tries"][0]["text"] == "bên nhận gặp lỗi (5xx)"
        assert as_user(HEAD).post(f"{path}/replay", json={"delivery": str(uuid4())}).status_code == 404
        assert as_user(HEAD).post(f"{path}/replay", json={"delivery": sent["id"]}).json() == {"count": 1}
        work(store)
        english = as_user(HEAD).get(f"{path}/deliveries", headers={"Accept-Language": "en"}).json()["items"]
        assert [one["text"] for one in english[0]["tries"]] == ["the receiver fails (5xx)", "taken", "taken"]
    assert [got.id for got in receiver.got] == [sent["id"]] * 3


def test_what_was_missed_while_disabled_is_sent_once_it_is_enabled_again(
    as_user: AsUser, store: Engine
) -> None:
    with Receiver(answers(200)) as receiver:
        made = created(as_user, receiver.url())
        path, since = f"{PATH}/{made['id']}", {"since": "2026-11-20T00:00:00+07:00"}
        told(store, "k1", "k2")
        assert (
            as_user(HEAD).send("PATCH", path, json={"enabled": False}).json()["disabled_reason"] == "by_hand"
        )
        for door in ("replay", "test"):
            refused = as_user(HEAD).post(f"{path}/{door}", json=since)
            assert (refused.status_code, refused.json()["code"]) == (409, "webhook_disabled")
        back = as_user(HEAD).send("PATCH", path, json={"enabled": True, "kinds": ["limit_"]}).json()
        assert (back["enabled"], back["disabled_reason"], back["kinds"]) == (True, None, ["limit_"])
        assert as_user(HEAD).post(f"{path}/replay", json=since).json() == {"count": 2}
        work(store)
        first, second = (as_user(HEAD).get(f"{path}/deliveries?limit=1{more}").json() for more in ("", ""))
        assert first == second
        rest = as_user(HEAD).get(f"{path}/deliveries?limit=1&cursor={first['next_cursor']}").json()
    assert {first["items"][0]["id"], rest["items"][0]["id"]} == {got.id for got in receiver.got}
    assert rest["next_cursor"] is None


def test_a_test_shows_its_outcome(as_user: AsUser, store: Engine) -> None:
    with Receiver(answers(500)) as receiver:
        made = created(as_user, receiver.url(), kinds=["limit_"])
        asked = as_user(HEAD).post(f"{PATH}/{made['id']}/test")
        assert asked.status_code == 202
        work(store)
    [shown] = as_user(HEAD).get(f"{PATH}/{made['id']}/deliveries").json()["items"]
    assert (shown["id"], shown["kind"], shown["state"]) == (
        asked.json()["delivery"],
        "webhook_test",
        "parked",
    )
    assert [one["status"] for one in shown["tries"]] == [500]
    assert [got.json["type"] for got in receiver.got] == ["webhook_test"]
    assert as_user(HEAD).get("/v1/notices?unread=true").json()["items"] == []
