"""Papers: their kinds, their sheet numbers, their files."""

import hashlib
import io
from typing import Any

import docx
import pytest
from PIL import Image

from api.demo.scans import pdf_page, picture
from api.papers import MOST
from documents.received import DOCX
from tests.api.road import Road, at_once, unchanged

POLICE, HEALTH, COURT = "ca.cau-giay", "ttyt.cau-giay", "ta.kv4-ha-noi"
FORM = {"kind": "other", "title": "Đơn", "received_on": "2026-08-20", "sheets": "3"}


def upload(road: Road, content: bytes, name: str = "tep.bin", by: str = POLICE, **form: str) -> Any:
    return road.as_user(by).post(
        f"{road.path}/papers", data=FORM | form, files={"file": (name, content, "application/octet-stream")}
    )


def jpeg() -> bytes:
    kept = io.BytesIO()
    Image.new("L", (30, 40)).save(kept, "jpeg")
    return kept.getvalue()


def word() -> bytes:
    kept = io.BytesIO()
    docx.Document().save(kept)
    return kept.getvalue()


def test_sheets_are_numbered_one_paper_after_the_other(road: Road) -> None:
    road.open()
    for sheets in ("2", "1", "5"):
        assert upload(road, pdf_page("a"), sheets=sheets).status_code == 201
    papers = road.as_user(POLICE).get(f"{road.path}/papers").json()
    assert [(paper["first_sheet"], paper["sheets"]) for paper in papers] == [(1, 2), (3, 1), (4, 5)]


def test_papers_that_come_at_the_same_time_get_sheets_of_their_own(road: Road) -> None:
    road.open()
    answers = at_once(6, lambda: upload(road, pdf_page("a")))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert sorted(answer.json()["first_sheet"] for answer in answers) == [1, 4, 7, 10, 13, 16]


@pytest.mark.parametrize(
    ("content", "content_type", "ending"),
    [
        (pdf_page("a"), "application/pdf", ".pdf"),
        (picture(), "image/png", ".png"),
        (jpeg(), "image/jpeg", ".jpg"),
        (word(), DOCX, ".docx"),
    ],
)
def test_a_file_is_what_its_content_says(road: Road, content: bytes, content_type: str, ending: str) -> None:
    road.open()
    answer = upload(road, content, name="../thư mục/Đơn của A.exe")
    assert answer.status_code == 201, answer.text
    paper = answer.json()
    assert paper["content_type"] == content_type
    assert paper["file_name"] == f"Đơn của A{ending}"
    assert paper["sha256"] == hashlib.sha256(content).hexdigest()
    file = road.as_user(POLICE).get(f"/v1/papers/{paper['id']}/content")
    assert file.content == content
    assert file.headers["content-type"] == content_type
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize("content", [b"", b"hello", b"<html><script>", b"MZ\x90", b"PK\x03\x04 broken"])
def test_other_files_are_refused(road: Road, content: bytes) -> None:
    road.open()
    with unchanged(road.store):
        answer = upload(road, content, name="a.pdf")
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["field"] == "file"


def test_a_file_over_twenty_megabytes_is_refused(road: Road) -> None:
    road.open()
    with unchanged(road.store):
        assert upload(road, _of_size(MOST + 1)).status_code == 413
    assert upload(road, _of_size(MOST)).status_code == 201


def _of_size(size: int) -> bytes:
    """A PDF of so many bytes, nearly all of them a comment at its end."""
    page = pdf_page("a")
    return page.replace(b"startxref", b"%" + b"0" * (size - len(page) - 2) + b"\nstartxref")


def test_a_request_far_too_large_is_cut_off(road: Road) -> None:
    road.open()
    with unchanged(road.store):
        answer = upload(road, b"%PDF-" + b"0" * (MOST + 2_000_000))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"sheets": "0"}, "sheets"),
        ({"sheets": "nhiều"}, "sheets"),
        ({"received_on": "2026-11-24"}, "received_on"),
        ({"received_on": "hôm nay"}, "received_on"),
        ({"kind": "V-36"}, "kind"),
        ({"kind": ""}, "kind"),
    ],
)
def test_a_wrong_field_is_named(road: Road, form: dict[str, str], field: str) -> None:
    road.open()
    with unchanged(road.store):
        answer = upload(road, pdf_page("a"), **form)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_a_kind_of_the_rulebook_brings_its_own_title_and_another_needs_one(road: Road) -> None:
    road.open()
    assert road.add_paper("violation_minute").json()["title"] == "Biên bản vi phạm (Mẫu 34)"

    def send(headers: dict[str, str]) -> Any:
        return road.as_user(POLICE).post(
            f"{road.path}/papers",
            data={"kind": "letter", "received_on": "2026-08-20", "sheets": "1"},
            files={"file": ("a.pdf", pdf_page("a"), "application/pdf")},
            headers=headers,
        )

    road.refused(send, 422, "title_required", field="title")


def test_only_agencies_the_dossier_is_with_add_papers(road: Road) -> None:
    road.advance("admit")
    assert upload(road, pdf_page("a"), by=HEALTH).status_code == 201
    assert upload(road, pdf_page("a"), by=POLICE).status_code == 201, "the compiler is a party"
    with unchanged(road.store):
        assert upload(road, pdf_page("a"), by=COURT).status_code == 404
        assert upload(road, pdf_page("a"), by="giam-sat.ha-noi").status_code == 403


def test_a_hidden_paper_is_like_none(road: Road) -> None:
    road.open()
    paper = upload(road, pdf_page("a")).json()["id"]
    answers = [
        road.as_user(COURT).get(f"/v1/papers/{each}/content")
        for each in (paper, "00000000-0000-4000-8000-000000000000", "x")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({str({**answer.json(), "instance": "", "request_id": ""}) for answer in answers}) == 1
