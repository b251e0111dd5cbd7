"""The audit log over HTTP: each role sees its part of it, and a check finds what was changed."""

import csv
from collections.abc import Callable
from io import StringIO
from urllib.parse import quote
from uuid import UUID, uuid4

import orjson
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from flows.audit import Entry, record_now
from flows.chain_check import verify_chains
from models.settings import Settings
from tests.api.road import Caller, Road
from tests.flows.conftest import superuser_of
from tests.flows.rows import read

POLICE, HEAD = "ca.cau-giay", "ca.cau-giay.truong"
DOSSIER = UUID(int=7)


@pytest.fixture
def told(store: Engine) -> None:
    """Entries of several agencies, of a sign-in and of nobody; the ministry's office looks after the whole country."""
    for agency, operation, dossiers in (
        (POLICE, "GET /v1/dossiers/{dossier_id}", [DOSSIER]),
        ("ca.nha-trang", "GET /v1/dossiers", [DOSSIER, UUID(int=8)]),
        (POLICE, "sign_in", []),
        ("ca.nha-trang", "POST /v1/users", []),
        (None, "GET /verify/{code}", [UUID(int=8)]),
    ):
        record_now(store, Entry(operation, "200", agency=agency, dossiers=dossiers))


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("user", "seen"),
    [
        (HEAD, [3, 1]),
        ("giam-sat.ha-noi", [3, 1]),
        ("giam-sat.dong-thap", []),
        ("giam-sat", [5, 4, 3, 2, 1]),
        ("kiem-toan", [5, 4, 3, 2, 1]),
        ("quan-tri", [4, 3]),
    ],
)
def test_each_role_sees_its_part(as_user: Callable[[str], Caller], user: str, seen: list[int]) -> None:
    found = as_user(user).get("/v1/audit").json()["items"]
    items = [one for one in found if one["operation"] != "auth.signed_in"]
    assert [one["seq"] for one in items] == seen
    if user == "quan-tri":
        assert not any(one["dossiers"] for one in items)
    own = as_user(user).get("/v1/audit").json()["items"]  # reading the log is in the log
    assert own[0]["operation"] == ("GET /v1/audit" if user != "quan-tri" else "auth.signed_in")


def test_an_officer_reads_no_log(road: Road) -> None:
    road.refused(lambda more: road.as_user(POLICE).get("/v1/audit", headers=more), 403, "not_your_log")
    road.refused(
        lambda more: road.as_user(HEAD).post("/v1/audit/verify", headers=more), 403, "not_your_check"
    )


@pytest.mark.usefixtures("told")
def test_filters_pages_and_csv(as_user: Callable[[str], Caller], store: Engine) -> None:
    auditor = as_user("kiem-toan")

    def seen(query: str) -> list[int]:
        items = auditor.get(f"/v1/audit?{query}").json()["items"]
        return [one["seq"] for one in items if one["seq"] <= 5]

    assert seen(f"dossier={DOSSIER}") == [2, 1]
    assert seen("agency=ca.nha-trang") == [4, 2]
    assert seen("operation=sign_in") == [3]
    assert seen(f"account={uuid4()}") == []
    assert seen("to=2026-11-23T08:59:00%2B07:00") == []
    assert seen("from=2026-11-23T09:00:00%2B07:00") == [5, 4, 3, 2, 1]
    first = auditor.get(f"/v1/audit?dossier={DOSSIER}&operation=GET%20/v1/dossiers&limit=1").json()
    assert first["next_cursor"] is None
    pages, cursor = list[int](), ""
    while True:
        page = auditor.get(f"/v1/audit?limit=2&to=2027-01-01T00:00:00Z&agency={POLICE}{cursor}").json()
        pages += [one["seq"] for one in page["items"]]
        if not page["next_cursor"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert pages == [3, 1]
    answer = auditor.get(f"/v1/audit?dossier={DOSSIER}", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert {row["operation"] for row in rows} >= {"GET /v1/dossiers", "GET /v1/audit"}
    assert rows[-1]["dossiers"] == str(DOSSIER)
    assert auditor.get("/v1/audit?cursor=xyz").status_code == 422


def test_who_read_a_dossier_and_why(road: Road, store: Engine) -> None:
    road.open()
    why = {"X-Reason": quote("Thanh tra theo kế hoạch")}
    road.as_user("kiem-toan").get(road.path, headers=why)
    items = road.as_user("kiem-toan").get(f"/v1/audit?dossier={road.id}").json()["items"]
    assert [(one["operation"], one["username"], one["reason"]) for one in items] == [
        ("GET /v1/dossiers/{dossier_id}", "kiem-toan", "Thanh tra theo kế hoạch"), ("POST /v1/dossiers", POLICE, None),
    ]  # fmt: skip


@pytest.mark.usefixtures("told")
def test_verification_finds_what_was_changed_and_what_was_cut(
    as_user: Callable[[str], Caller], store: Engine, database: Settings, client: TestClient
) -> None:
    auditor = as_user("kiem-toan")
    whole = auditor.post("/v1/audit/verify").json()
    assert (whole["intact"], whole["entries"], whole["broken"]) == (True, 6, [])
    checked = verify_chains(store, database.files / "chain")
    try:
        assert auditor.post("/v1/audit/verify", json={"after": whole["head"]}).json()["entries"] == 1
        with superuser_of(database) as owner:
            owner.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
            owner.execute("DELETE FROM audit_entry WHERE seq > 4")
            owner.execute("UPDATE audit_entry SET account = NULL, agency = NULL WHERE seq = 2")
        broken = auditor.post("/v1/audit/verify").json()
        assert (broken["intact"], broken["breaks"]) == (False, 2)
        head = orjson.loads(checked.file.read_bytes())["audit"]["seq"] if checked.file else 0
        assert broken["broken"] == [{"what": "entry", "seq": 2}, {"what": "cut", "seq": head}]
    finally:
        for file in (database.files / "chain").glob("*"):  # the folder is the session's
            file.unlink()
    assert read(store, "SELECT count(*) FROM notice WHERE kind = 'chain_broken'") == [(0,)]
