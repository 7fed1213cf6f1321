"""Edits on the page: what bites is shown, and what was not shown is not approved."""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import form, lines, message, shown, sign_in
from tests.programs import REPOSITORY, ran
from tests.service_process import start_embedded, stopping

HEADER = "A notice\nColumn 1\tColumn 2\t\tDate\tDate\tModifier\t\n"
PAIR = "62327\t62323\t\t20240101\t*\t0\tMutually exclusive\n"
SAMPLE = REPOSITORY / "docs" / "samples" / "hl7v2" / "01-oru-r01-procedure-report.hl7"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory):
    """A service whose site has loaded a PTP file of one pair."""
    folder = tmp_path_factory.mktemp("service")
    file = folder / "ccipra-f1.txt"
    file.write_text(HEADER + PAIR)
    assert ran("charge-capture", "edits", "load", file, "--data", folder / "data").code == 0
    with stopping(start_embedded(folder / "data")) as started:
        yield started


def again(message):
    """The same procedure report, of another order of the patient's day."""
    return message.replace(b"F-8801", b"F-8802").replace(b"NOR-000101", b"NOR-000102")


def of_another_patient(order):
    """The same procedure report, of another patient, under this order."""
    message = SAMPLE.read_bytes().replace(b"F-8801", order).replace(b"NOR-000101", b"NOR-" + order)
    return message.replace(b"N700101", b"N700102")


def test_an_edit_that_came_since_the_line_was_read_is_shown_before_it_can_be_approved(page, running):
    running.send(SAMPLE.read_bytes())
    running.wait_for_candidate()
    page.goto(running.http)
    page.get_by_label("Your token").fill(running.token)
    page.keyboard.press("Enter")
    expect(page.locator("#line-title")).to_have_text("62327")
    running.send(again(SAMPLE.read_bytes()))
    beside = running.wait_for_candidate(count=2)
    assert running.decide(beside, "change", {"code": "62323", "reason": "a second one"}).status == 200

    page.keyboard.press("a")
    expect(page.locator("#message")).to_contain_text("your decision was not taken")
    bites = "62323 is not paid beside 62327 (mutually exclusive)"
    expect(page.locator(".edits")).to_contain_text(bites)
    expect(page.locator("#upstream tr", has_text="Edits")).to_contain_text(bites)
    assert len(running.candidates()) == 2

    page.keyboard.press("a")
    expect(form(page)).to_contain_text(bites)
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("Approved: 62327")
    assert len(running.candidates("approved")) == 1


def test_a_service_that_was_charged_under_another_order_since_is_shown_before_it_is_charged_again(
    page, running
):
    first, beside = of_another_patient(b"F-8803"), of_another_patient(b"F-8804")
    running.send(first)
    charged = running.wait_for_candidate()
    running.send(beside)
    running.wait_for_candidate(count=2)
    page.goto(running.http)
    sign_in(page, running.token)
    lines(page).last.click()
    expect(shown(page)).to_have_text("62327")
    expect(page.locator(".edits")).to_have_count(0)
    assert running.decide(charged, "approve").status == 200

    page.keyboard.press("a")
    expect(message(page)).to_contain_text("your decision was not taken")
    page.keyboard.press("a")
    expect(form(page)).to_contain_text("62327 of the same patient and day, order F-8803, approved by admin")
    page.keyboard.press("Escape")
    page.locator("#line").get_by_role("button", name="Show that line").click()
    expect(page.locator("#line dd", has_text="F-8803")).to_be_visible()
    assert len(running.candidates()) == 1, "nobody approved the other one"
