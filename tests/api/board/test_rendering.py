"""How moments are written on the board."""

from datetime import UTC, datetime

import pytest

from api.board.rendering import until


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2026-09-05T00:00:00+07:00", "04/09/2026"), ("2026-09-05T10:30:00+07:00", "05/09/2026 10:30"),
        ("2026-09-05T23:59:00+07:00", "05/09/2026 23:59"),
    ],
)  # fmt: skip
def test_a_limit_that_ends_with_a_day_is_said_to_run_until_the_end_of_that_day(due: str, said: str) -> None:
    for moment in (datetime.fromisoformat(due), datetime.fromisoformat(due).astimezone(UTC)):
        assert f">{said}<" in until(moment)
