"""What supervisors' pages are asked for, and the addresses of the lists behind their numbers."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Query
from pydantic import BaseModel, Field, model_validator

from api.board.visits import permitted
from api.due_days import MonthFilters
from api.figures import BehindFilters, TaskFilters
from api.supervision import Period, StuckFilters, When, Where
from flows.engine import Actor
from flows.performance import Months, days_of

WatcherDep = Annotated[Actor, Depends(permitted("supervision.read"))]


class Chosen(BaseModel):
    """What a form by GET asks for: a field left empty asks for nothing."""

    @model_validator(mode="before")
    @classmethod
    def empty_is_nothing(cls, data: Any) -> Any:  # noqa: ANN401 - as it was sent
        """Leaves out what was left empty."""
        return (
            {name: value for name, value in data.items() if value != ""} if isinstance(data, dict) else data
        )


class ChosenPlaces(Chosen, Where):
    """Which agency and stage."""


class ChosenTasks(Chosen, TaskFilters):
    """Which dossiers."""


class ChosenStuck(Chosen, StuckFilters):
    """Which of what stands in dossiers' ways."""


class ChosenBehind(Chosen, BehindFilters):
    """Which number of which months."""


class ChosenMonth(Chosen, MonthFilters):
    """Which month."""


class ChosenWhen(Chosen, When):
    """Which months."""


class ChosenPeriod(Chosen, Period):
    """Which months, page by page."""


class ChosenPage(BaseModel):
    """Which page of a list that is counted whole."""

    cursor: Annotated[int, Field(ge=1, le=10_000)] = 1


PlacesDep = Annotated[ChosenPlaces, Query()]


def address(path: str, **asked: object) -> str:
    """An address of the board; what is None or false is not asked for."""
    told = {name: str(value) for name, value in asked.items() if value not in (None, False, "")}
    return f"{path}?{urlencode(told)}" if told else path


def dossiers(**narrowed: object) -> str:
    """Where the open dossiers behind a number are listed."""
    return address("/board/watched", **narrowed)


def behind(what: str, months: Months | date, **narrowed: object) -> str:
    """Where what was counted of months, or of one, is listed."""
    first, last = days_of(months if isinstance(months, Months) else Months(months, months))
    return address("/board/behind", what=what, first_day=first, last_day=last, **narrowed)
