"""Passwords by NIST SP 800-63B-4: long enough, of any letters, none that is guessed soon; kept as Argon2id."""

import re
import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, SHORTEST_WITH_SECOND_FACTOR, LONGEST = 15, 8, 256
"""Characters (code points) of a password that stands alone, of one that does not (3.1.1.2), and the most taken."""
HASHING = BoundedSemaphore(4)
"""Each check of a password takes 64 MB and all cores: no more than so many at a time."""
_HASHER = PasswordHasher()
_OURS = (
    "hoso",
    "hồ sơ",
    "cai nghiện",
    "cainghien",
    "công an",
    "congan",
    "tòa án",
    "mật khẩu",
    "matkhau",
    "vietnam",
)
"""Words that come to mind first here."""
_OWN = 4
"""Letters at least that are in no such word, nor in one about the owner."""
_GUESSED_SOON, _GUESSED_SOON_WITH_SECOND_FACTOR = 3, 2
"""zxcvbn's scores below these: fewer than 10^8 guesses (10^6), which is a common password or one of such words."""


def normalised(password: str) -> str:
    """The one spelling of a password: letters with marks can be typed in several ways that look the same."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    """What is kept of a password."""
    return _HASHER.hash(normalised(password))


def fits(password: str, kept: str | None) -> bool:
    """Whether it is the password of which this is kept; takes as long where nothing is."""
    try:
        return _HASHER.verify(kept or nobodys(), normalised(password)) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobodys() -> str:
    """What a password is checked against where there is no account."""
    return _HASHER.hash(secrets.token_urlsafe(16))


def one_time() -> str:
    """A password for the first sign-in: 100 bits in letters and digits that are not taken for others."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))


def flaws(password: str, known: Iterable[str], *, second_factor: bool) -> list[tuple[str, str, str]]:
    """What is wrong with a new password: a code, and why in Vietnamese and in English.

    Args:
        password: as typed.
        known: words about its owner: user name, name, agency.
        second_factor: whether it never opens anything alone.
    """
    text = normalised(password)
    shortest = SHORTEST_WITH_SECOND_FACTOR if second_factor else SHORTEST
    if len(text) < shortest:
        return [
            (
                "password_too_short",
                f"phải có ít nhất {shortest} ký tự",
                f"needs at least {shortest} characters",
            )
        ]
    if len(text) > LONGEST:
        return [("password_too_long", f"có nhiều nhất {LONGEST} ký tự", f"has at most {LONGEST} characters")]
    score = _GUESSED_SOON_WITH_SECOND_FACTOR if second_factor else _GUESSED_SOON
    if _guessed_soon(text, known, score):
        return [("password_guessable", "dễ đoán: từ thông dụng, tên mình hay tên cơ quan, hoặc ký tự lặp lại",
                 "is guessed easily: common words, one's own or the agency's name, or repeated characters")]  # fmt: skip
    return []


def _guessed_soon(text: str, known: Iterable[str], score: int) -> bool:
    from zxcvbn import zxcvbn  # its word lists take a while to load, which only new passwords need

    words = {
        word.lower()
        for phrase in (*_OURS, *known)
        for word in (phrase, phrase.replace(" ", ""), *phrase.split())
    }
    bare = {_bare(word) for word in words}
    if (
        len(
            re.sub(
                r"[\W\d_]|" + "|".join(map(re.escape, sorted(bare, key=len, reverse=True))), "", _bare(text)
            )
        )
        < _OWN
    ):
        return True
    told = zxcvbn(_bare(text)[:72], user_inputs=sorted(word for word in words | bare if len(word) > 2))
    return bool(told["score"] < score)


def _bare(text: str) -> str:
    """Without marks, so that words are found however they are spelt."""
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
