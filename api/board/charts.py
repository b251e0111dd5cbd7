"""Charts as pictures: of the numbers that stand in their address, which a page shows in a table beside them as well."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import orjson
from fastapi import Depends, Query, Response

from api.board import words
from api.board.visits import VisitDep, pages, permitted
from api.errors import Fault, Problem, Said
from flows.engine import Actor
from flows.performance import MonthOf, StageTime, month_after
from models.law.schema import Stage

router = pages("/charts")
WatcherDep = Annotated[Actor, Depends(permitted("supervision.read"))]
Numbers = Annotated[str, Query(pattern=r"^\d{1,7}(,\d{1,7}){0,23}$")]
Times = Annotated[str, Query(pattern=r"^[a-z_]{1,40}:\d{1,5}(\.\d)?:\d{1,5}(\.\d)?(,[a-z_]{1,40}:\d{1,5}(\.\d)?:\d{1,5}(\.\d)?){0,9}$")]  # fmt: skip
Size = Literal["wide", "narrow"]
Spec = dict[str, Any]
_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "HOSO_SUPERVISED_DATA")
"""What the child sees of our environment, which may carry passwords."""
_PATIENCE = 30.0
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
}
# A picture cannot see the page's colours; it has the same ones, and turns dark with the page that shows it.
_LIGHT = "--ink:#1b2126;--soft:#545c63;--line:#d6d2c6;--accent:#0d4f5c;--due:#b06a00;--ok:#1e5f3a;--overdue:#9c1c1c"
_DARK = "--ink:#e8eaeb;--soft:#a9b2b8;--line:#374147;--accent:#82cbd9;--due:#f2c46d;--ok:#90d7a9;--overdue:#ff9d94"
_STYLE = f"<style>:root{{{_LIGHT}}}@media screen and (prefers-color-scheme:dark){{:root{{{_DARK}}}}}</style>"
_FONT = "system-ui, Segoe UI, Roboto, Noto Sans, Liberation Sans, Arial, sans-serif"
_CONFIG: Spec = {
    "aria": False, "background": None, "mark": {"opacity": 1}, "font": _FONT, "view": {"stroke": None},
    "padding": {"left": 18, "right": 4, "top": 4, "bottom": 4},
    "axis": {
        "labelColor": "var(--soft)", "labelFontSize": 12, "titleColor": "var(--soft)", "titleFontSize": 12, "titleFontWeight": "normal",
        "gridColor": "var(--line)", "domainColor": "var(--line)", "tickColor": "var(--line)",
    },
    "title": {"color": "var(--ink)", "fontSize": 13, "fontWeight": 600, "anchor": "start", "offset": 8},
    "legend": {"labelColor": "var(--ink)", "labelFontSize": 12, "title": None, "orient": "top", "symbolSize": 120, "symbolOpacity": 1, "offset": 6},
}  # fmt: skip


class Drawer:
    """The program that draws, started when first asked for, and again when it has died."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._child: subprocess.Popen[str] | None = None

    def draw(self, spec: str) -> str | None:
        """The SVG of a specification; None when it cannot be drawn, or not in time."""
        with self._turn:
            child = self._running()
            watch = threading.Timer(_PATIENCE, child.kill)
            watch.start()
            try:
                assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - both are pipes
                child.stdin.write(spec + "\n")
                child.stdin.flush()
                svg: str | None = orjson.loads(child.stdout.readline() or "null")
            except OSError:
                return None
            finally:
                watch.cancel()
            return svg

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None or self._child.poll() is not None:
            if self._child is not None:
                with suppress(OSError):  # it died with a line half said
                    self._child.communicate()
            environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, Path(__file__).with_name("vega.py")], env=environment, text=True, encoding="utf-8",
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        return self._child


_drawer = Drawer()


@lru_cache(maxsize=256)
def _drawn(spec: str) -> str:
    svg = _drawer.draw(spec)
    if svg is None:
        said = Said("Chưa vẽ được biểu đồ", "The chart cannot be drawn now")
        raise Problem(503, "not_drawn", said, [Fault("not_drawn", said)], {"Retry-After": "5"})
    head, bracket, rest = svg.partition(">")
    return head + bracket + _STYLE + rest


def picture(spec: Spec) -> Response:
    """The picture of a specification, with the board's fonts and colours."""
    whole = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": _CONFIG, **spec}
    return Response(_drawn(orjson.dumps(whole).decode()), media_type="image/svg+xml", headers=_HEADERS)


@router.get("/trend.svg")
def draw_trend(
    visit: VisitDep, _actor: WatcherDep, since: date, opened: Numbers, decided: Numbers, closed: Numbers, overdue: Numbers,
    size: Size = "wide",
) -> Response:  # fmt: skip
    """Months: what was opened, decided and closed as lines, and duties overdue at their ends as bars below."""
    named = {visit.say("Mở"): opened, visit.say("Quyết định"): decided, visit.say("Kết thúc"): closed}
    flow = [row for name, numbers in named.items() for row in _months(since, numbers, name)]
    month = {"field": "month", "type": "ordinal", "sort": None, "title": None}
    wide = size == "wide"
    legend = {"symbolType": "stroke", "columns": 3 if wide else 1}
    colour = {
        "field": "name", "type": "nominal", "sort": None, "legend": legend,
        "scale": {"domain": list(named), "range": ["var(--accent)", "var(--due)", "var(--ok)"]},
    }  # fmt: skip
    shape = {"field": "name", "type": "nominal", "sort": None, "legend": None}
    dash = {**shape, "scale": {"domain": list(named), "range": [[1, 0], [6, 3], [2, 2]]}, "legend": legend}
    lines = {
        "width": 640 if wide else 270, "height": 200, "data": {"values": flow},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"strokeDash": dash}},
            {"mark": {"type": "point", "filled": True, "size": 40}, "encoding": {"shape": shape}},
        ],
        "encoding": {"x": {**month, "axis": {"labels": False, "ticks": False}}, "y": _whole(opened, decided, closed), "color": colour},
    }  # fmt: skip
    bars = {
        "width": 640 if wide else 270, "height": 90, "data": {"values": _months(since, overdue, "")},
        "title": visit.say("Thời hạn quá vào cuối tháng"),
        "mark": {"type": "bar", "color": "var(--overdue)"},
        "encoding": {"x": {**month, "axis": {"labelAngle": 0 if wide else -60}}, "y": _whole(overdue)},
    }  # fmt: skip
    return picture({"vconcat": [lines, bars], "spacing": 14})


def _whole(*numbers: str) -> Spec:
    """An axis of whole numbers: more lines than the greatest would stand between them and be named alike."""
    lines = min(4, max(1, *(int(one) for row in numbers for one in row.split(","))))
    return {
        "field": "number",
        "type": "quantitative",
        "title": None,
        "axis": {"tickCount": lines, "format": "d"},
    }


@router.get("/times.svg")
def draw_times(visit: VisitDep, _actor: WatcherDep, stages: Times, size: Size = "wide") -> Response:
    """Stages: the days that half of the dossiers stayed at most as a bar, and those that nine in ten did as a mark."""
    median, ninth = visit.say("Trung vị"), visit.say("p90 (9/10 hồ sơ)")
    rows = []
    for one in stages.split(","):
        stage, half, most = one.split(":")
        if stage in words.STAGES:
            name = visit.say(words.STAGES[stage])
            rows += [{"stage": name, "name": median, "days": float(half)}, {"stage": name, "name": ninth, "days": float(most)}]  # fmt: skip
    colour = {
        "field": "name", "type": "nominal", "sort": None,
        "scale": {"domain": [median, ninth], "range": ["var(--accent)", "var(--due)"]},
        "legend": {"symbolType": "square", "columns": 2},
    }  # fmt: skip
    encoding = {
        "y": {"field": "stage", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 190, "ticks": False}},
        "x": {"field": "days", "type": "quantitative", "title": visit.say("ngày"), "axis": {"tickCount": 6}},
        "color": colour,
    }  # fmt: skip
    return picture({
        "width": 480 if size == "wide" else 150, "height": {"step": 34}, "data": {"values": rows}, "encoding": encoding,
        "layer": [
            {"transform": [{"filter": {"field": "name", "equal": median}}], "mark": {"type": "bar", "height": 12}},
            {"transform": [{"filter": {"field": "name", "equal": ninth}}], "mark": {"type": "tick", "thickness": 4, "size": 22}},
        ],
    })  # fmt: skip


def _months(since: date, numbers: str, name: str) -> list[Mapping[str, Any]]:
    months = (month_after(since, number) for number in range(24))
    return [
        {"month": f"{month:%m/%y}", "name": name, "number": int(number)}
        for month, number in zip(months, numbers.split(","), strict=False)
    ]


def address_of_trend(months: Sequence[MonthOf]) -> str:
    """Where the chart of these months is."""
    named = {
        name: ",".join(str(getattr(one, name)) for one in months)
        for name in ("opened", "decided", "closed", "overdue")
    }
    return "/board/charts/trend.svg?" + urlencode({"since": months[0].month, **named}, safe=",")


def address_of_times(times: Sequence[StageTime]) -> str | None:
    """Where the chart of these stages is, in the order in which dossiers pass them; None when there is none."""
    found = {one.stage: one for one in times}
    told = ",".join(
        f"{stage.value}:{found[stage].median_days or 0:g}:{found[stage].p90_days or 0:g}"
        for stage in Stage
        if stage in found
    )
    return "/board/charts/times.svg?" + urlencode({"stages": told}, safe=",:") if told else None
