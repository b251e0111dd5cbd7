"""Pages of a list: which one is asked for, the cursor that leads to the next, and the list as JSON or CSV."""

import base64
import binascii
import csv
import io
from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.errors import Fault, Problem, Said
from api.json_response import JSONResponse

CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
"""What a list says in OpenAPI of its other form."""


class Page(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=200, description="Số dòng một trang · lines a page, 200 at most")
    cursor: str | None = Field(
        default=None,
        max_length=200,
        description="`next_cursor` của trang trước · of the page before",
    )


def cursor_of(key: str) -> str:
    """The cursor that stands for the last line of a page."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(cursor: str) -> str:
    """The key of the line a cursor stands for; Problem 422 when it is no cursor."""
    try:
        key = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        key = ""
    if not key.isprintable() or not key:
        raise no_cursor()
    return key


def no_cursor() -> Problem:
    """The answer to what is no cursor of the list."""
    said = Said("không phải next_cursor của một trang trước", "is not the next_cursor of a page")
    title = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
    return Problem(422, "invalid", title, [Fault("invalid_cursor", said, "cursor")])


def listed(
    request: Request,
    line: type[BaseModel],
    items: Sequence[BaseModel],
    next_cursor: str | None,
    **more: object,
) -> Response:
    """A page as it is asked for: JSON, or with `Accept: text/csv` its lines as CSV and the cursor in a header.

    `more` is what the JSON says of the list as a whole.
    """
    rows = [item.model_dump(mode="json") for item in items]
    if not _prefers_csv(request.headers.get("accept", "")):
        return JSONResponse({"items": rows, "next_cursor": next_cursor, **more})
    return _table(line, rows, next_cursor)


def whole(request: Request, line: type[BaseModel], items: Sequence[BaseModel]) -> Response:
    """A short list without pages, as it is asked for: a JSON array, or CSV."""
    rows = [item.model_dump(mode="json") for item in items]
    return _table(line, rows, None) if _prefers_csv(request.headers.get("accept", "")) else JSONResponse(rows)


def with_lines(
    request: Request, line: type[BaseModel], answer: BaseModel, items: Sequence[BaseModel]
) -> Response:
    """What says more than its lines, as it is asked for: all of it as JSON, or its lines as CSV."""
    if not _prefers_csv(request.headers.get("accept", "")):
        return JSONResponse(answer.model_dump(mode="json"))
    return _table(line, [item.model_dump(mode="json") for item in items], None)


def _table(line: type[BaseModel], rows: Sequence[dict[str, Any]], next_cursor: str | None) -> Response:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(line.model_fields)
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    headers = {"Next-Cursor": next_cursor} if next_cursor else {}
    # Without the mark at its beginning Excel takes the file for an older encoding and breaks every Vietnamese word.
    return Response(
        f"\ufeff{text.getvalue()}",
        media_type="text/csv; charset=utf-8",
        headers={"Vary": "Accept", **headers},
    )


def _prefers_csv(accept: str) -> bool:
    kinds = [part.partition(";")[0].strip() for part in accept.split(",")]
    return "text/csv" in kinds and "application/json" not in kinds


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        value = "; ".join(map(str, value))
    elif isinstance(value, list | dict):
        value = orjson.dumps(value).decode()
    formula = isinstance(value, str) and value.lstrip()[:1] in {"=", "+", "-", "@", "＝", "＋", "－", "＠"}
    return f"'{value}" if formula or (isinstance(value, str) and value[:1] in {"\t", "\r", "\n"}) else value
