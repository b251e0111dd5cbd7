"""The pages in `docs/law/`: each rulebook as Markdown, and an index; the same books give the same pages."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from api.rulebook_tables import UNCONFIRMED, Section, period, sections
from models.law.book import Book, Provision
from models.law.schema import Action, Paper, Rule

MADE = "<!-- Sinh tự động từ models/law/books bằng `make pages`; không sửa tay · generated, do not edit -->"
LEGEND = (
    "Mỗi thời kỳ pháp luật là một bộ quy tắc. Trong ngoặc là số mục **chưa xác nhận**: chưa đọc trong văn bản chính "
    "thức. · One rulebook a legal period; in brackets how much is unconfirmed: not read in an official text."
)


def pages(books: Sequence[Book]) -> dict[str, str]:
    """Every page by its file name."""
    return {"README.md": _index(books)} | {f"{book.code}.md": _page(book) for book in books}


def stale(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Names of pages that are missing, differ from what the books say, or belong to no book."""
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))


def write(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Writes the pages that are stale, removes those that belong to no book; the names of both."""
    folder.mkdir(parents=True, exist_ok=True)
    names = stale(folder, wanted)
    for name in names:
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return names


def _page(book: Book) -> str:
    tables = [f"## {section.heading}\n\n{_table(section)}" for section in sections(book)]
    return "\n\n".join([MADE, f"# {book.title}", book.title_en, *tables]) + "\n"


def _index(books: Sequence[Book]) -> str:
    columns = ("Bộ quy tắc", "Thời gian", "Tên", "Thời hạn", "Quy định khác", "Tài liệu", "Thao tác")
    rows = [
        (
            f"[{book.code}]({book.code}.md)",
            period(book),
            f"{book.title}\n{book.title_en}",
            *(_count(some) for some in (book.rules, book.provisions, book.papers, book.actions)),
        )
        for book in books
    ]
    title = "# Pháp luật trong hệ thống · The law in the system"
    return "\n\n".join([MADE, title, LEGEND, _table(Section("", columns, rows))]) + "\n"


def _count(rows: Iterable[Rule | Provision | Paper | Action]) -> str:
    marks = [row.confirmed for row in rows]
    doubtful = marks.count(False)
    return f"{len(marks)} ({doubtful})" if doubtful else str(len(marks))


def _table(section: Section) -> str:
    lines = [section.columns, tuple("---" for _ in section.columns), *section.rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    if text == UNCONFIRMED:
        return f"**{text}**"
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", "<br>")
