"""The files of the page: what is served, and as what."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service import web

STATIC = Path(web.__file__).parent / "static"


def ask(method, path):
    """An answer of the page's routes, without a socket."""
    app = FastAPI()
    web.mount(app)

    return TestClient(app).request(method, path)


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        pytest.param("/", "text/html; charset=utf-8", id="the page"),
        pytest.param("/static/app.js", "text/javascript; charset=utf-8", id="a script"),
        pytest.param("/static/styles/base.css", "text/css; charset=utf-8", id="the style"),
        pytest.param("/static/icon.svg", "image/svg+xml", id="the icon"),
    ],
)
def test_each_file_is_served_as_what_it_is(path, content_type):
    answer = ask("GET", path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type
    assert ask("HEAD", path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/static/none.js", "/static/..%2f__init__.py", "/static/%2e%2e/__init__.py"]
)
def test_nothing_else_is_served(path):
    assert ask("GET", path).status_code == 404


def test_the_page_holds_nothing_that_its_content_security_policy_refuses():
    html = (STATIC / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|https?://", html)
    for script in re.findall(r"<script[^>]*>([^<]*)</script>", html):
        assert not script.strip(), "no inline script"


SCRIPTS = sorted(STATIC.rglob("*.js"))
KEEPER = STATIC / "frame" / "preferences.js"


def name_of(path):
    return path.relative_to(STATIC).as_posix()


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_scripts_are_short_and_write_text_only(script):
    text = script.read_text()
    assert text.count("\n") < 300
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|document\.write|\beval\(|new Function", text
    )


@pytest.mark.parametrize("script", [script for script in SCRIPTS if script != KEEPER], ids=name_of)
def test_one_script_alone_keeps_something_in_the_browser(script):
    assert not re.search(r"Storage|document\.cookie|indexedDB|\bcaches\b", script.read_text())


def test_what_the_browser_keeps_has_one_of_three_names():
    assert 'new Set(["panes", "theme", "keys"])' in KEEPER.read_text()


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_a_script_imports_what_is_served(script):
    for name in re.findall(r'from "([^"]+)"', script.read_text()):
        assert (script.parent / name).is_file(), name
