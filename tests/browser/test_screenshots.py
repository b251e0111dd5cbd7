"""Pictures of every page, in both lights and three widths: `make screenshots` writes them for people to look at."""

import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from models import clock
from tests.api.conftest import NOW
from tests.browser.conftest import WIDTHS, Board, Window, windows
from tests.browser.pages import PAGES, PROVINCE, Shown
from tests.browser.test_supervising import province  # noqa: F401 - a fixture

FOLDER = os.environ.get("HOSO_SCREENSHOTS")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="pictures are asked for by `make screenshots`")
LIGHTS: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_pictures(board: Board, window: Window, shown: Shown) -> None:
    pictures(board, window, shown)


@pytest.mark.parametrize("shown", PROVINCE, ids=lambda shown: shown.name)
def test_pictures_of_a_province(province: Board, chromium: Browser, shown: Shown) -> None:  # noqa: F811 - the fixture
    with clock.at(NOW), windows(province, chromium) as window:
        pictures(province, window, shown)


def pictures(board: Board, window: Window, shown: Shown) -> None:
    """Writes a page's pictures."""
    folder = Path(FOLDER or "")
    folder.mkdir(parents=True, exist_ok=True)
    for light in LIGHTS:
        page = window(shown.user, color_scheme=light)
        shown.open(page, board)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            path = folder / f"{shown.name}-{light}-{width}.png"
            page.screenshot(path=path, full_page=True)
            assert path.stat().st_size > 1000
