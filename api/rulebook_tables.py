"""A rulebook as tables a lawyer reads, Vietnamese first: the same for the terminal and for the pages in `docs/law/`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from documents.forms import all_forms
from models.law.book import Book, Transition
from models.law.loader import catalogue
from models.law.schema import Action, ActionFact, Ref, Rule, Stage
from models.law.words import (
    AGENCIES,
    KINDS,
    PARTIES,
    STAGE_NAMES,
    SUBSTITUTES,
    WORDING,
    anchors,
    both,
    condition,
    reference,
    sources,
)

UNCONFIRMED = "chưa xác nhận"
Cells = tuple[str, ...]
ABOUT = {
    "subject": "đối tượng",
    "exclusion": "trường hợp không áp dụng",
    "paper": "tài liệu",
    "act": "việc phải làm",
    "term": "thời hạn áp dụng",
    "court": "Tòa án",
    "counting": "cách tính",
    "validity": "giá trị sử dụng",
    "transition": "chuyển tiếp",
}
VERBS = {
    "starts": "▶",
    "ends": "■",
    "restarts": "tính lại",
    "extends": "gia hạn",
    "credits": "trừ ngày",
    "suspends": "tạm ngừng",
    "resumes": "tiếp tục",
}
"""What an action does to limits."""


@dataclass(frozen=True)
class Section:
    """One table: its heading, columns and rows; `brief` are the columns that a terminal has room for."""

    heading: str
    columns: Cells
    rows: Sequence[Cells]
    brief: tuple[int, ...] = ()


def sections(book: Book) -> list[Section]:
    """Everything a book says, in the order a reader asks for it; empty tables are left out."""
    found = [
        _period(book),
        _wording(book),
        _stages(book),
        _exclusions(book),
        _papers(book),
        _rules(book),
        *_actions(book),
        _forms(book),
        _provisions(book),
        *_transition(book.transition),
        Section("Ghi chú · Notes", ("Ghi chú",), [(note,) for note in book.notes]),
    ]
    return [section for section in found if section.rows]


def period(book: Book) -> str:
    """From the first day to the last: "01/01/2022 – 28/02/2025", "từ 01/07/2026"."""
    return (
        f"{_day(book.valid_from)} – {_day(book.valid_to)}" if book.valid_to else f"từ {_day(book.valid_from)}"
    )


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _mark(confirmed: bool) -> str:
    return "" if confirmed else UNCONFIRMED


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _period(book: Book) -> Section:
    tracks = {"adult": "người từ đủ 18 tuổi", "minor": "người dưới 18 tuổi"}
    rows = [
        ("Thời gian · period", period(book), ""),
        ("Đối tượng · tracks", ", ".join(tracks[track] for track in book.tracks), ""),
        ("Tuổi thấp nhất · least age", str(book.least_age), book.least_age_citation or ""),
        ("Người dưới 18 tuổi · minors", book.minors_refused or "", book.minors_citation or ""),
        ("Dựa trên · extends", book.extends or "", ""),
    ]
    return Section("Thời kỳ · Period", ("", "", "Căn cứ · article"), [row for row in rows if row[1]])


def _wording(book: Book) -> Section:
    spoken = [(key, WORDING[key], text) for key, text in book.wording.model_dump(exclude_none=True).items()]
    spoken += [(key, f"{WORDING[key]} (dưới 18 tuổi)", text) for key, text in book.wording_minor.items()]
    rows = [(key, title, text if isinstance(text, str) else "\n".join(text)) for key, title, text in spoken]
    return Section("Cách gọi trong văn bản · Wording", ("Mã", "Mục", "Câu chữ"), rows)


def _stages(book: Book) -> Section:
    """Each stage with the acts that lead into it."""
    rows = []
    for stage in book.stages:
        ways = [action for action in book.actions if stage in {ref.id for ref in action.next}]
        lines = [f"{action.code} ({action.citation})" for action in ways]
        rows.append((stage.value, STAGE_NAMES[stage], "\n".join(lines)))
    return Section("Giai đoạn · Stages", ("Mã", "Giai đoạn", "Thao tác dẫn đến · led to by"), rows)


def _exclusions(book: Book) -> Section:
    rows = [(code, text, book.exclusions_citation) for code, text in book.exclusions.items()]
    return Section("Trường hợp không áp dụng · Exclusions", ("Mã", "Trường hợp", "Căn cứ · article"), rows)


def _papers(book: Book) -> Section:
    rows = [
        (
            paper.kind,
            paper.title,
            ", ".join(
                (
                    *([paper.form] if paper.form else []),
                    *(SUBSTITUTES.get(one, (one,))[0] for one in paper.any_of),
                )
            ),
            condition(paper.when),
            paper.citation,
            _mark(paper.confirmed),
        )
        for paper in book.papers
    ]
    columns = ("Mã", "Tài liệu", "Biểu mẫu hoặc giấy tờ thay thế", "Khi", "Căn cứ · article", "")
    return Section("Tài liệu trong hồ sơ · Papers", columns, rows)


def _rules(book: Book) -> Section:
    columns = ("Mã", "Quy tắc", "Thời hạn", "Tính từ", "Ai", "Loại", "Căn cứ · article", "")
    return Section("Thời hạn · Rules", columns, [_rule(rule) for rule in book.rules])


def _rule(rule: Rule) -> Cells:
    back = "đếm ngược từ: " if rule.direction == "before" else ""
    remarks = (
        f"không quá {rule.inside}" if rule.inside else "",
        f"cùng tính với {rule.beside}" if rule.beside else "",
        "có thể tính cả ngày đầu" if rule.first_day == "doubtful" else "",
    )
    return (
        rule.id,
        _lines(rule.title, rule.title_en),
        _lines(both(rule).replace("; ", ";\n"), *remarks),
        back + "; ".join(anchor.text for anchor in anchors(rule)),
        rule.who,
        KINDS[rule.kind],
        _lines(*sources(rule), rule.note or ""),
        _mark(rule.confirmed),
    )


def _actions(book: Book) -> Iterable[Section]:
    """The actions of each stage; one that belongs to several stands under the first, as does the opening where it leads."""
    columns = (
        "Mã", "Thao tác", "Ai làm", "Cần", "Dữ kiện", "Thời hạn", "Biểu mẫu", "Tiếp theo", "Căn cứ · article", "",
    )  # fmt: skip
    for stage in book.stages:
        rows = [_action(action) for action in book.actions if _first_stage(action) == stage]
        yield Section(f"Thao tác: {STAGE_NAMES[stage]} · Actions: {stage}", columns, rows, (0, 1, 2, 7, 8, 9))


def _first_stage(action: Action) -> str:
    return action.stages[0] if action.stages else action.next[0].id


def _action(action: Action) -> Cells:
    limits = [
        f"{sign} " + ", ".join(reference(ref) for ref in getattr(action, verb))
        for verb, sign in VERBS.items()
        if getattr(action, verb)
    ]
    others = [STAGE_NAMES[stage] for stage in action.stages[1:]]
    return (
        action.code,
        _lines(action.title, action.title_en, f"cũng ở: {', '.join(others)}" if others else ""),
        _who(action),
        _needs(action),
        "; ".join(_fact(fact) for fact in action.facts),
        "\n".join(limits),
        "\n".join(reference(ref) for ref in action.forms),
        _lines(
            *(reference(ref) for ref in action.next),
            f"giao cho {PARTIES[action.hand_to]}" if action.hand_to else "",
            f"phải làm lại: {', '.join(action.undoes)}" if action.undoes else "",
        ),
        _lines(action.citation, action.note or ""),
        _mark(action.confirmed),
    )


def _who(action: Action) -> str:
    head = " (người đứng đầu)" if action.role == "head" else ""
    return _lines(
        ", ".join(AGENCIES[kind] for kind in action.by) + head,
        "tại Tòa án: Thẩm phán" if action.court_role == "judge" else "",
        f"với tư cách {PARTIES.get(action.actor, action.actor)}",
    )


def _needs(action: Action) -> str:
    return _lines(
        f"chỉ khi {condition(action.when)}" if action.when else "",
        "sau: " + ", ".join(one.replace("|", " hoặc ") for one in action.after) if action.after else "",
        "không sau: " + ", ".join(one.replace("|", ", ") for one in action.not_after)
        if action.not_after
        else "",
        *(reference(guard) for guard in action.guards),
        "được làm nhiều lần" if action.repeat else "",
    )


def _fact(fact: ActionFact) -> str:
    title = catalogue()[fact.name].title
    if fact.when:
        return f"{title} (bắt buộc nếu {condition(fact.when)})"
    return title if fact.required else f"{title} (nếu có)"


def _forms(book: Book) -> Section:
    issuing: dict[str, list[str]] = {}
    for action in book.actions:
        for ref in action.forms:
            issuing.setdefault(ref.id, []).append(action.code)
    for kind, refs in book.drawn.items():
        for ref in refs:
            issuing.setdefault(ref.id, []).append(f"{AGENCIES[kind]} lập{_when(ref)}")
    rows = [
        (form.code, form.title, form.source, form.issuer, ", ".join(dict.fromkeys(issuing[form.code])))
        for form in all_forms().values()
        if form.code in issuing
    ]
    columns = ("Mã", "Biểu mẫu", "Nguồn · source", "Người ban hành", "Ban hành khi")
    return Section("Biểu mẫu · Forms", columns, rows)


def _when(ref: Ref) -> str:
    closed = " cả khi hồ sơ đã kết thúc" if ref.closed else ""
    return closed + (f" khi {condition(ref.when)}" if ref.when else "")


def _provisions(book: Book) -> Section:
    rows = [
        (
            one.id,
            ABOUT[one.about],
            _lines(one.title, one.title_en),
            _lines(one.citation, one.note or ""),
            _mark(one.confirmed),
        )
        for one in book.provisions
    ]
    columns = ("Mã", "Về", "Quy định", "Căn cứ · article", "")
    return Section("Quy định không có thời hạn · Provisions", columns, rows)


def _transition(moved: Transition | None) -> Iterable[Section]:
    """How dossiers of the book before land here, which stay there, and which limits and acts go on as others."""
    if moved is None:
        return
    heading = f"Chuyển tiếp từ bộ quy tắc {moved.origin} · Transition"
    rows: list[Cells] = [("", "", "", "", _lines(moved.citation, moved.note or ""), _mark(moved.confirmed))]
    rows += [
        (
            one.id,
            STAGE_NAMES[one.stage],
            condition(one.when),
            _lines(
                STAGE_NAMES[one.next],
                f"giao cho {PARTIES[one.hand_to]}" if one.hand_to else "",
                f"({AGENCIES[one.as_kind]})" if one.as_kind else "",
                f"phải làm lại: {', '.join(one.undoes)}" if one.undoes else "",
            ),
            one.citation,
            _mark(one.confirmed),
        )
        for one in moved.landings
    ]
    rows += [
        (
            one.id,
            STAGE_NAMES[Stage(one.stage)],
            condition(one.when),
            "theo bộ quy tắc cũ",
            one.citation,
            _mark(one.confirmed),
        )
        for one in moved.keeps
    ]
    yield Section(heading, ("Mã", "Đang ở", "Khi", "Chuyển đến", "Căn cứ · article", ""), rows)
    others: list[Cells] = [("thời hạn", old, new) for old, new in moved.rules.items()]
    others += [("thao tác", old, new) for old, new in moved.acts.items()]
    others += [("phải khai", "", _fact(fact)) for fact in moved.facts]
    yield Section("Thay cho · In the place of", ("", "Cũ", "Mới"), others)
