"""Drafts: what somebody has typed into a form and not sent yet, kept for their eyes alone."""

from sqlmodel import Field, SQLModel

from models.columns import UUID, Any, datetime, instant, json_column


class Draft(SQLModel, table=True):
    """The fields of one form about one subject, as its owner left them; gone when sent, or 30 days later."""

    __tablename__ = "draft"

    account: UUID = Field(primary_key=True, foreign_key="account.id")
    kind: str = Field(primary_key=True)
    subject: UUID = Field(primary_key=True)
    body: dict[str, Any] = json_column()
    saved_at: datetime = instant()
