"""One report, written as senders write: it is understood the same."""

import base64

import pytest

from service.domain.event import Event, Format
from tests.shipped import shipped_reader

READER = shipped_reader()
CODED = {
    "status": "completed",
    "intent": "postop_analgesia",
    "target": "epidural",
    "approach": "interlaminar",
    "device": "catheter",
    "substances.class": "local_anesthetic",
    "imaging.modality": "fluoroscopy",
    "imaging.images_archived": "Y",
}
TEXT = "OBX|20|TX|11504-8^Note^LN||{}||||||F"
LEFT = "Epidural catheter was placed at L2-L3.~The catheter was left in place."


def report(*more, text=LEFT, version="2.5.1", charset=""):
    lines = [f"OBX|{n}|ST|{name}||{value}||||||F" for n, (name, value) in enumerate(CODED.items(), 1)]
    head = f"MSH|^~\\&|ANY|HOSP|||20260302120000||ORU^R01|M1|P|{version}||||||{charset}"
    obr = "OBR|1||A1|EPI|||20260302090000||||||||||||||||||F"
    return "\r".join([head, "PID|1||P1^^^HOSP^MR", obr, *lines, TEXT.format(text), *more, ""])


def charted(body, charset=""):
    event = Event("e", "main", Format.HL7V2, "ANY|HOSP", "ORU^R01", "M1", 0.0, 0, body, charset=charset)
    chart = READER.chart(READER.read(event).parts)
    return [c.code for p in chart.proposals for c in p.candidates], chart.documentation


def renamed(text, delimiters):
    """The same message with other delimiters."""
    return text.translate(str.maketrans("|^~\\&", delimiters))


VERSIONS = ["2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8", "2.9"]


@pytest.mark.parametrize("version", VERSIONS)
def test_in_every_version(version):
    assert charted(report(version=version).encode())[0] == ["62327"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(renamed(report(), "#$*@%").encode(), id="other delimiters"),
        pytest.param(report().replace("\r", "\n").encode(), id="LF"),
        pytest.param(report().replace("\r", "\r\n").encode(), id="CR LF"),
        pytest.param(report().rstrip("\r").encode(), id="no last CR"),
        pytest.param(b"\xef\xbb\xbf" + report().encode(), id="byte order mark"),
        pytest.param(report(text=LEFT.replace("~", "\\.br\\")).encode(), id="br"),
        pytest.param(report(text=LEFT.replace("~", "\\X0D0A\\")).encode(), id="X0D0A"),
        pytest.param(report(text=LEFT.replace("-", "\\X2D\\")).encode(), id="an escaped hyphen"),
        pytest.param(report(text=LEFT + "~Señor Pérez.", charset="8859/1").encode("latin-1"), id="8859/1"),
        pytest.param(report(text=LEFT + "~Señor Pérez.", charset="UNICODE UTF-8").encode(), id="UTF-8"),
        pytest.param(
            report(text=LEFT + "~Señor Pérez.", charset="UTF-8").encode("latin-1"), id="not what it says"
        ),
    ],
)
def test_however_it_is_written(body):
    assert charted(body)[0] == ["62327"]


def test_a_null_deletes_and_is_no_word():
    codes, documented = charted(report('OBX|30|ST|tip_level||""||||||F').encode())
    assert (codes, documented.values("tip_level"), documented.unknown) == (["62327"], (), ())


@pytest.mark.parametrize("name", ["11504-8^Note^LN", "PDF^Scan^L", "imaging.modality^^L"])
def test_a_document_is_never_read_as_text(name):
    """The words in it would contradict the report, if they were read."""
    pdf = base64.b64encode(b"The catheter was removed the same day. No imaging was used.").decode()
    scan = f"OBX|30|ED|{name}||SCANNER^application^pdf^Base64^{pdf}||||||F"
    codes, documented = charted(report(scan).encode())
    assert documented.values("catheter.disposition") == ("left_indwelling",)
    assert codes == ["62327"] or "imaging" in name
