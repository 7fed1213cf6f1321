"""PTP edits, as CMS lays them out; the codes are impossible ones."""

import zipfile

import pytest

from service.domain.errors import SetupError
from service.edits import read_ptp
from service.edits.layout import OPEN_END

HEADER = (
    "A notice of somebody's rights \xa9\n"
    "Practitioner PTP edits\n"
    "Column1/Column2 Edits\t\t*=In existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    "Column 1\tColumn 2\tprior to 1996\tDate\tDate\t0=not allowed\t\n"
    "\t\t\t\t*=no data\t1=allowed\t\n"
    "\t\t\t\t\t9=not applicable\t\n"
)
ROWS = (
    "00991\tX0002\t\t20240101\t*\t1\tStandards of practice\n"
    "00991\tX0003\t*\t19960101\t20240331\t0\tMutually exclusive\n"
    "00991\tX0004\t\t20240101\t20240101\t9\tNever in force\n"
)


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "ccipra-v322r0-f1.TXT"
        path.write_text(text, encoding="latin-1", newline="")
        return path

    return write


def test_records_follow_a_header_of_six_lines(written):
    assert list(read_ptp(written(HEADER + ROWS))) == [
        ("00991", "X0002", 20240101, OPEN_END, "1", "Standards of practice"),
        ("00991", "X0003", 19960101, 20240331, "0", "Mutually exclusive"),
    ]


def test_the_header_may_have_other_lines_and_the_file_other_line_ends(written):
    assert len(list(read_ptp(written("one more\r\n" + (HEADER + ROWS).replace("\n", "\r\n"))))) == 2


def test_an_archive_is_read_as_it_was_downloaded(written, tmp_path):
    archive = tmp_path / "ccipra.zip"
    with zipfile.ZipFile(archive, "w") as pack:
        pack.write(written(HEADER + ROWS), "ccipra-v322r0-f1.TXT")
        pack.writestr("ccipra-v322r0-f1.xlsx", b"PK")
    assert len(list(read_ptp(archive))) == 2


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("00991\tX0005\t\t20240101\n", r"TXT:8: this is no PTP record"),
        ("00991\tX0005\t\t20241301\t*\t1\tNo month\n", r"TXT:8: '20241301' is no date"),
        ("00991\tX0005\t\t20240101\t*\t7\tNo indicator\n", r"TXT:8: modifier indicator '7'"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_by_its_line(written, row, problem):
    first = ROWS.splitlines(keepends=True)[0]
    with pytest.raises(SetupError, match=problem):
        list(read_ptp(written(HEADER + first + row)))


def test_a_file_that_is_cut_within_a_record_is_refused(written):
    with pytest.raises(SetupError, match="this is no PTP record"):
        list(read_ptp(written((HEADER + ROWS)[:-30])))


def test_another_file_is_refused(written):
    with pytest.raises(SetupError, match="this is no PTP file"):
        list(read_ptp(written("a\tb\n" * 30)))
