"""Rulebooks as the API and the command line show them."""

from typing import Any

from documents.forms import all_forms
from models.law.book import Book
from models.law.schema import Action, Ref, Rule


def show(book: Book) -> dict[str, Any]:
    """A rulebook as JSON: its period and wording, stages, actions, rules, papers, forms, provisions and transition.

    An action's `stage` is the first of the stages it belongs to (`stages`); an action that opens a dossier belongs
    to the stage it leads to. Where a rule's amount depends on facts, `amount` is null and `variants` or `range` say it.
    """
    return {
        "code": book.code,
        "title": book.title,
        "title_en": book.title_en,
        "valid_from": book.valid_from.isoformat(),
        "valid_to": book.valid_to.isoformat() if book.valid_to else None,
        "extends": book.extends,
        "stages": [stage.value for stage in book.stages],
        "ways_in": _ways_in(book),
        "wording": book.wording.model_dump(mode="json"),
        "wording_minor": {
            key: text if isinstance(text, str) else list(text) for key, text in book.wording_minor.items()
        },
        "least_age": book.least_age,
        "least_age_citation": book.least_age_citation,
        "tracks": list(book.tracks),
        "minors_refused": book.minors_refused,
        "minors_citation": book.minors_citation,
        "exclusions": dict(book.exclusions),
        "exclusions_citation": book.exclusions_citation,
        "actions": [_action(action) for action in book.actions],
        "rules": [show_rule(rule) for rule in book.rules],
        "papers": [paper.model_dump(mode="json") for paper in book.papers],
        "forms": _forms(book),
        "provisions": [one.model_dump(mode="json") for one in book.provisions],
        "transition": book.transition.model_dump(mode="json", by_alias=True) if book.transition else None,
        "notes": list(book.notes),
    }


def _ways_in(book: Book) -> dict[str, list[dict[str, str]]]:
    """Which actions lead into each stage, and by which article."""
    return {
        stage.value: [
            {"action": action.code, "citation": action.citation}
            for action in book.actions
            if stage in {ref.id for ref in action.next}
        ]
        for stage in book.stages
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
        **rule.model_dump(mode="json"),
        "amount": amount,
        "unit": unit.value if unit else None,
        "from": rule.anchor.text,
    }


def _action(action: Action) -> dict[str, Any]:
    stages = [stage.value for stage in action.stages]
    following = [ref.id for ref in action.next]
    return {
        **action.model_dump(mode="json"),
        "stage": (stages or following)[0],
        "next": list(dict.fromkeys(following)),
        "next_when": [ref.model_dump(mode="json") for ref in action.next if ref.when],
        "guards": [_guard(ref) for ref in action.guards],
    }


def _guard(ref: Ref) -> dict[str, Any]:
    name, _colon, argument = ref.id.partition(":")
    return {"name": name, "argument": argument or None, "when": ref.when}


def _forms(book: Book) -> list[dict[str, Any]]:
    """The forms of the book, issued by acts or drawn up beside them, in the order of the road; articles are the acts'."""
    issuing: dict[str, list[Action]] = {}
    for action in book.actions:
        for code in dict.fromkeys(ref.id for ref in action.forms):
            issuing.setdefault(code, []).append(action)
    drawing: dict[str, list[str]] = {}
    for kind, refs in book.drawn.items():
        for ref in refs:
            drawing.setdefault(ref.id, []).append(kind.value)
    return [
        {
            "code": form.code,
            "title": form.title,
            "title_en": form.title_en,
            "source": form.source,
            "stage": form.stage.value,
            "issuer": form.issuer,
            "actions": [action.code for action in issuing.get(form.code, ())],
            "drawn_by": drawing.get(form.code, []),
            "citation": "; ".join(dict.fromkeys(action.citation for action in issuing.get(form.code, ())))
            or form.source,
        }
        for form in all_forms().values()
        if form.code in issuing or form.code in drawing
    ]
