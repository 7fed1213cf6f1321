"""MUE and fee schedule files, as CMS lays them out; the codes are impossible ones."""

from pathlib import Path

import pytest

from service.domain.edits import Indicators
from service.domain.errors import SetupError
from service.edits import read_mue, read_pfs

MUE = (
    '"A notice of somebody\'s rights,\nover several lines",,,\r\n'
    '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n'
    "99991,1,3 Date of Service Edit: Clinical,Data\r\n"
    "99992,0,2 Date of Service Edit: Policy,Data\r\n"
    "ends here,,,\r\n"
)

PFS = (
    "2026 fee schedule,,,,,,\r\n"
    "A notice,,,,,,\r\n"
    ",,,STATUS,,MULT,\r\n"
    ",,,,PCTC,PROC,BILAT\r\n"
    "HCPCS,MOD,DESCRIPTION,CODE,IND,,SURG\r\n"
    "99991,,words that are the AMA's,A,0,2,9\r\n"
    "99992,,words that are the AMA's,A,1,2,1\r\n"
    "99992,26,words that are the AMA's,A,1,2,0\r\n"
)


@pytest.fixture
def written(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8-sig", newline="")
        return path

    return write


def test_units_stand_behind_a_notice_and_a_header_with_a_line_end(written):
    assert read_mue(written(MUE)) == {"99991": 1, "99992": 0}


def test_a_header_is_stacked_and_moves(written):
    indicators = {"99991": Indicators("0", "9"), "99992": Indicators("1", "1")}
    assert read_pfs(written(PFS)) == indicators
    assert read_pfs(written("one row more,,,,,,\r\n" + PFS)) == indicators


@pytest.mark.parametrize("read", [read_mue, read_pfs])
def test_another_file_is_refused_by_name(read, written, tmp_path):
    with pytest.raises(SetupError, match=r"file.csv: this is no"):
        read(written("a,b\r\n1,2\r\n"))
    with pytest.raises(SetupError, match=r"absent.csv"):
        read(tmp_path / "absent.csv")


def test_a_missing_column_is_named(written):
    with pytest.raises(SetupError, match="there is no column BILAT SURG"):
        read_pfs(written(PFS.replace("BILAT", "OTHER")))
