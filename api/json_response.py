"""JSON answers, written by orjson: a long list costs a fifth of what the standard library takes for it."""

from typing import Any

import orjson
from fastapi import responses


class JSONResponse(responses.JSONResponse):
    """An answer of JSON types."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - whatever JSON can say
        """Its bytes."""
        return orjson.dumps(content)
