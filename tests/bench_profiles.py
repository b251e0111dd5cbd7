"""Where the time of an act, a sweep and a paper goes, function by function: text for the report."""

from collections.abc import Callable
from cProfile import Profile
from itertools import islice
from pathlib import Path
from pstats import Stats
from typing import Any

from flows.engine import act
from flows.sweep import sweep
from models.law.calendar import baseline
from tests.bench_documents import SAME, ways_of
from tests.bench_ground import Ground
from tests.bench_sweep import make_due
from tests.flows.sample_road import again

ACTS, DUE, PAPERS, LINES = 100, 200, 20, 14
_ROOT = Path(__file__).parents[1]


def taken(ground: Ground) -> dict[str, str]:
    """A profile of each kind of work, once it is warm."""
    engine, calendar = ground.engine, baseline()
    acts = iter([again(one, 90 + round_) for round_ in range(2) for one in ground.dossiers[:ACTS]])

    def some() -> None:
        for asked in islice(acts, ACTS):
            act(engine, asked, calendar)

    paper = ways_of(SAME[0])["hoso"]

    def papers() -> None:
        for _ in range(PAPERS):
            paper()

    some()
    paper()
    make_due(engine, DUE, 1)
    return {
        f"{ACTS} thao tác · acts": profile(some),
        f"quét {DUE} thời hạn · a sweep of {DUE} limits": profile(lambda: sweep(engine, at_most=DUE)),
        f"{PAPERS} văn bản {SAME[0]} · papers": profile(papers),
    }


def profile(work: Callable[[], Any]) -> str:
    """The functions that take most time by themselves; waiting for PostgreSQL is one of them (`wait` of psycopg)."""
    profiler = Profile()
    profiler.runcall(work)
    stats: dict[tuple[str, int, str], Any] = vars(Stats(profiler))["stats"]
    total = sum(own for _, _, own, _, _ in stats.values())
    lines = [
        f"{1000 * total:.0f} ms in all, measured (which slows Python down)",
        " own %  with all below %   calls",
    ]
    for (file, line, name), (_, calls, own, whole, _) in sorted(stats.items(), key=lambda one: -one[1][2])[
        :LINES
    ]:
        lines.append(
            f"{100 * own / total:6.1f} {100 * whole / total:18.1f} {calls:7,}  {_place(file, line)}{name}"
        )
    return "\n".join(lines)


def _place(file: str, line: int) -> str:
    """Where a function stands, without the folders of this machine; nothing for what is built in."""
    if not Path(file).is_absolute():
        return ""
    path = Path(file)
    if "site-packages" in path.parts:
        shown = Path(*path.parts[path.parts.index("site-packages") + 1 :])
    else:
        shown = path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else Path(path.name)
    return f"{shown}:{line} "
