"""One try over the wire against a real receiver: signed, to the address that was judged, and cut off whatever it does."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

from flows import webhook_wire
from flows.webhook_wire import Message, message, post
from flows.webhooks import Code, Try
from models.private_receivers import NOTHING_PRIVATE, PrivateReceivers, private_receivers
from tests.flows.http_receiver import (
    Handler,
    Receiver,
    answers,
    babbles,
    drips,
    hangs,
    hangs_in_the_middle,
    never_ends,
)

SECRET, OTHER = "whsec_" + "c2VjcmV0" * 4, "whsec_" + "b3RoZXIh" * 4
LISTED = private_receivers({"HOSO_WEBHOOK_PRIVATE": "127.0.0.0/8,::1"})
SENT = Message(uuid4(), b'{"type":"limit_overdue:p4-read"}')


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"CONNECT": 0.5, "READ": 0.5, "TOTAL": 1.0}.items():
        monkeypatch.setattr(webhook_wire, name, seconds)


def sent_to(
    url: str, private: PrivateReceivers = LISTED, secrets: tuple[str, ...] = (SECRET,), sent: Message = SENT
) -> Try:
    return asyncio.run(post(url, sent, secrets, private))


def outcome_of(behaviour: Callable[[Handler], None]) -> tuple[Try, Receiver]:
    with Receiver(behaviour) as receiver:
        return sent_to(receiver.url()), receiver


def test_what_is_sent_arrives_and_is_signed_as_the_specification_says() -> None:
    tried, receiver = outcome_of(answers(204))
    assert tried == Try("sent", 204)
    [got] = receiver.got
    assert (got.path, got.body, got.id) == ("/hook", SENT.body, str(SENT.id))
    assert got.headers["content-type"] == "application/json"
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 60
    Webhook(SECRET).verify(got.body, dict(got.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body + b" ", dict(got.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(got.body, dict(got.headers))


def test_while_two_secrets_are_valid_both_sign() -> None:
    with Receiver(answers(200)) as receiver:
        sent_to(receiver.url(), secrets=(SECRET, OTHER))
    [got] = receiver.got
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(got.body, dict(got.headers))


@pytest.mark.parametrize(
    ("status", "code"),
    [(200, "sent"), (299, "sent"), (300, "redirected"), (304, "redirected"), (400, "refused"), (404, "refused"), (429, "refused"),
     (410, "gone"), (500, "failed"), (503, "failed")],
)  # fmt: skip
def test_the_status_says_what_came_of_it(status: int, code: Code) -> None:
    tried, _receiver = outcome_of(answers(status))
    assert tried == Try(code, status)


@pytest.mark.parametrize("behaviour", [hangs, hangs_in_the_middle, drips])
def test_a_receiver_that_takes_its_time_is_cut_off(behaviour: Callable[[Handler], None]) -> None:
    tried, receiver = outcome_of(behaviour)
    assert tried == Try("timed_out")
    assert len(receiver.got) == 1


def test_a_huge_answer_is_left_and_counts_by_its_status() -> None:
    tried, _receiver = outcome_of(never_ends)
    assert tried == Try("sent", 200)


def test_an_answer_that_is_not_http_is_none() -> None:
    tried, _receiver = outcome_of(babbles)
    assert tried == Try("broken_answer")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirection_is_followed_wherever_it_leads(status: int) -> None:
    with (
        Receiver(answers(200)) as inside,
        Receiver(answers(status, location=inside.url("/inside"))) as receiver,
    ):
        assert sent_to(receiver.url()) == Try("redirected", status)
    assert len(receiver.got) == 1
    assert inside.got == []


def test_how_long_a_receiver_asks_to_be_left_alone_is_heard_within_bounds() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    for text, least, most in (
        ("120", 120, 120), ("0", 0, 0), ("999999999999999999", 86_400, 86_400), (soon, 590, 600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
    ):  # fmt: skip
        asked = outcome_of(answers(503, retry_after=text))[0].retry_after
        assert asked is not None
        assert least <= asked.total_seconds() <= most, text
    for text in ("soon", "-1", "", "1.5"):
        assert outcome_of(answers(503, retry_after=text))[0].retry_after is None, text


def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert sent_to(f"http://127.0.0.1:{probe.getsockname()[1]}/") == Try("unreachable")
    assert sent_to("https://nowhere.invalid/") == Try("unreachable")


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1:{port}/", "http://127.0.0.1:{port}/", "https://2130706433:{port}/"]
)
def test_a_private_address_that_is_no_longer_listed_is_not_connected_to(url: str) -> None:
    with Receiver(answers(200)) as receiver:
        assert sent_to(url.format(port=receiver.port), NOTHING_PRIVATE) == Try("private_address")
    assert receiver.got == []


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[str]]]:
    """A name server: what each name resolves to, one look after the other."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host in known:
            host = known[host].pop(0)
        return real(host, port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield known
    assert not any(known.values()), "a name that nobody looked up"


def test_a_name_is_resolved_once_and_what_was_judged_is_connected_to(names: dict[str, list[str]]) -> None:
    with Receiver(answers(200)) as receiver:
        names["office.example"] = ["127.0.0.1"]  # a second look would fail
        private = replace(LISTED, hosts=frozenset({"office.example"}))
        assert sent_to(receiver.url(host="office.example"), private) == Try("sent", 200)
        names["office.example"] = ["127.0.0.1"]
        only_the_host_was_listed = receiver.url(host="office.example").replace("http:", "https:")
        assert sent_to(only_the_host_was_listed, NOTHING_PRIVATE) == Try("private_address")
    [got] = receiver.got
    assert got.headers["host"] == f"office.example:{receiver.port}"


def test_an_address_where_nobody_listens_is_passed_over_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in ("127.0.0.9", "127.0.0.1")
    ]
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **n: both if host == "two.example" else real(host, *a, **n)
    )
    with Receiver(answers(200)) as receiver:
        assert sent_to(
            receiver.url(host="two.example"), replace(LISTED, hosts=frozenset({"two.example"}))
        ) == Try("sent", 200)


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver(answers(200)) as receiver, Receiver(answers(200)) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url(""))
        assert sent_to(receiver.url()) == Try("sent", 200)
    assert (len(receiver.got), proxy.got) == (1, [])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA, tmp_path: Path) -> PrivateReceivers:
    """Trusts the authority as well."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return private_receivers({"HOSO_WEBHOOK_PRIVATE": "127.0.0.0/8", "HOSO_WEBHOOK_CA": str(path)})


def tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_a_certificate_counts_by_the_name_that_was_asked_for(
    authority: trustme.CA, trusting: PrivateReceivers, names: dict[str, list[str]]
) -> None:
    with Receiver(answers(200), tls(authority, "office.example")) as receiver:
        names["office.example"], names["other.example"] = ["127.0.0.1"] * 2, ["127.0.0.1"]
        assert sent_to(receiver.url(host="office.example"), trusting) == Try("sent", 200)
        assert sent_to(receiver.url(host="office.example"), LISTED) == Try("untrusted"), (
            "an unknown authority"
        )
        assert sent_to(receiver.url(host="other.example"), trusting) == Try("untrusted"), "another name"
        assert sent_to(receiver.url(), trusting) == Try("untrusted"), "no name at all"
    assert len(receiver.got) == 1


def test_a_receiver_without_tls_is_not_spoken_to_in_the_open(trusting: PrivateReceivers) -> None:
    with Receiver(answers(200)) as receiver:
        assert sent_to(receiver.url().replace("http:", "https:"), trusting).code in {"untrusted", "timed_out"}
    assert receiver.got == []


def test_a_file_without_certificates_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(ValueError, match="HOSO_WEBHOOK_CA"):
            private_receivers({"HOSO_WEBHOOK_CA": str(tmp_path / name)})


def test_a_message_says_ids_numbers_and_dates_and_nothing_of_persons() -> None:
    facts = {
        "dossier": "HS-1",
        "rule": "p4-read",
        "due": "2026-09-05T00:00:00+07:00",
        "person": "Nguyễn Văn A",
    }
    dossier, delivery, notice = (UUID(int=number) for number in (1, 2, 3))
    asked: dict[str, Any] = {
        "delivery": delivery, "notice": notice, "kind": "limit_overdue:p4-read", "agency": "camd", "facts": facts,
        "told_at": datetime(2026, 9, 5, tzinfo=UTC), "public_url": "https://hoso.example",
    }  # fmt: skip
    sent = message(dossier=(dossier, "HS-1"), **asked)
    assert sent == message(dossier=(dossier, "HS-1"), **asked)
    assert sent.id == delivery
    assert sent.body.decode() == (
        '{"type":"limit_overdue:p4-read","timestamp":"2026-09-05T00:00:00+00:00","data":'
        f'{{"id":"{delivery}","notice":"{notice}","agency":"camd",'
        f'"dossier":{{"id":"{dossier}","number":"HS-1"}},'
        f'"links":{{"notice":"https://hoso.example/v1/notices/{notice}",'
        f'"dossier":"https://hoso.example/v1/dossiers/{dossier}"}},'
        '"rule":"p4-read","due":"2026-09-05T00:00:00+07:00"}}'
    )
    assert b'"dossier":null' in message(dossier=None, **asked).body
