"""The folder of files while several processes use it at once."""

import errno
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from documents import storage

STORES = """
import sys
from pathlib import Path
from documents.storage import load, store
folder, content = Path(sys.argv[1]), sys.argv[2].encode() * 200_000
sys.stdin.readline()
for _ in range(20):
    assert load(folder, store(folder, content)) == content
"""


def test_processes_that_store_the_same_at_once_keep_one_whole_file(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", STORES, str(tmp_path / "files"), text], stdin=subprocess.PIPE)  # noqa: S603 - the text above
        for text in ("a", "a", "b")
    ]
    for process in processes:
        process.communicate(b"\n")
    assert [process.returncode for process in processes] == [0, 0, 0]
    kept = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert {path.name for path in kept} == {
        hashlib.sha256(text * 200_000).hexdigest() for text in (b"a", b"b")
    }
    assert len(kept) == 2  # and no drafts


def test_name_is_durable_before_the_hash_is_given_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(storage, "_sync_folder", synced.append)
    for _ in range(2):  # the second one may come while the first is not done
        digest = storage.store(tmp_path, b"content")
        assert synced[-1] == tmp_path / digest[:2]
    assert tmp_path in synced


def test_file_replaced_by_another_machine_while_it_was_opened_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = storage.store(tmp_path, b"content")
    read, stale = Path.read_bytes, [OSError(errno.ESTALE, "Stale file handle")]

    def once_stale(path: Path) -> bytes:
        if stale:
            raise stale.pop()
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", once_stale)
    assert storage.load(tmp_path, digest) == b"content"
    assert not stale
