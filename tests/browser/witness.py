"""What is told of a page when its test fails: what it asked for, what it said, and what had the focus."""

import contextlib

from playwright.sync_api import Error

TOLD = """() => [
  `at ${location.href}`,
  `said: ${document.getElementById("message")?.textContent}`,
  `focus: ${document.activeElement?.outerHTML.slice(0, 200)}`,
  `dialogs: ${[...document.querySelectorAll("dialog[open]")].map(({ id }) => id)}`,
  `shown: ${document.getElementById("line")?.innerText}`,
]"""


class Witness:
    """Keeps what a page asks for and is answered, from its opening on."""

    def __init__(self, page):
        self._page = page
        self._seen = []
        page.on("request", lambda request: self._seen.append(f"> {request.method} {request.url}"))
        page.on("requestfailed", lambda request: self._seen.append(f"! {request.method} {request.url}"))
        page.on("response", lambda answer: self._seen.append(f"< {answer.status} {answer.url}"))
        page.on("console", lambda said: self._seen.append(f"console: {said.text}"))

    def tells(self):
        told = []
        with contextlib.suppress(Error):  # a page that is closed, or does not answer, tells nothing more
            told = self._page.evaluate(TOLD)
        return "\n".join([*self._seen[-40:], *told])
