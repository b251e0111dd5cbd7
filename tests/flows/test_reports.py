"""Periodic reports: figures counted by hand, made once, the same again later, told to their readers."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import docx
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from documents import storage
from flows import reports
from flows.figures import Duration, Figures, Met, Period, figures_of_agencies, figures_of_territories
from flows.reports import PeriodKind, Reports, finished, make_reports, title
from models.law.limits import TIMEZONE
from models.law.loader import load_book
from models.store import unit_of_work
from tests.flows.rows import ACCOUNT, PARTIES, SYSTEM_SCOPE, add, read

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
RESIDENCE = "p4-test-resid"
OF_COURT = next(
    ref.id for action in load_book("2026").actions if action.code == "accept" for ref in action.ends
)


def at(when: str) -> datetime:
    """A moment of 2026 in Vietnam: "10-05 08:00"."""
    return datetime.fromisoformat(f"2026-{when}").replace(tzinfo=TIMEZONE)


class Dossier:
    """A dossier whose acts are written with the moments a test needs."""

    def __init__(self, engine: Engine, number: str, born: str | None = "1990", holder: str = "camd") -> None:
        self.engine, self.id, self.seq, self.stage = engine, uuid4(), 0, "police_collection"
        person, moment = uuid4(), at("09-01 00:00")
        add(engine, "person", {
            "id": person, "data": {"name": "Nguyễn Văn A", **({"birth_date": born} if born else {})},
            "name_key": "nguyen van a", "recorded_at": moment,
        })  # fmt: skip
        add(engine, "dossier", {
            "id": self.id, "number": number, "person": person, "book": "2026", "stage": self.stage, "holder": holder,
            "version": 1, "opened_on": date(2026, 10, 5), "facts": {}, "acts": {}, "parties": PARTIES, "head": "-",
            "recorded_at": moment, "changed_at": moment,
        })  # fmt: skip

    def act(
        self, action: str, when: str, by: str = "camd", to: str | None = None, recorded: str | None = None,
        facts: dict[str, Any] | None = None,
    ) -> UUID:  # fmt: skip
        """One act; recorded at once unless said otherwise."""
        event, self.seq = uuid4(), self.seq + 1
        before, self.stage = self.stage if self.seq > 1 else None, to or self.stage
        add(self.engine, "event", {
            "id": event, "dossier": self.id, "seq": self.seq, "action": action, "agency": by, "account": ACCOUNT,
            "stage_before": before, "stage_after": self.stage, "occurred_at": at(when),
            "recorded_at": at(recorded or when), "facts_digest": "-", "previous": "-", "digest": "-",
        })  # fmt: skip
        if facts is not None:
            add(self.engine, "event_facts", {"event": event, "facts": facts, "salt": "-"})
        return event

    def limit(self, event: UUID, rule: str, starts: str, due: str, **columns: Any) -> None:
        """A duty started by an act."""
        add(self.engine, "time_limit", {
            "id": uuid4(), "dossier": self.id, "book": "2026", "rule": rule, "kind": "duty", "started_by": event,
            "starts_at": at(starts), "due": at(due), "last_day": at(due).date(), "ledger": [],
            "explanation": {"suspended": False},
        } | columns)  # fmt: skip

    def document(self, event: UUID, issued_on: date, by: str = "camd", **columns: Any) -> None:
        """A document issued with an act."""
        add(self.engine, "document", {
            "id": uuid4(), "dossier": self.id, "event": event, "form": "V-36", "title": "-", "agency": by, "year": 2026,
            "issued_on": issued_on, "context_digest": "-", "state": "issued", "verify_code": str(uuid4()),
        } | columns)  # fmt: skip


@pytest.fixture
def province(engine: Engine) -> Engine:
    """Five dossiers of two provinces around October 2026, as the tests count them by hand."""
    for code, territory in (
        ("bvmd", "vn/ha-noi"), ("camd", "vn/ha-noi/camd"), ("takv9", "vn/ha-noi/takv9"), ("cacg", "vn/hue/cacg"),
    ):  # fmt: skip
        read(
            engine,
            "UPDATE agency SET territory = :to WHERE code = :code RETURNING 1",
            to=territory,
            code=code,
        )
    add(engine, "account", {
        "id": uuid4(), "username": "gs", "password_hash": "-", "full_name": "Nguyễn Văn A", "position": "-",
        "role": "supervisor", "agency": "bvmd", "disabled": False,
    })  # fmt: skip

    first = Dossier(engine, "HS-1")
    opened = first.act("open", "09-20 08:00")
    first.act("request_determination", "10-01 08:00", to="health_determination")
    issued = first.act("issue_result", "10-06 08:00", by="bvmd", to="police_collection")
    first.limit(
        opened,
        RESIDENCE,
        "10-01 08:00",
        "10-10 00:00",
        ended_at=at("10-06 08:00"),
        ended_by=issued,
        end="done",
    )

    minor = Dossier(engine, "HS-2", born="2010-06")
    opened = minor.act("open", "10-05 08:00")
    minor.limit(opened, RESIDENCE, "10-05 08:00", "10-20 00:00")
    minor.limit(opened, "p4-void", "10-05 08:00", "11-10 00:00")

    court = Dossier(engine, "HS-3", holder="camd")
    opened = court.act("open", "10-10 08:00")
    sent = court.act("send_to_court", "10-14 08:00", to="court_decision")
    court.act("return_incomplete", "10-20 08:00", by="takv9", to="police_collection")
    court.act("send_to_court", "10-22 08:00", to="court_decision")
    decided = court.act("decide", "10-30 08:00", by="takv9", facts={"outcome": "apply"})
    accepted = court.act("accept", "11-03 08:00", by="takv9")
    court.limit(
        sent, RESIDENCE, "10-14 08:00", "10-28 00:00", ended_at=at("10-30 08:00"), ended_by=decided, end="done", late_days=3
    )  # fmt: skip
    court.limit(
        sent, OF_COURT, "10-22 08:00", "10-25 00:00", ended_at=at("11-03 08:00"), ended_by=accepted, end="done", late_days=9
    )  # fmt: skip
    court.document(sent, date(2026, 10, 14))
    court.document(sent, date(2026, 10, 14), state="void", ended_at=at("10-20 08:00"), ended_because="sai")
    court.document(decided, date(2026, 10, 30), by="takv9")
    court.document(accepted, date(2026, 11, 3), by="takv9")

    elsewhere = Dossier(engine, "HS-4", holder="cacg")
    elsewhere.act("open", "10-31 23:30", by="cacg")
    elsewhere.act("close", "11-01 00:30", by="cacg", to="closed")

    late = Dossier(engine, "HS-5", born=None)
    late.act("open", "09-28 08:00", recorded="10-03 08:00")

    unheard = Dossier(engine, "HS-6")
    unheard.act("open", "10-20 08:00", recorded="11-05 08:00")
    return engine


def of_agencies(engine: Engine, as_of: str = "11-04 00:00") -> dict[str, Figures]:
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        return figures_of_agencies(connection, Period(*OCTOBER, at(as_of)))


def of_territory(engine: Engine, territory: str, as_of: str = "11-04 00:00") -> Figures:
    with unit_of_work(engine, SYSTEM_SCOPE) as connection:
        return figures_of_territories(connection, Period(*OCTOBER, at(as_of)), [territory])[territory]


POLICE = Duration((3, 0), (4.0, None), (9.6, None))  # 11, 4 and 2 days
HEALTH, COURT = (Duration((1, 0), (days, None), (days, None)) for days in (5.0, 6.0))


def test_figures_of_an_agency_are_about_what_it_did(province: Engine) -> None:
    found = of_agencies(province)
    assert sorted(found) == ["bvmd", "cacg", "camd", "takv9"]
    assert found["camd"] == Figures(
        acts={"opened": (2, 1), "handed_over": (3, 0), "recorded_late": (1, 0)},
        stages={"police_collection": (3, 1), "court_decision": (1, 0)},
        durations={"police_collection": POLICE, "health_determination": HEALTH, "court_decision": COURT},
        limits={("2026", RESIDENCE): Met(overdue=(1, 1))},
        documents={"issued": (2, 0), "void": (1, 0)},
    )
    assert found["takv9"] == Figures(
        acts={"returned": (1, 0), "applied": (1, 0)},
        stages={"court_decision": (1, 0)},
        durations={"police_collection": Duration((2, 0), (3.0, None), (3.8, None)), "court_decision": COURT},
        limits={("2026", RESIDENCE): Met(late=(1, 0)), ("2026", OF_COURT): Met(overdue=(1, 0))},
        documents={"issued": (1, 0)},
    )
    assert found["bvmd"].limits == {("2026", RESIDENCE): Met(on_time=(1, 0))}
    assert found["cacg"] == Figures(acts={"opened": (1, 0)}, stages={"police_collection": (1, 0)})


def test_figures_of_a_territory_are_about_the_dossiers_opened_in_it(province: Engine) -> None:
    assert of_territory(province, "vn/ha-noi") == Figures(
        acts={
            "opened": (2, 1), "handed_over": (4, 0), "returned": (1, 0), "applied": (1, 0), "recorded_late": (1, 0),
        },
        stages={"police_collection": (3, 1), "court_decision": (1, 0)},
        durations={"police_collection": POLICE, "health_determination": HEALTH, "court_decision": COURT},
        limits={
            ("2026", RESIDENCE): Met(on_time=(1, 0), late=(1, 0), overdue=(1, 1)),
            ("2026", OF_COURT): Met(overdue=(1, 0)),
        },
        documents={"issued": (3, 0), "void": (1, 0)},
    )  # fmt: skip
    assert of_territory(province, "vn").acts["opened"] == (3, 1)


def test_same_moment_gives_the_same_figures_later_and_a_later_one_those_recorded_since(
    province: Engine,
) -> None:
    before = of_agencies(province)
    Dossier(province, "HS-7").act("open", "10-21 08:00", recorded="11-06 08:00")
    assert of_agencies(province) == before
    assert of_agencies(province, "11-07 00:00")["camd"].acts["opened"] == (4, 1)


def test_erased_outcome_counts_as_unknown(province: Engine) -> None:
    assert of_territory(province, "vn/ha-noi").acts["applied"] == (1, 0)
    of = Dossier(province, "HS-8")
    of.act("open", "10-02 08:00")
    of.act("decide", "10-03 08:00", by="takv9")
    assert of_agencies(province)["takv9"].acts["decided_unknown"] == (1, 0)


@pytest.mark.parametrize(
    ("born", "minor"),
    [("2008-10-05", False), ("2008-10-06", True), ("2008-10", True), ("2008-09", False), ("2008", True), ("2007", False)],
)  # fmt: skip
def test_minors_are_under_18_on_the_day_of_opening(engine: Engine, born: str, minor: bool) -> None:
    Dossier(engine, "HS-1", born=born).act("open", "10-05 08:00")
    assert of_agencies(engine)["camd"].acts == {"opened": (1, int(minor))}


@pytest.mark.parametrize(
    ("period", "day", "first", "last", "said"),
    [
        ("month", (2026, 11, 1), (2026, 10, 1), (2026, 10, 31), "tháng 10 năm 2026"),
        ("month", (2026, 1, 31), (2025, 12, 1), (2025, 12, 31), "tháng 12 năm 2025"),
        ("quarter", (2026, 11, 1), (2026, 7, 1), (2026, 9, 30), "quý III năm 2026"),
        ("quarter", (2026, 1, 1), (2025, 10, 1), (2025, 12, 31), "quý IV năm 2025"),
        ("half_year", (2026, 7, 1), (2026, 1, 1), (2026, 6, 30), "6 tháng đầu năm 2026"),
        ("half_year", (2026, 6, 30), (2025, 7, 1), (2025, 12, 31), "6 tháng cuối năm 2025"),
        ("year", (2026, 12, 31), (2025, 1, 1), (2025, 12, 31), "năm 2025"),
    ],
)
def test_the_period_is_the_last_one_that_is_over(
    period: PeriodKind,
    day: tuple[int, int, int],
    first: tuple[int, int, int],
    last: tuple[int, int, int],
    said: str,
) -> None:
    assert finished(period, date(*day)) == (date(*first), date(*last))
    assert title(period, date(*first)) == said


def made(engine: Engine, files: Path, moment: str = "11-04 00:00", **how: Any) -> Reports:
    return make_reports(engine, files, "month", at(moment), **how)


def test_reports_are_made_once_and_told_to_their_readers(province: Engine, tmp_path: Path) -> None:
    assert made(province, tmp_path) == Reports(*OCTOBER, 5, 5)
    assert made(province, tmp_path, "11-20 00:00") == Reports(*OCTOBER, 5, 0)
    told = read(province, "SELECT agency, audience FROM notice WHERE kind = 'report_ready' ORDER BY 1, 2")
    assert told == [
        ("bvmd", "agency"), ("bvmd", "head"), ("bvmd", "supervisor"), ("cacg", "agency"), ("cacg", "head"),
        ("camd", "agency"), ("camd", "head"), ("takv9", "agency"), ("takv9", "head"),
    ]  # fmt: skip
    assert read(province, "SELECT territory, agency FROM report WHERE agency IS NULL") == [
        ("vn/ha-noi", None)
    ]


def test_report_made_again_is_a_further_edition(province: Engine, tmp_path: Path) -> None:
    made(province, tmp_path, territory="vn/hue")
    assert made(province, tmp_path, "11-20 00:00", territory="vn/hue", again=True).made == 1
    rows = read(
        province,
        "SELECT edition, figures -> 'acts' ->> 'opened' FROM report WHERE agency = 'cacg' ORDER BY edition",
    )
    assert rows == [(1, "[1, 0]"), (2, "[1, 0]")]
    assert read(province, "SELECT count(*) FROM notice WHERE agency = 'cacg' AND audience = 'head'") == [(2,)]


def test_an_interrupted_run_makes_the_others_next_time(
    province: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "BATCH", 2)
    seen = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(province, tmp_path, progress=stop)
    assert (seen, made(province, tmp_path).made) == ([(2, 5)], 3)


def test_the_files_say_what_was_counted(province: Engine, tmp_path: Path) -> None:
    made(province, tmp_path)
    [(sha256, docx_sha256)] = read(province, "SELECT sha256, docx_sha256 FROM report WHERE agency IS NULL")
    paper = docx.Document(io.BytesIO(storage.load(tmp_path, docx_sha256)))
    rows = [[cell.text for cell in row.cells] for table in paper.tables for row in table.rows]
    for row in (
        ["Hồ sơ mở trong kỳ", "2", "1"],
        ["Quyết định áp dụng biện pháp", "1", "0"],
        ["Công an thu thập, lập hồ sơ", "3", "4,0", "9,6", "0", ""],
        ["Văn bản bị hủy", "1", "0"],
    ):
        assert row in rows
    rule = load_book("2026").rule(RESIDENCE)
    assert [rule.title, rule.citation, "1", "1", "1"] in rows
    text = "\n".join(one.text for one in paper.paragraphs)
    assert "từ 01/10/2026 đến 31/10/2026" in text
    with zipfile.ZipFile(io.BytesIO(storage.load(tmp_path, sha256))) as workbook:
        strings = workbook.read("xl/sharedStrings.xml").decode()
        assert "Hồ sơ mở trong kỳ" in strings
        assert "<v>9.6</v>" in workbook.read("xl/worksheets/sheet1.xml").decode()
    assert "Nguyễn Văn A" not in text + strings


def test_a_report_never_changes(province: Engine, tmp_path: Path) -> None:
    made(province, tmp_path)
    with pytest.raises(ProgrammingError, match="permission denied"):
        read(province, "UPDATE report SET figures = '{}' RETURNING 1")


def test_a_month_without_anything_makes_only_the_territory_report(province: Engine, tmp_path: Path) -> None:
    assert make_reports(province, tmp_path, "month", datetime(2026, 5, 10, tzinfo=UTC)).made == 1
