"""Papers with particulars of their own: issued with an act, or drawn up beside it."""

import base64
import io
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from httpx2 import Response

from tests.api.road import Road

CENTRE, POLICE = "cscn.so1-ha-noi.truong", "ca.cau-giay"
STATED: dict[str, Any] = {
    "unit": "Đội Quản lý học viên", "height_m": "1,65", "weight_kg": "58", "escaped_from": "Cơ sở cai nghiện số 1",
    "executors": "Nguyễn Văn M",
    "contact": {"name": "Nguyễn Văn M", "phone": "0900000011", "address": "xã Ba Vì"},
    "contact_agency": {"name": "Công an xã Ba Vì", "phone": "0900000012", "address": "xã Ba Vì"},
}  # fmt: skip
DEPUTY = {"by": "KT.", "name": "Đại úy Lê Văn P", "position": "Phó Trưởng Cơ sở"}
ESCAPED = {"occurred_at": "2026-08-26T08:00:00+07:00", "facts": {"escaped_at": "2026-08-26T05:00:00+07:00"}}


@pytest.fixture
def held(road: Road) -> Road:
    """The person is in the centre while the file is compiled."""
    road.advance("compile")
    return road


def escape(road: Road, headers: dict[str, str] | None = None, **body: Any) -> Response:
    path, version = f"{road.path}/actions/escape", {"If-Match": f'"{road.version}"'}
    return road.as_user(CENTRE).post(path, json=ESCAPED | body, headers=version | (headers or {}))


def draw(road: Road, query: str = "", user: str = CENTRE, **body: Any) -> Response:
    asked = body.pop("headers", {})
    sent = {"occurred_at": "2026-08-26T09:00:00+07:00", "particulars": {"V-43": STATED}} | body
    headers = {"If-Match": f'"{road.version}"'} | asked
    return road.as_user(user).post(f"{road.path}/documents{query}", json=sent, headers=headers)


def test_an_act_issues_a_form_only_with_its_particulars(held: Road) -> None:
    without = escape(held, {"If-Match": f'"{held.version}"'}, **ESCAPED)
    assert without.status_code == 200, without.text
    assert without.json()["documents"] == []


def test_an_act_with_particulars_issues_the_form_and_records_what_was_stated(held: Road) -> None:
    answer = escape(held, particulars={"V-43": STATED}, signing=DEPUTY)
    assert answer.status_code == 200, answer.text
    [issued] = answer.json()["documents"]
    assert (issued["form"], issued["number"]) == ("V-43", 1)
    content = held.as_user(CENTRE).get(f"/v1/documents/{issued['id']}/content").content
    lines = _lines(content)
    assert "4. Đã bỏ trốn khỏi Cơ sở cai nghiện số 1, hồi 05 giờ 00 phút, ngày 26/08/2026." in lines
    assert lines[-4:] == [
        "KT. ĐẠI DIỆN CƠ QUAN RA QUYẾT ĐỊNH", "PHÓ TRƯỞNG CƠ SỞ", "(Ký, ghi rõ họ tên, đóng dấu)", "Đại úy Lê Văn P",
    ]  # fmt: skip
    event = held.as_user(CENTRE).get(f"{held.path}/events").json()["items"][-1]
    assert event["facts"]["particulars"]["V-43"]["height_m"] == "1,65"
    dossier = held.as_user(CENTRE).get(held.path).json()
    assert "particulars" not in dossier["facts"]


def test_actions_say_which_forms_ask_for_particulars(held: Road) -> None:
    actions = held.as_user(CENTRE).get(f"{held.path}/actions").json()
    [form] = next(one["forms"] for one in actions if one["code"] == "escape")
    assert (form["code"], form["given"], form["by"]) == ("V-43", True, ["rehab_centre", "provincial_police"])
    assert form["particulars_schema"]["properties"]["height_m"]["title"] == "Chiều cao (m)"


def test_a_paper_is_drawn_up_beside_the_acts_and_moves_nothing(held: Road) -> None:
    held.version = escape(held).json()["dossier"]["version"]
    forms = held.as_user(CENTRE).get(f"{held.path}/forms").json()
    assert "V-43" in [one["code"] for one in forms]
    before = held.as_user(CENTRE).get(held.path).json()
    answer = draw(held)
    assert answer.status_code == 200, answer.text
    after = answer.json()["dossier"]
    assert [one["form"] for one in answer.json()["documents"]] == ["V-43"]
    assert (after["stage"], after["holder"], after["version"]) == (
        before["stage"], before["holder"], before["version"] + 1,
    )  # fmt: skip
    assert draw(held).status_code == 412
    event = held.as_user(CENTRE).get(f"{held.path}/events").json()["items"][-1]
    assert (event["action"], event["title"]) == ("draw_up", "Lập văn bản")


def test_a_draft_of_a_paper_takes_no_number(held: Road) -> None:
    held.version = escape(held).json()["dossier"]["version"]
    [draft] = draw(held, "/preview").json()
    lines = _lines(base64.b64decode(draft["content_base64"]))
    assert any(line.startswith("Số: …/QĐ-") for line in lines)
    assert held.as_user(CENTRE).get(f"{held.path}/documents").json() == [
        one for one in held.as_user(CENTRE).get(f"{held.path}/documents").json() if one["form"] != "V-43"
    ]


@pytest.mark.parametrize(
    ("particulars", "code", "field"),
    [
        ({"V-43": {**STATED, "height_m": ""}}, "too_short", "particulars.V-43.height_m"),
        ({"V-43": {**STATED, "mood": "vui"}}, "extra_forbidden", "particulars.V-43.mood"),
        ({"V-43": {}}, "missing", "particulars.V-43.unit"),
        ({"V-99": STATED}, "form_not_asked", "particulars.V-99"),
        ({"V-42": {}}, "form_not_asked", "particulars.V-42"),
    ],
)
def test_particulars_that_do_not_fit_are_named(
    held: Road, particulars: dict[str, Any], code: str, field: str
) -> None:
    held.refused(lambda headers: escape(held, headers, particulars=particulars), 422, code, field=field)


def test_an_agency_draws_up_only_the_forms_of_its_kind(held: Road) -> None:
    held.refused(
        lambda headers: draw(held, user=POLICE, headers=headers),
        422,
        "form_not_asked",
        field="particulars.V-43",
    )


def test_a_decision_is_drawn_up_by_the_head_only(held: Road) -> None:
    held.version = escape(held).json()["dossier"]["version"]
    officer = CENTRE.removesuffix(".truong")
    held.refused(lambda headers: draw(held, user=officer, headers=headers), 409, "needs_head")


def _lines(content: bytes) -> list[str]:
    body = docx.Document(io.BytesIO(content)).element.body
    texts = ("".join(piece.text for piece in each.iter(qn("w:t"))) for each in body.iter(qn("w:p")))
    return [text for text in texts if text]
