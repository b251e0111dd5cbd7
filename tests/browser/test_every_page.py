"""Every page of the list, from all sides: nothing that axe calls serious, no scrolling sideways, nothing refused by the policy."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import WIDTHS, Board, Window
from tests.browser.pages import PAGES, Shown
from tests.npm import packages

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && box.height && (box.width < 24 || box.height < 24) && one.type !== "hidden" && !one.matches(".skip")
        && getComputedStyle(one).display !== "inline" && !one.closest("label");
}).map((one) => one.outerHTML.slice(0, 120))"""
"""Targets smaller than 24 by 24; those within a line of text or a label that is larger are none."""


@pytest.fixture(scope="package")
def axe() -> str:
    """The judge of pages, as text to run in them."""
    return (packages(Path(__file__).parent) / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_page_holds(board: Board, window: Window, shown: Shown, axe: str) -> None:
    holds(board, window, shown, axe)


def holds(board: Board, window: Window, shown: Shown, axe: str) -> None:
    """Asserts it of one page."""
    page = window(shown.user, color_scheme="light", reduced_motion="reduce")
    told = list[str]()
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    shown.open(page, board)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"scrolls sideways at {width}"
        assert page.evaluate(SMALL) == [], width
    page.evaluate(axe)
    assert serious(page, {"runOnly": TAGS}) == []
    page.emulate_media(color_scheme="dark")  # in which nothing is otherwise but the colours
    assert serious(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}}) == []
    assert [one for one in told if "status of 4" not in one] == [], "the browser complained"


def serious(page: Page, which: dict[str, Any]) -> list[Any]:
    """What axe finds by these rules, but for trifles."""
    found = page.evaluate("which => axe.run(document, {...which, resultTypes: ['violations']})", which)
    return [
        (one["id"], node["html"][:200], node["failureSummary"])
        for one in found["violations"]
        if one["impact"] in {"serious", "critical", "moderate"}
        for node in one["nodes"]
    ]
