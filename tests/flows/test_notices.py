"""Notices: who is told of an act, once, and how each notice is delivered."""

from typing import Any
from uuid import uuid4

from sqlalchemy import Engine

from flows.notices import Audience, Telling, tell, tell_of_acts
from models.store import unit_of_work
from tests.flows.rows import SYSTEM_SCOPE, Done, act, add, dossier, read


def tell_acts(engine: Engine, *acts: Done) -> int:
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        return tell_of_acts(connection, [one.event for one in acts])


def told(engine: Engine) -> list[tuple[Any, ...]]:
    return read(engine, "SELECT agency, kind FROM notice ORDER BY agency, kind")


def opened(
    engine: Engine, number: str = "HS-1", stage: str = "police_collection", holder: str = "camd"
) -> Done:
    return act(engine, dossier(engine, number, stage=stage, holder=holder), by=holder)


def test_next_holder_is_told_of_the_handing_over_once(engine: Engine) -> None:
    done = act(
        engine, dossier(engine, "HS-1", stage="health_determination", holder="bvmd"), "request_determination",
        stages=("police_collection", "health_determination"),
    )  # fmt: skip
    assert [tell_acts(engine, done), tell_acts(engine, done)] == [1, 0]
    assert read(engine, "SELECT agency, kind, event, facts FROM notice") == [
        ("bvmd", "handed_over", done.event,
         {"dossier": "HS-1", "action": "request_determination", "book": "2026", "stage": "health_determination"}),
    ]  # fmt: skip


def test_receiver_is_the_one_of_the_act_even_when_the_dossier_has_moved_on(engine: Engine) -> None:
    done = act(
        engine, dossier(engine, "HS-1", stage="court_decision", holder="takv9"), "request_determination",
        stages=("police_collection", "health_determination"),
    )  # fmt: skip
    tell_acts(engine, done)
    assert told(engine) == [("bvmd", "handed_over")]


def test_nobody_is_told_of_an_act_that_hands_nothing_over(engine: Engine) -> None:
    assert tell_acts(engine, opened(engine)) == 0


def test_compiler_is_told_of_what_a_court_did(engine: Engine) -> None:
    done = act(engine, dossier(engine, "HS-1", stage="court_decision", holder="takv9"), "decide", by="takv9")
    tell_acts(engine, done)
    assert ("camd", "court_acted") in told(engine)


def test_act_no_book_lists_is_told_to_the_holder_when_it_moved_the_dossier(engine: Engine) -> None:
    of = dossier(engine, "HS-1", stage="court_decision", holder="takv9")
    tell_acts(engine, act(engine, of, "void-last", stages=("execution", "court_decision")))
    assert told(engine) == [("takv9", "handed_over")]


def test_successor_is_told_what_concerns_an_abolished_agency(engine: Engine) -> None:
    read(
        engine,
        "UPDATE agency SET valid_to = '2025-06-30', successor = 'bvmd' WHERE code = 'camd' RETURNING 1",
    )
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        tell(connection, [Telling("camd", "calendar", "calendar:2027", {})])
    assert told(engine) == [("bvmd", "calendar")]


def test_each_reader_with_an_address_gets_a_mail_and_an_agency_with_a_mailbox_one(engine: Engine) -> None:
    for name, role, agency, email in (
        ("head", "head", "camd", "head@camd.example"),
        ("mute", "officer", "camd", None),
        ("gone", "officer", "camd", "gone@camd.example"),
        ("doctor", "officer", "bvmd", "doctor@bvmd.example"),
    ):
        add(engine, "account", {
            "id": uuid4(), "username": name, "password_hash": "-", "full_name": "Nguyễn Văn A", "position": "Cán bộ",
            "role": role, "agency": agency, "email": email, "disabled": name == "gone",
        })  # fmt: skip
    read(engine, "UPDATE account SET email = 'officer@camd.example' WHERE username = 'can-bo' RETURNING 1")

    readers: tuple[tuple[str, Audience], ...] = (("camd", "agency"), ("camd", "head"), ("bvmd", "agency"))

    def addresses(key: str) -> list[tuple[Any, ...]]:
        with unit_of_work(engine, SYSTEM_SCOPE) as connection:
            for agency, audience in readers:
                tell(connection, [Telling(agency, "test", key, {}, audience=audience)])
        return read(
            engine,
            "SELECT n.agency, n.audience, a.username FROM delivery d JOIN notice n ON n.id = d.notice "
            "LEFT JOIN account a ON a.id = d.account WHERE n.key = :key ORDER BY n.seq",
            key=key,
        )

    others = [("camd", "head", "head"), ("bvmd", "agency", "doctor")]
    assert addresses("one") == [("camd", "agency", "can-bo"), *others]
    assert addresses("one") == [("camd", "agency", "can-bo"), *others]
    read(engine, "UPDATE agency SET email = 'office@camd.example' WHERE code = 'camd' RETURNING 1")
    assert addresses("two") == [("camd", "agency", None), *others]
