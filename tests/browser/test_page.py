"""The review page in a real browser, on the real service."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.service_process import REPOSITORY, wait_until

SAMPLES = REPOSITORY / "docs" / "samples" / "hl7v2"
NUMBERS = itertools.count(1)
XSS = "<img src=x onerror=alert(1)>"
TIMES = "\N{MULTIPLICATION SIGN}"


@pytest.fixture
def review(page, running):
    """The page, on which a person may sign in."""
    page.goto(running.http)
    return page


def sign_in(page, token):
    page.get_by_label("Your token").fill(token)
    page.keyboard.press("Enter")


def lines(page):
    return page.get_by_role("option")


def shown(page):
    """The heading of the candidate that is on the screen."""
    return page.locator("#line-title")


def message(page):
    return page.locator("#message")


def evidence_buttons(page):
    return (
        page.locator("#line section", has=page.get_by_role("heading", name="Evidence"))
        .get_by_role("button")
        .all()
    )


def words_shown_for(button, page):
    """The words that are lit, and in view, after a click on an element."""
    button.click()
    lit = page.locator("mark.lit")
    expect(lit.first).to_be_in_viewport()
    return "".join(lit.all_text_contents())


def send(running, sample, count=1, edit=lambda message: message):
    """Send a sample as so many procedures, each seen for the first time; gives the lines that then wait."""
    (path,) = SAMPLES.glob(f"{sample}-*.hl7")
    running.send(*(edit(numbered(path.read_bytes(), next(NUMBERS))) for _ in range(count)))

    def waiting():
        items = running.ask("GET", "/v1/candidates?limit=200").json["items"]
        return items if len(items) == count else None

    return wait_until(waiting, f"{count} lines")


def numbered(message, number):
    """The message as if it were another one, about another order."""
    msh, *segments = (segment.split(b"|") for segment in message.rstrip(b"\r\n").split(b"\r"))
    msh[9] = b"PAGE%d" % number  # MSH-10
    for segment in segments:
        if segment[0] in (b"ORC", b"OBR"):
            segment[3] = b"PAGE-%d" % number  # OBR-3
        if segment[0] == b"TXA":
            segment[12] = segment[14] = b"PAGE-%d" % number  # TXA-12, TXA-14
    return b"\r".join(b"|".join(segment) for segment in (msh, *segments))


def status_of(running, line):
    return running.ask("GET", f"/v1/candidates/{line['id']}").json["status"]


def test_a_line_is_read_and_approved_with_one_key(review, running):
    (line,) = send(running, "01")
    evidence = running.ask("GET", f"/v1/candidates/{line['id']}").json["evidence"]
    sign_in(review, running.token)

    expect(lines(review)).to_have_count(1)
    expect(lines(review)).to_contain_text("62327")
    expect(shown(review)).to_have_text("62327")
    words = [words_shown_for(button, review) for button in evidence_buttons(review)]
    assert sorted(words) == sorted(element["source"]["text"] for element in evidence)

    review.keyboard.press("a")
    expect(message(review)).to_have_text("Approved: 62327")
    expect(lines(review)).to_have_count(0)
    expect(review.get_by_text("Nothing waits for a person.")).to_be_visible()
    expect(review.locator("footer")).to_contain_text("0 proposed")
    assert status_of(running, line) == "approved"


def test_what_a_message_says_is_text_and_never_a_part_of_the_page(review, running):
    observation = f"\rOBX|99|TX|NOTE^{XSS}||{XSS}||||||F".encode()
    send(running, "01", edit=lambda message: message.replace(b"Testperson", XSS.encode()) + observation)
    sign_in(review, running.token)

    expect(review.locator("#documents .segment", has_text="OBX").last).to_contain_text(f"||{XSS}||")
    expect(review.locator("#line dd", has_text=XSS)).to_have_text(XSS)
    assert review.locator("main img").count() == 0


def test_no_key_decides_while_a_reason_is_typed(review, running):
    (line,) = send(running, "01")
    sign_in(review, running.token)
    expect(shown(review)).to_have_text("62327")

    review.keyboard.press("r")
    review.keyboard.type("a j c e k: all keys")
    expect(review.get_by_role("textbox", name="Reason")).to_have_value("a j c e k: all keys")
    assert running.candidates() == [line], "nothing was done to the line"

    review.keyboard.press("Enter")
    expect(message(review)).to_have_text("Rejected: 62327")
    rejected = running.ask("GET", f"/v1/candidates/{line['id']}").json
    assert rejected["status"] == "rejected"
    assert rejected["decisions"][-1]["reason"] == "a j c e k: all keys"


def test_a_held_key_approves_one_line_and_the_next_is_shown(review, running):
    send(running, "01", 3)
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()

    review.keyboard.down("a")
    expect(lines(review)).to_have_count(2)
    expect(shown(review)).to_be_visible()
    review.keyboard.down("a")  # the key repeats
    review.keyboard.up("a")
    review.keyboard.press("j")
    expect(lines(review).nth(1)).to_have_attribute("aria-selected", "true")
    assert len(running.candidates()) == 2


def test_a_line_that_somebody_else_changed_is_shown_anew_and_not_decided(review, running):
    (line,) = send(running, "01")
    sign_in(review, running.token)
    expect(shown(review)).to_have_text("62327")
    running.decide(line, "change", {"units": 3, "reason": "three levels"})

    review.keyboard.press("a")
    expect(message(review)).to_contain_text("changed meanwhile")
    expect(shown(review)).to_have_text(f"62327 {TIMES} 3")
    assert status_of(running, line) == "proposed"

    review.keyboard.press("a")
    expect(message(review)).to_have_text(f"Approved: 62327 {TIMES} 3")


def test_a_line_that_somebody_else_decided_leaves_the_list(review, running):
    first, second = send(running, "01", 2)
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()
    running.decide(first, "reject", {"reason": "not ours"})

    review.keyboard.press("a")
    expect(message(review)).to_contain_text("it is rejected")
    expect(lines(review)).to_have_count(1)
    assert status_of(running, second) == "proposed"


def test_an_open_question_is_settled_by_changing_the_line(review, running):
    send(running, "03")
    sign_in(review, running.token)
    expect(shown(review)).to_have_text("No code yet")
    expect(review.locator(".questions.blocking")).to_contain_text("imaging.modality")

    review.keyboard.press("a")
    expect(message(review)).to_contain_text("a question is open")

    review.keyboard.press("e")
    review.get_by_label("Code (CPT or HCPCS)").fill("6232")
    review.get_by_role("textbox", name="Reason").fill("fluoroscopy confirmed by telephone")
    review.keyboard.press("Enter")
    expect(review.locator("dialog[open]").get_by_role("alert")).to_contain_text("not shaped like")

    review.get_by_label("Code (CPT or HCPCS)").fill("62323")
    review.get_by_label("Modifiers, in order").fill("59, lt")
    review.keyboard.press("Enter")
    expect(shown(review)).to_have_text("62323-59-LT")
    expect(review.locator("#line")).to_contain_text("fluoroscopy confirmed by telephone")
    (line,) = running.candidates()
    assert (line["code"], line["modifiers"], line["origin"]) == ("62323", ["59", "LT"], "coder")


def test_a_queue_longer_than_a_page_is_walked_to_its_end_by_key(review, running):
    send(running, "01", 51)
    sign_in(review, running.token)
    expect(lines(review)).to_have_count(50)
    lines(review).last.click()
    expect(shown(review)).to_be_visible()

    review.keyboard.press("j")
    expect(lines(review)).to_have_count(51)
    expect(lines(review).last).to_have_attribute("aria-selected", "true")
    expect(lines(review).last).to_be_focused()
    expect(review.get_by_role("button", name="More")).to_be_hidden()


def test_a_claim_is_shown(review, running):
    send(running, "01")
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()
    review.keyboard.press("c")
    expect(review.locator(".badge")).to_contain_text(re.compile("Claimed by admin until"))


def test_the_token_is_forgotten_by_a_reload_and_kept_nowhere(review, running):
    sign_in(review, running.token)
    expect(review.get_by_text("Nothing waits for a person.")).to_be_visible()
    kept = review.evaluate(
        "JSON.stringify([location.href, document.cookie, {...localStorage}, {...sessionStorage}])"
    )
    assert running.token not in kept

    review.reload()
    expect(review.get_by_label("Your token")).to_be_focused()
    expect(review.get_by_label("Your token")).to_have_value("")


def test_a_token_that_ends_takes_the_patient_off_the_screen(review, running):
    send(running, "01")
    sign_in(review, "no such token")
    expect(message(review)).to_contain_text("not, or no longer, valid")
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()

    review.context.route("**/v1/**", lambda route: route.fulfill(status=401, json={"detail": "who?"}))
    review.keyboard.press("a")
    expect(review.get_by_label("Your token")).to_be_focused()
    expect(review.locator("#documents")).to_be_empty()
    expect(review.locator("#line")).to_be_empty()


def test_keys_can_be_switched_off(review, running):
    send(running, "01")
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()
    review.keyboard.press("?")
    review.get_by_label("Single keys work").uncheck()
    review.get_by_role("button", name="Close").click()

    review.keyboard.press("r")
    expect(review.locator("dialog[open]")).to_have_count(0)
    review.get_by_role("button", name="Reject").click()
    expect(review.get_by_role("textbox", name="Reason")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_200_percent_zoom_nothing_is_cut_off(review, running, scheme):
    send(running, "01")
    review.emulate_media(color_scheme=scheme)
    review.set_viewport_size({"width": 640, "height": 400})  # what 1280 x 800 leaves at 200 %
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()
    wait_until(
        lambda: review.evaluate("document.documentElement.scrollWidth") <= 640, "no sideways scrolling"
    )
