"""Random walks through every book and track: no state is ever reached that no rulebook allows."""

import os
from collections import Counter

import pytest
from sqlalchemy import Engine

from flows.books import book as book_of
from models.law.loader import codes
from tests.flows.random_walk import Walk

STEPS = int(os.environ.get("HOSO_WALKS", "400"))
"""Acts asked for in each book and track."""
TRACKS = [(code, track) for code in codes() for track in book_of(code).tracks]


@pytest.mark.parametrize(("code", "track"), TRACKS)
def test_a_walk(road_store: Engine, code: str, track: str) -> None:
    import time

    t = time.time()
    asked, seed, stages, answers = 0, 0, set(), Counter()
    ends = Counter()
    while asked < STEPS:
        walk = Walk(road_store, code, track, seed).run()
        seed += 1
        asked += walk.asked
        stages |= {done.state.stage for done in walk.done}
        answers += walk.answers
        ends[walk.state.stage, len(walk.done) // 10 * 10] += 1
    print(code, track, "walks", seed, "asked", asked, time.time() - t, "s")
    print(stages ^ set(book_of(code).stages))
    print(ends)
    did = {k.split(" ")[0]: v for k, v in answers.items() if k.endswith("✓")}
    print("never", [a.code for a in book_of(code).actions if a.code not in did])
    print(did)
    print([x for x in answers.most_common() if not x[0].endswith("✓")][:80])
