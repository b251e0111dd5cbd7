"""What must be read again but not by whoever reads the database alone: kept sealed with a key that stands elsewhere."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from models.settings import Settings, StartupError

_SEALED = "gAAAA"
"""How each Fernet token begins: its version, and a moment before the year 2106."""


def seal(settings: Settings, text: str) -> str:
    """The text, to be read only with the key."""
    return MultiFernet(list(map(Fernet, _keys(settings)))).encrypt(text.encode()).decode()


def unseal(settings: Settings, sealed: str) -> str:
    """What was sealed.

    Raises:
        StartupError: by a key that is not (or no longer) one of ours.
    """
    try:
        return MultiFernet(list(map(Fernet, _keys(settings)))).decrypt(sealed).decode()
    except InvalidToken:
        raise StartupError(
            "box_key không mở được dữ liệu đã mã hóa: hãy khôi phục khóa cũ.",
            "box_key does not open what was sealed: restore the old key.",
        ) from None


def is_sealed(text: str) -> bool:
    """Whether a text was sealed, and is not from before there was a key."""
    return text.startswith(_SEALED)


def digest(settings: Settings, text: str) -> str:
    """A digest that nobody can try texts against without the key; for what is short enough to be tried."""
    return hmac.new(_keys(settings)[-1], text.encode(), hashlib.sha256).hexdigest()


def _keys(settings: Settings) -> list[bytes]:
    """A key a line, the newest first: it seals, and all of them open. The last one, the oldest, makes the digests."""
    lines = settings.secret("box_key").split()
    return [urlsafe_b64encode(hashlib.sha256(line.encode()).digest()) for line in lines]
