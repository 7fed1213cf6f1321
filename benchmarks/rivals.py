"""The listener's rivals: an echo, bare group commits, and python-hl7 with an INSERT a message."""

import asyncio
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

import hl7.mllp
import psycopg

#: Stores a group, and comes back when it is on disk.
Store = Callable[[Sequence[bytes]], None]
_ACK = b"\x0bMSH|^~\\&|R|R|S|S|20270110083000||ACK^R01^ACK|%b|P|2.5.1\rMSA|AA|%b\r\x1c\r"


def _ack(frame: bytes) -> bytes:
    control_id = frame.split(b"|", 10)[9]
    return _ACK % (control_id, control_id)


class Echo(asyncio.Protocol):
    """Answers each frame at once: nothing is stored."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\x1c\r" in self.buffer:
            frame, _, self.buffer = self.buffer.partition(b"\x1c\r")
            self.taken(frame)

    def taken(self, frame: bytes) -> None:
        """Answer."""
        self.transport.write(_ack(frame))


class GroupCommitting(Echo):
    """Answers each frame after the commit of the group it came in. No parsing, no encryption, no audit."""

    queue: SimpleQueue[tuple["GroupCommitting", bytes]]

    def taken(self, frame: bytes) -> None:
        """Queue for the next group."""
        self.queue.put((self, frame))


def _database(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, at REAL, body BLOB)")
    return connection


def _sqlite(folder: Path) -> Store:
    database = _database(folder / "rival.db")

    def store(frames: Sequence[bytes]) -> None:
        database.execute("BEGIN IMMEDIATE")
        rows = [(time.time(), frame) for frame in frames]
        database.executemany("INSERT INTO message (at, body) VALUES (?, ?)", rows)
        database.execute("COMMIT")

    return store


def _postgresql(url: str) -> Store:
    database = psycopg.connect(url, autocommit=True)
    database.execute("CREATE TABLE rival (id bigserial PRIMARY KEY, at float8, body bytea)")

    def store(frames: Sequence[bytes]) -> None:
        rows = ([time.time()] * len(frames), list(frames))
        database.execute("INSERT INTO rival (at, body) SELECT * FROM unnest(%b::float8[], %b::bytea[])", rows)

    return store


def _commit_groups(
    store: Store, queue: SimpleQueue[tuple[GroupCommitting, bytes]], loop: asyncio.AbstractEventLoop
) -> None:
    while True:
        group = [queue.get()]
        try:
            while len(group) < 512:
                group.append(queue.get_nowait())
        except Empty:
            pass
        store([frame for _, frame in group])
        loop.call_soon_threadsafe(_answer, group)


def _answer(group: list[tuple[GroupCommitting, bytes]]) -> None:
    for connection, frame in group:
        connection.transport.write(_ack(frame))


async def _serve_protocol(kind: type[Echo]) -> None:
    server = await asyncio.get_running_loop().create_server(kind, "127.0.0.1", 0)
    _say(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _serve_group_commit(store: Store) -> None:
    GroupCommitting.queue = SimpleQueue()
    arguments = (store, GroupCommitting.queue, asyncio.get_running_loop())
    threading.Thread(target=_commit_groups, args=arguments, daemon=True).start()
    await _serve_protocol(GroupCommitting)


async def _serve_python_hl7(folder: Path) -> None:
    database = _database(folder / "rival.db")

    async def handle(reader: "hl7.mllp.HL7StreamReader", writer: "hl7.mllp.HL7StreamWriter") -> None:
        try:
            while True:
                message = await reader.readmessage()
                database.execute(
                    "INSERT INTO message (at, body) VALUES (?, ?)", (time.time(), str(message).encode())
                )
                writer.writemessage(message.create_ack())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await hl7.mllp.start_hl7_server(handle, "127.0.0.1", 0)
    _say(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def _say(port: int) -> None:
    sys.stdout.write(f"port {port}\n")
    sys.stdout.flush()


def main() -> None:
    """`python -m benchmarks.rivals echo|group-commit|python-hl7 FOLDER`, or `group-commit POSTGRESQL_URL`."""
    kind, where = sys.argv[1:]
    if kind == "echo":
        asyncio.run(_serve_protocol(Echo))
    elif kind == "group-commit":
        asyncio.run(_serve_group_commit(_postgresql(where) if ":" in where else _sqlite(Path(where))))
    else:
        asyncio.run(_serve_python_hl7(Path(where)))


if __name__ == "__main__":
    main()
