"""The doors of the board: each number leads to a list as long as it is; work, calendar, workbook; many reminded and assigned."""

import io
from typing import Any

import openpyxl
import pytest

from api.registers import XLSX
from tests.api.road import Road
from tests.api.test_doors import officer, send, watched  # noqa: F401 - a fixture

SINCE = {"first_day": "2026-08-01"}
"""The months in which the road's acts happen."""


@pytest.fixture
def late(watched: Road) -> Road:  # noqa: F811 - the fixture
    watched.take("record_ground")
    return watched


def length(road: Road, user: str, link: str) -> int:
    """How many lines the list at an address has."""
    answer = road.as_user(user).get(link)
    assert answer.status_code == 200, answer.text
    assert answer.json()["next_cursor"] is None
    return len(answer.json()["items"])


def test_each_number_of_the_overview_and_of_the_months_leads_to_its_list(late: Road) -> None:
    seen = late.as_user("giam-sat").get("/v1/supervision/overview").json()
    [place] = seen["items"]
    for one in (seen, place):
        assert one["links"].keys() >= {"open", "overdue", "due_this_week", "due_soon"}
        for name, link in one["links"].items():
            assert length(late, "giam-sat", link) == one["stuck"].get(name, one.get(name, 0)), link
    for path, asked in (("trend", {}), ("stage-times", SINCE), ("shares", SINCE)):
        lines = late.as_user("giam-sat").get(f"/v1/supervision/{path}", params=asked).json()
        assert lines, path
        for line in lines:
            for name, link in line["links"].items():
                if name in line:
                    assert length(late, "giam-sat", link) == line[name], link


def test_officers_read_their_own_work_and_month_and_supervisors_the_workbook(late: Road) -> None:
    who = officer(late)
    [task] = late.as_user(who).get("/v1/work").json()["items"]
    assert (task["dossier"], task["holder"], task["overdue"]) == (late.id, who, True)
    assert "overdue" in task["causes"]
    month = late.as_user(who).get("/v1/work/calendar", params={"month": task["last_day"]}).json()
    [day] = [one for one in month["days"] if one["day"] == task["last_day"]]
    assert day["due"] == length(late, who, day["links"]["due"]) == 1
    assert late.as_user(who).get("/v1/supervision/calendar").status_code == 403
    assert late.as_user("giam-sat").get("/v1/work").status_code == 403
    file = late.as_user("giam-sat").get("/v1/supervision/figures.xlsx", params=SINCE)
    assert file.headers["content-type"] == XLSX
    sheets = openpyxl.load_workbook(io.BytesIO(file.content)).worksheets
    assert [sheet.max_row > 1 for sheet in sheets] == [True] * 5
    assert sheets[0]["A2"].value == who


def many(road: Road, user: str, what: str, body: dict[str, Any], **params: Any) -> Any:
    answer = road.as_user(user).post(f"/v1/bulk/{what}", json=body, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_many_are_reminded_each_by_itself(late: Road) -> None:
    unknown = "00000000-0000-0000-0000-000000000001"
    asked = {"dossiers": [unknown, late.id]}
    tried = many(late, "giam-sat", "reminders", asked, dry_run=True)
    assert [bool(one["done"]) for one in tried] == [False, True]
    done = many(late, "giam-sat", "reminders", asked)
    assert [one["dossier"] for one in done] == asked["dossiers"]
    assert done[0]["errors"]
    assert done[1]["done"]["reminded"]
    again = many(late, "giam-sat", "reminders", asked)
    assert again[1]["errors"][0]["code"] == "reminded_today"


def test_many_are_assigned_each_by_itself(late: Road) -> None:
    head, mine = f"{officer(late)}.truong", late.as_user(officer(late)).get("/v1/me").json()["id"]
    unknown = "00000000-0000-0000-0000-000000000001"
    done = many(
        late, head, "assignments", {"dossiers": [late.id, unknown], "account": mine, "note": "Theo dõi"}
    )
    assert [one["done"] for one in done] == [True, False]
    assert done[1]["errors"]
    assert (
        late.as_user(officer(late)).get("/v1/work", params={"assignee": mine}).json()["items"][0]["assignee"]
        == mine
    )
    stranger = late.as_user("ta.kv4-ha-noi").get("/v1/me").json()["id"]
    [refused] = many(late, head, "assignments", {"dossiers": [late.id], "account": stranger})
    assert refused["errors"][0]["code"] == "unknown_account"
