"""Files that a page of the board shows in a frame: from here, to pages of here, and nothing in them acts."""

from fastapi import Response

PDF = "application/pdf"
_SHOWN = frozenset({PDF, "image/png", "image/jpeg"})


def framed(answer: Response) -> Response:
    """A file's answer that pages of the board may show in a frame; what no browser shows stays a download."""
    if answer.headers.get("content-type", "").partition(";")[0] in _SHOWN:
        disposition = answer.headers.get("content-disposition", "")
        answer.headers["content-disposition"] = disposition.replace("attachment", "inline", 1)
    return frameable(answer)


def frameable(answer: Response) -> Response:
    """The answer, which pages of the board may show in a frame."""
    answer.headers["content-security-policy"] = (
        "default-src 'none'; img-src 'self'; style-src 'self'; object-src 'self'; frame-ancestors 'self'"
    )
    answer.headers["x-frame-options"] = "SAMEORIGIN"
    return answer
