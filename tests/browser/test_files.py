"""Files that a message carries: told of above its text, and saved when asked for."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.desk import message, send, sign_in


def with_files(sample):
    files = ("^application^pdf^Base64^JVBERi0xLjQ=", "^application^pdf^Base64^%damaged%")
    lines = (f"OBX|{n}|ED|SCAN^<b>Scan</b> {n}||{file}||||||F\r" for n, file in enumerate(files, 30))
    return sample + "".join(lines).encode()


def test_a_file_is_saved_under_a_name_of_our_own_and_a_damaged_one_says_why(page, running):
    send(running, "01", edit=lambda sample: with_files(sample.rstrip(b"\r\n") + b"\r"))
    page.goto(running.http)
    sign_in(page, running.token)
    files = page.locator(".files li")
    expect(files).to_have_count(2)
    expect(files.last).to_contain_text("not Base64")
    expect(files.last.get_by_role("button")).to_have_count(0)
    with page.expect_download() as saved:
        files.first.get_by_role("button", name="Save <b>Scan</b> 30").click()
    assert saved.value.suggested_filename.endswith("-1.pdf")
    assert Path(saved.value.path()).read_bytes() == b"%PDF-1.4"
    expect(message(page)).to_contain_text(saved.value.suggested_filename)
