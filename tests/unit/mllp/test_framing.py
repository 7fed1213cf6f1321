"""Framing: which bytes are a frame, however they are cut."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mllp.framing import HEAD_BYTES, OUTSIDE_BYTES, Frame, FrameDecoder, encode

VT, END = b"\x0b", b"\x1c\r"
ONE = Frame(b"MSH|one\r")
LIMIT = 8192


def decode(*pieces, limit=LIMIT):
    decoder = FrameDecoder(limit)
    return [frame for piece in pieces for frame in decoder.feed(piece)]


@pytest.mark.parametrize(
    ("stream", "frames"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(encode(b"MSH|one\r"), [ONE], id="one frame"),
        pytest.param(encode(b"MSH|one\r") * 2, [ONE, ONE], id="two frames in one write"),
        pytest.param(VT + END, [Frame(b"")], id="an empty frame"),
        pytest.param(VT + b"a\x1cb" + END, [Frame(b"a\x1cb")], id="a lone FS is content"),
        pytest.param(VT + b"a\x1c\x1c\r", [Frame(b"a\x1c")], id="FS before FS CR"),
        pytest.param(VT + b"a\rb" + END, [Frame(b"a\rb")], id="a lone CR is content"),
        pytest.param(VT + b"half", [], id="half a frame"),
        pytest.param(VT + b"half\x1c", [], id="all but the last byte"),
        pytest.param(VT + b"half\x1c\n", [], id="FS LF ends nothing"),
        pytest.param(b"\r\n \0" + encode(b"MSH|one\r") + b"\r\n", [ONE], id="filler around a frame"),
        pytest.param(
            b"junk" + encode(b"MSH|one\r"), [Frame(b"junk", "outside"), ONE], id="junk before a frame"
        ),
        pytest.param(
            encode(b"MSH|one\r") + b"x" + encode(b"MSH|one\r") + b"y" + VT,
            [ONE, Frame(b"x", "outside"), ONE, Frame(b"y", "outside")],
            id="junk between frames, told once a gap",
        ),
        pytest.param(END + encode(b"MSH|one\r"), [Frame(END, "outside"), ONE], id="an end without a start"),
        pytest.param(
            VT + b"ha" + encode(b"MSH|one\r"), [Frame(b"ha", "cut"), ONE], id="the sender began anew"
        ),
        pytest.param(
            VT + b"a" + VT + b"b" + encode(b"MSH|one\r") + VT + b"c" + VT,
            [Frame(b"a", "cut"), ONE, Frame(b"c", "cut")],
            id="began anew again and again, told once a frame",
        ),
        pytest.param(
            VT + b"a\x1c" + VT + b"\rb" + END, [Frame(b"a\x1c", "cut"), Frame(b"\rb")], id="FS VT CR"
        ),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_the_frames_of_a_stream(stream, frames, size):
    assert decode(*(stream[at : at + size] for at in range(0, len(stream), size))) == frames


def test_two_frames_are_two_frames_wherever_the_stream_is_cut():
    stream = encode(b"MSH|first\x1c\r".replace(END, b"\r")) + b"\r\n" + encode(b"MSH|second\r")
    whole = decode(stream)
    assert [frame.body for frame in whole] == [b"MSH|first\r", b"MSH|second\r"]
    for first in range(len(stream) + 1):
        for second in range(first, len(stream) + 1):
            assert decode(stream[:first], stream[first:second], stream[second:]) == whole


@given(st.data(), st.lists(st.sampled_from([VT, b"\x1c", b"\r", END, b"a", b"b" * 7, b"\n", b"c" * 40])))
def test_any_cutting_of_any_stream_gives_the_same_frames(data, parts):
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert decode(*pieces, limit=16) == decode(stream, limit=16)


@given(st.lists(st.binary().filter(lambda body: VT not in body and b"\x1c" not in body)))
def test_what_is_encoded_is_decoded(bodies):
    assert decode(*map(encode, bodies), limit=10_000) == [Frame(body) for body in bodies]


@pytest.mark.parametrize("body", [b"\x0b", b"\x1c", b"MSH|a\x1c\r\x0bMSH|b\r", b"a\x1cb"])
def test_a_body_that_could_make_two_frames_is_refused(body):
    with pytest.raises(ValueError, match="cannot be sent"):
        encode(body)


@pytest.mark.parametrize("size", [1, 4096, 10**6])
@pytest.mark.parametrize(("over", "problem"), [(0, ""), (1, "too long")])
def test_a_frame_may_be_as_long_as_the_limit_and_no_longer(size, over, problem):
    body = b"x" * (LIMIT + over)
    stream = encode(body)
    (frame,) = decode(*(stream[at : at + size] for at in range(0, len(stream), size)))
    assert frame.problem == problem
    assert frame.body == (body[:HEAD_BYTES] if problem else body)


def test_after_a_frame_over_the_limit_nothing_more_is_taken():
    decoder = FrameDecoder(LIMIT)
    (frame,) = decoder.feed(VT + b"x" * (LIMIT + 1))
    assert (frame.problem, decoder.broken, decoder.partial) == ("too long", True, False)
    assert decoder.feed(encode(b"MSH|next\r")) == []


@pytest.mark.parametrize("filler", [b"\0", b"junk"])
def test_more_than_a_little_outside_of_frames_ends_the_decoding(filler):
    decoder = FrameDecoder()
    stream = filler * (OUTSIDE_BYTES // len(filler))
    assert decoder.feed(stream) == []
    (frame,) = decoder.feed(b"\0")
    assert (frame, decoder.broken) == (Frame(stream, "outside"), True)


@pytest.mark.parametrize(
    ("fed", "partial", "stray", "head"),
    [
        (b"", False, False, b""),
        (b"\r\n", False, False, b"\r\n"),
        (b"GET / HTTP", False, True, b"GET / HTTP"),
        (VT, True, False, b""),
        (VT + b"MSH|", True, False, b"MSH|"),
        (encode(b"MSH|"), False, False, b""),
        (VT + b"a" + VT + b"b", True, False, b"b"),
    ],
)
def test_it_tells_what_waits_for_its_end(fed, partial, stray, head):
    decoder = FrameDecoder()
    decoder.feed(fed)
    assert (decoder.partial, decoder.stray, decoder.head) == (partial, stray, head)


class CountedBytes(bytes):
    """Bytes that count how many of them are searched."""

    searched = 0

    def find(self, what, start=0, end=None):
        end = len(self) if end is None else end
        found = super().find(what, start, end)
        CountedBytes.searched += (end if found < 0 else found + len(what)) - start
        return found


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(VT + b"x" * 40_000 + END, id="one long frame"),
        pytest.param(VT + b"\x1cx" * 20_000 + END, id="lone FS everywhere"),
        pytest.param(VT * 40_000 + END, id="VT everywhere"),
        pytest.param((VT + END) * 14_000, id="empty frames"),
        pytest.param((VT + b"x" * 50) * 800 + END, id="always beginning anew"),
        pytest.param((b"x" + VT + END) * 10_000, id="junk between empty frames"),
    ],
)
@pytest.mark.parametrize("size", [1, 1448, 10**9])
def test_no_byte_is_searched_more_than_a_few_times(stream, size):
    CountedBytes.searched = 0
    decode(*(CountedBytes(stream[at : at + size]) for at in range(0, len(stream), size)), limit=10**6)
    assert CountedBytes.searched <= 4 * len(stream)


def test_an_endless_frame_takes_no_more_memory_than_the_limit():
    decoder = FrameDecoder(1024 * 1024)
    piece = VT + b"x" * 65_536
    tracemalloc.start()
    try:
        decoder.feed(piece)
        for _ in range(200):
            decoder.feed(piece[1:])
        assert tracemalloc.get_traced_memory()[1] < 3 * 1024 * 1024
    finally:
        tracemalloc.stop()
    assert decoder.broken
