"""Rulebooks as the API and the command line show them."""

from typing import Any

from documents.forms import all_forms
from models.law.book import Book
from models.law.schema import Action, Paper, Ref, Rule


def show(book: Book) -> dict[str, Any]:
    """A rulebook as JSON: stages, actions, rules, papers and forms.

    An action's `stage` is the first of the stages it belongs to (`stages`); an action that opens a dossier belongs
    to the stage it leads to. Where a rule's amount depends on facts, `amount` is null and `variants` or `range` say it.
    """
    return {
        "code": book.code,
        "title": book.title,
        "title_en": book.title_en,
        "valid_from": book.valid_from.isoformat(),
        "valid_to": book.valid_to.isoformat() if book.valid_to else None,
        "stages": [stage.value for stage in book.stages],
        "least_age": book.least_age,
        "tracks": list(book.tracks),
        "exclusions": dict(book.exclusions),
        "exclusions_citation": book.exclusions_citation,
        "actions": [_action(action) for action in book.actions],
        "rules": [show_rule(rule) for rule in book.rules],
        "papers": [_paper(paper) for paper in book.papers],
        "forms": _forms(book),
        "notes": list(book.notes),
    }


def show_rule(rule: Rule) -> dict[str, Any]:
    """A rule as JSON; of two amounts `amount` is the second, past which there is a breach."""
    stated = [
        *((amount.value, amount.unit) for amount in rule.amounts[-1:]),
        *((None, variant.unit) for variant in rule.variants[:1]),
        *((None, rule.range.unit) for _ in (1,) if rule.range),
    ]
    amount, unit = stated[0] if stated else (None, None)
    return {
        "id": rule.id,
        "title": rule.title,
        "title_en": rule.title_en,
        "kind": rule.kind.value,
        "clock": rule.clock.value,
        "amount": amount,
        "unit": unit.value if unit else None,
        "amounts": [one.model_dump(mode="json", exclude_none=True) for one in rule.amounts],
        "variants": [one.model_dump(mode="json", exclude_none=True) for one in rule.variants],
        "range": rule.range.model_dump(mode="json") if rule.range else None,
        "extension": rule.extension.model_dump(mode="json") if rule.extension else None,
        "direction": rule.direction,
        "span": rule.span,
        "roll": rule.roll,
        "first_day": rule.first_day,
        "inside": rule.inside,
        "from": rule.anchor.text,
        "who": rule.who,
        "citation": rule.citation,
        "confirmed": rule.confirmed,
        "note": rule.note,
    }


def _action(action: Action) -> dict[str, Any]:
    stages = [stage.value for stage in action.stages]
    following = [ref.id for ref in action.next]
    return {
        "code": action.code,
        "title": action.title,
        "title_en": action.title_en,
        "stage": (stages or following)[0],
        "stages": stages,
        "next": list(dict.fromkeys(following)),
        "next_when": [_ref(ref) for ref in action.next if ref.when],
        "by": [kind.value for kind in action.by],
        "actor": action.actor,
        "role": action.role,
        "after": list(action.after),
        "not_after": list(action.not_after),
        "repeat": action.repeat,
        "when": action.when,
        "guards": [_ref(ref) for ref in action.guards],
        "facts": [fact.model_dump() for fact in action.facts],
        "starts": [_ref(ref) for ref in action.starts],
        "ends": [_ref(ref) for ref in action.ends],
        "forms": [_ref(ref) for ref in action.forms],
        "hand_to": action.hand_to,
        "citation": action.citation,
        "confirmed": action.confirmed,
        "note": action.note,
    }


def _ref(ref: Ref) -> dict[str, Any]:
    return {"id": ref.id, "when": ref.when}


def _paper(paper: Paper) -> dict[str, Any]:
    return paper.model_dump(mode="json")


def _forms(book: Book) -> list[dict[str, str]]:
    """The forms the book's actions issue, in the order of the road."""
    used = {ref.id for action in book.actions for ref in action.forms}
    return [
        {
            "code": form.code,
            "title": form.title,
            "source": form.source,
            "stage": form.stage.value,
            "issuer": form.issuer,
        }
        for form in all_forms().values()
        if form.code in used
    ]
