"""Whom to tell above an agency: the supervisors of its territory, and those who run the installation."""

from collections.abc import Sequence
from functools import cached_property

from sqlalchemy import Connection

from flows.offices import Office, nearest, offices_of


class Supervision:
    """Where supervisors and administrators work, read once a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._above: dict[str, Sequence[str]] = {}

    def above(self, territory: str) -> Sequence[str]:
        """The nearest agencies with supervisors whose territory holds this one; none where nobody supervises it."""
        if territory not in self._above:
            self._above[territory] = [office.code for office in nearest(self._supervisors, territory)]
        return self._above[territory]

    @cached_property
    def administrators(self) -> Sequence[str]:
        """Agencies in which an administrator works."""
        return [office.code for office in offices_of(self._connection, "administrator")]

    @cached_property
    def _supervisors(self) -> Sequence[Office]:
        return offices_of(self._connection, "supervisor")
