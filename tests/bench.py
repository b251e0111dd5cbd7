"""How fast engine, law, documents, flows, imports, API and board are here: `make bench` and `make bench-full`."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from models import clock
from models.law.limits import TIMEZONE
from tests import (
    bench_acts,
    bench_documents,
    bench_flows,
    bench_import,
    bench_law,
    bench_load,
    bench_locust,
    bench_peers,
    bench_profiles,
    bench_size,
    bench_sweep,
)
from tests.bench_ground import Ground
from tests.bench_measure import Line, Measure
from tests.bench_report import Report, machine, speed, versions
from tests.flows.sample_road import NOW


@dataclass(frozen=True)
class Section:
    """A part of the report: its title, what measures it, and the sections that make what it stands on.

    `why` is told of a goal that was missed by a measure that has no words of its own.
    """

    title: str
    measure: Callable[[Ground], Iterable[Measure | Line]]
    after: Sequence[str] = ()
    why: str = ""


SECTIONS = {
    "law": Section(
        "Luật · the law",
        bench_law.measured,
        why=(
            "Rules are counted, and books read and checked, by one Python process, each book once in its life; at half of the "
            "machine's speed (above) it takes twice as long. A faster core would help, or books kept as they were checked."
        ),
    ),
    "documents": Section("Văn bản · documents", bench_documents.measured),
    "acts": Section("Thao tác · acts", bench_acts.measured),
    "peers": Section("Cùng một việc · acts beside peers", bench_peers.measured),
    "flows": Section(
        "Luồng xử lý · flows",
        bench_flows.measured,
        why=(
            "A run costs Prefect's server and its client the same whatever is in it (the lines without and through Prefect); "
            "more acts a run, or a core of its own for that server, would help."
        ),
    ),
    "sweep": Section("Quét thời hạn · sweep", bench_sweep.measured, why=bench_sweep.WHY),
    "import": Section(
        "Nhập hồ sơ · import",
        bench_import.measured,
        why=(
            "Rows are judged and counted by one Python process, at the cost below; a faster core would help, or the file in "
            "parts, each worked off by another worker."
        ),
    ),
    "office": Section(
        "Một ngày làm việc · an office day over HTTP",
        bench_load.measured,
        after=["import"],
        why=(
            "Clients, the API and PostgreSQL share the processors here and wait for each other; a core for each of them, or a "
            "second API process beside this one, would help."
        ),
    ),
    "load": Section(
        "Tải có đỉnh · load with a spike",
        bench_locust.measured,
        why=(
            "The first request that went wrong is told beside the number. Where some only waited too long in the spike, more API "
            "processes on cores of their own would help."
        ),
    ),
    "size": Section(
        "Quy mô và trang · size, and pages of the board",
        bench_size.measured,
        why=(
            "A read is some short statements, each behind row-level security, and JSON written by Python; PostgreSQL and the "
            "client share the processors with it, and the machine itself is slower at some times than at others (its speed "
            "above). A faster core would help, and fewer statements a page."
        ),
    ),
}


def main(
    full: Annotated[bool, typer.Option(help="Large, at most an hour, in place of some minutes.")] = False,
    only: Annotated[str, typer.Option(help=f"Sections with commas between: {', '.join(SECTIONS)}.")] = "",
    report: Annotated[
        Path | None, typer.Option(help="Folder of benchmarks.md and .json; docs when every section runs.")
    ] = None,
) -> None:
    """Measures on a PostgreSQL of its own that forgets nothing; leaves nothing but the report, Ctrl-C or not."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        chosen = _chosen(only)
        with Progress(*columns, console=console, transient=True) as progress:
            found = measured(Ground(progress, full=full), chosen)
    except KeyboardInterrupt:
        console.print("dừng lại, không để lại gì · stopped, nothing left behind")
        sys.exit(130)
    Console(width=110).print(found.table())
    folder = report or (None if only else Path("docs"))
    if folder:
        found.write(folder)
        console.print(f"{folder / 'benchmarks.md'}, {folder / 'benchmarks.json'}")


def _chosen(only: str) -> list[str]:
    """The sections named, and those they stand on, in the order of the report; all when none is named."""
    named = {name.strip() for name in only.split(",") if name.strip()} or set(SECTIONS)
    if unknown := named - set(SECTIONS):
        raise typer.BadParameter(f"no such section: {', '.join(sorted(unknown))}")
    named |= {other for name in named for other in SECTIONS[name].after}
    return [name for name in SECTIONS if name in named]


def measured(ground: Ground, chosen: Sequence[str]) -> Report:
    """These sections, one after the other; what they stood on is gone afterwards."""
    began, start, sections, speeds = clock.now().astimezone(TIMEZONE), monotonic(), {}, []
    overall = ground.progress.add_task("[bold]benchmark", total=len(chosen))
    try:
        here, with_what = machine(ground.settings), versions(ground.settings)
        with clock.at(NOW):
            for name in chosen:
                section, at = SECTIONS[name], monotonic()
                ground.progress.update(overall, description=f"[bold]{section.title}")
                speeds.append(f"{name} {speed():.2f} s")
                sections[section.title] = [
                    replace(measure, why=measure.why or section.why)
                    for measure in map(Measure.of, section.measure(ground))
                ]
                ground.progress.advance(overall)
                ground.progress.console.print(f"{section.title}: {_minutes(monotonic() - at)}")
            profiles = bench_profiles.taken(ground) if "acts" in chosen else {}
    finally:
        ground.close()
    here["speed"] = f"3 million additions in Python, before each part: {', '.join(speeds)}"
    size = "bench-full" if ground.full else "bench"
    return Report(
        f"{began:%Y-%m-%d %H:%M}", _minutes(monotonic() - start), size, here, with_what, sections, profiles
    )


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


if __name__ == "__main__":
    typer.run(main)
