"""What others do while one looks, and what is done with several lines at once."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import form, lines, message, send, shown, sign_in, status_of


@pytest.fixture
def review(page, running):
    """The page of somebody who has signed in, with three lines; its stream stands."""
    send(running, "01", 3)
    page.goto(running.http)
    sign_in(page, running.token)
    expect(lines(page)).to_have_count(3)
    expect(shown(page)).to_be_visible()
    expect(page.locator("#live")).to_have_text("live")
    return page


def test_what_others_decide_leaves_the_list_and_what_is_new_waits_to_be_shown(review, running):
    first, second, third = running.candidates()
    running.decide(second, "reject", {"reason": "duplicate"})
    expect(lines(review)).to_have_count(2)

    send(running, "01", 1, total=3)
    expect(review.get_by_role("button", name="1 new: show")).to_be_visible()
    expect(lines(review)).to_have_count(2)  # nothing moves under the cursor
    running.decide(first, "change", {"units": 2, "reason": "two levels"})
    expect(message(review)).to_contain_text("shown as you read it")
    expect(shown(review)).to_have_text("62327")
    review.get_by_role("button", name="show it as it is").click()
    expect(review.locator("#upstream")).to_contain_text("two levels")

    running.decide(third, "reject", {"reason": "duplicate"})
    review.get_by_role("button", name="1 new: show").click()
    expect(lines(review)).to_have_count(2)
    expect(review.get_by_role("button", name="new: show")).to_be_hidden()


def test_a_stream_that_breaks_is_taken_up_again_where_it_broke_off(review, running):
    asked = []
    review.on("request", lambda request: request.url.endswith("events-stream") and asked.append(request))
    (first, *_) = running.candidates()
    running.decide(first, "change", {"units": 2, "reason": "an event, so that there is a last one"})
    expect(message(review)).to_contain_text("shown as you read it")
    review.evaluate("window.stop()")  # ends what is loading, the stream too
    expect(review.locator("#live")).to_have_text("live")
    running.decide(running.candidates()[1], "reject", {"reason": "duplicate"})
    expect(lines(review)).to_have_count(2)
    assert asked[-1].headers["last-event-id"]


def test_a_batch_is_tried_first_and_then_done(review, running):
    for key in "xjx":
        review.keyboard.press(key)
        expect(shown(review)).to_be_visible()
    expect(review.locator("#bulk-count")).to_have_text("2 selected")
    expect(review.locator(".row.selected")).to_have_count(2)
    running.decide(running.candidates()[1], "change", {"units": 2, "reason": "changed meanwhile"})
    review.get_by_role("group", name="Selected lines").get_by_role("button", name="Approve").click()
    dialog = review.get_by_role("dialog")
    expect(dialog).to_contain_text("1 would be done, 1 refused.")
    expect(dialog).to_contain_text("you read")
    assert len(running.candidates()) == 3, "nothing was done yet"
    dialog.get_by_role("button", name="Approve 1").click()
    expect(message(review)).to_contain_text("Approve: 1 done, 1 refused")
    expect(lines(review)).to_have_count(2)
    assert len(running.candidates("approved")) >= 1


def test_a_filter_is_kept_as_a_view_and_deleted(review):
    review.keyboard.press("/")
    review.keyboard.type("62327")
    review.keyboard.press("Enter")
    expect(review.get_by_role("button", name="Take off: 62327")).to_be_visible()
    review.get_by_role("button", name="Views").click()
    review.get_by_label("Keep this filter as").fill("Catheters")
    review.keyboard.press("Enter")
    expect(message(review)).to_contain_text("View kept: Catheters")
    review.get_by_role("button", name="Everything open").click()
    expect(review.locator("#chips")).to_be_hidden()
    review.get_by_role("button", name="Views").click()
    review.get_by_role("button", name="Catheters", exact=True).click()
    expect(review.get_by_role("button", name="Take off: 62327")).to_be_visible()
    review.get_by_role("button", name="Views").click()
    review.get_by_role("button", name="Delete the view Catheters").click()
    expect(review.get_by_role("button", name="Catheters", exact=True)).to_have_count(0)


def kept(answer):
    """Not what was asked for when the line was opened, which may be answered late."""
    return answer.request.method == "PUT" and answer.ok


def test_a_draft_is_with_the_service_when_the_page_is_gone(review):
    review.keyboard.press("e")
    with review.expect_response(lambda answer: answer.url.endswith("/draft") and kept(answer)):
        form(review).get_by_label("Reason").fill("half a thought")
    review.reload()
    expect(review.get_by_text("You began something here")).to_be_visible()
    review.keyboard.press("e")
    expect(form(review)).to_contain_text("your draft")
    expect(form(review).get_by_label("Reason")).to_have_value("half a thought")


def test_a_code_of_the_second_review_is_confirmed_by_somebody_else(page, running, token_of):
    (line,) = send(running, "05")
    page.goto(running.http)
    sign_in(page, running.token)
    expect(shown(page)).to_have_text("62273")
    page.keyboard.press("a")
    expect(page.locator(".badge", has_text="second review")).to_be_visible()
    expect(page.locator("#approve")).to_contain_text("Confirm")
    page.keyboard.press("a")
    expect(message(page)).to_have_class("problem")
    assert status_of(running, line) == "second_review"

    page.locator("#user").click()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, token_of("coder"))
    expect(shown(page)).to_have_text("62273")
    page.keyboard.press("a")
    expect(message(page)).to_contain_text("Approved: 62273")
    assert status_of(running, line) == "approved"


def test_a_claim_is_kept_while_one_works_and_an_undo_is_offered_for_so_long(page, running):
    send(running, "01", 2)
    page.clock.install()
    page.goto(running.http)
    sign_in(page, running.token)
    expect(shown(page)).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator(".badge", has_text="Claimed by admin")).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/heartbeat") and answer.ok):
        page.clock.fast_forward(180_000)

    page.keyboard.press("a")
    offer = page.get_by_role("button", name="Undo")
    expect(offer).to_contain_text("s")
    page.clock.fast_forward(5_000)
    expect(page.locator("#undo-left")).to_have_text(re.compile("[345] s"))
    expect(offer).to_be_visible()
    page.clock.fast_forward(6_000)
    expect(offer).to_be_hidden()
