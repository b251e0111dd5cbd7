"""What a check of `hoso doctor` finds: how it stands, and how to mend it, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from api.errors import Said

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True)
class Finding:
    """How one thing stands."""

    state: State
    found: Said
    mend: Said | None = None


def ok(vi: str, en: str) -> Finding:
    """All is well."""
    return Finding("ok", Said(vi, en))


def warning(vi: str, en: str, mend_vi: str = "", mend_en: str = "") -> Finding:
    """It works, but someone should look at it."""
    return Finding("warning", Said(vi, en), Said(mend_vi, mend_en) if mend_vi else None)


def failed(vi: str, en: str, mend_vi: str = "", mend_en: str = "") -> Finding:
    """Something does not work."""
    return Finding("failed", Said(vi, en), Said(mend_vi, mend_en) if mend_vi else None)
