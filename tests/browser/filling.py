"""Fills in the forms of acts on screen, as the demonstration's script has their facts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from playwright.sync_api import Page, expect

from api.demo.script import Step
from models.law.limits import TIMEZONE


def fill_act(page: Page, step: Step) -> None:
    """Types everything that a step records into the form that is open."""
    fill(page, "occurred_at", step.at.astimezone(TIMEZONE).strftime("%Y-%m-%dT%H:%M"))
    fill_facts(page, step.recorded)


def fill_facts(page: Page, facts: Mapping[str, Any]) -> None:
    """Types facts, row by row and part by part."""
    for name, value in _flat("facts", facts):
        fill(page, name, value)


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    match value:
        case dict():
            for name, one in value.items():
                yield from _flat(f"{path}.{name}", one)
        case []:
            yield f"{path}.none", True
        case list():
            for number, one in enumerate(value):
                yield from _flat(f"{path}.{number}", one)
        case _:
            yield path, value


def fill(page: Page, name: str, value: Any) -> None:
    """Types one value into the field of this name, whatever it is; a list gets the row that it lacks."""
    found = page.locator(f'[name="{name}"]:not(template *)')
    if not found.count():
        listed = name.split(".")
        number = next(index for index, part in enumerate(listed) if part.isdigit())
        page.locator(f'button[data-more="{".".join(listed[:number])}"]').click()
        expect(found.first).to_be_attached()
    kind = found.first.evaluate("one => one.tagName === 'INPUT' ? one.type : one.tagName.toLowerCase()")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    match kind:
        case "radio":
            page.locator(f'[name="{name}"][value="{text}"]').check()
        case "checkbox":
            found.check()
        case "select":
            found.select_option(text)
        case "datetime-local":
            moment = datetime.fromisoformat(text)
            local = moment.astimezone(TIMEZONE) if moment.tzinfo else moment
            found.fill(local.strftime("%Y-%m-%dT%H:%M"))
        case _:
            found.fill(text)
