"""`hoso import`: works a file of dossiers off in this process, by the workers' code."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from api.bulk_terminal import at_terminal
from api.terminal import fail
from documents import storage
from flows import batches
from flows.import_file import ImportFile
from flows.importing import ImportOfRows
from flows.refusals import Invalid
from models.settings import Settings


def run(settings: Settings, file: Path, user: str, *, dry_run: bool, report: Path | None) -> int:
    """Imports a file in the name of an account; the command's exit code.

    A task of the same file that was stopped goes on where it stopped; one that a worker has in hand is only watched.

    Args:
        settings: the installation's.
        file: an XLSX or CSV file.
        user: the account's name, an officer or head of the agency whose dossiers they will be.
        dry_run: only say what would become of each row.
        report: where to write the per-row report.
    """
    try:
        ImportFile(file)
    except Invalid as invalid:
        fail("\n".join(f"{flaw.field}: {flaw.message} · {flaw.message_en}" for flaw in invalid.flaws), code=1)
    with at_terminal(settings, user) as here, file.open("rb") as content:
        sha256, asked = storage.store_file(settings.files, content), {"dry_run": dry_run}

        def begun(connection: Connection) -> UUID:
            known = here.unfinished(connection, "import", asked, sha256, None)
            if known is None:
                return batches.enqueue(connection, "import", here.actor, asked, sha256=sha256)
            batches.resume(connection, known)
            return known

        identity = here.do("Nhập hồ sơ · importing", ImportOfRows, begun)
        return here.tell(identity, report)
