"""What an agency has issued and not printed yet: by its acts, its bulk prints, and the signed papers that came back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from models.clock import now
from models.seeing import sees, sight
from models.store import reach

LOOKS_BACK = timedelta(days=60)
"""How far back the queue looks: what was recorded longer ago was handed over long since."""
_OCCURRED = timedelta(days=400)
"""Acts of longer ago are not recorded any more; the index of acts goes by when they happened."""


@dataclass(frozen=True)
class Unprinted:
    """A document that waits to be printed."""

    id: UUID
    dossier: UUID
    number: str
    form: str
    title: str
    number_text: str | None
    issued_on: date
    recorded_at: datetime


# A print that was stopped or failed has printed nothing; one that waits or runs is on its way.
_UNPRINTED = text(f"""
    SELECT d.id, d.dossier, dossier.number, d.form, d.title, d.number_text, d.issued_on, e.recorded_at
    FROM event e JOIN document d ON d.event = e.id JOIN dossier ON dossier.id = d.dossier
    WHERE e.agency = ANY (:mine) AND e.occurred_at >= :happened AND e.recorded_at >= :since AND d.agency = ANY (:mine) AND d.state = 'issued' AND {sees("d.dossier")}
        AND NOT EXISTS (SELECT FROM document_copy c WHERE c.document = d.id AND c.kind = 'signed')
        AND NOT EXISTS (SELECT FROM bulk_task t WHERE t.agency = ANY (:mine) AND t.kind = 'print' AND t.created_at >= e.recorded_at
            AND t.state IN ('waiting', 'running', 'done') AND d.dossier = ANY (t.dossiers)
            AND (t.parameters -> 'documents' IS NULL OR t.parameters -> 'documents' = 'null' OR t.parameters -> 'documents' ? d.id::text)
            AND (t.parameters -> 'forms' IS NULL OR t.parameters -> 'forms' = 'null' OR t.parameters -> 'forms' ? d.form))
    ORDER BY e.recorded_at, d.id LIMIT :most
""")  # noqa: S608 - a condition of our own


def unprinted(connection: Connection, at_most: int) -> list[Unprinted]:
    """What waits to be printed, in the order in which it was issued.

    Args:
        connection: a unit of work in the scope of an agency.
        at_most: so many.
    """
    asked = {
        "mine": reach(connection).agencies, "since": now() - LOOKS_BACK, "happened": now() - _OCCURRED, "most": at_most,
    }  # fmt: skip
    return [Unprinted(**row) for row in connection.execute(_UNPRINTED, asked | sight(connection)).mappings()]
