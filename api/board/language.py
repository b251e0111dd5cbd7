"""The board's languages: messages are Vietnamese, and a catalogue says each of them in English."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from api.errors import Language

LANGUAGES: dict[Language, str] = {"vi": "Tiếng Việt", "en": "English"}
CATALOGUE = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "board.po"


@cache
def translations(language: Language) -> NullTranslations:
    """What messages say in a language; compiled here, so that there is nothing to build."""
    if language == "vi":
        return NullTranslations()
    compiled = BytesIO()
    with CATALOGUE.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def N_(message: str) -> str:  # noqa: N802 - what gettext calls it everywhere
    """Marks a message that is said in the reader's language later."""
    return message
