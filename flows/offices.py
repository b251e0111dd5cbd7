"""The offices that watch over agencies: where supervisors and administrators work, and whose territory holds which."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, select

from models.tables import table

_account, _agency = table("account"), table("agency")


@dataclass(frozen=True)
class Office:
    """An agency in which someone of a role works, and the territory it looks after."""

    code: str
    territory: str

    def covers(self, territory: str) -> bool:
        """Whether a territory is the office's own or lies inside it."""
        return territory == self.territory or territory.startswith(f"{self.territory}/")


def offices_of(
    connection: Connection, role: Literal["head", "supervisor", "administrator", "auditor"]
) -> list[Office]:
    """Agencies with an enabled account of this role, by code."""
    rows = connection.execute(
        select(_agency.c.code, _agency.c.territory)
        .join(_account, _account.c.agency == _agency.c.code)
        .where(_account.c.role == role, _account.c.disabled.is_(False))
        .distinct()
        .order_by(_agency.c.code)
    )
    return [Office(row.code, row.territory) for row in rows]


def above(offices: Iterable[Office], territory: str) -> list[Office]:
    """Every office whose territory holds this one."""
    return [office for office in offices if office.covers(territory)]


def nearest(offices: Iterable[Office], territory: str) -> list[Office]:
    """Of the offices whose territory holds this one those that are closest to it; none where nobody watches over it."""
    found = above(offices, territory)
    closest = max((len(office.territory) for office in found), default=0)
    return [office for office in found if len(office.territory) == closest]
