"""Structured logs: one JSON object a line on standard error, with ids and never with what is written about a person.

Privacy is kept by construction, for nobody can know what a text quotes: a line has the fields of `FIELDS` only; what
another library says is logged as its template without the values; of an exception stand its kind, its SQLSTATE and
where it arose, not its message, which may hold a row or an input.
"""

import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, cast
from uuid import UUID

import orjson
import structlog
from structlog.typing import EventDict

from models.clock import now
from models.settings import StartupError

FIELDS = frozenset({
    "time", "level", "program", "logger", "event", "at",
    "error", "why", "trace", "sqlstate", "constraint",
    "request", "requests", "method", "route", "status", "ms", "bytes", "code",
    "account", "agency", "dossier", "document", "paper", "limit", "action", "act",
    "stage", "job", "jobs", "flow", "flow_run", "state", "worker", "line", "count", "port", "delivery", "task",
})  # fmt: skip
"""All a line may carry: ids, codes, counts. A field with another name is left out, and only its name is told."""
_LONGEST = 200
_FRAMES = 12
_CONSTANT = {"uvicorn.error"}
"""Loggers whose texts without values are written in their source, up to warnings; errors may quote an exception."""

_about: ContextVar[dict[str, object] | None] = ContextVar("about", default=None)


@contextmanager
def about(**fields: object) -> Iterator[None]:
    """Within this block every line carries these fields too, also in the threads and tasks it starts."""
    token = _about.set({**(_about.get() or {}), **fields})
    try:
        yield
    finally:
        _about.reset(token)


def note(**fields: object) -> None:
    """Adds to what the lines of the innermost block carry, wherever in it this is called; nothing outside of one."""
    present = _about.get()
    if present is not None:
        present.update(fields)


def request_id() -> str | None:
    """The id of the request being served, if one is."""
    found = (_about.get() or {}).get("request")
    return None if found is None else str(found)


def of_error(error: BaseException) -> dict[str, object]:
    """What may be logged of an exception: the kinds down to its cause, SQLSTATE and constraint, and where it arose."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain and len(chain) < 5:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    told: dict[str, object] = {"error": " < ".join(type(one).__qualname__ for one in chain)}
    if isinstance(error, StartupError):
        told["why"] = f"{error.vietnamese} · {error.english}"  # for the operator, of settings and folders
    for one in chain:
        if state := getattr(one, "sqlstate", None):
            told["sqlstate"] = state
            told["constraint"] = getattr(getattr(one, "diag", None), "constraint_name", None)
    return told | {"trace": _frames(error.__traceback__)}


def to_stderr(program: str, stream: Any = None) -> None:  # noqa: ANN401 - a text stream
    """Sends the lines of every logger of this process to standard error, in place of what libraries have set up.

    Args:
        program: names this process in its lines.
        stream: where to instead of standard error.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter(program))
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    for name in ("hoso", "uvicorn", "prefect"):
        logging.getLogger(name).setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").setLevel(logging.CRITICAL)  # raw paths; we write lines of our own
    warnings.showwarning = cast("Any", _warned)
    sys.excepthook = _uncaught
    threading.excepthook = lambda gone: _uncaught(gone.exc_type, gone.exc_value, gone.exc_traceback)


def formatter(program: str = "") -> logging.Formatter:
    """The one formatter of all lines; logging configurations in files name it too."""

    def line_of(_logger: Any, _method: str, told: EventDict) -> EventDict:  # noqa: ANN401 - any logger
        record: logging.LogRecord = told.pop("_record")
        del told["_from_structlog"]
        return {
            "time": now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "program": program,
            "logger": record.name,
            "event": told.pop("event"),
            **told,
        }

    return structlog.stdlib.ProcessorFormatter(
        processors=[line_of, structlog.processors.JSONRenderer(serializer=_json)],
        foreign_pre_chain=[_of_library, _harmless],
        use_get_message=False,
        pass_foreign_args=True,
    )


def _harmless(_logger: Any, _method: str, told: EventDict) -> EventDict:  # noqa: ANN401 - any logger
    """What may be told, with what the surrounding blocks say."""
    error = _error_of(told.pop("exc_info", None))
    told = {**(_about.get() or {}), **told}
    kept = {
        name: value if name in _RAW else _plain(value)
        for name, value in told.items()
        if name in FIELDS | _RAW
    }
    left_out = sorted(told.keys() - FIELDS - _RAW)
    return kept | (of_error(error) if error else {}) | ({"left_out": left_out} if left_out else {})


_RAW = {"_record", "_from_structlog"}
"""What the formatter itself needs of a library's line."""


def _of_library(_logger: Any, _method: str, told: EventDict) -> EventDict:  # noqa: ANN401 - any logger
    """A template whose values are not filled in; a text that may have been put together is told by its place."""
    record: logging.LogRecord = told["_record"]
    constant = record.name in _CONSTANT and record.levelno < logging.ERROR
    if not (isinstance(record.msg, str) and (told["positional_args"] or constant)):
        told["event"] = "a library's message"
    told["at"] = _place(record.pathname, record.lineno, record.funcName)
    for name in ("positional_args", "stack_info"):
        told.pop(name, None)
    return told


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value[:100]]
    if isinstance(value, StrEnum | str):
        return str(value)[:_LONGEST]
    return value if value is None or isinstance(value, bool | int | float | UUID) else type(value).__name__


def _error_of(given: object) -> BaseException | None:
    if given is True:
        given = sys.exc_info()
    if isinstance(given, tuple):
        given = given[1]
    return given if isinstance(given, BaseException) else None


def _frames(trace: TracebackType | None) -> list[str]:
    """The innermost calls, the last one where it arose."""
    frames: list[tuple[FrameType, int]] = []
    while trace is not None:
        frames.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return [
        _place(frame.f_code.co_filename, number, frame.f_code.co_name) for frame, number in frames[-_FRAMES:]
    ]


def _place(file: str, number: int, function: str | None) -> str:
    return f"{'/'.join(Path(file).parts[-2:])}:{number} {function or ''}".rstrip()


def _json(line: EventDict, **_: object) -> str:
    return orjson.dumps(line, default=lambda value: type(value).__name__).decode()


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if error is not None and not issubclass(kind, KeyboardInterrupt | SystemExit):
        _log.critical("uncaught", exc_info=error.with_traceback(trace))


def _warned(_message: Warning | str, category: type[Warning], file: str, number: int, *_: Any) -> None:  # noqa: ANN401 - as `warnings` calls it
    _log.warning("warning", error=category.__name__, at=_place(file, number, None))


structlog.configure(
    processors=[_harmless, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a part of the program, by a name that begins with `hoso`; what it says is constant, values are fields."""
    found: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return found


_log = logger("hoso")
