"""Reading rulebooks: TOML files become validated books, or an error that names file and key."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from models.law.book import Book, Track, Wording
from models.law.inheritance import LoadError as LoadError
from models.law.inheritance import merged, read_toml, told
from models.law.schema import Action, Anchor, Clock, Condition, Fact, Rule, Stage

BOOKS = Path(__file__).parent / "books"
T = TypeVar("T")
DERIVED = frozenset({
    "delivered", "held", "legality_confirmed", "migrated", "monitored", "ordinance", "placed", "stage",
    "term_in_months", "terminated", "track",
})  # fmt: skip
"""Facts the engine derives from the acts done; conditions may use them."""
PARTIES = frozenset({
    "compiler", "facility", "court", "provincial_court", "centre", "provincial_police", "ministry_police",
    "justice_office", "labour_office", "committee", "returner",
})  # fmt: skip
"""Parts an agency can play in a dossier."""


@cache
def catalogue() -> Mapping[str, Fact]:
    """Every fact an act can record, by name."""
    return _validated(TypeAdapter(dict[str, Fact]), read_toml(BOOKS / "facts.toml"), "facts.toml")


@cache
def load_book(code: str) -> Book:
    """The book of this code, validated in itself.

    Raises:
        LoadError: there is no such book, or it is not sound.

    """
    if code not in codes():
        raise LoadError(f"không có bộ quy tắc {code} / no rulebook {code}")
    name = f"{code}.toml"
    book = _validated(TypeAdapter(Book), merged(BOOKS, code), name)
    if book.code != code:
        raise LoadError(f"{name}: code: phải trùng tên tệp / must be the file's name, not {book.code}")
    check_book(book)
    return book


def codes() -> list[str]:
    """Codes of the books on file, oldest first."""
    return sorted(path.stem for path in BOOKS.glob("*.toml") if path.stem != "facts")


def check_book(
    book: Book, *, forms: Iterable[str] | None = None, guards: Iterable[str] | None = None
) -> None:
    """Checks what one line of a book says against the others, or a loaded book against what exists outside it.

    Args:
        book: the book to check; with forms or guards one that was loaded, and so is sound in itself.
        forms: codes of the forms that exist.
        guards: names of the guards that exist.

    Raises:
        LoadError: every flaw found, each with its key.

    """
    if forms is None and guards is None:
        flaws = _own_flaws(book)
    else:
        flaws = _form_flaws(book, set(forms or ())) if forms is not None else []
        flaws += _guard_flaws(book, set(guards or ())) if guards is not None else []
    if flaws:
        raise LoadError("\n".join(f"{book.code}.toml: {flaw}" for flaw in flaws))


def _own_flaws(book: Book) -> list[str]:
    rules = {rule.id for rule in book.rules}
    return [
        *_duplicates("rules", [rule.id for rule in book.rules]),
        *_duplicates("actions", [action.code for action in book.actions]),
        *_duplicates("provisions", [one.id for one in book.provisions]),
        *(
            f"provisions.{one.id}: cũng là một quy tắc / a rule has this id"
            for one in book.provisions
            if one.id in rules
        ),
        *_wording_flaws(book),
        *_transition_flaws(book),
        *_rule_flaws(book),
        *_action_flaws(book),
        *(
            flaw
            for paper in book.papers
            for flaw in _condition_flaws(f"papers.{paper.kind}.when", paper.when)
        ),
        *(
            flaw
            for kind, refs in book.drawn.items()
            for ref in refs
            for flaw in _condition_flaws(f"drawn.{kind}", ref.when)
        ),
        *_reachability_flaws(book),
    ]


def _form_flaws(book: Book, known: set[str]) -> list[str]:
    named = [(f"actions.{action.code}.forms", ref.id) for action in book.actions for ref in action.forms]
    named += [(f"drawn.{kind}", ref.id) for kind, refs in book.drawn.items() for ref in refs]
    named += [(f"papers.{paper.kind}.form", paper.form) for paper in book.papers if paper.form]
    named += [
        (f"papers.{paper.kind}.any_of", code)
        for paper in book.papers
        for code in paper.any_of
        if "-" in code  # kinds of paper have no hyphen
    ]
    return [f"{key}: không có mẫu / unknown form {code}" for key, code in named if code not in known]


def _guard_flaws(book: Book, known: set[str]) -> list[str]:
    named = [
        (f"actions.{action.code}.guards", guard.id) for action in book.actions for guard in action.guards
    ]
    arguments = {rule.id for rule in book.rules}.union(*(fact.choices for fact in catalogue().values()))
    flaws = [
        f"{key}: không có điều kiện / unknown guard {guard}"
        for key, guard in named
        if guard.partition(":")[0] not in known
    ]
    return flaws + [
        f"{key}: không có quy tắc hoặc giá trị / unknown rule or value in {guard}"
        for key, guard in named
        if ":" in guard and not arguments.issuperset(guard.partition(":")[2].split("|"))
    ]


def _validated(adapter: TypeAdapter[T], data: object, name: str) -> T:
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        lines = (f"{name}: {told(flaw, data)}" for flaw in error.errors())
        raise LoadError("\n".join(lines)) from error


def _duplicates(table: str, keys: list[str]) -> list[str]:
    return [f"{table}.{key}: lặp lại / twice" for key, times in Counter(keys).items() if times > 1]


def _rule_flaws(book: Book) -> list[str]:
    known = {rule.id for rule in book.rules}
    flaws = []
    for rule in book.rules:
        key = f"rules.{rule.id}"
        flaws += [
            f"{key}.anchor.limit: không có quy tắc / unknown rule {anchor.limit}"
            for anchor in _anchors(rule)
            if anchor.limit and anchor.limit not in known
        ]
        flaws += [
            f"{key}.{name}: không có quy tắc / unknown rule {other}"
            for name, other in (
                ("inside", rule.inside),
                ("beside", rule.beside),
                ("in_place_of", rule.in_place_of),
            )
            if other and other not in known
        ]
    return flaws


def _action_flaws(book: Book) -> list[str]:
    codes_ = {action.code for action in book.actions}
    rules = {rule.id: rule for rule in book.rules}
    facts = catalogue()
    flaws = []
    for action in book.actions:
        key = f"actions.{action.code}"
        if not action.by:
            flaws.append(f"{key}.by: không ai được làm / nobody may take it")
        flaws += [
            f"{key}.facts: không có dữ kiện / unknown fact {fact.name}"
            for fact in action.facts
            if fact.name not in facts
        ]
        named = (
            {code for entry in action.after for code in entry.split("|")}
            | set(action.not_after)
            | set(action.undoes)
        )
        flaws += [f"{key}: không có thao tác / unknown action {code}" for code in sorted(named - codes_)]
        refs = (
            *action.starts, *action.ends, *action.restarts, *action.extends, *action.credits, *action.suspends,
            *action.resumes,
        )  # fmt: skip
        flaws += [f"{key}: không có quy tắc / unknown rule {ref.id}" for ref in refs if ref.id not in rules]
        for rule in (rules[ref.id] for ref in action.starts if ref.id in rules):
            flaws += _anchor_flaws(key, action, rule)
        if action.hand_to and action.hand_to not in PARTIES:
            flaws.append(f"{key}.hand_to: không có vai / unknown party {action.hand_to}")
        if action.actor not in PARTIES | {"holder", "any"}:
            flaws.append(f"{key}.actor: không có vai / unknown party {action.actor}")
        asked = {fact.name for fact in action.facts}
        flaws += [
            f"{key}: {ref.id} at {ref.at}: không hỏi dữ kiện / fact not asked"
            for ref in refs
            if ref.at and ref.at not in asked
        ]
        for ref in (*refs, *action.forms, *action.next, *action.guards):
            flaws += _condition_flaws(key, ref.when)
        for when in (action.when, *(fact.when for fact in action.facts)):
            flaws += _condition_flaws(key, when)
    return flaws


def _wording_flaws(book: Book) -> list[str]:
    unknown = sorted(set(book.wording_minor) - set(Wording.model_fields))
    if unknown:
        return [f"wording_minor.{key}: không có mục này / no such key" for key in unknown]
    try:
        book.words("minor")
    except ValidationError as error:
        return [f"wording_minor.{told(flaw)}" for flaw in error.errors()]
    return []


def _transition_flaws(book: Book) -> list[str]:
    """What a transition says must exist in the books it leads from and to."""
    if book.transition is None:
        return []
    moved, known = book.transition, {action.code for action in book.actions}
    if moved.origin not in codes() or moved.origin >= book.code:
        return [f"transition.from: phải là bộ quy tắc cũ hơn / must be an older book: {moved.origin}"]
    older = load_book(moved.origin)
    flaws = [
        f"transition.rules: không có quy tắc / unknown rule {rule}"
        for rule, of in [
            *((old, older) for old in moved.rules),
            *((new, book) for new in moved.rules.values()),
        ]
        if rule not in {one.id for one in of.rules}
    ]
    done = {action.code for action in older.actions}
    flaws += [
        f"transition.acts: không có thao tác / unknown action {code}"
        for code in sorted((set(moved.acts) - done) | (set(moved.acts.values()) - known))
    ]
    flaws += [
        f"transition.facts: không có dữ kiện / unknown fact {fact.name}"
        for fact in moved.facts
        if fact.name not in catalogue()
    ]
    for landing in moved.landings:
        key = f"transition.landings.{landing.id}"
        if landing.next not in book.stages:
            flaws.append(f"{key}.next: bộ quy tắc không có giai đoạn / no such stage {landing.next}")
        if landing.hand_to and landing.hand_to not in PARTIES:
            flaws.append(f"{key}.hand_to: không có vai / unknown party {landing.hand_to}")
        flaws += [
            f"{key}.undoes: không có thao tác / unknown action {code}"
            for code in landing.undoes
            if code not in known | done
        ]
        flaws += _condition_flaws(key, landing.when)
    for keep in moved.keeps:
        key = f"transition.keeps.{keep.id}"
        flaws += _condition_flaws(key, keep.when)
        flaws += [
            f"{key}.when: không dùng được / cannot be used here: {name}"
            for name in keep.when
            if name in DERIVED - {"delivered"}
        ]
    for fact in moved.facts:
        flaws += _condition_flaws("transition.facts", fact.when)
    return flaws


def _anchors(rule: Rule) -> list[Anchor]:
    return [rule.anchor, *(variant.anchor for variant in rule.variants if variant.anchor)]


def _anchor_flaws(key: str, action: Action, rule: Rule) -> list[str]:
    anchors = _anchors(rule)
    flaws = [
        f"rules.{rule.id}.anchor.fact: không có dữ kiện / unknown fact {fact}"
        for anchor in anchors
        for fact in (anchor.fact, anchor.or_later)
        if fact and fact not in catalogue()
    ]
    if rule.range and rule.range.fact not in catalogue():
        flaws.append(f"rules.{rule.id}.range.fact: không có dữ kiện / unknown fact {rule.range.fact}")
    for variant in rule.variants:
        flaws += _condition_flaws(f"rules.{rule.id}.variants", variant.when)
    anchored = rule.anchor.limit or action.code in {act for anchor in anchors for act in anchor.acts}
    if rule.clock is Clock.counted and not anchored:
        flaws.append(f"{key}.starts: {rule.id} không tính từ thao tác này / is not anchored on this action")
    return flaws


def _condition_flaws(key: str, when: Condition) -> list[str]:
    flaws = []
    for name, wanted in when.items():
        if name not in catalogue() and name not in DERIVED:
            flaws.append(f"{key}: không có dữ kiện / unknown fact {name}")
        elif possible := _values(name):
            values = wanted if isinstance(wanted, list) else [wanted]
            flaws += [
                f"{key}: {name} không có giá trị / has no value {value}"
                for value in values
                if value not in possible
            ]
    return flaws


def _values(name: str) -> frozenset[bool | str]:
    """What a fact can be; nothing where that is open."""
    if name in DERIVED:
        return DERIVED_VALUES.get(name, frozenset({True, False}))
    fact = catalogue()[name]
    return frozenset({True, False}) if fact.type == "flag" else frozenset(fact.choices)


DERIVED_VALUES: Mapping[str, frozenset[bool | str]] = {
    "ordinance": frozenset({"2014", "2022", "minors"}),
    "stage": frozenset(Stage),
    "track": frozenset(get_args(Track)),
}
"""What the derived facts can be that are not simply so or not."""


def _reachability_flaws(book: Book) -> list[str]:
    flaws = []
    for action in book.actions:
        flaws += [
            f"actions.{action.code}.next: bộ quy tắc không có giai đoạn / no such stage {ref.id}"
            for ref in action.next
            if ref.id not in book.stages
        ]
        flaws += [
            f"actions.{action.code}.stages: bộ quy tắc không có giai đoạn / no such stage {stage}"
            for stage in action.stages
            if stage not in book.stages
        ]
        if (action.code == "open") == bool(action.stages):
            flaws.append(
                f"actions.{action.code}.stages: chỉ mở hồ sơ là ngoài mọi giai đoạn / only opening has no stage"
            )
    if not any(action.code == "open" for action in book.actions):
        flaws.append("actions.open: bộ quy tắc phải có thao tác mở hồ sơ / a book needs an opening action")
    reached = _reached(book)
    return flaws + [
        f"stages.{stage}: không tới được / unreachable" for stage in book.stages if stage not in reached
    ]


def _reached(book: Book) -> set[str]:
    """The stages that acts can lead to, from the opening on."""
    reached: set[str] = set()
    while True:
        possible = (action for action in book.actions if not action.stages or reached & set(action.stages))
        more = {ref.id for action in possible for ref in action.next} - reached
        if not more:
            return reached
        reached |= more
