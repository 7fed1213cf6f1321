"""A server of somebody else's, played: real HTTP on a free port of this machine."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def send_answer(handler, status, content, headers):
    """Send JSON, or None for no body, through the handler of a request."""
    payload = b"" if content is None else json.dumps(content).encode()
    handler.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(payload))}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(payload)


@contextmanager
def played(player):
    """Serve it; `player.answer(method, path, headers, body)` gives status, content and headers.

    Where it gives None, the connection breaks without an answer. Where it is served, it is told as
    `player.url`.
    """

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = player.answer(self.command, self.path, self.headers, body)
            if answer is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            send_answer(self, *answer)

        do_GET = do_POST = do_PUT = handle_any  # noqa: N815

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    player.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield player
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
