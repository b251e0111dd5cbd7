"""A change of law on the board: the way on is shown and tried before it is gone, and a supervisor may keep a dossier."""

import re
from collections.abc import Iterator

import pytest

from models import clock
from tests.api.board.test_officer import plain
from tests.api.board.visitor import Visitor
from tests.api.road import unchanged
from tests.api.test_migrations import JULY, begun, instant
from tests.api.whole_way.doors import Doors
from tests.api.whole_way.script import main


@pytest.fixture
def july() -> Iterator[None]:
    """The day after the new book's first."""
    with clock.at(instant(JULY)):
        yield


@pytest.mark.usefixtures("july")
def test_the_head_reads_the_way_tries_it_and_goes(doors: Doors) -> None:
    way = begun(doors, main("request_determination"))
    base = f"/board/dossiers/{way.id}"
    head, officer = (Visitor.signed_in(doors.client, f"ca.{role}") for role in ("head", "officer"))
    path = f"{base}/migration"
    assert f'href="{path}"' in head.get(base).text
    assert f'href="{path}"' not in officer.get(base).text
    assert officer.get(path).status_code == 403
    shown = head.get(path)
    said = plain(shown.text)
    for part in ("Luật 120/2025/QH15 Đ.31, 56.2", "Xác định tình trạng nghiện"):
        assert part in said, part
    form = head.hidden(path, path) | {"occurred_at": "2026-07-02T08:30"}
    with unchanged(doors.store):
        missing = head.post(path, form | {"do": "do"})
        tried = head.post(path, form | {"facts.determination_case": "c", "do": "try"})
    assert (missing.status_code, 'id="wrong-facts.determination_case"' in missing.text) == (422, True), plain(
        missing.text
    )
    assert tried.status_code == 200, plain(tried.text)
    assert "Nếu thực hiện, hồ sơ sẽ như sau" in plain(tried.text)
    assert re.search(r'name="facts.determination_case"[^>]*value="c" checked|value="c" selected', tried.text)
    done = head.post(path, form | {"facts.determination_case": "c", "do": "do"})
    assert done.status_code == 303, plain(done.text)
    assert doors.send("ca.head", instant(JULY), "GET", way.path).json()["rulebook"] == "2026"
    late = head.post(path, form | {"_key": "khac", "facts.determination_case": "c", "do": "do"})
    assert (late.status_code, "Hồ sơ đã thay đổi" in plain(late.text)) == (412, True)
    assert f'href="{path}"' not in head.get(base).text


@pytest.mark.usefixtures("july")
def test_a_supervisor_keeps_a_dossier_and_says_why(doors: Doors) -> None:
    way = begun(doors, main("open"))
    base, supervisor = f"/board/dossiers/{way.id}", Visitor.signed_in(doors.client, "ca.supervisor")
    path = f"{base}/keeping"
    assert f'href="{path}"' in supervisor.get(base).text
    assert Visitor.signed_in(doors.client, "ca.head").get(path).status_code == 403
    other = Visitor.signed_in(doors.client, "ta-khac.supervisor")
    for noun in ("keeping", "migration", "void-last"):
        assert other.get(f"{base}/{noun}").status_code == 404, "another territory's"
    form = supervisor.hidden(path, path) | {"occurred_at": "2026-07-02T08:30", "do": "do"}
    with unchanged(doors.store):
        silent = supervisor.post(path, form)
    assert (silent.status_code, 'id="wrong-facts.keep_reason"' in silent.text) == (422, True), plain(
        silent.text
    )
    assert supervisor.post(path, form | {"facts.keep_reason": "chờ hướng dẫn"}).status_code == 303
    dossier = doors.send("ca.head", instant(JULY), "GET", way.path).json()
    assert (dossier["rulebook"], dossier["law_changed"]) == ("2025-07", None)
    assert f'href="{base}/migration"' in supervisor.get(base).text, "it may be migrated later"
