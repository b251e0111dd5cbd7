"""Somebody with a browser, as far as cookies and forms go."""

import re
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from api.access import NOBODY, begin_browser
from models.store import unit_of_work

FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://hoso.test"}
SESSION = "hoso_session"
INPUT = re.compile(
    r'<(?:input id="[^"]*" name="([^"]+)" type="[^"]*" value="([^"]*)"|input type="(?:radio|checkbox)" name="([^"]+)" value="([^"]*)" checked|textarea[^>]* name="([^"]+)"[^>]*>([^<]*)<|option value="([^"]+)" selected)'
)
"""What a browser sends of a field: boxes and texts, what is ticked, what is chosen."""


@dataclass
class Visitor:
    """Keeps cookies as a browser does, and fills in what forms carry."""

    client: TestClient
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def signed_in(cls, client: TestClient, user: str, *, factor: bool = True) -> "Visitor":
        """Somebody who has signed in as this user."""
        with unit_of_work(client.app.state.parts.engine, NOBODY) as connection:  # type: ignore[attr-defined]
            token = begin_browser(
                connection, account_of(client, user), "password", "testclient", second_factor=factor
            )
        return cls(client, {SESSION: token})

    def get(self, path: str, **request: Any) -> Response:
        """A page, without following where it leads."""
        return self._send("GET", path, **request)

    def post(self, path: str, data: dict[str, Any] | None = None, **request: Any) -> Response:
        """What a form sends, as it stands."""
        headers = FROM_HERE | request.pop("headers", {})
        return self._send("POST", path, data=data or {}, headers=headers, **request)

    def fill(self, page: str, action: str, **data: Any) -> Response:
        """Opens a page, fills in its form of this action, and sends it."""
        return self.post(action, self.hidden(page, action) | data)

    def hidden(self, page: str, action: str) -> dict[str, str]:
        """What the form of this action on a page carries by itself."""
        shown = self.get(page)
        assert shown.status_code == 200, shown.text
        return hidden_of(shown.text, action)

    def _send(self, method: str, path: str, **request: Any) -> Response:
        headers = request.pop("headers", {})
        if self.cookies:
            headers = headers | {
                "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            }
        answer = self.client.request(method, path, headers=headers, follow_redirects=False, **request)
        self.client.cookies.clear()
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        return answer


def hidden_of(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the form of this action."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', html, re.DOTALL)
    assert form, html
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return {name: unescape(value) for name, value in found}


def filled(html: str, action: str) -> dict[str, str]:
    """The form of this action as a browser would send it untouched."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', html, re.DOTALL)
    assert form, html
    text = re.sub(r"<template>.*?</template>", "", form[0], flags=re.DOTALL)
    found = hidden_of(html, action)
    select = ""
    for one in re.finditer(rf'{INPUT.pattern}|<select[^>]* name="([^"]+)"', text):
        groups = one.groups()
        if groups[7]:
            select = groups[7]
        elif groups[6]:
            found[select] = groups[6]
        else:
            name, value = next((groups[i], groups[i + 1]) for i in (0, 2, 4) if groups[i])
            found[name] = value
    return found


def account_of(client: TestClient, user: str) -> UUID:
    """A user's account."""
    with unit_of_work(client.app.state.parts.engine, NOBODY) as connection:  # type: ignore[attr-defined]
        asked = text("SELECT id FROM account WHERE username = :user")
        found: UUID = connection.execute(asked, {"user": user}).scalar_one()
        return found
