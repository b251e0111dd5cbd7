"""What changed in a row between two books, in the reader's words: names in the place of codes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from api.board import words
from api.errors import Language
from api.rulebook_tables import ABOUT
from documents.forms import all_forms
from models.law.book import Book
from models.law.diff import Change, Row, Value, papers_of
from models.law.loader import catalogue
from models.law.schema import Action, ActionFact, Anchor, Condition, Ref
from models.law.words import (
    AGENCIES,
    PARTIES,
    SUBSTITUTES,
    anchors,
    begun,
    condition,
    fact_words,
    reference,
    stated,
)

_VERBS = frozenset({"starts", "ends", "restarts", "extends", "credits", "suspends", "resumes"})


class Said(NamedTuple):
    """A field of a row that changed."""

    field: str
    old: Value
    new: Value


@dataclass(frozen=True)
class Reader:
    """Reads a book's rows in one language."""

    book: Book
    language: Language
    say: Callable[[str], str]
    cites: bool = False
    """Whether limits have their codes and titles are the Vietnamese ones, where the words alone do not tell two books apart."""

    def value(self, table: str, key: str, field: str, code: Value) -> Value:
        """A field in words; what has none stays as it is.

        Args:
            table: which of the tables that are compared.
            key: of the row.
            field: of the row.
            code: what the comparison says of it.
        """
        if code is None or isinstance(code, bool):
            return code
        if field == "title" and self.language == "en" and not self.cites:
            return self._title_en(table, key)
        match table:
            case "rules" if field == "amount":
                return _plain(stated(self.book.rule(key), self.language), self.language)
            case "rules" if field == "counted_from":
                return [self._anchor(one) for one in anchors(self.book.rule(key))]
            case "rules" if field == "kind":
                return self.say(words.LIMIT_KINDS[str(code)])
            case "actions":
                return self._of_action(self.book.action(key), field, code)
            case "papers" if field == "when":
                return self._condition(papers_of(self.book)[key].when)
            case "papers" if field == "any_of":
                vi = self.language == "vi"
                papers = papers_of(self.book)[key].any_of
                return [SUBSTITUTES.get(one, (one, one))[0 if vi else 1] for one in papers]
            case "provisions" if field == "about":
                return ABOUT[str(code)] if self.language == "vi" else code
            case "drawn":
                [kind] = [kind for kind in self.book.drawn if AGENCIES[kind] == field]
                return self._condition(next(one.when for one in self.book.drawn[kind] if one.id == key))
        return code

    def _title_en(self, table: str, key: str) -> str:
        """The English title of a rule, an act, a paper or a provision."""
        match table:
            case "rules":
                return self.book.rule(key).title_en
            case "actions":
                return self.book.action(key).title_en
            case "papers":
                return papers_of(self.book)[key].title_en
        return next(one.title_en for one in self.book.provisions if one.id == key)

    def _of_action(self, action: Action, field: str, code: Value) -> Value:
        match field:
            case "by":
                return [self.say(words.AGENCY_KINDS[kind]) for kind in action.by]
            case "stages":
                return [self.say(words.STAGES[stage]) for stage in action.stages]
            case "actor" | "hand_to":
                party = str(code)
                return PARTIES.get(party, party) if self.language == "vi" else _spaced(party)
            case "role" | "court_role":
                return self.say(words.ROLES[str(code)])
            case "when":
                return self._condition(action.when)
            case "after" | "not_after" | "undoes":
                return [self._acts(one) for one in getattr(action, field)]
            case "facts":
                return [self._fact(one) for one in action.facts]
            case "next":
                return [self.say(words.STAGES[one.id]) + self._if(one.when) for one in action.next]
            case "forms" | "guards":
                return [self._reference(one) for one in getattr(action, field)]
            case verb if verb in _VERBS:
                return [self._limit(one) for one in getattr(action, verb)]
        return code

    def _anchor(self, anchor: Anchor) -> str:
        """What a limit is counted from: acts, the facts recorded with them, or another limit."""
        acts = self._acts("|".join(anchor.acts)) if anchor.acts else ""
        limit = self._limit(Ref(id=anchor.limit)) if anchor.limit else ""
        facts = [self._fact_title(name) for name in (anchor.fact, anchor.or_later) if name]
        return ": ".join(filter(None, (acts or limit, ", ".join(facts))))

    def _acts(self, codes: str) -> str:
        """Acts of which one is enough, by their titles."""
        titles = []
        for code in codes.split("|"):
            act = self.book.action(code)
            titles.append(act.title_en if self.language == "en" else act.title)
        return self._or(titles)

    def _limit(self, ref: Ref) -> str:
        """A limit by its title, with the fact it takes and its condition."""
        rule = self.book.rule(ref.id)
        title = rule.title_en if self.language == "en" else rule.title
        cited = f" ({ref.id})" if self.cites else ""
        return title + cited + self._reference(ref).removeprefix(ref.id)

    def _reference(self, ref: Ref) -> str:
        if self.language == "vi":
            return reference(ref)
        bare = reference(ref.model_copy(update={"when": {}, "at": None}), "en")
        at = f" at {begun(self._fact_title(ref.at))}" if ref.at else ""
        return _spaced(bare).replace(":", ": ").replace("|", " or ") + at + self._if(ref.when)

    def _fact(self, fact: ActionFact) -> str:
        title = self._fact_title(fact.name)
        if fact.when:
            return title + self._if(fact.when)
        if fact.required:
            return title
        return f"{title} ({'optional' if self.language == 'en' else 'nếu có'})"

    def _fact_title(self, name: str) -> str:
        if self.language == "vi":
            return fact_words(name)[0]
        fact = catalogue().get(name)
        return fact.title_en if fact else _spaced(name)

    def _if(self, when: Condition) -> str:
        return f" {'if' if self.language == 'en' else 'nếu'} {self._condition(when)}" if when else ""

    def _condition(self, when: Condition) -> str:
        """A condition by the names of its facts; the values of facts have words in Vietnamese alone."""
        if self.language == "vi":
            return condition(when)
        said = []
        for name, wanted in when.items():
            choices = wanted if isinstance(wanted, list) else [wanted]
            said.append(f"{self._fact_title(name)}: {self._or(map(_choice, choices))}")
        return "; ".join(said)

    def _or(self, choices: Iterable[str]) -> str:
        return (" or " if self.language == "en" else " hoặc ").join(choices)


def changes(row: Row, table: str, old: Reader, new: Reader) -> list[Said]:
    """The fields of a row that changed, each in words."""
    names = {change.field for change in row.changes}
    found = []
    for change in row.changes:
        if change.field == "counted_from" and "from" in names:  # the same in the law's own words
            continue
        was, now = _both(row, table, change, old, new)
        if was == now:
            was, now = _both(row, table, change, replace(old, cites=True), replace(new, cites=True))
        found.append(Said(change.field, was, now))
    return found


def _both(row: Row, table: str, change: Change, old: Reader, new: Reader) -> tuple[Value, Value]:
    was = old.value(table, row.old or "", change.field, change.old)
    return was, new.value(table, row.new or "", change.field, change.new)


def titled(row: Row, table: str, language: Language) -> str:
    """What a row is called; where it has no name but a code, what the code is of."""
    if table == "drawn":
        return all_forms()[row.title].title
    if table in {"period", "wording"} and language == "en":
        return _spaced(row.title_en).capitalize()
    return row.title_en if language == "en" else row.title


def called(field: str, say: Callable[[str], str]) -> str:
    """What a field is called: forms that are drawn have one for each kind of agency."""
    kinds = {name: words.AGENCY_KINDS[kind] for kind, name in AGENCIES.items()}
    return say(words.LAW_FIELDS.get(field) or kinds.get(field, field))


def _spaced(code: str) -> str:
    return code.replace("_", " ")


def _plain(text: str, language: Language) -> str:
    return _spaced(text) if language == "en" else text


def _choice(value: bool | str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _spaced(value)
