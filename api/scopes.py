"""What a program may be allowed: a few scopes, and which of them each route asks for. People need none."""

import re
from typing import Literal, get_args

Scope = Literal[
    "dossiers:read", "dossiers:act", "papers:write", "documents:read", "supervision:read", "notices", "webhooks", "bulk",
]  # fmt: skip
SCOPES: tuple[Scope, ...] = get_args(Scope)
Asked = Scope | Literal["any", "people"]
"""What a route asks of a program: a scope, nothing, or to be a person."""

_READ, _WRITE, _ALL = "GET", "POST|PUT|PATCH|DELETE", r"\w+"
# The first line that fits a route counts; what fits none is for people.
_TABLE: tuple[tuple[str, str, Asked], ...] = (
    (_READ, r"/v1/(rulebooks|calendar|agencies)(/.*)?|/v1/me", "any"),
    ("POST", r"/v1/limits/compute", "any"),
    (_ALL, r"/v1/(auth|users|agencies|audit|calendar|me|persons)(/.*)?", "people"),
    (_ALL, r"/v1/webhooks(/.*)?", "webhooks"),
    (_ALL, r"/v1/(bulk|imports)(/.*)?", "bulk"),
    (_READ, r"/v1/(supervision|reports|deliveries)(/.*)?", "supervision:read"),
    (_WRITE, r"/v1/(supervision|reports|deliveries)(/.*)?", "people"),
    (_ALL, r"/v1/notices(/.*)?", "notices"),
    (
        _WRITE,
        r"/v1/dossiers/\{dossier_id\}/papers(/.*)?|/v1/documents/\{document_id\}/signed",
        "papers:write",
    ),
    (_READ, r"/v1/dossiers/\{dossier_id\}/(papers|documents|sheets|bundle\.zip)(/.*)?", "documents:read"),
    (_READ, r"/v1/(papers|documents|registers)(/.*)?", "documents:read"),
    (_ALL, r"/v1/lists(/.*)?", "documents:read"),
    (_READ, r"/v1/(dossiers|work)(/.*)?", "dossiers:read"),
    ("POST", r"/v1/dossiers/search", "dossiers:read"),
    (_WRITE, r"/v1/(dossiers|documents)(/.*)?", "dossiers:act"),
)


def stated(method: str, path: str) -> Asked | None:
    """What the table states for a route, by its template; None when no line fits it."""
    for methods, paths, asked in _TABLE:
        if re.fullmatch(methods, method) and re.fullmatch(paths, path):
            return asked
    return None


def asked_of(method: str, path: str) -> Asked:
    """What a route asks of a program."""
    return stated(method, path) or "people"
