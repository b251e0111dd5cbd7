"""The English catalogue brought to what the board's pages and code say: run it by `make messages`."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from api.board.language import CATALOGUE

BOARD = Path(__file__).parents[2] / "api" / "board"
_KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "say": None}


def said() -> Catalog:
    """Every message of the templates and the code."""
    with (BOARD / "locale" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel leaves it without types
    found = Catalog(locale="en")
    for _path, _line, message, comments, context in extract_from_dir(
        BOARD, methods, options, keywords=_KEYWORDS, strip_comment_tags=True
    ):
        found.add(message, auto_comments=comments, context=context)
    return found


def known() -> Catalog:
    """The catalogue as it is."""
    return read_po(BytesIO(CATALOGUE.read_bytes()), locale="en")


def written(catalogue: Catalog) -> bytes:
    """A catalogue as the file holds it: in order, without places, so that two people's changes seldom meet."""
    out = BytesIO()
    write_po(
        out, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True, omit_header=True
    )
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return head.encode() + out.getvalue()


def updated() -> Catalog:
    """What is said, each with the English that is known."""
    catalogue = known()
    catalogue.update(said(), no_fuzzy_matching=True)
    return catalogue


def without_english(catalogue: Catalog) -> list[str]:
    """Messages nobody has said in English yet."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and not (all(message.string) if isinstance(message.string, tuple) else message.string)
    ]


if __name__ == "__main__":
    brought = updated()
    CATALOGUE.write_bytes(written(brought))
    for one in without_english(brought):
        print(f"chưa có tiếng Anh · without English: {one}")  # noqa: T201 - a command
