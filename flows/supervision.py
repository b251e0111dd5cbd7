"""Whom to tell above an agency: the supervisors of its territory, and those who run the installation."""

from collections.abc import Sequence
from functools import cached_property

from sqlalchemy import Connection, select

from models.tables import table

_account, _agency = table("account"), table("agency")


class Supervision:
    """Where supervisors and administrators work, read once a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def above(self, territory: str) -> Sequence[str]:
        """The nearest agencies with supervisors whose territory holds this one; none where nobody supervises it."""
        while territory not in self._by_territory:
            territory, slash, _ = territory.rpartition("/")
            if not slash:
                return []
        return self._by_territory[territory]

    @cached_property
    def administrators(self) -> Sequence[str]:
        """Agencies in which an administrator works."""
        return [code for code, _territory in self._offices("administrator")]

    @cached_property
    def _by_territory(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code, territory in self._offices("supervisor"):
            found.setdefault(territory, []).append(code)
        return found

    def _offices(self, role: str) -> list[tuple[str, str]]:
        rows = self._connection.execute(
            select(_agency.c.code, _agency.c.territory)
            .join(_account, _account.c.agency == _agency.c.code)
            .where(_account.c.role == role, _account.c.disabled.is_(False))
            .distinct()
            .order_by(_agency.c.code)
        )
        return [(row.code, row.territory) for row in rows]
