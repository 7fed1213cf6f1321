"""The end of a session: nothing stays on the screen, and what was typed is not lost."""

from playwright.sync_api import expect

from tests.browser.desk import form, held, lines, send, shown, sign_in


def end(page):
    """The service knows the session no more."""
    page.context.route("**/v1/**", lambda route: route.fulfill(status=401, json={"detail": "who?"}))
    page.keyboard.press("Escape")
    page.keyboard.press(".")
    expect(page.get_by_label("Your token")).to_be_focused()
    page.context.unroute("**/v1/**")


def test_a_draft_outlives_the_session_and_its_line_is_open_again(page, running):
    send(running, "01", 3)
    page.goto(running.http)
    sign_in(page, running.token)
    expect(lines(page)).to_have_count(3)
    page.keyboard.press("j")
    expect(lines(page).nth(1)).to_have_attribute("aria-selected", "true")
    line = page.locator(f"#{lines(page).nth(1).get_attribute('id')}")
    expect(shown(page)).to_be_visible()
    page.keyboard.press("e")
    page.get_by_label("Units").fill("4")
    form(page).get_by_label("Reason").fill("four levels, by telephone")

    end(page)
    assert "four levels" not in page.content()
    assert (
        page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])").count("four")
        == 0
    )
    sign_in(page, running.token)
    expect(line).to_have_attribute("aria-selected", "true")
    expect(shown(page)).to_be_visible()
    page.keyboard.press("e")
    expect(form(page)).to_contain_text("your draft")
    expect(page.get_by_label("Units")).to_have_value("4")
    page.get_by_role("button", name="Save the change").click()
    expect(shown(page)).to_contain_text("4")
    page.keyboard.press("e")
    expect(form(page)).not_to_contain_text("your draft")  # it was sent


def test_a_view_that_was_still_loading_at_sign_out_shows_nothing_and_fails_in_nothing(page, running):
    send(running, "01", 1)
    feeds = running.ask("GET", "/v1/feeds").json  # there is more to ask about each
    waiting = held(page, "**/v1/feeds")
    page.goto(running.http)
    sign_in(page, running.token)
    expect(lines(page)).to_have_count(1)
    with page.expect_request("**/v1/feeds"):
        page.keyboard.press("2")
    expect(page.locator(".card", has_text="The queue now")).to_be_visible()
    page.locator("#user").click()
    with page.expect_response("**/v1/session"):
        page.get_by_role("button", name="Sign out").click()
    with page.expect_response("**/v1/feeds"):
        waiting.pop().fulfill(json=feeds)
    expect(page.locator("#cards")).to_be_empty()
    sign_in(page, running.token)  # by then it has asked for what was left, if it ever does
    expect(page.locator(".card", has_text="The queue now")).to_be_visible()
