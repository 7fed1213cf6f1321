"""The views beside the review: who sees which, what they show, and what can be done in them."""

from pathlib import Path

from playwright.sync_api import expect
from sqlalchemy import update

from service.store.tables import posting
from tests.browser.desk import GARBAGE, lines, message, send, shown, sign_in
from tests.service_process import wait_until


def views(page):
    return [link.inner_text() for link in page.locator("#views a").all() if link.is_visible()]


def test_each_role_sees_the_views_that_are_its_own_and_an_auditor_no_button_that_decides(
    page, running, token_of
):
    send(running, "01")
    page.goto(running.http)
    sign_in(page, token_of("admin"))
    expect(page.get_by_role("heading", name="Quarantine")).to_be_visible()
    assert views(page) == ["Quarantine", "Feeds", "Mappings", "Reconciliation"]
    page.locator("#user").click()
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, token_of("auditor"))
    expect(shown(page)).to_have_text("62327")
    assert views(page) == ["Review", "Dashboard", "Postings", "Mappings"]
    expect(page.locator("#actions")).to_be_hidden()
    page.keyboard.press("a")
    page.keyboard.press("2")  # a key that worked after one that did nothing
    expect(page.locator("#cards")).to_contain_text("The queue now")
    assert [line["status"] for line in running.candidates()] == ["proposed"]


def test_what_was_set_aside_is_looked_at_and_discarded_and_a_feed_shows_its_hours(page, running):
    running.send(GARBAGE)
    wait_until(lambda: running.ask("GET", "/v1/quarantine").json["items"], "it is set aside")
    page.goto(running.http)
    sign_in(page, running.token)
    expect(page.locator("#views")).to_be_visible()
    page.keyboard.press("4")
    row = page.locator("#quarantine-list tbody tr", has_text="QUARANTINE-1")
    row.get_by_role("button", name="QUARANTINE-1", exact=True).click()
    expect(page.locator("#quarantine-text")).to_contain_text("XYZ^Q99")
    row.get_by_role("button", name="Read QUARANTINE-1 again").click()
    expect(message(page)).to_contain_text("it is not replayed")  # nothing was mended
    row.get_by_role("button", name="Discard QUARANTINE-1").click()
    page.keyboard.type("a test of the interface")
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("QUARANTINE-1 is discarded")
    expect(row).to_have_count(0)

    page.locator("nav").get_by_role("link", name="Feeds").click()
    page.get_by_role("button", name="Any report, ORU^R01").click()
    expect(page.get_by_role("img", name="Messages an hour")).to_be_visible()
    assert page.evaluate("location.hash") == "#feeds"
    page.go_back()
    expect(page.get_by_role("heading", name="Quarantine")).to_be_visible()


def test_a_posting_whose_fate_is_unknown_is_settled_with_a_reason(page, running, database):
    (line,) = send(running, "01")
    running.decide(line, "approve")
    with database.transaction() as store:
        store.transaction.connection.execute(
            update(posting).where(posting.c.state == "pending").values(state="unknown")
        )
    page.goto(running.http)
    sign_in(page, running.token)
    expect(page.locator("#views")).to_be_visible()
    page.keyboard.press("3")
    rows = page.locator("#postings-list tbody tr")
    expect(rows.first).to_contain_text("unknown")
    count = rows.count()
    rows.first.get_by_role("button", name="It arrived").click()
    dialog = page.get_by_role("dialog")
    page.keyboard.press("3")  # typed into the reason, no view
    expect(dialog.get_by_label("Reason")).to_have_value("3")
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("is now posted")
    expect(rows).to_have_count(count - 1)


def test_the_dashboard_shows_the_numbers_of_the_service(page, running):
    send(running, "01", 2)
    page.goto(running.http)
    sign_in(page, running.token)
    expect(lines(page)).to_have_count(2)
    page.keyboard.press("2")
    expect(page.locator(".tile", has_text="proposed")).to_have_text("2proposed")
    expect(page.locator(".card", has_text="Ledger")).to_contain_text("sums")
    expect(page.get_by_role("img", name="Messages an hour")).to_be_visible()
    page.keyboard.press("1")
    expect(lines(page)).to_have_count(2)


def test_a_day_is_reconciled_and_a_finding_leads_to_its_line(page, running):
    (first, second) = send(running, "01", 2)
    running.decide(first, "reject", {"reason": "duplicate"})
    page.goto(running.http)
    sign_in(page, running.token)
    expect(page.locator("#views")).to_be_visible()
    page.keyboard.press("7")
    page.get_by_label("Day of service").fill(second["service_date"])
    page.get_by_role("button", name="Show", exact=True).click()
    found = page.locator(".lack", has_text="Documented, and not charged")
    name = f"candidate {second['id'][:8]}"
    expect(found.get_by_role("button", name=name).first).to_be_visible()
    expect(page.get_by_role("table", name="Lines that wait, by age").locator("tr").last).to_contain_text("8+")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export CSV").click()
    assert saved.value.suggested_filename == f"reconciliation-{second['service_date']}.csv"
    assert second["id"] in Path(saved.value.path()).read_text()
    found.get_by_role("button", name=name).first.click()
    expect(shown(page)).to_have_text("62327")
    assert page.evaluate("location.hash") == "#review"
    expect(page.locator("#lines [aria-selected=true]")).to_have_attribute("data-id", second["id"])
