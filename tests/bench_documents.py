"""How fast papers are printed, beside docxtpl on the same paper and beside rewriting the bare ZIP; one core, one run."""

import io
import re
import statistics
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter

from docxtpl import DocxTemplate
from rich.progress import Progress

from documents.forms import all_forms
from documents.seal import Seal
from documents.specimens import specimen
from tests.bench_ground import Ground
from tests.bench_measure import Goal, Measure

SAME = ("V-33", "V-37", "TA-07")
"""Papers that docxtpl prints too: a long one, a short one, a decision."""
TIMES, ROUNDS = 20, 5
LEAST_TIMES_DOCXTPL, MOST_TIMES_ZIP = 5, 3
_WHY = "A paper is text with its values in place and a ZIP around it; what would help: deflating less."
_SEAL = Seal("0123456789abcdef", "http://localhost:8000/verify/0123456789abcdef")
"""As every issued paper carries one: its code is drawn anew for each."""
_TEXT = re.compile(r"ví dụ (\d{3})", re.IGNORECASE)


def measured(ground: Ground) -> Iterator[Measure]:
    """Every form; then the papers of `SAME` as documents a second, and how ours stand to each other's in the same round."""
    yield _every_form(ground.progress)
    task = ground.progress.add_task("docxtpl · ZIP", total=len(SAME) * ROUNDS)
    for code in SAME:
        rates = in_turns(code, ROUNDS, lambda: ground.progress.advance(task))
        for name, values in rates.items():
            yield Measure(f"{code} · {name}", values, "/s")
        times = [ours / theirs for ours, theirs in zip(rates["hoso"], rates["docxtpl"], strict=True)]
        costs = [bare / ours for ours, bare in zip(rates["hoso"], rates["ZIP"], strict=True)]
        yield Measure(f"{code} · hoso ÷ docxtpl", times, "×", Goal(at_least=LEAST_TIMES_DOCXTPL), why=_WHY)
        yield Measure(
            f"{code} · cost ÷ cost of the bare ZIP", costs, "×", Goal(at_most=MOST_TIMES_ZIP), why=_WHY
        )


def in_turns(code: str, rounds: int, advance: Callable[[], object]) -> dict[str, list[float]]:
    """Papers of a form a second by each way: in turns, so that the machine's moods meet all alike."""
    ways = ways_of(code)
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            rates[name].append(_rate(work))
        advance()
    return rates


def _every_form(progress: Progress) -> Measure:
    forms = all_forms()
    task = progress.add_task("văn bản · documents", total=len(forms))
    values = {}
    for code, form in forms.items():
        context = specimen(form, "full")
        form.render(context, seal=_SEAL)
        values[code] = statistics.median(
            _milliseconds(partial(form.render, context, seal=_SEAL)) for _ in range(ROUNDS)
        )
        progress.advance(task)
    slowest = max(values, key=lambda code: values[code])
    remark = f"{len(forms)} forms, slowest {slowest}"
    return Measure("văn bản · document", list(values.values()), "ms", remark=remark)


def ways_of(code: str) -> dict[str, Callable[[], object]]:
    """What prints one paper of this form: ours, docxtpl, and the bare ZIP written anew."""
    form = all_forms()[code]
    context = specimen(form, "full")
    file = form.render(context, seal=_SEAL)
    template, values = _template(file)

    def by_docxtpl() -> None:
        paper = DocxTemplate(io.BytesIO(template))
        paper.render(values, autoescape=True)
        paper.save(io.BytesIO())

    def bare() -> None:
        with (
            zipfile.ZipFile(io.BytesIO(file)) as old,
            zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                new.writestr(name, old.read(name))

    return {"hoso": lambda: form.render(context, seal=_SEAL), "docxtpl": by_docxtpl, "ZIP": bare}


def _template(file: bytes) -> tuple[bytes, dict[str, str]]:
    """The same paper as a template of docxtpl: each text a placeholder; and the texts by placeholder."""
    values: dict[str, str] = {}

    def placeholder(found: re.Match[str]) -> str:
        values[f"v{found[1]}"] = found[0]
        return f"{{{{ v{found[1]} }}}}"

    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                content = _TEXT.sub(placeholder, content.decode()).encode()
            new.writestr(name, content)
    return made.getvalue(), values


def _rate(work: Callable[[], object]) -> float:
    start = perf_counter()
    for _ in range(TIMES):
        work()
    return TIMES / (perf_counter() - start)


def _milliseconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return 1000 * (perf_counter() - start)
