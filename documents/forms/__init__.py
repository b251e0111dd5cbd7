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
        court_appeal,
        court_letters,
        court_orders,
        court_stays,
        decree_116_file,
        decree_116_hand_over,
        decree_116_pending,
        decree_116_person,
        decree_116_registration,
        decree_116_review,
        decree_116_voluntary,
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
        user_end,
        user_life,
        user_list,
        user_management,
        user_move,
        violation,
        voluntary_determination,
        wanted,
    )

    families = (
        finding, violation, user_management, user_life, user_move, user_end, user_list, determination,
        voluntary_determination, life_summary, file, pending, hand_over, court_letters, court, court_orders, court_appeal,
        court_stays, execution, wanted, postponement, leave, serving,
        decree_116_registration, decree_116_voluntary, decree_116_file, decree_116_person, decree_116_pending,
        decree_116_hand_over, decree_116_review,
        book_2014, bundle,
    )  # fmt: skip
    return {form.code: form for family in families for form in family.FORMS}
