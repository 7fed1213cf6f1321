"""The review page: fixed files without a word of patient data; all it shows, it asks of the API."""

from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse

_STATIC = Path(__file__).parent / "static"
#: Named here: the table of the operating system may call JavaScript anything, and browsers then refuse it.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def mount(app: FastAPI) -> None:
    """Serve the page at `/` and its files below `/static/`."""
    files = {
        path.relative_to(_STATIC).as_posix(): path
        for path in _STATIC.rglob("*")
        if path.suffix in _TYPES and path.is_file()
    }

    def static(name: str) -> FileResponse:
        # A look-up among known names: no path that a caller spells ever reaches the disk.
        if name not in files:
            raise HTTPException(404)
        return FileResponse(files[name], media_type=_TYPES[files[name].suffix])

    def page() -> FileResponse:
        return static("index.html")

    app.add_api_route("/", page, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/static/{name:path}", static, methods=["GET", "HEAD"], include_in_schema=False)
