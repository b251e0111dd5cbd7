"""The folder of files: each stored once under its SHA-256, and checked against it whenever it is read."""

import hashlib
import os
import secrets
import shutil
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

_PART = 1 << 20


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
    if path.exists() and path.stat().st_size == size:
        return digest
    content.seek(0)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{digest}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            shutil.copyfileobj(content, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)
    return digest


def load(folder: Path, sha256: str) -> bytes:
    """The content of this hash.

    Raises:
        FileMissingError: the folder has no such file.
        FileDamagedError: the file's content has another hash.
    """
    try:
        content = _path(folder, sha256).read_bytes()
    except FileNotFoundError as error:
        raise FileMissingError(f"không có tệp {sha256} / no stored file {sha256}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileDamagedError(f"tệp {sha256} đã bị hỏng / stored file {sha256} is damaged")
    return content


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
