"""The service as its users meet it: real processes, real sockets. Embedded, and scaled out."""

import json
import os
import re
import signal
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from service.mllp import Connection
from service.store import Keyring, open_database
from service.store.keyring import parse_keys
from tests.programs import DEADLINE, REPOSITORY, Program, ran

CRASHING = REPOSITORY / "tests" / "flow" / "crashing_service.py"


def wait_until(condition, what):
    """Poll until `condition` gives something true; gives it."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {DEADLINE} s in vain: {what}")


class Process:
    """A command of ours, and the lines it prints."""

    def __init__(self, words, environment, ready):
        self.lines = []
        lines, printing = os.pipe()
        self._lines = os.fdopen(lines)
        with os.fdopen(printing, "w") as end:
            self.process = Program(
                words, {"CHARGE_CAPTURE_UNDO_SECONDS": "0", **environment}, out=end, err=end
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.ready = ready

    def _read(self):
        for line in self._lines:
            self.lines.append(line.rstrip("\n"))

    @property
    def output(self):
        return "\n".join(self.lines)

    def wait_ready(self):
        def ready():
            assert self.process.poll() is None, f"ended too early:\n{self.output}"
            return re.search(self.ready, self.output)

        wait_until(ready, f"{self.ready} in {self.output}")

    def printed(self, pattern):
        """The first group of a pattern that the process prints."""
        return wait_until(lambda: re.search(pattern, self.output), f"{pattern} in {self.output}").group(1)

    def interrupt(self):
        """Ctrl-C."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def stop(self):
        """Ctrl-C; gives the exit code."""
        self.interrupt()
        return self.ended()

    def kill(self):
        self.process.kill()
        return self.ended()

    def wait_killed(self):
        """Wait for a process that is going to kill itself."""
        assert self.ended() == -signal.SIGKILL, self.output

    def ended(self):
        """Wait for the end; gives the exit code."""
        code = self.process.wait()
        self._reader.join(DEADLINE)
        self._lines.close()
        return code


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Running:
    """A running deployment."""

    environment: dict
    http: str
    mllp: tuple
    token: str
    processes: list = field(default_factory=list)

    def ask(self, method, path, body=None, *, token=None, **headers):
        """An HTTP request with the admin token; errors are answers too."""
        data = json.dumps(body).encode() if isinstance(body, dict | list) else body
        request = urllib.request.Request(f"{self.http}{path}", data, method=method)
        request.add_header("Authorization", f"Bearer {token or self.token}")
        request.add_header("Content-Type", headers.pop("content_type", "application/json"))
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE) as response:
                return Answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read())

    def send(self, *messages):
        """Send HL7 messages on one connection; gives the ACKs."""
        with Connection(*self.mllp) as connection:
            return [connection.exchange(message) for message in messages]

    def candidates(self, status="proposed"):
        return self.ask("GET", f"/v1/candidates?status={status}").json["items"]

    def wait_for_candidate(self, status="proposed", count=1):
        found = wait_until(
            lambda: len(lines := self.candidates(status)) >= count and lines, f"{count} {status} candidates"
        )
        return found[-1]

    def decide(self, candidate, step, body=None):
        return self.ask(
            "POST", f"/v1/candidates/{candidate['id']}/{step}", body, If_Match=f'"{candidate["version"]}"'
        )

    def wait_for_posting(self, state):
        return wait_until(
            lambda: self.ask("GET", f"/v1/postings?state={state}").json, f"a posting that is {state}"
        )[0]

    def sums(self):
        """How many messages, candidates, charges and postings stand in each state."""
        return self.ask("GET", "/v1/ledger").json["sums"]

    def ledger(self):
        """(exit code, parsed output) of `charge-capture ledger --json`."""
        return command("ledger", "--json", environment=self.environment, parse=True)


def command(*arguments, environment=None, parse=False):
    """Run a charge-capture command; gives (exit code, what it said), parsed as JSON when asked."""
    done = ran("charge-capture", *arguments, environment=environment)
    if parse:
        assert done.out, done.err
        return done.code, json.loads(done.out)
    return done.code, done.out + done.err


def start_embedded(data, billing=None, crash_at=None, options=(), **environment):
    """`charge-capture serve` on free ports."""
    program = [CRASHING, crash_at] if crash_at else ["charge-capture"]
    arguments = ["serve", "--data", str(data), "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0", *options]
    if billing:
        arguments += ["--billing", f"127.0.0.1:{billing}"]
    process = Process([*program, *arguments], environment, "ready;")
    with stopping_if_it_fails([process]):
        process.wait_ready()
    token_file = Path(data) / "token-for-tests"
    if not token_file.exists():
        token_file.write_text(process.printed(r"admin token\s+(\S+)"))
    return Running(
        environment={"CHARGE_CAPTURE_DATA": str(data), **environment},
        http=process.printed(r"(http://127\.0\.0\.1:\d+)"),
        mllp=("127.0.0.1", int(process.printed(r"HL7 \(MLLP\)\s+127\.0\.0\.1:(\d+)"))),
        token=token_file.read_text(),
        processes=[process],
    )


#: The processes of a scaled-out deployment: the words that start each, and what it prints when it is ready.
PARTS = {
    "listener": (("charge-capture", "listen"), "ready;"),
    "api": (("charge-capture", "api"), "ready;"),
    "worker": (("celery", "-A", "workers.app", "worker", "--concurrency", "1"), "ready"),
    "sweep": (("charge-capture", "sweep"), "sweeping"),
}


def start_part(name, environment):
    """One process of a scaled-out deployment; it may not be ready yet."""
    words, ready = PARTS[name]
    return Process(words, environment, ready)


def start_scaled_out(environment, billing=None):
    """Listener, API, Celery worker and sweeper as processes of their own, on a migrated database."""
    given = {**environment, "CHARGE_CAPTURE_HTTP": "127.0.0.1:0", "CHARGE_CAPTURE_MLLP": "127.0.0.1:0"}
    if billing:
        given["CHARGE_CAPTURE_BILLING"] = f"127.0.0.1:{billing}"
    token = _token(given)
    parts = {name: start_part(name, given) for name in PARTS}
    processes = list(parts.values())
    with stopping_if_it_fails(processes):
        for process in processes:
            process.wait_ready()
    return Running(
        environment=given,
        http=http_of(parts["api"]),
        mllp=mllp_of(parts["listener"]),
        token=token,
        processes=processes,
    )


def http_of(process):
    """Where it says that page and API are."""
    return process.printed(r"(http://127\.0\.0\.1:\d+)")


def mllp_of(process):
    """Where it says that it listens."""
    return "127.0.0.1", int(process.printed(r"HL7 \(MLLP\)\s+127\.0\.0\.1:(\d+)"))


def _token(environment):
    """Make a user; gives the token."""
    keyring = Keyring(parse_keys(environment["CHARGE_CAPTURE_KEY"]))
    database = open_database(environment["CHARGE_CAPTURE_DATABASE_URL"], keyring)
    with database.transaction() as store:
        token = store.users.add(f"t{time.time_ns()}", frozenset({"lead", "feed", "admin"}), "*", by="test")
    database.close()
    return token


@contextmanager
def stopping_if_it_fails(processes):
    """Leave no process behind that no test will stop."""
    try:
        yield
    except BaseException:
        stop(processes)
        raise


@contextmanager
def stopping(running):
    """Stop what runs at the end, however the test ends."""
    try:
        yield running
    finally:
        stop(running.processes)


def stop(processes):
    """Ctrl-C for all of them."""
    for process in processes:
        process.interrupt()
    for process in processes:
        process.ended()
