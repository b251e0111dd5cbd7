"""The figures of the law tables as data, one file a book: what the rulebooks are compared with."""

import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from models.law.schema import Code, Kind, Rule, Strict

FILES = {file.stem.removeprefix("tables_"): file for file in Path(__file__).parent.glob("tables_*.toml")}
UNITS = {
    "working_day": "ngày làm việc",
    "day": "ngày(?! làm việc)",
    "hour": "giờ",
    "month": "tháng",
    "year": "năm",
}

Figure = Annotated[
    str, StringConstraints(pattern=r"^[1-9]\d*(\.\.[1-9]\d*)? (working_day|day|hour|month|year)$")
]
"""An amount and its unit, `3 working_day`; one chosen between two bounds, `12..24 month`."""
TableId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")]
Codes = Annotated[
    tuple[Code, ...], BeforeValidator(lambda text: text.split() if isinstance(text, str) else text)
]


class Row(Strict):
    """What the tables say under one id; the first table file explains the keys."""

    id: TableId
    about: Literal[
        "limit", "paper", "subject", "exclusion", "term", "act", "court", "counting", "validity", "transition"
    ]
    kind: Kind | None = None
    amounts: tuple[Figure, ...] = ()
    extends_to: Figure | None = None
    before: Literal["at_least", "within"] | None = None
    clock: Literal["none", "unread"] | None = None
    says: tuple[Figure, ...] = ()
    confirmed: bool
    table: str = ""

    @model_validator(mode="after")
    def says_what_runs(self) -> Self:
        """A limit has amounts or says why not; only what has amounts is extended or counted back."""
        if bool(self.amounts) == bool(self.clock) and (self.amounts or self.about == "limit"):
            raise ValueError(f"{self.id}: amounts or the reason why there are none, one of the two")
        if (self.extends_to or self.before) and not self.amounts:
            raise ValueError(f"{self.id}: what runs no clock is neither extended nor counted back")
        if self.clock == "unread" and self.confirmed:
            raise ValueError(f"{self.id}: what was not read cannot be confirmed")
        return self


class Group(Strict):
    """Rows of one table."""

    table: str
    rows: tuple[Row, ...]


class Carried(Strict):
    """Rows of another book's tables that belong to this book too, perhaps no longer confirmed."""

    origin: Annotated[str, Field(alias="from")]
    ids: tuple[str, ...]
    without: tuple[TableId, ...] = ()
    confirmed: bool | None = None


class Road(Strict):
    """Codes of the acts of a book; those of another book too, when it goes the same road."""

    acts: Codes
    minors: Codes = ()
    """Acts at which a minor's dossier goes another way than an adult's."""
    same_as: Annotated[str | None, Field(alias="as")] = None
    without: Codes = ()


class Table(Strict):
    """All that the tables say of one book."""

    gone: tuple[str, ...] = ()
    """Ids that must not be in the book: replaced, or of a law that does not apply."""
    road: Road
    carried: tuple[Carried, ...] = ()
    tables: tuple[Group, ...]


@cache
def table(code: str) -> Table:
    """The tables of one book; KeyError when there is no file for it."""
    return Table.model_validate(tomllib.loads(FILES[code].read_text(encoding="utf-8")))


def rows(code: str) -> list[Row]:
    """Every row of a book, those it shares with other books last."""
    own = [
        row.model_copy(update={"table": group.table}) for group in table(code).tables for row in group.rows
    ]
    for carried in table(code).carried:
        shared = [row for row in rows(carried.origin) if is_among(row.id, carried.ids)]
        doubt = {} if carried.confirmed is None else {"confirmed": carried.confirmed}
        own += [row.model_copy(update=doubt) for row in shared if row.id not in carried.without]
    return own


def acts(code: str) -> tuple[list[str], list[str]]:
    """Codes of the acts on a book's road, and of those at which minors go another way."""
    road = table(code).road
    shared: tuple[list[str], list[str]] = acts(road.same_as) if road.same_as else ([], [])
    both = ([*shared[0], *road.acts], [*shared[1], *road.minors])
    return [act for act in both[0] if act not in road.without], [
        act for act in both[1] if act not in road.without
    ]


def is_among(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def counted(rule: Rule) -> list[tuple[frozenset[str], str | None]]:
    """How a table may put what a rule counts: its amounts, and the most it is extended to.

    Two amounts on one rule are a first limit and a last one: a table says them one by one, as a span or as an extension.
    """
    plain = [f"{one.value} {one.unit}" for one in rule.amounts]
    plain += [f"{one.amount} {one.unit}" for one in rule.variants]
    if rule.range:
        plain.append(f"{rule.range.least}..{rule.range.most} {rule.range.unit}")
    most = f"{rule.extension.most} {plain[0].split()[1]}" if rule.extension else None
    ways: list[tuple[frozenset[str], str | None]] = [(frozenset(plain), most)]
    if len(rule.amounts) == 2:
        first, last = plain
        ways += [(frozenset({first}), last), (frozenset({f"{first.split()[0]}..{last}"}), None)]
    return ways


def unsaid(figures: tuple[str, ...], words: str) -> Iterator[str]:
    """The figures that a Vietnamese text does not state."""
    for figure in figures:
        amount, unit = figure.split()
        bounds = r"\b.{0,20}?\b".join(f"0?{bound}" for bound in amount.split(".."))
        if not re.search(rf"\b{bounds} {UNITS[unit]}", words):
            yield figure
