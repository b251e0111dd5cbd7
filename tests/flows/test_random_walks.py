"""Random walks through every book and track: no state is ever reached that no rulebook allows."""

import os
import sys
from collections import Counter

import pytest
from sqlalchemy import Engine

from flows.books import book as book_of
from models.law.loader import codes
from tests.flows.invariants import check_dossier, check_registers
from tests.flows.random_walk import Walk
from tests.flows.second_reading import exists

STEPS = int(os.environ.get("HOSO_WALKS", "400"))
"""Acts asked for in each book and track."""
TRACKS = [(code, track) for code in codes() for track in book_of(code).tracks]


@pytest.mark.parametrize(("code", "track"), TRACKS)
@pytest.mark.timeout(120 + STEPS // 4)
def test_a_walk(road_store: Engine, code: str, track: str) -> None:
    book = book_of(code)
    asked, seed, stages, answers = 0, 0, set[str](), Counter[str]()
    while asked < STEPS:
        walk = Walk(road_store, code, track, seed).run()
        with walk.explained():
            check_dossier(walk.road, book)
        asked, seed = asked + walk.asked, seed + 1
        stages |= {done.state.stage for done in walk.done}
        answers += walk.answers
    check_registers(road_store)
    print(code, track, asked, seed, set(book.stages) - stages, "never", [a.code for a in book.actions if exists(a, track) and not answers[f"{a.code} ✓"]])
