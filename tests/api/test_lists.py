"""Lists that name many persons: printed for the police that keep them, stored nowhere."""

import io
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from documents.forms.voluntary import RegisterParticulars
from tests.api.road import Road, unchanged
from tests.documents.test_user_list import STATED as USERS
from tests.documents.test_voluntary import STATED

POLICE, COURT = "ca.cau-giay", "ta.kv4-ha-noi"
BODIES: dict[str, dict[str, Any]] = {
    "III-10": dict(USERS),
    "V-21": RegisterParticulars.model_validate(STATED["V-21"]).model_dump(mode="json"),
}


@pytest.mark.parametrize("code", list(BODIES))
def test_a_list_is_printed_and_nothing_is_kept(road: Road, code: str) -> None:
    road.open()
    with unchanged(road.store):
        answer = road.as_user(POLICE).post(f"/v1/lists/{code}", json=BODIES[code])
    assert answer.status_code == 200, answer.text
    body = docx.Document(io.BytesIO(answer.content)).element.body
    text = "".join(piece.text or "" for piece in body.iter(qn("w:t")))
    assert "Nguyễn Văn A" in text
    assert code in answer.headers["content-disposition"]


@pytest.mark.parametrize("code", list(BODIES))
def test_only_the_commune_police_print_it(road: Road, code: str) -> None:
    road.open()
    road.refused(
        lambda headers: road.as_user(COURT).post(f"/v1/lists/{code}", json=BODIES[code], headers=headers),
        403,
        "wrong_agency",
    )


def test_a_wrong_row_is_named(road: Road) -> None:
    road.open()
    body = BODIES["III-10"] | {"managed": [{"name": "Nguyễn Văn A"}]}
    road.refused(
        lambda headers: road.as_user(POLICE).post("/v1/lists/III-10", json=body, headers=headers),
        422,
        "missing",
        field="managed.0.birth",
    )
