"""Lists that say more than their lines, or are short: the same lines as CSV, for `Accept: text/csv`."""

import csv
import io
from collections.abc import Callable
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert

from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table
from tests.api.conftest import NOW
from tests.api.road import Caller, Road

POLICE, HEAD = "ca.cau-giay", "ca.cau-giay.truong"


def told(store: Engine, dossier: str) -> UUID:
    """A notice to the police that went out by mail."""
    notice = uuid4()
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(insert(table("notice")).values(
            id=notice, dossier=UUID(dossier), agency=POLICE, audience="agency", kind="handed_over", key="k", created_at=NOW,
            facts={"dossier": "2026-000001", "action": "open", "book": "2026", "stage": "police_collection"},
        ))  # fmt: skip
        connection.execute(insert(table("delivery")).values(
            id=uuid4(), notice=notice, channel="mail", state="sent", attempts=1, run_after=NOW, created_at=NOW, settled_at=NOW,
        ))  # fmt: skip
    return notice


def test_every_list_comes_as_csv_with_the_lines_of_its_json(
    road: Road, store: Engine, as_user: Callable[[str], Caller]
) -> None:
    road.open()
    road.take("verify_residence")
    caller = as_user(HEAD)
    account = as_user(POLICE).get("/v1/me").json()["id"]
    assert (
        caller.post(f"{road.path}/assignments", json={"account": account, "note": "=1+1"}).status_code == 200
    )
    for path in (
        f"{road.path}/events", f"{road.path}/assignments", "/v1/calendar/versions",
        f"/v1/notices/{told(store, road.id)}/deliveries",
    ):  # fmt: skip
        shown = caller.get(path).json()
        lines = shown if isinstance(shown, list) else shown["items"]
        answer = caller.get(path, headers={"Accept": "text/csv"})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8", path
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert len(rows) == len(lines) > 0, path
        assert list(rows[0]) == list(lines[0]), path
    [row] = csv.DictReader(
        io.StringIO(caller.get(f"{road.path}/assignments", headers={"Accept": "text/csv"}).text)
    )
    assert row["note"] == "'=1+1", "no spreadsheet takes it for a formula"
