"""The board's doors: each one judged and told of, none open to strangers, and the API's closed to cookies."""

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.app import create_app
from api.board import ROUTERS
from api.board.visits import own_path
from api.traces import NOTHING_PERSONAL, ON_THE_BOARD
from models.settings import Settings
from tests.api.board.visitor import FROM_HERE, SESSION, Visitor
from tests.api.road import Caller, Road, unchanged
from tests.api.test_traces import entries

POLICE, HEAD, STRANGER = "ca.cau-giay", "ca.cau-giay.truong", "ca.nha-trang.truong"
RECORDED = frozenset({
    "GET /board", "GET /board/work", "GET /board/dossiers/{dossier_id}",
    "GET /board/dossiers/{dossier_id}/assignment", "POST /board/dossiers/{dossier_id}/assignment",
    # Law and administration
    "POST /board/law/calendar/change", "POST /board/law/calendar/change/preview",
    "GET /board/me", "POST /board/me/email", "POST /board/me/agency-email",
    "GET /board/admin/users", "POST /board/admin/users/search", "GET /board/admin/users/new", "POST /board/admin/users/new",
    "GET /board/admin/users/{user_id}", "GET /board/admin/users/{user_id}/change", "POST /board/admin/users/{user_id}/change",
    "POST /board/admin/users/{user_id}/disable", "POST /board/admin/users/{user_id}/enable",
    "POST /board/admin/users/{user_id}/password", "POST /board/admin/users/{user_id}/second-factor",
    "POST /board/admin/users/{user_id}/openid", "POST /board/admin/users/{user_id}/secrets",
    "POST /board/admin/users/{user_id}/secrets/{secret_id}/end",
    "POST /board/admin/agencies/new", "POST /board/admin/agencies/{code}/change", "POST /board/admin/agencies/{code}/end",
    "GET /board/admin/webhooks", "GET /board/admin/webhooks/new", "POST /board/admin/webhooks/new",
    "GET /board/admin/webhooks/{webhook_id}", "GET /board/admin/webhooks/{webhook_id}/change",
    "POST /board/admin/webhooks/{webhook_id}/change", "POST /board/admin/webhooks/{webhook_id}/enable",
    "POST /board/admin/webhooks/{webhook_id}/disable", "POST /board/admin/webhooks/{webhook_id}/secret",
    "POST /board/admin/webhooks/{webhook_id}/test", "POST /board/admin/webhooks/{webhook_id}/replay",
    "GET /board/admin/jobs", "POST /board/admin/jobs/{job_id}/retry",
    "GET /board/admin/audit", "POST /board/admin/audit", "POST /board/admin/audit/verify",
    "GET /board/overview", "GET /board/agencies", "GET /board/agencies/{code}", "GET /board/calendar", "GET /board/calendar.xlsx",
    "GET /board/performance", "GET /board/figures.xlsx", "GET /board/watched", "GET /board/watched.xlsx", "GET /board/behind",
    "GET /board/behind.xlsx", "GET /board/stuck", "GET /board/stuck.xlsx", "POST /board/stuck/views",
    "POST /board/stuck/views/{view_id}/removal", "POST /board/stuck/reminder", "POST /board/stuck/reminder/issue",
    "POST /board/stuck/assignment", "POST /board/stuck/assignment/give",
    "GET /board/dossiers/{dossier_id}/actions/{code}", "POST /board/dossiers/{dossier_id}/actions/{code}",
    "GET /board/dossiers/{dossier_id}/corrections/person", "POST /board/dossiers/{dossier_id}/corrections/person",
    "GET /board/dossiers/{dossier_id}/corrections/{event_id}", "POST /board/dossiers/{dossier_id}/corrections/{event_id}",
    "GET /board/dossiers/{dossier_id}/void-last", "POST /board/dossiers/{dossier_id}/void-last",
    "GET /board/dossiers/{dossier_id}/migration", "POST /board/dossiers/{dossier_id}/migration",
    "GET /board/dossiers/{dossier_id}/keeping", "POST /board/dossiers/{dossier_id}/keeping",
    "GET /board/dossiers/{dossier_id}/papers", "POST /board/dossiers/{dossier_id}/papers",
    "GET /board/dossiers/{dossier_id}/bundle.zip", "GET /board/papers/{paper_id}/content",
    "GET /board/documents/{document_id}", "GET /board/documents/{document_id}/content", "POST /board/documents/{document_id}/signed",
    "GET /board/new", "GET /board/new/{draft_id}", "POST /board/new/{draft_id}", "GET /board/new/{draft_id}/check",
    "GET /board/new/{draft_id}/facts", "POST /board/new/{draft_id}/facts",
    "GET /board/print", "POST /board/print", "GET /board/print/{task_id}/output", "GET /board/inbox", "POST /board/inbox",
})  # fmt: skip
"""Pages that show or change something about persons; each leaves an entry of the audit log."""

FOR_SUPERVISORS = frozenset(
    {"/board/dossiers/{dossier_id}/void-last", "/board/dossiers/{dossier_id}/keeping"}
)
"""Pages that heads are refused by their role, whatever the dossier; of other supervisors their own tests tell."""

DOORS = tuple(
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
)
"""Method and address of every page."""


def filled(path: str, dossier: str) -> str:
    """The address of a page about a dossier; what else it names is unknown."""
    known = {"dossier_id": dossier, "key": f"assignment.{dossier}", "code": "compile"}
    return re.sub(r"{(\w+)}", lambda found: known.get(found[1], str(uuid4())), path)


def test_every_page_is_classified() -> None:
    found = {f"{method} {path}" for method, path in DOORS}
    assert found == RECORDED | ON_THE_BOARD, (
        "say of each new page whether it shows or changes something about persons"
    )
    assert not ON_THE_BOARD & RECORDED
    assert not ON_THE_BOARD & NOTHING_PERSONAL


def test_the_description_of_the_api_leaves_the_pages_out() -> None:
    assert not any(getattr(route, "include_in_schema", True) for router in ROUTERS for route in router.routes)


def test_a_stranger_is_led_to_sign_in_and_back_and_leaves_nothing(client: TestClient, store: Engine) -> None:
    visitor = Visitor(client)
    for method, path in DOORS:
        if f"{method} {path}" in RECORDED:
            address = filled(path, str(uuid4()))
            answer = visitor.get(address) if method == "GET" else visitor.post(address)
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (
                303,
                "/board/sign-in",
            ), path
    assert (
        visitor.get("/board/work?which=overdue").headers["location"]
        == "/board/sign-in?next=%2Fboard%2Fwork%3Fwhich%3Doverdue"
    )
    assert visitor.get("/").headers["location"] == "/board"
    assert not [operation for operation in RECORDED if entries(store, operation)]


@pytest.mark.parametrize("forged", [{}, {"_csrf": "x"}, {"_csrf": "0" * 64}])
def test_no_form_is_taken_without_the_token_of_its_own_session(
    road: Road, client: TestClient, store: Engine, forged: dict[str, str]
) -> None:
    road.open()
    visitor = Visitor.signed_in(client, HEAD)
    with unchanged(store):
        for method, path in DOORS:
            if method == "POST":
                answer = visitor.post(filled(path, road.id), forged | {"account": ""})
                assert answer.status_code == 403, path
                assert "text/html" in answer.headers["content-type"]
    assert visitor.get("/board/work").status_code == 200, "still signed in"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://xau.example"}, {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://xau.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"}, {"Sec-Fetch-Site": "", "Origin": ""},
    ],
)  # fmt: skip
def test_a_form_from_elsewhere_is_refused_even_with_the_right_token(
    client: TestClient, headers: dict[str, str]
) -> None:
    visitor = Visitor.signed_in(client, POLICE)
    form = visitor.hidden("/board/work", "/board/theme")
    answer = visitor.post("/board/theme", form | {"theme": "dark"}, headers=headers)
    assert (answer.status_code, "hoso_theme" in visitor.cookies) == (403, False)
    other = Visitor.signed_in(client, POLICE)
    assert other.post("/board/theme", form | {"theme": "dark"}).status_code == 403, (
        "another session of the same account"
    )
    assert visitor.post("/board/theme", form | {"theme": "dark"}).status_code == 303
    assert visitor.cookies["hoso_theme"] == "dark"


def test_the_api_never_takes_the_cookie(client: TestClient) -> None:
    visitor = Visitor.signed_in(client, POLICE)
    assert visitor.get("/board/work").status_code == 200
    for method, path in (("GET", "/v1/me"), ("GET", "/v1/dossiers"), ("POST", "/v1/dossiers")):
        cookie = {"Cookie": f"{SESSION}={visitor.cookies[SESSION]}"} | FROM_HERE
        assert client.request(method, path, headers=cookie).status_code == 401
    token = visitor.cookies[SESSION]
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/v1/me", headers=bearer).status_code == 401, "nor what it holds as a token"
    assert client.post("/v1/auth/refresh", data={"refresh_token": token}).status_code == 401


def test_neither_a_forged_cookie_nor_a_token_of_the_api_signs_anybody_in(
    client: TestClient, as_user: Callable[[str], Caller], signed_in: object
) -> None:
    real = Visitor.signed_in(client, POLICE).cookies[SESSION]
    token = client.post("/v1/auth/token", data={"username": POLICE, "password": "mật khẩu thử nghiệm"}).json()
    for forged in (
        "x",
        real[:-1] + ("A" if real[-1] != "A" else "B"),
        token["access_token"],
        token["refresh_token"],
    ):
        answer = Visitor(client, {SESSION: forged}).get("/board/work")
        assert (answer.status_code, answer.headers["location"][:14]) == (303, "/board/sign-in"), forged


def test_another_agencys_dossier_is_like_an_unknown_one(road: Road, client: TestClient) -> None:
    name = road.open().json()["dossier"]["person"]["name"]
    stranger = Visitor.signed_in(client, STRANGER)
    for method, path in DOORS:
        if "{dossier_id}" in path and method == "GET":
            hidden, missing = (stranger.get(filled(path, str(one))) for one in (road.id, uuid4()))
            refused = 403 if path in FOR_SUPERVISORS else 404
            assert hidden.status_code == missing.status_code == refused, path
            assert plain(hidden.text) == plain(missing.text)
            assert name not in hidden.text
    assert name not in stranger.get("/board/work").text
    assert name in Visitor.signed_in(client, HEAD).get("/board/work").text


def plain(html: str) -> str:
    """A page without what differs from one to the next."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}", "", html)


def test_a_page_leaves_the_entry_that_the_api_would(road: Road, client: TestClient, store: Engine) -> None:
    road.open()
    visitor = Visitor.signed_in(client, POLICE)
    assert visitor.get(f"/board/dossiers/{road.id}").status_code == 200
    assert visitor.get("/board/work").status_code == 200
    for operation in ("GET /board/dossiers/{dossier_id}", "GET /board/work"):
        [entry] = entries(store, operation)
        assert (entry["role"], entry["agency"], entry["outcome"]) == ("officer", POLICE, "200")
        assert list(map(str, entry["dossiers"])) == [road.id]


def test_who_may_not_open_a_page_reads_why(client: TestClient) -> None:
    answer = Visitor.signed_in(client, "quan-tri").get("/board/work")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "Tài khoản này chỉ được xem" in answer.text
    visitor = Visitor.signed_in(client, "quan-tri")
    visitor.cookies["hoso_language"] = "en"
    assert "This account may read dossiers" in visitor.get("/board/work").text


def test_pages_say_what_a_browser_may_do_with_them(client: TestClient) -> None:
    page = Visitor(client).get("/board/sign-in")
    policy = page.headers["content-security-policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "same-origin")
    assert not re.search(
        r"<style|<script(?! type=\"module\" src)|\son\w+=|\sstyle=|https?://(?!www\.w3\.org)", page.text
    )
    [css] = re.findall(r"/board/static/board\.[0-9a-f]{16}\.css", page.text)
    kept = client.get(css)
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "http" not in kept.text
    assert client.get("/board/static/board.css").status_code == 404
    assert client.get("/v1/me").headers["content-security-policy"].endswith("sandbox")


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/board/work?overdue=true", "/board/work?overdue=true"), ("/board", "/board"), ("//xau.example/board/", "/board"),
        ("https://xau.example/board/", "/board"), ("/board\\@xau.example", "/board"), ("/v1/me", "/board"), ("", "/board"),
        ("/boarding", "/board"), ("/board/\nx", "/board"), ("javascript:alert(1)", "/board"), ("/board//xau", "/board//xau"),
    ],
)  # fmt: skip
def test_one_is_led_back_to_pages_of_the_board_alone(asked: str, led: str) -> None:
    assert own_path(asked) == led


def test_over_tls_the_cookie_is_bound_to_this_very_host(database: Settings, store: Engine) -> None:
    secure = replace(database, public_url="https://hoso.example.vn")
    with TestClient(create_app(secure), base_url="https://hoso.test") as client:
        answer = client.get("/board/sign-in")
        [line] = answer.headers.get_list("set-cookie")
        assert line.startswith("__Host-hoso_visitor=")
        for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert part in line
        assert "Domain" not in line
