"""What every request must look like before its fields are read: one meaning, bounded, storable, nothing unknown."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from math import isfinite
from typing import Any, NoReturn

from fastapi import Request
from fastapi.dependencies.utils import get_dependant, get_flat_params
from fastapi.params import ParamTypes

from api.errors import Fault, Problem, Said

DEEPEST = 32
"""Levels of a JSON body: what a dossier holds has six."""
_INTEGERS = range(-(2**63), 2**63)
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PARAMETER = re.compile(r"[A-Za-z][A-Za-z_-]{0,40}")
_INVALID = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")


async def storable(request: Request) -> None:
    """Every part of a request has one meaning, and every text is one that a database can keep and a Word file can hold.

    Raises:
        Problem: 422 for control characters, for halves of characters that JSON can spell but no text contains, for
            numbers and depths out of bounds, and for what is named twice or is not known; 400 for a body that is no JSON.
    """
    _once(request.query_params.multi_items(), "query")
    unknown = request.query_params.keys() - _parameters(
        request.scope["endpoint"], request.scope["route"].path
    )
    if unknown:
        named = min(unknown)
        raise _flawed(
            "unknown_parameter", "không có tham số này", "is no parameter here",
            named if _PARAMETER.fullmatch(named) else "query",
        )  # fmt: skip
    _texts([*request.path_params.values(), *request.query_params.values()])
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.endswith("json"):
        body = await request.body()
        if body:
            _texts([_read(body)])
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        fields = (await request.form()).multi_items()
        _once(fields, "body")
        _texts([*(name for name, _ in fields), *(value for _, value in fields)])


@cache
def _parameters(endpoint: Any, path: str) -> frozenset[str]:  # noqa: ANN401 - a function of some router
    """The query parameters that an endpoint, or what it depends on, reads."""
    dependant = get_dependant(path=path, call=endpoint)
    fields = get_flat_params(dependant)
    return frozenset(
        field.alias
        for field in fields
        if getattr(field.field_info, "in_", ParamTypes.query) is ParamTypes.query
    )


def _read(body: bytes) -> object:
    """The body's JSON, read strictly: UTF-8, no key twice, no number that JSON has not."""
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_distinct,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except Problem:
        raise
    except (ValueError, RecursionError):
        said = Said("không phải JSON mã hóa UTF-8", "is no JSON in UTF-8")
        title = Said("Yêu cầu không đọc được", "The request cannot be read")
        raise Problem(400, "bad_request", title, [Fault("bad_request", said, "body")]) from None


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _flawed("named_twice", "có trường nêu hai lần", "names a field twice", "body")
    return found


def _finite(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _no_number(text)


def _no_number(_text: str) -> NoReturn:
    raise _flawed("number_out_of_range", "có số ngoài phạm vi", "holds a number out of range", "body")


def _once(pairs: Iterable[tuple[str, object]], where: str) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise _flawed("named_twice", "có trường nêu hai lần", "names a field twice", where)


def _texts(values: Iterable[object]) -> None:
    for value, depth in _walked(values):
        if depth > DEEPEST:
            raise _flawed(
                "too_deep", f"lồng quá {DEEPEST} cấp", f"is nested more than {DEEPEST} levels", "body"
            )
        if isinstance(value, str) and _UNSTORABLE.search(value):
            said = Said("có ký tự điều khiển hoặc ký tự hỏng", "contains control characters or broken ones")
            raise Problem(422, "invalid", _INVALID, [Fault("control_character", said)])
        if type(value) is int and value not in _INTEGERS:
            _no_number("")


def _walked(values: Iterable[object]) -> Iterator[tuple[object, int]]:
    pending = [(value, 0) for value in values]
    while pending:
        value, depth = pending.pop()
        yield value, depth
        if isinstance(value, dict):
            pending += [(one, depth + 1) for pair in value.items() for one in pair]
        elif isinstance(value, list):
            pending += [(one, depth + 1) for one in value]


def _flawed(code: str, vi: str, en: str, field: str) -> Problem:
    return Problem(422, "invalid", _INVALID, [Fault(code, Said(vi, en), field)])
