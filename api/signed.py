"""What is told of signing in and of accounts: one place that all of it goes through."""

from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from flows.audit import Entry, record
from models import logs

Kind = Literal[
    "signed_in", "sign_in_failed", "locked_out", "signed_out", "token_reused", "token_refused", "session_ended",
    "password_changed", "password_reset", "second_factor_begun", "second_factor_confirmed", "second_factor_reset",
    "recovery_code_used", "user_created", "user_changed", "user_disabled", "user_enabled", "user_linked",
    "secret_made", "secret_ended",
]  # fmt: skip
_log = logs.logger("hoso.identity")


def told(
    connection: Connection | None, kind: Kind, *, account: UUID | None = None, by: UUID | None = None,
    address: str | None = None, code: str | None = None,
) -> None:  # fmt: skip
    """Tells of one thing that happened, by ids alone, the logs and the audit log; the address only the latter.

    Args:
        connection: the unit of work it happened in, which the entry of the audit log belongs to; None for what anybody can
            cause as often as they like, such as a forged token: it is told the logs alone.
        kind: what it was.
        account: whose account it was about, where there is one.
        by: who did it to somebody else.
        address: where it came from.
        code: why.
    """
    if connection is not None:
        objects = [f"account:{account}"] if account else []
        who, request = by or account, logs.request_id()
        record(connection, Entry(
            f"auth.{kind}", code or "ok", account=who, objects=objects, address=address, request=request,
        ))  # fmt: skip
    fields = {"account": account, "state": f"by {by}" if by and by != account else None, "code": code}
    _log.info(kind, **{name: value for name, value in fields.items() if value is not None})
