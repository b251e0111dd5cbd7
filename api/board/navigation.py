"""Which pages stand in whose navigation: by role, as the policy and each page's own door say."""

from dataclasses import dataclass

from api.board.language import N_
from flows.policy import PERMISSIONS, ROLES, SIGHT


@dataclass(frozen=True)
class Entry:
    """A page of the navigation, and who may open it."""

    path: str
    title: str
    roles: frozenset[str]


_SEES_DOSSIERS = frozenset(role for role in ROLES if not SIGHT[role].blind)

ENTRIES: tuple[Entry, ...] = (
    # Officers
    Entry("/board/work", N_("Công việc"), PERMISSIONS["dossiers.act"]),
    Entry("/board/print", N_("Chờ in"), PERMISSIONS["dossiers.act"]),
    Entry("/board/inbox", N_("Thông báo"), PERMISSIONS["dossiers.act"]),
    # Supervisors
    # Law and administration
)
"""In the order in which they stand."""
READERS = _SEES_DOSSIERS
"""Who may open a dossier's page at all; which dossiers, the walls decide."""


def entries_of(role: str) -> list[Entry]:
    """The pages of a role."""
    return [entry for entry in ENTRIES if role in entry.roles]


def home_of(role: str) -> str | None:
    """Where a role's day begins; None where it has no such page, and a plain one greets it."""
    return next((entry.path for entry in entries_of(role)), None)
