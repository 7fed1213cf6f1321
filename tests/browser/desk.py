"""What a coder does at the page, and what an EHR sends there: shared by the browser tests."""

import itertools
from pathlib import Path

from service.store import Keyring, open_database
from service.store.keyring import parse_keys
from tests.programs import REPOSITORY
from tests.service_process import wait_until

SAMPLES = REPOSITORY / "docs" / "samples" / "hl7v2"
NUMBERS = itertools.count(1)
GARBAGE = b"MSH|^~\\&|NOBODY|NOWHERE|||20260301||XYZ^Q99|QUARANTINE-1|P|2.5.1\rZZZ|1\r"


def sign_in(page, token):
    page.get_by_label("Your token").fill(token)
    page.keyboard.press("Enter")


def held(page, pattern):
    """Keep requests to these addresses from going on; gives them as they come, the newest first."""
    waiting = []
    page.route(pattern, lambda route: waiting.insert(0, route))
    return waiting


def lines(page):
    return page.get_by_role("option")


def shown(page):
    """The heading of the candidate that is on the screen."""
    return page.locator("#line-title")


def message(page):
    return page.locator("#message")


def form(page):
    return page.locator("#form")


def send(running, sample, count=1, edit=lambda message: message, total=0):
    """Send a sample as so many procedures, each seen for the first time; gives the lines that then wait.

    `total`: how many those are, where some wait already.
    """
    (path,) = SAMPLES.glob(f"{sample}-*.hl7")
    running.send(*(edit(numbered(path.read_bytes(), next(NUMBERS))) for _ in range(count)))

    def waiting():
        items = running.ask("GET", "/v1/candidates?limit=200").json["items"]
        return items if len(items) == (total or count) else None

    return wait_until(waiting, f"{count} lines")


def of_medicare(message):
    return message.rstrip(b"\r") + b"\rOBX|90|ST|encounter.payer||medicare||||||F\r"


def numbered(message, number):
    """The message as if it were another one, about another patient's order."""
    msh, *segments = (segment.split(b"|") for segment in message.rstrip(b"\r\n").split(b"\r"))
    msh[9] = b"PAGE%d" % number  # MSH-10
    for segment in segments:
        if segment[0] == b"PID":
            segment[3] = b"MRN-%d" % number  # PID-3
        if segment[0] in (b"ORC", b"OBR"):
            segment[3] = b"PAGE-%d" % number  # OBR-3
        if segment[0] == b"PR1":
            segment[19] = b"PAGE-%d" % number  # PR1-19
        if segment[0] == b"TXA":
            segment[12] = segment[14] = segment[15] = b"PAGE-%d" % number  # TXA-12, TXA-14, TXA-15
    return b"\r".join(b"|".join(segment) for segment in (msh, *segments))


def status_of(running, line):
    return running.ask("GET", f"/v1/candidates/{line['id']}").json["status"]


def stored(running):
    """The database of an embedded service that runs: another process may open it too."""
    data = Path(running.environment["CHARGE_CAPTURE_DATA"])
    keyring = Keyring(parse_keys((data / "key").read_text()))
    return open_database(f"sqlite:///{data / 'charge-capture.db'}", keyring)
