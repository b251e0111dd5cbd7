"""The board in a real browser: Debian's Chromium, driven by Playwright, over a served application."""
