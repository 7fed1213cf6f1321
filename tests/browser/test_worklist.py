"""A long worklist, the panes beside it, and what the browser keeps."""

import json

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete

from service.domain.charge import CandidateStatus, Origin
from service.domain.ids import new_id
from service.domain.review import Line
from service.store.tables import candidate
from tests.browser.desk import lines, shown, sign_in, stored
from tests.service_process import wait_until

MANY = 10_000
MADE_HERE = "made by the test"
CONTENT = {name: [] for name in ("because", "questions", "elements", "evidence", "stated", "diagnoses")} | {
    "context": {}
}
#: Ten thousand lines in a worklist of the page, and a hand that turns the wheel through them.
WALK = """
  async (many) => {
    const { Worklist } = await import("/static/review/worklist.js");
    document.getElementById("review").hidden = false;
    const chosen = [];
    const worklist = new Worklist((id) => chosen.push(id), () => {});
    worklist.add(Array.from({ length: many }, (_, n) => ({
      id: `l${n}`, code: "62323", units: 1, modifiers: [], questions: [], table: "t", status: "proposed",
      created_at: "2026-01-01T00:00:00Z", version: 1,
    })));
    window.worklist = worklist;
    worklist.chooseFirst();
    const list = document.getElementById("lines");
    const drawn = [];
    for (let at = 0; at < list.scrollHeight; at += 20 * list.clientHeight) {
      list.scrollTop = at;
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      const rows = [...list.querySelectorAll("[role=option]")];
      const { bottom } = list.getBoundingClientRect();
      const inView = rows.filter((row) => row.getBoundingClientRect().top < bottom);
      drawn.push([rows.length, inView.length]);
    }
    list.focus();
    return drawn;
  }
"""


def fill(running, count):
    """Put lines into the queue, as charting would, each of a procedure of its own."""
    with running.database.transaction() as store:
        ids, _ = store.procedures.lock(("main", new_id()) for _ in range(count))
        store.candidates.add("main", [(identifier, made_line()) for identifier in ids.values()])


def made_line():
    return Line(
        slot="s",
        status=CandidateStatus.PROPOSED,
        origin=Origin.MAPPED,
        table="neuraxial-injection",
        table_hash=MADE_HERE,
        row=1,
        code="62320",
        units=1,
        modifiers=(),
        service_date="2026-03-01",
        content=CONTENT,
    )


@pytest.fixture
def long_queue(running):
    """A service with more lines than a page of the list."""
    running.database = stored(running)
    fill(running, 230)
    yield running
    with running.database.transaction() as store:
        store.transaction.connection.execute(delete(candidate).where(candidate.c.table_hash == MADE_HERE))
    running.database.close()


def test_of_ten_thousand_lines_few_stand_in_the_page_and_the_last_is_reached_by_key(page, address):
    page.goto(address)
    drawn = page.evaluate(WALK, MANY)
    assert all(3 < in_view <= rows < 60 for rows, in_view in drawn), drawn

    page.keyboard.press("End")
    last = page.locator(f'[role=option][aria-posinset="{MANY}"]')
    expect(last).to_have_attribute("aria-selected", "true")
    expect(last).to_be_in_viewport()
    page.keyboard.press("ArrowUp")
    before = page.locator(f'[role=option][aria-posinset="{MANY - 1}"]')
    expect(before).to_have_attribute("aria-selected", "true")
    expect(page.locator("#lines")).to_have_attribute("aria-activedescendant", f"line-l{MANY - 2}")

    page.evaluate(f"worklist.remove('l{MANY - 2}')")  # what is decided leaves, the next is chosen
    expect(page.locator(f'[role=option][aria-posinset="{MANY - 1}"]')).to_have_attribute(
        "data-id", f"l{MANY - 1}"
    )
    expect(page.locator("[aria-selected=true]")).to_have_attribute("data-id", f"l{MANY - 1}")


def test_a_queue_longer_than_a_page_is_walked_to_its_end_by_key(page, long_queue):
    page.goto(long_queue.http)
    sign_in(page, long_queue.token)
    expect(page.locator("#queue-count")).to_have_text("230")  # counted before they are loaded
    page.keyboard.press("End")
    expect(page.locator("[aria-posinset='201']")).to_be_attached()
    page.keyboard.press("End")
    expect(lines(page).last).to_have_attribute("aria-posinset", "230")
    expect(lines(page).last).to_have_attribute("aria-selected", "true")
    expect(shown(page)).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.locator("#queue-count")).to_have_text("229")
    expect(page.locator("[aria-selected=true]")).to_have_attribute("aria-posinset", "229")


def test_the_widths_of_panes_are_kept_and_nothing_about_anybody(page, long_queue):
    page.goto(long_queue.http)
    sign_in(page, long_queue.token)
    expect(shown(page)).to_be_visible()
    before = page.locator("#queue").bounding_box()["width"]
    page.get_by_role("separator", name="Width of the worklist").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    wide = page.locator("#queue").bounding_box()["width"]
    assert wide > before
    box = page.get_by_role("separator", name="Width of the candidate").bounding_box()
    narrow = page.locator("#candidate").bounding_box()["width"]
    page.mouse.move(box["x"], box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] - 64, box["y"] + 300, steps=3)
    page.mouse.up()
    wait_until(
        lambda: abs(page.locator("#candidate").bounding_box()["width"] - narrow - 64) < 3, "a wider pane"
    )

    kept = page.evaluate("({...localStorage})")
    assert set(kept) == {"charge-capture:panes"}
    assert set(json.loads(kept["charge-capture:panes"])) == {"worklist", "candidate"}
    page.reload()
    expect(shown(page)).to_be_visible()
    assert page.locator("#queue").bounding_box()["width"] == wide
