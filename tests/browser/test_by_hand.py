"""A line made into two by keys, and the worklist taken away as a file."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.desk import form, lines, message, send, shown, sign_in


def test_a_line_of_several_units_is_split_and_the_list_taken_away(page, running):
    (line,) = send(running, "01")
    running.decide(line, "change", {"units": 3, "reason": "a test"})
    page.goto(running.http)
    sign_in(page, running.token)
    expect(shown(page)).to_have_text("62327 \N{MULTIPLICATION SIGN} 3")
    page.keyboard.press("s")
    page.keyboard.press("s")  # into the field of a number, which takes no letter
    expect(form(page).get_by_label("Units")).to_have_count(2)
    form(page).get_by_label("Part 1: modifier 1").fill("LT")
    form(page).get_by_label("Part 2: modifier 1").fill("RT")
    form(page).get_by_label("Units").nth(0).fill("2")
    expect(form(page)).to_contain_text("4 of 3 units")
    form(page).get_by_label("Reason").fill("two sides")
    form(page).get_by_role("button", name="Split").click()
    expect(form(page)).to_contain_text("must add up to 3")
    form(page).get_by_label("Units").nth(1).fill("1")
    form(page).get_by_role("button", name="Split").click()
    expect(message(page)).to_contain_text("Split: 62327-LT \N{MULTIPLICATION SIGN} 2")
    expect(shown(page)).to_have_text("62327-LT \N{MULTIPLICATION SIGN} 2")
    expect(lines(page)).to_have_count(2)
    assert sorted((each["units"], each["modifiers"]) for each in running.candidates()) == [
        (1, ["RT"]),
        (2, ["LT"]),
    ]

    lines(page).nth(1).click()
    expect(shown(page)).to_have_text("62327-RT")
    page.keyboard.press("s")
    expect(message(page)).to_contain_text("Only a charge of several units")
    page.keyboard.press("o")
    expect(page.get_by_role("button", name="CSV", exact=True)).to_be_focused()
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    header, *rows = Path(saved.value.path()).read_text().splitlines()
    assert (saved.value.suggested_filename, header[:11], len(rows)) == ("worklist.csv", "id,facility", 2)

    page.get_by_role("button", name="Only this provider's lines").click()
    expect(page.get_by_role("button", name="Take off: one provider")).to_be_visible()
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Facility").select_option("main")
    expect(page.get_by_role("button", name="Take off: facility main")).to_be_visible()
    page.keyboard.press("Escape")
    expect(lines(page)).to_have_count(2)
