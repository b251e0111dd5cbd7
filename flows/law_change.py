"""Which dossiers are stuck because the law changed, as a condition on their rows."""

from datetime import date

from sqlalchemy import ColumnElement, and_, false, func, or_

from flows.books import book as book_of
from flows.books import successor
from models.law.loader import codes
from models.law.schema import Stage
from models.tables import table

_dossier = table("dossier")


def law_changed(today: date) -> ColumnElement[bool]:
    """Open dossiers of ended books that no transitional rule keeps alive and nobody kept; as `law_has_changed` says."""
    conditions = []
    for book in map(book_of, codes()):
        newer = successor(book.code)
        if book.valid_to is None or today <= book.valid_to or newer is None or newer.transition is None:
            continue
        kept = [
            and_(
                _dossier.c.stage == keep.stage, *(_fact_is(name, value) for name, value in keep.when.items())
            )
            for keep in newer.transition.keeps
        ]
        conditions.append(and_(_dossier.c.book == book.code, ~or_(false(), *kept)))
    decided = _dossier.c.acts.has_key("keep_book")
    return and_(_dossier.c.stage != Stage.closed, ~decided, or_(false(), *conditions))


def _fact_is(name: str, wanted: bool | str | list[str]) -> ColumnElement[bool]:
    """A condition of a transitional rule on the dossier's row: whether it is delivered, or a recorded fact."""
    if name == "delivered":
        done = or_(_dossier.c.acts.has_key("deliver"), _dossier.c.acts.has_key("start_in_place"))
        return done if wanted else ~done
    values = wanted if isinstance(wanted, list) else [wanted]
    told = [str(value).lower() if isinstance(value, bool) else value for value in values]
    return func.coalesce(_dossier.c.facts[name].astext, "").in_(told)
