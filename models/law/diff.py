"""What changed between two rulebooks, row by row; a row that got another id is paired with the one before it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from models.law.book import Book, Provision
from models.law.schema import Action, Anchor, Paper, Ref, Rule, Strict
from models.law.words import AGENCIES, STAGE_NAMES, WORDING, anchors, both, condition, reference, stated

Value = str | bool | list[str] | None
Rename = Callable[[str], str]


class Result(BaseModel):
    """Base of what a comparison tells."""

    model_config = ConfigDict(frozen=True)


class Change(Result):
    """One field of a row, before and after; amounts and conditions by their codes."""

    field: str
    old: Value
    new: Value


class Row(Result):
    """A row that is new, gone or changed; `was` and `now` say its main content in a line."""

    state: Literal["new", "gone", "changed"]
    old: str | None = None
    new: str | None = None
    title: str
    title_en: str
    was: str | None = None
    now: str | None = None
    changes: tuple[Change, ...] = ()


class Difference(Result):
    """Everything that two books say differently, table by table; `same` counts the rows they share."""

    old: str
    new: str
    period: tuple[Row, ...]
    wording: tuple[Row, ...]
    exclusions: tuple[Row, ...]
    rules: tuple[Row, ...]
    actions: tuple[Row, ...]
    papers: tuple[Row, ...]
    provisions: tuple[Row, ...]
    drawn: tuple[Row, ...]
    same: dict[str, int]


class _Entry(NamedTuple):
    """A row made ready to be compared."""

    title: str
    title_en: str
    line: str
    fields: Mapping[str, Value]


_Table = dict[str, _Entry]


def difference(old: Book, new: Book, between: Sequence[Book] = ()) -> Difference:
    """Compares two books.

    Args:
        old: the book to start from; it may be the later one.
        new: the book to arrive at.
        between: books whose transitions lead from one to the other, in any order; those two may be among them.
    """
    rules, acts = _renamed(old, new, between, "rules"), _renamed(old, new, between, "acts")
    rules |= _alike(old, new, rules)

    def name(rule: str) -> str:
        return rules.get(rule, rule)

    tables: dict[str, tuple[_Table, _Table, Mapping[str, str]]] = {
        "period": (_period(old), _period(new), {}),
        "wording": (_wording(old), _wording(new), {}),
        "exclusions": (_exclusions(old), _exclusions(new), {}),
        "rules": (_rules(old, name), _rules(new), rules),
        "actions": (_actions(old, name), _actions(new), acts),
        "papers": (_papers(old), _papers(new), {}),
        "provisions": (_provisions(old), _provisions(new), {}),
        "drawn": (_drawn(old), _drawn(new), {}),
    }
    rows = {table: _rows(*compared) for table, compared in tables.items()}
    same = {
        table: sum(names.get(key, key) in ours for key in theirs)
        - sum(row.state == "changed" for row in rows[table])
        for table, (theirs, ours, names) in tables.items()
    }
    return Difference(old=old.code, new=new.code, same=same, **rows)


def _renamed(
    old: Book, new: Book, between: Iterable[Book], table: Literal["rules", "acts"]
) -> dict[str, str]:
    """Ids of the older book that stand under another id in the other, by the transitions on the way."""
    if old.valid_from > new.valid_from:
        forward = _renamed(new, old, between, table)
        kept = _ids(new, table)
        return {now: then for then, now in reversed(forward.items()) if now not in kept}
    way = sorted({book.code: book for book in (*between, new)}.values(), key=lambda book: book.valid_from)
    places = {key: key for key in _ids(old, table)}
    for book in way:
        if old.valid_from < book.valid_from <= new.valid_from and book.transition:
            moved = getattr(book.transition, table)
            places = {key: moved.get(place, place) for key, place in places.items()}
    known = _ids(new, table)
    return {key: place for key, place in places.items() if place in known and place != key}


def _alike(old: Book, new: Book, names: Mapping[str, str]) -> dict[str, str]:
    """Rules that no transition leads on, for no such limit goes on running, but whose title is that of one new rule."""
    known, taken = _ids(new, "rules"), {names.get(rule.id, rule.id) for rule in old.rules}
    left = [rule for rule in old.rules if names.get(rule.id, rule.id) not in known]
    free = [rule for rule in new.rules if rule.id not in taken]
    titles = [Counter(rule.title for rule in rules) for rules in (left, free)]
    return {
        rule.id: other.id
        for rule in left
        for other in free
        if rule.title == other.title and all(count[rule.title] == 1 for count in titles)
    }


def _ids(book: Book, table: Literal["rules", "acts"]) -> set[str]:
    return {rule.id for rule in book.rules} if table == "rules" else {action.code for action in book.actions}


def _rows(old: _Table, new: _Table, names: Mapping[str, str]) -> tuple[Row, ...]:
    """Rows in the order of the newer book, then those that are gone; several old rows may share a new one."""
    origins: dict[str, list[str]] = {}
    for key in old:
        origins.setdefault(names.get(key, key), []).append(key)
    rows = []
    for key, entry in new.items():
        if key not in origins:
            rows.append(Row(state="new", new=key, title=entry.title, title_en=entry.title_en, now=entry.line))
        rows += [_changed(origin, old[origin], key, entry) for origin in origins.get(key, [])]
    for key, entry in old.items():
        if names.get(key, key) not in new:
            rows.append(
                Row(state="gone", old=key, title=entry.title, title_en=entry.title_en, was=entry.line)
            )
    return tuple(row for row in rows if row.state != "changed" or row.changes or row.old != row.new)


def _changed(old: str, was: _Entry, new: str, now: _Entry) -> Row:
    changes = [
        Change(field=field, old=was.fields.get(field), new=now.fields.get(field))
        for field in {**now.fields, **was.fields}
        if was.fields.get(field) != now.fields.get(field)
    ]
    return Row(
        state="changed",
        old=old,
        new=new,
        title=now.title,
        title_en=now.title_en,
        was=was.line,
        now=now.line,
        changes=tuple(changes),
    )


def _text(title: str, title_en: str, value: Value) -> _Entry:
    line = "; ".join(value) if isinstance(value, list) else str(value)
    return _Entry(title, title_en, line, {"text": value})


def _period(book: Book) -> _Table:
    stated: dict[str, tuple[str, Value]] = {
        "title": ("Tên bộ quy tắc", book.title),
        "valid_from": ("Từ ngày", book.valid_from.isoformat()),
        "valid_to": ("Đến ngày", book.valid_to.isoformat() if book.valid_to else "…"),
        "stages": ("Giai đoạn", [STAGE_NAMES[stage] for stage in book.stages]),
        "tracks": ("Đối tượng", list(book.tracks)),
        "least_age": ("Tuổi thấp nhất", str(book.least_age)),
        "minors_refused": ("Người dưới 18 tuổi", book.minors_refused),
        "exclusions_citation": ("Căn cứ của trường hợp không áp dụng", book.exclusions_citation),
    }
    return {key: _text(title, key, value) for key, (title, value) in stated.items() if value is not None}


def _wording(book: Book) -> _Table:
    spoken: list[tuple[str, str, Value]] = [
        (key, WORDING[key], text)
        for key, text in book.wording.model_dump(mode="json", exclude_none=True).items()
    ]
    spoken += [
        (f"{key} (minor)", f"{WORDING[key]} (dưới 18 tuổi)", text if isinstance(text, str) else list(text))
        for key, text in book.wording_minor.items()
    ]
    return {key: _text(title, key, text) for key, title, text in spoken}


def _exclusions(book: Book) -> _Table:
    return {code: _text(code, code, text) for code, text in book.exclusions.items()}


def _rules(book: Book, name: Rename = str) -> _Table:
    return {rule.id: _rule(rule, name) for rule in book.rules}


def _rule(rule: Rule, name: Rename) -> _Entry:
    spoken = anchors(rule)
    fields: dict[str, Value] = {
        "amount": stated(rule, "en"),
        "from": [anchor.text for anchor in spoken],
        "counted_from": [_source(anchor, name) for anchor in spoken],
        **_plain(rule, name),
    }
    return _Entry(rule.title, rule.title_en, both(rule), fields)


def _source(anchor: Anchor, name: Rename) -> str:
    """What an anchor names, by codes: "acts: open|transfer, fact: found_at"."""
    said = {
        field: "|".join(value) if isinstance(value, list) else name(value)
        for field, value in anchor.model_dump(mode="json", exclude={"text"}).items()
        if value
    }
    return ", ".join(f"{field}: {value}" for field, value in said.items())


def _actions(book: Book, name: Rename = str) -> _Table:
    return {action.code: _action(action, name) for action in book.actions}


def _action(action: Action, name: Rename) -> _Entry:
    fields: dict[str, Value] = {
        **_plain(action, name),
        "facts": [
            fact.name
            + ("" if fact.required else "?")
            + (f" if {condition(fact.when, 'en')}" if fact.when else "")
            for fact in action.facts
        ],
    }
    return _Entry(action.title, action.title_en, ", ".join(AGENCIES[kind] for kind in action.by), fields)


SAID = {"id", "code", "title_en", "note", "clock", "amounts", "variants", "range", "extension", "anchor"}
"""Fields that identify a row, are said in other words, or only comment on it."""


def _plain(row: Strict, name: Rename = str) -> dict[str, Value]:
    """Every other field of a row: codes, lists of codes, conditions; what a book may say in future is not left out."""
    return {field: _value(getattr(row, field), name) for field in type(row).model_fields if field not in SAID}


def _value(value: object, name: Rename) -> Value:
    match value:
        case None | bool():
            return value
        case dict():
            return condition(value, "en") or None
        case tuple():
            return [_reference(one, name) if isinstance(one, Ref) else str(one) for one in value]
        case _:
            return name(str(value))


def _reference(ref: Ref, name: Rename) -> str:
    """A reference by its codes, with the rule meant under its newer id, also in a guard's argument."""
    head, colon, argument = ref.id.partition(":")
    said = head + colon + "|".join(map(name, argument.split("|"))) if colon else name(head)
    return reference(ref.model_copy(update={"id": said}), "en")


def papers_of(book: Book) -> dict[str, Paper]:
    """Papers by the keys under which they are compared: their kinds, numbered where several are of one."""
    found: dict[str, Paper] = {}
    for paper in book.papers:
        alike = sum(key.partition(" ")[0] == paper.kind for key in found)
        found[f"{paper.kind} ({alike + 1})" if alike else paper.kind] = paper
    return found


def _papers(book: Book) -> _Table:
    return {key: _paper(paper) for key, paper in papers_of(book).items()}


def _paper(paper: Paper) -> _Entry:
    return _Entry(paper.title, paper.title_en, paper.form or "–", _plain(paper))


def _provisions(book: Book) -> _Table:
    return {one.id: _provision(one) for one in book.provisions}


def _drawn(book: Book) -> _Table:
    """Forms that may be drawn up beside the acts, by code: by which agencies, and when."""
    by: dict[str, dict[str, Value]] = {}
    for kind, refs in book.drawn.items():
        for ref in refs:
            by.setdefault(ref.id, {})[AGENCIES[kind]] = condition(ref.when, "en") or True
    return {form: _Entry(form, form, ", ".join(kinds), kinds) for form, kinds in by.items()}


def _provision(one: Provision) -> _Entry:
    return _Entry(one.title, one.title_en, one.citation, _plain(one))
