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


CLERK, JUDGE = "ta.kv4-ha-noi.thu-ky", "ta.kv4-ha-noi.tham-phan"
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
    Shown("dossier-of-court", "/board/dossiers/{compiled}", CLERK),
    Shown("act", "/board/dossiers/{opened}/actions/verify_residence", OFFICER),
    Shown("act-refused", "/board/dossiers/{opened}/actions/compile", HEAD),
    Shown("act-hearing", "/board/dossiers/{compiled}/actions/hold_session", JUDGE),
    Shown("papers", "/board/dossiers/{opened}/papers", OFFICER),
    Shown("new", "/board/new", OFFICER),
    Shown("new-person", "/board/new/5d1c8f0e-3b0e-4a52-9d0b-6f1f0d1e2c3b", OFFICER),
    Shown("print", "/board/print", OFFICER),
    Shown("inbox", "/board/inbox", OFFICER),
    # Supervisors
    Shown("dossier-of-supervisor", "/board/dossiers/{compiled}", SUPERVISOR),
    # Law and administration
    Shown("forbidden", "/board/work", ADMINISTRATOR),
)
