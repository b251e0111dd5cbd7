"""The folder of files: each stored once under its SHA-256, and checked against it whenever it is read.

Several processes, here and on other machines, may store and read at the same time: a file appears whole or not at all,
under a name that only one content can have.
"""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

_PART = 1 << 20

_AT_ONCE = 500


class StorageError(RuntimeError):
    """A stored file that cannot be trusted or is not there."""


class FileMissingError(StorageError):
    """No file of this hash is in the folder."""


class FileDamagedError(StorageError):
    """The file's content is no longer what its name says."""


def store(folder: Path, content: bytes) -> str:
    """Keeps the content, whole and durably, or nothing: a crash never leaves half a file under its final name.

    Args:
        folder: the files' folder (`<data>/files`); created when it is missing.
        content: what to keep.

    Returns:
        The content's SHA-256 in lower-case hex: its name from now on.
    """
    return store_file(folder, BytesIO(content))


def store_file(folder: Path, content: BinaryIO) -> str:
    """The same for what is too large to be held in memory: an open file, kept from its beginning."""
    content.seek(0)
    hashed = hashlib.sha256()
    while part := content.read(_PART):
        hashed.update(part)
    digest = hashed.hexdigest()
    path, size = _path(folder, digest), content.tell()
    if _is_fresh(path, size):
        _sync_folder(path.parent)  # whoever is storing the same just now may not have come to it yet
        return digest
    content.seek(0)
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync_folder(folder)
    put(path, content)
    return digest


def put(path: Path, content: BinaryIO) -> None:
    """Writes a file for its owner alone, whole and durably or not at all, in the place of what was there before."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _is_fresh(path: Path, size: int) -> bool:
    """Whether the file is there, and from now on as young as a new one: nobody takes it for a leftover and removes it."""
    try:
        os.utime(path)
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def leftovers(folder: Path, before: float) -> Iterator[list[Path]]:
    """Files that nobody stored, or stored again, since a moment, in lists of some hundreds; drafts of stopped processes too.

    Args:
        folder: the files' folder.
        before: seconds since 1970.
    """
    for part in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        found = []
        for entry in os.scandir(part):
            try:
                old = entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < before
            except FileNotFoundError:  # somebody else's draft, or removed by another machine
                continue
            if old:
                found.append(Path(entry.path))
            if len(found) == _AT_ONCE:
                yield found
                found = []
        if found:
            yield found


def remove(path: Path, before: float) -> bool:
    """Removes a leftover, unless somebody has stored it again meanwhile: it is put aside first, and looked at once more.

    Whoever stores it afterwards does not find it, and writes it anew.
    """
    aside = path.with_name(f".{path.name.removeprefix('.')[:64]}.{secrets.token_hex(4)}")
    try:
        if path.stat().st_mtime >= before:
            return False
        path.rename(aside)
    except FileNotFoundError:
        return False
    if aside.stat().st_mtime >= before:
        aside.replace(path)
        return False
    aside.unlink()
    return True


def load(folder: Path, sha256: str) -> bytes:
    """The content of this hash.

    Raises:
        FileMissingError: the folder has no such file.
        FileDamagedError: the file's content has another hash.
    """
    try:
        content = _read(_path(folder, sha256))
    except FileNotFoundError as error:
        raise FileMissingError(f"không có tệp {sha256} / no stored file {sha256}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileDamagedError(f"tệp {sha256} đã bị hỏng / stored file {sha256} is damaged")
    return content


def _read(path: Path) -> bytes:
    """The file; on NFS another machine may put the same file in its place between the opening and the reading."""
    try:
        return path.read_bytes()
    except OSError as error:
        if error.errno != errno.ESTALE:
            raise
        return path.read_bytes()


def located(folder: Path, sha256: str) -> Path:
    """Where a stored file is, for files too large to be read at once; checked like the others.

    Raises:
        FileMissingError: the folder has no such file.
        FileDamagedError: the file's content has another hash.
    """
    path = _path(folder, sha256)
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise FileMissingError(f"không có tệp {sha256} / no stored file {sha256}") from error
    if digest != sha256:
        raise FileDamagedError(f"tệp {sha256} đã bị hỏng / stored file {sha256} is damaged")
    return path


def _path(folder: Path, sha256: str) -> Path:
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise StorageError(f"không phải mã SHA-256 / not a SHA-256: {sha256[:80]!r}")
    return folder / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    """Makes the new name as durable as the content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
