"""Each kind of bad input: what the answer says, in both languages, and that nothing was changed by it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.person import Identity
from tests.api.road import Road, unchanged

POLICE, HEAD, COURT = "ca.cau-giay", "ca.cau-giay.truong", "ta.kv4-ha-noi"


def opening(
    road: Road, status: int, code: str, *, by: str = POLICE, changes: dict[str, Any], **said: Any
) -> Any:
    """Tries to open the dossier with these changes of the body."""
    body = road.opening(**changes.pop("facts", {}))
    body["person"] |= changes.pop("person", {})
    body |= changes
    return road.refused(
        lambda headers: road.as_user(by).post("/v1/dossiers", json=body, headers=headers),
        status,
        code,
        **said,
    )


def identity(number: str) -> dict[str, Any]:
    return {"identity": {"type": "personal_number", "number": number}}


# --- the person


@pytest.mark.parametrize("number", ["00109800001", "0010980000012", "00109800000x", "1"])
def test_a_personal_number_must_have_twelve_digits(road: Road, number: str) -> None:
    problem = opening(road, 422, "value_error", changes={"person": identity(number)}, field="person.identity")
    assert "12 chữ số" in problem["detail"]
    assert len(number) < 9 or number not in str(problem), "the number sent is not repeated"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("999098000001", "identity_prefix"),
        ("001198000001", "identity_sex"),
        ("001097000001", "identity_year"),
        ("001298000001", "identity_year"),
    ],
)
def test_an_odd_personal_number_is_warned_about_and_taken(road: Road, number: str, code: str) -> None:
    answer = road.open(person=identity(number))
    warnings = {one["code"]: one for one in answer.json()["warnings"]}
    assert warnings[code]["field"] == "person.identity.number"
    assert "Số định danh" in warnings[code]["message"]
    later = road.as_user(POLICE).get(road.path, headers={"Accept-Language": "en"}).json()["warnings"]
    assert [one["code"] for one in later] == list(warnings)
    assert "Personal number" in later[0]["message"]


def test_a_personal_number_that_fits_the_person_is_not_warned_about(road: Road) -> None:
    assert road.open().json()["warnings"] == []


def test_a_person_without_identity_papers_needs_a_reason(road: Road) -> None:
    problem = opening(
        road,
        422,
        "value_error",
        changes={"person": {"identity": {"type": "none"}}},
        field="person.identity",
    )
    assert "lý do không có giấy tờ" in problem["detail"]
    answer = road.open(person={"identity": {"type": "none", "reason": "mất giấy tờ, chưa được cấp lại"}})
    assert Identity.model_validate(answer.json()["dossier"]["person"]["identity"]).reason


@pytest.mark.parametrize("birth_date", ["2014-08-18", "2014", "2020-01"])
def test_a_person_under_twelve_is_subject_to_no_measure(road: Road, birth_date: str) -> None:
    opening(
        road,
        422,
        "too_young",
        changes={"person": {"birth_date": birth_date}},
        field="person.birth_date",
        citation="Đ.35.1, 36.1",
    )


@pytest.mark.parametrize("birth_date", ["2014-08-17", "2008-08-18", "2008-08", "2008"])
def test_a_minor_is_taken_with_what_the_law_asks_of_minors(road: Road, birth_date: str) -> None:
    minor = {"birth_date": birth_date}
    opening(road, 422, "missing", changes={"person": minor}, field="facts.sample")
    sampled = {"person": minor, "facts": {"sample": "urine"}}
    opening(road, 409, "sampling_not_witnessed", changes=sampled, citation="Đ.56.5")
    road.open(person=minor, sample="urine", urine_officer="Đại úy Lý Văn N")


def test_a_person_who_is_eighteen_today_is_taken(road: Road) -> None:
    road.open(person={"birth_date": "2008-08-17"})


@pytest.mark.parametrize("birth_date", ["1998-02-30", "1998-13", "98", "20/05/1998", "1850"])
def test_a_birth_date_that_does_not_exist_is_refused(road: Road, birth_date: str) -> None:
    body = road.opening()
    body["person"]["birth_date"] = birth_date
    with unchanged(road.store):
        answer = road.as_user(POLICE).post("/v1/dossiers", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("person")


# --- who, when, what


def test_a_dossier_is_opened_for_ones_own_agency_only(road: Road) -> None:
    opening(road, 403, "wrong_agency", changes={"agency": "ca.thuong-lac"}, field="agency")
    opening(road, 403, "wrong_agency", changes={"agency": "không có"}, field="agency")


def test_a_court_cannot_open_a_dossier(road: Road) -> None:
    opening(road, 409, "wrong_agency", by=COURT, changes={"agency": COURT}, citation="Luật 120/2025/QH15")


def test_an_agency_cannot_do_what_another_one_does(road: Road) -> None:
    road.advance("admit")
    road.refused(
        lambda headers: road.ask("admit", by=POLICE, headers=headers),
        409,
        "wrong_agency",
        citation="TT 18/2021/TT-BYT",
    )


def test_an_officer_cannot_do_what_is_for_the_head(road: Road) -> None:
    road.advance("request_determination")
    road.refused(
        lambda headers: road.ask("request_determination", by=POLICE, headers=headers),
        409,
        "needs_head",
        requirement="request_determination",
    )


@pytest.mark.parametrize("user", ["giam-sat.ha-noi", "kiem-toan", "quan-tri"])
def test_who_only_looks_on_changes_nothing(road: Road, user: str) -> None:
    opening(road, 403, "read_only_account", by=user, changes={})


def test_an_unknown_action_is_not_found(road: Road) -> None:
    road.open()
    road.refused(
        lambda headers: road.ask("pardon", by=POLICE, at="2026-08-18T08:00:00+07:00", headers=headers),
        404,
        "unknown_action",
        requirement="pardon",
    )


def test_a_dossier_is_not_opened_twice(road: Road) -> None:
    road.open()
    road.refused(lambda headers: road.ask("open", headers=headers), 404, "unknown_action")


def test_an_act_cannot_be_in_the_future(road: Road) -> None:
    opening(
        road,
        422,
        "in_the_future",
        changes={"occurred_at": "2026-11-24T08:00:00+07:00"},
        field="occurred_at",
    )
    road.open()
    road.refused(
        lambda headers: road.ask("verify_residence", at="2026-11-23T09:01:00+07:00", headers=headers),
        422,
        "in_the_future",
        field="occurred_at",
    )


def test_an_act_needs_a_time_zone(road: Road) -> None:
    opening(road, 422, "no_time_zone", changes={"occurred_at": "2026-08-17T10:00:00"}, field="occurred_at")
    road.open()
    road.refused(
        lambda headers: road.ask("verify_residence", at="2026-08-17T16:00:00", headers=headers),
        422,
        "no_time_zone",
        field="occurred_at",
    )


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1900-01-01T00:00:00Z"]
)
def test_a_moment_out_of_all_bounds_is_refused(road: Road, moment: str) -> None:
    body = road.opening() | {"occurred_at": moment}
    with unchanged(road.store):
        answer = road.as_user(POLICE).post("/v1/dossiers", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "occurred_at"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_recorded_moment_out_of_all_bounds_is_refused(road: Road, moment: str) -> None:
    road.open()
    with unchanged(road.store):
        answer = road.ask("verify_residence", residence_verified_at=moment)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "facts.residence_verified_at"


def test_an_act_cannot_be_before_the_one_it_follows(road: Road) -> None:
    road.advance("request_determination")
    problem = road.refused(
        lambda headers: road.ask(
            "request_determination",
            at="2026-08-17T15:59:00+07:00",
            request_received_at="2026-08-17T16:30:00+07:00",
            headers=headers,
        ),
        409,
        "before_its_time",
        requirement="verify_residence",
        citation="Đ.31",
    )
    assert "16:00 17/08/2026" in problem["detail"]


def test_an_act_needs_the_one_it_follows(road: Road) -> None:
    road.open()
    road.refused(
        lambda headers: road.ask("request_determination", headers=headers),
        409,
        "act_missing",
        requirement="verify_residence",
    )


def test_an_action_of_another_stage_is_refused_with_every_reason(road: Road) -> None:
    road.open()
    problem = road.refused(
        lambda headers: road.ask("decide", by=POLICE, headers=headers),
        409,
        "wrong_stage",
        requirement="decide",
    )
    assert {"wrong_agency", "wrong_stage", "act_missing"} <= {one["code"] for one in problem["errors"]}


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"residence": None}, "missing", "facts.residence"),
        ({"residence": "somewhere"}, "literal_error", "facts.residence"),
        ({"weather": "rain"}, "extra_forbidden", "facts.weather"),
        ({"competent_here": "có lẽ"}, "bool_parsing", "facts.competent_here"),
        ({"residence_verified_at": "2026-08-17T15:30:00"}, "timezone_aware", "facts.residence_verified_at"),
        (
            {"residence_verified_at": "2026-11-24T15:30:00+07:00"},
            "in_the_future",
            "facts.residence_verified_at",
        ),
    ],
)
def test_a_wrong_fact_is_named(road: Road, facts: dict[str, Any], code: str, field: str) -> None:
    road.open()
    road.refused(
        lambda headers: road.ask("verify_residence", headers=headers, **facts), 422, code, field=field
    )


def test_an_agency_named_in_a_fact_must_exist_and_be_of_the_right_kind(road: Road) -> None:
    road.advance("request_determination")
    for code, agency in (("unknown_agency", "bv.khong-co"), ("wrong_agency", COURT)):
        road.refused(
            lambda headers, agency=agency: road.ask(
                "request_determination", facility=agency, headers=headers
            ),  # type: ignore[misc]  # bound at once
            422,
            code,
            field="facts.facility",
        )


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "occurred_at"), ({"occurred_at": "hôm qua"}, "occurred_at"), ({"facts": []}, "facts")],
)
def test_a_body_without_its_fields_is_refused(road: Road, body: dict[str, Any], field: str) -> None:
    road.open()
    caller = road.as_user(POLICE)
    with unchanged(road.store):
        answer = caller.post(f"{road.path}/actions/verify_residence", json=body, headers={"If-Match": '"1"'})
    assert answer.status_code == 422
    assert field in {one["field"] for one in answer.json()["errors"]}


# --- the file


def test_a_file_with_papers_missing_is_not_compiled(road: Road) -> None:
    road.advance("request_determination")
    road.take(
        "record_substitution",
        by=POLICE,
        at="2026-08-18T09:00:00+07:00",
        provider="Cơ sở điều trị Ví Dụ",
        substitution_ended_on="2026-08-17",
        substitution_reason="tự ý chấm dứt",
    )
    road.take("record_ground", ground="c")
    background = road.steps["place_pending"].recorded["background"]

    def compile_file(headers: dict[str, str]) -> Any:
        return road.ask("compile", at="2026-08-25T09:00:00+07:00", background=background, headers=headers)

    problem = road.refused(compile_file, 409, "papers_missing", requirement="papers", citation="Đ.101.1.c")
    assert "Mẫu 35" in problem["detail"]
    assert road.add_paper("substitution_certificate", title="Giấy xác nhận điều trị").status_code == 201
    assert compile_file({}).status_code == 200


# --- versions


def test_a_stale_version_is_refused_with_the_current_one(road: Road) -> None:
    road.advance("request_determination")
    for tag in ('"1"', "1", 'W/"1"', '"99"', '"abc"'):
        problem = road.refused(
            lambda headers, tag=tag: road.ask("request_determination", headers=headers | {"If-Match": tag}),  # type: ignore[misc]  # bound at once
            412,
            "stale",
            field="If-Match",
        )
        assert problem["current_version"] == 2


@pytest.mark.parametrize("tag", ['"1"', "1", 'W/"1"'])
def test_the_version_is_taken_as_an_etag_or_a_number(road: Road, tag: str) -> None:
    road.open()
    road.take("verify_residence", headers={"If-Match": tag})


def test_an_act_needs_if_match(road: Road) -> None:
    road.open()
    road.refused(
        lambda headers: road.ask("verify_residence", headers=headers | {"If-Match": ""}),
        428,
        "if_match_required",
        field="If-Match",
    )


# --- what the law forbids


@pytest.mark.parametrize("reason", ["pregnant", "sole_carer", "no_capacity"])
def test_the_measure_is_not_asked_for_a_person_whom_the_law_excludes(road: Road, reason: str) -> None:
    road.open()  # nobody is excluded from a dossier: from the ground on the measure is
    road.advance("record_ground")
    road.refused(
        lambda headers: road.ask("record_ground", exclusions=[reason], headers=headers),
        409,
        "person_is_excluded",
        requirement="exclusions",
        citation="Luật 120/2025/QH15 Đ.35.2",
    )


@pytest.mark.parametrize("action", ["place_pending", "compile", "send_to_court", "decide", "deliver"])
def test_an_exclusion_found_later_stops_the_measure(road: Road, action: str) -> None:
    road.advance(action)
    road.refused(
        lambda headers: road.ask(action, exclusions=["pregnant"], headers=headers),
        409,
        "person_is_excluded",
        citation="Đ.35.2",
    )


def test_past_the_time_bar_the_file_is_not_sent(road: Road) -> None:
    road.advance("send_to_court")
    problem = road.refused(
        lambda headers: road.ask(
            "send_to_court", at="2026-11-23T08:00:00+07:00", late_reason="bận việc", headers=headers
        ),
        409,
        "time_bar_passed",
        requirement="p4-thoihieu",
        citation="Đ.35.4",
    )
    assert "22/11/2026" in problem["detail"]


def test_the_file_is_not_sent_before_the_time_to_read_it_has_run_out(road: Road) -> None:
    road.advance("send_to_court", skip=("record_reading",))
    road.refused(
        lambda headers: road.ask("send_to_court", at="2026-09-04T16:30:00+07:00", headers=headers),
        409,
        "window_not_over",
        requirement="p4-read",
        citation="Đ.102.3",
    )
    road.take("send_to_court", at="2026-09-07T00:00:00+07:00")


def test_a_dossier_is_not_closed_while_the_person_is_held(road: Road) -> None:
    road.advance("compile")

    def close(headers: dict[str, str]) -> Any:
        return road.ask(
            "close",
            by=HEAD,
            at="2026-08-26T08:00:00+07:00",
            closing_ground="death",
            proof="giấy chứng tử",
            headers=headers,
        )

    road.refused(close, 409, "person_is_held", requirement="end_pending")
    road.take(
        "end_pending",
        by=POLICE,
        at="2026-08-26T07:00:00+07:00",
        left_at="2026-08-26T07:00:00+07:00",
        release_reason="đã chết",
    )
    answer = close({})
    assert answer.status_code == 200, answer.text
    assert answer.json()["dossier"]["state"] == "closed"


def test_a_late_act_needs_a_reason_and_is_marked(road: Road) -> None:
    road.advance("compile")
    late = "2026-08-31T09:00:00+07:00"
    road.refused(
        lambda headers: road.ask("compile", at=late, headers=headers),
        422,
        "late_reason_required",
        field="late_reason",
        citation="NĐ 163/2026/NĐ-CP Đ.100.1",
    )
    assert road.take("compile", at=late, late_reason="chờ xác minh")["event"]["late_days"] == 6


# --- ids


@pytest.mark.parametrize("what", ["", "/actions", "/limits", "/events", "/documents", "/papers"])
def test_an_unknown_dossier_and_a_hidden_one_answer_the_same(road: Road, what: str) -> None:
    road.open()
    stranger = road.as_user(COURT)
    hidden = stranger.get(road.path + what)
    unknown = stranger.get(f"/v1/dossiers/00000000-0000-4000-8000-000000000000{what}")
    no_id = stranger.get(f"/v1/dossiers/khong-phai-ma{what}")
    assert hidden.status_code == unknown.status_code == no_id.status_code == 404
    bodies = [{**answer.json(), "instance": "", "request_id": ""} for answer in (hidden, unknown, no_id)]
    assert bodies[0] == bodies[1] == bodies[2]


def test_acting_on_a_hidden_dossier_is_like_acting_on_none(road: Road) -> None:
    road.open()
    road.refused(lambda headers: road.ask("verify_residence", by=COURT, headers=headers), 404, "not_found")


def test_without_a_token_nothing_is_seen(road: Road, client: TestClient) -> None:
    road.open()
    for headers in ({}, {"Authorization": "Bearer abc"}, {"Authorization": "Basic abc"}):
        answer = client.get(road.path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["errors"][0]["code"] == "not_signed_in"
