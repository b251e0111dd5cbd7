"""The acts in the API's description: a path, a body and a model of facts for each action, so that clients have types."""

import copy
from collections.abc import Iterator
from typing import Any

from flows.books import books, payload
from models.law.schema import Action

Schema = dict[str, Any]
PATH = "/v1/dossiers/{dossier_id}/actions/{code}"
_PARTS = "Fact"
"""What the models of structured facts begin with, so that they are told from other models of the API."""


def add_acts(found: Schema) -> None:
    """Adds a path for each action that some rulebook lets be acted on a dossier.

    It is the very route with the code filled in; which facts are right is judged by the dossier's own rulebook.
    """
    schemas, general = found["components"]["schemas"], found["paths"][PATH]["post"]
    found["components"]["responses"]["Acted"] = general["responses"]["200"]
    general["responses"]["200"] = {"$ref": "#/components/responses/Acted"}
    shared = found["components"]["parameters"] = {}
    for at, parameter in enumerate(general["parameters"]):
        shared[parameter["name"]] = parameter
        if parameter["name"] != "code":
            general["parameters"][at] = {"$ref": f"#/components/parameters/{parameter['name']}"}
    del shared["code"]
    for code, actions in sorted(_actions().items()):
        model = "".join(part.title() for part in code.split("_"))
        facts, parts = _facts(code, actions)
        for name, part in parts.items():
            schemas.setdefault(f"{_PARTS}{name}", part | {"title": f"{_PARTS}{name}"})
        schemas[f"{model}Facts"] = facts | {"title": f"{model}Facts"}
        body = copy.deepcopy(schemas["ActIn"])
        body["properties"]["facts"] = {
            "$ref": f"#/components/schemas/{model}Facts",
            "description": "Dữ kiện của thao tác · what this action records",
        }
        if facts.get("required"):
            body["required"] = [*body["required"], "facts"]
        newest = list(actions.values())[-1]
        schemas[f"Act{model}"] = body | {
            "title": f"Act{model}",
            "description": f"{newest.title} · {newest.title_en}",
        }
        found["paths"][PATH.replace("{code}", code)] = {"post": _operation(general, code, model, actions)}


def _actions() -> dict[str, dict[str, Action]]:
    """Each action with the books that have it, oldest first; a dossier is not opened by an act on it."""
    found: dict[str, dict[str, Action]] = {}
    for book in books():
        for action in book.actions:
            if action.code != "open":
                found.setdefault(action.code, {})[book.code] = action
    return found


def _operation(general: Schema, code: str, model: str, actions: dict[str, Action]) -> Schema:
    newest, citations = list(actions.values())[-1], dict.fromkeys(one.citation for one in actions.values())
    operation = copy.deepcopy(general)
    operation["operationId"] = f"act_{code}"
    operation["summary"] = f"{newest.title} · {newest.title_en}"
    operation["description"] = (
        f"Bộ quy tắc · rulebooks: {', '.join(actions)}. Căn cứ · by: {'; '.join(citations)}.\n\n{general['description']}"
    )
    operation["tags"] = ["acts"]
    operation["parameters"] = [one for one in operation["parameters"] if "$ref" in one]
    body = {"schema": {"$ref": f"#/components/schemas/Act{model}"}}
    operation["requestBody"] = {"required": True, "content": {"application/json": body}}
    return operation


def _facts(code: str, actions: dict[str, Action]) -> tuple[Schema, dict[str, Schema]]:
    """The facts of an action under any book: all that some book knows, required what every book requires."""
    template = f"#/components/schemas/{_PARTS}{{model}}"
    known = [payload(book, code).model_json_schema(ref_template=template) for book in actions]
    parts = {name: part for schema in known for name, part in schema.pop("$defs", {}).items()}
    properties: Schema = {}
    for schema in known:
        for name, field in schema.get("properties", {}).items():
            said = (
                field.pop("title", ""),
                field.get("description", ""),
            )  # a title would name classes of clients
            field["description"] = " · ".join(filter(None, said))
            properties[name] = _either(properties.get(name), field)
    required = [name for name in properties if all(name in one.get("required", ()) for one in known)]
    facts: Schema = {
        "type": "object",
        "description": f"Dữ kiện · facts of `{code}`",
        "properties": properties,
        "additionalProperties": False,
    }
    return facts | ({"required": required} if required else {}), parts


def _either(old: Schema | None, new: Schema) -> Schema:
    """A field as both books have it; where they differ, any value of either."""
    if old is None or _kind(old) == _kind(new):
        return new
    kinds = [*_kinds(old), *(kind for kind in _kinds(new) if kind not in list(_kinds(old)))]
    choices = [kind for kind in kinds if "enum" in kind or "const" in kind]
    if len(choices) > 1:
        values = dict.fromkeys(value for kind in choices for value in kind.get("enum", [kind.get("const")]))
        kinds = [{"type": "string", "enum": list(values)}, *(kind for kind in kinds if kind not in choices)]
    return {"description": new["description"], **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds})}


def _kind(field: Schema) -> Schema:
    return {name: part for name, part in field.items() if name not in {"title", "description", "x-choices"}}


def _kinds(field: Schema) -> Iterator[Schema]:
    """The alternatives of a field, with what it is otherwise."""
    kind = _kind(field)
    kind.pop("default", None)
    yield from kind.pop("anyOf", [kind])
