"""Two walls: what code narrows and what row-level security hides, each proved for every role and door with the other down."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, insert, text

from api.app import create_app
from api.demo.scans import pdf_page
from flows.policy import COURT_ROLES, ROLES
from flows.reports import make_reports
from models import clock, seeing
from models.postgres import app_url
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from models.tables import table
from tests.api.conftest import NOW, PASSWORD, SignedIn
from tests.api.road import Caller, Road, unchanged
from tests.api.whole_way.doors import CHEAP
from tests.cluster import new_database, superuser

AT = "2026-09-20T08:00:00+07:00"
ACT: dict[str, Any] = {"occurred_at": AT, "facts": {}}
PDF = pdf_page("Don")
IF_MATCH = {"If-Match": '"1"'}


@dataclass(frozen=True)
class Door:
    """How a door is knocked at: with what, and who is let in although the dossier is not theirs to see."""

    request: Mapping[str, Any]
    but: frozenset[str] = frozenset()


def one(*but: str, **request: Any) -> Door:
    """A door to one thing, which must be like an unknown one."""
    return Door(request, frozenset(but))


ONE: dict[tuple[str, str], Door] = {
    ("get", "/v1/dossiers/{dossier_id}"): one(),
    ("get", "/v1/dossiers/{dossier_id}/actions"): one(),
    ("post", "/v1/dossiers/{dossier_id}/actions/{code}"): one(json=ACT, headers=IF_MATCH),
    ("post", "/v1/dossiers/{dossier_id}/actions/{code}/preview"): one(json=ACT),
    ("get", "/v1/dossiers/{dossier_id}/papers"): one(),
    ("post", "/v1/dossiers/{dossier_id}/papers"): one(
        data={"kind": "khac", "title": "Đơn", "received_on": "2026-09-01", "sheets": "1"},
        files={"file": ("a.pdf", PDF, "application/pdf")},
    ),
    ("get", "/v1/papers/{paper_id}/content"): one(),
    ("get", "/v1/dossiers/{dossier_id}/limits"): one(),
    ("get", "/v1/dossiers/{dossier_id}/migration"): one(),
    ("post", "/v1/dossiers/{dossier_id}/migrate"): one(json=ACT, headers=IF_MATCH),
    ("post", "/v1/dossiers/{dossier_id}/keep"): one(json=ACT, headers=IF_MATCH),
    ("post", "/v1/dossiers/{dossier_id}/corrections"): one(
        json={"facts": {"found_where": "nơi khác"}, "reason": "ghi nhầm"}, headers=IF_MATCH
    ),
    ("post", "/v1/dossiers/{dossier_id}/void-last"): one(json={"reason": "ghi nhầm"}, headers=IF_MATCH),
    ("post", "/v1/dossiers/{dossier_id}/reminders"): one(json={}, headers=IF_MATCH),
    ("get", "/v1/dossiers/{dossier_id}/assignments"): one(),
    ("post", "/v1/dossiers/{dossier_id}/assignments"): one(json={"account": None}),
    ("post", "/v1/persons/export"): one(json={"dossier": "{dossier_id}"}, headers={"X-Reason": "kiem%20tra"}),
    ("get", "/v1/bulk/tasks/{task_id}"): one(),
    ("get", "/v1/bulk/tasks/{task_id}/output"): one(),
    ("get", "/v1/bulk/tasks/{task_id}/report"): one(),
    ("post", "/v1/bulk/tasks/{task_id}/cancel"): one(),
    ("post", "/v1/bulk/tasks/{task_id}/resume"): one(),
    ("get", "/v1/dossiers/{dossier_id}/events"): one(),
    ("get", "/v1/dossiers/{dossier_id}/documents"): one(),
    ("post", "/v1/dossiers/{dossier_id}/documents"): one(
        json={"occurred_at": AT, "particulars": {"V-43": {}}}, headers=IF_MATCH
    ),
    ("post", "/v1/dossiers/{dossier_id}/documents/preview"): one(
        json={"occurred_at": AT, "particulars": {"V-43": {}}}
    ),
    ("get", "/v1/documents/{document_id}"): one(),
    ("get", "/v1/documents/{document_id}/content"): one(),
    ("post", "/v1/documents/{document_id}/signed"): one(files={"file": ("a.pdf", PDF, "application/pdf")}),
    ("post", "/v1/documents/{document_id}/void"): one(json={"reason": "nhầm"}, headers=IF_MATCH),
    ("post", "/v1/documents/{document_id}/reissue"): one(json={"reason": "nhầm"}, headers=IF_MATCH),
    ("post", "/v1/documents/{document_id}/reissue/preview"): one(json={"reason": "nhầm"}),
    ("get", "/v1/dossiers/{dossier_id}/forms"): one(),
    ("get", "/v1/registers/{year}/{name}"): one(params={"agency": "ca.cau-giay"}),
    ("get", "/v1/reports/{report_id}"): one(),
    ("get", "/v1/reports/{report_id}/content"): one(),
    ("get", "/v1/dossiers/{dossier_id}/sheets"): one(),
    ("get", "/v1/dossiers/{dossier_id}/bundle.zip"): one(),
    ("get", "/v1/notices/{notice_id}"): one(),
    ("post", "/v1/notices/{notice_id}/read"): one(),
    ("get", "/v1/notices/{notice_id}/deliveries"): one(),
    ("post", "/v1/deliveries/{delivery_id}/send-again"): one("administrator"),
    ("post", "/v1/supervision/jobs/{job_id}/retry"): one("administrator"),
    ("get", "/v1/webhooks/{webhook_id}"): one("administrator"),
    ("patch", "/v1/webhooks/{webhook_id}"): one("administrator", json={"enabled": False}),
    ("delete", "/v1/webhooks/{webhook_id}"): one("administrator"),
    ("post", "/v1/webhooks/{webhook_id}/secret"): one("administrator", json={}),
    ("get", "/v1/webhooks/{webhook_id}/deliveries"): one("administrator"),
    ("post", "/v1/webhooks/{webhook_id}/test"): one("administrator"),
    ("post", "/v1/webhooks/{webhook_id}/replay"): one(
        "administrator", json={"since": "2026-01-01T00:00:00+07:00"}
    ),
}
"""Doors to one thing: what is not the caller's answers as an unknown id does, letter by letter."""
MANY: dict[tuple[str, str], Door] = {
    ("get", "/v1/dossiers"): one(),
    ("post", "/v1/dossiers/search"): one(json={"name": "nguyen van"}),
    ("get", "/v1/lists/dossiers"): one(),
    ("post", "/v1/bulk/migrate"): one(json={"dossiers": ["{dossier_id}"], **ACT}),
    ("post", "/v1/bulk/{action}"): one(json={"dossiers": ["{dossier_id}"], **ACT}),
    ("post", "/v1/bulk/print"): one(json={"dossiers": ["{dossier_id}"]}),
    ("get", "/v1/bulk/tasks"): one(),
    ("get", "/v1/registers"): one(),
    ("get", "/v1/supervision/overview"): one(),
    ("get", "/v1/supervision/stuck"): one(),
    ("get", "/v1/supervision/performance"): one(),
    ("get", "/v1/supervision/dossiers"): one(),
    ("get", "/v1/supervision/trend"): one(),
    ("get", "/v1/supervision/stage-times"): one(),
    ("get", "/v1/supervision/shares"): one(),
    ("get", "/v1/supervision/behind"): one(params={"what": "opened", "first_day": "2026-01-01"}),
    ("get", "/v1/supervision/calendar"): one(params={"month": "2026-09-01"}),
    ("get", "/v1/supervision/figures.xlsx"): one(),
    ("get", "/v1/work"): one(),
    ("get", "/v1/work/calendar"): one(params={"month": "2026-09-01"}),
    ("post", "/v1/bulk/reminders"): one(json={"dossiers": ["{dossier_id}"]}),
    ("post", "/v1/bulk/assignments"): one(json={"dossiers": ["{dossier_id}"], "account": None}),
    ("get", "/v1/reports"): one(),
    ("get", "/v1/notices"): one(),
    ("post", "/v1/notices/read"): one(json={"up_to": 10**6}),
    ("get", "/v1/deliveries"): one("administrator", params={"state": "parked"}),
    ("get", "/v1/supervision/jobs"): one("administrator", params={"state": "waiting"}),
    ("get", "/v1/webhooks"): one("administrator"),
}
"""Doors to many: nothing of what is hidden stands in the answer."""
NO_DOSSIER = {
    "signing in": (
        ("post", "/v1/auth/token"), ("post", "/v1/auth/refresh"), ("post", "/v1/auth/revoke"), ("get", "/v1/me"),
        ("put", "/v1/me/email"), ("put", "/v1/me/agency/email"),
    ),
    "the caller's own sign-in": (
        ("get", "/v1/auth/oidc/login"), ("get", "/v1/auth/oidc/callback"), ("post", "/v1/auth/totp"),
        ("post", "/v1/auth/totp/confirm"), ("post", "/v1/auth/password"), ("get", "/v1/auth/sessions"),
        ("delete", "/v1/auth/sessions"), ("delete", "/v1/auth/sessions/{session_id}"),
    ),
    "officials' accounts": (
        ("get", "/v1/users"), ("post", "/v1/users"), ("get", "/v1/users/{user_id}"), ("patch", "/v1/users/{user_id}"),
        ("post", "/v1/users/{user_id}/enable"), ("post", "/v1/users/{user_id}/disable"),
        ("post", "/v1/users/{user_id}/password"), ("post", "/v1/users/{user_id}/second-factor/reset"),
        ("put", "/v1/users/{user_id}/oidc"), ("get", "/v1/users/{user_id}/secrets"),
        ("post", "/v1/users/{user_id}/secrets"), ("delete", "/v1/users/{user_id}/secrets/{secret_id}"),
    ),
    "what is made is the caller's own": (("post", "/v1/webhooks"),),
    "what is sent is all it knows": (
        ("post", "/v1/dossiers"), ("post", "/v1/limits/compute"), ("post", "/v1/lists/III-10"),
        ("post", "/v1/lists/V-21"), ("get", "/v1/imports/template"), ("post", "/v1/imports"),
    ),
    "the law, the same for all": (
        ("get", "/v1/rulebooks"), ("get", "/v1/rulebooks/{code}"), ("get", "/v1/rulebooks/{code}/diff/{other}"),
        ("get", "/v1/rulebooks/{code}/rules/{rule_id}"), ("get", "/v1/calendar/versions"),
        ("get", "/v1/calendar/{year}"), ("post", "/v1/calendar/changes"),
    ),
    "ids only, of what the caller's own agency or territory asked": (("get", "/v1/audit"), ("post", "/v1/audit/verify")),
    "public offices": (
        ("get", "/v1/agencies"), ("post", "/v1/agencies"), ("get", "/v1/agencies/{code}"),
        ("patch", "/v1/agencies/{code}"),
    ),
    "public, without personal data": (
        ("get", "/verify/{code}"), ("get", "/health/live"), ("get", "/health/ready"), ("get", "/metrics"),
    ),
}  # fmt: skip
"""Doors behind which no dossier lies, and why."""


@dataclass
class Place:
    """An application with one dossier that is not the outsiders' to see."""

    settings: Settings
    client: TestClient
    store: Engine
    ids: dict[str, str]
    secrets: list[str]
    tokens: dict[str, str]

    def knock(self, role: str, door: tuple[str, str], how: Door, ids: Mapping[str, str]) -> Response:
        """A request of the outsider of this role."""
        request = {**how.request}
        for name, value in (("dossiers", [ids["dossier_id"]]), ("dossier", ids["dossier_id"])):
            if name in request.get("json", ()):
                request["json"] = {**request["json"], name: value}
        headers = {"Authorization": f"Bearer {self.tokens[role]}", **request.pop("headers", {})}
        return self.client.request(door[0].upper(), door[1].format(**ids), headers=headers, **request)


@pytest.fixture(scope="module")
def place(cluster: Settings, template: str) -> Iterator[Place]:
    """The dossier on its way to the court, with a row of its own behind every door, and an outsider of every role."""
    signed = SignedIn({})
    with clock.at(NOW), new_database(cluster, template) as settings:
        store = open_store(app_url(settings))
        with TestClient(create_app(settings), base_url="http://hoso.test") as client:

            def as_user(user: str) -> Caller:
                token = {"Authorization": f"Bearer {signed.token(client, user)}"}
                return Caller(
                    lambda method, path, **more: client.request(
                        method, path, headers=token | (more.pop("headers", None) or {}), **more
                    )
                )

            road = Road(as_user, store)
            road.advance("register_file")
            paper = road.add_paper("statement").json()["id"]
            assert make_reports(store, settings.files, "quarter", NOW).made
            ids = _behind_doors(store, road.id) | {"paper_id": paper}
            tokens = {role: signed.token(client, user) for role, user in _outsiders(store).items()}
            yield Place(settings, client, store, ids, _secrets(store, road.id, ids), tokens)
        store.dispose()


def _outsiders(store: Engine) -> dict[str, str]:
    """An account of every role in another province."""
    accounts = [
        {
            "id": uuid4(), "username": f"ngoai.{role}", "password_hash": CHEAP.hash(PASSWORD), "full_name": "Nguyễn Văn N",
            "position": "Cán bộ", "role": role, "disabled": False,
            "agency": "ta.kv7-dong-thap" if role in COURT_ROLES else "ca.dong-thap",
        }
        for role in ROLES
    ]  # fmt: skip
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        connection.execute(insert(table("account")), accounts)
    return {str(row["role"]): str(row["username"]) for row in accounts}


def _behind_doors(store: Engine, dossier: str) -> dict[str, str]:
    with unit_of_work(store, Scope(SYSTEM)) as connection:

        def first(asked: str) -> Any:
            return connection.execute(text(asked), {"dossier": dossier}).scalars().first()

        account = first("SELECT id FROM account WHERE username = 'ca.cau-giay'")
        notice, task, webhook, delivery = uuid4(), uuid4(), uuid4(), uuid4()
        connection.execute(insert(table("notice")).values(
            id=notice, dossier=UUID(dossier), agency="ca.cau-giay", audience="agency", kind="handed_over", key="k",
            facts={"dossier": first("SELECT number FROM dossier WHERE id = :dossier"), "action": "open", "book": "2026",
                   "stage": "court_decision"}, created_at=NOW,
        ))  # fmt: skip
        connection.execute(insert(table("webhook")).values(
            id=webhook, agency="ca.cau-giay", url="https://may-chu.example/", kinds=[], secret="whsec_x", enabled=True,
            created_by=account, created_at=NOW,
        ))  # fmt: skip
        connection.execute(insert(table("delivery")).values(
            id=delivery, notice=notice, channel="webhook", webhook=webhook, state="parked", attempts=1, run_after=NOW,
            created_at=NOW, settled_at=NOW,
        ))  # fmt: skip
        connection.execute(insert(table("bulk_task")).values(
            id=task, kind="print", agency="ca.cau-giay", account=account, parameters={}, dossiers=[UUID(dossier)],
            state="waiting", total=1, position=0, done=0, known=0, failed=0, attempts=0, run_after=NOW, created_at=NOW,
        ))  # fmt: skip
        name = first("SELECT name FROM register WHERE agency = 'ca.cau-giay'")
        return {
            "dossier_id": dossier, "notice_id": str(notice), "webhook_id": str(webhook), "delivery_id": str(delivery),
            "task_id": str(task), "document_id": str(first("SELECT id FROM document WHERE dossier = :dossier")),
            "job_id": str(first("SELECT min(id) FROM job")), "year": "2026", "name": name, "code": "register_file",
            "action": "register_file", "report_id": str(first("SELECT id FROM report WHERE agency = 'ca.cau-giay'")),
        }  # fmt: skip


def _secrets(store: Engine, dossier: str, ids: Mapping[str, str]) -> list[str]:
    """What no answer to an outsider may hold."""
    with unit_of_work(store, Scope(SYSTEM)) as connection:
        asked = "SELECT number, data ->> 'name' FROM dossier JOIN person ON person.id = person WHERE dossier.id = :id"
        number, name = connection.execute(text(asked), {"id": dossier}).one()
    return [number, name, *(value for key, value in ids.items() if key.endswith("_id") and len(value) > 30)]


UNKNOWN = {"job_id": "999999", "name": "KHONG"}


SOME = ("administrator", "head", "supervisor")
"""One role of each kind of sight; a head may all that an officer may. The long tests try every role."""


def outside(place: Place, roles: Iterable[str]) -> None:
    """Each role knocks at every door: one thing is like an unknown one, and of many nothing shows."""
    with clock.at(NOW), unchanged(place.store):
        for role in sorted(roles):
            unknown = {
                key: str(uuid4()) if key.endswith("_id") else value for key, value in place.ids.items()
            }
            for door, how in ONE.items():
                if role in how.but:
                    continue
                hidden, missing = (
                    place.knock(role, door, how, ids) for ids in (place.ids, unknown | UNKNOWN)
                )
                assert hidden.status_code in {403, 404}, (role, door, hidden.text)
                assert _plain(hidden) == _plain(missing), (role, door)
            for door, how in MANY.items():
                if role in how.but:
                    continue
                answer = place.knock(role, door, how, place.ids)
                assert answer.status_code in {200, 202, 403}, (role, door, answer.text)
                sent = place.ids["dossier_id"] if door[0] == "post" else None
                found = [secret for secret in place.secrets if secret != sent and secret in answer.text]
                assert found == [], (role, door)
                assert (
                    "docx" not in answer.headers["content-type"]
                    or place.secrets[0].encode() not in answer.content
                )


def _plain(answer: Response) -> tuple[int, dict[str, Any]]:
    """An answer without what names the very request."""
    body = answer.json()
    return answer.status_code, {key: body[key] for key in body if key not in {"instance", "request_id"}} | {
        "headers": sorted(set(answer.headers) - {"x-request-id"})
    }


def test_every_door_has_its_case(place: Place) -> None:
    doors = {
        (method, path)
        for path, item in create_app(place.settings).openapi()["paths"].items()
        for method in item
        if not re.search(r"/actions/\w+$", path)  # the same door, described for each action
    }
    assert doors == set(ONE) | set(MANY) | {door for doors in NO_DOSSIER.values() for door in doors}


def test_insiders_find_something_behind_each_door(place: Place, signed_in: SignedIn) -> None:
    """Else a case would prove nothing: the compiling agency's head is answered otherwise than 404."""
    head = signed_in.token(place.client, "ca.cau-giay.truong")
    inside = Place(place.settings, place.client, place.store, place.ids, [], {"head": head})
    reading = {door: how for door, how in ONE.items() if door[0] == "get"}
    no_file = {("get", "/v1/bulk/tasks/{task_id}/output"), ("get", "/v1/dossiers/{dossier_id}/bundle.zip"),
               ("get", "/v1/dossiers/{dossier_id}/sheets")}  # fmt: skip
    with clock.at(NOW):
        for door, how in reading.items():
            if door not in no_file:
                assert inside.knock("head", door, how, place.ids).status_code == 200, door
        assert place.secrets[0] in inside.knock("head", ("get", "/v1/dossiers"), one(), place.ids).text


@pytest.mark.parametrize("roles", [SOME, pytest.param(sorted(ROLES), marks=pytest.mark.long)])
def test_the_second_wall_stands_with_the_first_one_down(
    place: Place, monkeypatch: pytest.MonkeyPatch, roles: Iterable[str]
) -> None:
    monkeypatch.setattr(seeing, "sees_everything", lambda _reached: True)
    monkeypatch.setattr(seeing, "owns_everything", lambda _reached: True)
    outside(place, roles)


@pytest.mark.parametrize("roles", [SOME, pytest.param(sorted(ROLES), marks=pytest.mark.long)])
def test_the_first_wall_stands_with_the_second_one_down(
    place: Place, cluster: Settings, roles: Iterable[str]
) -> None:
    name = app_url(place.settings).database
    assert name
    with superuser(cluster, name) as connection:
        walled = [
            str(row[0])
            for row in connection.execute(
                "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
            )
        ]
        assert len(walled) > 20
        for one_table in walled:
            connection.execute(f"ALTER TABLE {one_table} DISABLE ROW LEVEL SECURITY".encode())
        try:
            with unit_of_work(place.store, Scope("ca.dong-thap")) as unwalled:
                assert unwalled.execute(text("SELECT count(*) FROM dossier")).scalar_one() == 1, "down"
            outside(place, roles)
        finally:
            for one_table in walled:
                connection.execute(f"ALTER TABLE {one_table} ENABLE ROW LEVEL SECURITY".encode())
