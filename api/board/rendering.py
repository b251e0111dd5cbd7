"""Templates: compiled once for each language when first shown, every value escaped, a name nobody gave is an error."""

from base64 import b64encode
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.board import words
from api.board.assets import address_of
from api.board.language import LANGUAGES, translations
from api.errors import Language
from models.law.limits import TIMEZONE

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment(language: Language) -> Environment:
    """The templates in a language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.policies["ext.i18n.trimmed"] = True
    found = translations(language)
    made.install_gettext_callables(found.gettext, found.ngettext, newstyle=True)  # type: ignore[attr-defined]  # the extension's
    made.filters |= {
        "day": day,
        "moment": moment,
        "clock": clock,
        "until": until,
        "number": lambda value: format_decimal(value, locale=language),
        "percent": lambda value: format_percent(value, "0.#%", locale=language),
        "say": found.gettext,
        "base64": lambda value: b64encode(value.encode()).decode(),
    }
    made.globals |= {
        "language": language, "languages": LANGUAGES, "static": address_of, "words": words, "new_key": _new_key,
        "back_query": _back_query, "say": found.gettext,
    }  # fmt: skip
    return made


def _new_key() -> str:
    """A form's own idempotency key."""
    return str(uuid4())


def _back_query(path: str) -> str:
    """The query that leads back to a page once one is signed in; nothing for the first page."""
    return "" if path == "/board" else f"?{urlencode({'next': path})}"


def _here(value: date | datetime) -> date | datetime:
    return value.astimezone(TIMEZONE) if isinstance(value, datetime) else value


def day(value: date | datetime | str | None) -> str | Markup:
    """A day as it is written in Vietnam, of an instant the day it is there; of a birth date in part what is known."""
    if value is None:
        return "—"
    if isinstance(value, str):
        return "/".join(reversed(value.split("-"))) if value[:1].isdigit() else value
    here = _here(value)
    iso = here.date().isoformat() if isinstance(here, datetime) else here.isoformat()
    return Markup('<time datetime="{}">{}</time>').format(iso, f"{here:%d/%m/%Y}")


def moment(value: datetime | None) -> str | Markup:
    """An instant by Vietnam's clocks, to the minute."""
    if value is None:
        return "—"
    here = _here(value)
    iso = here.isoformat()
    return Markup('<time datetime="{}">{}</time>').format(iso, f"{here:%d/%m/%Y %H:%M}")


def until(due: datetime) -> str | Markup:
    """What an end is reached at the end of: of a limit that ends with a day that day, and else the minute."""
    last = due - timedelta(microseconds=1)
    return moment(due) if due.astimezone(TIMEZONE).time() != time.min else day(last)


def clock(value: datetime) -> str | Markup:
    """The time of day of an instant."""
    here = _here(value)
    return Markup('<time datetime="{}">{}</time>').format(here.isoformat(), f"{here:%H:%M}")
