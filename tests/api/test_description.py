"""The API's description: nothing in it without a meaning, an example, or the refusals that it really gives."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.app import create_app
from api.operations import MORE, NAMES
from flows.books import books, payload
from models.settings import Settings

Document = dict[str, Any]


@pytest.fixture(scope="module")
def described(cluster: Settings) -> Document:
    found: Document = json.loads(json.dumps(create_app(cluster).openapi()))
    return found


def operations(described: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_it_is_openapi_3_1(described: Document) -> None:
    assert described["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_every_field_and_parameter_says_what_it_means(described: Document) -> None:
    silent = [
        f"{model}.{name}"
        for model, schema in described["components"]["schemas"].items()
        for name, field in schema.get("properties", {}).items()
        if not field.get("description")
    ]
    silent += [
        model for model, schema in described["components"]["schemas"].items() if not schema.get("description")
    ]
    silent += [
        f"{method} {path}: {parameter.get('name')}"
        for method, path, operation in operations(described)
        for parameter in operation.get("parameters", ())
        if "$ref" not in parameter and not parameter.get("description")
    ]
    assert silent == []


def test_every_operation_has_a_name_a_summary_and_examples_that_fit(described: Document) -> None:
    names = [operation["operationId"] for *_, operation in operations(described)]
    assert len(names) == len(set(names))
    for method, path, operation in operations(described):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", operation["operationId"])
        assert "_v1_" not in operation["operationId"]
        assert " · " in operation["summary"], path
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in (resolved(described, one) for one in bodies):
            for kind, media in body.get("content", {}).items():
                if kind.endswith("json"):
                    wrong = validator(described, media["schema"]).iter_errors(media["example"])
                    assert [error.message for error in wrong] == [], f"{method} {path}"


def test_every_refusal_is_a_problem_document_and_every_answer_has_its_headers(described: Document) -> None:
    for method, path, operation in operations(described):
        responses = {status: resolved(described, one) for status, one in operation["responses"].items()}
        assert "422" in responses, path
        for status, response in responses.items():
            assert "X-Request-ID" in response["headers"], path
            assert all(header["description"] for header in response["headers"].values())
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], f"{method} {path} {status}"
        if "401" in responses and not path.startswith("/v1/auth"):
            assert operation["security"], path


def test_names_and_refusals_are_said_of_operations_that_exist(described: Document) -> None:
    known = {f"{method} {path}" for method, path, _ in operations(described)}
    assert NAMES.keys() <= known
    assert MORE.keys() <= {operation["operationId"] for *_, operation in operations(described)}


def test_each_action_of_each_book_has_a_path_and_a_model_that_takes_its_facts(described: Document) -> None:
    for book in books():
        for action in book.actions:
            if action.code == "open":
                continue
            operation = described["paths"][f"/v1/dossiers/{{dossier_id}}/actions/{action.code}"]["post"]
            assert operation["operationId"] == f"act_{action.code}"
            body = operation["requestBody"]["content"]["application/json"]["schema"]
            facts = resolved(described, resolved(described, body)["properties"]["facts"])
            model = payload(book.code, action.code)
            assert model.model_fields.keys() <= facts["properties"].keys(), action.code
            assert set(facts.get("required", ())) <= {
                name for name, field in model.model_fields.items() if field.is_required()
            }


def test_files_are_files_and_lists_are_also_csv(described: Document) -> None:
    paths = described["paths"]
    file = paths["/v1/documents/{document_id}/content"]["get"]["responses"]["200"]
    assert {media["schema"]["format"] for media in file["content"].values()} == {"binary"}
    assert "Content-Disposition" in file["headers"]
    assert "text/csv" in paths["/v1/dossiers"]["get"]["responses"]["200"]["content"]


def test_it_is_made_once_and_small_enough_to_read(client: TestClient) -> None:
    first, again = (client.get("/openapi.json") for _ in range(2))
    assert first.content == again.content
    assert len(first.content) < 1_500_000


def resolved(described: Document, part: Document) -> Document:
    while "$ref" in part:
        found = described
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def validator(described: Document, schema: Document) -> OAS31Validator:
    return OAS31Validator({**schema, "components": described["components"]})
