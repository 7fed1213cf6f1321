"""Add-on edits, as CMS lays them out; the codes are impossible ones."""

import pytest

from service.domain.errors import SetupError
from service.edits import read_add_ons
from service.edits.layout import OPEN_END

HEADER = (
    "A notice\n"
    "AOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\t"
    "AOC_Edit_EffDT\tAOC_Edit_DelDT\tSpecial_Instruction_Notes\n"
)


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "AOC_V2026Q2-MCR.txt"
        path.write_text(text, encoding="latin-1", newline="")
        return path

    return write


def test_days_are_julian_and_the_first_end_is_the_end(written):
    rows = (
        "1\tX0009\t\tX0001\t\t2024060\t\t\n"
        "2\tX0008\t\tCCCCC\t\t2013001\t\t\n"
        "3\tX0007\t2025366\tX0001\t2025090\t2013001\t\tsome words\n"
    )
    with pytest.raises(SetupError, match=r"txt:5: '2025366' is no date"):
        list(read_add_ons(written(HEADER + rows)))
    assert list(read_add_ons(written(HEADER + rows.replace("2025366", "2024366")))) == [
        ("X0009", "1", "X0001", 20240229, OPEN_END),
        ("X0008", "2", "CCCCC", 20130101, OPEN_END),
        ("X0007", "3", "X0001", 20130101, 20241231),
    ]


def test_commas_will_do(written):
    row = '1,X0009,,X0001,,2024060,,"notes, with a comma"\n'
    (record,) = read_add_ons(written(HEADER.replace("\t", ",") + row))
    assert record[:3] == ("X0009", "1", "X0001")


def test_an_unknown_kind_and_another_file_are_refused(written):
    with pytest.raises(SetupError, match=r"txt:3: edit type '4'"):
        list(read_add_ons(written(HEADER + "4\tX0009\t\tX0001\t\t2024060\t\t\n")))
    with pytest.raises(SetupError, match="this is no add-on file"):
        list(read_add_ons(written("a\tb\n1\t2\n")))
