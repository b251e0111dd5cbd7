"""A served board with dossiers on it, Chromium, and windows of it that are signed in."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import Engine, text

from api.access import NOBODY, begin_browser
from api.app import create_app
from api.board import drafts
from api.demo.script import read_script
from models.postgres import app_url
from models.settings import Settings
from models.store import SYSTEM, Scope, open_store, unit_of_work
from tests.api.conftest import SignedIn, template  # noqa: F401 - a fixture
from tests.api.road import Caller, Road
from tests.cluster import new_database
from tests.flows.conftest import until
from tests.free_port import free_port
from tests.programs import needs_program

WIDTHS = (360, 1280, 2560)
PATIENCE = 15_000
"""Milliseconds a page may take on a busy machine."""


@dataclass
class Board:
    """The board as an office serves it."""

    url: str
    settings: Settings
    store: Engine
    client: TestClient
    """The API of the same application, for what pages cannot do yet."""
    dossiers: dict[str, str] = field(default_factory=dict)
    """Ids by how far a dossier has come."""
    others: dict[str, str] = field(default_factory=dict)
    """Ids of an account, a webhook, an act, a document, and a dossier that is begun."""

    def road(self) -> Road:
        """A dossier that comes along over the API."""
        signed = SignedIn({})

        def as_user(user: str) -> Caller:
            token = {"Authorization": f"Bearer {signed.token(self.client, user)}"}
            return Caller(
                lambda method, path, **more: self.client.request(
                    method, path, headers=token | (more.pop("headers", None) or {}), **more
                )
            )

        return Road(as_user, self.store)

    def session_of(self, user: str) -> str:
        """What a browser's cookie holds when this user has signed in."""
        with unit_of_work(self.store, NOBODY) as connection:
            return begin_browser(connection, self.account(user), "password", "127.0.0.1", second_factor=True)

    def account(self, user: str) -> UUID:
        """A user's account."""
        found: UUID = self.ask("SELECT id FROM account WHERE username = :user", user=user)
        return found

    def ask(self, statement: str, **values: Any) -> Any:
        """The first value a statement answers, as somebody who is not known yet."""
        return self._ask(NOBODY, statement, values)

    def as_system(self, statement: str, **values: Any) -> Any:
        """The same, as the system, which sees everything."""
        return self._ask(Scope(SYSTEM), statement, values)

    def _ask(self, scope: Scope, statement: str, values: dict[str, Any]) -> Any:
        with unit_of_work(self.store, scope) as connection:
            answer = connection.execute(text(statement), values)
            return answer.scalar() if answer.returns_rows else None


@pytest.fixture(scope="package")
def board(cluster: Settings, template: str) -> Iterator[Board]:  # noqa: F811 - the fixture
    """One server for all of these tests, on a database of their own."""
    with new_database(cluster, template) as settings, serving(settings) as made:
        _fill(made)
        yield made


@contextmanager
def serving(settings: Settings) -> Iterator[Board]:
    """The board on a database, served in a thread of its own that has this one's clock."""
    port = free_port()
    doors = replace(settings.doors, account_rate=10**6, address_rate=10**6)
    here = replace(settings, doors=doors, public_url=f"http://127.0.0.1:{port}")
    app = create_app(here)
    store = open_store(app_url(here))
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=copy_context().run, args=(server.run,), daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _answers(url), patience=60)
        yield Board(url, here, store, TestClient(app, base_url=url))
    finally:
        server.should_exit = True
        thread.join(30)
        store.dispose()


def _fill(board: Board) -> None:
    """Dossiers on their way: one just opened, one before the court."""
    for name, step in (("opened", "verify_residence"), ("compiled", "register_file")):
        road = board.road()
        road.advance(step)
        board.dossiers[name] = road.id
    hook = road.as_user("quan-tri").post(
        "/v1/webhooks", json={"url": "https://8.8.8.8/nhan", "kinds": ["limit_"]}
    )
    _begin(board)
    compiled = {"dossier": board.dossiers["compiled"]}
    board.others |= {
        "opening": str(
            board.as_system("SELECT id FROM event WHERE dossier = :dossier AND action = 'open'", **compiled)
        ),
        "document": str(
            board.as_system(
                "SELECT id FROM document WHERE dossier = :dossier ORDER BY issued_on, id LIMIT 1", **compiled
            )
        ),
    }
    board.others |= {"webhook": hook.json()["id"], "officer": str(board.account("ca.cau-giay"))}


def _begin(board: Board) -> None:
    """A new dossier that is begun and not opened yet, of a person who has one already."""
    begun, person = uuid4(), read_script("2026").person
    typed = {
        "identity.type": "personal_number", "identity.number": str(person.identity.number), "name": person.name,
        "sex": person.sex, "birth_date": "20/05/1998", "present_residence": person.present_residence,
    }  # fmt: skip
    drafts.save(board.store, board.account("ca.cau-giay"), drafts.Key("new-person", begun), typed)
    board.others["begun"] = str(begun)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live", trust_env=False).is_success
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; in CI it must be there. While it is, no other test of this process could run an event loop."""
    program = needs_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


Window = Callable[..., Page]


@pytest.fixture
def window(board: Board, chromium: Browser) -> Iterator[Window]:
    """Opens windows of the browser, each with its own cookies: `window("ca.cau-giay")` is signed in."""
    with windows(board, chromium) as open_window:
        yield open_window


@contextmanager
def windows(board: Board, chromium: Browser) -> Iterator[Window]:
    """Windows on a board, closed in the end."""
    with ExitStack() as opened:

        def open_window(user: str | None = None, *, width: int = 1280, **options: Any) -> Page:
            context = chromium.new_context(
                base_url=board.url, viewport={"width": width, "height": 900}, locale="vi-VN", **options
            )
            opened.callback(context.close)
            context.set_default_timeout(PATIENCE)
            if user:
                sign_in(board, context, user)
            return context.new_page()

        yield open_window


def sign_in(board: Board, context: BrowserContext, user: str) -> None:
    """Gives a window the session of a user."""
    cookie: Any = {
        "name": "hoso_session", "value": board.session_of(user), "url": board.url, "httpOnly": True, "sameSite": "Lax",
    }  # fmt: skip
    context.add_cookies([cookie])
