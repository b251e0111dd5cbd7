"""Imports: the template, and a file of dossiers that becomes a bulk task, tried out or in earnest."""

import tempfile
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Query, Response, UploadFile
from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python
from sqlalchemy import Connection

from api.bulk import TaskOut, task_of
from api.dependencies import CurrentActor, LanguageDep, OfficerDep, PartsDep
from api.errors import ErrorOut, Fault, Language, Problem, Said
from api.idempotency import Answer, OnceDep
from api.json_response import JSONResponse
from api.papers import attachment
from api.registers import XLSX
from documents import storage
from flows import batches, import_template
from flows.calendars import in_force
from flows.import_columns import columns
from flows.import_file import ImportFile, Understood
from flows.importing import judge
from flows.spreadsheet import MOST_BYTES
from models.store import unit_of_work

router = APIRouter(prefix="/v1/imports", tags=["bulk"])
_SHOWN = 20


class RowOut(BaseModel):
    """Một dòng như hệ thống hiểu · a row as it was understood."""

    line: int
    values: dict[str, Any] = Field(description="Theo tiêu đề cột · by the headings of the columns")
    errors: list[ErrorOut] = Field(description="`field` là ô, ví dụ C17 · the cell")


class ImportOut(BaseModel):
    """Việc nhập đã nhận, và các dòng đầu · the task, and the first rows as they were understood."""

    task: TaskOut
    rows: list[RowOut]


@router.get(
    "/template",
    summary="Mẫu tệp nhập · The template",
    response_class=Response,
    responses={200: {"content": {XLSX: {}, "text/csv": {}}}},
)
def read_template(
    _actor: CurrentActor,
    form: Annotated[Literal["xlsx", "csv"], Query(alias="format", description="xlsx, csv")] = "xlsx",
) -> Response:
    """Tiêu đề cột, danh mục để chọn và hướng dẫn · headings, lists to choose from, and an explanation."""
    if form == "csv":
        content, kind, name = (
            import_template.to_csv().encode(),
            "text/csv; charset=utf-8",
            import_template.CSV,
        )
    else:
        content, kind, name = import_template.to_xlsx(), XLSX, import_template.XLSX
    headers = {"Content-Disposition": attachment(name, "")["Content-Disposition"]}
    return Response(content, media_type=kind, headers=headers)


@router.post("", status_code=202, response_model=ImportOut, summary="Nhập hồ sơ · Import dossiers")
def import_file(
    actor: OfficerDep,
    parts: PartsDep,
    once: OnceDep,
    language: LanguageDep,
    file: Annotated[
        UploadFile,
        File(
            description="XLSX hoặc CSV (UTF-8), tối đa 100 MB và 100.000 dòng · 100 MB, 100,000 rows at most"
        ),
    ],
    dry_run: Annotated[
        bool,
        Query(
            description="Chỉ thử: báo cáo có mọi lỗi, không mở hồ sơ nào · the report has every error, nothing is opened"
        ),
    ] = False,
) -> JSONResponse:
    """Tiến độ, dừng, làm tiếp và báo cáo từng dòng: `/v1/bulk/tasks/{id}` · progress, cancel, resume and the report there.

    Mỗi dòng tốt chỉ được nhập một lần, dù tệp được gửi lại · a good row is imported once, however often it is sent.
    """
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        said = Said(f"Tệp lớn quá {most} MB", f"The file is larger than {most} MB")
        raise Problem(413, "too_large", said, [Fault("too_large", said, "file")])
    with tempfile.NamedTemporaryFile() as draft:  # a file that cannot be used is not kept
        draft.write(content)
        draft.flush()
        opened = ImportFile(Path(draft.name))
        first = list(islice(opened.rows(), _SHOWN))
    with unit_of_work(parts.engine, actor.scope) as connection:
        judge(connection, actor, opened, first, in_force(connection))
    sha256 = storage.store(parts.files, content)

    def write(connection: Connection) -> Answer:
        task = batches.enqueue(
            connection, "import", actor, {"dry_run": dry_run}, sha256=sha256, total=opened.total
        )
        shown = ImportOut(
            task=task_of(connection, actor.scope, task), rows=[_row(row, language) for row in first]
        )
        return Answer(shown, 202, {"Location": f"/v1/bulk/tasks/{task}"})

    return once({"sha256": sha256, "dry_run": dry_run}, write)


def _row(row: Understood, language: Language) -> RowOut:
    return RowOut(
        line=row.line,
        values={columns()[key].title: to_jsonable_python(value) for key, value in row.values.items()},
        errors=[
            ErrorOut(
                code=flaw.code, message=Said(flaw.message, flaw.message_en).to(language), field=flaw.field,
                citation=flaw.citation,
            )
            for flaw in row.flaws
        ],
    )  # fmt: skip
