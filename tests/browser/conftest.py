"""A real browser, and the service as a process of its own."""

import shutil
import socket
import threading
from contextlib import contextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import expect

from service import web
from tests.browser.chromium import PROGRAM, launched
from tests.browser.desk import NUMBERS, stored
from tests.browser.witness import Witness
from tests.programs import REPOSITORY
from tests.service_process import start_embedded, stopping

expect.set_options(timeout=20_000)  # ms: what is waited for comes, however busy the machine is

#: Violations are told to the page only: kept where the test can ask for them.
COUNT_VIOLATIONS = """
  window.violations = [];
  addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
"""


WITNESS = pytest.StashKey[Witness]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A page that failed once in a thousand runs is not seen again: it tells at once."""
    report = yield
    if report.when == "call" and report.failed and WITNESS in item.stash:
        report.sections.append(("The page", item.stash[WITNESS].tells()))
    return report


@pytest.fixture(scope="module")
def browser():
    """A browser for one file of tests: while it runs, its thread can run no asyncio of other tests."""
    if PROGRAM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with launched() as chromium:
        yield chromium


@contextmanager
def opened_page(browser):
    """A page; at the end no dialog was opened, no script failed, no policy was violated."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(COUNT_VIOLATIONS)
    # A route asked for later holds only once the page has heard of it, and a key may be quicker: the
    # request then goes its way untold. With one from the start, the page asks before each request.
    context.route("**/never-asked-for", lambda route: route.abort())
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    trouble = []
    opened.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    yield opened
    assert trouble == []
    assert opened.evaluate("window.violations") == []
    context.close()


@pytest.fixture
def page(browser, request):
    """A page of its own."""
    with opened_page(browser) as opened:
        request.node.stash[WITNESS] = Witness(opened)
        yield opened


@pytest.fixture(scope="module")
def lasting_page(browser):
    """One page for a file of tests that only ask its scripts: to open one takes a second."""
    with opened_page(browser) as opened:
        yield opened


def with_limits(folder):
    """The shipped mappings, and a payer who takes claims for one day only."""
    shutil.copytree(REPOSITORY / "mappings", folder)
    (folder / "filing").mkdir()
    (folder / "filing" / "contracts.yaml").write_text(
        "format: filing/1\ntitle: Limits\nowner: billing office\nsource: A contract\n"
        "effective: {from: 2020-01-01}\nlimits: {medicare: 1}\n"
    )
    return folder


@pytest.fixture(scope="session")
def deployed(tmp_path_factory):
    """One service for all tests of the page: to start one takes longer than most of them."""
    data = tmp_path_factory.mktemp("service") / "data"
    settings = {
        "CHARGE_CAPTURE_NOTE_SEARCH": "true",
        "CHARGE_CAPTURE_SECOND_REVIEW_CODES": '["62273"]',
        "CHARGE_CAPTURE_MAPPINGS": str(with_limits(data.parent / "mappings")),
    }
    with stopping(start_embedded(data, **settings)) as started:
        yield started


@pytest.fixture(scope="session")
def address():
    """The files of the page, without the service."""
    app = FastAPI()
    web.mount(app)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as opened:
        thread = threading.Thread(target=server.run, args=[[opened]])
        thread.start()
        yield f"http://127.0.0.1:{opened.getsockname()[1]}/"
        server.should_exit = True
        thread.join()


@pytest.fixture
def running(deployed):
    """The service, with nothing in its queue."""
    for line in deployed.ask("GET", "/v1/candidates?limit=200").json["items"]:
        deployed.decide(line, "reject", {"reason": "left by an earlier test"})
    return deployed


@pytest.fixture
def database(running):
    """The database of the service."""
    opened = stored(running)
    yield opened
    opened.close()


@pytest.fixture
def token_of(database):
    """Make a user; gives the token."""
    made = []

    def token(*roles):
        with database.transaction() as store:
            made.append(f"{'-'.join(roles)} {next(NUMBERS)}")
            return store.users.add(made[-1], frozenset(roles), "*", by="test")

    yield token
    with database.transaction() as store:
        for name in made:
            store.users.revoke(name, by="test")
