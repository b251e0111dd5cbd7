"""`hoso rulebook`: shows, checks and compares the rulebooks, and writes their pages.

Each command imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import AsJson, fail, law_of, print_json, print_table

if TYPE_CHECKING:
    from models.law.diff import Change, Row

rulebook = typer.Typer(no_args_is_help=True, help="Bộ quy tắc · rulebooks")
STATES = {"new": "mới · new", "gone": "bỏ · gone", "changed": "đổi · changed"}
TABLES = {
    "period": "Thời kỳ · Period",
    "wording": "Cách gọi trong văn bản · Wording",
    "exclusions": "Trường hợp không áp dụng · Exclusions",
    "rules": "Thời hạn · Rules",
    "actions": "Thao tác · Actions",
    "papers": "Tài liệu · Papers",
    "provisions": "Quy định không có thời hạn · Provisions",
    "drawn": "Mẫu lập ngoài các thao tác · Forms drawn up beside the acts",
}
"""What is compared, in the order it is shown."""
FIELDS = {
    "title": "tên", "amount": "thời hạn", "from": "tính từ", "counted_from": "mốc tính", "who": "ai làm", "kind": "loại",
    "direction": "chiều tính", "first_day": "ngày đầu", "roll": "dời ngày nghỉ", "inside": "nằm trong",
    "citation": "căn cứ", "confirmed": "đã xác nhận", "by": "ai làm", "actor": "tư cách", "role": "chức trách",
    "stages": "giai đoạn", "when": "khi", "after": "sau", "not_after": "trước", "repeat": "làm nhiều lần",
    "guards": "điều kiện", "facts": "dữ kiện", "starts": "bắt đầu", "ends": "kết thúc", "restarts": "tính lại",
    "extends": "gia hạn", "credits": "trừ ngày", "suspends": "tạm ngừng", "resumes": "tiếp tục", "undoes": "phải làm lại",
    "forms": "biểu mẫu", "next": "tiếp theo", "hand_to": "giao cho", "form": "biểu mẫu", "any_of": "thay bằng",
    "about": "về",
}  # fmt: skip
"""What the fields of rows are called."""


@rulebook.command()
def show(
    code: Annotated[str, typer.Argument(help="Mã bộ quy tắc, ví dụ 2026")], as_json: AsJson = False
) -> None:
    """Một bộ quy tắc · one rulebook."""
    from api.rulebook_tables import sections
    from api.rulebook_view import show as view

    book = law_of(code)
    if as_json:
        print_json(view(book))
        return
    sys.stdout.write(f"{book.title}\n{book.title_en}\n")
    for section in sections(book):
        chosen = section.brief or range(len(section.columns))
        rows = [[row[place] for place in chosen] for row in section.rows]
        print_table([section.columns[place] for place in chosen], rows, section.heading)


@rulebook.command()
def diff(
    old: Annotated[str, typer.Argument(help="Bộ quy tắc cũ, ví dụ 2022")],
    new: Annotated[str, typer.Argument(help="Bộ quy tắc mới, ví dụ 2026")],
    as_json: AsJson = False,
) -> None:
    """Hai bộ quy tắc khác nhau thế nào · what changed between two rulebooks."""
    from models.law.diff import difference
    from models.law.loader import codes

    found = difference(law_of(old), law_of(new), [law_of(code) for code in codes()])
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    for table, title in TABLES.items():
        rows = [_compared(row) for row in getattr(found, table)]
        heading = f"{title}: {len(rows)} khác · differ, {found.same[table]} giống · alike"
        if rows:
            print_table(("", f"Cũ · {old}", f"Mới · {new}", "Tên", "Khác ở · changes"), rows, heading)
        else:
            sys.stdout.write(heading + "\n")


def _compared(row: Row) -> tuple[str, ...]:
    was, now = (f"{key}\n{line}" if key else "" for key, line in ((row.old, row.was), (row.new, row.now)))
    changes = [
        _change(change) for change in row.changes if change.field != "text"
    ]  # the columns show the texts
    return (STATES[row.state], was, now, row.title, "\n".join(changes))


def _change(change: Change) -> str:
    """One field: of lists what went and what came, otherwise both values."""
    old, new, name = change.old, change.new, FIELDS.get(change.field, change.field)
    if isinstance(old, list) and isinstance(new, list):
        parts = [f"− {one}" for one in old if one not in new] + [f"+ {one}" for one in new if one not in old]
        return f"{name}: " + (", ".join(parts) or "thứ tự khác · another order")
    return f"{name}: {_value(old)} → {_value(new)}"


def _value(value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "có" if value else "không"
        case list():
            return ", ".join(map(str, value)) or "–"
        case _:
            return str(value)


@rulebook.command()
def check() -> None:
    """Kiểm tra mọi bộ quy tắc · check every rulebook against forms, guards and the other periods."""
    from flows.books import book, books
    from models.law.loader import LoadError, codes

    flaws = []
    for code in codes():
        try:
            found = book(code)
        except LoadError as error:
            flaws.append(str(error))
        else:
            unconfirmed = sum(not rule.confirmed for rule in found.rules)
            sys.stdout.write(
                f"{code}: {len(found.rules)} quy tắc ({unconfirmed} chưa xác nhận), {len(found.actions)} thao tác\n"
            )
    if flaws:
        fail("\n".join(flaws))
    try:
        books()
    except LoadError as error:
        fail(str(error))


@rulebook.command()
def pages(
    checking: Annotated[
        bool, typer.Option("--check", help="Chỉ kiểm tra trang nào đã cũ · only say which pages are stale")
    ] = False,
    folder: Annotated[Path, typer.Option("--out", help="Thư mục · folder")] = Path("docs/law"),
) -> None:
    """Viết mỗi bộ quy tắc thành một trang Markdown · write a Markdown page of each rulebook."""
    from api.law_pages import pages as all_pages
    from api.law_pages import stale, write
    from models.law.loader import codes

    wanted = all_pages([law_of(code) for code in codes()])
    if not checking:
        sys.stdout.writelines(f"{folder / name}\n" for name in write(folder, wanted))
    elif names := stale(folder, wanted):
        listed = "\n".join(str(folder / name) for name in names)
        fail(f"trang đã cũ, chạy `make pages` / stale pages, run `make pages`:\n{listed}", 1)
