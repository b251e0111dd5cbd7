"""Restoring a backup: all of it verified before anything is touched, and the database in one transaction or not at all."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import psycopg
from sqlalchemy import text

from documents.storage import store_file
from flows import audit
from flows.backup import DUMP, MANIFEST, SUMS, Manifest, Progress, digest_of, run, secrets_folder, text_of
from flows.chain_check import Checked, verify_chains
from models import clock, postgres
from models.migrations import migrate, revisions
from models.settings import Settings, StartupError
from models.store import SYSTEM, Scope, open_store, unit_of_work

_OF_THE_CLUSTER = {"postgres", "hoso_owner", "hoso_app", "hoso_prefect"}
"""Passwords that belong to a cluster, not to the data in it."""


@dataclass(frozen=True)
class Restored:
    """What was restored, and what the check of all chains found in it afterwards."""

    manifest: Manifest
    checked: Checked


def verified(folder: Path, progress: Progress | None = None) -> Manifest:
    """The backup's manifest, once every file in it is there and unchanged.

    Raises:
        StartupError: something is missing, truncated or changed.
    """
    listed = dict(_listed(folder))
    size = 0
    for done, (name, digest) in enumerate(listed.items(), start=1):
        path = folder / name
        if not path.is_file() or digest_of(path) != digest:
            raise _damaged(name)
        size += path.stat().st_size if name != MANIFEST else 0
        if progress:
            progress(done, len(listed))
    if not {DUMP, MANIFEST} <= listed.keys():
        raise _damaged(SUMS)
    try:
        manifest = Manifest(**orjson.loads((folder / MANIFEST).read_bytes()))
    except (TypeError, ValueError):
        raise _damaged(MANIFEST) from None
    if (manifest.files, manifest.bytes) != (len(listed) - 1, size):
        raise _damaged(SUMS)
    if manifest.revision not in revisions():
        raise StartupError(
            f"Bản sao lưu thuộc phiên bản mới hơn ({manifest.revision}); hãy cài phiên bản ấy trước.",
            f"The backup is of a newer version ({manifest.revision}); install that version first.",
        )
    return manifest


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    try:
        lines = (folder / SUMS).read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeError):
        raise _damaged(SUMS) from None
    for line in lines:
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name or ".." in Path(name).parts or Path(name).is_absolute():
            raise _damaged(SUMS)
        yield name, digest


def _damaged(name: str) -> StartupError:
    return StartupError(
        f"Bản sao lưu bị thiếu hoặc đã bị sửa ở {name}; chưa khôi phục gì.",
        f"The backup is incomplete or was changed at {name}; nothing was restored.",
    )


def is_empty(settings: Settings) -> bool:
    """Whether nothing would be lost: no tables at all, and no files."""
    with psycopg.connect(text_of(postgres.owner_url(settings))) as owner:
        asked = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        tables = owner.execute(asked).fetchone()
    return tables == (0,) and not any(settings.files.glob("[0-9a-f][0-9a-f]/*"))


def restore(
    settings: Settings, folder: Path, *, replace: bool = False, progress: Progress | None = None
) -> Restored:
    """Puts a verified backup in the place of nothing, or with `replace` of all there is, and checks the whole.

    Files first, for they harm nobody where no row names them; then the database, in one transaction. Interrupted before
    its end, there is the same database as before.

    Raises:
        StartupError: the backup does not hold, or the installation is not empty.
    """
    manifest = verified(folder, progress)
    if not replace and not is_empty(settings):
        raise StartupError(
            "Hệ thống này đã có dữ liệu; chỉ khôi phục vào hệ thống trống, hoặc dùng --replace.",
            "This installation has data; restore into an empty one, or use --replace.",
        )
    _bring_files(settings, folder, progress)
    arguments = ["--single-transaction", "--exit-on-error", "--no-owner"]
    arguments += ["--clean", "--if-exists"] if replace else []
    # Programs that still run hold tables: they are to be stopped first, not waited for.
    run(
        settings,
        "pg_restore",
        postgres.owner_url(settings),
        [*arguments, str(folder / DUMP)],
        "-c lock_timeout=10s",
    )
    _bring_exports(settings, folder)
    migrate(postgres.owner_url(settings))
    return Restored(manifest, _check(settings, manifest, progress))


def bring_secrets(settings: Settings, folder: Path) -> list[str]:
    """Copies the secrets that are not a cluster's own; the names of those that were brought.

    Raises:
        StartupError: the installation's secrets are kept by others.
    """
    if settings.shared_secrets is not None:
        raise StartupError(
            f"Hãy tự đặt các khóa vào {settings.shared_secrets}.",
            f"Put the secrets into {settings.shared_secrets} yourself.",
        )
    settings.claim_data()
    brought = []
    for path in sorted(folder.iterdir()):
        target = secrets_folder(settings) / path.name
        if path.is_file() and (path.name not in _OF_THE_CLUSTER or not target.exists()):
            draft = target.with_name(f".{path.name}.restoring")
            shutil.copyfile(path, draft)
            draft.chmod(0o600)
            draft.replace(target)
            brought.append(path.name)
    return brought


def _bring_files(settings: Settings, folder: Path, progress: Progress | None) -> None:
    found = sorted(folder.glob("files/*/*"))
    for done, path in enumerate(found, start=1):
        with path.open("rb") as file:
            store_file(settings.files, file)
        if progress:
            progress(done, len(found))


def _bring_exports(settings: Settings, folder: Path) -> None:
    """The files of heads of the time of the backup; those of what was replaced are put aside, not lost."""
    kept = settings.files / "chain"
    if kept.exists():
        kept.rename(settings.files / f"chain-replaced-{clock.now():%Y%m%dT%H%M%S%f}")
    if (folder / "chain").is_dir():
        settings.files.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(folder / "chain", kept)
        kept.chmod(0o700)
        os.sync()


_COUNTED = text("""
    SELECT (SELECT count(*) FROM dossier), (SELECT count(*) FROM event), (SELECT count(*) FROM document)
""")


def _check(settings: Settings, manifest: Manifest, progress: Progress | None) -> Checked:
    """As much as the backup said, and every chain and the audit log whole.

    Raises:
        StartupError: it is not what was backed up.
    """
    engine = open_store(postgres.app_url(settings), pool_size=2, public_url=settings.public_url)
    try:
        with unit_of_work(engine, Scope(SYSTEM)) as connection:
            found = (*connection.execute(_COUNTED).one(), *audit.head_of(connection))
        wanted = (
            manifest.dossiers,
            manifest.events,
            manifest.documents,
            manifest.audit_seq,
            manifest.audit_digest,
        )
        if found != wanted:
            raise StartupError(
                "Dữ liệu khôi phục không khớp với bản sao lưu.",
                "What was restored is not what was backed up.",
            )
        audit.record_now(engine, audit.by_command("hoso restore"))
        return verify_chains(engine, settings.files / "chain", progress=progress)
    finally:
        engine.dispose()
