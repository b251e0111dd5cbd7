"""The board's few files, each under a name that holds the hash of its content, so that browsers keep it for good."""

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Response

from api.errors import not_found

router = APIRouter(prefix="/board/static", include_in_schema=False)
_FOLDER = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Asset(NamedTuple):
    """A file as it is served."""

    content: bytes
    kind: str


@cache
def _assets() -> tuple[dict[str, str], dict[str, Asset]]:
    """Addresses by the names templates use, and the files by the names in those addresses."""
    addresses, files = dict[str, str](), dict[str, Asset]()
    for path in sorted(_FOLDER.iterdir()):
        content = path.read_bytes()
        name = f"{path.stem}.{hashlib.sha256(content).hexdigest()[:16]}{path.suffix}"
        addresses[path.name], files[name] = f"/board/static/{name}", Asset(content, _KINDS[path.suffix])
    return addresses, files


def address_of(name: str) -> str:
    """Where a file is; KeyError when there is none of this name."""
    return _assets()[0][name]


@router.get("/{name}")
async def read(name: str) -> Response:
    """A file; of another content it would have another name."""
    asset = _assets()[1].get(name)
    if asset is None:
        raise not_found()
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(asset.content, media_type=asset.kind, headers=headers)
