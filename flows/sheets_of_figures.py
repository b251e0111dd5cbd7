"""Every table of figures that supervisors see, as sheets of one workbook."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from flows.detectors import DETECTORS
from flows.engine import Actor
from flows.overview import places
from flows.performance import Months, last_months, performance, shares, stage_times, trend
from flows.sheets import Sheet
from flows.standstill import Narrowed
from models.law.schema import Stage
from models.law.words import STAGE_NAMES

_AGENCY = (("Mã cơ quan", "Agency"), ("Cơ quan", "Name"))
_STAGE = (("Giai đoạn", "Stage"),)
_DONE = (
    ("Thời hạn đã hoàn thành", "Duties met"), ("Đúng hạn", "On time"), ("Tỷ lệ đúng hạn", "Share on time"),
    ("Trả hồ sơ", "Returned"), ("Bổ sung", "Supplemented"),
)  # fmt: skip
_TIME = (
    ("Hồ sơ chuyển đi", "Passed on"),
    ("Trung vị (ngày)", "Median, days"),
    ("p90 (ngày)", "90th percentile, days"),
)


def sheets_of_figures(
    connection: Connection, actor: Actor, moment: datetime, narrowed: Narrowed, months: Months
) -> Iterator[Sheet]:
    """A sheet of the overview now, of twelve months, and of times, performance and shares; in a unit of work of `counted`."""
    causes = [(one.title, one.title_en) for one in DETECTORS.values()]
    counts = (("Đang mở", "Open"), ("Đến hạn trong tuần", "Due this week"))
    yield Sheet("Tổng quan · Overview", [*_AGENCY, *_STAGE, *counts, *causes], [
        (one.agency, one.agency_name, STAGE_NAMES[Stage(one.stage)], one.open, one.due_this_week,
         *(one.stuck.get(cause, 0) for cause in DETECTORS))
        for one in places(connection, actor, moment, narrowed)
    ])  # fmt: skip
    heads = [("Tháng", "Month"), ("Mở", "Opened"), ("Quyết định", "Decided"), ("Kết thúc", "Closed"),
             ("Thời hạn quá cuối tháng", "Duties overdue at its end")]  # fmt: skip
    rows = trend(connection, actor, moment, narrowed, last_months(moment))
    yield Sheet("Mười hai tháng · Twelve months", heads, [
        (one.month, one.opened, one.decided, one.closed, one.overdue) for one in rows
    ])  # fmt: skip
    yield Sheet("Thời gian · Times", [*_STAGE, *_TIME], [
        (STAGE_NAMES[Stage(one.stage)], one.passed_on, one.median_days, one.p90_days)
        for one in stage_times(connection, actor, narrowed, months)
    ])  # fmt: skip
    yield Sheet("Tiến độ · Performance", [*_AGENCY, *_STAGE, *_TIME, *_DONE], [
        (one.agency, one.agency_name, STAGE_NAMES[Stage(one.stage)], one.passed_on, one.median_days, one.p90_days, one.duties,
         one.on_time, one.on_time_share, one.returned, one.supplemented)
        for one in performance(connection, actor, narrowed, months)
    ])  # fmt: skip
    yield Sheet("Đúng hạn · On time", [*_AGENCY, *_DONE], [
        (one.agency, one.agency_name, one.duties, one.on_time, one.on_time_share, one.returned, one.supplemented)
        for one in shares(connection, actor, narrowed, months)
    ])  # fmt: skip
