import orjson

from service.domain.charge import CandidateStatus, Origin
from service.domain.review import Line
from service.store.candidate_rows import CandidateRows
from service.store.keyring import Keyring

KEYRING = Keyring({1: b"0" * 32})
CONTENT = {
    "elements": [
        {"name": "target", "value": "epidural", "source": {"path": f"OBX[{n}]-5"}} for n in range(30)
    ],
    "context": {"patient_id": "77"},
    "diagnoses": [],
    "questions": [],
}
LINE = Line("t", CandidateStatus.PROPOSED, Origin.MAPPED, "t", "", 1, "62327", 1, (), "2026-03-13", CONTENT)


class Stored:
    """A row as it is read."""

    def __init__(self, **values):
        vars(self).update(values, sequence=1, mappings_digest="")


def test_the_content_of_a_line_is_read_as_it_was_written_and_takes_less_room():
    rows = CandidateRows(KEYRING, 1.0)
    row = rows.new("north", "p", LINE)
    assert rows.candidate(Stored(**row)).content == CONTENT
    assert len(row["sealed_content"]) < len(orjson.dumps(CONTENT)) / 2


def test_content_that_was_stored_before_it_was_compressed_is_read_too():
    rows = CandidateRows(KEYRING, 1.0)
    row = rows.new("north", "p", LINE)
    row["sealed_content"] = KEYRING.seal(orjson.dumps(CONTENT), f"candidate/{row['id']}/north")
    assert rows.candidate(Stored(**row)).content == CONTENT
