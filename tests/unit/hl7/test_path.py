import pytest

from service.hl7.message import Message
from service.hl7.path import compile_path

LINES = [
    "MSH|^~\\&|LAB|NORTH|CC|CC|20260115103000||ORU^R01|A1|P|2.5.1",
    "PID|1||11^^^N^PI~22^^^N^MR~33^^^N^mr||Testperson^Ada",
    "PV1|1|O|||||||||||||||||V-9^^^N",
    "OBX|1|CE|IMG^Imaging^L||FL^fluoroscopy^L||||||F",
    "OBX|2|CE|IMG^Imaging^L||^ultrasound^L||||||F",
    r"OBX|3|TX|NOTE^Note^L||Needle & catheter at L4^L5~second \T\ last line||||||F",
    "OBX|4|ST|img^Imaging^L||a^b~c||||||F",
    "OBX|5|NM|DWELL||3||||||",
    "OBX|6|CE|EMPTY||||||||F",
    'OBX|7|TX|NULL||""||||||F',
    "NTE|1||Text with ^ and & in it~next line",
    "ZCH|a&b^c",
]
MESSAGE = Message.parse("\r".join(LINES))


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param(
            "PID-3.1", [("11", "PID-3.1"), ("22", "PID-3[2].1"), ("33", "PID-3[3].1")], id="repetitions"
        ),
        pytest.param("PID-3[5=MR].1", [("22", "PID-3[2].1"), ("33", "PID-3[3].1")], id="which repetition"),
        pytest.param("PID-3[5=XX].1", [], id="no such repetition"),
        pytest.param("PID-3[4=N][5=PI].1", [("11", "PID-3.1")], id="both of the repetition"),
        pytest.param("PV1-19.1", [("V-9", "PV1-19.1")], id="component"),
        pytest.param("PV1-19", [("V-9", "PV1-19")], id="whole field of a coded type"),
        pytest.param("PV1-44", [], id="absent"),
        pytest.param("PV1-2.2", [], id="a component that one word has not"),
        pytest.param("OBX[3.1=EMPTY]-5", [], id="one word where the condition does not hold"),
        pytest.param(
            "OBX[3.1=IMG]-5",
            [("FL", "OBX[1]-5"), ("ultrasound", "OBX[2]-5"), ("a^b", "OBX[4]-5"), ("c", "OBX[4]-5[2]")],
            id="case of a condition does not matter; a code, or its text when there is none",
        ),
        pytest.param(
            "OBX[3.1=IMG][2=CE]-5.2", [("fluoroscopy", "OBX[1]-5.2"), ("ultrasound", "OBX[2]-5.2")], id="both"
        ),
        pytest.param(
            "OBX[3.1=DWELL|EMPTY]-5", [("3", "OBX[5]-5")], id="alternatives; the empty is not found"
        ),
        pytest.param(
            "OBX[2=TX|FT]-5",
            [("Needle & catheter at L4^L5\nsecond & last line", "OBX[3]-5")],
            id="free text is whole, its repetitions are lines, null is nothing",
        ),
        pytest.param("OBX[11=|X]-5", [("3", "OBX[5]-5")], id="empty as an alternative"),
        pytest.param("NTE-3", [("Text with ^ and & in it\nnext line", "NTE[1]-3")], id="a note is free text"),
        pytest.param("ZCH-1.1.2", [("b", "ZCH[1]-1.1.2")], id="subcomponent of a Z segment"),
        pytest.param("MSH-7", [("20260115103000", "MSH-7")], id="MSH"),
    ],
)
def test_a_path_finds_values_and_says_where(path, found):
    assert [(f.text, f.path) for f in compile_path(path).read(MESSAGE.segments)] == found
    assert compile_path(path).first_text(MESSAGE.segments) == (found[0][0] if found else "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PID",
        "PID-",
        "PID-0",
        "PID-3.0",
        "pid-3",
        "OBX[3.1=IMG-5",
        "OBX[3.1]-5",
        "OBX[]-5",
        "OBX[3]-5",
        "OBX[=IMG]-5",
        "OBX[3.1=]-5",
        "PID-3[MR].1",
        "PID-3.1.1.1",
        "PID-3.1 ",
        "Procedure.status",
    ],
    ids=ascii,
)
def test_bad_syntax_is_said_in_a_plain_sentence(text):
    with pytest.raises(ValueError, match=r"is not (an HL7 path|a condition) like"):
        compile_path(text)
