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


@dataclass(frozen=True)
class Group:
    """Pages that stand behind one title, for whoever has more of them than a line holds."""

    title: str
    entries: tuple[Entry, ...]


ADMINISTRATION: tuple[Entry, ...] = (
    Entry("/board/admin/users", N_("Tài khoản"), PERMISSIONS["users.read"]),
    Entry("/board/admin/agencies", N_("Các cơ quan"), PERMISSIONS["agencies.manage"]),
    Entry("/board/admin/webhooks", N_("Webhook"), PERMISSIONS["webhooks.keep"]),
    Entry("/board/admin/jobs", N_("Việc nền"), PERMISSIONS["jobs.watch"]),
    Entry("/board/admin/audit", N_("Nhật ký truy cập"), PERMISSIONS["audit.read"]),
)
"""What there is to administer, each for those whom its own door lets in."""
LAW: tuple[Entry, ...] = (
    Entry("/board/law", N_("Bộ quy tắc"), ROLES),
    Entry("/board/law/calculator", N_("Tính thời hạn"), ROLES),
    Entry("/board/law/calendar", N_("Lịch làm việc"), ROLES),
)
_SEES_DOSSIERS = frozenset(role for role in ROLES if not SIGHT[role].blind)

ENTRIES: tuple[Entry, ...] = (
    # Officers
    Entry("/board/work", N_("Công việc"), PERMISSIONS["dossiers.act"]),
    Entry("/board/print", N_("Chờ in"), PERMISSIONS["dossiers.act"]),
    Entry("/board/inbox", N_("Thông báo"), PERMISSIONS["dossiers.act"]),
    # Supervisors
    Entry("/board/overview", N_("Tổng quan"), PERMISSIONS["supervision.read"]),
    Entry("/board/stuck", N_("Hồ sơ vướng"), PERMISSIONS["supervision.read"]),
    Entry("/board/agencies", N_("Các cơ quan"), PERMISSIONS["supervision.read"]),
    Entry("/board/calendar", N_("Lịch"), PERMISSIONS["supervision.read"]),
    Entry("/board/performance", N_("Tiến độ"), PERMISSIONS["supervision.read"]),
    # Law and administration
    Entry("/board/admin", N_("Quản trị"), frozenset[str]().union(*(entry.roles for entry in ADMINISTRATION))),
    Entry("/board/law", N_("Pháp luật"), ROLES),
)
"""In the order in which they stand."""
_LINE = 8
"""The most titles that stand in one line of a screen 1280 pixels wide, beside who one is."""
_WATCHING = frozenset({"/board/overview", "/board/agencies", "/board/calendar", "/board/performance"})
READERS = _SEES_DOSSIERS
"""Who may open a dossier's page at all; which dossiers, the walls decide."""


def entries_of(role: str) -> list[Entry]:
    """The pages of a role."""
    return [entry for entry in ENTRIES if role in entry.roles]


def navigation_of(role: str) -> list[Entry | Group]:
    """What stands at the head of a role's pages: the pages that watch fold into one title where they are too many."""
    entries = entries_of(role)
    watching = [entry for entry in entries if entry.path in _WATCHING]
    if len(entries) <= _LINE or not watching:
        return list(entries)
    at = entries.index(watching[0])
    after = [entry for entry in entries[at:] if entry not in watching]
    return [*entries[:at], Group(N_("Theo dõi"), tuple(watching)), *after]


def home_of(role: str) -> str:
    """Where a role's day begins: its first page."""
    return entries_of(role)[0].path
