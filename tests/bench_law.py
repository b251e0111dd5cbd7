"""How fast the law is: a limit counted with its explanation, and every rulebook read."""

from collections.abc import Iterator
from datetime import datetime
from time import perf_counter

from models.law.calendar import baseline
from models.law.limits import reckon
from models.law.loader import codes, load_book
from tests.bench_ground import Ground
from tests.bench_measure import Line
from tests.law.loading import load_time

LIMITS = ("p4-read", "p4-thoihieu", "c3-term", "p4-ex1")
LIMIT_START = datetime.fromisoformat("2026-08-27T15:00:00+07:00")
LIMIT_CALLS, ROUNDS = 400, 5


def measured(ground: Ground) -> Iterator[Line]:
    """Limits counted and made ready to be stored, as each act does; then the rulebooks, each time in a fresh process."""
    calendar = baseline()
    task = ground.progress.add_task("luật · the law", total=(len(LIMITS) + 1) * ROUNDS)
    for name in LIMITS:
        rule = load_book("2026").rule(name)
        values = []
        for _ in range(ROUNDS):
            start = perf_counter()
            for _ in range(LIMIT_CALLS):
                reckon(rule, LIMIT_START, calendar, {}, []).model_dump(mode="json")
            values.append(1e6 * (perf_counter() - start) / LIMIT_CALLS)
            ground.progress.advance(task)
        steps = len(reckon(rule, LIMIT_START, calendar).steps)
        yield f"thời hạn · limit {name}", values, "µs", "≤ 200", f"{steps} steps"
    values = []
    for _ in range(ROUNDS):
        values.append(load_time().wall)
        ground.progress.advance(task)
    yield "mọi bộ quy tắc · all rulebooks", values, "ms", "≤ 300", f"{len(codes())} books"
