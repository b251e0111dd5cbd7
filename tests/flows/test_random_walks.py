"""Random walks through every book and track, and on through changes of law: no state is reached that no rulebook allows."""

import os
from collections import defaultdict
from itertools import count

import pytest
from sqlalchemy import Engine

from flows.books import book as book_of
from models.law.book import Book
from models.law.loader import codes
from tests.flows.invariants import check_dossier, check_findings, check_registers
from tests.flows.random_walk import Walk
from tests.flows.road_agencies import rows

STEPS = int(os.environ.get("HOSO_WALKS", "60"))
"""Acts asked for in each book and track; as many again, in some rounds at most, while it has more to show."""
ROUNDS = 6
LEAST_SHARE = 0.4
"""Of a book's actions, so many are done at least; 0.56 to 0.93 in walks of 250 acts."""
TRACKS = [(book_of(code), track) for code in codes() for track in book_of(code).tracks]


@pytest.mark.timeout(300 + STEPS * ROUNDS)
def test_no_walk_reaches_a_state_that_no_rulebook_allows(road_store: Engine) -> None:
    stages: dict[tuple[str, str], set[str]] = defaultdict(set)
    acts: dict[tuple[str, str], set[str]] = defaultdict(set)
    seeds = {(book.code, track): count() for book, track in TRACKS}
    for nth in range(ROUNDS):
        for book, track in TRACKS:
            where, asked = (book.code, track), 0
            while asked < STEPS and (nth == 0 or unseen(book, stages[where], acts[where])):
                walk = Walk(road_store, *where, next(seeds[where])).run()
                with walk.explained():
                    check_dossier(walk.road)
                asked += walk.asked
                for one in walk.done:
                    stages[one.event["book"], track].add(one.event["stage_after"])
                    acts[one.event["book"], track].add(one.event["action"])
    check_registers(road_store)
    check_findings(
        road_store, max(row["at"] for row in rows(road_store, "SELECT max(occurred_at) AS at FROM event"))
    )
    left = {where: unseen(book_of(where[0]), stages[where], acts[where]) for where in seeds}
    assert not any(left.values()), left


def unseen(book: Book, stages: set[str], acts: set[str]) -> set[str]:
    """Stages of a book not reached; with all reached, actions never done, if they are too many."""
    missed = {str(one) for one in book.stages} - stages
    never = {one.code for one in book.actions} - acts
    return missed or (never if len(acts) < LEAST_SHARE * len(book.actions) else set())
