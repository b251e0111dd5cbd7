"""`hoso sweep`, `digest`, `report`, `audit`, `retention`, `calendar` and `clock`: the clock's work done by hand, or its process.

By hand no server of Prefect is needed. Ctrl-C leaves whole batches behind, and the next run goes on after them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from api.terminal import Advance, AsJson, bar, fail, print_done, print_json

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from models.settings import Settings

audit = typer.Typer(no_args_is_help=True, help="Chuỗi sự kiện · the chains of events")
calendar = typer.Typer(no_args_is_help=True, help="Lịch nghỉ · days off")


def _moment(text: str) -> datetime:
    """An instant; without a zone it is Vietnam's."""
    from models.law.limits import TIMEZONE

    said = datetime.fromisoformat(text)
    return said if said.tzinfo else said.replace(tzinfo=TIMEZONE)


Moment = Annotated[
    datetime | None,
    typer.Option(
        metavar="ISO8601",
        parser=_moment,
        help="Như vào lúc này; không nêu múi giờ là giờ Việt Nam · as of this moment",
    ),
]
Agency = Annotated[str | None, typer.Option(help="Chỉ cơ quan này · only this agency")]


class Period(StrEnum):
    """Which periods have reports."""

    month = "month"
    quarter = "quarter"
    half_year = "half_year"
    year = "year"


def add_to(app: typer.Typer) -> None:
    """Adds the commands to `hoso`."""
    for command in (sweep, digest, report, retention, clock):
        app.command()(command)
    app.add_typer(audit, name="audit")
    app.add_typer(calendar, name="calendar")


def sweep(
    at_most: Annotated[
        int | None, typer.Option(min=1, help="Nhiều nhất bao nhiêu thời hạn · so many limits")
    ] = None,
    moment: Moment = None,
    as_json: AsJson = False,
) -> None:
    """Quét thời hạn: báo những gì sắp hết, đã hết và quá hạn · tell of limits near their end, at it and past it."""
    from flows import sweep as sweeping

    def work(_settings: Settings, engine: Engine, advance: Advance) -> dict[str, Any]:
        total = sweeping.due(engine, moment)
        done = sweeping.sweep(engine, moment, at_most, progress=lambda limits: advance(limits, total))
        return done.report

    _do("sweep", "Quét thời hạn", work, as_json=as_json)


def digest(agency: Agency = None, moment: Moment = None, as_json: AsJson = False) -> None:
    """Gửi bản tin hằng ngày cho từng cơ quan · tell each agency what it has to do today."""
    from flows.digest import send_digests

    def work(_settings: Settings, engine: Engine, advance: Advance) -> dict[str, Any]:
        return asdict(send_digests(engine, moment, agency, advance))

    _do("digest", "Bản tin", work, as_json=as_json)


def report(
    period: Annotated[Period, typer.Argument(help="Kỳ vừa hết · the period that has just ended")],
    moment: Moment = None,
    territory: Annotated[str | None, typer.Option(help="Chỉ địa bàn này · only this territory")] = None,
    again: Annotated[bool, typer.Option(help="Lập thêm một bản dù đã có · a further edition")] = False,
    as_json: AsJson = False,
) -> None:
    """Lập báo cáo định kỳ · make the periodic reports."""
    from flows.reports import make_reports

    def work(settings: Settings, engine: Engine, advance: Advance) -> dict[str, Any]:
        files = settings.files
        return asdict(make_reports(engine, files, period.value, moment, territory, advance, again))

    _do(f"report-{period}", "Báo cáo", work, as_json=as_json)


@audit.command()
def verify(
    dossier: Annotated[
        list[UUID] | None,
        typer.Option(help="Chỉ hồ sơ này, không ghi gì · only this dossier, nothing written"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Kiểm tra chuỗi sự kiện của mọi hồ sơ, ghi đầu chuỗi ra tệp · check every chain and export its head."""
    from flows.chain_check import verify_chains

    def work(settings: Settings, engine: Engine, advance: Advance) -> dict[str, Any]:
        checked = verify_chains(engine, settings.files / "chain", None, dossier, advance)
        broken = [one._asdict() for one in checked.broken]
        return {**asdict(checked), "file": str(checked.file) if checked.file else None, "broken": broken,
                "whole": dossier is None}  # fmt: skip

    _do("chain", "Chuỗi sự kiện", work, as_json=as_json)


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ đếm, không xóa · count only")] = False,
    as_json: AsJson = False,
) -> None:
    """Xóa những gì đã hết thời gian lưu; hồ sơ theo quy tắc đã đặt · delete what has served its purpose, dossiers by rule."""
    from flows.anonymising import anonymise
    from flows.retention import retain

    def work(settings: Settings, engine: Engine, advance: Advance) -> dict[str, Any]:
        erased = anonymise(engine, settings.files, None, dry_run, advance)
        done = retain(engine, None, dry_run, lambda _what, count: advance(count, 0), settings.files)
        return asdict(done) | {"anonymised": list(erased.dossiers), "whole": not dry_run}

    _do("retention", "Xóa dữ liệu", work, as_json=as_json)


@calendar.command()
def check(moment: Moment = None, as_json: AsJson = False) -> None:
    """Báo khi lịch nghỉ năm tới chưa công bố · tell when next year's days off are not known."""
    from flows.calendar_check import check_calendar

    def work(_settings: Settings, engine: Engine, _advance: Advance) -> dict[str, Any]:
        return asdict(check_calendar(engine, moment))

    _do("calendar", "Lịch nghỉ", work, as_json=as_json)


def clock() -> None:
    """Chạy đồng hồ: mọi việc theo giờ, có trong trang của Prefect · run the clock, whose work Prefect's pages show."""
    from api import programs
    from models.program import become
    from models.settings import Settings

    become(programs.clock(Settings.from_environment()))


def _do(
    name: str, title: str, work: Callable[[Settings, Engine, Advance], dict[str, Any]], *, as_json: bool
) -> None:
    """Does a turn with a bar on standard error, prints what it did; 1 when something is not as it should be."""
    from sqlalchemy.exc import OperationalError

    from flows.turns import take_turn
    from models.postgres import app_url
    from models.settings import Settings
    from models.store import open_store

    settings = Settings.from_environment()
    engine = open_store(app_url(settings), pool_size=2, public_url=settings.public_url)
    try:
        with bar(title) as advance:
            done = take_turn(engine, name, lambda: work(settings, engine, advance))
    except KeyboardInterrupt:
        fail(
            "Đã dừng; phần đã xong vẫn còn, lần sau làm tiếp. · Stopped; what is done stays, the rest comes next time.",
            130,
        )
    except OperationalError as error:
        fail(f"Không dùng được cơ sở dữ liệu. · The database cannot be used.\n{error.orig}")
    finally:
        engine.dispose()
    if done is None:
        fail("Việc này đang chạy ở nơi khác. · Another process is doing this now.", 1)
    if as_json:
        print_json(done)
    else:
        print_done(title, done)
    if done.get("broken"):
        raise SystemExit(1)
