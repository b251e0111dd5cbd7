"""Charts: drawn by a program of its own from the numbers in their address, as pictures without anything active."""

import os
import signal
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient

from api.board import charts
from flows.performance import MonthOf, StageTime, month_after
from tests.api.board.visitor import Visitor

MONTHS = [MonthOf(month_after(date(2025, 12, 1), number), number, 2, 1, 40 + number) for number in range(12)]
TIMES = [StageTime("execution", 4, 12.5, 31.0), StageTime("police_collection", 9, None, 7.0)]


@pytest.fixture
def supervisor(client: TestClient) -> Visitor:
    return Visitor.signed_in(client, "giam-sat")


def texts(svg: bytes) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    return [one.text or "" for one in root.iter("{http://www.w3.org/2000/svg}text")]


def test_charts_say_what_their_address_says_in_the_readers_language(supervisor: Visitor) -> None:
    trend = supervisor.get(charts.address_of_trend(MONTHS))
    assert (trend.status_code, trend.headers["content-type"]) == (200, "image/svg+xml")
    assert {"12/25", "11/26", "Quyết định", "Thời hạn quá vào cuối tháng"} <= set(texts(trend.content))
    assert "sandbox" in trend.headers["content-security-policy"]
    assert "<script" not in trend.text
    assert "var(--overdue)" in trend.text
    path = charts.address_of_times(TIMES)
    assert path
    assert path.index("police_collection") < path.index("execution"), "in the order of a dossier's way"
    times = texts(supervisor.get(path).content)
    assert times.index("Công an lập hồ sơ") < times.index("Thi hành")
    supervisor.cookies["hoso_language"] = "en"
    assert "Execution" in texts(supervisor.get(path).content)
    assert charts.address_of_times([]) is None


@pytest.mark.parametrize(
    "query", ["since=2025-12-01&opened=1,x&decided=1&closed=1&overdue=1", "since=2025-12-01&opened=1", f"since=2025-12-01&opened={'1,' * 24}1&decided=1&closed=1&overdue=1"]
)  # fmt: skip
def test_what_are_no_numbers_is_refused(supervisor: Visitor, query: str) -> None:
    assert supervisor.get(f"/board/charts/trend.svg?{query}").status_code == 422


def test_the_program_that_draws_is_started_again_when_it_died(supervisor: Visitor) -> None:
    assert supervisor.get("/board/charts/times.svg?stages=execution:1:2").status_code == 200
    child = charts._drawer._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert supervisor.get("/board/charts/times.svg?stages=execution:1:3").status_code == 200
    assert charts._drawer.draw('{"mark": 3}') is None, "no specification"
    assert supervisor.get("/board/charts/times.svg?stages=execution:1:4").status_code == 200
