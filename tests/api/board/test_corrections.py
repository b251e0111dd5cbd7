"""Corrections over HTTP: only what was typed otherwise, tried first, and never over what somebody else corrected meanwhile."""

import re
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from tests.api.board.test_officer import plain
from tests.api.board.visitor import Visitor, filled
from tests.api.road import Road, unchanged

POLICE, HEAD, COURT = "ca.cau-giay", "ca.cau-giay.truong", "ta.kv4-ha-noi"


def event_of(road: Road, action: str) -> str:
    items = road.as_user(POLICE).get(f"{road.path}/events").json()["items"]
    return next(str(one["id"]) for one in items if one["action"] == action)


def facts_of(road: Road) -> dict[str, Any]:
    found: dict[str, Any] = road.as_user(POLICE).get(road.path).json()["facts"]
    return found


def test_the_dossier_leads_to_what_can_be_corrected_and_the_form_holds_what_is_recorded(
    road: Road, client: TestClient
) -> None:
    road.advance("compile")
    visitor = Visitor.signed_in(client, POLICE)
    shown = visitor.get(f"/board/dossiers/{road.id}").text
    links = re.findall(rf'href="(/board/dossiers/{road.id}/corrections/[^"]+)"', shown)
    assert f"/board/dossiers/{road.id}/corrections/person" in links
    assert f"/board/dossiers/{road.id}/corrections/{event_of(road, 'open')}" in links
    assert len(links) > 4
    for link in links:
        page = visitor.get(link)
        assert page.status_code == 200, link
        with unchanged(road.store):
            untouched = visitor.post(link, filled(page.text, link) | {"reason": "x", "do": "do"})
        assert (untouched.status_code, "Chưa sửa mục nào" in plain(untouched.text)) == (422, True), plain(
            untouched.text
        )
    assert "/corrections/" not in Visitor.signed_in(client, "giam-sat").get(f"/board/dossiers/{road.id}").text


def test_a_try_tells_what_changes_and_only_what_was_typed_is_recorded(
    road: Road, client: TestClient, store: Engine
) -> None:
    road.open()
    visitor, event = Visitor.signed_in(client, HEAD), event_of(road, "open")
    path, before = f"/board/dossiers/{road.id}/corrections/{event}", facts_of(road)
    typed = filled(visitor.get(path).text, path) | {
        "facts.found_where": "số 9 phố Đúng",
        "reason": "Ghi nhầm số nhà",
    }
    with unchanged(store):
        tried = visitor.post(path, typed | {"do": "try"})
    said = plain(tried.text)
    assert tried.status_code == 200, said
    assert "Nếu đính chính, hồ sơ sẽ thay đổi như sau" in said
    assert f"{before['found_where']} số 9 phố Đúng" in said
    assert "Ghi nhầm số nhà" in tried.text
    again = filled(tried.text, path) | {"do": "do"}
    done = visitor.post(path, again)
    assert done.status_code == 303, plain(done.text)
    assert facts_of(road) == before | {"found_where": "số 9 phố Đúng"}
    assert visitor.post(path, again).headers["location"] == done.headers["location"], (
        "sent twice, corrected once"
    )
    assert "Đã đính chính hồ sơ." in visitor.get(done.headers["location"].partition("#")[0]).text


def test_the_person_is_corrected_as_people_write_and_what_is_wrong_stands_at_its_field(
    road: Road, client: TestClient, store: Engine
) -> None:
    road.open()
    visitor, path = Visitor.signed_in(client, HEAD), f"/board/dossiers/{road.id}/corrections/person"
    form = filled(visitor.get(path).text, path) | {"reason": "Theo giấy khai sinh"}
    with unchanged(store):
        wrong = visitor.post(path, form | {"identity.number": "12 34", "do": "do"})
        unsaid = visitor.post(path, form | {"present_residence": " ", "do": "do"})
        silent = visitor.post(path, form | {"phone": "0900000009", "reason": "", "do": "do"})
    for answer, field in ((wrong, "identity"), (unsaid, "present_residence"), (silent, "reason")):
        assert (answer.status_code, f'id="wrong-{field}' in answer.text) == (422, True), plain(answer.text)
    typed = form | {
        "birth_date": "21/05/1998",
        "identity.number": form["identity.number"][:6] + " " + form["identity.number"][6:],
    }
    tried = visitor.post(path, typed | {"do": "try"})
    assert tried.status_code == 200, plain(tried.text)
    assert "Ngày sinh 20/05/1998 21/05/1998" in plain(tried.text)
    assert visitor.post(path, typed | {"do": "do"}).status_code == 303
    assert road.as_user(POLICE).get(road.path).json()["person"]["birth_date"] == "1998-05-21"


def test_of_two_who_correct_the_second_reads_what_changed_and_undoes_nothing(
    road: Road, client: TestClient
) -> None:
    road.open()
    event = event_of(road, "open")
    path, first, second = (
        f"/board/dossiers/{road.id}/corrections/{event}",
        *(Visitor.signed_in(client, HEAD) for _ in range(2)),
    )
    mine = filled(second.get(path).text, path) | {
        "facts.found_where": "số 9 phố Đúng",
        "reason": "Ghi nhầm số nhà",
    }
    theirs = filled(first.get(path).text, path) | {
        "reason": "Ghi nhầm sự việc",
        "do": "do",
        "facts.incident": "Tự đến khai báo",
    }
    assert first.post(path, theirs).status_code == 303
    late = second.post(path, mine | {"do": "do"})
    said = plain(late.text)
    assert (late.status_code, "Hồ sơ đã thay đổi trong lúc biểu mẫu này đang mở" in said) == (412, True), said
    assert "Tự đến khai báo" in said
    assert "số 9 phố Đúng" in late.text
    again = second.post(path, filled(late.text, path) | {"do": "do"})
    assert again.status_code == 303, plain(again.text)
    facts = facts_of(road)
    assert (facts["incident"], facts["found_where"]) == ("Tự đến khai báo", "số 9 phố Đúng")


def test_what_is_typed_is_kept_until_it_is_sent(road: Road, client: TestClient) -> None:
    road.open()
    visitor, event = Visitor.signed_in(client, POLICE), event_of(road, "open")
    path = f"/board/dossiers/{road.id}/corrections/{event}"
    form = filled(visitor.get(path).text, path) | {"facts.found_where": "viết dở"}
    assert visitor.post(f"/board/drafts/correct.{event}", form).status_code == 204
    visitor.cookies["hoso_language"] = "en"
    page = visitor.get(path).text
    assert "<h1>Correct: Open the dossier</h1>" in page
    shown = filled(page, path)
    assert (shown["facts.found_where"], shown["_draft"]) == ("viết dở", f"correct.{event}")


def test_refusals_name_their_article_and_leave_what_was_typed(
    road: Road, client: TestClient, store: Engine
) -> None:
    road.advance("admit")
    officer, court = Visitor.signed_in(client, POLICE), Visitor.signed_in(client, COURT)
    way = f"/board/dossiers/{road.id}/corrections/{event_of(road, 'verify_residence')}"
    who = f"/board/dossiers/{road.id}/corrections/person"
    for path, field, value, why in (
        (way, "facts.competent_here", "false", "Dữ kiện này đã quyết định hồ sơ đi đâu"),
        (who, "name", "Nguyễn Văn Ê", "do người đứng đầu cơ quan đính chính NĐ 30/2020/NĐ-CP Đ.18.3"),
    ):
        form = filled(officer.get(path).text, path) | {field: value, "reason": "Ghi nhầm"}
        with unchanged(store):
            for do in ("try", "do"):
                refused = officer.post(path, form | {"do": do})
                assert (refused.status_code, why in plain(refused.text)) == (409, True), plain(refused.text)
        assert filled(refused.text, path)[field] == value
    other = officer.get(f"/board/dossiers/{road.id}/corrections/{event_of(road, 'request_determination')}")
    assert other.status_code == 200
    assert court.get(who).status_code == 404


def test_what_is_masked_for_the_holder_is_not_theirs_to_correct(
    road: Road, client: TestClient, store: Engine
) -> None:
    road.advance("issue_result")
    doctor, event = Visitor.signed_in(client, "ttyt.cau-giay"), event_of(road, "request_determination")
    assert road.as_user("ttyt.cau-giay").get(road.path).json()["facts"]["family_opinion"] is None
    path = f"/board/dossiers/{road.id}/corrections/{event}"
    shown = doctor.get(path)
    assert "facts.family_opinion" not in shown.text
    body = {"facts": {"family_opinion": "khác"}, "reason": "xem thử"}
    with unchanged(store):
        asked = road.as_user("ttyt.cau-giay.truong").post(f"{road.path}/corrections?dry_run=true", json=body)
    assert (asked.status_code, "masked" in {one["code"] for one in asked.json()["errors"]}) == (409, True)
    assert "Gia đình đề nghị" not in asked.text
