"""A child program: what to run, where, as whom; started so that it dies with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn

_ATTACHED = Path(__file__).with_name("attached.py")


@dataclass(frozen=True, slots=True)
class Program:
    """A program to run as a child; the environment stays out of its `repr` because it may carry secrets."""

    argv: tuple[str, ...]
    """The first one an absolute path. No secret belongs here: every user can read it."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    folder: Path = Path("/")
    """The working directory; entered before the user changes, so its parents may be closed to that user."""
    user: tuple[int, int] | None = None
    """User and group number to drop to; None keeps ours."""
    stop_signal: signal.Signals = signal.SIGTERM
    """Asks it to end in good order; the kernel sends it too when we die."""


def become(program: Program) -> NoReturn:
    """Run the program in place of this one: what starts and stops it sees one process, whose output and signals are its own."""
    os.chdir(program.folder)
    os.execve(program.argv[0], program.argv, dict(program.environment))  # noqa: S606 - to become it is the purpose


def spawn(program: Program, output: int | IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start the program in a process group of its own, its output going to `output`.

    Call it from a thread that lives as long as the process: the kernel counts that thread's end as the parent's death.

    Raises:
        OSError: Python itself cannot be started. A program that cannot be executed ends at once with a non-zero code.

    """
    uid, gid = program.user or (os.geteuid(), os.getegid())
    numbers = (os.getpid(), program.stop_signal.value, uid, gid)
    return subprocess.Popen(  # noqa: S603 - the argument lists are built by this program
        [sys.executable, "-I", "-S", str(_ATTACHED), *(str(number) for number in numbers), *program.argv],
        cwd=program.folder,
        env=dict(program.environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        process_group=0,
    )
