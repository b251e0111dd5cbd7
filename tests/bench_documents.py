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

SAME = ("V-33", "V-37", "TA-07")
"""Papers that docxtpl prints too: a long one, a short one, a decision."""
TIMES, ROUNDS = 20, 5
LEAST_TIMES_DOCXTPL, MOST_TIMES_ZIP = 5, 3
Measured = tuple[str, list[float], str, str, str]
_SEAL = Seal("0123456789abcdef", "http://localhost:8000/verify/0123456789abcdef")
"""As every issued paper carries one: its code is drawn anew for each."""
_TEXT = re.compile(r"ví dụ (\d{3})", re.IGNORECASE)


def measured(progress: Progress) -> Iterator[Measured]:
    """Every form; then the papers of `SAME` as documents a second, and how they stand to the goals."""
    yield _every_form(progress)
    task = progress.add_task("docxtpl · ZIP", total=len(SAME) * ROUNDS)
    for code in SAME:
        ways = _ways(code)
        rates: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):  # in turns, so that the machine's moods meet all alike
            for name, work in ways.items():
                rates[name].append(_rate(work))
            progress.advance(task)
        ours, template, bare = (statistics.median(values) for values in rates.values())
        remarks = {
            "hoso": f"{ours / template:.1f} × docxtpl (≥ {LEAST_TIMES_DOCXTPL}), "
            f"{bare / ours:.1f} × cost of the ZIP (≤ {MOST_TIMES_ZIP})"
        }
        for name, values in rates.items():
            yield f"{code} · {name}", values, "/s", "", remarks.get(name, "")


def _every_form(progress: Progress) -> Measured:
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
    return "văn bản · document", list(values.values()), "ms", "", f"{len(forms)} forms, slowest {slowest}"


def _ways(code: str) -> dict[str, Callable[[], object]]:
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
