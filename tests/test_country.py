"""The country that is measured is one the engine could have made: its chains hold, and its numbers do not change."""

from itertools import groupby
from pathlib import Path

import pytest
from sqlalchemy import Engine

from flows.chain_check import verify_chains
from flows.sweep import due, sweep
from models import clock
from models.event import breaks_of
from models.settings import Settings
from tests import country
from tests.flows.road_agencies import rows

_EVENTS = """SELECT d.head, e.*, f.facts, f.salt FROM dossier d JOIN event e ON e.dossier = d.id
    JOIN event_facts f ON f.event = e.id WHERE d.number LIKE 'Q-%' ORDER BY d.number, e.seq"""
_RUNGS = "SELECT id, rung, next_rung_at FROM time_limit WHERE next_rung_at IS NOT NULL ORDER BY id"


@pytest.mark.long
def test_chains_and_registers_hold_and_dossiers_are_in_every_stage(
    database: Settings, store: Engine, tmp_path: Path
) -> None:
    for _ in country.fill(database, store, 300):
        pass
    events = rows(store, _EVENTS)
    dossiers = [list(found) for _, found in groupby(events, key=lambda row: row["dossier"])]
    assert len(dossiers) == 300
    for chain in dossiers:
        head = chain[0]["head"]
        assert list(breaks_of([{**row, "head": None} for row in chain], head)) == []
    broken = [{**row, "stage_after": "closed"} for row in dossiers[0]]
    assert list(breaks_of(broken, dossiers[0][0]["head"]))
    stages = rows(store, "SELECT DISTINCT stage FROM dossier WHERE number LIKE 'Q-%'")
    assert {row["stage"] for row in stages} >= {
        "police_collection", "health_determination", "court_decision", "execution", "closed",
    }  # fmt: skip
    assert 6 < len(events) / len(dossiers) < 16
    asked = "SELECT FROM dossier_agency WHERE agency = :agency AND dossier IN (SELECT id FROM dossier WHERE number LIKE 'Q-%')"
    assert len(rows(store, asked, agency=country.COMMUNE)) == 300 * country.OWN_SHARE
    with clock.at(country.NOW):
        assert verify_chains(store, tmp_path).broken == ()
        assert due(store) == 0, "sweeps have told of whatever was due"
        told = rows(store, _RUNGS)
        rows(
            store,
            "UPDATE time_limit SET due = due, next_rung_at = NULL WHERE next_rung_at IS NOT NULL RETURNING id",
        )
        assert sweep(store).limits > 100
        assert rows(store, _RUNGS) == told
