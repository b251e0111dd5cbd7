"""Postponement and exemption before delivery (Luật 120/2025/QH15 Đ.39.1–2)."""

from datetime import timedelta

from tests.flows.road_2026 import FREE, Road


def test_while_postponed_the_clock_of_delivery_stands_still_and_nobody_is_delivered(road: Road) -> None:
    road.to("receive_assignment", skip=FREE)
    due = road.limit("p4-ex5")["due"]
    road.do("postpone", "33 20:00")
    assert "no_longer_possible" in road.refused("deliver", "34 10:00", credited_days=0)
    road.do("end_postponement", "43 20:00")
    assert road.limit("p4-ex5")["due"] == due + timedelta(days=10)
    assert road.do("deliver", "44 10:00", delivered_at="44 10:00", credited_days=0).event["late_days"] is None


def test_the_court_exempts_before_delivery_and_the_dossier_is_closed(road: Road) -> None:
    road.to("receive_decision", skip=FREE)
    assert road.do("exempt", "32 09:00").state.stage == "closed"
    assert road.limit("p4-ex1")["end"] == "cancelled"


def test_someone_still_held_is_released_before_an_exemption_closes_the_dossier(road: Road) -> None:
    road.to("receive_decision")
    assert "person_is_held" in road.refused("exempt", "32 09:00")
    road.do("end_pending", "32 10:00", left_at="32 10:00")
    assert road.do("exempt", "32 11:00").state.stage == "closed"


def test_nobody_is_postponed_who_has_been_delivered(road: Road) -> None:
    road.to("deliver")
    assert "no_longer_possible" in road.refused("postpone", "35 09:00")
