"""Columns that every table shares: aware instants, JSON documents, and identities."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field


def identity() -> Any:  # noqa: ANN401 - SQLModel's Field is untyped by design
    """A random primary key."""
    return Field(default_factory=uuid4, primary_key=True)


def instant(*, optional: bool = False) -> Any:  # noqa: ANN401 - as above
    """An aware instant; the database keeps UTC."""
    column = Column(DateTime(timezone=True), nullable=optional)
    return Field(default=None, sa_column=column) if optional else Field(sa_column=column)


def json_column(*, optional: bool = False, empty: str | None = None) -> Any:  # noqa: ANN401 - as above
    """A JSON document; `empty` is what stands in it where nothing was said."""
    column = Column(JSONB(none_as_null=True), nullable=optional, server_default=empty)
    return Field(default=None, sa_column=column) if optional else Field(sa_column=column)


__all__ = ["UUID", "Any", "datetime", "identity", "instant", "json_column"]
