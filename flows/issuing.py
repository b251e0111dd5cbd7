"""Issuing documents inside an act: numbers from the registers, content frozen, nothing rendered yet."""

import hashlib
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from pydantic import ValidationError

from documents.case import AgencyCard, Case, FormContext, Issued, MissingValue, Particulars
from documents.form import Form
from documents.forms import all_forms
from flows.refusals import Flaw, Invalid
from flows.validation import in_vietnamese
from flows.view import View
from models.law.loader import catalogue
from models.law.schema import Action

Numbers = Mapping[tuple[str, int, str], Iterator[int]]
"""Numbers taken for an agency, year and register, in order."""


def particulars_of(
    action: Action, asked: Mapping[str, Mapping[str, Any]], kind: str
) -> dict[str, Particulars]:
    """What an act of an agency of this kind states for its forms only, by form, as each form asks for it.

    Raises:
        Invalid: a form the act does not issue or that asks for nothing, or particulars that do not fit; all are named.
    """
    given = (ref for ref in action.forms if ref.given and kind in (ref.by or [kind]))
    known = {ref.id for ref in given if all_forms()[ref.id].particulars}
    flaws, typed = [], {}
    for code, stated in asked.items():
        model = all_forms()[code].particulars if code in known else None
        if model is None:
            flaws.append(Flaw(
                "form_not_asked", f"particulars.{code}",
                f"“{action.title}” không lập mẫu {code} với nội dung riêng",
                f"“{action.title_en}” issues no form {code} with particulars", action.citation,
            ))  # fmt: skip
            continue
        try:
            typed[code] = model.model_validate(stated)
        except ValidationError as error:
            for flaw in error.errors():
                vietnamese, english = in_vietnamese(flaw)
                where = ".".join(("particulars", code, *map(str, flaw["loc"])))
                flaws.append(Flaw(flaw["type"], where, vietnamese, english, all_forms()[code].source))
    if flaws:
        raise Invalid(flaws)
    return typed


def unused_particulars(view: View) -> list[Flaw]:
    """Particulars of forms that the act does not issue in such a case: nothing that was stated is dropped in silence."""
    action = view.action
    return [
        Flaw(
            "form_not_asked", f"particulars.{code}",
            f"Trong trường hợp này “{action.title}” không lập mẫu {code}",
            f"In this case “{action.title_en}” issues no form {code}", action.citation,
        )
        for code in view.particulars if code not in view.forms()
    ]  # fmt: skip


@dataclass
class Issue:
    """The documents of one act, before their numbers are taken."""

    view: View
    issuer: AgencyCard
    parties: Mapping[str, AgencyCard]
    forms: list[Form] = field(default_factory=list)

    last_days: Mapping[str, date] = field(init=False)
    """Of the limits that ran when the act was judged, which may end some of them."""
    _checked: "list[Filled]" = field(default_factory=list)

    def __post_init__(self) -> None:
        self.forms = [all_forms()[code] for code in self.view.forms()]
        self.last_days = {
            limit.place: limit.last_day
            for limit in self.view.state.limits
            if limit.last_day and limit.ended_at is None and not limit.suspended
        }

    @property
    def wanted(self) -> Counter[tuple[str, int, str]]:
        """How many numbers each register must give."""
        year = self.view.at.year
        return Counter((self.issuer.code, year, form.register) for form in self.forms if form.register)

    def check(self, acts: Mapping[str, datetime]) -> None:
        """Fills every form once, with a number that does not count; the content stays as it is if the act takes none.

        Args:
            acts: the dossier's acts with this one.

        Raises:
            Invalid: a form lacks a value; form and field are named.
        """
        self._checked = list(self._filled(None, acts))

    def rows(self, event: UUID, numbers: Numbers, public_url: str) -> list[dict[str, Any]]:
        """The documents to write, each with its number, its frozen content, and where anyone can check it."""
        rows = []
        filled = self._filled(numbers, self.view.state.acts) if self.wanted else self._checked
        for form, case, number, context in filled:
            frozen, code = context.model_dump(mode="json"), secrets.token_urlsafe(12)
            rows.append(
                {
                    "id": uuid4(),
                    "dossier": self.view.state.id,
                    "event": event,
                    "form": form.code,
                    "title": form.title,
                    "agency": self.issuer.code,
                    "register_name": form.register,
                    "year": self.view.at.year,
                    "number": number,
                    "number_text": case.number,
                    "issued_on": case.day,
                    "context": frozen,
                    "context_digest": hashlib.sha256(
                        orjson.dumps(frozen, option=orjson.OPT_SORT_KEYS)
                    ).hexdigest(),
                    "state": "issued",
                    "verify_code": code,
                    "verify_url": f"{public_url}/verify/{code}",
                    "sha256": None,
                    "size": None,
                    "rendered_at": None,
                }
            )
        return rows

    def drafts(self) -> list[tuple[Form, FormContext]]:
        """What would be issued, with a blank where the number will stand."""
        return [(form, context) for form, _case, _number, context in self._checked]

    def _filled(self, numbers: Numbers | None, acts: Mapping[str, datetime]) -> "Iterator[Filled]":
        issued, blank = dict(self.view.state.issued), self._case(acts)
        for form in self.forms:
            number = (
                next(numbers[self.issuer.code, self.view.at.year, form.register])
                if numbers and form.register
                else None
            )
            case = replace(
                blank,
                form=form.code,
                number=self._number_text(form, number),
                particulars=self.view.particulars.get(form.code),
                issued=dict(issued),
            )
            context = self._context(form, case)
            if self.view.signing:
                context = context.model_copy(update={"signing": self.view.signing})
            yield form, case, number, context
            issued[form.code] = Issued(form.code, case.number or "", case.day, self.issuer.name)

    def _number_text(self, form: Form, number: int | None) -> str | None:
        if form.symbol is None:
            return None
        return f"{'…' if number is None else f'{number:02d}'}/{form.symbol.format(symbol=self.issuer.symbol)}"

    def _context(self, form: Form, case: Case) -> FormContext:
        try:
            return form.gather(case)
        except MissingValue as missing:
            known = missing.field in catalogue()
            title = catalogue()[missing.field].title if known else missing.title
            where = f"facts.{missing.field}" if known else missing.field
            raise Invalid(
                [
                    Flaw(
                        "missing_value",
                        where,
                        f"Mẫu {form.code} cần “{title}”",
                        f"Form {form.code} needs {missing.field}",
                        form.source,
                    )
                ]
            ) from missing
        except ValidationError as error:
            raise Invalid(
                [
                    Flaw(
                        "form_content",
                        ".".join(map(str, flaw["loc"])),
                        f"Mẫu {form.code}: {flaw['msg']}",
                        f"Form {form.code}: {flaw['msg']}",
                        form.source,
                    )
                    for flaw in error.errors()
                ]
            ) from error

    def _case(self, acts: Mapping[str, datetime]) -> Case:
        view = self.view
        action, moment = view.origin or (view.action.code, view.at)
        return Case(
            form="",
            book=view.book.code,
            wording=view.book.words(view.state.track),
            action=action,
            occurred_at=moment,
            issued_at=view.at,
            number=None,
            issuer=self.issuer,
            signer=self.issuer.head,
            person=view.state.person,
            facts=view.facts,
            parties=self.parties,
            issued=dict(view.state.issued),
            enclosures=tuple(self._enclosures()),
            acts=acts,
            last_days=self.last_days,
        )

    def _enclosures(self) -> Iterator[str]:
        """The papers the file consists of, in the order of the article, then what else was received; no letter encloses itself."""
        view, listed, own = self.view, set(), {form.code for form in self.forms}
        for paper in view.book.papers:
            names = {paper.kind, *paper.any_of}
            if not view.holds(paper.when):
                continue
            listed |= names
            if paper.form in own:
                continue
            forms = [form for form in (paper.form, *paper.any_of) if form]
            received = [title for kind, title, _sheets in view.state.papers if kind in names]
            # The form's own title: the paper's may name what could have stood in its place.
            instead = [form.title for form in self.forms if form.code in paper.any_of]
            issued = [view.state.issued[form] for form in forms if form in view.state.issued]
            yield from map(_enclosed, issued)
            if not issued:
                yield from received or instead or [paper.title]
        yield from (title for kind, title, _sheets in view.state.papers if kind not in listed)


Filled = tuple[Form, Case, int | None, FormContext]
"""A form with what it was filled from, its number, and its content."""


def _enclosed(issued: Issued) -> str:
    number = f" số {issued.number}" if issued.number else ""
    return f"{all_forms()[issued.form].title}{number} ngày {issued.day:%d/%m/%Y}"
