"""A coder's day, by keys alone: what she sees is what the service holds, and what billing would get."""

from playwright.sync_api import expect

from tests.browser.desk import form, lines, message, send, shown

#: Of the patients and clinicians in the messages of this day: names, numbers, accounts.
PATIENTS = ("Testperson", "Alma", "MRN-", "A500101", "V900101", "F-8801", "Muster", "Sample", "distinct")


def press(page, key, title):
    """Press a key once the line is shown that it is meant for."""
    expect(shown(page)).to_have_text(title)
    page.keyboard.press(key)


def approve_with_evidence(page):
    press(page, "]", "62327")
    expect(page.locator("mark.lit")).to_be_in_viewport()
    page.keyboard.press("a")
    expect(message(page)).to_contain_text("Approved: 62327")


def edit_approve_undo_and_approve_again(page):
    press(page, "M", "62323")
    page.keyboard.type("59LT")
    page.keyboard.press("Enter")  # a reason is missing, and gets the focus
    expect(form(page).get_by_label("Reason")).to_be_focused()
    page.keyboard.type("distinct, left side")
    page.keyboard.press("Enter")
    press(page, "a", "62323-59-LT")
    expect(message(page)).to_contain_text("Approved: 62323-59-LT")
    page.keyboard.press("u")
    expect(message(page)).to_contain_text("Taken back")
    press(page, "a", "62323-59-LT")
    expect(message(page)).to_contain_text("Approved: 62323-59-LT")


def ask_and_record_the_answer(page):
    press(page, "q", "No code yet")
    page.keyboard.press("Enter")
    record = page.get_by_role("button", name="Record the answer")
    expect(record).to_be_visible()
    record.focus()
    page.keyboard.press("Enter")
    expect(form(page).get_by_label("Value")).to_be_focused()
    page.keyboard.type("fluo")
    page.keyboard.press("Tab")
    page.keyboard.type("Dr. Nora Muster")
    page.keyboard.press("Enter")
    press(page, "a", "62323")  # the line that came of it is shown by itself
    page.keyboard.press("Enter")  # and what it leaves to confirm
    expect(message(page)).to_contain_text("Approved: 62323")


def test_a_day_from_signing_in_to_signing_out_without_the_mouse(page, running):
    for total, sample in enumerate(("01", "02", "03", "09"), 1):
        send(running, sample, total=total)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(running.http)
    expect(page.get_by_label("Your token")).to_be_focused()
    page.keyboard.type(running.token)
    page.keyboard.press("Enter")
    expect(lines(page)).to_have_count(4)
    expect(page.locator("#live")).to_have_text("live")
    approve_with_evidence(page)
    edit_approve_undo_and_approve_again(page)
    page.keyboard.press("/")
    page.keyboard.type("neuraxial")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take off: neuraxial injection")).to_be_visible()
    ask_and_record_the_answer(page)
    press(page, "r", "62324")
    page.keyboard.press("1")
    expect(message(page)).to_contain_text("Rejected: 62324")
    expect(page.locator("#queue-empty")).to_be_visible()
    expect(page.locator("#day")).to_contain_text("rejected")

    approved = running.candidates("approved")
    assert ("62323", ["59", "LT"]) in [(line["code"], line["modifiers"]) for line in approved]
    kept = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, document.title])"
    )
    told = " ".join([*asked, page.url, kept])
    assert not [word for word in PATIENTS if word.casefold() in told.casefold()]

    page.locator("#user").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your token")).to_be_focused()
