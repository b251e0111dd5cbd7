"""The page for receivers says what is true: its code is run on a message that really arrived."""

import asyncio
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flows import outgoing, webhook_wire, webhooks
from flows.webhook_wire import Message, post
from models.private_receivers import private_receivers
from tests.flows.http_receiver import Got, Receiver, answers

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET, OLD = "whsec_" + "c2VjcmV0" * 4, "whsec_" + "b3RoZXIh" * 4
Verify = Callable[[str, Any, bytes], bool]


@pytest.fixture
def verify() -> Verify:
    [code] = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
    assert len(code.split("def verify")[1].splitlines()) <= 10
    names: dict[str, Verify] = {}
    exec(code, names)  # noqa: S102 - that is the test
    return names["verify"]


@pytest.fixture
def got() -> Got:
    """A message that arrived, signed with a new and an old secret."""
    with Receiver(answers(200)) as receiver:
        private = private_receivers({"HOSO_WEBHOOK_PRIVATE": "127.0.0.1"})
        message = Message(uuid4(), '{"type":"thử"}'.encode())
        assert asyncio.run(post(receiver.url(), message, [SECRET, OLD], private)).code == "sent"
    return receiver.got[0]


def test_the_pages_code_takes_a_genuine_message_with_either_secret(verify: Verify, got: Got) -> None:
    assert verify(SECRET, got.headers, got.body)
    assert verify(OLD, got.headers, got.body)


def test_the_pages_code_refuses_another_secret_body_id_and_an_old_message(
    verify: Verify, got: Got, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not verify("whsec_" + "bm9ib2R5" * 4, got.headers, got.body)
    assert not verify(SECRET, got.headers, got.body + b" ")
    assert not verify(SECRET, {**got.headers, "webhook-id": str(uuid4())}, got.body)
    assert not verify(SECRET, {**got.headers, "webhook-signature": "v2,x v1,"}, got.body)
    real = time.time()
    monkeypatch.setattr(time, "time", lambda: real + 301)
    assert not verify(SECRET, got.headers, got.body)


def test_the_pages_numbers_are_the_codes() -> None:
    assert f"within {webhook_wire.TOTAL:.0f} seconds" in PAGE
    assert f"({outgoing.ATTEMPTS} tries)" in PAGE
    assert outgoing.pause(1).total_seconds() == 30
    assert outgoing.pause(outgoing.ATTEMPTS).total_seconds() == 6 * 3600
    tried_for = (
        sum(outgoing.pause(failures).total_seconds() for failures in range(1, outgoing.ATTEMPTS)) / 86_400
    )
    assert 2.5 < tried_for < 3.5
    assert webhooks.PATIENCE.days == 3
    assert webhooks.BOTH_SECRETS.days == 2
    assert webhook_wire.LONGEST_WAIT.days == 1
