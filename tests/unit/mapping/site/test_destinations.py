"""What a destination file may say, and what is refused before a charge could leave by it."""

from decimal import Decimal
from pathlib import Path

import pytest

from service.domain.answers import SAFE_ACTIONS, SILENCES, Behaviour, Outcome
from service.domain.errors import MappingError
from service.domain.layout import Layout
from service.mapping import load_destination
from service.mapping.lint.check import check
from service.mapping.site.charge_master import read_charge_master
from tests.programs import REPOSITORY

SHIPPED = REPOSITORY / "mappings" / "destinations" / "billing.yaml"
HEAD = """\
format: destination/1
sending_application: CC
sending_facility: MAIN
receiving_application: BILLING
receiving_facility: MAIN
processing_id: P
"""


@pytest.fixture
def load(tmp_path: Path):
    """Load a file of a head and these lines; deduplicates_on is none where they do not say."""

    def load_lines(*lines: str):
        text = HEAD + "".join(f"{line}\n" for line in lines)
        if "deduplicates_on" not in text:
            text += "deduplicates_on: none\n"
        path = tmp_path / "d.yaml"
        path.write_text(text)
        return load_destination(path)

    return load_lines


def test_the_shipped_file_says_what_would_hold_without_it(load):
    shipped, bare = load_destination(SHIPPED), load()
    assert shipped.layout == Layout(("CHARGECAPTURE", "MAIN"), ("BILLING", "MAIN"))
    assert bare.layout == Layout(("CC", "MAIN"), ("BILLING", "MAIN"))
    assert (shipped.actions, shipped.patience) == (bare.actions, bare.patience)
    assert shipped.actions == SAFE_ACTIONS


def test_a_receiver_that_recognises_repeats_is_asked_again(load):
    actions = load("deduplicates_on: msh10").actions
    assert {actions[behaviour] for behaviour in SILENCES} == {Outcome.RETRY}
    said = load("deduplicates_on: msh10", "answers: {garbage: unknown}").actions
    assert (said[Behaviour.GARBAGE], said[Behaviour.NO_ANSWER]) == (Outcome.UNKNOWN, Outcome.RETRY)


def test_who_asks_for_the_verdict_waits_for_it(load):
    assert load("acknowledgements: {accept: AL, application: AL}").actions[Behaviour.CA] is Outcome.AWAIT
    assert load("acknowledgements: {accept: AL, application: NE}").actions[Behaviour.CA] is Outcome.POSTED


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([], "NTE-3"),
        (['version: "2.7"'], "NTE-3"),
        (['version: "2.4"'], "FT1-8"),
        (["message: DFT^P11"], "FT1-8"),
        (["message: DFT^P11", 'version: "2.7"'], ""),
        (["message: BAR^P12"], ""),
        (["reverses_in: FT1-2"], "FT1-2"),
        (["reverses_in: nowhere"], ""),
    ],
)
def test_a_credit_names_its_charge_where_message_and_version_have_a_place(load, lines, place):
    assert load(*lines).layout.reverses_in == place


def test_modifiers_leave_by_2_3_only_where_that_is_said(load):
    assert not load('version: "2.3"').layout.modifiers
    assert load('version: "2.3"', "modifiers_in: FT1-26").layout.modifiers
    assert load('version: "2.3.1"').layout.modifiers


def test_components_are_named_as_people_name_them(load):
    split = load('components: {codes: ["77003"], send: [technical]}').layout.split
    assert (split.codes, split.components) == (frozenset({"77003"}), ("TC",))


WRONG = [
    ('version: "2.3"\nmessage: DFT^P11', "7: DFT.P11 is sent from version 2.4 on"),
    ("message: BAR^P12\nversion: '2.4'", "8: BAR.P12 is sent from version 2.5.1 on"),
    ('version: "2.3.1"\nsegments: [PR1]', "8: before 2.4 PR1 needs"),
    ("message: BAR^P12\nsegments: [IN1]", "8: BAR.P12 has no place for IN1"),
    ("message: BAR^P12\nmodifiers_in: nowhere", "8: in a BAR modifiers stand in PR1-16"),
    ('version: "2.4"\nreverses_in: NTE-3', "8: a note after FT1 is of DFT.P03 from 2.5 on"),
    ('version: "2.7"\nreverses_in: FT1-8', "8: FT1-8 is withdrawn"),
    ("reverses_in: FT1-2\ndeduplicates_on: ft1_2", "7: a receiver that drops a repeated FT1-2"),
    ("message: BAR^P05\nreverses_in: FT1-8", "8: in a BAR a credit is PR1-20"),
    ("letters: {charge: CG, credit: CG}", "7: a charge and a credit have the same letter"),
    ("visit_number_in: [PID-18]", "PID-18 would hold the visit number and the account number"),
    ("visit_number_in: []\naccount_number_in: []", "7: nothing would tell the receiver which visit"),
    ("transaction_code: charge_master", "belong together"),
    ("charge_master: m.csv", "belong together"),
    ("charge_master: ../m.csv\ntransaction_code: charge_master", "7: the charge master stands beside"),
    ("charge_master: m.csv\ntransaction_code: charge_master", "7: there is no file 'm.csv' beside this one"),
    ("components: {codes: [abc]}", "7: 'abc' is not shaped like"),
    ("components: {codes: []  , send: []}", "7: neither component would be sent"),
    ("answers:\n  no_answer: posted", "8: no_answer cannot mean posted, but retry, unknown"),
    ("answers:\n  AE: posted", "8: AE cannot mean posted, but refused, retry, unknown"),
    ("answers:\n  AA: refused", "8: AA cannot mean refused"),
    ("answers:\n  no_answer: retry", "8: sent again, the charge could be booked twice"),
    ("answers:\n  CA: await", "8: no application acknowledgement is asked for"),
    ("answers:\n  AB: refused", "8: "),
    ("version: '2.6'", "7: '2.6' is not one of 2.3, 2.3.1"),
    ("fhir: {operations: millennium}", "7: operations: millennium and what its site"),
    ("fhir: {millennium: {tenant: T}}", "7: operations: millennium and what its site"),
    ("fhir: {operations: millennium, millennium: {tenant: ''}}", "fhir.millennium.tenant"),
    ("fhir: {operations: millennium, version: R5, millennium: {tenant: T}}", "7: this vendor's operations"),
    (
        "fhir: {operations: millennium, millennium: {tenant: T, corrections: modify}}",
        "7: the item to modify is found by our key",
    ),
    ("deduplicates_on: transaction_id", "7: nothing but operations: millennium"),
    ("fhir: {operations: millenium}", "7: "),
    ("conections: 2", "unknown key 'conections'; nearest: connections"),
    ("connections: 0", "7: connections"),
]


@pytest.mark.parametrize(("lines", "message"), WRONG, ids=[message for _, message in WRONG])
def test_what_a_receiver_would_misread_is_refused_with_its_line(load, lines, message):
    with pytest.raises(MappingError, match=rf"^d\.yaml:(\d+: )?.*{message.split(': ', 1)[-1]}") as raised:
        load(lines)
    number = message.partition(":")[0]
    if number.isdigit():
        assert raised.value.line == int(number)


@pytest.fixture
def master(tmp_path: Path):
    """Read a charge master of these lines."""

    def read(text: str):
        path = tmp_path / "m.csv"
        path.write_text(text)
        return read_charge_master(path)

    return read


def test_a_charge_master_is_read_as_sites_write_it(master):
    read = master(
        "\ufeffcode,transaction_code,Modifier,from,to,unit_amount,department\r\n"
        '62327,"40062327",,2026-01-01,2026-06-30,150.25,PAIN\r\n'
        "\r\n"
        "62327,50062327,,2026-07-01,,,\r\n"
        "01967,LABOR,,,,,\r\n"
    )
    first, second = read.items["62327", ""]
    assert (first.transaction_code, first.department, first.unit_amount) == (
        "40062327",
        "PAIN",
        Decimal("150.25"),
    )
    assert [item.holds_on("2026-06-30") for item in (first, second)] == [True, False]
    assert [item.holds_on("2026-07-01") for item in (first, second)] == [False, True]
    assert read.items["01967", ""][0].holds_on("1999-01-01")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("code,transaction\n", 1, "unknown column 'transaction'; nearest: transaction_code"),
        ("code\n", 1, "the column 'transaction_code' is missing"),
        ("code,code,transaction_code\n", 1, "the column 'code' stands twice"),
        ("code,transaction_code\n1967,X\n", 2, "leading zeros"),
        ("code,transaction_code\n01967\n", 2, "has 1 values"),
        ("code,transaction_code\n01967,\n", 2, "has no transaction_code"),
        ("code,transaction_code,unit_amount\n01967,X,$5\n", 2, "is no amount"),
        ("code,transaction_code,from\n01967,X,1/2/2026\n", 2, "is no date"),
        ("code,transaction_code,from,to\n01967,X,2026-02-01,2026-01-01\n", 2, "before it begins"),
        ("code,transaction_code,modifier\n01967,X,ABC\n", 2, "not shaped like a modifier"),
        (
            "code,transaction_code,from,to\n01967,X,,2026-01-31\n62327,Z,,\n01967,Y,2026-01-31,\n",
            4,
            "two lines hold for 01967 on one day: see line 2",
        ),
    ],
)
def test_a_charge_master_that_is_wrong_is_refused_with_its_line(master, text, line, message):
    with pytest.raises(MappingError, match=message) as raised:
        master(text)
    assert raised.value.line == line


def test_a_charge_master_that_no_destination_names_is_reported(tmp_path):
    folder = tmp_path / "mappings"
    (folder / "destinations").mkdir(parents=True)
    (folder / "vocabulary.yaml").write_bytes((REPOSITORY / "mappings" / "vocabulary.yaml").read_bytes())
    (folder / "destinations" / "old.csv").write_text("code,transaction_code\n")
    messages = [str(finding) for finding in check(folder)]
    assert any("old.csv:1: error: is not read" in message for message in messages)
