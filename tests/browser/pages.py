"""Every page of the board that tests look at from all sides: whoever adds a page adds a line here."""

from dataclasses import dataclass

from tests.browser.conftest import Board


@dataclass(frozen=True)
class Shown:
    """A page, and who opens it."""

    name: str
    path: str
    user: str | None = None

    def address(self, board: Board) -> str:
        """Where it is; `{opened}` and `{compiled}` are dossiers that have come so far."""
        return self.path.format(**board.dossiers)


OFFICER, HEAD, SUPERVISOR, ADMINISTRATOR = "ca.cau-giay", "ca.cau-giay.truong", "giam-sat", "quan-tri"
PAGES: tuple[Shown, ...] = (
    # Signing in, and everyone's own
    Shown("sign-in", "/board/sign-in"),
    Shown("password", "/board/password", OFFICER),
    Shown("second-factor", "/board/second-factor", HEAD),
    Shown("home", "/board", ADMINISTRATOR),
    Shown("no-such-page", "/board/nowhere", OFFICER),
    # Officers
    Shown("work", "/board/work", OFFICER),
    Shown("work-empty", "/board/work?stage=after_care", OFFICER),
    Shown("dossier", "/board/dossiers/{opened}", OFFICER),
    Shown("dossier-compiled", "/board/dossiers/{compiled}", OFFICER),
    # Supervisors
    Shown("dossier-of-supervisor", "/board/dossiers/{compiled}", SUPERVISOR),
    Shown("overview", "/board/overview", SUPERVISOR),
    Shown("watched-agencies", "/board/agencies", SUPERVISOR),
    Shown("watched-agency", "/board/agencies/ca.cau-giay", SUPERVISOR),
    Shown("stuck", "/board/stuck?order=severity", SUPERVISOR),
    Shown("stuck-of-head", "/board/stuck?cause=idle", HEAD),
    Shown("watched", "/board/watched?cause=overdue", SUPERVISOR),
    Shown("behind", "/board/behind?what=opened&first_day=2026-08-01", SUPERVISOR),
    Shown("agenda", "/board/calendar?month=2026-09-01", SUPERVISOR),
    Shown("performance", "/board/performance?first_day=2026-08-01&last_day=2026-11-30", SUPERVISOR),
    # Law and administration
    Shown("forbidden", "/board/work", ADMINISTRATOR),
)
