"""What the doors leave in the audit log: everything that was read or asked for, before it is answered, and nothing personal."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api import dossiers
from api.app import create_app
from api.traces import NOTHING_PERSONAL, PUBLIC
from flows.audit import verify
from models.settings import Settings
from tests.api.road import Caller, Road
from tests.flows.conftest import superuser_of
from tests.flows.rows import read

POLICE, STRANGER = "ca.cau-giay", "ca.nha-trang"
RECORDED = frozenset("""
    GET /v1/audit|POST /v1/audit/verify
    GET /v1/users|POST /v1/users|GET /v1/users/{user_id}|PATCH /v1/users/{user_id}
    POST /v1/users/{user_id}/enable|POST /v1/users/{user_id}/disable|POST /v1/users/{user_id}/password
    POST /v1/users/{user_id}/second-factor/reset|PUT /v1/users/{user_id}/oidc
    GET /v1/users/{user_id}/secrets|POST /v1/users/{user_id}/secrets|DELETE /v1/users/{user_id}/secrets/{secret_id}
    POST /v1/agencies|PATCH /v1/agencies/{code}
    POST /v1/dossiers/{dossier_id}/corrections|POST /v1/dossiers/{dossier_id}/void-last
    POST /v1/dossiers/{dossier_id}/reminders
    GET /v1/dossiers/{dossier_id}/assignments|POST /v1/dossiers/{dossier_id}/assignments
    GET /v1/supervision/overview|GET /v1/supervision/stuck|GET /v1/supervision/performance
    GET /v1/supervision/dossiers|GET /v1/supervision/trend|GET /v1/supervision/stage-times|GET /v1/supervision/shares
    GET /v1/supervision/behind|GET /v1/supervision/calendar|GET /v1/supervision/figures.xlsx
    GET /v1/work|GET /v1/work/calendar|POST /v1/bulk/reminders|POST /v1/bulk/assignments
    POST /v1/bulk/migrate|POST /v1/bulk/print|POST /v1/bulk/{action}
    GET /v1/bulk/tasks|GET /v1/bulk/tasks/{task_id}|GET /v1/bulk/tasks/{task_id}/output|GET /v1/bulk/tasks/{task_id}/report
    POST /v1/bulk/tasks/{task_id}/cancel|POST /v1/bulk/tasks/{task_id}/resume
    POST /v1/calendar/changes
    GET /v1/deliveries|POST /v1/deliveries/{delivery_id}/send-again
    GET /v1/documents/{document_id}|GET /v1/documents/{document_id}/content|POST /v1/documents/{document_id}/signed
    POST /v1/documents/{document_id}/reissue|POST /v1/documents/{document_id}/reissue/preview
    POST /v1/documents/{document_id}/void
    GET /v1/dossiers|POST /v1/dossiers|POST /v1/dossiers/search|GET /v1/dossiers/{dossier_id}
    GET /v1/dossiers/{dossier_id}/actions|POST /v1/dossiers/{dossier_id}/actions/{code}
    POST /v1/dossiers/{dossier_id}/actions/{code}/preview|GET /v1/dossiers/{dossier_id}/bundle.zip
    GET /v1/dossiers/{dossier_id}/documents|POST /v1/dossiers/{dossier_id}/documents
    POST /v1/dossiers/{dossier_id}/documents/preview|GET /v1/dossiers/{dossier_id}/events
    GET /v1/dossiers/{dossier_id}/forms|POST /v1/dossiers/{dossier_id}/keep|GET /v1/dossiers/{dossier_id}/limits
    POST /v1/dossiers/{dossier_id}/migrate|GET /v1/dossiers/{dossier_id}/migration
    GET /v1/dossiers/{dossier_id}/papers|POST /v1/dossiers/{dossier_id}/papers|GET /v1/dossiers/{dossier_id}/sheets
    POST /v1/imports|GET /v1/lists/dossiers|POST /v1/lists/III-10|POST /v1/lists/V-21
    GET /v1/me|PUT /v1/me/agency/email|PUT /v1/me/email
    GET /v1/notices|POST /v1/notices/read|GET /v1/notices/{notice_id}|POST /v1/notices/{notice_id}/read
    GET /v1/notices/{notice_id}/deliveries|GET /v1/papers/{paper_id}/content|POST /v1/persons/export
    GET /v1/registers|GET /v1/registers/{year}/{name}
    GET /v1/reports|GET /v1/reports/{report_id}|GET /v1/reports/{report_id}/content
    GET /v1/supervision/jobs|POST /v1/supervision/jobs/{job_id}/retry
    GET /v1/webhooks|POST /v1/webhooks|GET /v1/webhooks/{webhook_id}|PATCH /v1/webhooks/{webhook_id}
    DELETE /v1/webhooks/{webhook_id}|GET /v1/webhooks/{webhook_id}/deliveries|POST /v1/webhooks/{webhook_id}/replay
    POST /v1/webhooks/{webhook_id}/secret|POST /v1/webhooks/{webhook_id}/test
    GET /verify/{code}
""".replace("\n", "|").split("|"))  # fmt: skip


def entries(store: Engine, operation: str) -> list[dict[str, Any]]:
    columns = "account, agency, role, operation, dossiers, objects, outcome, address, request, reason"
    found = read(store, f"SELECT {columns} FROM audit_entry ORDER BY seq")  # noqa: S608 - columns from above
    told = [dict(zip(columns.split(", "), row, strict=True)) for row in found]
    return [one for one in told if one["operation"] == operation]


def test_every_door_is_classified(tmp_path: Any) -> None:
    app = create_app(Settings(data=tmp_path))
    doors = {
        f"{method.upper()} {path}"
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if not re.search(r"/actions/\w+$", path)  # the same door, described for each action
    }
    recorded = {door.strip() for door in RECORDED if door.strip()}
    assert doors - NOTHING_PERSONAL == recorded, (
        "say of each new door whether it reads or writes about persons"
    )
    shown_elsewhere = {"GET /docs", "GET /docs/oauth2-redirect", "GET /openapi.json", "HEAD /openapi.json"}
    assert doors >= NOTHING_PERSONAL - shown_elsewhere
    assert doors >= PUBLIC


def test_a_read_says_who_what_from_where_and_under_which_request(road: Road, store: Engine) -> None:
    road.open()
    caller, request = road.as_user(POLICE), str(uuid4())
    assert caller.get(road.path, headers={"X-Request-Id": request}).status_code == 200
    [entry] = entries(store, "GET /v1/dossiers/{dossier_id}")
    account = caller.get("/v1/me").json()["id"]
    assert entry == {
        "account": entry["account"], "agency": POLICE, "role": "officer", "operation": entry["operation"],
        "dossiers": entry["dossiers"], "objects": [], "outcome": "200", "address": "testclient", "request": request,
        "reason": None,
    }  # fmt: skip
    assert (str(entry["account"]), list(map(str, entry["dossiers"]))) == (account, [road.id])
    [opened] = entries(store, "POST /v1/dossiers")
    assert (opened["outcome"], list(map(str, opened["dossiers"]))) == ("201", [road.id])
    assert verify(store).intact


def test_lists_and_searches_leave_the_ids_they_showed_and_no_search_term(road: Road, store: Engine) -> None:
    name = road.open().json()["dossier"]["person"]["name"]
    first = road.id
    road.done.clear()
    road.open()
    caller = road.as_user(POLICE)
    assert len(caller.get("/v1/dossiers?limit=1").json()["items"]) == 1
    assert caller.post("/v1/dossiers/search", json={"name": name}).json()["items"]
    assert not caller.post("/v1/dossiers/search", json={"name": "không có ai"}).json()["items"]
    [listed] = entries(store, "GET /v1/dossiers")
    assert list(map(str, listed["dossiers"])) == [first]
    found, nobody = entries(store, "POST /v1/dossiers/search")
    assert set(map(str, found["dossiers"])) == {first, road.id}
    assert nobody["dossiers"] == []
    everything = str(read(store, "SELECT e::text FROM audit_entry e"))
    assert not any(part in everything for part in (*name.split(), "không có ai"))


def test_what_is_refused_or_not_there_is_recorded_too(road: Road, store: Engine) -> None:
    road.open()
    auditor, unknown = road.as_user("kiem-toan"), uuid4()
    assert road.as_user(STRANGER).get(road.path).status_code == 404
    assert road.as_user(POLICE).get(f"/v1/dossiers/{unknown}").status_code == 404
    assert auditor.post(f"{road.path}/actions/register_file", json={}).status_code == 403
    outcomes = [
        (one["outcome"], str(one["dossiers"][0])) for one in entries(store, "GET /v1/dossiers/{dossier_id}")
    ]
    assert outcomes == [("404", road.id), ("404", str(unknown))]
    [refused] = entries(store, "POST /v1/dossiers/{dossier_id}/actions/{code}")
    assert (refused["outcome"], refused["role"], [str(one) for one in refused["dossiers"]]) == (
        "403",
        "auditor",
        [road.id],
    )


def test_a_name_in_a_path_is_not_kept(as_user: Callable[[str], Caller], store: Engine) -> None:
    assert as_user(POLICE).get("/v1/dossiers/nguyen-van-a").status_code == 404
    assert entries(store, "GET /v1/dossiers/{dossier_id}") == []  # no id: nothing was looked for
    assert as_user(POLICE).get("/v1/registers/2026/nguyen-van-a").status_code == 404
    [entry] = entries(store, "GET /v1/registers/{year}/{name}")
    assert (entry["dossiers"], entry["objects"]) == ([], [])


def test_downloads_name_the_file_and_its_dossier(road: Road, store: Engine) -> None:
    road.open()
    paper = road.add_paper("other", title="Tài liệu").json()["id"]
    assert road.as_user(POLICE).get(f"/v1/papers/{paper}/content").status_code == 200
    [entry] = entries(store, "GET /v1/papers/{paper_id}/content")
    assert (list(map(str, entry["dossiers"])), entry["objects"]) == ([road.id], [f"paper:{paper}"])


def test_the_public_check_is_recorded_without_an_account(
    client: TestClient, road: Road, store: Engine
) -> None:
    road.advance("verify_residence")
    documents = road.as_user(POLICE).get(f"{road.path}/documents").json()
    assert documents
    client.get(f"/verify/{documents[0]['verify_code']}")
    client.get("/verify/unknown")
    found, unknown = entries(store, "GET /verify/{code}")
    assert (found["account"], found["outcome"], found["objects"]) == (
        None, "200", [f"document:{documents[0]['id']}"],
    )  # fmt: skip
    assert list(map(str, found["dossiers"])) == [road.id]
    assert (unknown["outcome"], unknown["dossiers"], unknown["objects"]) == ("404", [], [])


def test_who_is_not_signed_in_reads_nothing_and_leaves_nothing(
    client: TestClient, store: Engine, road: Road
) -> None:
    assert client.get(f"/v1/dossiers/{uuid4()}").status_code == 401
    for path in ("/health/live", "/docs", "/openapi.json", "/static-offline-docs/swagger-ui.css"):
        assert client.get(path).status_code == 200
    assert road.as_user(POLICE).get("/v1/rulebooks").status_code == 200
    assert read(store, "SELECT operation FROM audit_entry") == [("auth.signed_in",)]


def test_nothing_is_answered_that_cannot_be_recorded(
    road: Road, database: Settings, store: Engine, client: TestClient
) -> None:
    answer = road.open()
    with superuser_of(database) as owner:
        owner.execute("REVOKE EXECUTE ON FUNCTION audit_append FROM hoso_app")
    for path in (road.path, f"{road.path}/events", "/v1/dossiers"):
        refused = road.as_user(POLICE).get(path)
        assert (refused.status_code, refused.json()["code"]) == (503, "not_recorded")
        assert refused.headers["content-type"] == "application/problem+json"
        assert "etag" not in refused.headers
        assert answer.json()["dossier"]["person"]["name"] not in refused.text
    assert client.get("/health/live").status_code == 200
    with superuser_of(database) as owner:
        owner.execute("GRANT EXECUTE ON FUNCTION audit_append TO hoso_app")
    assert road.as_user(POLICE).get(road.path).status_code == 200
    assert len(entries(store, "GET /v1/dossiers/{dossier_id}")) == 1


def test_a_request_that_fails_is_recorded(road: Road, store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> None:
        raise RuntimeError

    road.open()
    monkeypatch.setattr(dossiers, "dossier_of", failing)
    assert road.as_user(POLICE).get(road.path).status_code == 500
    assert [one["outcome"] for one in entries(store, "GET /v1/dossiers/{dossier_id}")] == ["500"]


def test_a_reason_that_is_given_is_kept(road: Road, store: Engine) -> None:
    road.open()
    auditor = road.as_user("kiem-toan")
    why = {"X-Reason": quote("Kiểm tra định kỳ")}
    assert auditor.get(road.path, headers=why).status_code in {200, 404}  # as far as it sees the dossier
    assert entries(store, "GET /v1/dossiers/{dossier_id}")[-1]["reason"] == "Kiểm tra định kỳ"
    assert road.as_user(POLICE).get(road.path).status_code == 200
    assert entries(store, "GET /v1/dossiers/{dossier_id}")[-1]["reason"] is None


@pytest.mark.parametrize("reason", ["%ff", "a%00b", "%0A%1b", quote("ă" * 501)])
def test_a_reason_that_is_no_text_is_refused(road: Road, reason: str) -> None:
    road.open()
    road.refused(
        lambda more: road.as_user(POLICE).get(road.path, headers={"X-Reason": reason, **more}),
        422, "reason_invalid", field="X-Reason",
    )  # fmt: skip


def test_the_reason_and_the_refusal_to_answer_are_described(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]
    bundle = described["/v1/dossiers/{dossier_id}/bundle.zip"]["get"]
    assert "X-Reason" in [one["name"] for one in bundle["parameters"]]
    answer = described["/v1/dossiers/{dossier_id}"]["get"]["responses"]["503"]
    assert answer == {"$ref": "#/components/responses/NotReady"}
