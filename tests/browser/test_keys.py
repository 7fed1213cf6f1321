"""Keys: on the buttons, on other keys, off; and the page at 200 %."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import form, lines, message, send, shown, sign_in
from tests.service_process import wait_until


@pytest.fixture
def review(page, running):
    """The page of somebody who has signed in, with two lines to decide."""
    send(running, "01", 2)
    page.goto(running.http)
    sign_in(page, running.token)
    expect(shown(page)).to_have_text("62327")
    return page


def test_keys_can_be_switched_off(review):
    review.keyboard.press("?")
    review.get_by_label("Single keys work").uncheck()
    review.get_by_role("button", name="Close").click()
    expect(review.locator("#reject kbd")).to_be_hidden()

    review.keyboard.press("r")
    review.keyboard.press("a")
    expect(form(review)).to_be_hidden()
    review.get_by_role("button", name="Reject").click()
    expect(form(review)).to_be_visible()
    expect(lines(review)).to_have_count(2)


def test_an_action_is_put_on_another_key_which_its_button_then_shows(review):
    review.keyboard.press("?")
    dialog = review.get_by_role("dialog")
    dialog.get_by_role("button", name="Change the key of: Approve").click()
    review.keyboard.press("r")
    expect(review.locator("#key-told")).to_have_text("r is taken: Reject, with a reason.")
    review.keyboard.press("y")
    expect(review.locator("#key-told")).to_contain_text("y: Approve")
    review.keyboard.press("Escape")
    expect(review.locator("#approve kbd")).to_have_text("y")
    expect(review.locator("#approve")).to_have_attribute("aria-keyshortcuts", "y")

    review.keyboard.press("a")
    review.keyboard.press("Control+y")
    expect(lines(review)).to_have_count(2)
    review.keyboard.press("y")
    expect(message(review)).to_contain_text("Approved: 62327")

    review.reload()
    expect(review.locator("#approve kbd")).to_have_text("y")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_200_percent_zoom_nothing_is_cut_off(review, scheme):
    review.emulate_media(color_scheme=scheme)
    review.set_viewport_size({"width": 640, "height": 400})  # what 1280 x 800 leaves at 200 %
    expect(shown(review)).to_be_visible()
    wait_until(
        lambda: review.evaluate("document.documentElement.scrollWidth") <= 640, "no sideways scrolling"
    )
    review.keyboard.press("e")
    expect(review.get_by_role("button", name="Save the change")).to_be_attached()
    assert review.evaluate("document.documentElement.scrollWidth") <= 640
    review.keyboard.press("Escape")
    for key, awaited in ((2, ".card"), (7, ".lack"), (6, "#mapping-list tbody")):
        review.keyboard.press(str(key))
        expect(review.locator(awaited).first).to_be_visible()
        assert review.evaluate("document.documentElement.scrollWidth") <= 640, awaited
