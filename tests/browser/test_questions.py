"""What is more than approving: questions and answers, holds, comments, assignments, charges added by hand."""

from playwright.sync_api import expect

from tests.browser.desk import form, lines, message, send, shown, sign_in, status_of


def ready(page, title):
    """Wait until a line is shown: while it is on its way no key decides anything."""
    expect(shown(page)).to_have_text(title)


def test_a_question_is_asked_by_two_keys_and_its_answer_brings_the_code(page, running):
    send(running, "03")
    page.goto(running.http)
    sign_in(page, running.token)
    ready(page, "No code yet")
    page.keyboard.press("q")
    expect(form(page)).to_contain_text("Please state which imaging")
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("Asked")
    asked = page.locator("#line section", has=page.get_by_role("heading", name="Asked of the clinician"))
    expect(asked).to_contain_text("open")
    expect(lines(page)).to_contain_text("asked, waiting for an answer")

    asked.get_by_role("button", name="Record the answer").click()
    form(page).get_by_label("Value").select_option("fluoroscopy")
    form(page).get_by_label("Answered by").fill("Dr. Nora Muster")
    form(page).get_by_label("In their words").fill("under fluoroscopy, images kept")
    form(page).get_by_role("button", name="Record the answer").click()
    expect(message(page)).to_contain_text("Answer recorded")
    page.keyboard.press(".")
    ready(page, "62323")
    expect(page.locator("article.answer")).to_contain_text("under fluoroscopy, images kept")
    expect(page.locator(".because")).to_contain_text("imaging.modality is fluoroscopy (answer)")
    page.keyboard.press("a")
    expect(form(page)).to_contain_text("Please state what images, if any, were stored, and where.")
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("Approved: 62323")


def test_what_an_approval_confirms_is_read_before_it_is_sent(page, running):
    (line,) = send(running, "09")
    page.goto(running.http)
    sign_in(page, running.token)
    ready(page, "62324")
    page.keyboard.press("a")
    expect(form(page)).to_contain_text("An anaesthetic was given on the same day")
    expect(form(page)).to_contain_text("not documented")
    page.keyboard.press("a")  # a coder who is used to one key approves nothing unread
    expect(form(page).get_by_role("button", name="Confirm and approve")).to_be_focused()
    assert status_of(running, line) == "proposed"

    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("Approved: 62324")
    decision = running.ask("GET", f"/v1/candidates/{line['id']}").json["decisions"][-1]
    assert "anesthesia.same_day" in decision["confirmed"]


def test_a_line_is_held_commented_on_assigned_and_found_again(page, running):
    (line,) = send(running, "01")
    page.goto(running.http)
    sign_in(page, running.token)
    ready(page, "62327")
    page.keyboard.press("h")
    page.keyboard.type("waits for the anaesthesia record")
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("Held: 62327")
    expect(page.locator(".badge", has_text="Held")).to_contain_text("waits for the anaesthesia record")

    page.keyboard.press("m")
    page.keyboard.type("asked the ward:")
    page.keyboard.press("Enter")  # a comment may have several lines
    page.keyboard.type("j k a")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".history")).to_contain_text("comment by admin: asked the ward:\nj k a")

    page.keyboard.press("i")
    expect(form(page).get_by_label("To")).to_have_value("admin")
    page.keyboard.press("Enter")
    expect(page.locator(".badge", has_text="For admin")).to_be_visible()

    page.keyboard.press("h")
    expect(message(page)).to_contain_text("No longer held")
    expect(page.locator("#hold")).to_contain_text("Hold")
    page.keyboard.press("n")
    expect(page.locator(".badge", has_text="Claimed by admin")).to_be_visible()
    kept = running.ask("GET", f"/v1/candidates/{line['id']}").json
    assert (kept["assigned_to"], kept["held_until"], kept["claimed_by"]) == ("admin", None, "admin")


def test_a_charge_is_added_beside_a_line_and_a_rejection_keeps_its_reason(page, running):
    send(running, "01")
    page.goto(running.http)
    sign_in(page, running.token)
    ready(page, "62327")
    page.keyboard.press("+")
    page.keyboard.type("99213")
    form(page).get_by_label("Reason").fill("a visit on its own")
    page.keyboard.press("Enter")
    ready(page, "99213")
    expect(lines(page)).to_have_count(2)
    page.keyboard.press("r")
    page.keyboard.press("3")
    expect(message(page)).to_contain_text("Rejected: 99213")
    newest = running.ask("GET", "/v1/candidates?status=rejected&order=newest").json["items"]
    (rejected,) = [line for line in newest if line["code"] == "99213"]
    detail = running.ask("GET", f"/v1/candidates/{rejected['id']}").json
    assert detail["decisions"][-1]["reason"] == "bundled"


def test_two_coders_never_decide_one_line_and_a_lead_takes_over_with_a_reason(page, running, token_of):
    (line,) = send(running, "01")
    page.goto(running.http)
    sign_in(page, running.token)
    ready(page, "62327")
    another = token_of("coder")
    claimed = running.ask(
        "POST", f"/v1/candidates/{line['id']}/claim", token=another, If_Match=f'"{line["version"]}"'
    )
    assert claimed.status == 200

    page.keyboard.press("a")
    expect(message(page)).to_contain_text("changed meanwhile")
    expect(page.locator(".badge", has_text="Claimed by coder")).to_be_visible()
    page.keyboard.press("a")
    expect(message(page)).to_contain_text("is working on it")
    page.keyboard.press("c")
    page.keyboard.type("she went home")
    page.keyboard.press("Enter")
    expect(page.locator(".badge", has_text="Claimed by admin")).to_be_visible()
    page.keyboard.press("a")
    expect(message(page)).to_contain_text("Approved: 62327")
