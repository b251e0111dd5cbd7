"""Stable or no residence follows from a case of the decree, and thirty days are counted, not claimed."""

from typing import Any

import pytest

from tests.flows.road_2026 import Road


def refused_for(road: Road, **facts: Any) -> tuple[str, str | None]:
    """Which requirement, by which article, a residence result does not meet."""
    need = road.to("open").refused("verify_residence", **facts)["residence_case"]
    return str(need.requirement), need.citation


@pytest.mark.parametrize(
    ("case", "residence"),
    [("registered", "none"), ("registered_away", "stable"), ("not_located", "stable")],
)
def test_the_result_follows_from_the_case(road: Road, case: str, residence: str) -> None:
    wrong = refused_for(road, residence=residence, residence_case=case, present_since=None)
    assert wrong[1] == "NĐ 163/2026/NĐ-CP Đ.58.2–3; NĐ 105/2021/NĐ-CP Đ.41.2–3"


@pytest.mark.parametrize(
    ("case", "residence", "since", "fits"),
    [
        ("present_30_days", "stable", -30, True),
        ("present_30_days", "stable", -29, False),
        ("present_under_30_days", "none", -29, True),
        ("present_under_30_days", "none", -30, False),
    ],
)
def test_thirty_days_at_the_present_place_are_counted(
    road: Road, case: str, residence: str, since: int, fits: bool
) -> None:
    facts: dict[str, Any] = {"residence": residence, "residence_case": case, "present_since": f"day {since}"}
    if fits:
        road.to("open").do("verify_residence", **facts)
    else:
        assert refused_for(road, **facts)[0] == "residence_case"


def test_the_first_day_at_the_present_place_must_be_stated(road: Road) -> None:
    asked = {"residence": "stable", "residence_case": "present_30_days"}
    assert refused_for(road, **asked)[0] == "present_since"
