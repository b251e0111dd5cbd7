"""What can be done and why not the rest; trying an act, previewing its papers, doing it."""

import base64
import io
from typing import Any

import docx
import pytest

from tests.api.road import Road, at_once, unchanged

POLICE, HEAD = "ca.cau-giay", "ca.cau-giay.truong"


def actions(road: Road, by: str = POLICE, **headers: str) -> dict[str, dict[str, Any]]:
    answer = road.as_user(by).get(f"{road.path}/actions", headers=headers)
    assert answer.status_code == 200, answer.text
    return {one["code"]: one for one in answer.json()}


def unmet(action: dict[str, Any]) -> set[str]:
    return {need["code"] for need in action["needs"] if not need["met"]}


def test_every_action_of_the_stage_says_whether_it_is_allowed_and_why_not(road: Road) -> None:
    road.open()
    found = actions(road)
    assert found["verify_residence"]["allowed"]
    assert not found["request_determination"]["allowed"]
    assert unmet(found["request_determination"]) == {"act_missing", "needs_head"}
    assert "admit" not in found, "an action of another stage"
    missing = next(need for need in found["request_determination"]["needs"] if need["code"] == "act_missing")
    assert missing["message"] == "Chưa thực hiện “Xác minh nơi cư trú”"
    assert missing["requirement"] == "verify_residence"
    assert "Luật 120/2025/QH15" in missing["citation"]


def test_the_list_speaks_english_when_asked(road: Road) -> None:
    road.open()
    found = actions(road, **{"Accept-Language": "en-GB, vi;q=0.5"})
    messages = [need["message"] for action in found.values() for need in action["needs"]]
    assert "“Verify the residence” has not been done" in messages


def test_an_action_that_is_allowed_is_taken_and_one_that_is_not_is_refused(road: Road) -> None:
    road.advance("request_determination")
    allowed = {code for code, one in actions(road, by=HEAD).items() if one["allowed"]}
    assert "request_determination" in allowed
    assert "compile" not in allowed
    assert road.ask("compile", by=HEAD, at="2026-08-18T09:00:00+07:00").status_code == 409
    road.take("request_determination")


def test_the_schema_of_the_facts_accepts_what_the_road_records(road: Road) -> None:
    road.open()
    schema = actions(road)["verify_residence"]["facts_schema"]
    assert set(schema["required"]) <= set(road.steps["verify_residence"].recorded)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["residence"]["title"] == "Tình trạng nơi cư trú"


def test_a_dry_run_answers_as_the_act_would_and_writes_nothing(road: Road) -> None:
    road.open()
    with unchanged(road.store):
        tried = road.ask(
            "verify_residence", query="?dry_run=true", residence="none", residence_case="not_located"
        )
    assert tried.status_code == 200, tried.text
    done = road.take("verify_residence", residence="none", residence_case="not_located")
    body = tried.json()
    assert body["dossier"]["version"] == done["dossier"]["version"] == 2
    assert [one["number_text"] for one in body["documents"]] == [
        one["number_text"] for one in done["documents"]
    ]
    assert [(one["rule"], one["due"]) for one in body["limits"]] == [
        (one["rule"], one["due"]) for one in done["limits"]
    ]


def test_a_dry_run_is_refused_like_the_act(road: Road) -> None:
    road.open()
    road.refused(
        lambda headers: road.ask("request_determination", query="?dry_run=true", headers=headers),
        409,
        "act_missing",
    )


def test_a_preview_is_a_marked_draft_without_a_number(road: Road) -> None:
    road.advance("request_determination")
    body = {
        "occurred_at": road.steps["request_determination"].at.isoformat(),
        "facts": road.steps["request_determination"].recorded,
    }
    with unchanged(road.store):
        answer = road.as_user(HEAD).post(f"{road.path}/actions/request_determination/preview", json=body)
    assert answer.status_code == 200, answer.text
    drafts = answer.json()
    assert [draft["form"] for draft in drafts] == ["109-02", "109-03"]
    content = base64.b64decode(drafts[0]["content_base64"])
    document = docx.Document(io.BytesIO(content))
    text = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "…/" in text
    assert "BẢN NHÁP" in document.element.xml + "".join(
        section.header._element.xml for section in document.sections
    )


def test_a_preview_is_refused_like_the_act(road: Road) -> None:
    road.open()
    body = {"occurred_at": "2026-08-18T08:30:00+07:00", "facts": road.steps["request_determination"].recorded}
    road.refused(
        lambda headers: road.as_user(HEAD).post(
            f"{road.path}/actions/request_determination/preview", json=body, headers=headers
        ),
        409,
        "act_missing",
    )


def test_an_act_answers_the_dossier_its_event_limits_and_documents(road: Road) -> None:
    road.open()
    answer = road.ask("verify_residence")
    body = answer.json()
    assert answer.headers["etag"] == '"2"'
    assert body["dossier"]["version"] == 2
    assert body["event"]["action"] == "verify_residence"
    assert body["event"]["title"] == "Xác minh nơi cư trú"
    assert body["event"]["facts"]["residence"] == "stable"
    assert body["documents"] == []


def test_an_act_hands_the_dossier_to_the_next_agency(road: Road) -> None:
    road.advance("request_determination")
    done = road.take("request_determination")
    assert done["dossier"]["stage"] == "health_determination"
    assert done["dossier"]["holder"] == "ttyt.cau-giay"
    [limit] = [one for one in done["limits"] if one["rule"] == "health-24h-b"]
    assert limit["due"] == "2026-08-19T10:00:00+07:00"
    assert limit["explanation"]["steps"]


def test_the_whole_road_is_walked_to_the_centre(road: Road) -> None:
    road.advance("deliver")
    body = road.take("deliver")
    assert body["dossier"]["holder"] == road.steps["assign_centre"].recorded["centre"]
    chain = road.as_user(POLICE).get(f"{road.path}/events").json()
    assert [event["action"] for event in chain["items"]] == road.done
    assert chain["intact"]
    for event, before in zip(chain["items"][1:], chain["items"], strict=False):
        assert event["previous"] == before["digest"]
    assert chain["head"] == chain["items"][-1]["digest"]


def test_of_two_acts_on_one_version_one_is_done_and_the_other_is_stale(road: Road) -> None:
    road.open()
    answers = at_once(4, lambda: road.ask("verify_residence"))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert road.as_user(POLICE).get(road.path).json()["version"] == 2


def test_an_act_whose_answer_cannot_be_made_has_not_happened(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise RuntimeError

    road.open()
    with monkeypatch.context() as broken, unchanged(road.store):
        broken.setattr("api.actions.act_of", fail)
        assert road.ask("verify_residence").status_code == 500
    road.take("verify_residence")
