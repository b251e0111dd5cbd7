"""The board's cookies: what they are called, how they are set, and the one by which a browser is known there."""

from fastapi import Request, Response

from api.errors import on_board

_SESSION = "hoso_session"


def over_tls(request: Request) -> bool:
    """Whether browsers reach the board over TLS."""
    return bool(request.url.scheme == "https" or request.app.state.settings.public_url.startswith("https:"))


def _named(request: Request, name: str) -> str:
    """The cookie's name: over TLS one that no other host and no plain HTTP can set."""
    return f"__Host-{name}" if over_tls(request) else name


def cookie(request: Request, name: str) -> str | None:
    """What a browser keeps for us under a name."""
    return request.cookies.get(_named(request, name))


def keep(
    request: Request, response: Response, name: str, value: str | None, seconds: int | None = None
) -> None:
    """Lets the browser keep something, until it is closed or for so long; None takes it back."""
    response.set_cookie(
        _named(request, name), value or "", max_age=0 if value is None else seconds, path="/",
        secure=over_tls(request), httponly=True, samesite="lax",
    )  # fmt: skip


def browser_token(request: Request) -> str | None:
    """What a browser that is signed in shows on the board; the API never asks for it."""
    return cookie(request, _SESSION) if on_board(request.url.path) else None


def keep_session(request: Request, response: Response, token: str | None) -> None:
    """Lets the browser keep its session, until it is closed; None takes it back."""
    keep(request, response, _SESSION, token)
