"""The report of a benchmark: where it ran, with what, and each measure with its goal, as a table, Markdown and JSON."""

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from re import match
from shutil import disk_usage
from statistics import median
from tempfile import NamedTemporaryFile
from time import perf_counter
from typing import Any

import orjson
from rich.table import Table

from models.postgres_binaries import binaries
from models.settings import Settings
from tests.bench_measure import Measure

PEERS = ("dbos", "spiffworkflow", "locust", "docxtpl")
_GIGABYTE = 2**30


@dataclass(frozen=True)
class Report:
    """What one run found, by section, and where."""

    began: str
    took: str
    size: str
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    sections: Mapping[str, Sequence[Measure]]
    profiles: Mapping[str, str] = field(default_factory=dict)
    """Texts: where the time of some work goes."""

    @property
    def missed(self) -> list[tuple[str, Measure]]:
        """The measures that did not reach their goal, with the section's title."""
        return [(title, one) for title, some in self.sections.items() for one in some if one.met is False]

    def table(self) -> Table:
        """For the terminal."""
        table = Table("Đo · measure", "Median", "Min – max", "Goal", "")
        for title, measures in self.sections.items():
            table.add_section()
            table.add_row(f"[bold]{title}")
            for one in measures:
                median, spread = _figures(one)
                table.add_row(one.name, median, spread, _goal(one), one.remark)
        return table

    def markdown(self) -> str:
        """For people; every goal is marked."""
        goals = [one for some in self.sections.values() for one in some if one.goal]
        kept = (
            f"{len(goals)} goals, {len(goals) - len(self.missed)} met, {len(self.missed)} not met. A goal is held against "
            "the median; ratios are between things run in turns in this run."
        )
        lines = [
            "# Benchmarks",
            "",
            f"Written by `make {self.size}`, not by hand; begun {self.began}, done after {self.took}.",
            "",
            kept,
            "",
        ]
        lines += [*_pairs("Machine", self.machine), *_pairs("Versions", self.versions)]
        for title, measures in self.sections.items():
            lines += [
                f"## {title}",
                "",
                "| Measure | Median | Min – max | Goal | | Remark |",
                "|---|--:|--:|--:|---|---|",
            ]
            for one in measures:
                cells = (_indented(one.name), *_figures(one), str(one.goal or ""), _met(one), one.remark)
                lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
            lines.append("")
        lines += ["## Goals not met", ""]
        for title, one in self.missed:
            why = one.why or "nothing is known yet."
            lines.append(
                f"- **{title}: {one.name.strip()}**, {_figures(one)[0]} for {one.goal}. Why, and what would: {why}"
            )
        lines += ["" if self.missed else "None.", ""]
        for title, text in self.profiles.items():
            lines += [f"## Profile: {title}", "", "```text", text, "```", ""]
        return "\n".join(lines).rstrip() + "\n"

    def json(self) -> bytes:
        """For programs."""
        sections = [
            {"title": title, "measures": [_plain(one) for one in measures]}
            for title, measures in self.sections.items()
        ]
        return orjson.dumps(
            {
                "began": self.began, "took": self.took, "command": f"make {self.size}", "machine": dict(self.machine),
                "versions": dict(self.versions), "sections": sections,
                "profiles": dict(self.profiles),
            },
            option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE,
        )  # fmt: skip

    def write(self, folder: Path) -> None:
        """Both into this folder, made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "benchmarks.md").write_text(self.markdown(), encoding="utf-8")
        (folder / "benchmarks.json").write_bytes(self.json())


def machine(settings: Settings) -> dict[str, str]:
    """What it runs on; of the disk what a commit waits for."""
    usage, folder = disk_usage(settings.data), settings.data
    return {
        "processor": f"{_line('/proc/cpuinfo', 'model name') or platform.processor()}, {os.cpu_count()} cores",
        "memory": f"{int((_line('/proc/meminfo', 'MemTotal') or '0 kB').split()[0]) * 1024 / _GIGABYTE:.0f} GiB",
        "disk": f"{_filesystem(folder)}, {usage.total / _GIGABYTE:.0f} GiB, 8 kB written and synced in {_synced(folder):.2f} ms",
        "system": platform.platform(),
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def speed() -> float:
    """Seconds that Python takes for three million additions: what a processor shared with others gives just now."""
    start, total = perf_counter(), 0
    for number in range(3_000_000):
        total += number
    return perf_counter() - start


def versions(settings: Settings) -> dict[str, str]:
    """The commit, Python, PostgreSQL, what this program depends on, and the peers that are installed."""
    postgres = _said(str(binaries(settings).folder / "postgres"), "--version").rpartition(" ")[2]
    changed = " with changes" if _said("git", "status", "--porcelain", "--untracked-files=no") else ""
    named = sorted({found[0] for one in requires("hoso") or () if (found := match(r"[A-Za-z0-9._-]+", one))})
    return {
        "commit": f"{_said('git', 'rev-parse', '--short=12', 'HEAD') or 'unknown'}{changed}",
        "Python": platform.python_version(),
        "PostgreSQL": f"{postgres}, fsync on, synchronous_commit on",
        "packages": _packages(named),
        "peers": _packages(PEERS),
    }


def _packages(names: Sequence[str]) -> str:
    return ", ".join(f"{name} {_version(name)}" for name in names)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _said(*command: str) -> str:
    """What a program prints; nothing where it is missing or fails, as git outside a clone."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def _line(path: str, name: str) -> str:
    lines = Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _filesystem(folder: Path) -> str:
    mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    held = [(len(fields[1]), fields[2]) for fields in mounts if folder.is_relative_to(fields[1])]
    return max(held)[1]


def _synced(folder: Path) -> float:
    """Milliseconds to write a page and have it on the disk: the median of some."""
    times = []
    with NamedTemporaryFile(dir=folder) as file:
        for _ in range(50):
            start = perf_counter()
            file.write(b"\0" * 8192)
            file.flush()
            os.fsync(file.fileno())
            times.append(1000 * (perf_counter() - start))
    return median(times)


def _number(value: float) -> str:
    """Three digits that say something, whole numbers whole."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def _figures(one: Measure) -> tuple[str, str]:
    return f"{_number(one.median)} {one.unit}", f"{_number(min(one.values))} – {_number(max(one.values))}"


def _goal(one: Measure) -> str:
    return f"{one.goal} {_met(one)}" if one.goal else ""


def _met(one: Measure) -> str:
    return {True: "met", False: "NOT met", None: ""}[one.met]


def _indented(name: str) -> str:
    return name.replace("   ", "&emsp;")


def _pairs(title: str, pairs: Mapping[str, str]) -> list[str]:
    return [f"## {title}", "", *(f"- {name}: {value}" for name, value in pairs.items()), ""]


def _plain(one: Measure) -> dict[str, Any]:
    goal = one.goal and {"at_least": one.goal.at_least, "at_most": one.goal.at_most}
    return {
        "name": one.name.strip(), "median": one.median, "min": min(one.values), "max": max(one.values),
        "values": list(one.values), "unit": one.unit, "goal": goal, "met": one.met, "remark": one.remark,
        "why": one.why if one.met is False else "",
    }  # fmt: skip
