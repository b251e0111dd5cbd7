"""The forms that exist, by code."""

from collections.abc import Mapping
from functools import cache

from documents.form import Form


@cache
def all_forms() -> Mapping[str, Form]:
    """Every form by its code, in the order of the road."""
    from documents.forms import (
        after_care,
        after_care_end,
        after_care_team,
        book_2014,
        court,
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
        observation,
        office,
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
        withdrawal,
    )

    families = (
        finding, violation, user_management, user_life, user_move, user_end, user_list, determination,
        voluntary_determination, observation, withdrawal, life_summary, file, pending, hand_over, court, execution, wanted,
        postponement, leave, serving, after_care, after_care_team, after_care_end,
        decree_116_registration, decree_116_voluntary, decree_116_file, decree_116_person, decree_116_pending,
        decree_116_hand_over, decree_116_review,
        book_2014, office,
    )  # fmt: skip
    return {form.code: form for family in families for form in family.FORMS}
