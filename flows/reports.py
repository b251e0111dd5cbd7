"""Periodic reports of territories and agencies: made once for a finished period, kept as files, told to their readers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Connection, Engine, case, func, select
from sqlalchemy.dialects.postgresql import insert

from documents.case import AgencyCard
from documents.report import ReportPaper, Section, to_docx, to_xlsx
from documents.storage import store
from flows.figures import Figures, Met, Pair, Period, figures_of_agencies, figures_of_territories
from flows.notices import Telling, tell
from flows.offices import Office, nearest, offices_of
from flows.state import Agencies
from models import clock
from models.law.calendar import ONE_DAY
from models.law.limits import TIMEZONE
from models.law.loader import codes, load_book
from models.law.schema import Stage
from models.law.words import STAGE_NAMES
from models.store import SYSTEM, Scope, unit_of_work
from models.tables import table

BATCH = 20
"""Reports written in a transaction."""
PeriodKind = Literal["month", "quarter", "half_year", "year"]
MONTHS: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
Progress = Callable[[int, int], None]
"""Told after each batch how many reports of how many are there."""

_SCOPE = Scope(SYSTEM)
_report, _agency = table("report"), table("agency")
ACTS = {
    "opened": "Hồ sơ mở trong kỳ",
    "handed_over": "Lượt chuyển hồ sơ sang giai đoạn khác",
    "returned": "Lượt trả hồ sơ",
    "applied": "Quyết định áp dụng biện pháp",
    "refused": "Quyết định không áp dụng biện pháp",
    "decided_unknown": "Quyết định đã xóa nội dung theo thời hạn lưu trữ",
    "terminated": "Quyết định đình chỉ",
    "appeals_decided": "Quyết định giải quyết khiếu nại, kiến nghị, kháng nghị",
    "closed": "Hồ sơ kết thúc",
    "recorded_late": "Thao tác của kỳ trước ghi muộn trong kỳ này",
}
DOCUMENTS = {"issued": "Văn bản ban hành", "superseded": "Văn bản bị thay thế", "void": "Văn bản bị hủy"}
_RARE = {"decided_unknown", "recorded_late"}
"""Told only where there are any."""


@dataclass(frozen=True)
class Reports:
    """What making reports did: the period, how many reports there are of it, how many are new."""

    first_day: date
    last_day: date
    reports: int
    made: int


@dataclass(frozen=True)
class _Subject:
    """Whom a report is about: an agency, or a whole territory."""

    territory: str
    agency: str | None
    figures: Figures

    @property
    def name(self) -> tuple[str | None, str | None]:
        """What tells it from the others of its period: an agency's report stays one wherever the agency moves."""
        return (None, self.agency) if self.agency else (self.territory, None)


def finished(period: PeriodKind, day: date) -> tuple[date, date]:
    """The first and the last day of the last period of a kind that was over before a day."""
    months = MONTHS[period]
    begun = date(day.year, (day.month - 1) // months * months + 1, 1)
    last = begun - ONE_DAY
    return date(last.year, last.month - months + 1, 1), last


def title(period: PeriodKind, first_day: date) -> str:
    """The period in words: "quý III năm 2026"."""
    year = f"năm {first_day.year}"
    if period == "month":
        return f"tháng {first_day.month} {year}"
    if period == "quarter":
        return f"quý {('I', 'II', 'III', 'IV')[first_day.month // 3]} {year}"
    if period == "half_year":
        return f"6 tháng {'đầu' if first_day.month == 1 else 'cuối'} {year}"
    return year


def make_reports(
    engine: Engine,
    files: Path,
    period: PeriodKind,
    moment: datetime | None = None,
    territory: str | None = None,
    progress: Progress | None = None,
    again: bool = False,
) -> Reports:
    """Makes the reports of the last finished period: of each territory with supervisors and each agency with figures.

    A report is made once; a second run makes what the first one did not come to. The figures count what was recorded by
    the moment the report is made.

    Args:
        engine: the application's store.
        files: the files' folder.
        period: month, quarter, half_year or year.
        moment: when it is; the period is the last one finished by then.
        territory: only this territory's report and those of the agencies in it.
        progress: told after each batch.
        again: make a further edition of each.
    """
    moment = moment or clock.now()
    first_day, last_day = finished(period, moment.astimezone(TIMEZONE).date())
    with unit_of_work(engine, _SCOPE) as connection:
        supervisors = offices_of(connection, "supervisor")
        subjects = _subjects(connection, Period(first_day, last_day, moment), supervisors, territory)
        known = _editions(connection, period, first_day)
    wanted = [one for one in subjects if again or one.name not in known]
    made = 0
    for start in range(0, len(wanted), BATCH):
        with unit_of_work(engine, _SCOPE) as connection:
            making = _Making(connection, files, period, (first_day, last_day), moment, supervisors)
            for one in wanted[start : start + BATCH]:
                made += making.make(one, known.get(one.name, 0) + 1)
        if progress:
            progress(len(subjects) - len(wanted) + min(start + BATCH, len(wanted)), len(subjects))
    return Reports(first_day, last_day, len(subjects), made)


def _subjects(
    connection: Connection, period: Period, supervisors: Sequence[Office], only: str | None
) -> list[_Subject]:
    """Every territory that somebody supervises, and every agency that has figures, in the order of their names."""
    territories = sorted({office.territory for office in supervisors})
    if only:
        territories = [only] if nearest(supervisors, only) else []  # nobody else reads it
    rows = connection.execute(select(_agency.c.code, _agency.c.territory))
    known: dict[str, str] = {row.code: row.territory for row in rows}
    within = Office("", only) if only else None
    agencies = [code for code, of in known.items() if within is None or within.covers(of)]
    of_territories = figures_of_territories(connection, period, territories)
    of_agencies = figures_of_agencies(connection, period, agencies)
    found = [_Subject(path, None, of_territories.get(path, Figures())) for path in territories]
    return found + [_Subject(known[code], code, of_agencies[code]) for code in sorted(of_agencies)]


def _editions(
    connection: Connection, period: PeriodKind, first_day: date
) -> dict[tuple[str | None, str | None], int]:
    """The last edition of every report of the period that there is."""
    territory = case((_report.c.agency.is_(None), _report.c.territory)).label("territory")
    rows = connection.execute(
        select(territory, _report.c.agency, func.max(_report.c.edition).label("edition"))
        .where(_report.c.period == period, _report.c.first_day == first_day)
        .group_by(territory, _report.c.agency)
    )
    return {(row.territory, row.agency): row.edition for row in rows}


class _Making:
    """Reports being written in one transaction."""

    def __init__(
        self,
        connection: Connection,
        files: Path,
        period: PeriodKind,
        days: tuple[date, date],
        moment: datetime,
        supervisors: Sequence[Office],
    ) -> None:
        self._connection, self._files = connection, files
        self._period, self._days, self._moment = period, days, moment
        self._supervisors = supervisors
        self._agencies = Agencies(connection)

    def make(self, subject: _Subject, edition: int) -> int:
        """Writes one report with its files and tells its readers; 0 when somebody else has just done so."""
        paper = self._paper(subject)
        word, workbook = to_docx(paper), to_xlsx(paper)
        row = {
            "id": uuid4(), "period": self._period, "first_day": self._days[0], "last_day": self._days[1],
            "territory": subject.territory, "agency": subject.agency, "edition": edition, "as_of": self._moment,
            "made_at": clock.now(), "figures": _as_json(subject.figures), "sha256": store(self._files, workbook),
            "size": len(workbook), "docx_sha256": store(self._files, word), "docx_size": len(word),
        }  # fmt: skip
        new = insert(_report).values(row).on_conflict_do_nothing().returning(_report.c.id)
        if self._connection.execute(new).one_or_none() is None:
            return 0
        tell(self._connection, list(self._tellings(subject, row)))
        return 1

    def _tellings(self, subject: _Subject, row: dict[str, Any]) -> Iterator[Telling]:
        facts = {
            "report": str(row["id"]), "period": self._period, "first_day": self._days[0].isoformat(),
            "last_day": self._days[1].isoformat(), "territory": subject.territory, "agency": subject.agency,
            "title": title(self._period, self._days[0]),
        }  # fmt: skip
        key = f"report:{self._period}:{self._days[0]}:{subject.agency or subject.territory}:{row['edition']}"
        if subject.agency is not None:
            yield Telling(subject.agency, "report_ready", key, facts, audience="agency")
            yield Telling(subject.agency, "report_ready", key, facts, audience="head")
            return
        for office in nearest(self._supervisors, subject.territory):
            yield Telling(office.code, "report_ready", key, facts, audience="supervisor")

    def _paper(self, subject: _Subject) -> ReportPaper:
        issuer = self._issuer(subject)
        whose = issuer.name if subject.agency else f"địa bàn của {issuer.name}"
        first, last = self._days
        return ReportPaper(
            superior=issuer.superior,
            issuer=issuer.name,
            place=issuer.place,
            day=self._moment.astimezone(TIMEZONE).date(),
            about=f"{title(self._period, first)} về hồ sơ đề nghị đưa vào cơ sở cai nghiện bắt buộc",
            notes=(
                f"Kỳ báo cáo: từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}; số liệu của {whose}.",
                f"Theo những gì đã ghi vào hệ thống đến {self._moment.astimezone(TIMEZONE):%H:%M %d/%m/%Y}.",
                "Người dưới 18 tuổi: tính theo tuổi ngày mở hồ sơ.",
            ),
            sections=tuple(_sections(subject.figures)),
            position=issuer.head.position,
            signer=issuer.head.name,
        )

    def _issuer(self, subject: _Subject) -> AgencyCard:
        """The agency itself, or the office that watches over the territory."""
        code = subject.agency or nearest(self._supervisors, subject.territory)[0].code
        return self._agencies[code].card


_COUNTED = (("Chỉ tiêu", 95.0), ("Tổng số", 25.0), ("Trong đó người dưới 18 tuổi", 35.0))


def _sections(figures: Figures) -> Iterable[Section]:
    yield Section("I. Hồ sơ trong kỳ", _COUNTED, tuple(_counted(ACTS, figures.acts)))
    stages = {
        stage.value: STAGE_NAMES[stage][:1].upper() + STAGE_NAMES[stage][1:]
        for stage in Stage
        if stage != Stage.closed
    }
    rows = tuple(_counted(stages, figures.stages))
    yield Section("II. Hồ sơ đang giải quyết vào cuối kỳ, theo giai đoạn", _COUNTED, rows)
    yield Section(
        "III. Số ngày ở mỗi giai đoạn, của hồ sơ rời giai đoạn trong kỳ",
        (("Giai đoạn", 55.0), ("Số hồ sơ", 20.0), ("Trung vị", 20.0), ("90% không quá", 20.0),
         ("Dưới 18 tuổi: số hồ sơ", 20.0), ("Trung vị", 20.0)),
        tuple(
            (stages[stage], one.count[0], one.median[0], one.p90[0], one.count[1], one.median[1])
            for stage in stages
            if (one := figures.durations.get(stage))
        ),
    )  # fmt: skip
    yield Section(
        "IV. Thời hạn phải thực hiện",
        (("Thời hạn", 70.0), ("Căn cứ", 34.0), ("Đúng hạn", 17.0), ("Chậm", 17.0), ("Còn quá hạn", 17.0)),
        tuple(_met(figures.limits)),
    )
    yield Section("V. Văn bản", _COUNTED, tuple(_counted(DOCUMENTS, figures.documents)))


def _counted(names: dict[str, str], counts: dict[str, Pair]) -> Iterator[tuple[str, int, int]]:
    for what, name in names.items():
        if what in counts or what not in _RARE:
            yield name, *counts.get(what, (0, 0))


def _met(limits: dict[tuple[str, str], Met]) -> Iterator[tuple[str, str, int, int, int]]:
    """A line a rule, in the order of the books; minors stand in the figures themselves."""
    for code in codes():
        for rule in load_book(code).rules:
            if met := limits.get((code, rule.id)):
                yield rule.title, rule.citation, met.on_time[0], met.late[0], met.overdue[0]


def _as_json(figures: Figures) -> dict[str, Any]:
    limits = [
        {"book": book, "rule": rule, **asdict(met)} for (book, rule), met in sorted(figures.limits.items())
    ]
    return {**asdict(figures), "limits": limits}
