"""What is told of signing in and of accounts: one place that all of it goes through."""

from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from models import logs

Kind = Literal[
    "signed_in", "sign_in_failed", "locked_out", "signed_out", "token_reused", "token_refused", "session_ended",
    "password_changed", "password_reset", "second_factor_begun", "second_factor_confirmed", "second_factor_reset",
    "recovery_code_used", "user_created", "user_changed", "user_disabled", "user_enabled", "user_linked",
    "secret_made", "secret_ended",
]  # fmt: skip
_log = logs.logger("hoso.identity")


def told(
    _connection: Connection | None, kind: Kind, *, account: UUID | None = None, by: UUID | None = None,
    address: str | None = None, code: str | None = None,
) -> None:  # fmt: skip
    """Tells of one thing that happened, by ids alone; an address is kept out of the logs.

    Args:
        _connection: the unit of work it happened in; None when nothing was written.
        kind: what it was.
        account: whose account it was about, where there is one.
        by: who did it to somebody else.
        address: where it came from.
        code: why.
    """
    del address
    fields = {"account": account, "state": f"by {by}" if by and by != account else None, "code": code}
    _log.info(kind, **{name: value for name, value in fields.items() if value is not None})
