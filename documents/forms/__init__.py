"""The forms that exist, by code."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from documents.form import Form

_FAMILIES = (
    "finding", "violation", "user_management", "user_life", "user_move", "user_end", "user_list",
    "determination", "voluntary_determination", "observation", "withdrawal", "application", "registration",
    "voluntary", "certificates", "life_summary", "file", "statements", "testimony", "minors", "pending",
    "hand_over", "court_letters", "court", "court_orders", "court_appeal", "court_stays", "execution",
    "wanted", "postponement", "leave", "serving", "after_care", "after_care_team", "after_care_end",
    "decree_105", "decree_105_summary", "decree_105_management", "decree_105_decisions",
    "decree_116_registration", "decree_116_voluntary", "decree_116_contract", "decree_116_file",
    "decree_116_person", "decree_116_pending", "decree_116_hand_over", "decree_116_review",
    "decree_116_escape", "decree_116_applications", "decree_116_proposal", "decree_116_leave",
    "decree_116_completion", "decree_116_after_care", "decree_116_residence", "book_2014",
    "book_2014_later", "office", "register_book", "bundle",
)  # fmt: skip
"""Modules of this package, each with its `FORMS`, in the order of the road."""


@cache
def all_forms() -> Mapping[str, Form]:
    """Every form by its code, in the order of the road."""
    families = (import_module(f"{__name__}.{family}") for family in _FAMILIES)
    return {form.code: form for family in families for form in family.FORMS}
