"""Hostile text in every field that is shown: it is text, nothing runs, no policy is violated."""

import itertools
import re

from playwright.sync_api import expect

from tests.browser.desk import GARBAGE, SAMPLES, form, lines, message, send, shown, sign_in

TAGS = ("img", "svg", "iframe", "object", "embed", "video", "audio", "details", "body", "input")
EVENTS = ("onerror", "onload", "onfocus autofocus", "ontoggle open", "onmouseover")
ESCAPES = (
    "{}",
    '">{}',
    "'>{}",
    "</script>{}",
    "--!>{}",
    "</title></textarea></style>{}",
)


def payloads():
    """Three hundred ways of writing a script into a page, all of our own making."""
    for (n, tag), event, escape in itertools.product(enumerate(TAGS), EVENTS, ESCAPES):
        yield escape.format(f"<{tag} src=x{n} {event}=alert({n})>")


PAYLOADS = list(payloads())
#: What no text may become.
ACTIVE = ":is(img, svg:not(.icon), iframe, object, embed, video, audio, script)"
#: One in each field; the others go through the note, which is shown line by line.
FIELDS = {
    b"Testperson": "<svg/onload=alert(1)>",
    b"Alma": "javascript:alert(2)//<a href='javascript:alert(2)'>",
    b"V900101": "<script>alert(3)</script>",
    b"A500101": "{{constructor.constructor('alert(4)')()}}",
    b"PR-301": "<math><mtext><img src=x onerror=alert(5)>",
    b"L2-L3": "<style>@import'//x';</style>",
}


def escaped(text):
    """The text as it stands in an HL7 field."""
    for character, escape in (
        ("\\", "\\E\\"),
        ("|", "\\F\\"),
        ("^", "\\S\\"),
        ("&", "\\T\\"),
        ("~", "\\R\\"),
    ):
        text = text.replace(character, escape)
    return text.encode()


def hostile(message):
    for word, payload in FIELDS.items():
        message = message.replace(word, escaped(payload))
    notes = [
        b"OBX|%d|TX|NOTE^%s||%s||||||F" % (100 + n, b"Note", escaped(each)) for n, each in enumerate(PAYLOADS)
    ]
    values = [
        b"OBX|%d|CWE|%s^%s||%s^%s||||||F" % (500 + n, *[escaped(each)] * 4)
        for n, each in enumerate(PAYLOADS[::10])
    ]
    return b"\r".join([message.rstrip(b"\r"), *notes, *values])


def test_hostile_text_is_shown_as_it_is_and_nothing_of_it_runs(page, running):
    assert len(set(PAYLOADS)) == 300
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    (line,) = send(running, "01", edit=hostile)
    page.goto(running.http)
    sign_in(page, running.token)
    expect(shown(page)).to_be_visible()
    shown_notes = page.locator(".narrative .words").all_inner_texts()
    assert [each.strip() for each in shown_notes] == [each.strip() for each in PAYLOADS]
    values = page.locator(".observations tbody tr td:nth-child(2)").all_inner_texts()
    assert [each.strip() for each in values[-30:]] == [f"{each} {each}" for each in PAYLOADS[::10]]
    for payload in ("<svg/onload=alert(1)>", "<script>alert(3)</script>"):
        expect(page.locator("#line dd", has_text=re.compile(f"^{re.escape(payload)}$"))).to_have_text(payload)
    assert page.locator(f"main {ACTIVE}").count() == 0
    page.keyboard.press("v")
    expect(page.locator("#documents .path").first).to_have_text("MSH")

    # What a person types goes the same way, and comes back the same.
    page.keyboard.press("e")
    form(page).get_by_label("Family name").fill(PAYLOADS[7])
    form(page).get_by_label("Reason").fill(PAYLOADS[8])
    page.get_by_role("button", name="Save the change").click()
    expect(page.locator(".history")).to_contain_text(PAYLOADS[8])
    expect(page.locator("#line dd", has_text=re.compile(f"^{re.escape(PAYLOADS[7])}$"))).to_have_text(
        PAYLOADS[7]
    )
    running.decide(
        running.ask("GET", f"/v1/candidates/{line['id']}").json, "change", {"reason": PAYLOADS[9], "units": 2}
    )
    page.get_by_role("button", name="show it as it is").click()
    expect(page.locator("#upstream")).to_contain_text(PAYLOADS[9])
    expect(lines(page)).to_have_count(1)
    assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {running.http.split("/")[2]}
    assert page.title() == "Charge review"


def test_a_hostile_message_that_is_tried_runs_nothing_either(page, running):
    page.goto(running.http)
    sign_in(page, running.token)
    expect(page.locator("#views")).to_be_visible()
    page.keyboard.press("6")
    page.get_by_role("button", name="Try a message").click()
    (path,) = SAMPLES.glob("01-*.hl7")
    tried = hostile(path.read_bytes()).replace(b"ORU^R01", b"ORU^R01^" + escaped(PAYLOADS[4]))
    page.get_by_label("HL7 v2 message").fill(tried.decode())
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("#trial-line h2")).to_be_visible()
    shown_notes = page.locator("#trial-documents .narrative .words").all_inner_texts()
    assert [each.strip() for each in shown_notes] == [each.strip() for each in PAYLOADS]
    page.get_by_label("HL7 v2 message").fill("\r".join(PAYLOADS))
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("#trial-found")).to_contain_text("refused")
    expect(page.locator("#trial-documents")).to_contain_text(PAYLOADS[0])
    assert page.locator(f"#mappings {ACTIVE}").count() == 0


def hostile_head(message):
    """A message that is set aside, with payloads for who sent it, what it is, and its number."""
    fields = message.split(b"|")
    fields[2], fields[3], fields[8], fields[9] = (escaped(each) for each in PAYLOADS[20:24])
    return b"|".join(fields)


def test_what_people_write_and_what_was_set_aside_is_text_wherever_it_is_shown(page, running):
    (line,) = send(running, "01")
    wait = iter(PAYLOADS[30:])
    said = {step: next(wait) for step in ("hold", "comment", "discard")}
    running.decide(line, "hold", {"reason": said["hold"]})
    at = f"/v1/candidates/{line['id']}"
    running.ask("POST", f"{at}/comments", {"text": said["comment"]}, If_Match='"2"')
    running.send(hostile_head(GARBAGE))
    page.goto(running.http)
    sign_in(page, running.token)
    expect(page.locator(".badge", has_text="Held")).to_contain_text(said["hold"])
    expect(page.locator(".history")).to_contain_text(said["comment"])
    page.keyboard.press("/")
    page.keyboard.type(PAYLOADS[40])
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text(PAYLOADS[40])
    page.keyboard.press("Escape")

    page.keyboard.press("4")
    row = page.locator("#quarantine-list tbody tr", has_text=PAYLOADS[20])
    expect(row).to_contain_text(f"{PAYLOADS[20]}|{PAYLOADS[21]}")
    expect(row).to_contain_text(PAYLOADS[23])
    row.locator("button").first.click()
    expect(page.locator("#quarantine-text h3")).to_have_text(PAYLOADS[23])
    row.get_by_role("button", name="Discard").click()
    expect(page.locator("#reason-title")).to_contain_text(PAYLOADS[23])
    page.keyboard.type(said["discard"])
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text(PAYLOADS[23])
    assert page.locator(f"main:visible {ACTIVE}").count() == 0
