import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import UnreadableInput
from service.hl7.message import Message, decode, split_messages

MSH = "MSH|^~\\&|LAB^1.2^ISO|NORTH|CC|CC|20260115103000||ORU^R01^ORU_R01|A1|P|2.5.1"
LINES = [
    MSH,
    "PID|1||11^^^N^MR~22^^^N^SS||Testperson^Ada",
    r"OBX|1|TX|NOTE||one \T\ two~three||||||F",
    "OBX|2|CE|imaging.modality||FL^fluoroscopy&live||||||F",
    "ZXX|anything",
]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r", "\n\n"], ids=ascii)
@pytest.mark.parametrize("final", [True, False], ids=["final end", "no final end"])
def test_any_line_end_gives_the_same_segments(end, final):
    message = Message.parse(end.join(LINES) + (end if final else ""))
    assert [(s.name, s.index, s.raw) for s in message.segments] == [
        ("MSH", 1, LINES[0]),
        ("PID", 1, LINES[1]),
        ("OBX", 1, LINES[2]),
        ("OBX", 2, LINES[3]),
        ("ZXX", 1, LINES[4]),
    ]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("MSH-1", "|"),
        ("MSH-2", "^~\\&"),
        ("MSH-3", "LAB"),
        ("MSH-3.3", "ISO"),
        ("MSH-9.2", "R01"),
        ("MSH-10", "A1"),
        ("MSH-40", ""),
        ("PID-3.1", "11"),
        ("PID-3.9", ""),
        ("OBX-5.1", "one & two"),
        ("PV1-19.1", ""),
    ],
)
def test_a_path_reads_the_first_segment_and_repetition_counted_as_hl7_counts(path, value):
    assert Message.parse("\r".join(LINES)).get(path) == value


@pytest.mark.parametrize("path", ["", "MSH", "MSH-", "msh-3", "MSH-3.1.1.1", "MSH-1234"])
def test_what_is_no_path_is_a_mistake_in_the_program(path):
    with pytest.raises(ValueError, match="not a path"):
        Message.parse(MSH).get(path)


def test_components_subcomponents_and_repetitions():
    obx = Message.parse("\r".join(LINES)).of("OBX")
    pid = Message.parse("\r".join(LINES)).of("PID")[0]
    assert pid.repetitions(3) == ["11^^^N^MR", "22^^^N^SS"]
    assert [pid.component(3, 1, rep=rep) for rep in range(3)] == ["11", "22", ""]
    assert [obx[1].component(5, 2, s) for s in (1, 2, 3)] == ["fluoroscopy", "live", ""]
    assert obx[0].field(5) == r"one \T\ two~three"


def test_split_first_unescape_last():
    segment = Message.parse(MSH + "\r" + r"OBX|1|ST|X||a\S\b^c\F\d\R\e").of("OBX")[0]
    assert [segment.component(5, c) for c in (1, 2, 3)] == ["a^b", "c|d~e", ""]


def test_delimiters_are_the_senders():
    message = Message.parse("MSH!@#$%!LAB!N!!!20260115!!ORU@R01!7!P!2.3\rOBX!1!ST!X@Y!!a|b^c$S$d#e%f")
    assert message.get("MSH-9.2") == "R01"
    assert message.of("OBX")[0].component(5, 1) == "a|b^c@d"
    assert message.of("OBX")[0].component(5, 1, 2, rep=1) == "f"


def test_delimiters_that_are_left_out_split_nothing():
    segment = Message.parse("MSH|^\rOBX|1|ST|X||a~b&c\\F\\^d").of("OBX")[0]
    assert segment.repetitions(5) == ["a~b&c\\F\\^d"]
    assert [segment.component(5, c) for c in (1, 2)] == ["a~b&c\\F\\", "d"]


def test_the_hl7_null_reads_as_nothing_and_empty_repetitions_keep_their_place():
    segment = Message.parse(MSH + '\rPID|1||""||~b~""').of("PID")[0]
    assert segment.component(3, 1) == ""
    assert [segment.component(5, 1, rep=rep) for rep in range(3)] == ["", "b", ""]


def test_an_add_segment_goes_on_in_the_middle_of_a_field():
    """A sender whose segments may not grow too long cuts them anywhere: what was denied must stay denied."""
    cut = ["OBX|1|TX|N||No fluo", "ADD|roscopy was used. Done", "ADD| by hand||||||F", "OBX|2|TX|N||x"]
    message = Message.parse("\r".join([MSH, "ADD|behind no segment", *cut, ""]))
    assert [s.name for s in message.segments] == ["MSH", "ADD", "OBX", "OBX"]
    assert message.of("OBX")[0].raw == "OBX|1|TX|N||No fluoroscopy was used. Done by hand||||||F"
    assert message.of("OBX")[1].component(5, 1) == "x"


def test_a_line_that_is_no_segment_continues_the_one_before_it():
    message = Message.parse(MSH + "\rOBX|1|TX|N||first line\nsecond line\nthird||||||F\rOBX|2|TX|N||x\rPV1")
    assert [s.name for s in message.segments] == ["MSH", "OBX", "OBX", "PV1"]
    assert message.of("OBX")[0].component(5, 1) == "first line\nsecond line\nthird"
    assert message.of("OBX")[0].field(11) == "F"


@pytest.mark.parametrize(
    "text",
    ["", "\r\n", "PID|1", "MSH", "hello", "MSHX^~\\&|a", "MSH|", "MSH||A", "MSH|^^\\&|A", "{}", "<xml/>"],
    ids=ascii,
)
def test_what_is_no_message_is_refused(text):
    with pytest.raises(UnreadableInput):
        Message.parse(text)


def test_two_messages_are_never_read_as_one():
    with pytest.raises(UnreadableInput, match="several messages"):
        Message.parse("\r".join([*LINES, *LINES]))
    assert Message.parse(MSH + "\rNTE|1||MSH is a segment\nMSH as well").of("NTE")


def test_the_text_of_a_segment_is_not_in_its_repr():
    assert "Testperson" not in repr(Message.parse("\r".join(LINES)).segments)


ONE, TWO = (MSH + "\rPID|1\r").encode(), (MSH.replace("A1", "A2") + "\rPID|2\r").encode()


@pytest.mark.parametrize(
    ("payload", "messages"),
    [
        pytest.param(ONE, [ONE], id="one"),
        pytest.param(b"", [b""], id="nothing"),
        pytest.param(b"no message", [b"no message"], id="no message"),
        pytest.param(b"\xff\xfeM", [b"\xff\xfeM"], id="half a wide character"),
        pytest.param(ONE + TWO, [ONE, TWO], id="two without an envelope"),
        pytest.param(
            b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + ONE + TWO + b"BTS|2\rFTS|1\r", [ONE, TWO], id="batch file"
        ),
        pytest.param(b"BHS|^~\\&|A\r\n" + ONE + b"BTS|1", [ONE], id="batch of one"),
        pytest.param(b"\xef\xbb\xbfBHS|^~\\&\r" + ONE, [b"\xef\xbb\xbf" + ONE], id="batch with a BOM"),
        pytest.param(b"FHS|^~\\&|A\rFTS|0\r", [b"FHS|^~\\&|A\rFTS|0\r"], id="empty batch"),
        pytest.param(b"rubbish\r" + ONE + TWO, [b"rubbish\r", ONE, TWO], id="what stands before is seen"),
        pytest.param(ONE + b"NTE|1||MSH, FTS and BTS\n", [ONE + b"NTE|1||MSH, FTS and BTS\n"], id="in text"),
    ],
)
def test_a_payload_is_cut_into_its_messages(payload, messages):
    assert split_messages(payload) == messages


def test_a_capture_with_mllp_frames_is_cut_too():
    pieces = split_messages(b"\x0b" + ONE + b"\x1c\r\x0b" + TWO + b"\x1c\r")
    assert [Message.parse(decode(piece).text).get("MSH-10") for piece in pieces if b"MSH" in piece] == [
        "A1",
        "A2",
    ]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be"])
def test_wide_characters_are_cut_between_characters(codec):
    pieces = split_messages((ONE + TWO).decode().encode(codec))
    assert [decode(piece).text for piece in pieces] == [ONE.decode(), TWO.decode()]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_cutting_never_raises_and_loses_no_message(before, after):
    pieces = split_messages(before + b"\r" + ONE + TWO + after)
    assert b"".join(pieces).count(b"PID|1") >= 1
    assert pieces


@given(st.text(st.sampled_from("MSHOBX|^~\\&\r\n1 \"#'é")))
def test_any_text_is_refused_or_read(text):
    try:
        message = Message.parse(text)
    except UnreadableInput:
        return
    for segment in message.segments:
        assert isinstance(segment.component(5, 1), str)


@given(
    st.binary(max_size=120),
    st.sampled_from([b"MSH|^~\\&|A|B\rOBX|1|", b"MSH!@#$%!A!B\nOBX!1!", b"MSH|^|A\rOBX|"]),
)
def test_any_bytes_behind_a_header_are_read_to_the_last_component(rest, start):
    try:
        message = Message.parse(decode(start + rest).text)
    except UnreadableInput:
        return
    for segment in message.segments:
        for n in range(1, 6):
            for repetition in segment.repetitions(n):
                assert isinstance(segment.component_of(repetition, 2, 2), str)
