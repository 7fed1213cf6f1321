"""Keys: on the buttons, on other keys, off."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import form, lines, message, send, shown, sign_in


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


def test_a_theme_that_is_chosen_goes_before_that_of_the_system(review):
    ground = "getComputedStyle(document.body).backgroundColor"
    review.emulate_media(color_scheme="dark")
    dark = review.evaluate(ground)
    review.locator("#user").click()
    review.get_by_label("Light").check()
    assert review.evaluate(ground) == "rgb(255, 255, 255)"
    review.reload()
    expect(shown(review)).to_be_visible()
    assert review.evaluate(ground) == "rgb(255, 255, 255)"
    review.locator("#user").click()
    review.get_by_label("System").check()
    assert review.evaluate(ground) == dark
