"""What tests of the law share: a folder of rulebooks of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.law import loader
from models.law.loader import catalogue, load_book


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of rulebooks beside the shipped catalogue of facts."""
    (tmp_path / "facts.toml").write_bytes((loader.BOOKS / "facts.toml").read_bytes())
    monkeypatch.setattr(loader, "BOOKS", tmp_path)
    _forget()
    yield tmp_path
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    load_book.cache_clear()
    catalogue.cache_clear()
