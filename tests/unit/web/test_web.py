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
        pytest.param("/static/style.css", "text/css; charset=utf-8", id="the style"),
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


@pytest.mark.parametrize("script", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_scripts_write_text_only_and_keep_nothing_in_the_browser(script):
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|Storage|document\.cookie|indexedDB"
    )
    assert not re.search(forbidden, script.read_text())
