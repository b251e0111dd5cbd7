"""What a benchmark finds: values of several rounds, and the goal they are held against by comparing, never by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

Line = tuple[str, Sequence[float], str, str, str]
"""A measure as its module says it in short: name, values, unit, goal (`≥ 300`, `< 150` or nothing), remark."""


@dataclass(frozen=True)
class Goal:
    """What the median must be."""

    at_least: float | None = None
    at_most: float | None = None

    @classmethod
    def read(cls, text: str) -> "Goal | None":
        """The goal of a line; None for nothing. ValueError for what is no goal."""
        if not text:
            return None
        sign, _, number = text.partition(" ")
        value = float(number.replace(",", ""))
        match sign:
            case "≥" | ">":
                return cls(at_least=value)
            case "≤" | "<":
                return cls(at_most=value)
        raise ValueError(f"no goal: {text}")

    def met_by(self, value: float) -> bool:
        """Whether it is kept."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )

    def __str__(self) -> str:
        bounds = (("≥", self.at_least), ("≤", self.at_most))
        return ", ".join(f"{sign} {value:,g}" for sign, value in bounds if value is not None)


@dataclass(frozen=True)
class Measure:
    """One line of the report: measured values of several rounds, and their goal."""

    name: str
    values: Sequence[float]
    unit: str
    goal: Goal | None = None
    remark: str = ""
    why: str = ""
    """Should the goal be missed: why it would be, and what would reach it."""

    @classmethod
    def of(cls, line: "Measure | Line") -> "Measure":
        """A measure as it is, or from its short form."""
        if isinstance(line, Measure):
            return line
        name, values, unit, goal, remark = line
        return cls(name, values, unit, Goal.read(goal), remark)

    @property
    def median(self) -> float:
        """What the goal is held against."""
        return median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the goal is; None without one."""
        return None if self.goal is None else self.goal.met_by(self.median)
