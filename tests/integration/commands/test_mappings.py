"""mappings check reports what the service would refuse to start on, with file and line."""

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from tests.programs import REPOSITORY, ran
from tests.shipped import ONE_TABLE, copy_with_one_table


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped mappings."""
    return copy_with_one_table(tmp_path / "mappings")


def check(folder):
    return CliRunner().invoke(app, ["mappings", "check", str(folder)], catch_exceptions=False)


def test_the_shipped_mappings_are_in_order():
    done = ran("charge-capture", "mappings", "check", REPOSITORY / "mappings")
    assert (done.code, done.out) == (0, "mappings: in order\n")


@pytest.mark.parametrize(
    ("feed", "right", "wrong", "message"),
    [
        ("generic-mdm", "of: [TXA-15.1]", "of: [TXA-15,1x]", "'1x' is not an HL7 path like"),
        ("generic-oru", '"OBX[2=TX|FT]-5"', '"OBX[2=TX|FT-5"', "is not an HL7 path like"),
        ("generic-oru", "OBX[2=TX|FT]", "OBX[2~TX|FT]", "is not a condition like"),
        ("generic-fhir-procedure", '"note.text"', '"note..text"', "this is no FHIRPath: note..text"),
    ],
    ids=["key", "narrative", "condition", "FHIRPath"],
)
def test_a_path_that_cannot_be_read_with_is_named_with_its_line(folder, feed, right, wrong, message):
    path = folder / "feeds" / f"{feed}.yaml"
    lines = path.read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if right in text)
    path.write_text("\n".join(lines).replace(right, wrong))

    done = check(folder)

    assert done.exit_code == 1
    assert done.output.startswith(f"mappings/feeds/{feed}.yaml:{line}: error: ")
    assert message in done.output


def test_a_destination_that_is_wrong_hides_nothing_else_that_is(folder):
    for name in ("destinations/billing.yaml", f"tables/{ONE_TABLE}"):
        path = folder / name
        path.write_text(path.read_text() + "format_: x\n")

    done = check(folder)

    assert done.exit_code == 1
    told = [line.partition(":")[0] for line in done.output.splitlines()]
    assert told == ["mappings/destinations/billing.yaml", f"mappings/tables/{ONE_TABLE}"]
