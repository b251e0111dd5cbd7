"""All tables as Core sees them: what the engine's statements are built from."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from models import (  # noqa: F401 - importing a noun's module declares its tables
    agency,
    audit,
    bulk,
    calendar_change,
    clock_run,
    document,
    dossier,
    draft,
    erasure,
    event,
    figure,
    finding,
    identity,
    job,
    limit,
    notice,
    paper,
    report,
    saved_view,
    signal,
    standing,
    webhook,
)


def table(name: str) -> Table:
    """The table of this name; KeyError when there is none."""
    return SQLModel.metadata.tables[name]
