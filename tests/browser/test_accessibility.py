"""Accessibility: axe-core on every view, dialog and form, light and dark; and what axe cannot see."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.desk import SAMPLES, send, shown, sign_in

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALLEST = 24  # CSS pixels, WCAG 2.5.8
#: Controls that are smaller than a target may be, and not in a line of text.
SMALL = """
  (smallest) => [...document.querySelectorAll("button, input, select, [role=separator]")]
    .filter((control) => control.checkVisibility() && control.tabIndex >= 0 && !control.closest("label"))
    .filter((control) => control.getAttribute("role") !== "separator")
    .map((control) => [control.outerHTML.slice(0, 80), control.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < smallest || height < smallest)
    .map(([html]) => html)
"""
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


def violations(page):
    """What axe finds, one sentence each."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


@pytest.fixture
def asked(page, running):
    """The page, before anybody has signed in, with a question to show."""
    send(running, "03")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(running.http)
    expect(page.get_by_label("Your token")).to_be_enabled()
    return page


def opened(page, key, awaited):
    """What axe finds once a key has opened something."""
    page.keyboard.press(key)
    expect(page.locator(awaited).first).to_be_visible()
    return violations(page)


def tried(page):
    """What axe finds once a message was tried."""
    page.get_by_role("button", name="Try a message").click()
    page.get_by_label("HL7 v2 message").fill((SAMPLES / "02-mdm-t02-lumbar-injection.hl7").read_text())
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("#why-said details").first).to_be_visible()
    return violations(page)


def menus(page):
    """What axe finds in each menu, and in the dialog of a batch."""
    found = {}
    for menu in ("#user-menu", "#filter-menu", "#view-menu"):
        page.locator(f"[popovertarget={menu[1:]}]").click()
        expect(page.locator(menu)).to_be_visible()
        if menu == "#filter-menu":
            expect(page.locator("#filter-order")).to_be_visible()
        found[menu] = violations(page)
        page.keyboard.press("Escape")
    page.locator("#lines").focus()
    page.keyboard.press("x")
    page.locator("#bulk-hold").click()
    found["batch"] = violations(page)
    page.keyboard.press("Escape")
    page.locator("#bulk-clear").click()
    return found


def test_axe_finds_nothing_on_any_view_form_and_dialog(asked, running):
    page, found = asked, {"sign-in": violations(asked)}
    sign_in(page, running.token)
    expect(shown(page)).to_be_visible()
    found["review"] = violations(page)
    found["small"] = page.evaluate(SMALL, SMALLEST)
    for key in "erq":
        found[f"form {key}"] = opened(page, key, "#form")
        page.keyboard.press("Escape")
    page.keyboard.press("v")
    found["keys"] = opened(page, "?", "dialog[open]")  # behind it, the message as it came
    page.keyboard.press("Escape")
    for key, awaited in (
        (2, ".card"),
        (3, "#postings-list *"),
        (4, "#quarantine-list *"),
        (5, "#feeds-list *"),
        (7, ".lack"),
        (6, "#mapping-list tbody"),
    ):
        found[awaited] = opened(page, str(key), awaited)
    page.locator("#mapping-list").get_by_role("button").first.click()
    expect(page.locator(".decision")).to_be_visible()
    found["a table"] = violations(page)
    found["a trial"] = tried(page)
    assert {where: what for where, what in found.items() if what} == {}


def test_axe_finds_nothing_in_the_dark_theme(asked, running):
    asked.emulate_media(color_scheme="dark", reduced_motion="reduce")
    sign_in(asked, running.token)
    expect(shown(asked)).to_be_visible()
    found = [*violations(asked), *opened(asked, "e", "#form")]
    asked.keyboard.press("Escape")
    asked.locator("#user").click()  # the theme can be chosen: what was dark is light now
    asked.get_by_label("Light").check()
    assert asked.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    asked.get_by_label("Dark").check()
    asked.keyboard.press("Escape")
    found += [each for what in menus(asked).values() for each in what]
    for key, awaited in ((2, ".card"), (7, ".lack")):
        found += opened(asked, str(key), awaited)
    found += opened(asked, "6", "#mapping-list tbody")
    asked.locator("#mapping-list").get_by_role("button").first.click()
    expect(asked.locator(".decision")).to_be_visible()
    found += violations(asked)
    found += tried(asked)
    assert found == []


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
