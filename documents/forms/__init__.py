"""The forms that exist, by code."""

from collections.abc import Mapping
from functools import cache

from documents.form import Form


@cache
def all_forms() -> Mapping[str, Form]:
    """Every form by its code, in the order of the road."""
    from documents.forms import (
        book_2014,
        bundle,
        court,
        determination,
        execution,
        file,
        finding,
        hand_over,
        leave,
        life_summary,
        pending,
        postponement,
        serving,
        wanted,
    )

    families = (
        finding, determination, life_summary, file, pending, hand_over, court, execution, wanted, postponement, leave, serving,
        book_2014, bundle,
    )  # fmt: skip
    return {form.code: form for family in families for form in family.FORMS}
