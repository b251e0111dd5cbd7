"""The daily digest: what each agency and each supervisors' office finds in it, once a working day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine

from flows import digest
from flows.digest import Digests, send_digests
from tests.flows.road_2026 import Road
from tests.flows.road_agencies import EVERYTHING, rows
from tests.flows.rows import act, add, dossier, read

MORNING = datetime(2026, 11, 25, 0, 30, tzinfo=UTC)
"""Wednesday, 07:30 in Vietnam."""
MIDNIGHT = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RULE = "p4-test-resid"


def sent(engine: Engine, moment: datetime = MORNING, agency: str | None = None) -> Digests:
    return send_digests(engine, moment, agency)


def told(engine: Engine, agency: str = "camd", audience: str = "agency") -> dict[str, Any]:
    """The counts of an office's digest by kind."""
    found = read(
        engine,
        "SELECT facts FROM notice WHERE kind = 'digest' AND agency = :agency AND audience = :audience",
        agency=agency,
        audience=audience,
    )
    return {kind: value["count"] for ((facts),) in found for kind, value in facts.items() if kind != "day"}


def limited(
    engine: Engine, of: UUID, starts_at: datetime, due: datetime, kind: str = "duty", **columns: Any
) -> None:
    """An open limit of a dossier."""
    [(event,)] = read(engine, "SELECT id FROM event WHERE dossier = :id LIMIT 1", id=of)
    last_day = (due - timedelta(microseconds=1) + 7 * HOUR).date()
    row = {
        "id": uuid4(), "dossier": of, "book": "2026", "rule": RULE, "kind": kind, "started_by": event,
        "starts_at": starts_at, "due": due, "last_day": last_day, "ledger": [], "explanation": {"suspended": False},
    }  # fmt: skip
    add(engine, "time_limit", row | columns)


def opened(engine: Engine, number: str = "HS-1", holder: str = "camd") -> UUID:
    of = dossier(engine, number, holder=holder)
    act(engine, of, by=holder)
    return of


def supervised(engine: Engine, office: str, territory: str, *agencies: str) -> None:
    """An office with a supervisor, and agencies inside its territory."""
    for code, to in [(office, territory), *((code, f"{territory}/{code}") for code in agencies)]:
        read(engine, "UPDATE agency SET territory = :to WHERE code = :code RETURNING 1", to=to, code=code)
    add(engine, "account", {
        "id": uuid4(), "username": f"gs-{office}", "password_hash": "-", "full_name": "Nguyễn Văn A",
        "position": "Cán bộ giám sát", "role": "supervisor", "agency": office, "disabled": False,
    })  # fmt: skip


def test_agency_with_nothing_to_do_gets_none(engine: Engine) -> None:
    limited(engine, opened(engine), MORNING - DAY, MORNING + 30 * DAY)
    assert sent(engine) == Digests(date(2026, 11, 25))
    assert read(engine, "SELECT count(*) FROM notice") == [(0,)]


@pytest.mark.parametrize(
    ("due", "kind", "columns", "expected"),
    [
        (MIDNIGHT, "duty", {}, {"due_today": 1}),
        (MORNING + HOUR, "duty", {}, {"due_today": 1}),
        (MIDNIGHT, "bar", {}, {"due_today": 1}),
        (MIDNIGHT + DAY, "duty", {}, {"due_soon": 1}),
        (MIDNIGHT - DAY, "duty", {}, {"overdue": 1}),
        (MORNING, "duty", {}, {"overdue": 1}),
        (MIDNIGHT - DAY, "bar", {}, {}),
        (MIDNIGHT - DAY, "duty", {"opens": MIDNIGHT - 2 * DAY}, {}),
        (MIDNIGHT, "window", {}, {}),
        (MIDNIGHT - DAY, "duty", {"explanation": {"suspended": True}}, {}),
        (MIDNIGHT + 30 * DAY, "duty", {}, {}),
    ],
)
def test_limits_are_counted_by_their_end(
    engine: Engine, due: datetime, kind: str, columns: dict[str, Any], expected: dict[str, int]
) -> None:
    limited(engine, opened(engine), MORNING - 8 * DAY, due, kind, **columns)
    sent(engine)
    assert told(engine) == expected


def test_digest_is_sent_once_a_day_and_not_on_days_off(engine: Engine) -> None:
    limited(engine, opened(engine), MORNING - 8 * DAY, MIDNIGHT - DAY)
    days = (sent(engine, MORNING + later * DAY) for later in (0, 0, 1, 3, 4))
    assert [(one.notices, one.day_off) for one in days] == [
        (1, None), (0, None), (1, None), (0, "Thứ Bảy"), (0, "Chủ Nhật"),
    ]  # fmt: skip
    assert read(engine, "SELECT DISTINCT audience, kind FROM notice") == [("agency", "digest")]
    assert [row[0] for row in read(engine, "SELECT key FROM notice ORDER BY seq")] == [
        "digest:2026-11-25", "digest:2026-11-26",
    ]  # fmt: skip


def test_only_the_named_agency_is_told(engine: Engine) -> None:
    for number, holder in (("HS-1", "camd"), ("HS-2", "takv9")):
        limited(
            engine, opened(engine, number, holder), MORNING - 8 * DAY, MIDNIGHT - DAY, rule="no-such-rule"
        )
    assert sent(engine, agency="takv9").notices == 1
    assert read(engine, "SELECT agency FROM notice") == [("takv9",)]


def test_lists_are_capped_and_name_dossiers_by_number(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "LISTED", 2)
    for number in (3, 1, 2):
        limited(engine, opened(engine, f"HS-{number}"), MORNING - 8 * DAY, MIDNIGHT - number * DAY)
    sent(engine)
    assert read(engine, "SELECT facts FROM notice") == [({
        "day": "2026-11-25",
        "overdue": {"count": 3, "listed": [
            {"dossier": "HS-3", "rule": RULE, "last_day": "2026-11-22"},
            {"dossier": "HS-2", "rule": RULE, "last_day": "2026-11-23"},
        ]},
    },)]  # fmt: skip


def test_supervisors_see_their_territory_and_each_dossier_once(engine: Engine) -> None:
    supervised(engine, "bvmd", "vn/ha-noi", "camd", "takv9")
    supervised(engine, "cuc", "vn/hue")
    for number, holder in (("HS-1", "camd"), ("HS-2", "takv9")):
        limited(
            engine, opened(engine, number, holder), MORNING - 8 * DAY, MIDNIGHT - DAY, rule="no-such-rule"
        )
    assert sent(engine).notices == 3
    assert told(engine, "bvmd", "supervisor") == {"overdue": 2}
    assert told(engine, "camd") == told(engine, "takv9") == {"overdue": 1}


def test_dossier_handed_over_counts_until_its_holder_does_something(engine: Engine) -> None:
    of = dossier(engine, "HS-1", stage="health_determination", holder="bvmd")
    act(engine, of, "open", stages=("police_collection", "police_collection"))
    act(engine, of, "request_determination", stages=("police_collection", "health_determination"))
    sent(engine)
    assert told(engine, "bvmd") == {"handed_over": 1}
    act(engine, of, "draw_up", by="camd")
    sent(engine, MORNING + DAY)
    act(engine, of, "admit", by="bvmd")
    assert [told(engine, "bvmd"), sent(engine, MORNING + 2 * DAY).notices] == [{"handed_over": 1}, 0]
    assert read(engine, "SELECT count(*) FROM notice WHERE kind = 'digest'") == [(2,)]


def test_successor_goes_on_with_what_an_abolished_agency_was_handed(engine: Engine) -> None:
    read(
        engine,
        "UPDATE agency SET valid_to = '2026-10-31', successor = 'takv9' WHERE code = 'bvmd' RETURNING 1",
    )
    for number in ("HS-1", "HS-2"):
        of = dossier(engine, number, stage="health_determination", holder="bvmd")
        act(engine, of, "request_determination", stages=("police_collection", "health_determination"))
    act(engine, of, "admit", by="takv9")
    sent(engine)
    assert told(engine, "takv9") == {"handed_over": 1}


def test_dossier_stuck_by_the_change_of_law_is_counted_until_it_is_decided(engine: Engine) -> None:
    of = opened(engine)
    read(engine, "UPDATE dossier SET book = '2022' WHERE id = :id RETURNING 1", id=of)
    sent(engine)
    assert told(engine) == {"law_changed": 1}
    read(engine, """UPDATE dossier SET acts = '{"keep_book": "2026-11-25T08:00:00+07:00"}' RETURNING 1""")
    assert sent(engine, MORNING + DAY).notices == 0


def test_everyone_concerned_finds_the_person_to_be_released(road: Road) -> None:
    road.to("decide", decide={"outcome": "refuse", "times": None, "times_source": None})
    moment = road.at("23 07:30")
    sent(road.store, moment)
    asked = (
        "SELECT agency, facts -> 'release_person' AS told FROM notice WHERE kind = 'digest' ORDER BY agency"
    )
    found = [row for row in rows(road.store, asked, EVERYTHING) if row["told"]]
    assert [row["agency"] for row in found] == ["ca", "cs", "ta", "yt"]
    assert all(row["told"]["count"] == 1 for row in found)
    road.do("end_pending", "22 15:00", left_at="22 14:00")
    sent(road.store, moment + DAY)
    again = rows(road.store, asked, EVERYTHING)
    assert len([row for row in again if row["told"]]) == len(found)


def test_interrupted_run_tells_the_others_next_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "BATCH", 1)
    for number, holder in (("HS-1", "camd"), ("HS-2", "takv9")):
        limited(
            engine, opened(engine, number, holder), MORNING - 8 * DAY, MIDNIGHT - DAY, rule="no-such-rule"
        )
    seen = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_digests(engine, MORNING, progress=stop)
    assert (seen, sent(engine).notices) == ([(1, 2)], 1)
