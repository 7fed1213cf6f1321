"""Accessibility: each view, form, menu and dialog is looked at; and what no rule sees."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from service.store.tables import posting
from tests.browser.audit import faults
from tests.browser.desk import (
    GARBAGE,
    SAMPLES,
    of_medicare,
    send,
    shown,
    sign_in,
)

#: What the focus visits, by the Tab key alone, and whether it can be seen there.
FOCUSED = """
  () => {
    const { activeElement: at } = document;
    const { outlineStyle } = getComputedStyle(at);
    const row = document.querySelector("#lines [aria-selected=true]");
    const onRow = at.id === "lines" && getComputedStyle(row).outlineStyle !== "none";
    return [at.id || at.className || at.tagName, outlineStyle !== "none" || onRow];
  }
"""


class Walk:
    """Somebody who goes through the page, and looks at each state of it."""

    def __init__(self, page):
        self.page = page
        self.found = {}

    def look(self, within, awaited="", by=""):
        """Look at a part of the page, once something in it is shown."""
        expect(self.page.locator(f"{within} {awaited}").first).to_be_visible()
        where = f"{within} {awaited} {by}"
        assert where not in self.found, f"looked at twice: {where}"
        self.found[where] = faults(self.page, within)

    def press(self, key, within, awaited=""):
        """Look at what a key opens."""
        self.page.keyboard.press(key)
        self.look(within, awaited, f"by {key}")

    def click(self, selector, within, awaited=""):
        """Look at what a button or a row opens."""
        self.page.locator(selector).first.click()
        self.look(within, awaited, f"by {selector}")

    def leave(self, closed):
        """Close a form, menu or dialog."""
        self.page.keyboard.press("Escape")
        expect(self.page.locator(closed)).to_be_hidden()


@pytest.fixture
def full(running, database, token_of):
    """The service with a line of each kind, a posting of unknown fate, and a message that was set aside."""
    send(running, "03")
    send(running, "05", total=2)
    (lot,) = (each for each in running.candidates() if each["code"] == "62273")
    running.decide(lot, "approve")  # a code of the second review
    overdue, charged, several = (
        send(running, sample, edit=edit, total=total)[-1]
        for total, (sample, edit) in enumerate((("07", of_medicare), ("01", bytes), ("01", bytes)), 3)
    )
    running.decide(overdue, "hold", {"reason": "waits for the anaesthesia record"})
    running.decide(charged, "approve")
    running.decide(several, "change", {"units": 3, "modifiers": ["59", "LT"], "reason": "three levels"})
    coder = token_of("coder")
    at = f"/v1/candidates/{several['id']}"
    running.ask("POST", f"{at}/claim", token=coder, If_Match='"2"')
    with database.transaction() as store:
        to_unknown = update(posting).where(posting.c.state == "pending").values(state="unknown")
        store.transaction.connection.execute(to_unknown)
    running.send(
        GARBAGE.replace(b"QUARANTINE-1", b"QUARANTINE-2")
    )  # the same bytes again would be a duplicate
    yield running
    running.ask("POST", f"{at}/release", token=coder, If_Match=f'"{running.ask("GET", at).json["version"]}"')


def look_at_forms(walk):
    """The line of a question: all that can be done with it, and how its answer is recorded."""
    page = walk.page
    walk.look("html", "#line-title")
    for key in "erhmi+q":
        walk.press(key, "#form")
        if key != "q":
            walk.leave("#form")
    page.keyboard.press("Enter")
    walk.click(".questions .bar button", "#form", "[name=value]")
    walk.leave("#form")
    walk.press("v", "#documents", ".path:text-is('MSH')")
    walk.press("?", "#key-dialog")
    walk.click("#key-list button", "#key-list", "button:focus")
    page.keyboard.press("Escape")
    walk.leave("#key-dialog")


def look_at_lines(walk):
    """Second review; overdue and held; claimed by somebody else, to be split or taken over."""
    walk.click("[role=option]:nth-of-type(2)", "#line .title", ".badge.asks")
    walk.click("[role=option]:has-text('overdue')", "#line .title", ".badge.problem")
    walk.click("[role=option]:has-text('claimed by')", "#line", "h2:has-text('62327-59-LT')")
    walk.press("s", "#form", ".split-part")
    walk.leave("#form")
    walk.press("c", "#reason-dialog")
    walk.leave("#reason-dialog")


def look_at_menus(walk):
    page = walk.page
    for menu in ("user-menu", "view-menu", "filter-menu"):
        walk.click(f"[popovertarget={menu}]", f"#{menu}", ":is(input, select)")
        walk.leave(f"#{menu}")
    page.locator("#lines").focus()
    page.keyboard.press("x")
    for action in ("approve", "hold"):
        walk.click(f"#bulk-{action}", "#bulk-dialog")
        walk.leave("#bulk-dialog")
    page.keyboard.press("/")
    page.keyboard.type("unheard of")
    walk.press("Enter", "#said", "#message.problem")
    page.keyboard.type("62327")  # in the place of what was not found
    walk.press("Enter", "#queue", "#chips")


def look_at_views(walk):
    walk.press("2", "#dashboard", ".card:has-text('Ledger')")
    walk.press("3", "#postings", "tbody tr")
    walk.click("#postings-list button", "#reason-dialog")
    walk.leave("#reason-dialog")
    walk.press("4", "#quarantine", "tbody tr")
    walk.click("#quarantine-list tbody button", "#quarantine", "#quarantine-text .words")
    walk.press("5", "#feeds", "tbody tr")
    walk.click("#feeds-list button", "#feeds", "figure")
    walk.press("7", "#reconciliation", ".lack")


def look_at_mappings(walk):
    page = walk.page
    walk.press("6", "#mappings", "#mapping-list tbody")
    walk.click("#mapping-list tbody button", "#mappings", ".decision")
    page.locator("#show-trial").click()
    page.get_by_label("HL7 v2 message").fill((SAMPLES / "02-mdm-t02-lumbar-injection.hl7").read_text())
    walk.click("#trial-form .primary", "#mappings", "#why-said details")


def test_nothing_is_wrong_with_any_view_form_menu_and_dialog_in_either_theme(page, full):
    page.goto(full.http)
    walk = Walk(page)
    walk.look("html", "#token:enabled")
    sign_in(page, full.token)
    look_at_forms(walk)
    look_at_lines(walk)
    look_at_menus(walk)
    look_at_views(walk)
    look_at_mappings(walk)
    assert {where: wrong for where, wrong in walk.found.items() if wrong} == {}


def test_everything_is_reached_by_tab_and_seen_where_the_focus_is(page, running):
    send(running, "01")
    page.goto(running.http)
    sign_in(page, running.token)
    expect(shown(page)).to_be_visible()
    expect(page.locator("#lines")).to_be_focused()
    visited = []
    for _ in range(80):
        page.keyboard.press("Tab")
        visited.append(page.evaluate(FOCUSED))
        if visited[-1][0] == "lines":
            break
    unseen = [where for where, is_seen in visited if not is_seen and where != "BODY"]
    assert unseen == []
    order = [where for where, _ in visited]
    wanted = ["raw", "documents", "approve", "edit", "reject", "line-pane", "keys", "user", "reload", "lines"]
    assert [where for where in order if where in wanted] == wanted


def test_what_happens_is_told_to_those_who_do_not_see_it(page, running):
    send(running, "01", 2)
    page.goto(running.http)
    sign_in(page, running.token)
    expect(shown(page)).to_be_visible()
    page.keyboard.press("a")
    said = page.get_by_role("status").filter(has_text="Approved: 62327")
    expect(said).to_be_visible()
    expect(shown(page)).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="It was not performed")).to_be_focused()
    expect(page.get_by_role("form", name="Reject: this is no charge")).to_be_visible()
