"""Finding lines, and taking a decision back."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import held, lines, message, of_medicare, send, shown, sign_in, status_of


@pytest.fixture
def review(page, running):
    """The page of somebody who has signed in, with two lines of one code and one without."""
    send(running, "01", 2)
    send(running, "03", total=3)
    page.goto(running.http)
    sign_in(page, running.token)
    expect(lines(page)).to_have_count(3)
    expect(shown(page)).to_be_visible()
    return page


def test_the_list_is_searched_by_key_and_filters_are_seen_and_taken_off(review):
    review.keyboard.press("/")
    expect(review.get_by_label("Code, table or payer")).to_be_focused()
    review.keyboard.type("62327")
    review.keyboard.press("Enter")
    expect(lines(review)).to_have_count(2)
    expect(review.locator("#queue-count")).to_have_text("2")
    expect(review.locator("#lines")).to_be_focused()
    chip = review.get_by_role("button", name="Take off: 62327")
    expect(chip).to_be_visible()

    review.get_by_role("button", name="Filter").click()
    review.get_by_label("Status").select_option("waiting")
    expect(review.locator("#queue-empty")).to_have_text("No line fits this filter.")
    review.keyboard.press("Escape")
    chip.click()
    expect(lines(review)).to_have_count(1)
    expect(shown(review)).to_have_text("No code yet")

    review.keyboard.press("/")
    review.keyboard.type("neuraxial")
    review.keyboard.press("Enter")
    expect(review.get_by_role("button", name="Take off: neuraxial injection")).to_be_visible()
    review.get_by_role("button", name="Clear all").click()
    expect(lines(review)).to_have_count(3)

    review.keyboard.press("/")
    review.keyboard.type("unheard of")
    review.keyboard.press("Enter")
    expect(message(review)).to_contain_text('like "unheard of"')
    expect(lines(review)).to_have_count(3)


def test_a_list_that_comes_late_leaves_the_person_where_he_types(review):
    waiting = held(review, "**/v1/candidates?code=62327*")
    review.keyboard.press("/")
    review.keyboard.type("62327")
    with review.expect_request("**/v1/candidates?code=62327*"):
        review.keyboard.press("Enter")
    expect(review.locator("#lines")).to_be_focused()
    review.get_by_role("button", name="Views").click()
    name = review.get_by_label("Keep this filter as")
    name.fill("Cathet")
    waiting.pop().continue_()
    expect(lines(review)).to_have_count(2)
    expect(shown(review)).to_be_visible()
    expect(name).to_be_focused()  # a key in the list would decide the line: "e", "r", "s" of the word
    review.keyboard.type("ers")
    expect(name).to_have_value("Catheters")

    review.keyboard.press("Escape")
    review.get_by_role("button", name="Filter").click()
    order = review.locator("#filter-menu").get_by_label("Order")
    order.focus()
    order.select_option("newest")
    expect(review.get_by_role("button", name="Take off: newest first")).to_be_visible()
    expect(order).to_be_focused()  # for the next filter


def test_words_of_notes_find_lines_and_stand_in_no_address(review):
    asked = []
    review.on("request", lambda request: asked.append(request.url))
    review.keyboard.press("/")
    review.keyboard.type("drape stenosis")
    review.keyboard.press("Enter")
    expect(message(review)).to_contain_text('like "drape stenosis"')
    review.get_by_label("Code, table or payer, or words of notes").fill("interlaminar")
    review.keyboard.press("Enter")
    expect(lines(review)).to_have_count(1)
    chip = review.get_by_role("button", name="Take off: notes with interlaminar")
    chip.click()
    expect(lines(review)).to_have_count(3)
    assert not [url for url in (*asked, review.url) if "interlaminar" in url or "stenosis" in url]


def test_a_view_is_chosen_from_those_that_everybody_has(review):
    review.get_by_role("button", name="Views").click()
    review.get_by_role("button", name="With a question").click()
    expect(lines(review)).to_have_count(1)
    expect(shown(review)).to_have_text("No code yet")
    review.get_by_role("button", name="Views").click()
    expect(review.get_by_role("button", name="With a question", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_a_stray_key_is_undone_by_another(review, running):
    (first, *_) = running.candidates()
    review.keyboard.press("a")
    expect(message(review)).to_contain_text("Approved: 62327")
    expect(review.get_by_role("button", name="Undo")).to_be_visible()
    expect(lines(review)).to_have_count(2)
    expect(shown(review)).to_be_visible()
    review.keyboard.press("u")
    expect(message(review)).to_contain_text("Taken back: 62327")
    expect(lines(review)).to_have_count(3)
    assert status_of(running, first) == "proposed"

    expect(shown(review)).to_be_visible()
    review.keyboard.press("r")
    review.keyboard.press("1")
    expect(message(review)).to_contain_text("Rejected: 62327")
    review.keyboard.press("u")
    expect(message(review)).to_contain_text("Taken back: 62327")
    assert len(running.candidates()) == 2


def test_a_line_whose_filing_limit_is_over_says_so_and_is_found_by_it(review, running):
    send(running, "07", edit=of_medicare, total=4)
    review.keyboard.press(".")
    expect(lines(review)).to_have_count(4)
    review.get_by_role("button", name="Filter").click()
    review.get_by_label("Limit", exact=True).select_option("is over")
    review.keyboard.press("Escape")
    expect(review.get_by_role("button", name="Take off: filing limit is over")).to_be_visible()
    expect(lines(review)).to_have_count(1)
    expect(lines(review)).to_contain_text("d overdue")
    expect(review.locator(".title .badge", has_text="Filing limit is over")).to_be_visible()
    expect(review.locator("#line .title dl")).to_contain_text("2026-03-17")
    review.keyboard.press("2")
    expect(review.locator(".card", has_text="filing limits")).to_contain_text("overdue1")
