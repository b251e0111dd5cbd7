"""The building blocks of Decree 30/2020, Appendix I, so that a form's code reads like the paper it prints."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from documents import stationery
from documents.case import Signing
from documents.ooxml import (
    Run,
    Text,
    Xml,
    bold_width,
    clean,
    element,
    ended,
    grouped_headings,
    kept_with_next,
    paragraph,
    rule,
    table,
    twips,
)
from documents.seal import Seal
from documents.wording import (
    Signature,
    bold,
    box,
    boxes,
    italic,
    long_date,
    page_count,
    place_date,
    upper,
)

__all__ = [
    "Run",
    "Sheet",
    "Signature",
    "Text",
    "bold",
    "box",
    "boxes",
    "italic",
    "long_date",
    "new_sheet",
    "page_count",
    "place_date",
    "upper",
]

STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"

# The sample file's columns, narrowed so that they end where the decree's widest margins (30 and 15 mm) do.
_HEADER_WIDTHS = (67.0, 98.0)
_CLOSING_WIDTHS = (60.0, 95.0)
_FORM_NUMBER_FROM_TOP, _FORM_NUMBER_WIDTH = 16.0, 40.0
_POINTS_PER_MM = 72 / 25.4
_SHORT_RULE = 0.38  # of the text above it; the decree allows a third to a half
_PHOTO_EDGE = (
    10.0  # mm from the paper's left edge, so that the photograph hangs in the margin as in the gazette
)
_PHOTO_GAP = 2.0  # mm between the photograph and the text beside it
_CELL_SIZE, _CELL_PADDING, _MOST_LINES = 13, 9, 12  # points, points, lines of a row that is held whole


def new_sheet(
    *, mark: str | None = None, signing: Signing | None = None, seal: Seal | None = None
) -> "Sheet":
    """A blank A4 sheet.

    Args:
        mark: what every page is marked with, such as "BẢN NHÁP".
        signing: who signs in the place of the agency's head.
        seal: what the document is checked by.

    """
    return Sheet(mark=mark, signing=signing, seal=seal)


def _closed(lines: Iterable[str]) -> list[str]:
    """The lines with ';' at the end of each, '.' at the end of the last."""
    bare = [line.rstrip(" ;.") for line in lines]
    return [f"{line};" for line in bare[:-1]] + [f"{line}." for line in bare[-1:]]


def _text(part: Text) -> str:
    return part.text if isinstance(part, Run) else part


def _is_high(value: Text | tuple[Text, ...], width: float) -> bool:
    """Whether a cell's text may fill so many lines that its row is better broken than held whole."""
    texts = value if isinstance(value, tuple) else (value,)
    length = sum(bold_width(_text(one), _CELL_SIZE) for one in texts)
    return length > _MOST_LINES * (width * _POINTS_PER_MM - _CELL_PADDING)


class Sheet:
    """A document being written from top to bottom; every method adds what its name says."""

    def __init__(
        self, *, mark: str | None = None, signing: Signing | None = None, seal: Seal | None = None
    ) -> None:
        self.addressees: tuple[str, ...] = ()
        self.sent_to: tuple[str, ...] = ()
        """What stands under "Nơi nhận"."""
        self.signer: str | None = None
        """Who signs for the agency, as far as the paper says so."""
        self._mark = mark
        self._signing = signing
        self._seal = seal
        self._body: list[Xml] = []
        self._beside_head = 0  # how much of it is the form's number, which takes no room
        self._last_line: int | None = None  # where the last line of the body's text stands
        self._beside_photo = 0.0  # points of the text's width a photograph takes
        self._text_width = stationery.TEXT_WIDTH

    def turn(self) -> None:
        """Lay the sheet on its side, for a table too wide for it; what is written already stays upright."""
        if len(self._body) > self._beside_head:
            self._add(stationery.section_end(self._mark, sealed=self._seal is not None))
        self._text_width = stationery.WIDE_TEXT_WIDTH

    # -- first page ---------------------------------------------------------------------------------------

    def header(
        self,
        issuer: tuple[str, str] | None,
        number: str | None = None,
        place: str | None = None,
        day: date | None = None,
        subject: str | None = None,
    ) -> None:
        """The head of the first page: agencies, State name and motto, number, place and date.

        Args:
            issuer: superior agency ("" when there is none) and issuing agency; None for a citizen's paper, whose
                State name and motto stand in the middle of the page.
            number: number and symbol without "Số:", such as "05/QĐ-CAP"; None when the form has none.
            place: place name before the date; with `day`, or neither.
            day: date of the paper.
            subject: what an official letter is about, without "V/v"; other papers have a title instead.

        Raises:
            ValueError: a place without a date, or the reverse.

        """
        if (place is None) != (day is None):
            raise ValueError("header: place and day are given together or not at all")
        dated = [] if place is None or day is None else [paragraph("PlaceDate", place_date(place, day))]
        if issuer is None:
            self._add(*self._state(self._text_width, self._beside_photo), *dated)
            return
        left, right = self._across(_HEADER_WIDTHS)
        corner = self._agencies(*issuer, left)
        numbered = [paragraph("Number", f"Số: {number}")] if number is not None else []
        if subject is not None:
            numbered.append(paragraph("Subject", f"V/v {subject}"))
        rows = [(corner, self._state(right))]
        if numbered or dated:
            rows.append((numbered or [paragraph("Number")], dated or [paragraph("PlaceDate")]))
        self._add(table((left, right), rows))

    def _across(self, widths: tuple[float, float]) -> tuple[float, float]:
        """Two columns of an upright sheet, as wide as this one lets them be."""
        left, right = (width * self._text_width / stationery.TEXT_WIDTH for width in widths)
        return left, right

    def corner(self, superior: str, unit: str) -> None:
        """The head of a sheet that bears no State name: in the left corner who keeps it."""
        self._add(*(paragraph("Unit", line) for line in (upper(superior), unit) if line))

    def agencies(self, superior: str, issuer: str) -> None:
        """The agencies alone in the middle of the page, as books have them on their first one."""
        self._add(*self._agencies(superior, issuer, self._text_width))

    def _agencies(self, superior: str, issuer: str, width: float) -> list[Xml]:
        superior, issuer = upper(superior), upper(issuer)
        above = [paragraph("Superior", superior)] if superior else []
        return [*above, paragraph("Issuer", issuer), self._short_rule(issuer, 12, width)]

    @staticmethod
    def _state(width: float, taken: float = 0) -> list[Xml]:
        line = rule(bold_width(MOTTO, 13), width * _POINTS_PER_MM, taken)
        return [paragraph("State", STATE), paragraph("Motto", MOTTO), line]

    @staticmethod
    def _short_rule(text: str, size: float, width: float, taken: float = 0) -> Xml:
        within = width * _POINTS_PER_MM
        longest = max(bold_width(line, size) for line in text.split("\n"))
        return rule(min(longest, within - taken) * _SHORT_RULE, within, taken)

    def title(self, kind: str, about: str | None = None, *, rule: bool = True) -> None:
        """Kind of document in bold capitals, what it is about in bold under it, and a short rule."""
        kind = upper(kind)
        self._add(paragraph("Kind", kind))
        if about is not None:
            self._add(paragraph("About", about))
        if rule:
            self._add(self._short_rule(about or kind, 14, self._text_width, self._beside_photo))

    def note(self, text: str) -> None:
        """A line under the title of a list or an annex: its period, or what it is enclosed with."""
        self._add(paragraph("Note", text))

    def form_number(self, text: str) -> None:
        """The official form's own number, above the head on the right as the gazette prints it; takes no room."""
        place = element(
            "tblpPr",
            leftFromText=0,
            rightFromText=0,
            vertAnchor="page",
            horzAnchor="margin",
            tblpXSpec="right",
            tblpY=twips(_FORM_NUMBER_FROM_TOP),
        )
        label = table([_FORM_NUMBER_WIDTH], [[[paragraph("FormNumber", text)]]], float_at=place)
        self._add(label, paragraph("Rule"))  # a flat line, for Word joins tables that touch
        self._beside_head = len(self._body)

    def photo_box(self, width_cm: float, height_cm: float, text: str = "Ảnh 4x6") -> None:
        """An empty box for a photograph, hanging in the left margin; what is added next flows beside it."""
        gap = twips(_PHOTO_GAP)
        place = element(
            "tblpPr",
            leftFromText=gap,
            rightFromText=gap,
            vertAnchor="text",
            horzAnchor="page",
            tblpX=twips(_PHOTO_EDGE),
            tblpY=1,
        )
        caption = [paragraph("Caption", line) for line in text.split("\n")]
        width, height = width_cm * 10, height_cm * 10
        box = table([width], [[caption]], bordered=True, float_at=place, row_height=height)
        # LibreOffice draws no indented border in the two paragraphs after the box: a flat one keeps rules clear.
        self._add(box, paragraph("Rule"))
        into_text = _PHOTO_EDGE + width + _PHOTO_GAP - stationery.LEFT_MARGIN
        self._beside_photo = max(0.0, into_text * _POINTS_PER_MM)

    # -- opening formulas ---------------------------------------------------------------------------------

    def addressee(self, *lines: str) -> None:
        """Kính gửi: one addressee on the same line, several as a list."""
        self.addressees = lines
        if len(lines) == 1:
            self._add(paragraph("Addressee", f"Kính gửi: {lines[0]}"))
            return
        self._add(paragraph("AddresseeHead", "Kính gửi:"))
        self._add(*(paragraph("AddresseeItem", f"- {line}") for line in _closed(lines)))

    def authority(self, text: str) -> None:
        """Who decides, in bold capitals."""
        self._add(paragraph("Authority", upper(text)))

    def basis(self, *lines: str, italic: bool = True) -> None:
        """Legal grounds, one a line; each ends with ';', the last with '.'."""
        self._add(
            *(paragraph("Basis", Run(line, italic=None if italic else False)) for line in _closed(lines))
        )

    def resolved(self, text: str = "QUYẾT ĐỊNH:") -> None:
        """The operative word on a line of its own."""
        self._add(paragraph("Authority", upper(text)))

    # -- body ---------------------------------------------------------------------------------------------

    def heading(self, text: str, *, centred: bool = False) -> None:
        """A bold line such as "I. Chúng tôi gồm:"."""
        self._add(paragraph("Authority" if centred else "Heading", text))

    def article(self, number: int, *texts: Text) -> None:
        """A numbered article: "Điều n." in bold, then its text."""
        self.line(bold(f"Điều {number}."), " ", *texts)

    def centred(self, text: Text) -> None:
        """A line in the middle of the page, such as the day a register was opened."""
        self._add(paragraph("Centred", text))

    def point(self, label: str, *texts: Text) -> None:
        """A numbered paragraph or list item: label such as "1.", "a)" or "-", then its text."""
        self.line(f"{label} ", *texts)

    def line(self, *texts: Text) -> None:
        """A body paragraph; a line end in the text begins a further paragraph."""
        lines: list[list[Text]] = [[]]
        for part in texts:
            first, *others = clean(_text(part)).strip("\n").split("\n")
            for index, piece in enumerate((first, *others)):
                if index:
                    lines.append([])
                lines[-1].append(replace(part, text=piece) if isinstance(part, Run) else piece)
        for pieces in lines:
            self._last_line = len(self._body)
            self._add(paragraph("Body", *pieces))

    def field(self, label: Text, value: Text) -> None:
        """One "label: value".

        Raises:
            ValueError: the value is empty; an official paper never leaves a required field blank.

        """
        self.fields((label, value))

    def fields(self, *pairs: tuple[Text, Text]) -> None:
        """Several "label: value" on one line, joined by "; ".

        Raises:
            ValueError: a value is empty.

        """
        texts: list[Text] = []
        for label, value in pairs:
            if not _text(value).strip():
                raise ValueError(f"field {_text(label)!r} has no value")
            texts += ["; "] if texts else []
            texts += [label, ": ", value]
        self.line(*texts)

    def choices(self, *choices: tuple[str, bool]) -> None:
        """A box and its label on a line each, kept on one page with the line they answer."""
        for label, checked in choices:
            self._keep_last_line()
            self.line(boxes((label, checked)))

    def option(self, label: str, *, checked: bool) -> None:
        """A line that ends with a box at the right edge of the text."""
        self._last_line = len(self._body)
        self._add(paragraph("Option", label, "\t", box(checked=checked)))

    def ticks(self, *choices: tuple[str, bool], lead: str = "", tail: str = "") -> None:
        """Several "label: box" on one line, after `lead` such as "10. Tôn giáo:", before `tail`."""
        boxes = [f"{label}: {box(checked=checked)}" for label, checked in choices]
        self.line("     ".join(part for part in (lead, *boxes, tail) if part))

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[Text | tuple[Text, ...]]],
        widths: Sequence[float],
        *,
        groups: Sequence[tuple[str, int]] = (),
        numbered: bool = False,
        bracketed: bool = False,
        small: bool = False,
    ) -> None:
        """A bordered table; its heading rows repeat on every page.

        Args:
            headings: of the columns.
            rows: one text a column, or several that follow each other; a row of one text runs across the table in bold and
                heads what follows.
            widths: of the columns in millimetres; the text is 155 mm wide, 242 mm on a turned sheet.
            groups: titles over so many columns each, "" over those that stand alone; none prints one heading row.
            numbered: whether the columns' numbers stand in a row under the headings.
            bracketed: whether these numbers stand in brackets.
            small: whether the letters are small, for a list of many columns under one row of headings.

        """
        heading_style, style = ("ListHeading", "ListCell") if small else ("CellHeading", "Cell")
        above = grouped_headings(widths, headings, groups) if groups else ()
        cells = [] if groups else [[[paragraph(heading_style, heading)] for heading in headings]]
        if numbered:
            numbers = [f"({n})" if bracketed else f"{n}" for n in range(1, len(headings) + 1)]
            cells.append([[paragraph("CellHeading", Run(number, bold=False))] for number in numbers])
        heading_rows, high = len(cells), set()
        for row in rows:
            across = len(row) < len(widths)
            if not across and any(map(_is_high, row, widths)):
                high.add(len(cells))
            texts = [value if isinstance(value, tuple) else (value,) for value in row]
            cells.append(
                [[paragraph(style, *(bold(_text(one)) if across else one for one in each))] for each in texts]
            )
        made = table(widths, cells, bordered=True, heading_rows=heading_rows, above=above, high=high)
        self._add(paragraph("Gap"), made, paragraph("Gap"))

    def end(self) -> None:
        """Put "./." after the last word of the body (Decree 30/2020, Appendix I)."""
        if self._last_line is None:
            raise ValueError("end: there is no body text to end")
        self._body[self._last_line] = ended(self._body[self._last_line], "./.")

    # -- signatures ---------------------------------------------------------------------------------------

    def signatures(self, *rows: tuple[Signature | None, ...]) -> None:
        """Signature blocks, kept whole on one page: each row is (left, right), or (one,) in the middle."""
        self._begin_closing()
        blocks: list[Xml] = []
        for cells in rows:
            width = self._text_width / len(cells)
            # Names stand in a row of their own: level with each other, however many lines the titles take.
            signed = [cell.signed_by(self._signing) if cell else None for cell in cells]
            self.signer = next((cell.name for cell in signed if cell and cell.head), self.signer)
            both = [[self._titles(cell) for cell in signed], [self._name(cell) for cell in signed]]
            blocks += (table([width] * len(cells), both), paragraph("Gap"))
        # One unbreakable row around all blocks: LibreOffice does not keep several tables on one page otherwise.
        self._add(table([self._text_width], [[blocks]]), paragraph("AfterTable"))

    def closing(self, recipients: Sequence[str], signature: Signature, *, head: bool = True) -> None:
        """Recipients on the left, level with the signature on the right; the last recipient ends with '.'.

        Args:
            recipients: who gets the paper.
            signature: of the agency's head.
            head: False where a citizen signs, in whose place nobody else may.

        """
        self._begin_closing()
        signature = replace(signature, head=head).signed_by(self._signing)
        self.sent_to, self.signer = tuple(recipients), signature.name if head else None
        left = [paragraph("RecipientsHead", "Nơi nhận:")]
        left += [paragraph("Recipient", f"- {line}") for line in _closed(recipients)]
        self._add(
            table(
                self._across(_CLOSING_WIDTHS), [(left, [*self._titles(signature), *self._name(signature)])]
            ),
            paragraph("AfterTable"),
        )

    def recipients(self, *lines: str) -> None:
        """Recipients without a signature beside it."""
        self.sent_to = lines
        self._add(paragraph("Gap"), paragraph("RecipientsHead", "Nơi nhận:"))
        self._add(*(paragraph("Recipient", f"- {line}") for line in _closed(lines)))

    @staticmethod
    def _titles(cell: Signature | None) -> list[Xml]:
        if cell is None:
            return [paragraph("Signer")]
        block = [paragraph("PlaceDate", cell.dated)] if cell.dated else []
        block += [paragraph("Signer", upper(line)) for line in (cell.authority or "").split("\n") if line]
        block.append(paragraph("Signer", upper(cell.title)))
        if cell.words:
            block.append(paragraph("SignedWords", cell.words))
        if cell.hint:
            block.append(paragraph("Hint", cell.hint))
        return block

    @staticmethod
    def _name(cell: Signature | None) -> list[Xml]:
        return [paragraph("SignedName", cell.name if cell and cell.name else "")]

    def _begin_closing(self) -> None:
        """Keep the last body line with the signatures: alone on a page they would sign nothing."""
        if self._last_line == len(self._body) - 1:
            self._keep_last_line()
        self._add(paragraph("GapBeforeSignatures"))

    # -- the file -----------------------------------------------------------------------------------------

    def new_page(self) -> None:
        """Begin an annex on a new page."""
        style = element("pPr", element("pStyle", val="AfterTable"))
        self._add(element("p", style, element("r", element("br", type="page"))))

    def to_bytes(self) -> bytes:
        """The .docx file; the same content always gives the same bytes."""
        wide = self._text_width == stationery.WIDE_TEXT_WIDTH
        return stationery.pack(self._body, mark=self._mark, seal=self._seal, wide=wide)

    def _add(self, *elements: Xml) -> None:
        self._body += elements

    def _keep_last_line(self) -> None:
        """Holds the last line of the text on the page of what follows it."""
        if self._last_line is not None:
            self._body[self._last_line] = kept_with_next(self._body[self._last_line])
