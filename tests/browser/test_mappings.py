"""The mappings at the page: a table that is read, and a message that is tried and leaves nothing behind."""

from playwright.sync_api import expect

from tests.browser.desk import SAMPLES, sign_in


def test_an_analyst_reads_a_table_and_tries_a_message(page, running, token_of):
    page.goto(running.http)
    sign_in(page, token_of("admin"))
    expect(page.locator("#views")).to_be_visible()
    page.keyboard.press("6")
    expect(page.locator("#mapping-state")).to_contain_text("The lint finds nothing")
    page.get_by_label("Find a table").fill("62327")
    expect(page.locator("#mapping-list tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Neuraxial injections").click()
    row = page.locator(".decision tbody tr").nth(7)
    expect(row).to_have_text("8lumbar_sacraltruemulti_day62327")
    expect(page.locator("#mapping-table")).to_contain_text("lumbar_sacral approach is caudal")
    page.get_by_role("button", name="All tables").click()
    expect(page.get_by_label("Find a table")).to_be_focused()

    page.get_by_role("button", name="Try a message").click()
    page.keyboard.type("6")  # typed, no view
    message = page.get_by_label("HL7 v2 message")
    expect(message).to_have_value("6")
    both = "02-mdm-t02-lumbar-injection.hl7", "03-mdm-t02-imaging-not-stated.hl7"
    message.fill("".join((SAMPLES / name).read_text() for name in both))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#trial-line h2")).to_have_text("62323")
    expect(page.locator("#trial-found")).to_contain_text("read by generic-mdm")
    page.locator("#trial-line").get_by_role("button", name="imaging.modality").first.click()
    expect(page.locator("#trial-documents mark.lit").first).to_contain_text("fluoroscopic")
    page.get_by_label("Code that did not come").fill("62327")
    page.keyboard.press("Enter")
    expect(page.locator("#why-said")).to_contain_text("row 8 needs dwell = multi_day; it is one_day")

    page.locator("#trial-found").get_by_role("button", name="No code yet").click()
    expect(page.locator("#trial-line .questions.blocking")).to_contain_text("Please state which imaging")
    expect(page.locator("#trial-documents")).not_to_contain_text("fluoroscopic guidance")
    assert running.candidates() == [], "nothing of it came into the queue"
    page.locator("#user").click()
    page.get_by_role("button", name="Sign out").click()
    assert "MSH" not in page.content()
    expect(message).to_have_value("")
