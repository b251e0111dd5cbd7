"""Lists in pages: which page is asked for, and the same page as CSV."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

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


def answer_page(
    request: Request,
    page: BaseModel,
    items: Sequence[BaseModel],
    line: type[BaseModel],
    following: str | None,
) -> Response:
    """A page as JSON, or its lines as CSV when the caller prefers that; the next cursor stands in a header then.

    Args:
        request: says which.
        page: the whole answer.
        items: its lines.
        line: what each line is.
        following: the next page's cursor, if there is one.
    """
    if not _prefers_csv(request.headers.get("accept", "")):
        return JSONResponse(page.model_dump(mode="json"))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(line.model_fields)
    for item in items:
        writer.writerow([_cell(value) for value in item.model_dump(mode="json").values()])
    headers = {"Next-Cursor": following} if following else {}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _prefers_csv(accept: str) -> bool:
    kinds = [part.partition(";")[0].strip() for part in accept.split(",")]
    return "text/csv" in kinds and "application/json" not in kinds


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return orjson.dumps(value).decode()
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t"} else value
