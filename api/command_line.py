"""`hoso`, the command line: the calculator, rulebooks, forms, migrations, the programs, the walk, and `up`.

Each command imports what it needs when it runs, so that the calculator answers at once.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import backup_commands, clock_commands
from api.agency_commands import agencies
from api.bulk_commands import bulk
from api.erasure_commands import keep
from api.job_commands import jobs
from api.person_commands import person
from api.rulebook_commands import rulebook
from api.terminal import AsJson, fail, law_of, print_json, print_table
from api.user_commands import users

if TYPE_CHECKING:
    from models.law.book import Book
    from models.law.limits import Reckoning
    from models.law.remaining import Remaining
    from models.law.schema import Rule

app = typer.Typer(no_args_is_help=True, add_completion=False, help="hoso · hồ sơ đưa đi cai nghiện bắt buộc")
forms = typer.Typer(no_args_is_help=True, help="Biểu mẫu · forms")
app.add_typer(forms, name="forms")
app.add_typer(rulebook, name="rulebook")
app.add_typer(jobs, name="jobs")
app.add_typer(bulk, name="bulk")
app.add_typer(keep, name="keep")
app.add_typer(person, name="person")
app.add_typer(users, name="users")
app.add_typer(agencies, name="agencies")
clock_commands.add_to(app)
backup_commands.add_to(app)


def main() -> None:
    """Runs the command line; errors an operator can mend end with their message and exit code 2."""
    from models.settings import StartupError

    try:
        app()
    except StartupError as error:
        fail(str(error))


def _rule(book: Book, rule_id: str) -> Rule:
    try:
        return book.rule(rule_id)
    except KeyError:
        fail(f"bộ quy tắc {book.code} không có {rule_id} / rulebook {book.code} has no rule {rule_id}")


@app.command()
def limit(
    book: Annotated[str, typer.Argument(help="Mã bộ quy tắc, ví dụ 2026")],
    rule: Annotated[str, typer.Argument(help="Mã quy tắc, ví dụ p4-read")],
    start: Annotated[str, typer.Argument(metavar="FROM", help="Thời điểm bắt đầu, ISO 8601 có múi giờ")],
    fact: Annotated[list[str] | None, typer.Option(help="Dữ kiện, ví dụ remote=true")] = None,
    at: Annotated[str | None, typer.Option(help="Còn lại tại thời điểm này · what is left then")] = None,
    as_json: AsJson = False,
) -> None:
    """Tính một thời hạn, kèm từng bước · compute a time limit with its steps."""
    from models.law.calendar import baseline
    from models.law.limits import LimitRefused, reckon
    from models.law.remaining import left_of

    law = _rule(law_of(book), rule)
    try:
        reckoning = reckon(law, datetime.fromisoformat(start), baseline(), dict(map(_fact, fact or [])))
        left = left_of(law, reckoning, datetime.fromisoformat(at)) if at else None
    except (LimitRefused, ValueError) as error:
        fail(str(error))
    if as_json:
        more = {"remaining": left.model_dump(mode="json")} if left else {}
        print_json(reckoning.model_dump(mode="json") | more)
    else:
        _show_limit(law, reckoning, left)


def _fact(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        fail(f"--fact {text}: cần dạng tên=giá trị / must be name=value")
    if value in {"true", "false"}:
        return name, value == "true"
    return name, int(value) if value.isdigit() else value


def _show_limit(law: Rule, reckoning: Reckoning, left: Remaining | None) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(f"[bold]{law.title}[/bold] · {law.title_en} ({law.id})")
    console.print(f"{reckoning.anchor}: {reckoning.start:%H:%M %d/%m/%Y} · {law.who}")
    table = Table("Ngày", "Tính", "Lý do", box=None)
    for step in reckoning.steps:
        table.add_row(f"{step.date:%d/%m/%Y}", str(step.number or "") if step.counts else "–", step.reason)
    console.print(table)
    for line in reckoning.journal:
        console.print(line)
    if reckoning.warning:
        console.print(
            f"[yellow]Quá {reckoning.warning.last_day:%d/%m/%Y} là cảnh báo ({reckoning.warning.citation})"
        )
    if reckoning.opens:
        console.print(f"Chỉ thực hiện từ {reckoning.opens:%H:%M %d/%m/%Y}")
    console.print(
        f"[bold]Hết hạn lúc {reckoning.due:%H:%M %d/%m/%Y}; ngày cuối {reckoning.last_day:%d/%m/%Y}[/bold]"
    )
    if left:
        console.print(f"Lúc {left.at:%H:%M %d/%m/%Y}: {left.sentence} · {left.sentence_en}")
    if reckoning.other_reading:
        console.print(reckoning.other_reading.reason)
    console.print(f"{reckoning.citation} · lịch {reckoning.calendar_version}")
    if not reckoning.confirmed:
        console.print(
            "[red]Chưa xác nhận: nguồn của quy tắc hoặc lịch của năm chưa được xác nhận · unconfirmed"
        )


@forms.command("list")
def list_forms(as_json: AsJson = False) -> None:
    """Các biểu mẫu · the forms that exist."""
    from documents.forms import all_forms

    rows = [
        {
            "code": form.code,
            "title": form.title,
            "source": form.source,
            "stage": form.stage,
            "issuer": form.issuer,
        }
        for form in all_forms().values()
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(
            ("Mã", "Tên", "Nguồn", "Giai đoạn", "Người ban hành"), [tuple(row.values()) for row in rows]
        )


@forms.command("check")
def check_forms(
    codes: Annotated[
        list[str] | None, typer.Argument(help="Mã mẫu; không nêu: mọi mẫu · all without")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Ghi các bản in thử vào thư mục này · keep the papers")
    ] = None,
) -> None:
    """In thử mọi mẫu đủ, tối thiểu và cực đại, báo chỗ sai · render every form and report what is wrong."""
    from rich.console import Console
    from rich.progress import track

    from documents.forms import all_forms
    from documents.specimens import FULLNESSES, flaws, specimen

    unknown = sorted(set(codes or ()) - set(all_forms()))
    if unknown:
        fail(f"không có mẫu / unknown form: {', '.join(unknown)}")
    chosen = [all_forms()[code] for code in codes] if codes else list(all_forms().values())
    found = []
    for form in track(chosen, "In thử các mẫu", console=Console(stderr=True), transient=True):
        for fullness in FULLNESSES:
            found += [f"{form.code} ({fullness}): {flaw}" for flaw in flaws(form, fullness)]
            if out:
                out.mkdir(parents=True, exist_ok=True)
                (out / f"{form.code}-{fullness}.docx").write_bytes(form.render(specimen(form, fullness)))
    if found:
        fail("\n".join(found), code=1)
    sys.stdout.write(f"{len(chosen)} mẫu, mỗi mẫu {len(FULLNESSES)} bản: không có lỗi · no flaws\n")


@app.command()
def migrate() -> None:
    """Đưa cơ sở dữ liệu lên bản mới nhất · bring the database to the newest revision."""
    from api.up import migrate_now
    from models.settings import Settings

    sys.stdout.write(migrate_now(Settings.from_environment()) + "\n")


@app.command()
def api() -> None:
    """Chạy riêng một tiến trình API · run one process of the API alone."""
    from api import programs
    from models.program import become
    from models.settings import Settings

    become(programs.api(Settings.from_environment()))


@app.command()
def prefect() -> None:
    """Chạy riêng máy chủ Prefect · run Prefect's server alone."""
    from api import programs
    from models.program import become
    from models.settings import Settings

    become(programs.prefect(Settings.from_environment()))


@app.command()
def worker() -> None:
    """Chạy tiến trình xử lý công việc sau thao tác · run a worker for what follows acts."""
    from api import programs
    from models.program import become
    from models.settings import Settings

    become(programs.worker(Settings.from_environment()))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Kiểm tra mọi thứ hệ thống cần, chỉ cách sửa · check what the installation needs, and say how to mend it."""
    from api.doctor.command import run

    run(as_json=as_json)


@app.command("import")
def import_dossiers(
    file: Annotated[Path, typer.Argument(help="Tệp XLSX hoặc CSV theo mẫu", exists=True, dir_okay=False)],
    user: Annotated[str, typer.Option(help="Tài khoản cán bộ nhập hồ sơ · in whose name")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ thử, không mở hồ sơ nào")] = False,
    report: Annotated[Path | None, typer.Option(help="Ghi kết quả từng dòng vào tệp XLSX này")] = None,
) -> None:
    """Nhập hồ sơ từ bảng tính; dừng bằng Ctrl-C, chạy lại để làm tiếp · import dossiers; run again to go on."""
    from api.import_command import run
    from models.settings import Settings

    raise SystemExit(run(Settings.from_environment(), file, user, dry_run=dry_run, report=report))


@app.command()
def up(
    walking: Annotated[
        bool, typer.Option("--walk", help="Đi thử hai hồ sơ khi đã sẵn sàng · walk two dossiers")
    ] = False,
    out: Annotated[Path, typer.Option(help="Nơi ghi văn bản của hồ sơ đi thử")] = Path("out"),
) -> None:
    """Chạy cơ sở dữ liệu, Prefect, worker và API cùng nhau · run everything together."""
    from api.up import run
    from models.settings import Settings

    run(Settings.from_environment(), walk_to=out if walking else None)


@app.command()
def demo(
    dossiers: Annotated[int, typer.Option(min=40, max=5000, help="Bao nhiêu hồ sơ · how many")] = 200,
) -> None:
    """Lập một tỉnh mẫu để dùng thử; dừng bằng Ctrl-C, chạy lại để làm tiếp · make a province to try things in."""
    from rich.console import Console

    from api.demo_command import run
    from models.settings import Settings

    raise SystemExit(run(Settings.from_environment(), dossiers, Console()))


@app.command()
def walk(
    url: Annotated[str, typer.Option(help="Địa chỉ API")] = "",
    out: Annotated[Path, typer.Option(help="Nơi ghi văn bản")] = Path("out"),
) -> None:
    """Đi thử hai hồ sơ qua API đang chạy · walk two dossiers through the running API."""
    from api.up import walk_now
    from models.settings import Settings

    walk_now(Settings.from_environment(), out, url)


if __name__ == "__main__":
    main()
