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
        application,
        book_2014,
        book_2014_later,
        bundle,
        certificates,
        court,
        court_appeal,
        court_letters,
        court_orders,
        court_stays,
        decree_105,
        decree_105_decisions,
        decree_105_management,
        decree_105_summary,
        decree_116_after_care,
        decree_116_applications,
        decree_116_completion,
        decree_116_contract,
        decree_116_escape,
        decree_116_file,
        decree_116_hand_over,
        decree_116_leave,
        decree_116_pending,
        decree_116_person,
        decree_116_proposal,
        decree_116_registration,
        decree_116_residence,
        decree_116_review,
        decree_116_voluntary,
        determination,
        execution,
        file,
        finding,
        hand_over,
        leave,
        life_summary,
        minors,
        observation,
        office,
        pending,
        postponement,
        register_book,
        registration,
        serving,
        statements,
        testimony,
        user_end,
        user_life,
        user_list,
        user_management,
        user_move,
        violation,
        voluntary,
        voluntary_determination,
        wanted,
        withdrawal,
    )

    families = (
        finding, violation, user_management, user_life, user_move, user_end, user_list, determination,
        voluntary_determination, observation, withdrawal, application, registration, voluntary, certificates, life_summary,
        file, statements, testimony, minors, pending, hand_over, court_letters, court, court_orders, court_appeal,
        court_stays, execution, wanted, postponement, leave, serving, after_care, after_care_team, after_care_end,
        decree_105, decree_105_summary, decree_105_management, decree_105_decisions,
        decree_116_registration, decree_116_voluntary, decree_116_contract, decree_116_file, decree_116_person, decree_116_pending,
        decree_116_hand_over, decree_116_review,
        decree_116_escape, decree_116_applications, decree_116_proposal, decree_116_leave, decree_116_completion,
        decree_116_after_care, decree_116_residence,
        book_2014, book_2014_later, office, register_book, bundle,
    )  # fmt: skip
    return {form.code: form for family in families for form in family.FORMS}
