"""When closed dossiers are erased, and which are kept nevertheless."""

from sqlmodel import Field, SQLModel

from models.columns import UUID, datetime, instant


class RetentionRule(SQLModel, table=True):
    """How many years after its last act a closed dossier is erased, by which text; the latest rule counts, none erases."""

    __tablename__ = "retention_rule"

    id: int | None = Field(default=None, primary_key=True)
    years: int
    citation: str
    account: UUID = Field(foreign_key="account.id")
    recorded_at: datetime = instant()


class DossierHold(SQLModel, table=True):
    """Why a dossier is not to be erased, until somebody releases it."""

    __tablename__ = "dossier_hold"

    id: int | None = Field(default=None, primary_key=True)
    dossier: UUID = Field(foreign_key="dossier.id")
    reason: str
    account: UUID = Field(foreign_key="account.id")
    held_at: datetime = instant()
    released_by: UUID | None = Field(default=None, foreign_key="account.id")
    released_at: datetime | None = instant(optional=True)
