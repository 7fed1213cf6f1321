"""Which of CMS's files a file is."""

from datetime import date

import pytest

from service.domain.edits import FileKind, Setting
from service.domain.errors import SetupError
from service.edits import recognize

MUE = (
    '"A notice",,,\n"HCPCS/\nCPT Code",{} MUE Values,MUE Adjudication Indicator,MUE Rationale\nX0001,1,2,x\n'
)
PTP = "notice\nColumn 1\tColumn 2\t\tDate\tDate\tModifier\t\nX0001\tX0002\t\t20240101\t*\t1\tx\n"


@pytest.fixture
def written(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="latin-1")
        return path

    return write


@pytest.mark.parametrize(
    ("name", "text", "kind", "setting", "since"),
    [
        ("x-practitioner-ptp-edits-ccipra-v322r0-f1.txt", PTP, FileKind.PTP, Setting.PRACTITIONER, ""),
        ("ccioph-v322r0-f2.txt", PTP, FileKind.PTP, Setting.OUTPATIENT, ""),
        (
            "MUE_Eff_07-01-2026.csv",
            MUE.format("Practitioner Services"),
            FileKind.MUE,
            Setting.PRACTITIONER,
            "2026-07-01",
        ),
        (
            "mue-2026Q3.csv",
            MUE.format("Outpatient Hospital Services"),
            FileKind.MUE,
            Setting.OUTPATIENT,
            "2026-07-01",
        ),
        ("AOC_V2026Q2-MCR.txt", "notice\nAOC_Edit_Type\tAdd-On_Code\n", FileKind.ADD_ON, None, ""),
    ],
)
def test_what_stands_in_it_and_its_name_tell(written, name, text, kind, setting, since):
    found = recognize(written(name, text))
    assert (found.kind, found.setting, found.holds_from) == (kind, setting, since)


def test_what_neither_tells_must_be_said(written):
    with pytest.raises(SetupError, match="Say --setting"):
        recognize(written("part1.txt", PTP))
    mue = written("mue.csv", MUE.format("Practitioner Services"))
    with pytest.raises(SetupError, match="say --from"):
        recognize(mue)
    assert recognize(mue, holds_from=date(2026, 7, 1)).holds_from == "2026-07-01"
    assert recognize(written("part1.txt", PTP), setting=Setting.OUTPATIENT).setting is Setting.OUTPATIENT


def test_another_file_is_none_of_them(written):
    with pytest.raises(SetupError, match="this is none of"):
        recognize(written("a.txt", "hello\n"))
