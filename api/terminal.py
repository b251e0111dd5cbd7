"""What commands print, and how they end when they cannot go on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from models.law.book import Book

Advance = Callable[[int, int], None]
AsJson = Annotated[bool, typer.Option("--json", help="In JSON · print JSON")]


def fail(message: str, code: int = 2) -> NoReturn:
    """Ends the command with a message on standard error."""
    sys.stderr.write(message + "\n")
    raise SystemExit(code)


def print_json(value: object) -> None:
    """Prints JSON a person can read too."""
    import orjson

    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> None:
    """Prints a table; square brackets are text, not style."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    columns = [Column(heading, overflow="fold") for heading in headings]  # a name cut short is no name
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


WORDS: Mapping[str, str] = {
    "agency": "Cơ quan · agency", "anonymised": "Hồ sơ đã xóa dữ liệu · erased dossiers", "answers": "Câu trả lời · answers",
    "audit_digest": "Mã băm nhật ký · audit digest", "audit_seq": "Dòng nhật ký cuối · last audit entry",
    "broken": "Chỗ đứt · breaks", "bytes": "Số byte · bytes", "deliveries": "Lượt gửi · deliveries",
    "documents": "Văn bản · documents", "dossiers": "Hồ sơ · dossiers", "entries": "Dòng nhật ký · audit entries",
    "events": "Thao tác · events", "failures": "Lần đăng nhập hỏng · failed sign-ins", "file": "Tệp đầu chuỗi · file of heads",
    "files": "Tệp · files", "head": "Đầu chuỗi · head", "jobs": "Việc · jobs",
    "law_changed": "Vướng vì luật đổi · stuck: the law changed", "limits": "Thời hạn · limits", "made": "Đã lập · made",
    "made_at": "Lập lúc · made at", "missing": "Tệp đã mất · lost files", "notices": "Thông báo · notices",
    "offices": "Cơ quan · offices", "rates": "Nhịp yêu cầu · rates", "reports": "Báo cáo · reports",
    "revision": "Bản của bảng · revision", "secrets": "Bí mật · secrets", "sessions": "Phiên · sessions",
    "tokens": "Mã làm mới · refresh tokens", "whole": "Trọn vẹn · whole",
}  # fmt: skip
"""What commands call the parts of what they did; JSON has the keys alone."""


def print_done(title: str, done: Mapping[str, object]) -> None:
    """Prints what a command did, a line for each part."""
    print_table(("", title), [(WORDS.get(key, key), _said(value)) for key, value in done.items()])


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "có · yes" if value else "không · no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_said(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(map(_said, value)) or "không · none"
    return "" if value is None else str(value)


def law_of(code: str) -> Book:
    """The rulebook of this code; an unknown or unsound one ends the command."""
    from models.law.loader import LoadError, load_book

    try:
        return load_book(code)
    except LoadError as error:
        fail(str(error))


@contextmanager
def bar(title: str) -> Iterator[Advance]:
    """A bar on standard error while the block works; told how much of how much is done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total or None)
