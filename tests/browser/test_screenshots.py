"""Pictures of every page, in both lights and three widths: `make screenshots` writes them for people to look at."""

import os
from pathlib import Path
from typing import Literal

import pytest

from tests.browser.conftest import WIDTHS, Board, Window
from tests.browser.pages import PAGES, Shown

FOLDER = os.environ.get("HOSO_SCREENSHOTS")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="pictures are asked for by `make screenshots`")
LIGHTS: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_pictures(board: Board, window: Window, shown: Shown) -> None:
    folder = Path(FOLDER or "")
    folder.mkdir(parents=True, exist_ok=True)
    for light in LIGHTS:
        page = window(shown.user, color_scheme=light)
        page.goto(shown.address(board))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            path = folder / f"{shown.name}-{light}-{width}.png"
            page.screenshot(path=path, full_page=True)
            assert path.stat().st_size > 1000
