"""Chromium as the system packages it: Playwright's own is downloaded, and not everywhere allowed."""

import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def launched():
    """A running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=_SWITCHES)
        yield browser
        browser.close()
