"""The list of dossiers as a paper, over HTTP."""

import hashlib
import io
from collections.abc import Callable

import docx
import pytest
from docx.oxml.ns import qn
from httpx2 import Response
from sqlalchemy import Engine

from tests.api.road import Caller, Road

POLICE, COURT = "ca.cau-giay", "ta.kv4-ha-noi"


def lines(answer: Response) -> list[str]:
    """The paper's paragraphs, those of its table included."""
    assert answer.status_code == 200, answer.text
    body = docx.Document(io.BytesIO(answer.content)).element.body
    return ["".join(piece.text for piece in each.iter(qn("w:t"))) for each in body.iter(qn("w:p"))]


@pytest.fixture
def two(as_user: Callable[[str], Caller], store: Engine) -> list[Road]:
    """Two dossiers of the same police."""
    roads = [Road(as_user, store) for _ in range(2)]
    for road in roads:
        road.open()
    return roads


def test_the_list_is_printed_as_it_is_narrowed_with_what_it_leaves_out(
    two: list[Road], as_user: Callable[[str], Caller]
) -> None:
    caller, query = as_user(POLICE), "stage=police_collection&rulebook=2026&state=open&limit=1"
    page = caller.get(f"/v1/dossiers?{query}").json()
    answer = caller.get(f"/v1/lists/dossiers?format=docx&{query}")
    printed = lines(answer)
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''HS-05_2026-11-23.docx"
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    [line] = page["items"]
    start = printed.index(line["number"])
    assert printed[start - 1 : start + 6] == [
        "1", line["number"], line["person_name"], "1998", "Công an thu thập, lập hồ sơ", printed[start + 4], "17/08/2026",
    ]  # fmt: skip
    assert printed[start + 4].startswith("Công an phường")
    assert "Tình trạng: đang xử lý." in printed
    assert "Danh sách gồm 1 hồ sơ; còn 1 hồ sơ tiếp theo không in trong danh sách này." in printed
    rest = lines(caller.get(f"/v1/lists/dossiers?{query}&cursor={page['next_cursor']}"))
    assert f"Tiếp theo hồ sơ số {line['number']}." in rest
    assert "Danh sách gồm 1 hồ sơ." in rest


def test_only_what_the_caller_may_see_is_printed(two: list[Road], as_user: Callable[[str], Caller]) -> None:
    assert "Danh sách gồm 2 hồ sơ." in lines(
        as_user(POLICE).get("/v1/lists/dossiers?overdue=false&agency=" + POLICE)
    )
    assert "Danh sách gồm 0 hồ sơ." in lines(as_user(COURT).get("/v1/lists/dossiers"))


@pytest.mark.parametrize("query", ["format=odt", "limit=201", "name=Nguyen"])
def test_a_wrong_query_is_refused(as_user: Callable[[str], Caller], query: str) -> None:
    answer = as_user(POLICE).get(f"/v1/lists/dossiers?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, query.partition("=")[0])
