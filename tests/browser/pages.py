"""Every page of the board that tests look at from all sides: whoever adds a page adds a line here."""

from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.conftest import Board


@dataclass(frozen=True)
class Shown:
    """A page, and who opens it."""

    name: str
    path: str
    user: str | None = None
    press: str = ""
    """The button that leads on to it from that address, once every line there is chosen."""

    def open(self, page: Page, board: Board) -> None:
        """Opens it in a window of its user's."""
        page.goto(self.address(board))
        if self.press:
            page.locator("input[data-all]").check()
            page.get_by_role("button", name=self.press).click()

    def address(self, board: Board) -> str:
        """Where it is; `{opened}` and `{compiled}` are dossiers that have come so far."""
        return self.path.format(**board.dossiers, **board.others)


CLERK, JUDGE = "ta.kv4-ha-noi.thu-ky", "ta.kv4-ha-noi.tham-phan"
OFFICER, HEAD, SUPERVISOR, ADMINISTRATOR = "ca.cau-giay", "ca.cau-giay.truong", "giam-sat", "quan-tri"
PAGES: tuple[Shown, ...] = (
    # Signing in, and everyone's own
    Shown("sign-in", "/board/sign-in"),
    Shown("password", "/board/password", OFFICER),
    Shown("second-factor", "/board/second-factor", HEAD),
    Shown("me", "/board/me", HEAD),
    Shown("no-such-page", "/board/nowhere", OFFICER),
    # Officers
    Shown("work", "/board/work", OFFICER),
    Shown("work-empty", "/board/work?stage=after_care", OFFICER),
    Shown("dossier", "/board/dossiers/{opened}", OFFICER),
    Shown("dossier-compiled", "/board/dossiers/{compiled}", OFFICER),
    Shown("dossier-of-court", "/board/dossiers/{compiled}", CLERK),
    Shown("act", "/board/dossiers/{opened}/actions/verify_residence", OFFICER),
    Shown("act-refused", "/board/dossiers/{opened}/actions/compile", HEAD),
    Shown("act-hearing", "/board/dossiers/{compiled}/actions/hold_session", CLERK),
    Shown("papers", "/board/dossiers/{opened}/papers", OFFICER),
    Shown("correction", "/board/dossiers/{compiled}/corrections/{opening}", HEAD),
    Shown("correction-person", "/board/dossiers/{compiled}/corrections/person", HEAD),
    Shown("document", "/board/documents/{document}", OFFICER),
    Shown("new", "/board/new", OFFICER),
    Shown("new-person", "/board/new/5d1c8f0e-3b0e-4a52-9d0b-6f1f0d1e2c3b", OFFICER),
    Shown("new-check", "/board/new/{begun}/check", OFFICER),
    Shown("new-facts", "/board/new/{begun}/facts", OFFICER),
    Shown("print", "/board/print", OFFICER),
    Shown("inbox", "/board/inbox", OFFICER),
    # Supervisors
    Shown("dossier-of-supervisor", "/board/dossiers/{compiled}", SUPERVISOR),
    Shown("void-last", "/board/dossiers/{compiled}/void-last", SUPERVISOR),
    Shown("migration", "/board/dossiers/{opened}/migration", SUPERVISOR),
    Shown("keeping", "/board/dossiers/{opened}/keeping", SUPERVISOR),
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
    Shown("law", "/board/law", OFFICER),
    Shown("law-book", "/board/law/books/2026", OFFICER),
    Shown("law-stage", "/board/law/books/2026/stages/police_collection", OFFICER),
    Shown("law-rules", "/board/law/books/2014/rules", OFFICER),
    Shown("law-provisions", "/board/law/books/2014/provisions", OFFICER),
    Shown("law-search", "/board/law/books/2026/search?q=thoi+hieu", OFFICER),
    Shown("law-compare", "/board/law/compare?old=2022&new=2026&table=papers", OFFICER),
    Shown("calculator", "/board/law/calculator?rulebook=2026&rule=p4-read&from=2026-08-27T15:00", OFFICER),
    Shown(
        "calculator-asks",
        "/board/law/calculator?rulebook=2026&rule=p4-test-resid&from=2026-08-27T15:00",
        OFFICER,
    ),
    Shown("calendar", "/board/law/calendar/2026", OFFICER),
    Shown("calendar-change", "/board/law/calendar/change", SUPERVISOR),
    Shown("users", "/board/admin/users", ADMINISTRATOR),
    Shown("user", "/board/admin/users/{officer}", ADMINISTRATOR),
    Shown("user-change", "/board/admin/users/{officer}/change", ADMINISTRATOR),
    Shown("user-new", "/board/admin/users/new", ADMINISTRATOR),
    Shown("agencies", "/board/admin/agencies", ADMINISTRATOR),
    Shown("agency", "/board/admin/agencies/ca.cau-giay", ADMINISTRATOR),
    Shown("agency-new", "/board/admin/agencies/new", ADMINISTRATOR),
    Shown("agency-end", "/board/admin/agencies/ca.cau-giay/end", ADMINISTRATOR),
    Shown("webhooks", "/board/admin/webhooks", ADMINISTRATOR),
    Shown("webhook", "/board/admin/webhooks/{webhook}", ADMINISTRATOR),
    Shown("webhook-new", "/board/admin/webhooks/new", HEAD),
    Shown("jobs", "/board/admin/jobs", SUPERVISOR),
    Shown("jobs-waiting", "/board/admin/jobs?state=waiting", SUPERVISOR),
    Shown("audit", "/board/admin/audit", SUPERVISOR),
    Shown("forbidden", "/board/work", ADMINISTRATOR),
)
PROVINCE: tuple[Shown, ...] = (
    Shown("many-assigned", "/board/stuck", "cscn.dong-thap.truong", "Phân công…"),
    Shown("many-reminded", "/board/stuck", SUPERVISOR, "Nhắc việc…"),
    Shown("inbox-filled", "/board/inbox", "ca.tan-hong.truong"),
    Shown("migration-ahead", "/board/dossiers/{left_behind}/migration", "ca.tan-hong.truong"),
)
"""Pages that are worth a look only where a year has passed: those of the demonstration's province."""
