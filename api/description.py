"""The OpenAPI description as clients need it: every field, error, header and example; made once, when it is first asked for."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from fastapi import FastAPI

from api.examples import example_of
from api.glossary import FIELDS
from api.operations import MORE, NAMES
from api.traces import NOTHING_PERSONAL
from api.typed_acts import add_acts

Schema = dict[str, Any]
PROBLEM = "application/problem+json"
PROBLEMS: Mapping[int, tuple[str, str, str]] = {
    400: ("bad_request", "Yêu cầu không đọc được", "the request cannot be read"),
    401: ("not_signed_in", "Chưa đăng nhập", "not signed in"),
    403: ("not_allowed", "Không được phép", "not allowed"),
    404: ("not_found", "Không có hoặc không được xem", "unknown, or not yours to see"),
    409: ("refused", "Chưa thực hiện được, kèm mọi lý do", "refused, with every reason"),
    410: ("erased", "Đã xóa khi hết thời hạn lưu trữ", "erased when the retention period had passed"),
    412: ("stale", "Hồ sơ đã thay đổi", "stale version"),
    413: ("too_large", "Yêu cầu quá lớn", "the request is too large"),
    415: ("unsupported_file", "Không nhận loại tệp này", "the file is of no kind that is taken"),
    421: (
        "misdirected_request",
        "Máy chủ không phục vụ tên miền này",
        "the server does not answer for this host",
    ),
    422: ("invalid", "Dữ liệu không hợp lệ", "invalid"),
    428: ("if_match_required", "Thiếu If-Match", "If-Match is missing"),
    429: ("too_often", "Quá nhiều yêu cầu, hãy chờ", "too many requests: wait"),
    501: ("pdf_not_available", "Máy chủ chưa cài LibreOffice", "LibreOffice is not installed"),
    503: ("not_ready", "Chưa phục vụ được", "not ready"),
    504: ("pdf_timeout", "LibreOffice không trả lời kịp", "LibreOffice did not answer in time"),
}
_HEADERS: Mapping[str, str] = {
    "X-Request-ID": "Mã yêu cầu, để tìm trong nhật ký · the request's id, to look for in the logs",
    "ETag": "Phiên bản, hoặc mã băm của tệp · the version, or the file's hash",
    "Location": "Địa chỉ của cái vừa tạo · where the new thing is",
    "Idempotency-Replayed": "`true` khi đây là câu trả lời cũ của khóa này · `true` when the key's first answer is repeated",
    "Content-Disposition": "Tên tệp · the file's name",
    "Next-Cursor": "Con trỏ trang sau, với CSV · the cursor of the next page, with CSV",
    "Retry-After": "Số giây nên chờ · seconds to wait",
    "WWW-Authenticate": "Cách đăng nhập · how to sign in",
    "Content-Language": "Ngôn ngữ của lời báo lỗi · the language of the problem",
}


def described(app: FastAPI) -> Schema:
    """The description of the application's API."""
    if app.openapi_schema is None:
        found = app.openapi_schema = _named_plainly(FastAPI.openapi(app))
        found["paths"]["/metrics"]["get"]["security"].append({})  # open where no token is set
        for path, operations in found["paths"].items():
            for method, operation in operations.items():
                _describe(operation, method.upper(), path)
        _name_bodies(found)
        schemas = found["components"]["schemas"]
        found["components"]["responses"] = {_named(status): _problem(status) for status in PROBLEMS}
        for unused in (
            "HTTPValidationError",
            "ValidationError",
        ):  # FastAPI's own kind of error, which is never sent
            schemas.pop(unused, None)
        add_acts(found)
        _gloss(schemas)
        _exemplify(found)
    return app.openapi_schema or {}


def _named_plainly(found: Schema) -> Schema:
    """The description with models named for clients: without modules, and without FastAPI's marks for what is sent."""
    text = orjson.dumps(found).decode()
    for old in found["components"]["schemas"]:
        if old.startswith("Body_"):  # named after its operation, later
            continue
        new = "".join(part[:1].upper() + part[1:] for part in old.removesuffix("-Input").split("__")[-2:])
        if new != old:
            text = text.replace(f'"#/components/schemas/{old}"', f'"#/components/schemas/{new}"')
            text = text.replace(f'"{old}":{{', f'"{new}":{{')
    named: Schema = orjson.loads(text)
    for name, schema in named["components"]["schemas"].items():
        schema["title"] = name
    return named


def _describe(operation: Schema, method: str, path: str) -> None:
    """One operation: its name, its refusals, its headers, its files."""
    name = NAMES.get(f"{method} {path}") or _function_of(operation["operationId"], path, method)
    operation["operationId"] = name
    for parameter in operation.get("parameters", ()):
        parameter.setdefault("description", FIELDS.get(parameter["name"], ""))
    for refusal in _refusals(operation, method, path):
        operation["responses"].setdefault(str(refusal), {})
    responses: dict[str, Schema] = operation["responses"]
    for status, response in responses.items():
        if int(status) in PROBLEMS:
            responses[status] = {"$ref": f"#/components/responses/{_named(int(status))}"}
        else:
            _describe_success(operation, response)
    operation["responses"] = dict(sorted(responses.items()))


def _function_of(unique: str, path: str, method: str) -> str:
    """The function's name: what FastAPI's id has before the path and the method."""
    tail = "".join(char if char.isalnum() else "_" for char in path)
    return unique.removesuffix(f"_{method.lower()}").removesuffix(tail)


def _refusals(operation: Schema, method: str, path: str) -> Iterator[int]:
    named = {(parameter["in"], parameter["name"].lower()) for parameter in operation.get("parameters", ())}
    acts = ("header", "if-match") in named
    yield from (421, 422, 429)
    if "security" in operation and path != "/metrics":
        yield from (401, 403)
    if f"{method} {path}" not in NOTHING_PERSONAL:
        yield 503
    if any(where == "path" for where, _ in named):
        yield 404
    if method != "GET":
        yield from (400, 413)
    if ("header", "idempotency-key") in named or acts:
        yield 409
    if acts:
        yield 412
        if not path.endswith("/preview"):
            yield 428
    yield from MORE.get(operation["operationId"], ())


def _named(status: int) -> str:
    """What the answer of this status is called among the components."""
    return "".join(part.title() for part in PROBLEMS[status][0].split("_"))


def _problem(status: int) -> Schema:
    code, vietnamese, english = PROBLEMS[status]
    example: Schema = {
        "type": f"urn:hoso:problem:{code}",
        "title": vietnamese,
        "status": status,
        "detail": vietnamese,
        "instance": "/v1/dossiers/018f2f6e-7a54-7cc1-b2a5-0a4c6a1d2f10",
        "code": code,
        "request_id": "4b2f2c1e-6a38-4c55-9d0c-0f6b3a4f1d11",
        "errors": [{"code": code, "message": vietnamese}],
    }
    headers = ["X-Request-ID", "Content-Language"]
    headers += {401: ["WWW-Authenticate"], 412: ["ETag"], 429: ["Retry-After"]}.get(status, [])
    if status == 412:
        example["current_version"] = 4
    content = {"schema": {"$ref": "#/components/schemas/ProblemOut"}, "example": example}
    return {
        "description": f"{vietnamese} · {english}",
        "headers": {name: _header(name) for name in headers},
        "content": {PROBLEM: content},
    }


def _header(name: str) -> Schema:
    return {"description": _HEADERS[name], "schema": {"type": "string"}}


def _describe_success(operation: Schema, response: Schema) -> None:
    parameters = {parameter["name"].lower() for parameter in operation.get("parameters", ())}
    content = response.get("content", {})
    names = ["X-Request-ID"]
    if "if-match" in parameters or operation["operationId"] in {"open_dossier", "read_dossier"}:
        names.append("ETag")
    if "idempotency-key" in parameters:
        names += ["Idempotency-Replayed", "Location"]
    if "text/csv" in content and "application/json" in content:
        names.append("Next-Cursor")
    files = [kind for kind in content if not kind.startswith(("application/json", "text/"))]
    if files:
        names += ["Content-Disposition", "ETag"]
    for kind in files:
        content[kind] = {"schema": {"type": "string", "format": "binary", "contentMediaType": kind}}
    for kind in content:
        if not content[kind]:
            content[kind] = {"schema": {"type": "string"}}
    if response.get("description") in {None, "", "Successful Response"}:
        response["description"] = "Thành công · done"
    response["headers"] = {name: _header(name) for name in dict.fromkeys(names)}


def _name_bodies(found: Schema) -> None:
    """Gives the forms that FastAPI names after their path the name of their operation."""
    schemas = found["components"]["schemas"]
    for operations in found["paths"].values():
        for operation in operations.values():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                old = media["schema"].get("$ref", "").rpartition("/")[2]
                if old.startswith("Body_"):
                    new = "".join(part.title() for part in operation["operationId"].split("_")) + "Form"
                    schemas[new] = schemas.pop(old) | {"title": new}
                    media["schema"] = {"$ref": f"#/components/schemas/{new}"}


def _gloss(schemas: dict[str, Schema]) -> None:
    """Says of each field what it means, where its model did not; of each model too."""
    for model, schema in schemas.items():
        schema.setdefault("description", model)
        for name, field in schema.get("properties", {}).items():
            meaning = FIELDS.get(f"{model}.{name}") or FIELDS.get(name)
            if "description" not in field and meaning:
                field["description"] = meaning


def _exemplify(found: Schema) -> None:
    """An example for whatever is sent or answered."""
    schemas = found["components"]["schemas"]
    acted = found["components"]["responses"]["Acted"]["content"]["application/json"]
    acted["example"] = example_of(acted["schema"], schemas)
    for operations in found["paths"].values():
        for operation in operations.values():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for kind, content in (media for body in bodies for media in body.get("content", {}).items()):
                text = kind.startswith("text/") or content["schema"].get("format") == "binary"
                if "example" not in content and not text:
                    content["example"] = example_of(content["schema"], schemas)
