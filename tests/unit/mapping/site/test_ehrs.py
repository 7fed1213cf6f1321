"""Files that describe FHIR servers."""

import pytest

from service.domain.errors import MappingError
from service.mapping import load_ehrs

WHOLE = """\
format: ehr/1
name: north
base_url: https://ehr.test/r4
facility: north
hosts: [login.ehr.test]
smart:
  client_id: charge-capture
  key_file: north.pem
  key_id: key-1
  algorithm: RS384
  scope: system/Procedure.rs
poll:
  every_seconds: 30
  since: "2026-01-01T00:00:00Z"
  resources:
    Procedure: {_include: "Procedure:subject"}
    DiagnosticReport: {}
subscription:
  criteria: Procedure?status=completed
"""


@pytest.fixture
def read(tmp_path):
    def write(text):
        (tmp_path / "north.yaml").write_text(text)
        return load_ehrs(tmp_path)

    return write


def test_a_file_is_read_whole(read, tmp_path):
    ehr = read(WHOLE)["north"]
    assert (ehr.base_url, ehr.facility, ehr.every) == ("https://ehr.test/r4/", "north", 30.0)
    assert ehr.hosts == {"ehr.test", "login.ehr.test"}
    assert ehr.smart.key_file == tmp_path / "north.pem"
    assert [(each.resource_type, each.parameters) for each in ehr.searches] == [
        ("Procedure", (("_include", "Procedure:subject"),)),
        ("DiagnosticReport", ()),
    ]
    assert ehr.since == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("https://ehr.test/r4", "http://ehr.test/r4", 3, "https"),
        ("https://ehr.test/r4", "https://user@ehr.test/r4", 3, "base_url"),
        ("facility: north", "facilty: north", 4, "facility"),
        ("facility: north", "token_file: token", 4, "not both"),
        ("RS384", "RS256", 10, "RS384"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00", 14, "timezone"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(read, old, new, line, said):
    with pytest.raises(MappingError, match=said) as caught:
        read(WHOLE.replace(old, new, 1))
    assert (caught.value.file, caught.value.line) == ("north.yaml", line)


def test_a_subscription_needs_searches_for_what_it_leaves_out(read):
    head, _poll, rest = WHOLE.partition("poll:")
    with pytest.raises(MappingError, match="needs poll"):
        read(head + rest[rest.index("subscription:") :])


def test_two_files_of_one_name_are_refused(read, tmp_path):
    (tmp_path / "other.yaml").write_text(WHOLE)
    with pytest.raises(MappingError, match="another file"):
        read(WHOLE)
