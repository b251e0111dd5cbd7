"""What `hoso doctor` prints: a line for each check, with how to mend what is wrong, or the same as JSON."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.text import Text

from api.doctor.checks import Line, examine, exit_code
from api.terminal import print_json

_STYLES = {"ok": "green", "warning": "yellow", "failed": "bold red"}


def run(*, as_json: bool) -> None:
    """Examines this installation and ends the command: 0 when nothing has failed, else 1."""
    lines, console = list[Line](), Console()
    for line in examine():
        lines.append(line)
        if not as_json:
            _print(console, line)
    if as_json:
        print_json([line.as_json() for line in lines])
    sys.exit(exit_code(lines))


def _print(console: Console, line: Line) -> None:
    finding = line.finding
    console.print(
        Text.assemble(
            (f"{finding.state:<8}", _STYLES[finding.state]),
            (f"{line.check:<17}", "bold"),
            f"{finding.found.vi} · {finding.found.en}",
        ),
        soft_wrap=True,
    )
    if finding.mend:
        console.print(Text(f"{'':<25}→ {finding.mend.vi} · {finding.mend.en}"), soft_wrap=True)
