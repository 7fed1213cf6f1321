"""The review page in a real browser, on the real service."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.desk import form, held, lines, message, send, shown, sign_in, status_of

XSS = "<img src=x onerror=alert(1)>"
TIMES = "\N{MULTIPLICATION SIGN}"


@pytest.fixture
def review(page, running):
    """The page, on which a person may sign in."""
    page.goto(running.http)
    return page


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
    expect(message(review)).to_contain_text("Approved: 62327")
    expect(lines(review)).to_have_count(0)
    expect(review.get_by_text("Nothing waits for a person.")).to_be_visible()
    assert status_of(running, line) == "approved"


def test_a_code_lights_what_it_rests_on_and_a_mark_its_element(review, running):
    (line,) = send(running, "02")
    detail = running.ask("GET", f"/v1/candidates/{line['id']}").json
    sign_in(review, running.token)
    expect(review.locator(".narrative")).to_contain_text("TECHNIQUE: The patient was placed prone.")
    expect(review.locator("details.segments")).not_to_have_attribute("open", "")

    shown(review).get_by_role("button").click()
    expect(review.locator(".item[aria-pressed=true]")).to_have_count(len(detail["evidence"]))
    assert review.locator("#documents mark.decides:not(.lit)").count() == 0

    review.locator("mark", has_text="saline").click()
    expect(review.locator(".item[aria-pressed=true]")).to_contain_text("saline")

    review.locator(".item", has_text="Local date of the service").click()
    expect(review.locator("details mark.lit")).to_be_in_viewport()  # the segments were unfolded for it

    review.keyboard.press("v")
    expect(review.locator("#documents .path").first).to_have_text("MSH")
    expect(review.locator("mark.lit")).to_be_visible()  # what was lit still is
    review.keyboard.press("]")
    expect(review.locator(".item[aria-pressed=true]")).to_have_count(1)


def test_what_a_message_says_is_text_and_never_a_part_of_the_page(review, running):
    observation = f"\rOBX|99|TX|NOTE^{XSS}||{XSS}||||||F".encode()
    send(running, "01", edit=lambda message: message.replace(b"Testperson", XSS.encode()) + observation)
    sign_in(review, running.token)

    row = review.locator(".observations tr").last
    expect(row.locator("td").first).to_have_text(XSS)
    expect(row.locator("th")).to_have_text(XSS)
    expect(review.locator("#line dd", has_text=re.compile(f"^{re.escape(XSS)}$"))).to_have_text(XSS)
    assert review.locator("main img").count() == 0


def test_no_key_decides_while_a_reason_is_typed(review, running):
    (line,) = send(running, "01")
    sign_in(review, running.token)
    expect(shown(review)).to_have_text("62327")

    review.keyboard.press("r")
    review.keyboard.press("a")  # the focus is on a reason: no letter may decide anything
    review.get_by_label("Another reason").focus()
    review.keyboard.type("a j c e k 1: all keys")
    expect(review.get_by_label("Another reason")).to_have_value("a j c e k 1: all keys")
    assert [each["version"] for each in running.candidates()] == [line["version"]], "nothing was done"

    review.keyboard.press("Enter")
    expect(message(review)).to_contain_text("Rejected: 62327")
    rejected = running.ask("GET", f"/v1/candidates/{line['id']}").json
    assert rejected["status"] == "rejected"
    assert "a j c e k 1: all keys" in str(rejected["decisions"][-1])


def test_two_keys_reject_and_escape_gives_the_focus_back(review, running):
    first, second = send(running, "01", 2)
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()
    review.keyboard.press("r")
    expect(form(review)).to_be_visible()
    review.keyboard.press("Escape")
    expect(form(review)).to_be_hidden()
    expect(review.locator("#lines")).to_be_focused()

    review.keyboard.press("r")
    expect(form(review)).to_be_visible()
    review.keyboard.press("2")
    expect(message(review)).to_contain_text("Rejected: 62327")
    expect(lines(review)).to_have_count(1)
    assert (status_of(running, first), status_of(running, second)) == ("rejected", "proposed")


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


def test_a_line_that_somebody_else_changed_is_shown_anew_with_what_differs_and_not_decided(review, running):
    (line,) = send(running, "01")
    sign_in(review, running.token)
    expect(shown(review)).to_have_text("62327")
    expect(review.locator("#candidate dl").first).to_contain_text("Testperson, Alma · born 1958-04-12")
    running.decide(line, "change", {"units": 3, "reason": "three levels"})

    expect(review.get_by_role("button", name="Now proposed: show it as it is")).to_be_visible()
    review.keyboard.press("a")
    expect(message(review)).to_contain_text("changed meanwhile")
    expect(shown(review)).to_have_text(f"62327 {TIMES} 3")
    upstream = review.locator("#upstream")
    expect(upstream).to_contain_text("three levels")
    expect(upstream.locator("tbody tr")).to_have_count(1)
    expect(upstream.locator("tbody tr")).to_have_text(re.compile(f"Line.*62327.*62327 {TIMES} 3"))
    assert status_of(running, line) == "proposed"

    review.keyboard.press("a")
    expect(message(review)).to_contain_text(f"Approved: 62327 {TIMES} 3")


def test_a_line_that_somebody_else_decided_leaves_the_list(review, running):
    first, second = send(running, "01", 2)
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()
    running.decide(first, "reject", {"reason": "not ours"})

    review.keyboard.press("a")
    expect(message(review)).to_contain_text("it is rejected")
    expect(lines(review)).to_have_count(1)
    assert status_of(running, second) == "proposed"


def test_an_open_question_is_settled_by_editing_the_line(review, running):
    send(running, "03")
    sign_in(review, running.token)
    expect(shown(review)).to_have_text("No code yet")
    expect(review.locator(".questions.blocking")).to_contain_text("Imaging that guided needle or catheter")
    expect(review.locator(".considered")).to_contain_text("62323")

    review.keyboard.press("a")
    expect(message(review)).to_have_text("No code yet: ask the clinician, edit or reject.")

    review.keyboard.press("e")
    review.get_by_label("Code", exact=True).fill("6232")
    form(review).get_by_label("Reason").fill("fluoroscopy confirmed by telephone")
    review.keyboard.press("Enter")
    expect(form(review).get_by_role("alert")).to_contain_text("not shaped like")

    review.get_by_label("Code", exact=True).fill("62323")
    review.get_by_label("Modifier 1").focus()
    review.keyboard.type("59lt")  # two characters go on to the next box
    review.get_by_label("Family name").fill("Sample")
    review.get_by_role("button", name="Add a diagnosis").click()
    review.keyboard.type("m54.16")
    review.get_by_role("button", name="Add a diagnosis").click()
    review.keyboard.type("g89.3")
    review.get_by_role("button", name="Move diagnosis 2 up").click()
    review.keyboard.press("Shift+Tab")
    review.get_by_role("button", name="Save the change").click()
    expect(shown(review)).to_have_text("62323-59-LT")
    expect(review.locator("#line")).to_contain_text("fluoroscopy confirmed by telephone")
    (line,) = running.candidates()
    assert (line["code"], line["modifiers"], line["origin"]) == ("62323", ["59", "LT"], "coder")
    detail = running.ask("GET", f"/v1/candidates/{line['id']}").json
    assert detail["diagnoses"] == ["G89.3", "M54.16"]
    assert detail["context"]["performer_family_name"] == "Sample"


def test_what_is_taken_back_stands_where_it_stood_and_is_counted_no_more(review, running, token_of):
    send(running, "01", 3)
    sign_in(review, token_of("coder"))
    expect(shown(review)).to_be_visible()
    before = [line.get_attribute("data-id") for line in lines(review).all()]
    review.keyboard.press("a")
    expect(review.locator("#day")).to_have_text("Today: 1 approved")
    review.keyboard.press("u")
    expect(message(review)).to_contain_text("Taken back")
    expect(review.locator("#day")).to_have_text("")
    for number, identifier in enumerate(before):
        expect(lines(review).nth(number)).to_have_attribute("data-id", identifier)
    expect(lines(review).first).to_have_attribute("aria-selected", "true")
    expect(review.locator(".history")).to_contain_text("approval undone by")


def test_a_problem_is_off_the_screen_as_soon_as_the_person_goes_on(review, running):
    send(running, "01", 2)
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()
    close = review.get_by_role("button", name="Close the message")
    for go_on in (
        lambda: review.keyboard.press("Escape"),
        lambda: review.keyboard.press("j"),
        lambda: review.get_by_role("link", name="Dashboard").click(),
    ):
        expect(shown(review)).to_be_visible()
        review.keyboard.press("s")
        expect(message(review)).to_contain_text("several units")
        expect(close).to_be_visible()
        go_on()
        expect(message(review)).to_have_text("")
        expect(close).to_be_hidden()


def test_that_no_answer_came_is_said_until_the_stream_stands_again(review, running):
    send(running, "01", 2)
    review.context.route("**/v1/events-stream", lambda route: route.abort())
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()
    expect(review.locator("#live")).to_have_text("offline")
    review.context.route("**/v1/candidates/*", lambda route: route.abort())
    review.keyboard.press("j")
    expect(message(review)).to_contain_text("No answer came")
    expect(review.locator("#approve")).to_have_attribute("aria-disabled", "true")
    review.context.unroute("**/v1/candidates/*")
    review.context.unroute("**/v1/events-stream")
    expect(review.locator("#live")).to_have_text("live")
    expect(message(review)).to_have_text("")


def test_a_key_that_comes_before_its_line_does_nothing_and_says_so(review, running):
    send(running, "01", 2)
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()
    waiting = held(review, "**/v1/candidates/*")
    with review.expect_request("**/v1/candidates/*"):
        review.keyboard.press("j")
    for key in ("q", "a"):
        review.keyboard.press(key)
        expect(message(review)).to_contain_text("No line is on the screen")
    for route in waiting:
        route.continue_()
    review.unroute("**/v1/candidates/*")
    expect(shown(review)).to_be_visible()
    expect(message(review)).to_have_text("")
    expect(review.locator("#form")).to_be_hidden()
    assert len(running.candidates()) == 2


def test_a_claim_is_shown_and_given_back(review, running):
    send(running, "01")
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()
    waiting = held(review, "**/claim")
    with review.expect_request("**/claim"):
        review.keyboard.press("c")
    review.keyboard.press("r")  # what is typed into a form now would be lost with the answer
    expect(message(review)).to_contain_text("The step before is still on its way")
    expect(review.locator("#form")).to_be_hidden()
    waiting.pop().continue_()
    review.unroute("**/claim")
    expect(review.locator(".badge")).to_contain_text(re.compile("Claimed by admin until"))
    expect(lines(review)).to_contain_text("claimed by you")
    review.keyboard.press("c")
    expect(message(review)).to_contain_text("Given back")
    assert running.candidates()[0]["claimed_by"] == ""


def test_the_token_is_exchanged_for_a_session_and_kept_nowhere(review, running):
    sign_in(review, running.token)
    expect(review.get_by_text("Nothing waits for a person.")).to_be_visible()
    kept = review.evaluate(
        "JSON.stringify([location.href, document.cookie, {...localStorage}, {...sessionStorage}])"
    )
    assert running.token not in kept

    review.reload()
    expect(review.get_by_text("Nothing waits for a person.")).to_be_visible()
    review.locator("#user").click()
    review.get_by_role("button", name="Sign out").click()
    expect(review.get_by_label("Your token")).to_be_focused()
    review.reload()
    expect(review.get_by_label("Your token")).to_be_focused()
    expect(review.get_by_label("Your token")).to_have_value("")


def test_a_token_that_ends_takes_the_patient_off_the_screen(review, running):
    send(running, "01")
    waiting = held(review, "**/v1/session")  # until the answer comes, the button says what it waits for
    with review.expect_request("**/v1/session"):
        sign_in(review, "no such token")
    expect(review.get_by_role("button", name="Signing in")).to_be_disabled()
    waiting[0].continue_()
    review.unroute("**/v1/session")
    expect(review.locator("#token-error")).to_contain_text("This token is not valid")
    expect(review.get_by_label("Your token")).to_be_focused()
    sign_in(review, running.token)
    expect(shown(review)).to_be_visible()

    review.context.route("**/v1/**", lambda route: route.fulfill(status=401, json={"detail": "who?"}))
    review.keyboard.press("a")
    expect(review.get_by_label("Your token")).to_be_focused()
    expect(review.locator("#documents")).to_be_empty()
    expect(review.locator("#line")).to_be_empty()
    expect(lines(review)).to_have_count(0)
