"""Random walks through every book and track, and on through changes of law: no state is reached that no rulebook allows."""

import os
from collections import defaultdict
from itertools import count

import pytest
from sqlalchemy import Engine

from flows.books import book as book_of
from models.law.book import Book
from models.law.loader import codes
from tests.flows.invariants import check_dossier, check_registers
from tests.flows.random_walk import Walk

STEPS = int(os.environ.get("HOSO_WALKS", "60"))
"""Acts asked for in each book and track; as many again where a stage was not reached, in some rounds at most."""
ROUNDS = 6
LEAST_SHARE = 0.4
"""Of a book's actions, so many are done at least; 0.56 to 0.93 when this was written."""
TRACKS = [(book_of(code), track) for code in codes() for track in book_of(code).tracks]


@pytest.mark.timeout(300 + STEPS * ROUNDS)
def test_no_walk_reaches_a_state_that_no_rulebook_allows(road_store: Engine) -> None:
    stages: dict[tuple[str, str], set[str]] = defaultdict(set)
    acts: dict[tuple[str, str], set[str]] = defaultdict(set)
    seeds = {(book.code, track): count() for book, track in TRACKS}
    for nth in range(ROUNDS):
        for book, track in TRACKS:
            where, asked = (book.code, track), 0
            while asked < STEPS and (nth == 0 or stages[where] != set(book.stages)):
                walk = Walk(road_store, *where, next(seeds[where])).run()
                with walk.explained():
                    check_dossier(walk.road)
                asked += walk.asked
                for one in walk.done:
                    stages[one.event["book"], track].add(one.event["stage_after"])
                    acts[one.event["book"], track].add(one.event["action"])
    check_registers(road_store)
    for book, track in TRACKS:
        assert stages[book.code, track] == set(book.stages)
        never = actions_for(book, track) - acts[book.code, track]
        assert len(never) < (1 - LEAST_SHARE) * len(book.actions), (book.code, track, sorted(never))


def actions_for(book: Book, track: str) -> set[str]:
    """Actions that the book has for persons of this track."""
    return {one.code for one in book.actions if one.when.get("track", track) == track}
