# ruff: noqa: INP001 - a script, no package
"""Takes the pictures of the page for the README, with the shipped samples in it.

.venv/bin/python -m docs.screenshot      (needs Chromium: apt-get install chromium)
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from tests.browser.chromium import launched
from tests.service_process import Running, start_embedded, stopping, wait_until

_HERE = Path(__file__).resolve().parent
_SIZE = {"width": 1440, "height": 900}
Scheme = Literal["light", "dark"]


def take() -> None:
    """Start the service on an empty folder, send the samples, and take the pictures."""
    with tempfile.TemporaryDirectory() as data, stopping(start_embedded(Path(data))) as running:
        samples = sorted((_HERE / "samples" / "hl7v2").glob("*.hl7"))
        running.send(*(path.read_bytes() for path in samples))
        wait_until(lambda: running.ledger()[1]["sums"]["messages"]["received"] == 0, "every sample read")
        with launched() as browser:
            _picture(browser, running, "light", _review, "page.png")
            _picture(browser, running, "dark", _question, "page-dark.png")
            _decide(running)
            _picture(browser, running, "dark", _dashboard, "dashboard.png")
            _picture(browser, running, "light", _trial, "mappings.png")


def _decide(running: Running) -> None:
    """Some lines are approved, one is rejected: a dashboard of nothing shows nothing."""
    first, *others = running.candidates()
    running.decide(first, "reject", {"reason": "duplicate"})
    for line in others[:3]:
        running.decide(line, "approve")


def _picture(
    browser: Browser, running: Running, scheme: Scheme, show: Callable[[Page], None], name: str
) -> None:
    page = browser.new_page(viewport=_SIZE, color_scheme=scheme, locale="en-US", timezone_id="UTC")
    page.goto(running.http)
    page.get_by_label("Your token").fill(running.token)
    page.keyboard.press("Enter")
    page.locator("#line-title").wait_for()
    show(page)
    page.screenshot(path=_HERE / name)
    page.close()


def _review(page: Page) -> None:
    page.get_by_role("option").filter(has_text="2026-03-11").click()
    page.locator(".narrative").wait_for()
    page.get_by_role("button", name="Imaging that guided").click()


def _question(page: Page) -> None:
    page.get_by_role("option").filter(has_text="No code yet").first.click()
    page.locator(".questions").wait_for()
    page.keyboard.press("q")


def _dashboard(page: Page) -> None:
    page.keyboard.press("2")
    page.get_by_role("img", name="Messages an hour").wait_for()


def _trial(page: Page) -> None:
    """A message that is tried on the mappings, and why not another code."""
    page.keyboard.press("6")
    page.get_by_role("button", name="Try a message").click()
    (path,) = (_HERE / "samples" / "hl7v2").glob("02-*.hl7")
    page.get_by_label("HL7 v2 message").fill(path.read_text())
    page.get_by_role("button", name="Try", exact=True).click()
    page.get_by_label("Code that did not come").fill("62327")
    page.keyboard.press("Enter")
    page.locator("#why-said").get_by_text("row 8 needs").scroll_into_view_if_needed()


if __name__ == "__main__":
    take()
