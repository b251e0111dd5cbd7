"""A short run of the crashes, each program killed once: among what takes long, for `make crash` kills a hundred times."""

import pytest

from tests.crash.kill import run


@pytest.mark.long
@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_when_every_program_is_killed_under_load() -> None:
    happened = run(kills=5, seed=20260701)
    assert "5 kills" in happened
