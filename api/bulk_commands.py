"""`hoso bulk`: one act on many dossiers, and their papers in one file, at the terminal."""

from __future__ import annotations

import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from api.terminal import fail

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.bulk_terminal import AtTerminal

bulk = typer.Typer(no_args_is_help=True, help="Việc trên nhiều hồ sơ · many dossiers at once")
Numbers = Annotated[
    Path, typer.Argument(help="Tệp số hồ sơ, mỗi dòng một số · a file of dossier numbers, one a line")
]
User = Annotated[str, typer.Option(help="Tên đăng nhập của cán bộ thực hiện · the officer's account")]
Report = Annotated[Path | None, typer.Option(help="Ghi kết quả từng hồ sơ ra tệp XLSX · per-item report")]


@bulk.command("act")
def act_on_many(
    action: Annotated[str, typer.Argument(help="Mã thao tác · the action's code")],
    numbers: Numbers,
    user: User,
    at: Annotated[str, typer.Option(help="Thời điểm thực hiện, ISO 8601 có múi giờ · when, aware")],
    facts: Annotated[
        Path | None, typer.Option(help="Tệp JSON các dữ kiện chung · JSON file of the common facts")
    ] = None,
    late_reason: Annotated[str | None, typer.Option(help="Lý do quá hạn · why it is late")] = None,
    report: Report = None,
) -> None:
    """Thực hiện một thao tác trên nhiều hồ sơ · one act on many dossiers, each done or refused by itself."""
    import orjson

    from api.bulk_terminal import at_terminal
    from flows.bulk_work import ActOnMany
    from models.settings import Settings

    try:
        moment = datetime.fromisoformat(at)
        common = orjson.loads(facts.read_bytes()) if facts else {}
    except (OSError, ValueError) as error:
        fail(str(error))
    if moment.tzinfo is None or not isinstance(common, dict):
        fail("--at cần múi giờ, --facts cần một đối tượng JSON · --at needs a zone, --facts a JSON object")
    asked = {"action": action, "occurred_at": moment.isoformat(), "facts": common, "late_reason": late_reason}
    with at_terminal(Settings.from_environment(), user) as here:
        identity = here.do("Thực hiện · acting", ActOnMany, _begun(here, "action", asked, numbers))
        raise SystemExit(here.tell(identity, report))


@bulk.command("print")
def print_many(
    numbers: Numbers,
    user: User,
    out: Annotated[Path, typer.Option(help="Tệp PDF ghi ra · the PDF to write")] = Path("ban-in.pdf"),
    form: Annotated[list[str] | None, typer.Option(help="Chỉ các mẫu này · these forms only")] = None,
    report: Report = None,
) -> None:
    """In văn bản còn hiệu lực của nhiều hồ sơ vào một tệp · the papers in force of many dossiers in one PDF."""
    from api.bulk_terminal import at_terminal
    from documents.forms import all_forms
    from documents.pdf import LibreOffice
    from documents.storage import located
    from flows.bulk_work import PrintOfMany
    from flows.running import Workplace, workplace
    from models.settings import Settings

    if unknown := sorted(set(form or ()) - set(all_forms())):
        fail(f"không có mẫu / unknown form: {', '.join(unknown)}")
    settings = Settings.from_environment()
    with at_terminal(settings, user) as here:
        office = LibreOffice(settings.data / "libreoffice", settings.soffice)
        workplace.set(Workplace(here.engine, settings.files, "", office=office))
        begun = _begun(here, "print", {"forms": form}, numbers)
        identity = here.do("In · printing", PrintOfMany, begun)
        code, made = here.tell(identity, report), here.read(identity).output
        if made is not None:
            shutil.copyfile(located(settings.files, made), out)
            sys.stdout.write(f"{out}\n")
        raise SystemExit(code)


def _begun(here: AtTerminal, kind: str, asked: dict[str, Any], numbers: Path) -> Any:  # noqa: ANN401 - leaves the task
    """What leaves the task over these dossiers, or takes the same one up again that was stopped."""
    from flows import batches

    def begun(connection: Connection) -> UUID:
        dossiers = _dossiers(here, numbers)
        known = here.unfinished(connection, kind, asked, None, dossiers)
        if known is None:
            return batches.enqueue(connection, kind, here.actor, asked, dossiers=dossiers)
        batches.resume(connection, known)
        return known

    return begun


def _dossiers(here: AtTerminal, numbers: Path) -> list[UUID]:
    """The dossiers of these numbers that the agency sees, in the file's order; any other number ends the command."""
    from sqlalchemy import select

    from models.store import unit_of_work
    from models.tables import table

    try:
        asked = list(dict.fromkeys(numbers.read_text(encoding="utf-8-sig").split()))
    except (OSError, UnicodeDecodeError) as error:
        fail(str(error))
    dossier = table("dossier")
    with unit_of_work(here.engine, here.actor.scope) as connection:
        rows = connection.execute(select(dossier.c.number, dossier.c.id).where(dossier.c.number.in_(asked)))
        known: dict[str, UUID] = {row.number: row.id for row in rows}
    if missing := [number for number in asked if number not in known]:
        fail(f"không có hồ sơ / no such dossier: {', '.join(missing[:10])}")
    if not asked:
        fail(f"{numbers}: không có số hồ sơ nào · no number in it")
    return [known[number] for number in asked]
