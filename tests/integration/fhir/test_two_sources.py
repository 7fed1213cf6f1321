"""The same procedure told by HL7 v2 and by FHIR is one procedure of two sources, whichever comes first."""

import itertools

import pytest

from service.domain.event import Arrival, Format
from service.domain.worklist import Filter
from service.pipeline import decide
from service.pipeline.decide import Reviewer
from service.store.users import User
from tests.integration.fhir.conftest import drain, receive

ACCESSION = {
    "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "ACSN"}]},
    "value": "A-77",
}
CPT = {
    "coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "62323"}],
    "text": "Epidural injection",
}
VISIT = {"identifier": {"system": "urn:visit", "value": "9001"}}
OBSERVED = {
    "status": "completed",
    "intent": "therapeutic_injection",
    "target": "epidural",
    "approach": "interlaminar",
    "entry_levels": "L4-L5",
    "device": "needle",
    "delivery": "single_injection",
    "substances.class": "steroid",
    "catheter.disposition": "none",
    "imaging.modality": "fluoroscopy",
    "imaging.images_archived": "Y",
}


def hl7(kind, *segments, born="19600101", patient="700123"):
    head = [
        f"MSH|^~\\&|ANY|HOSP|||20260302120000||{kind}|H1|P|2.5.1",
        f"PID|1||{patient}^^^HOSP^MR||TESTPERSON^T||{born}|F",
        "PV1|1|O|||||||||||||||||9001",
    ]
    return kind, "\r".join([*head, *segments]).encode()


def report(**more):
    lines = [f"OBX|{n}|ST|{name}||{value}||||||F" for n, (name, value) in enumerate(OBSERVED.items(), 1)]
    return hl7("ORU^R01", "OBR|1|PL-1|A-77|EPI|||20260302090000||||||||||||||||||F", *lines, **more)


def coded(time="202603020930", code="62323"):
    return hl7("ADT^A08", f"PR1|1||{code}^^C4||{time}")


@pytest.fixture
def tell(database, reader):
    """Receive HL7 messages and resources, each by itself, and chart after each until nothing waits."""

    def tell_all(*told):
        for each in told:
            if isinstance(each, dict):
                receive(database, each)
            else:
                kind, body = each
                arrival = Arrival(Format.HL7V2, "ANY|HOSP", "main", kind, f"H{hash(body)}", body, b"ACK")
                with database.transaction() as store:
                    store.events.receive([arrival])
            drain(database, reader)

    return tell_all


def lines(database):
    with database.transaction() as store:
        return store.worklist.page("*", Filter(), limit=50).lines


def shown(database):
    return [(line.kind.value, line.code) for line in lines(database)]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_an_accession_number_makes_them_one(database, tell, resource, order):
    told = [resource("patient"), resource("procedure", identifier=[ACCESSION]), report()]
    tell(*(told[at] for at in order))
    assert shown(database) == [("CG", "62323")]
    sources = {
        element["source"]["event"]
        for element in lines(database)[0].content["elements"]
        if "event" in element["source"]
    }
    assert len(sources) == 2


@pytest.mark.parametrize("number", ["FILL", "PLAC"])
def test_an_order_number_makes_them_one(database, tell, resource, number):
    value = {"FILL": "A-77", "PLAC": "PL-1"}[number]
    based = [{"identifier": {"type": {"coding": [{"code": number}]}, "value": value}}]
    tell(resource("patient"), resource("procedure", basedOn=based), report())
    assert shown(database) == [("CG", "62323")]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("time", "performed"), [("202603020930", "2026-03-02T09:30:00-06:00"), ("20260302", "2026-03-02")]
)
def test_visit_code_and_time_make_them_one(database, tell, resource, time, performed, backwards):
    told = [resource("procedure", code=CPT, encounter=VISIT, performedDateTime=performed), coded(time)]
    tell(resource("patient"), *(told[::-1] if backwards else told))
    assert [line for line in shown(database) if line[1]] == [("CG", "62323")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"performedDateTime": "2026-03-02T14:00:00-06:00"}, coded(), id="another time"),
        pytest.param(
            {"performedDateTime": "2026-03-02T09:30:00-06:00"}, coded(code="64483"), id="another code"
        ),
        pytest.param({"encounter": {"identifier": {"value": "9002"}}}, coded("20260302"), id="another visit"),
    ],
)
def test_two_procedures_of_one_day_stay_two(database, tell, resource, changes, message):
    procedure = {"code": CPT, "encounter": VISIT, "performedDateTime": "2026-03-02", **changes}
    tell(resource("patient"), resource("procedure", **procedure), message)
    assert len({line.procedure_id for line in lines(database)}) == 2


def test_two_resources_of_one_order_stay_two(database, tell, resource):
    tell(
        resource("patient"),
        resource("procedure", code=CPT, identifier=[ACCESSION]),
        resource("procedure", id="p2", code=CPT, identifier=[ACCESSION]),
    )
    assert len({line.procedure_id for line in lines(database)}) == 2


@pytest.mark.parametrize("other", [{"born": "19610101"}, {"patient": "700124"}], ids=["birth", "number"])
def test_another_patient_of_one_accession_number_is_another(database, tell, resource, other):
    tell(resource("patient"), resource("procedure", code=CPT, identifier=[ACCESSION]), report(**other))
    assert len({line.procedure_id for line in lines(database)}) == 2


def test_what_was_charged_from_one_source_is_not_charged_again_from_the_other(database, tell, resource):
    coder = User("carla", frozenset({"coder"}), "main")
    tell(resource("patient"), resource("procedure", code=CPT, encounter=VISIT))
    for line in lines(database):
        if line.code:
            with database.transaction() as store:
                decide.approve(store, Reviewer(coder, line.id, line.version), "billing")
    tell(coded("20260302"))
    assert [line for line in shown(database) if line[1]] == []
