"""What docs/security.md rests on is there: each test it names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_that_the_page_names_exists() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = NAMED.findall(page)
    assert len(named) > 40
    missing = [
        f"{path}::{name}"
        for path, name in named
        if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert missing == []


def test_every_risk_has_its_tests() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    parts = re.split(r"^\*\*API(\d+), ", page, flags=re.MULTILINE)[1:]
    assert list(parts[::2]) == [str(number) for number in range(1, 11)]
    assert all(len(NAMED.findall(part)) >= 3 for part in parts[1::2])
