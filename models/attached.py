"""Script: become another program that dies with its parent, optionally as another user.

Usage: `attached.py PARENT SIGNAL USER GROUP PROGRAM ARGUMENT…`. A file of its own, importing nothing of ours, because it runs
between fork and exec, where Python code of a program with threads may not (so no `preexec_fn`).
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Drop to the user given (if not ourselves), ask the kernel for a signal at the parent's death, and exec."""
    parent, death_signal, uid, gid = (int(text) for text in sys.argv[1:5])
    if (uid, gid) != (os.geteuid(), os.getegid()):
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of user, which would clear it again.
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit("the parent has died already")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and exec would hand that on
    os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606 - to exec exactly what the caller names is its purpose


if __name__ == "__main__":
    main()
