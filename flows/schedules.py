"""The clock's flows: what runs at which hour of Vietnam's day, with which parameters, one run of each at a time.

Each may also be run by hand, from Prefect's pages or with `hoso`. They run in the clock's process, or in a process of
their own where a work pool starts them: then they find their store by the environment.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from prefect import Flow, flow
from pydantic import AwareDatetime

from flows.anonymising import anonymise
from flows.calendar_check import check_calendar
from flows.chain_check import verify_chains
from flows.digest import send_digests
from flows.findings import find_anew
from flows.pressing import press, watch
from flows.reports import PeriodKind, make_reports
from flows.retention import retain
from flows.running import Workplace
from flows.sweep import sweep
from flows.turn_flow import Answer, heeding, turn
from flows.turns import Report, take_turn
from models import clock
from models.law.limits import TIMEZONE

ZONE = str(TIMEZONE)


def _run_name(title: str) -> Callable[[], str]:
    return lambda: f"{title} {clock.now().astimezone(TIMEZONE):%H:%M %d/%m/%Y}"


@flow(name="Quét thời hạn", flow_run_name=_run_name("Quét"), persist_result=False)
async def sweep_limits(at_most: int | None = None, moment: AwareDatetime | None = None) -> Answer:
    """Báo mọi thời hạn sắp hết, đã hết và quá hạn · tell of every limit near its end, at it and past it.

    Args:
        at_most: Nhiều nhất bao nhiêu thời hạn; để trống: tất cả · at most so many limits
        moment: Quét như vào lúc này (không ở tương lai); để trống: bây giờ · as of this moment
    """

    def work(place: Workplace) -> Report:
        find_anew(place.engine, clock.now())
        return sweep(place.engine, moment, at_most, stop=place.stop.is_set).report

    return await turn("sweep", "Quét thời hạn", work)


@flow(name="Đôn đốc cơ quan", flow_run_name=_run_name("Đôn đốc"), persist_result=False)
async def press_agency(agency: str) -> Answer:
    """Báo người đứng đầu và giám sát khi một cơ quan để quá nhiều thời hạn trong ngày · many limits missed in a day.

    Args:
        agency: Mã cơ quan · the agency's code
    """
    return await turn("press", "Đôn đốc", lambda place: press(place.engine, agency), seconds=300, own=True)


@flow(name="Canh việc quét", flow_run_name=_run_name("Canh"), persist_result=False)
async def watch_sweeps() -> Answer:
    """Báo quản trị khi lâu không có lượt quét nào xong, rồi quét ngay · tell administrators of silence, then sweep."""

    def work(place: Workplace) -> Report:
        told = watch(place.engine)
        swept = take_turn(place.engine, "sweep", lambda: sweep(place.engine, stop=place.stop.is_set).report)
        return {**told, "sweep": swept or {}}

    return await turn("watch", "Canh việc quét", work)


@flow(name="Bản tin hằng ngày", flow_run_name=_run_name("Bản tin"), persist_result=False)
async def send_daily(agency: str | None = None) -> Answer:
    """Sáng mỗi ngày làm việc báo từng cơ quan việc phải làm · on working mornings, what each agency has to do.

    Args:
        agency: Mã cơ quan; để trống: mọi cơ quan · only this agency
    """

    def work(place: Workplace) -> Report:
        return asdict(send_digests(place.engine, None, agency, heeding(place)))

    return await turn("digest", "Gửi bản tin", work)


@flow(name="Báo cáo định kỳ", flow_run_name=_run_name("Báo cáo"), persist_result=False)
async def report_period(
    period: PeriodKind, moment: AwareDatetime | None = None, territory: str | None = None, again: bool = False
) -> Answer:
    """Lập báo cáo của kỳ vừa hết cho từng địa bàn và cơ quan · reports of the period that has just ended.

    Args:
        period: Kỳ báo cáo: month, quarter, half_year hoặc year · the period
        moment: Lập như vào lúc này; để trống: bây giờ · as of this moment
        territory: Chỉ địa bàn này và các cơ quan trong đó · only this territory
        again: Lập thêm một bản nữa dù đã có · make a further edition
    """

    def work(place: Workplace) -> Report:
        return asdict(
            make_reports(place.engine, place.files, period, moment, territory, heeding(place), again)
        )

    return await turn(f"report-{period}", "Lập báo cáo", work, seconds=4 * 3600, own=True)


@flow(name="Kiểm tra chuỗi sự kiện", flow_run_name=_run_name("Kiểm tra chuỗi"), persist_result=False)
async def check_chains() -> Answer:
    """Đối chiếu mọi chuỗi sự kiện rồi ghi đầu chuỗi ra tệp · check every chain and export its head."""

    def work(place: Workplace) -> Report:
        checked = verify_chains(place.engine, place.files / "chain", progress=heeding(place))
        file = checked.file.name if checked.file else None
        return {**asdict(checked), "file": file, "broken": [one._asdict() for one in checked.broken]}

    return await turn("chain", "Kiểm tra chuỗi", work, seconds=6 * 3600)


@flow(name="Xóa dữ liệu hết dùng", flow_run_name=_run_name("Xóa"), persist_result=False)
async def retain_data(dry_run: bool = False) -> Answer:
    """Xóa những gì đã hết thời gian lưu; hồ sơ chỉ theo quy tắc đã đặt · delete what has served its purpose.

    Args:
        dry_run: Chỉ đếm, không xóa · count only
    """

    def work(place: Workplace) -> Report:
        erased = anonymise(place.engine, place.files, None, dry_run, heeding(place))
        done = asdict(retain(place.engine, None, dry_run, heeding(place), place.files))
        return done | {"anonymised": len(erased.dossiers), "whole": not dry_run}

    return await turn("retention", "Xóa dữ liệu", work, seconds=4 * 3600)


@flow(name="Kiểm tra lịch nghỉ", flow_run_name=_run_name("Kiểm tra lịch"), persist_result=False)
async def check_days_off() -> Answer:
    """Báo giám sát và quản trị khi lịch nghỉ năm tới chưa công bố · the days off of next year are not known yet."""
    return await turn(
        "calendar", "Kiểm tra lịch", lambda place: asdict(check_calendar(place.engine)), seconds=300
    )


@dataclass(frozen=True)
class Scheduled:
    """A deployment: its flow, when it runs, with what."""

    name: str
    """Of the deployment and of the turn."""
    flow: Flow[..., Coroutine[Any, Any, Answer]]
    crons: tuple[str, ...] = ()
    """In Vietnam's time; none: only when somebody or an automation asks."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    own: bool = False
    """Whether each run is work of its own and a second waits for the first; else the first does its work too."""

    @property
    def replayed(self) -> bool:
        """Whether each missed hour is made up for, as of that `moment`; else one run makes up for many."""
        return self.own and bool(self.crons)


SCHEDULES = (
    Scheduled("sweep", sweep_limits, ("*/5 * * * *",)),
    Scheduled(
        "digest", send_daily, ("0 7 * * *",)
    ),  # on days off it tells nothing: the calendar says which these are
    Scheduled("report-month", report_period, ("30 0 1 * *",), {"period": "month"}, own=True),
    Scheduled("report-quarter", report_period, ("40 0 1 1,4,7,10 *",), {"period": "quarter"}, own=True),
    Scheduled("report-half_year", report_period, ("50 0 1 1,7 *",), {"period": "half_year"}, own=True),
    Scheduled("report-year", report_period, ("0 1 1 1 *",), {"period": "year"}, own=True),
    Scheduled("chain", check_chains, ("0 2 * * *",)),
    Scheduled("retention", retain_data, ("0 3 * * *",)),
    Scheduled("calendar", check_days_off, ("0 6 * 11,12 *", "0 6 * 1-10 1")),
    Scheduled("press", press_agency, own=True),
    Scheduled("watch", watch_sweeps),
)
