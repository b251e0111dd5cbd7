"""Random walks through every book and track: no state is ever reached that no rulebook allows."""

import os
import time
from collections import Counter

import pytest
from sqlalchemy import Engine

from flows.books import book as book_of
from models.law.loader import codes
from tests.flows.invariants import check_dossier, check_registers
from tests.flows.random_walk import Walk

STEPS = int(os.environ.get("HOSO_WALKS", "400"))
"""Acts asked for in each book and track."""
TRACKS = [(code, track) for code in codes() for track in book_of(code).tracks]
TRACKS = [t for t in TRACKS if os.environ.get("ONLY", "") in f"{t[0]}/{t[1]}"]


@pytest.mark.timeout(12000)
def test_a_walk(road_store: Engine) -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    stages: dict[tuple[str, str], set[str]] = {}
    for code, track in TRACKS:
        t = time.time()
        asked, seed = 0, int(os.environ.get("SEED", "0"))
        answers = Counter()
        while asked < STEPS:
            walk = Walk(road_store, code, track, seed).run()
            with walk.explained():
                check_dossier(walk.road)
            asked, seed = asked + walk.asked, seed + 1
            answers += walk.answers
            for done in walk.done:
                key = done.event["book"], track
                seen.setdefault(key, set()).add(done.event["action"])
                stages.setdefault(key, set()).add(done.event["stage_after"])
        print(code, track, asked, seed, f"{time.time() - t:.1f}", [x for x in answers.most_common(12)])
    check_registers(road_store)
    for (code, track), found in seen.items():
        b = book_of(code)
        print(
            code,
            track,
            set(map(str, b.stages)) - stages[code, track],
            "never",
            [a.code for a in b.actions if a.code not in found and track in a.when.get("track", track)],
        )
