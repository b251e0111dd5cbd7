"""The cluster on disk: created once and whole, given to the server's user, freed from what a kill left behind."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

from models.postgres_binaries import (
    Binaries,
    cluster_folder,
    open_outside_folder,
    provide_binaries,
    server_user,
    socket_folder,
)
from models.program import Program, spawn
from models.settings import Settings, StartupError

HERE = "/proc/self/cwd"
"""The server's name for its data directory. The kernel follows it without walking the path, so an unprivileged server
works below folders closed to it (/root), which nobody has to open for it."""

_CONFIGURATION = """
# hoso: the few choices that differ from PostgreSQL's own.
password_encryption = 'scram-sha-256'
shared_buffers = 256MB          # the default of 128MB is for the smallest machines
timezone = 'UTC'                # instants are UTC; models/law alone turns them into legal days
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
log_lock_waits = on             # a dossier's row lock held too long is worth a line
idle_in_transaction_session_timeout = '5min'  # a hung client must not keep a dossier locked
cluster_name = 'hoso'
"""


def prepare(settings: Settings) -> None:
    """Make everything ready for the server: folders, programs, and on the first start the cluster. Idempotent.

    A start that is killed half way leaves nothing that counts: the cluster gets its name only when complete. A server
    of this data folder left by a killed run is taken down first; so it must not be called while one is meant to run.

    Raises:
        StartupError: the data folder is another user's, or PostgreSQL cannot be used; the message says what to do.

    """
    settings.claim_data()
    cluster = cluster_folder(settings)
    unfinished = cluster.with_name("cluster.new")
    for folder in (cluster, unfinished):
        _take_down_leftovers(folder)
    found = provide_binaries(settings)
    user = server_user(settings)
    for folder in (cluster.parent, _open_socket_folder(settings)):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        _give(folder, user)
    settings.log.mkdir(mode=0o700, exist_ok=True)
    if unfinished.exists():
        shutil.rmtree(unfinished)
    if not cluster.exists():
        _create_cluster(settings, found, user, unfinished)
        unfinished.rename(cluster)
        _sync(cluster.parent)
    elif user is not None and cluster.stat().st_uid == 0:  # copied back by root without its owner
        for path in (cluster, *cluster.rglob("*")):
            _give(path, user)
    _require_version(cluster, found)


def _open_socket_folder(settings: Settings) -> Path:
    folder = socket_folder(settings)
    if not folder.is_relative_to(settings.data):
        open_outside_folder(settings)
    return folder


def _give(path: Path, user: tuple[int, int] | None) -> None:
    if user is not None:
        os.chown(path, *user, follow_symlinks=False)


def _create_cluster(settings: Settings, found: Binaries, user: tuple[int, int] | None, target: Path) -> None:
    """Run initdb into the target folder, which must not exist yet."""
    target.mkdir(mode=0o700)
    password = target.with_name("superuser")  # initdb reads it from a file and wants its own folder empty
    password.unlink(missing_ok=True)
    descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(settings.secret("postgres"))
    for path in (target, password):
        _give(path, user)
    # Version 17 brought a C.UTF-8 of PostgreSQL's own, the same on every machine.
    provider = "--locale-provider=builtin" if found.version >= 17 else "--locale-provider=libc"
    initdb = Program(
        (
            str(found.folder / "initdb"), "-D", HERE, "--username=postgres", "--pwfile=../superuser",
            "--auth=scram-sha-256", "--encoding=UTF8", provider, "--locale=C.UTF-8", "--data-checksums",
        ),
        {"LC_ALL": "C.UTF-8", "PATH": os.defpath},
        target,
        user,
        signal.SIGKILL,
    )  # fmt: skip
    log = settings.log / "initdb.log"
    try:
        with log.open("wb") as output:
            code = spawn(initdb, output).wait()
    finally:
        password.unlink()
    if code != 0:
        raise StartupError(
            f"Không tạo được cơ sở dữ liệu; xem {log}.",
            f"The database cluster could not be created; see {log}.",
        )
    with (target / "postgresql.conf").open("a") as file:
        file.write(_CONFIGURATION)
        file.flush()
        os.fsync(file.fileno())


def _require_version(cluster: Path, found: Binaries) -> None:
    made_by = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    if made_by != str(found.version):
        raise StartupError(
            f"Cơ sở dữ liệu trong {cluster} do PostgreSQL {made_by} tạo, nhưng chương trình ở {found.folder} là bản "
            f"{found.version}; hãy nâng cấp bằng pg_upgrade hoặc dùng lại bản {made_by}.",
            f"The cluster in {cluster} was made by PostgreSQL {made_by}, but the programs in {found.folder} are version "
            f"{found.version}; upgrade it with pg_upgrade, or use version {made_by} again.",
        )


def _take_down_leftovers(folder: Path) -> None:
    """End what a killed run left working in this folder, then drop its pid file.

    The processes are known by their working directory, not by the pid file, whose number may be another's by now. The
    file itself may only go when none is left: it keeps a second server from starting beside the first one's sessions.
    """
    for signal_, patience in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
        end = time.monotonic() + patience
        for pid in _working_in(folder):
            _send(pid, signal_)
        while _working_in(folder):
            if time.monotonic() > end:
                break
            time.sleep(0.05)
        else:
            (folder / "postmaster.pid").unlink(missing_ok=True)
            return
    raise StartupError(
        f"Một tiến trình cũ vẫn giữ {folder}: {_working_in(folder)}.",
        f"An old process still holds {folder}: {_working_in(folder)}.",
    )


def _working_in(folder: Path) -> list[int]:
    """The running processes of a PostgreSQL program whose working directory this is."""
    if not folder.exists():
        return []
    place = folder.stat()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            here = (entry / "cwd").stat()
            name = (entry / "exe").readlink().name
        except OSError:  # ended meanwhile, a zombie, or another user's
            continue
        if (here.st_dev, here.st_ino) == (place.st_dev, place.st_ino) and name in {"postgres", "initdb"}:
            found.append(int(entry.name))
    return found


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
