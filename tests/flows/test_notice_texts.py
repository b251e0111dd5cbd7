"""What notices say: every kind has a text in both languages, and no title tells a passer-by anything."""

import ast
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import flows
from flows.ladder import DUTY, END
from flows.notice_texts import KINDS, wording

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TELLING = {
    "dossier": "HS-2026-000001",
    "rule": "p4-query",
    "book": "2026",
    "action": "decide",
    "since": AT.isoformat(),
}


def told_kinds() -> set[str]:
    """Kinds that the code of the flows tells of: the `kind` of each `Telling`, and the ladder's rungs."""
    found = {f"limit_{rung.name}" for rung in (*DUTY, *END)}
    for path in Path(next(iter(flows.__path__))).glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                named = {word.arg: word.value for word in call.keywords}
                kind = named.get("kind", call.args[1] if len(call.args) > 1 else None)
                if call.func.id in {"Telling", "_of_event"} and isinstance(kind, ast.Constant):
                    found.add(str(kind.value))
    return found


def test_every_kind_that_is_told_has_a_text() -> None:
    assert {"handed_over", "court_acted", "release_person", "document_ended", "limit_overdue"} <= told_kinds()
    assert told_kinds() <= KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_text_stands_with_whatever_facts_there_are(kind: str, language: str) -> None:
    for facts in ({}, TELLING):
        said = wording(kind, facts, AT, "en" if language == "en" else "vi")
        whole = "\n".join([said.title, *said.lines])
        assert "\n" not in said.title
        assert all(said.lines)
        assert unicodedata.is_normalized("NFC", whole)
        assert ("HS-2026-000001" in said.title) == bool(facts)


@pytest.mark.parametrize("kind", KINDS)
def test_title_says_nothing_of_addiction_or_health(kind: str) -> None:
    titles = " ".join(wording(kind, TELLING, AT, language).title for language in ("vi", "en")).lower()
    for word in (
        "nghiện",
        "ma túy",
        "sức khỏe",
        "y tế",
        "addict",
        "drug",
        "health",
        "rehab",
        "người",
        "person",
    ):
        assert word not in titles


def test_kind_of_a_newer_version_keeps_no_inbox_shut() -> None:
    assert wording("nothing", {}, AT, "vi").title == "Có thông báo mới"


def test_rule_and_act_are_named_as_the_dossiers_book_has_them() -> None:
    said = wording("limit_overdue:p4-query", TELLING, AT, "en")
    assert "Time limit: Reply to the court's letter" in said.lines
    older = wording("limit_overdue:p4-query", {**TELLING, "book": "2014", "rule": "no-such-rule"}, AT, "en")
    assert not any(line.startswith("Time limit") for line in older.lines)


def test_notice_that_came_late_says_when_it_should_have_come() -> None:
    late = wording("limit_overdue:x", {"at": (AT - timedelta(hours=5)).isoformat()}, AT, "vi")
    assert "Thông báo này đến muộn vì hệ thống tạm dừng: lẽ ra phải gửi lúc 04:00 23/11/2026." in late.lines
    prompt = wording("limit_overdue:x", {"at": (AT - timedelta(minutes=5)).isoformat()}, AT, "vi")
    assert not any("muộn" in line for line in prompt.lines)


def test_digest_counts_and_lists_dossiers_by_number() -> None:
    facts = {
        "day": "2026-11-23",
        "overdue": {"count": 3, "listed": [{"dossier": "HS-1", "rule": "x"}, {"dossier": "HS-2"}]},
    }
    said = wording("digest", facts, AT, "vi")
    assert "Ngày: 23/11/2026" in said.lines
    assert "Quá hạn: 3 (HS-1, HS-2)" in said.lines


def test_what_is_not_known_is_left_out() -> None:
    assert not any("Từ lúc" in line for line in wording("sweep_silent", {"since": None}, AT, "vi").lines)
    assert (
        "Years without a decision: 2027"
        in wording("calendar_missing", {"unannounced": [2027]}, AT, "en").lines
    )
