"""The guards only book 2022 has, met and unmet, with their codes and articles."""

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.flows.road_2022 import Road2022

FAMILY: dict[str, Any] = {
    "pending_form": "family", "family_agrees": True, "family_opinion": "đồng ý", "pending_custodian": "Nguyễn Văn D",
}  # fmt: skip
FREE = ("place_pending", "deliver_pending")


@pytest.fixture
def road(road_store: Engine) -> Road2022:
    """A dossier of book 2022 about to be opened."""
    return Road2022(road_store)


# --- the case of the determination


@pytest.mark.parametrize(
    ("entry", "residence", "ground"),
    [
        ("test", "stable", "under_management"),
        ("again", "stable", "no_residence"),
        ("again", "stable", "after_care"),
        ("after_care", "stable", "under_management"),
    ],
)
def test_a_case_that_the_dossier_does_not_bear_out_is_refused(
    road: Road2022, entry: str, residence: str, ground: str
) -> None:
    road.to("verify_residence", open={"entry": entry}, verify_residence={"residence": residence})
    needs = road.refused("request_determination", determination_ground=ground)
    assert set(needs) == {"determination_ground"}
    assert needs["determination_ground"].citation == "Luật Phòng, chống ma túy 2021 Đ.27.1"


@pytest.mark.parametrize(
    ("entry", "residence", "ground"),
    [
        ("again", "stable", "under_management"),
        ("test", "none", "no_residence"),
        ("after_care", "stable", "after_care"),
        ("test", "stable", "community_education"),
        ("test", "stable", "volunteer"),
    ],
)
def test_a_case_that_fits_the_dossier_is_sent_to_determination(
    road: Road2022, entry: str, residence: str, ground: str
) -> None:
    road.to("verify_residence", open={"entry": entry}, verify_residence={"residence": residence})
    assert road.do("request_determination", determination_ground=ground).state.stage == "health_determination"


def test_user_management_cites_the_law_of_its_period(road: Road2022) -> None:
    road.to("verify_residence").do("transfer", "0 11:00", transfer_received_at="0 12:00")
    need = road.refused("manage_user", "0 14:00")["determination_due"]
    assert need.citation == "Luật Phòng, chống ma túy 2021 Đ.23, 27.1; NĐ 105/2021/NĐ-CP Đ.42, 43"


# --- registration and ground


def test_a_registration_after_five_working_days_needs_a_reason(road: Road2022) -> None:
    road.to("transfer")
    need = road.refused("record_voluntary", "10 09:00", registered_at="10 00:00")["late_registration"]
    assert need.citation == "NĐ 116/2021/NĐ-CP Đ.28.1; Luật Phòng, chống ma túy 2021 Đ.27.5.c"
    assert "Đăng ký cai nghiện tự nguyện" in need.message
    road.do("record_voluntary", "10 09:00", registered_at="10 00:00", late_registration_reason="nằm viện")
    assert road.limit("reg-voluntary")["end"] == "run_out"


def test_a_registration_on_the_last_day_uses_the_window(road: Road2022) -> None:
    road.to("transfer").do("record_voluntary", "9 23:59", registered_at="9 23:59")
    assert road.limit("reg-voluntary")["end"] == "used"
    assert set(road.refused("record_ground")) == {"ground_not_proved"}


@pytest.mark.parametrize("ground", ["not_begun", "quit", "use_in_rehab", "substitution", "relapse"])
def test_a_ground_that_the_dossier_does_not_bear_out_is_refused(road: Road2022, ground: str) -> None:
    road.to("transfer")
    needs = road.refused("record_ground", compulsory_ground=ground)
    assert set(needs) == {"ground_not_proved"}
    decree = {"not_begun": "; NĐ 116/2021/NĐ-CP Đ.3.4", "quit": "; NĐ 116/2021/NĐ-CP Đ.3.5"}.get(ground, "")
    assert needs["ground_not_proved"].citation == f"Luật Phòng, chống ma túy 2021 Đ.32{decree}"


def test_not_registering_is_a_ground_only_when_the_five_days_are_over(road: Road2022) -> None:
    road.to("transfer")
    assert set(road.refused("record_ground", "9 23:59", ground_found_at="9 23:00")) == {"ground_not_proved"}
    road.do("record_ground", "10 00:00", ground_found_at="10 00:00")


def test_use_in_voluntary_rehab_is_a_ground_once_it_was_decided(road: Road2022) -> None:
    road.to("transfer").do("record_voluntary", "4 09:00", registered_at="4 09:00")
    assert "ground_not_proved" in road.refused("record_ground", compulsory_ground="use_in_rehab")
    road.do("decide_voluntary", "7 09:00", voluntary_decided_at="7 09:00")
    road.do("record_ground", compulsory_ground="use_in_rehab")


@pytest.fixture
def decided(road: Road2022) -> Road2022:
    """Voluntary rehab decided on Monday 15/05/2023."""
    road.to("transfer").do("record_voluntary", "4 09:00", registered_at="4 09:00")
    road.do("decide_voluntary", "7 09:00", voluntary_decided_at="7 09:00")
    return road


def test_rehab_not_begun_is_a_ground_only_five_working_days_after_the_decision(decided: Road2022) -> None:
    # 16, 17, 18, 19 and Monday 22/05.
    assert decided.last_day("reg-notdone") == "day 14"
    not_begun: dict[str, Any] = {"compulsory_ground": "not_begun"}
    for when in ("8 09:00", "14 23:59"):
        needs = decided.refused("record_ground", when, ground_found_at=when, **not_begun)
        assert set(needs) == {"ground_not_proved"}
        assert str(needs["ground_not_proved"].citation).endswith("NĐ 116/2021/NĐ-CP Đ.3.4")
    decided.do("record_ground", "15 00:00", ground_found_at="15 00:00", **not_begun)
    assert decided.limit("reg-notdone")["end"] == "run_out"


def test_who_begins_rehab_in_time_uses_the_window(decided: Road2022) -> None:
    done = decided.do("divert", "14 23:00", diversion="voluntary", provider="Trạm Y tế", begun_on="day 14")
    assert done.state.stage == "closed"
    assert decided.limit("reg-notdone")["end"] == "used"


def test_force_majeure_lets_the_time_to_begin_run_anew(decided: Road2022) -> None:
    decided.do("record_force_majeure", "16 09:00", force_majeure_until="15 17:00")
    assert [row["end"] for row in decided.limits("reg-notdone")] == ["run_out", None]
    # The flood ended on Tuesday 23/05: 24, 25, 26, 29 and 30/05.
    assert decided.last_day("reg-notdone") == "day 22"
    found: dict[str, Any] = {"compulsory_ground": "not_begun", "ground_found_at": "22 23:00"}
    assert set(decided.refused("record_ground", "22 23:59", **found)) == {"ground_not_proved"}
    decided.do("record_ground", "23 00:00", **found)


def test_force_majeure_lets_the_time_to_register_run_anew(road: Road2022) -> None:
    road.to("transfer").do("record_force_majeure", "10 09:00", force_majeure_until="9 17:00")
    # Ended on Wednesday 17/05: 18, 19, 22, 23 and 24/05.
    assert road.last_day("reg-voluntary") == "day 16"
    assert set(road.refused("record_ground", "16 09:00", ground_found_at="16 09:00")) == {"ground_not_proved"}
    road.do("record_voluntary", "16 10:00", registered_at="16 10:00")
    assert road.limit("reg-voluntary")["end"] == "used"


def test_who_leaves_rehab_has_quit_after_five_working_days(decided: Road2022) -> None:
    # Left on Wednesday 17/05: 18, 19, 22, 23 and 24/05.
    left: dict[str, Any] = {"compulsory_ground": "quit", "rehab_left_at": "9 10:00"}
    needs = decided.refused("record_ground", "16 23:59", ground_found_at="16 23:00", **left)
    assert set(needs) == {"ground_not_proved"}
    assert str(needs["ground_not_proved"].citation).endswith("NĐ 116/2021/NĐ-CP Đ.3.5")
    decided.do("record_ground", "17 00:00", ground_found_at="17 00:00", **left)


@pytest.mark.parametrize(
    ("quitting", "proved"),
    [
        ({"courses_missed": 9}, False),
        ({"courses_missed": 10}, True),
        ({"rules_broken": "không dùng thuốc theo phác đồ"}, True),
        ({"rehab_left_at": "1999-01-01T08:00:00+07:00"}, False),
        ({}, False),
    ],
)
def test_missed_courses_and_broken_rules_are_quitting_without_waiting(
    decided: Road2022, quitting: dict[str, Any], proved: bool
) -> None:
    asked: dict[str, Any] = {"compulsory_ground": "quit", "ground_found_at": "8 09:00", **quitting}
    if proved:
        decided.do("record_ground", "8 09:00", **asked)
    else:
        assert set(decided.refused("record_ground", "8 09:00", **asked)) == {"ground_not_proved"}


@pytest.mark.parametrize(
    ("entry", "case", "ground"),
    [
        ("after_care", "after_care", "relapse"),
        ("quit", "community_education", "quit"),
        ("in_rehab", "community_education", "use_in_rehab"),
    ],
)
def test_a_ground_is_borne_out_by_why_the_dossier_was_opened(
    road: Road2022, entry: str, case: str, ground: str
) -> None:
    road.to("transfer", open={"entry": entry}, request_determination={"determination_ground": case})
    road.do(
        "record_ground", compulsory_ground=ground, rehab_left_at="-10 08:00" if ground == "quit" else None
    )


def test_who_relapses_in_after_care_has_no_time_to_register(road: Road2022) -> None:
    road.to(
        "transfer",
        open={"entry": "after_care"},
        request_determination={"determination_ground": "after_care"},
    )
    assert road.limits("reg-voluntary") == []
    assert "ground_not_proved" in road.refused("record_ground", compulsory_ground="not_registered")
    road.do("record_ground", "4 09:00", compulsory_ground="relapse", ground_found_at="4 09:00")


def test_the_end_of_substitution_treatment_is_a_ground(road: Road2022) -> None:
    road.to("verify_residence").do("transfer", "0 11:00", transfer_received_at="0 12:00")
    road.do("record_substitution", "1 09:00")
    assert "ground_not_proved" in road.refused("record_ground", compulsory_ground="relapse")
    road.do("record_ground", compulsory_ground="substitution")


# --- pending management


@pytest.mark.parametrize(
    "changed",
    [
        {"pending_form": "family", "family_agrees": False},
        {"pending_form": "family", "family_agrees": None},
        {"pending_form": "facility", "family_agrees": True},
        {"pending_form": "facility", "family_agrees": None},
    ],
)
def test_who_has_a_home_goes_where_the_family_says(road: Road2022, changed: dict[str, Any]) -> None:
    need = road.to("record_ground").refused("place_pending", **changed)["pending_form"]
    assert need.citation == (
        "Luật Xử lý vi phạm hành chính (sửa đổi, bổ sung 2020) Đ.131; NĐ 116/2021/NĐ-CP Đ.44–46, 48.4"
    )


def test_who_has_no_home_is_managed_by_a_facility(road: Road2022) -> None:
    road.to(
        "record_ground",
        verify_residence={"residence": "none"},
        request_determination={"determination_ground": "no_residence"},
    )
    assert set(road.refused("place_pending", **FAMILY)) == {"pending_form"}
    road.do("place_pending", family_agrees=None)


def test_who_is_with_the_family_is_not_handed_over_to_a_facility(road: Road2022) -> None:
    road.to("place_pending", place_pending=FAMILY)
    assert set(road.refused("deliver_pending")) == {"family_manages"}
    assert not road.possible("10 11:00", by="ub")["deliver_pending"].allowed


def test_who_flees_from_the_family_is_placed_in_a_facility(road: Road2022) -> None:
    road.to("place_pending", place_pending=FAMILY)
    road.do("escape", "11 09:00", escaped_at="11 08:00")
    road.do("capture", "12 09:00", captured_at="12 08:00", evasion_ended_at="12 08:00")
    road.do("end_pending", "12 10:00", left_at="12 08:00")
    road.do("place_pending", "12 11:00", family_agrees=True)
    road.do("deliver_pending", "12 12:00")


# --- the credit


@pytest.mark.parametrize("days", [36, 37])
def test_the_days_in_the_facility_are_deducted_by_either_count(road: Road2022, days: int) -> None:
    road.to("send_effective")
    for wrong in (0, 35, 38):
        need = road.refused("deliver", credited_days=wrong)["credit_is_wrong"]
        assert "NĐ 116/2021/NĐ-CP Đ.44.3" in str(need.citation)
    road.do("deliver", credited_days=days)
    assert road.last_day("term-A") == f"day {412 - days}"


def test_days_with_the_family_are_not_deducted(road: Road2022) -> None:
    road.to("send_effective", skip=("deliver_pending",), place_pending=FAMILY)
    assert set(road.refused("deliver", credited_days=36)) == {"credit_is_wrong"}
    assert set(road.refused("deliver", credited_days=1)) == {"credit_is_wrong"}
    road.do("deliver", credited_days=0)


def test_who_was_never_placed_has_nothing_deducted(road: Road2022) -> None:
    road.to("send_effective", skip=FREE)
    assert set(road.refused("deliver", credited_days=1)) == {"credit_is_wrong"}
    road.do("deliver", credited_days=0)


def test_days_held_to_be_taken_are_of_the_term_and_not_deducted_too(road: Road2022) -> None:
    road.to("send_effective")
    assert set(road.refused("deliver", held_from="day 45", credited_days=37)) == {"credit_is_wrong"}
    road.do("deliver", held_from="day 45", credited_days=36)


def test_after_an_escape_from_the_facility_a_person_counts_the_days(road: Road2022) -> None:
    road.to("deliver_pending").do("escape", "11 09:00", escaped_at="11 08:00")
    road.do("capture", "13 09:00", captured_at="13 08:00", evasion_ended_at="13 08:00")
    road.to("send_effective")
    assert set(road.refused("deliver", credited_days=38)) == {"credit_is_wrong"}
    road.do("deliver", credited_days=34)


def test_who_fled_from_the_family_has_no_days_of_it_deducted(road: Road2022) -> None:
    road.to("place_pending", place_pending=FAMILY)
    road.do("escape", "11 09:00", escaped_at="11 08:00")
    road.do("capture", "13 09:00", captured_at="13 08:00", evasion_ended_at="13 08:00")
    road.to("send_effective", skip=FREE)
    assert set(road.refused("deliver", credited_days=1)) == {"credit_is_wrong"}
    road.do("deliver", credited_days=0)


# --- serving, and the end


def test_a_term_is_reduced_only_after_the_list_was_posted_for_five_working_days(road: Road2022) -> None:
    road.to("deliver")
    # Posted on Monday 05/02/2024: 6 and 7/02, Tết until 14/02, 15, 16 and 19/02.
    need = road.refused("reduce", "287 23:59", list_posted_at="273 10:00")["list_not_posted"]
    assert (need.requirement, need.citation) == ("list_posted_at", "NĐ 116/2021/NĐ-CP Đ.58.5.b–c")
    assert "20/02/2024" in need.message
    before = road.limit("term-A")["last_day"]
    road.do("reduce", "288 00:00", list_posted_at="273 10:00")
    assert (before - road.limit("term-A")["last_day"]).days == 30


def test_a_dossier_is_closed_for_a_relapse_only_in_after_care(road: Road2022) -> None:
    road.to("deliver")
    need = road.refused("close", "300 09:00", by="cs")["closing_ground"]
    assert "quản lý sau cai nghiện" in need.message
    road.to("certify")
    assert road.do("close", "400 09:00").state.stage == "closed"
