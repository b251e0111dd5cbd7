"""Documents that end: void, or superseded by the same form issued again, each by an act of its own."""

import hashlib
import io
import re
from typing import Any
from uuid import uuid4

import docx
import pytest
from docx.oxml.ns import qn
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from models.store import SYSTEM, Scope, unit_of_work
from tests.api.conftest import WANTED as STATED
from tests.api.road import Road
from tests.api.test_drawing import CENTRE, POLICE

HEAD = CENTRE
DEPUTY = {"by": "KT.", "name": "Đại úy Lê Văn P", "position": "Phó Trưởng Cơ sở"}


def ask(road: Road, document: dict[str, Any], what: str, user: str = HEAD, **body: Any) -> Response:
    headers = {"If-Match": f'"{road.version}"'} | body.pop("headers", {})
    sent = {"reason": "sai chiều cao"} | body
    kept = {name: value for name, value in headers.items() if value}
    return road.as_user(user).post(f"/v1/documents/{document['id']}/{what}", json=sent, headers=kept)


def done(road: Road, answer: Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    road.version = answer.json()["dossier"]["version"]
    return dict(answer.json())


def read(road: Road, document: dict[str, Any]) -> dict[str, Any]:
    return dict(road.as_user(HEAD).get(f"/v1/documents/{document['id']}").json())


def content(road: Road, document: dict[str, Any], query: str = "") -> bytes:
    answer = road.as_user(HEAD).get(f"/v1/documents/{document['id']}/content{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    return bytes(answer.content)


def marks(file: bytes) -> list[str]:
    section = docx.Document(io.BytesIO(file)).sections[0]
    headers = (section.first_page_header.part.blob.decode(), section.header.part.blob.decode())
    return [mark for header in headers for mark in re.findall('<v:textpath [^>]*string="([^"]+)"', header)]


def test_a_void_document_keeps_number_and_act_and_is_an_event_with_its_reason(
    road: Road, wanted: dict[str, Any]
) -> None:
    before = road.as_user(HEAD).get(road.path).json()
    answer = done(road, ask(road, wanted, "void"))
    found = read(road, wanted)
    assert (found["state"], found["ended_because"], found["mark"]) == ("void", "sai chiều cao", "ĐÃ HỦY")
    assert (found["number"], found["replaced_by"]) == (1, None)
    assert found["ended_at"] == answer["event"]["occurred_at"]
    assert (answer["event"]["action"], answer["event"]["title"]) == ("void_document", "Hủy văn bản")
    assert answer["event"]["facts"] == {"document": wanted["id"], "reason": "sai chiều cao"}
    after = answer["dossier"]
    assert "escape" in after["acts"]
    assert (after["facts"], after["stage"], after["version"]) == (
        before["facts"],
        before["stage"],
        before["version"] + 1,
    )
    assert answer["documents"] == []


def test_a_void_document_no_longer_counts_in_the_file(road: Road, wanted: dict[str, Any]) -> None:
    documents = road.as_user(POLICE).get(f"{road.path}/documents").json()
    minutes = next(one for one in documents if one["form"] == "V-34")
    refused = [need["code"] for need in needs_of_compile(road) if not need["met"]]
    done(road, ask(road, minutes, "void", user=f"{POLICE}.truong"))
    assert [need["code"] for need in needs_of_compile(road) if not need["met"]] == [
        *refused,
        "papers_missing",
    ]


def needs_of_compile(road: Road) -> list[dict[str, Any]]:
    actions = road.as_user(POLICE).get(f"{road.path}/actions").json()
    return list(next(one["needs"] for one in actions if one["code"] == "compile"))


def test_a_void_document_comes_marked_on_every_page_and_unchanged_when_asked(
    road: Road, wanted: dict[str, Any]
) -> None:
    issued = content(road, wanted)
    done(road, ask(road, wanted, "void"))
    copy = content(road, wanted)
    assert marks(copy) == ["ĐÃ HỦY"] * 2
    assert content(road, wanted) == copy != issued
    assert content(road, wanted, "?as_issued=true") == issued
    assert marks(issued) == []
    assert read(road, wanted)["sha256"] == hashlib.sha256(issued).hexdigest()


def test_a_document_that_was_never_rendered_can_be_void_and_read(road: Road, wanted: dict[str, Any]) -> None:
    done(road, ask(road, wanted, "void"))
    assert marks(content(road, wanted)) == ["ĐÃ HỦY"] * 2
    assert marks(content(road, wanted, "?as_issued=true")) == []


def test_a_document_is_issued_again_with_a_new_number_and_what_was_stated_before(
    road: Road, wanted: dict[str, Any]
) -> None:
    answer = done(road, ask(road, wanted, "reissue", signing=DEPUTY))
    [newer] = answer["documents"]
    assert (newer["form"], newer["number"], newer["state"], newer["issued_on"]) == (
        "V-43",
        2,
        "issued",
        "2026-11-23",
    )
    old = read(road, wanted)
    assert (old["state"], old["replaced_by"], old["mark"]) == ("superseded", newer["id"], "ĐÃ THAY THẾ")
    assert answer["event"]["action"] == "reissue_document"
    assert answer["event"]["facts"]["particulars"]["V-43"]["height_m"] == "1,65"
    lines = _lines(content(road, newer))
    assert "4. Đã bỏ trốn khỏi Cơ sở cai nghiện số 1, hồi 05 giờ 00 phút, ngày 26/08/2026." in lines
    assert lines[-1] == "Đại úy Lê Văn P"
    assert marks(content(road, wanted)) == ["ĐÃ THAY THẾ"] * 2


def test_what_is_stated_anew_takes_the_place_of_what_was_stated(road: Road, wanted: dict[str, Any]) -> None:
    [newer] = done(road, ask(road, wanted, "reissue", particulars={**STATED, "height_m": "1,56"}))[
        "documents"
    ]
    [newest] = done(road, ask(road, newer, "reissue"))["documents"]
    assert newest["number"] == 3
    assert any("Chiều cao: 1,56 m" in line for line in _lines(content(road, newest)))


def test_minutes_issued_again_tell_of_the_moment_they_told_of_first(road: Road) -> None:
    road.advance("deliver_pending")
    issued = road.take("deliver_pending")["documents"]
    minutes = next(one for one in issued if one["form"] == "V-31")
    first = [line for line in _lines(content_as(road, POLICE, minutes)) if " giờ " in line]
    [newer] = done(road, ask(road, minutes, "reissue", user=f"{POLICE}.truong"))["documents"]
    again = [line for line in _lines(content_as(road, POLICE, newer)) if " giờ " in line]
    assert again == first != []


def content_as(road: Road, user: str, document: dict[str, Any]) -> bytes:
    return bytes(road.as_user(user).get(f"/v1/documents/{document['id']}/content").content)


def test_a_draft_of_what_would_be_issued_again_takes_no_number(road: Road, wanted: dict[str, Any]) -> None:
    answer = ask(road, wanted, "reissue/preview")
    assert [draft["form"] for draft in answer.json()] == ["V-43"]
    tried = ask(road, wanted, "reissue?dry_run=true")
    assert tried.json()["documents"][0]["number"] == 2
    assert read(road, wanted) == wanted | {"rendered_at": None}
    assert done(road, ask(road, wanted, "reissue"))["documents"][0]["number"] == 2


@pytest.mark.parametrize("what", ["void", "reissue"])
def test_a_document_ends_once(road: Road, wanted: dict[str, Any], what: str) -> None:
    done(road, ask(road, wanted, what))
    for again in ("void", "reissue"):
        problem = ask(road, wanted, again)
        assert problem.status_code == 409
        assert [error["code"] for error in problem.json()["errors"]] == ["document_ended"]


@pytest.mark.parametrize("what", ["void", "reissue"])
@pytest.mark.parametrize("user", [POLICE, f"{POLICE}.truong", "cscn.so1-ha-noi"])
def test_only_the_head_of_the_issuing_agency_ends_its_document(
    road: Road, wanted: dict[str, Any], what: str, user: str
) -> None:
    road.refused(lambda headers: ask(road, wanted, what, user=user, headers=headers), 409, "not_issuer")


def test_a_supervisor_declares_void_but_issues_nothing(road: Road, wanted: dict[str, Any]) -> None:
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        moved = "UPDATE account SET agency = (SELECT agency FROM account WHERE username = :of) WHERE username = :who"
        connection.execute(text(moved), {"of": POLICE, "who": "giam-sat"})
    road.refused(
        lambda headers: ask(road, wanted, "reissue", user="giam-sat", headers=headers), 409, "not_issuer"
    )
    done(road, ask(road, wanted, "void", user="giam-sat"))
    assert read(road, wanted)["state"] == "void"


def test_the_successor_of_an_abolished_agency_ends_its_documents(road: Road, wanted: dict[str, Any]) -> None:
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        abolished = "UPDATE agency SET successor = 'ca.cau-giay', valid_to = '2026-10-01' WHERE code = :code"
        connection.execute(text(abolished), {"code": wanted["agency"]})
    [newer] = done(road, ask(road, wanted, "reissue", user=f"{POLICE}.truong"))["documents"]
    assert (newer["agency"], newer["number_text"]) == ("ca.cau-giay", "02/QĐ-CACG")  # its own first is V-32


def test_a_form_the_law_no_longer_has_is_void_but_never_issued_again(
    road: Road, wanted: dict[str, Any]
) -> None:
    older = {"id": str(uuid4()), "form": "B14-TB", "number": 9, "number_text": "09/TB", "verify_code": "x"}
    with unit_of_work(road.store, Scope(SYSTEM)) as connection:
        copied = "INSERT INTO document SELECT (jsonb_populate_record(d, :changes)).* FROM document d WHERE id = :id"
        bound = text(copied).bindparams(bindparam("changes", type_=JSONB))
        connection.execute(bound, {"changes": older, "id": wanted["id"]})
    road.refused(lambda headers: ask(road, older, "reissue", headers=headers), 409, "form_not_in_book")
    done(road, ask(road, older, "void"))


def test_an_ending_needs_a_version_a_reason_and_a_document_one_may_see(
    road: Road, wanted: dict[str, Any]
) -> None:
    for what in ("void", "reissue"):
        assert ask(road, wanted, what, headers={"If-Match": ""}).status_code == 428
        assert ask(road, wanted, what, headers={"If-Match": '"1"'}).status_code == 412
        assert ask(road, wanted, what, reason="  ").status_code == 422
        assert ask(road, wanted, what, mood="vui").status_code == 422
        assert ask(road, wanted, what, user="ta.kv4-ha-noi").status_code == 404
        assert ask(road, {"id": "x"}, what).status_code == 404
    assert ask(road, wanted, "reissue", particulars={"height_m": ""}).status_code == 422
    assert read(road, wanted)["state"] == "issued"


def test_a_repeated_request_ends_once_and_gets_the_same_answer(road: Road, wanted: dict[str, Any]) -> None:
    key = {"Idempotency-Key": "ban-hanh-lai"}
    first, second = (ask(road, wanted, "reissue", headers=key) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert [
        one["number"]
        for one in road.as_user(HEAD).get(f"{road.path}/documents").json()
        if one["form"] == "V-43"
    ] == [1, 2]


def test_the_public_check_says_how_a_document_ended(
    client: TestClient, road: Road, wanted: dict[str, Any]
) -> None:
    [newer] = done(road, ask(road, wanted, "reissue"))["documents"]
    found = client.get(f"/verify/{wanted['verify_code']}").json()
    assert (found["state"], found["state_text"]) == ("superseded", "đã được thay thế")
    assert (found["ended_on"], found["replaced_by"]) == ("2026-11-23", newer["number_text"])
    english = client.get(f"/verify/{newer['verify_code']}", headers={"Accept-Language": "en"}).json()
    assert (english["state_text"], english["ended_on"], english["signed"]) == ("valid", None, False)
    page = client.get(f"/verify/{wanted['verify_code']}", headers={"Accept": "text/html"}).text
    assert "đã được thay thế" in page
    assert newer["number_text"] in page
    assert "sai chiều cao" not in page


def test_the_address_on_the_paper_is_fixed_when_it_is_issued(road: Road, wanted: dict[str, Any]) -> None:
    assert wanted["verify_url"] == f"http://localhost:8000/verify/{wanted['verify_code']}"
    footer = docx.Document(io.BytesIO(content(road, wanted))).sections[0].first_page_footer.part.blob.decode()
    assert wanted["verify_code"] in footer
    assert wanted["verify_url"] in footer


def _lines(file: bytes) -> list[str]:
    body = docx.Document(io.BytesIO(file)).element.body
    texts = ("".join(piece.text for piece in each.iter(qn("w:t"))) for each in body.iter(qn("w:p")))
    return [each for each in texts if each]
