"""Signing in by password and at an identity provider, idle log-off, and coming back to where one was."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from service.pipeline.passwords import Passwords
from tests.browser.audit import faults
from tests.browser.desk import form, lines, message, send, shown, stored
from tests.identity_provider import PlayedProvider
from tests.played_server import played
from tests.service_process import start_embedded, stopping, wait_until

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def provider():
    with played(PlayedProvider()) as running:
        running.person = {"sub": "s-9", "preferred_username": "olga", "groups": ["leads"]}
        yield running


@pytest.fixture(scope="module")
def clinic(provider, tmp_path_factory):
    """A service with an identity provider, and with a user who has a password."""
    folder = tmp_path_factory.mktemp("clinic")
    oidc = str(provider.configure(folder))
    with stopping(start_embedded(folder / "data", CHARGE_CAPTURE_OIDC=oidc)) as running:
        with stored(running).transaction() as store:
            store.users.add("carla", frozenset({"coder"}), "*", by="test")
            store.users.set_password("carla", Passwords().hashed("carla", PASSWORD), by="test")
        yield running


def sign_in(page):
    page.get_by_label("Name", exact=True).fill("carla")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def sessions(clinic):
    with stored(clinic).connection() as connection:
        return connection.execute(text("SELECT count(*) FROM user_session")).scalar_one()


def pass_time(page, clinic, seconds):
    """So much later, here and there, without a sign of life."""
    with stored(clinic).transaction() as store:
        store.transaction.connection.execute(
            text("UPDATE user_session SET active_at = active_at - :s"), {"s": seconds}
        )
    page.clock.fast_forward(seconds * 1000)


def test_password_idle_log_off_and_back_to_the_line_and_the_draft(page, clinic):
    first, second = send(clinic, "01", 2)
    page.clock.install()
    page.goto(clinic.http)
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    assert faults(page) == []
    page.get_by_label("Name", exact=True).fill("carla")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Name or password is not right.")
    expect(page.get_by_label("Password")).to_have_value("")
    sign_in(page)
    expect(lines(page)).to_have_count(2)
    page.keyboard.press("j")
    expect(lines(page).nth(1)).to_have_attribute("aria-selected", "true")
    expect(shown(page)).to_be_visible()
    page.keyboard.press("m")
    form(page).get_by_role("textbox").fill("ask the ward")
    drafts = [f"{clinic.http}/v1/candidates/{each['id']}/draft" for each in (first, second)]
    page.clock.run_for(1000)
    wait_until(lambda: any(page.request.get(each).ok for each in drafts), "the draft is kept")

    pass_time(page, clinic, 14 * 60)
    expect(message(page)).to_contain_text("press any key to stay")
    with page.expect_response("**/v1/session/activity"):
        page.keyboard.press("Shift")
    expect(message(page)).to_have_text("")
    pass_time(page, clinic, 10 * 60)
    expect(shown(page)).to_be_visible()
    assert sessions(clinic) == 1, "the key was a sign of life"

    pass_time(page, clinic, 16 * 60)
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.locator("#documents")).to_be_empty()
    sign_in(page)
    expect(lines(page).nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#draft-note")).to_be_visible()

    page.reload()  # the session outlives the page, and no script sees it
    expect(shown(page)).to_be_visible()
    assert page.evaluate("document.cookie + JSON.stringify({...localStorage, ...sessionStorage})") == "{}"
    page.locator("#user").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    wait_until(lambda: sessions(clinic) == 0, "the session is over on the server")
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()


def test_the_identity_provider_signs_in_and_out_and_says_why_not(page, clinic, provider):
    page.goto(f"{clinic.http}/#dashboard")
    page.get_by_role("link", name="Sign in with Clinic").click()
    expect(page.locator("#name")).to_have_text("olga")
    assert page.url == f"{clinic.http}/#dashboard"
    expect(page.locator(".card").first).to_be_visible()
    page.locator("#user").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in with Clinic")).to_be_visible()
    wait_until(lambda: "/end" in provider.asked, "it signs out there, too")

    provider.person["groups"] = []
    page.get_by_role("link", name="Sign in with Clinic").click()
    expect(message(page)).to_contain_text("have no role here")
    assert "refused" not in page.url
    page.get_by_role("button", name="Sign in with a token").click()
    page.get_by_label("Your token").fill(clinic.token)
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_have_text("admin")
