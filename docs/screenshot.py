# ruff: noqa: INP001 - a script, no package
"""Takes docs/page.png, the review page with the shipped samples in it.

.venv/bin/python -m docs.screenshot      (needs Chromium: apt-get install chromium)
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.chromium import launched
from tests.service_process import Running, start_embedded, stopping, wait_until

_HERE = Path(__file__).resolve().parent
_SIZE = {"width": 1280, "height": 800}


def take() -> None:
    """Start the service on an empty folder, send the samples, and take the picture."""
    with tempfile.TemporaryDirectory() as data, stopping(start_embedded(Path(data))) as running:
        samples = sorted((_HERE / "samples" / "hl7v2").glob("*.hl7"))
        running.send(*(path.read_bytes() for path in samples))
        wait_until(lambda: running.ledger()[1]["sums"]["messages"]["received"] == 0, "every sample read")
        with launched() as browser:
            page = browser.new_page(viewport=_SIZE, color_scheme="light", locale="en-US", timezone_id="UTC")
            _open(page, running)
            page.screenshot(path=_HERE / "page.png")


def _open(page: Page, running: Running) -> None:
    page.goto(running.http)
    page.get_by_label("Your token").fill(running.token)
    page.keyboard.press("Enter")
    page.locator("#line-title").wait_for()
    page.locator(".items button").first.click()


if __name__ == "__main__":
    take()
