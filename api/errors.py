"""Errors as problem documents (RFC 9457): one mapping of every refusal, in Vietnamese and in English."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Literal, NamedTuple

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.json_response import JSONResponse
from documents.pdf import LibreOfficeMissingError, PdfError, PdfTimeoutError
from flows.refusals import Invalid, Refusal, Refused, Stale, UnknownAction, UnknownDossier
from flows.validation import in_vietnamese
from models import metrics
from models.logs import note, request_id

Language = Literal["vi", "en"]


class Said(NamedTuple):
    """A text in both languages."""

    vi: str
    en: str

    def to(self, language: Language) -> str:
        """The text in this language."""
        return self.en if language == "en" else self.vi


@dataclass(frozen=True)
class Fault:
    """One reason of a problem, with the field or the requirement it is about."""

    code: str
    message: Said
    field: str | None = None
    requirement: str | None = None
    citation: str | None = None


@dataclass
class Problem(Exception):
    """An answer other than success; raised anywhere in the API, turned into a problem document here."""

    status: int
    code: str
    title: Said
    faults: Sequence[Fault] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.code}"


class ErrorOut(BaseModel):
    """One reason: what is wrong, where, and by which article."""

    code: str
    message: str
    field: str | None = Field(default=None, description="Trường sai · the field that is wrong")
    requirement: str | None = Field(
        default=None,
        description="Quy tắc, tài liệu hoặc thao tác còn thiếu · the rule, paper or act that is missing",
    )
    citation: str | None = Field(default=None, description="Căn cứ · the article")


class ProblemOut(BaseModel):
    """Lỗi theo RFC 9457 · a problem document (`application/problem+json`)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str | None = Field(
        default=None,
        description="Mã yêu cầu, để tìm trong nhật ký · the request's id, to look for in the logs",
    )
    errors: list[ErrorOut]


def language_of(request: Request) -> Language:
    """English when the caller prefers it to Vietnamese, otherwise Vietnamese."""
    best: dict[str, float] = {}
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, quality = part.partition(";")
        name = tag.strip().lower().split("-")[0]
        best[name] = max(best.get(name, 0.0), _quality(quality))
    return "en" if best.get("en", 0.0) > best.get("vi", 0.0) else "vi"


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def masked(classes: Sequence[str]) -> Problem:
    """The answer to a file that holds what the reader's work does not need."""
    names = ", ".join(_CLASSES[one].vi for one in classes), ", ".join(_CLASSES[one].en for one in classes)
    said = Said(
        f"Tài liệu này có {names[0]}, mà phần việc của tài khoản trong hồ sơ không cần đến",
        f"This holds {names[1]}, which the account's part in the dossier does not need",
    )
    fault = Fault("masked", said, citation="NĐ 163/2026/NĐ-CP Đ.3.5.b")
    return Problem(
        403, "masked", Said("Nội dung được che", "Masked"), [fault], more={"masked": list(classes)}
    )


_CLASSES = {
    "health": Said("thông tin về sức khỏe, tình trạng nghiện", "what concerns health and addiction"),
    "family": Said("thông tin về gia đình", "what concerns the family"),
    "minor": Said("danh tính người dưới 18 tuổi", "the identity of a minor"),
}


def not_found() -> Problem:
    """The one answer for what does not exist and what the caller may not see."""
    return Problem(404, "not_found", Said("Không tìm thấy", "Not found"), [_NOT_FOUND])


def was_erased() -> Problem:
    """The answer for the content of a dossier that was erased when its time had come."""
    said = Said(
        "Dữ liệu của hồ sơ đã được xóa khi hết thời hạn lưu trữ",
        "The dossier's data were erased when its retention period had passed",
    )
    return Problem(410, "erased", said, [Fault("erased", said)])


_NOT_FOUND = Fault(
    "not_found",
    Said("Không có, hoặc không thuộc phạm vi được xem", "It does not exist, or you may not see it"),
)
_INVALID = Said("Dữ liệu gửi lên không hợp lệ", "What was sent is not valid")
_STATUS_TITLES = {
    400: Said("Yêu cầu không đọc được", "The request cannot be read"),
    401: Said("Chưa đăng nhập", "Not signed in"),
    403: Said("Không được phép", "Not allowed"),
    404: Said("Không tìm thấy", "Not found"),
    405: Said("Phương thức không được hỗ trợ", "The method is not supported"),
    413: Said("Yêu cầu quá lớn", "The request is too large"),
    421: Said("Máy chủ không phục vụ tên miền này", "The server does not answer for this host"),
}
UNEXPECTED = Problem(
    500,
    "unexpected",
    Said("Lỗi của hệ thống", "An error of the system"),
    [
        Fault(
            "unexpected",
            Said(
                "Hệ thống gặp lỗi; không có gì được ghi. Hãy thử lại.",
                "The system failed; nothing was written. Try again.",
            ),
        )
    ],
)


def of_refusal(refusal: Refusal) -> Problem:
    """The problem that a refusal of the engine is."""
    match refusal:
        case Refused():
            faults = [
                Fault(
                    need.code,
                    Said(need.message, need.message_en),
                    requirement=need.requirement,
                    citation=need.citation,
                )
                for need in refusal.needs
            ]
            title = Said("Chưa thực hiện được thao tác này", "The action is not possible now")
            return Problem(409, "refused", title, faults)
        case Invalid():
            faults = [
                Fault(flaw.code, Said(flaw.message, flaw.message_en), flaw.field, citation=flaw.citation)
                for flaw in refusal.flaws
            ]
            return Problem(422, "invalid", _INVALID, faults)
        case Stale():
            fault = Fault(
                "stale",
                Said(
                    f"Phiên bản hiện tại là {refusal.current}; hãy tải lại hồ sơ",
                    f"The current version is {refusal.current}; load the dossier again",
                ),
                "If-Match",
            )
            title = Said("Hồ sơ đã thay đổi", "The dossier has changed")
            return Problem(
                412,
                "stale",
                title,
                [fault],
                {"ETag": f'"{refusal.current}"'},
                {"current_version": refusal.current},
            )
        case UnknownAction():
            fault = Fault(
                "unknown_action",
                Said(
                    f"Bộ quy tắc {refusal.book} không có thao tác “{refusal.code}” cho hồ sơ này",
                    f"Rulebook {refusal.book} has no action “{refusal.code}” for this dossier",
                ),
                requirement=refusal.code,
            )
            return Problem(404, "unknown_action", Said("Không có thao tác này", "No such action"), [fault])
        case UnknownDossier():
            return not_found()
    raise TypeError(f"a refusal without a mapping: {type(refusal).__name__}")


def of_validation(error: RequestValidationError) -> Problem:
    """What is wrong with a request's fields; the values sent are not repeated, for they may be personal."""
    faults = []
    for flaw in error.errors():
        vi, en = in_vietnamese(flaw)
        where = [str(step) for step in flaw["loc"]]
        name = ".".join(where[1:]) or where[0]
        faults.append(Fault(str(flaw["type"]), Said(vi, en), name))
    return Problem(422, "invalid", _INVALID, faults)


NO_PDF: dict[int | str, dict[str, Any]] = {
    501: {"model": ProblemOut, "description": "Máy chủ chưa cài LibreOffice · LibreOffice is not installed"},
    503: {"model": ProblemOut, "description": "Không tạo được PDF · the PDF cannot be made"},
    504: {"model": ProblemOut, "description": "LibreOffice không trả lời kịp · it did not answer in time"},
}
"""Answers where a PDF is asked for and there is none."""


def of_pdf(error: PdfError) -> Problem:
    """Why there is no PDF: LibreOffice is not installed, did not answer in time, or failed on the file."""
    status, code = 503, "pdf_failed"
    if isinstance(error, LibreOfficeMissingError):
        status, code = 501, "pdf_not_available"
    elif isinstance(error, PdfTimeoutError):
        status, code = 504, "pdf_timeout"
    title = Said("Chưa tạo được bản PDF; hãy tải bản .docx", "There is no PDF; download the .docx")
    return Problem(status, code, title, [Fault(code, Said(error.vietnamese, error.english))])


def of_http(error: HTTPException) -> Problem:
    """The framework's own errors: unknown paths, methods, unreadable bodies."""
    if error.status_code == HTTPStatus.NOT_FOUND:
        return not_found()
    english = HTTPStatus(error.status_code).phrase
    title = _STATUS_TITLES.get(error.status_code, Said(english, english))
    code = english.lower().replace(" ", "_")
    return Problem(error.status_code, code, title, [Fault(code, title)], dict(error.headers or {}))


def errors_of(problem: Problem, language: Language) -> list[ErrorOut]:
    """Every reason of a problem, in the reader's language."""
    return [
        ErrorOut(
            code=fault.code,
            message=fault.message.to(language),
            field=fault.field,
            requirement=fault.requirement,
            citation=fault.citation,
        )
        for fault in problem.faults
    ]


def answer(problem: Problem, request: Request) -> Response:
    """The problem as whoever asks can read it: a page on the board, elsewhere a problem document."""
    page: Callable[[Problem, Request], Response] | None = getattr(request.app.state, "problem_page", None)
    if page is not None and on_board(request.url.path):
        return page(problem, request)
    return _document(problem, language_of(request), request.url.path)


def on_board(path: str) -> bool:
    """Whether an address is one of the board's, whose readers are people."""
    return path == "/board" or path.startswith("/board/")


def _document(problem: Problem, language: Language, path: str) -> JSONResponse:
    errors = errors_of(problem, language)
    title = problem.title.to(language)
    body = ProblemOut(
        type=f"urn:hoso:problem:{problem.code}",
        title=title,
        status=problem.status,
        detail="; ".join(error.message for error in errors) or title,
        instance=path,
        code=problem.code,
        request_id=request_id(),
        errors=errors,
        **problem.more,
    )
    return JSONResponse(
        body.model_dump(mode="json", exclude_none=True),
        problem.status,
        headers={"Content-Language": language, **problem.headers},
        media_type="application/problem+json",
    )


def problem_of(error: Exception, request: Request) -> Problem:
    """The problem that an error is; one that is none is raised."""
    match error:
        case Problem():
            return error
        case Refusal():
            return of_refusal(error)
        case RequestValidationError():
            return of_validation(error)
        case PdfError():
            return of_pdf(error)
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            return replace(of_http(error), headers={"Allow": ", ".join(_allowed(request))})
        case HTTPException():
            return of_http(error)
        case _:
            raise error


def _handle(request: Request, error: Exception) -> Response:
    problem = problem_of(error, request)
    if not _only_asks(request):
        for code in {fault.code for fault in problem.faults} or {problem.code}:
            metrics.refusals.labels(code).inc()
    note(code=problem.code)
    return answer(problem, request)


def _allowed(request: Request) -> list[str]:
    """Every method of this path: its endpoints may stand in different routers, of which the framework asks one."""
    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    return [
        method
        for method in methods
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.router.routes
        )
    ]


def _only_asks(request: Request) -> bool:
    """Whether the request was a trial, whose answer is no refusal of anything."""
    trial = request.query_params.get("dry_run", "false").lower() not in {"false", "0", "no", "off", "f", "n"}
    return trial or getattr(request.scope.get("route"), "path", "").endswith("/preview")


def install(app: FastAPI) -> None:
    """Makes every error of the application a problem document."""
    for kind in (Problem, Refusal, RequestValidationError, PdfError, HTTPException):
        app.add_exception_handler(kind, _handle)
