"""A short run of the crashes: each program is killed, and some once more."""

import pytest

from tests.crash.kill import run


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_when_every_program_is_killed_under_load() -> None:
    happened = run(kills=6, seed=20260701)
    assert "6 kills" in happened
