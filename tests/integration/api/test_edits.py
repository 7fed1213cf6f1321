"""CMS's edits beside a line: shown when it is read, and named when it is approved."""

import pytest

from service.domain.edits import FileKind
from service.edits.layout import OPEN_END
from service.store.edit_releases import Release, load_release
from tests.mapping_cases import message, read_cases

PERFORMER = "PR-410"
FT1 = (
    "FT1|{n}|DP-{n}||20260313|20260313|CG|CHARGE{n}^a charge^L|||1|||PAIN||||||M54.16^^I10C"
    "|{performer}^Sample^Uma|||F-{n}||{code}^^C4|"
)


def dft(control_id, n, code, *, patient="H330552", performer=PERFORMER):
    segments = [
        f"MSH|^~\\&|PAINDEPT|HARBOR|CHARGECAP|HARBOR|20260313140000||DFT^P03|{control_id}|P|2.3",
        "EVN|P03|20260313140000",
        f"PID|1||{patient}^^^HARBOR^MR||Testperson^Dario||19660105|M",
        "PV1|1|O|PAIN^02||||PR-410^Sample^Uma||||||||||||H910552",
        FT1.format(n=n, code=code, performer=performer),
    ]
    return "".join(segment + "\r" for segment in segments).encode()


@pytest.fixture
def rules(api):
    """Load a PTP file of one pair, which a modifier may part."""
    pair = ("99991", "99992", 20240101, OPEN_END, "1", "Misuse of column two")
    release = Release(FileKind.PTP, "practitioner", "", "f1.txt", "d1")
    load_release(api.service.database, release, [pair], by="test")


def sent(api, *messages):
    for each in messages:
        assert api.send_hl7(each).status_code == 200
    api.drain()
    return {line["code"]: line for line in api.lines()}


def edits_of(api, line):
    return api.ask("GET", f"/v1/candidates/{line['id']}").json()["edits"]


def kind_of(answer):
    return answer.json()["type"].rpartition(":")[2]


@pytest.mark.usefixtures("rules")
def test_both_lines_of_a_pair_show_it_and_say_whose_it_is(api):
    lines = sent(api, dft("M1", 1, "99991"), dft("M2", 2, "99992"))
    (first,), (second,) = edits_of(api, lines["99991"]), edits_of(api, lines["99992"])
    assert (first["own"], second["own"]) == (False, True)
    assert (second["kind"], second["severity"], second["code"], second["other"]) == (
        "ptp",
        "question",
        "99992",
        "99991",
    )
    assert second["source"] == "f1.txt"


@pytest.mark.parametrize(
    "other", [{"patient": "H999999"}, {"performer": "PR-999"}], ids=["patient", "performer"]
)
@pytest.mark.usefixtures("rules")
def test_another_patient_or_provider_is_another_matter(api, other):
    lines = sent(api, dft("M1", 1, "99991"), dft("M2", 2, "99992", **other))
    assert edits_of(api, lines["99992"]) == []


@pytest.mark.usefixtures("rules")
def test_an_approval_must_name_the_edits_that_bite(api):
    lines = sent(api, dft("M1", 1, "99991"), dft("M2", 2, "99992"))
    line = lines["99992"]
    refused = api.decide(line, "approve", {"edits_seen": []})
    assert (refused.status_code, kind_of(refused)) == (409, "edits-unseen")
    assert "99991" in refused.json()["detail"]
    seen = [edit["id"] for edit in edits_of(api, line)]
    assert api.decide(line, "approve", {"edits_seen": seen}).status_code == 200
    decided = api.ask("GET", f"/v1/candidates/{line['id']}").json()["decisions"]
    assert decided[-1]["edits_seen"] == seen


@pytest.mark.usefixtures("rules")
def test_what_came_after_the_line_was_read_stops_its_approval(api):
    line = sent(api, dft("M2", 2, "99992"))["99992"]
    assert edits_of(api, line) == []
    sent(api, dft("M1", 1, "99991"))
    assert kind_of(api.decide(line, "approve", {"edits_seen": []})) == "edits-unseen"


@pytest.mark.usefixtures("rules")
def test_a_charged_neighbour_counts_and_a_rejected_one_does_not(api):
    lines = sent(api, dft("M1", 1, "99991"), dft("M2", 2, "99992"))
    seen = [edit["id"] for edit in edits_of(api, lines["99991"])]
    assert api.decide(lines["99991"], "approve", {"edits_seen": seen}).status_code == 200
    assert len(edits_of(api, lines["99992"])) == 1
    rejected = sent(api, dft("M3", 3, "99991", patient="H1"), dft("M4", 4, "99992", patient="H1"))
    assert api.decide(rejected["99991"], "reject", {"reason": "not done"}).status_code == 200
    assert edits_of(api, rejected["99992"]) == []


@pytest.mark.usefixtures("rules")
def test_a_modifier_that_separates_takes_the_edit_away(api):
    lines = sent(api, dft("M1", 1, "99991"), dft("M2", 2, "99992"))
    changed = api.decide(lines["99992"], "change", {"modifiers": ["59"], "reason": "another site"}).json()
    assert edits_of(api, changed) == []
    assert api.decide(changed, "approve").status_code == 200


@pytest.mark.usefixtures("rules")
def test_a_corrected_date_moves_the_line_to_another_day(api):
    lines = sent(api, dft("M1", 1, "99991"), dft("M2", 2, "99992"))
    change = {"service_date": "2026-03-14", "reason": "done the next day"}
    changed = api.decide(lines["99992"], "change", change).json()
    assert edits_of(api, changed) == edits_of(api, lines["99991"]) == []


def visit(number, day="20260303", patient="P1"):
    """A visit to a running catheter, each by another clinician."""
    case = next(each for each in read_cases() if each["id"] == "cd-day-after")
    told = {
        "|1|P|": f"|{number}|P|",
        "F1|X^": f"F{number}|X^",
        "||P1^^^": f"||{patient}^^^",
        "113000|||F": f"113000|||F|||||||PR-{number}",  # OBR-32
        "20260303": day,
    }
    text = message(case).decode()
    for old, new in told.items():
        text = text.replace(old, new)
    return text.encode()


def test_a_table_allows_so_many_a_day_of_one_patient_whoever_came(api):
    sent(api, visit(1), visit(2), visit(3, day="20260304"), visit(4, patient="P2"))
    bitten = [line for line in api.lines() if edits_of(api, line)]
    assert [line["code"] for line in bitten] == ["01996", "01996"]
    (edit,) = edits_of(api, bitten[0])
    assert (edit["kind"], edit["severity"], edit["own"]) == ("table", "question", True)
    assert (edit["source"], edit["why"]) == (
        "neuraxial-catheter-day",
        "01996: at most 1 a day (by the table)",
    )
    assert kind_of(api.decide(bitten[0], "approve", {"edits_seen": []})) == "edits-unseen"
    assert api.decide(bitten[1], "reject", {"reason": "the same visit"}).status_code == 200
    assert api.decide(bitten[0], "approve", {"edits_seen": []}).status_code == 200


def test_without_files_nothing_is_said(api):
    lines = sent(api, dft("M1", 1, "99991"), dft("M2", 2, "99992"))
    assert edits_of(api, lines["99992"]) == []
    assert api.decide(lines["99992"], "approve").status_code == 200
