"""Supervisors' pages: each number leads to a list as long as it is, and many lines are reminded of at once."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from tests.api.board.visitor import Visitor
from tests.api.road import Road
from tests.api.test_doors import officer, watched  # noqa: F401 - a fixture

PAGES = (
    "/board/overview", "/board/agencies", "/board/stuck", "/board/watched", "/board/calendar", "/board/performance?first_day=2026-08-01",
    "/board/behind?what=opened&first_day=2026-08-01",
)  # fmt: skip


@pytest.fixture
def late(watched: Road) -> Road:  # noqa: F811 - the fixture
    watched.take("record_ground")
    return watched


def test_try(late: Road, client: TestClient) -> None:
    visitor = Visitor.signed_in(client, "giam-sat")
    for path in (*PAGES, f"/board/agencies/{officer(late)}"):
        answer = visitor.get(path)
        assert answer.status_code == 200, re.sub("<[^>]*>", "", answer.text)[:800]
        print(path, len(answer.content))
