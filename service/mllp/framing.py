"""MLLP blocks: VT, body, FS CR. Pure: bytes in, frames out."""

from service.domain.frozen import frozen

VT = b"\x0b"
FS = b"\x1c"
END = FS + b"\r"  # only the pair ends a block; a lone FS is content
HEAD_BYTES = 4096  # of a frame that was never whole: enough to find MSH-10 in
OUTSIDE_BYTES = 1024  # between two frames
FILLER = b"\r\n\0 "  # real senders put these between frames
FRAME_BYTES = 16 * 1024 * 1024


@frozen
class Frame:
    """What came between VT and FS CR; or, with a problem, the head of what was never whole."""

    body: bytes
    problem: str = ""  # "" | too long | cut | outside


def encode(body: bytes) -> bytes:
    """Raises ValueError for a body that a receiver could read as two frames."""
    if VT in body or FS in body:
        raise ValueError("a body with 0x0B or 0x1C in it cannot be sent over MLLP")
    return VT + body + END


class FrameDecoder:
    """Reads frames out of a stream, in linear time however cut: no byte is searched again when more come.

    When `broken`, it cannot tell where the next frame starts, and takes nothing more.
    """

    __slots__ = ("_begun", "_body", "_limit", "_outside", "_told_cut", "broken")

    def __init__(self, limit: int = FRAME_BYTES) -> None:
        self.broken = False
        self._limit = limit
        self._begun = False
        self._body = bytearray()  # of the frame that has begun, from earlier feeds
        self._outside = bytearray()  # since the last frame
        self._told_cut = False  # once a frame, or a stream of VTs would make one answer a byte

    @property
    def partial(self) -> bool:
        """Whether a frame has begun, and not ended."""
        return self._begun

    @property
    def stray(self) -> bool:
        """Whether bytes wait that belong to no frame."""
        return bool(self._outside.strip(FILLER))

    @property
    def head(self) -> bytes:
        """The start of what waits for its end."""
        return bytes((self._body if self._begun else self._outside)[:HEAD_BYTES])

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that `data` ends, and what was found wrong on the way, in order."""
        frames: list[Frame] = []
        at = 0
        while at < len(data) and not self.broken:
            at = self._read_body(data, at, frames) if self._begun else self._find_start(data, at, frames)
        return frames

    def _find_start(self, data: bytes, at: int, frames: list[Frame]) -> int:
        start = data.find(VT, at)
        if start == at and not self._outside:
            self._begun = True
            return at + 1
        stop = len(data) if start < 0 else start
        self._outside += data[at : min(stop, at + OUTSIDE_BYTES + 1)]
        if len(self._outside) > OUTSIDE_BYTES:
            self._break(bytes(self._outside[:OUTSIDE_BYTES]), "outside", frames)
        elif start >= 0:
            if self.stray:
                frames.append(Frame(bytes(self._outside), "outside"))
            self._outside.clear()
            self._begun = True
        return stop + 1

    def _read_body(self, data: bytes, at: int, frames: list[Frame]) -> int:
        if self._body.endswith(FS) and data[at] == END[1]:
            del self._body[-1:]
            self._end(b"", frames)
            return at + 1
        # The next VT bounds the search for the end, so no byte is searched more than twice.
        again = data.find(VT, at)
        stop = len(data) if again < 0 else again
        end = data.find(END, at, stop)
        if end >= 0:
            self._end(data[at:end], frames)
            return end + 2
        if again >= 0:
            self._cut(data[at:again], frames)
        else:
            self._keep(data[at:], frames)
        return stop + 1

    def _end(self, tail: bytes, frames: list[Frame]) -> None:
        if len(self._body) + len(tail) > self._limit:
            self._break(self._start_with(tail), "too long", frames)
            return
        if self._body:
            self._body += tail
            tail = bytes(self._body)
            self._body = bytearray()
        frames.append(Frame(tail))
        self._begun = self._told_cut = False

    def _cut(self, tail: bytes, frames: list[Frame]) -> None:
        """The sender began anew: what it had begun is no frame."""
        if len(self._body) + len(tail) > self._limit:
            self._break(self._start_with(tail), "too long", frames)
            return
        if not self._told_cut:
            frames.append(Frame(self._start_with(tail), "cut"))
            self._told_cut = True
        self._body = bytearray()

    def _keep(self, tail: bytes, frames: list[Frame]) -> None:
        size = len(self._body) + len(tail) - tail.endswith(FS)  # an FS may be half of the end
        if size > self._limit:
            self._break(self._start_with(tail), "too long", frames)
        else:
            self._body += tail

    def _start_with(self, tail: bytes) -> bytes:
        length = min(HEAD_BYTES, self._limit)
        return bytes(self._body[:length] + tail[:length])[:length]

    def _break(self, head: bytes, problem: str, frames: list[Frame]) -> None:
        frames.append(Frame(head, problem))
        self.broken, self._begun = True, False
        self._body, self._outside = bytearray(), bytearray()
