"""A backup: the database as of one moment, every file that it names, and digests of all of it.

The database's dump and the list of files come from one snapshot. Files are only ever added, so those that the snapshot
names are there when it has been dumped. Nothing is a backup without its `SHA256SUMS`, which is written last.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg
from sqlalchemy import URL

from documents.storage import StorageError, located
from flows.retention import COLUMNS, naming
from models import clock, postgres
from models.postgres_binaries import client
from models.settings import Settings, StartupError

SUMS, MANIFEST, DUMP = "SHA256SUMS", "manifest.json", "hoso.dump"
Progress = Callable[[int, int], None]
"""Told after each file how many of how many are done."""
_PART = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, and what must be found again in the database that is restored from it."""

    made_at: str
    revision: str
    files: int
    bytes: int
    dossiers: int
    events: int
    documents: int
    audit_seq: int
    audit_digest: str
    missing: list[str]
    """Files that rows name and that were lost or damaged before the backup was made."""


_COUNTS = """
    SELECT (SELECT version_num FROM alembic_version), (SELECT count(*) FROM dossier), (SELECT count(*) FROM event),
        (SELECT count(*) FROM document), coalesce((SELECT max(seq) FROM audit_entry), 0),
        coalesce((SELECT digest FROM audit_entry ORDER BY seq DESC LIMIT 1), '')
"""


def back_up(
    settings: Settings, folder: Path, secrets: Path | None = None, progress: Progress | None = None
) -> Manifest:
    """Writes a backup into a new folder; interrupted, it leaves none.

    Args:
        settings: the installation, whose database must be reachable.
        folder: a folder that is not there yet, or empty.
        secrets: where to copy the secrets to, apart from the data; they are left out when it is None.
        progress: told after each file.

    Raises:
        StartupError: the folder is not empty, or the database cannot be dumped.
    """
    for one in filter(None, (folder, secrets)):
        if one.exists() and any(one.iterdir()):
            raise StartupError(f"Thư mục {one} không trống.", f"The folder {one} is not empty.")
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = _write(settings, folder, progress or (lambda _done, _total: None))
        if secrets is not None:
            _copy_secrets(settings, secrets)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return made


def _write(settings: Settings, folder: Path, progress: Progress) -> Manifest:
    url = postgres.owner_url(settings)
    with _Sums(folder) as sums, psycopg.connect(text_of(url)) as owner:
        owner.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        [snapshot] = owner.execute("SELECT pg_export_snapshot()").fetchone() or ()
        arguments = ["--format=custom", f"--snapshot={snapshot}", f"--file={folder / DUMP}"]
        run(settings, "pg_dump", url, arguments)
        sums.add(DUMP)
        revision, dossiers, events, documents, seq, digest = owner.execute(_COUNTS).fetchone() or ()
        missing = list(_files(settings, owner, folder, sums, progress))
        for [name] in owner.execute("SELECT file FROM chain_check WHERE file IS NOT NULL ORDER BY id"):
            if (settings.files / "chain" / name).is_file():
                sums.copy(settings.files / "chain" / name, f"chain/{name}")
        made = Manifest(
            clock.now().isoformat(),
            revision,
            sums.count,
            sums.bytes,
            dossiers,
            events,
            documents,
            seq,
            digest,
            missing,
        )
        (folder / MANIFEST).write_bytes(orjson.dumps(asdict(made), option=orjson.OPT_INDENT_2))
        sums.add(MANIFEST)
    return made


def _files(
    settings: Settings, owner: psycopg.Connection[Any], folder: Path, sums: "_Sums", progress: Progress
) -> Iterator[str]:
    """Copies every file that a row names, and tells which are lost."""
    columns = [
        one for one in owner.execute(COLUMNS) if one[0] != "chain_check"
    ]  # whose files are not in the store
    named = f"SELECT name FROM ({naming(columns)}) every WHERE name ~ '^[0-9a-f]{{64}}$'"  # noqa: S608 - from the catalogue
    [total] = owner.execute(f"SELECT count(*) FROM ({named}) counted").fetchone() or (0,)  # noqa: S608
    with owner.cursor("files") as cursor:
        for done, [name] in enumerate(cursor.execute(f"{named} ORDER BY name"), start=1):
            try:
                sums.copy(located(settings.files, name), f"files/{name[:2]}/{name}", name)
            except StorageError:
                yield name
            progress(done, total)


class _Sums:
    """The list of everything in the backup with its digest, under its final name once all of it is on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._draft = folder, folder / f"{SUMS}.partial"
        self.count = self.bytes = 0

    def __enter__(self) -> "_Sums":
        self._file = self._draft.open("w", encoding="ascii")
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if kind is None:
            os.sync()
            self._draft.replace(self._folder / SUMS)

    def copy(self, source: Path, name: str, expected: str | None = None) -> None:
        """Copies a file; StorageError when it is not what it is called."""
        target = self._folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        self.add(name, expected)

    def add(self, name: str, expected: str | None = None) -> None:
        """Notes a file that is there."""
        path = self._folder / name
        path.chmod(0o600)
        digest = digest_of(path)
        if expected not in {None, digest}:
            path.unlink()
            raise StorageError(name)
        self._file.write(f"{digest}  {name}\n")
        self.count, self.bytes = self.count + 1, self.bytes + path.stat().st_size


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_secrets(settings: Settings, folder: Path) -> None:
    for path in sorted(secrets_folder(settings).iterdir()):
        if path.is_file() and not path.name.startswith("."):
            shutil.copyfile(path, folder / path.name)
            (folder / path.name).chmod(0o600)


def secrets_folder(settings: Settings) -> Path:
    """Where the installation's secrets are."""
    return settings.shared_secrets or settings.data / "secrets"


def text_of(url: URL) -> str:
    """The URL as PostgreSQL's own programs and psycopg read it, with its password."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def run(settings: Settings, program: str, url: URL, arguments: list[str], options: str = "") -> None:
    """Runs one of PostgreSQL's programs on a database; it ends with us.

    Raises:
        StartupError: it failed; what it said names tables, not rows.
    """
    address = url._replace(drivername="postgresql", password=None).render_as_string()
    environment = {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "PGPASSWORD": url.password or "",
        "PGOPTIONS": options,
    }
    command = [str(client(settings, program)), f"--dbname={address}", "--no-password", *arguments]
    process = subprocess.Popen(  # noqa: S603 - programs of PostgreSQL, arguments of ours
        command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        _, said = process.communicate()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if process.returncode != 0:
        reason = said.strip().splitlines()[0] if said.strip() else str(process.returncode)
        raise StartupError(f"{program} không thành công: {reason}", f"{program} failed: {reason}")
