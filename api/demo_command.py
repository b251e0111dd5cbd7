"""`hoso demo`: makes the demonstration's province in the database, with a bar; stopped with Ctrl-C, it goes on when called again."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from api.demo import announce_accounts, demo_seed, seed_demo
from api.demo.province import NotHere, Province, anew, refuse_others, world_of
from api.terminal import bar, fail
from api.up import reachable
from flows.detectors import DETECTORS
from flows.findings import counted
from flows.overview import overview
from flows.standstill import Narrowed
from flows.turns import alone
from models import clock, migrations
from models.law.schema import Stage
from models.law.words import STAGE_NAMES
from models.postgres import app_url, owner_url
from models.settings import Settings
from models.store import open_store

_PATIENCE = 60
"""Seconds for which a sweep that is under way is waited for."""


def run(settings: Settings, count: int, console: Console) -> int:
    """Makes the province, or goes on with it; the command's exit code.

    Args:
        settings: the installation's; its database is started where it does not run.
        count: how many dossiers it has.
        console: where to tell what is there in the end.
    """
    logging.disable(logging.WARNING)  # what fails in the province is meant to
    try:
        with reachable(settings):
            migrations.migrate(owner_url(settings))
            engine = open_store(app_url(settings), public_url=settings.public_url)
            try:
                refuse_others(engine)
                seed_demo(settings)
                with _undisturbed(engine):
                    province = _made(engine, settings, count)
                _tell(province, console)
            finally:
                engine.dispose()
    except NotHere as error:
        fail(str(error), code=1)
    except KeyboardInterrupt:
        console.print("Đã dừng; chạy lại lệnh để làm tiếp · stopped, run the command again to go on")
        return 1
    finally:
        logging.disable(logging.NOTSET)
    announce_accounts(settings, console)
    return 0


def _made(engine: Engine, settings: Settings, count: int) -> Province:
    with bar("Lập tỉnh mẫu · making the province") as told:
        province = anew(world_of(engine, demo_seed(), clock.now()), settings.files, count, told)
        province.run()
    return province


@contextmanager
def _undisturbed(engine: Engine) -> Iterator[None]:
    """Nobody else makes the province meanwhile, and the clock does not sweep: it would tell of limits in what is past."""
    with alone(engine, "demo") as ours:
        if not ours:
            raise NotHere("Tỉnh mẫu đang được lập ở nơi khác · the province is being made elsewhere")
        end = time.monotonic() + _PATIENCE
        while True:
            with alone(engine, "sweep") as free:
                if free:
                    yield
                    return
            if time.monotonic() > end:
                raise NotHere("Lượt quét thời hạn chưa xong, hãy thử lại · a sweep is under way, try again")
            time.sleep(1)


def _tell(province: Province, console: Console) -> None:
    """How many dossiers are in which stage, and what stands in their way, as a supervisor of the country sees it."""
    supervisor = province.world.actors["giam-sat"]
    moment = clock.now()
    with counted(province.world.engine, supervisor.scope, moment) as connection:
        seen = overview(connection, supervisor, moment, Narrowed())
    stages, causes = Counter({place.stage: place.open for place in seen.stages}), Counter(seen.stuck)
    said = "Không có gì để làm thêm · nothing was left to do" if not province.taken else ""
    console.print(
        f"{len(province.walkers)} hồ sơ, {province.taken} thao tác mới · dossiers, new acts. {said}".strip()
    )
    table = Table.grid(padding=(0, 2))
    for stage, number in stages.most_common():
        table.add_row(f"  {number}", STAGE_NAMES[Stage(stage)])
    for cause, number in causes.most_common():
        table.add_row(f"  {number}", DETECTORS[cause].title, DETECTORS[cause].title_en)
    console.print(table)
