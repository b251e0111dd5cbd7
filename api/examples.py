"""Examples of the API's description, made from its schemas: valid, invented, the same every time."""

from collections.abc import Mapping
from typing import Any

from api.glossary import EXAMPLES

_FORMATS: Mapping[str, str] = {
    "uuid": "018f2f6e-7a54-7cc1-b2a5-0a4c6a1d2f10",
    "date": "2026-09-08",
    "date-time": "2026-09-08T08:00:00+07:00",
    "email": "can-bo@example.vn",
    "password": "mật khẩu của tôi",
    "binary": "(tệp · file)",
}
_DEEPEST = 8


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:  # noqa: ANN401, C901 - JSON, one case a kind
    """A value that fits the schema.

    Args:
        schema: of the value.
        schemas: the components it may refer to.
        name: the field's, whose usual value is taken where the schema leaves it open.
        depth: how far within the example.
    """
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name, depth + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "default" in schema and schema["default"] is not None:
        return schema["default"]
    for kind in ("anyOf", "oneOf", "allOf"):
        if kind in schema:
            alternatives = schema[kind]
            if depth > _DEEPEST and {"type": "null"} in alternatives:
                return None
            return example_of(alternatives[0], schemas, name, depth)
    match schema.get("type"):
        case "object":
            asked = schema.get("properties", {})
            if not asked and schema.get("minProperties"):
                return {"V-43": {}}  # by form
            return {field: example_of(one, schemas, field, depth + 1) for field, one in asked.items()}
        case "array":
            return _list(schema, schemas, name, depth)
        case "string":
            return _text(schema, name)
        case "integer":
            return max(int(schema.get("minimum", 1)), 1)
        case "number":
            return float(schema.get("minimum", 1.0))
        case "boolean":
            return True
        case "null":
            return None
    return {}


def _list(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [example_of(one, schemas, name, depth + 1) for one in schema["prefixItems"]]
    least = int(schema.get("minItems", 0))
    if depth > _DEEPEST and not least:
        return []
    return [example_of(schema.get("items", {}), schemas, name, depth + 1)] * max(least, 1)


def _text(schema: Mapping[str, Any], name: str) -> str:
    found = _FORMATS.get(schema.get("format", "")) or str(EXAMPLES.get(name, "ví dụ"))
    if schema.get("minLength", 0) > len(found):
        found = found.ljust(schema["minLength"], ".")
    return found[: schema.get("maxLength", len(found))]
