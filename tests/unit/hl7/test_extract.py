import sys
from dataclasses import replace

import pytest

from service.domain.documentation import BillingContext
from service.domain.errors import MappingError, UnreadableInput, UnsupportedInput
from service.domain.event import Event, Format
from service.domain.feed import ElementPaths, Feed, Identity
from service.hl7 import Extractor

NAMES = frozenset({"imaging.modality", "imaging.contrast", "entry_levels", "catheter.disposition"})
MSH = "MSH|^~\\&|LAB|NORTH|CC|CC|20260115103000||{}|A1|P|2.5.1"
ORU_FEED = Feed(
    name="oru",
    format=Format.HL7V2,
    accepts=("ORU^R01",),
    each="OBR",
    owns=("OBX", "NTE", "ORC"),
    leads=("ORC",),
    key=(Identity("order", ("OBR-3.1",), namespace="OBR-3.2"), Identity("placer", ("OBR-2.1",))),
    version=("OBR-22",),
    context={
        "patient_id": ("PID-3[5=MR].1", "PID-3.1"),
        "patient_id_authority": ("PID-3[5=MR].4", "PID-3.4", "PID-3.4.2"),
        "patient_birth_date": ("PID-7",),
        "visit_number": ("PV1-19.1",),
        "order_number": ("OBR-3.1",),
    },
    ignored={"OBR-25": ("P", "X")},
    withdrawn={"ORC-1": ("CA", "OC")},
    elements=(ElementPaths("imaging.modality", ("OBX[3.1=IMG]-5", "OBR-4.2")),),
    named_observations=True,
    narratives=("OBX[2=TX|FT|ST]-5", "NTE-3"),
)
DFT_FEED = Feed(
    name="dft",
    format=Format.HL7V2,
    accepts=("DFT^P03",),
    each="FT1",
    owns=("PR1", "NTE"),
    key=(Identity("order", ("FT1-23.1",)),),
    certain=True,
    context={"performer_id": ("FT1-20.1", "PV1-7.1"), "payer_id": ("IN1-3.1",)},
    stated_code=("FT1-25", "FT1-7", "PR1-3"),
    stated_modifiers=("FT1-26", "PR1-16"),
    stated_units=("FT1-10",),
)


def event(*segments: str, message_type: str = "ORU^R01") -> Event:
    body = "\r".join([MSH.format(message_type), *segments]).encode()
    return Event("e1", "main", Format.HL7V2, "LAB|NORTH", message_type, "A1", 0.0, 1, body)


def segment(name: str, **fields: str) -> str:
    """A segment of fields named f1, f2, ..."""
    values = {int(n[1:]): value for n, value in fields.items()}
    return "|".join([name, *(values.get(n, "") for n in range(1, max(values) + 1))])


def oru(*segments: str, feed: Feed = ORU_FEED):
    return Extractor(feed, NAMES).extract(event("PID|1||7^^^N^PI~8^^^N^MR||Testperson||19700131", *segments))


def dft(*segments: str, feed: Feed = DFT_FEED):
    return Extractor(feed, NAMES).extract(event(*segments, message_type="DFT^P03"))


def said(report):
    return [(r.element, r.text, r.source.path) for r in report.readings]


def test_each_procedure_has_its_own_segments_and_those_that_all_share():
    first, second = oru(
        "PV1|1|O|||||||||||||||||V1",
        "ORC|NW",
        "OBR|1|P1|F1|X^Epidural",
        "OBX|1|CE|IMG||FL||||||F",
        "ORC|OC",
        "OBR|2|P2||Y^Block",
        "OBX|1|CE|IMG||US||||||F",
    )
    assert said(first) == [("imaging.modality", "FL", "OBX[1]-5")]
    assert said(second) == [("imaging.modality", "US", "OBX[2]-5")]
    assert (first.procedure_key, second.procedure_key) == ("order:F1", "placer:P2")
    assert (first.withdrawn, second.withdrawn) == (False, True)  # the second ORC leads the second OBR
    assert first.context == BillingContext(
        patient_id="8",
        patient_id_authority="N",
        patient_birth_date="1970-01-31",
        visit_number="V1",
        order_number="F1",
    )
    assert second.context.visit_number == "V1"


@pytest.mark.parametrize(
    ("segments", "kind", "location"),
    [
        pytest.param(("OBX|1|TX|A||A catheter was placed||||||F",), "ORU^R01", "OBR", id="observations"),
        pytest.param(("PR1|1||62327",), "DFT^P03", "FT1", id="procedures"),
    ],
)
def test_what_is_documented_without_the_segment_it_belongs_to_is_not_passed_over(segments, kind, location):
    feed = {"ORU^R01": ORU_FEED, "DFT^P03": DFT_FEED}[kind]
    with pytest.raises(UnreadableInput) as caught:
        Extractor(feed, NAMES).extract(event("PID|1||7", *segments, message_type=kind))
    assert [(fault.location, fault.code) for fault in caught.value.faults] == [(location, "100")]
    plan = replace(feed, plan=("OBX-5",))
    assert Extractor(plan, NAMES).extract(event("PID|1||7", *segments, message_type=kind)) == ()


@pytest.mark.parametrize("end", ["\f", "\u2028", "\\r", "<CR>"])
def test_segments_that_end_otherwise_are_not_passed_over(end):
    body = event("PID|1||7", "OBR|1|||X", "OBX|1|TX|A||A catheter was placed||||||F").body
    whole = replace(event(), body=body.replace(b"\r", end.encode()))
    with pytest.raises(UnreadableInput, match="0x0D"):
        Extractor(ORU_FEED, NAMES).extract(whole)
    assert Extractor(ORU_FEED, NAMES).extract(replace(event(), body=event().body + b"|0")) == ()


def test_what_stands_under_another_patient_is_never_read():
    message = event(
        "PID|1||7^^^N^MR",
        "PV1|1|O|||||||||||||||||V7",
        "OBR|1||F1",
        "PID|2||8^^^N^MR",
        "NTE|1||late",
        "OBR|1||F2",
    )
    first, second = Extractor(ORU_FEED, NAMES).extract(message)
    assert (first.context.patient_id, first.context.visit_number) == ("7", "V7")
    assert (second.context.patient_id, second.context.visit_number) == ("8", "")
    assert [n.text for n in first.narratives] == []


@pytest.mark.parametrize(
    ("pid3", "patient"),
    [
        ("7^^^^MR~999^^^SSA^SS", ("7", "")),
        ("999^^^SSA^SS~7^^^^MR", ("7", "")),
        ("999^^^SSA^SS~7^^^N^MR", ("7", "N")),
        ("7~999^^^SSA^SS", ("7", "")),
        ("^^^SSA~7^^^N&1.2.3&ISO", ("7", "N")),
        ("7^^^&1.2.3&ISO~999^^^SSA", ("7", "1.2.3")),
    ],
)
def test_a_patient_s_number_is_not_another_authority_s(pid3, patient):
    (report,) = Extractor(ORU_FEED, NAMES).extract(event(f"PID|1||{pid3}", "OBR|1||F1"))
    assert (report.context.patient_id, report.context.patient_id_authority) == patient


def test_segments_that_others_put_between_stay_shared_and_do_not_end_a_procedure():
    first, second = dft(
        segment("FT1", f2="T1", f6="CG", f23="F1"),
        "DG1|1||M54.16",
        "PR1|1||62323^^C4",
        "IN1|1||PAYER",
        segment("FT1", f2="T2", f6="CG", f23="F2"),
    )
    assert [s.code for s in first.stated] == ["62323"]
    assert second.stated == ()
    assert first.context.payer_id == second.context.payer_id == "PAYER"


def test_the_first_path_that_says_anything_is_read_with_all_it_says():
    assert said(oru("OBR|1||F1|X^Epidural", "OBX|1|CE|IMG||FL~CT||||||F", "OBX|2|CE|IMG||MR||||||F")[0]) == [
        ("imaging.modality", "FL", "OBX[1]-5"),
        ("imaging.modality", "CT", "OBX[1]-5[2]"),
        ("imaging.modality", "MR", "OBX[2]-5"),
    ]
    assert said(oru("OBR|1||F1|X^Epidural")[0]) == [("imaging.modality", "Epidural", "OBR[1]-4.2")]


@pytest.mark.parametrize(
    "name",
    [
        "imaging.contrast",
        "Imaging Contrast",
        "123^IMAGING_CONTRAST^L",
        "1^x^LN^imaging-contrast^y^L",
        "1^x^LN^2^imaging contrast",
    ],
)
def test_an_observation_named_like_an_element_documents_it(name):
    report = oru("OBR|1||F1", f"OBX|1|CWE|{name}||^true^L||||||F")[0]
    assert said(report) == [("imaging.contrast", "true", "OBX[1]-5")]


def test_a_named_observation_is_no_narrative_and_is_not_read_twice():
    report = oru("OBR|1||F1", "OBX|1|ST|IMG^imaging.modality||fluoroscopy||||||F")[0]
    assert said(report) == [("imaging.modality", "fluoroscopy", "OBX[1]-5")]
    assert report.narratives == ()


def test_observations_are_named_only_where_the_feed_says_so():
    feed = replace(ORU_FEED, named_observations=False)
    assert oru("OBR|1||F1", "OBX|1|CE|imaging.contrast||true||||||F", feed=feed)[0].readings == ()


@pytest.mark.parametrize("status", ["F", "C", "U", "A", "", "f"])
def test_a_result_counts(status):
    assert len(oru("OBR|1||F1", f"OBX|1|CE|IMG||FL||||||{status}")[0].readings) == 1


@pytest.mark.parametrize("status", ["D", "W", "X", "N", "P", "R", "S", "I", "O", "x"])
def test_what_is_no_result_or_none_yet_is_not_read(status):
    report = oru("OBR|1||F1", f"OBX|1|CE|IMG||FL||||||{status}", f"OBX|2|TX|N||catheter left||||||{status}")[
        0
    ]
    assert (report.readings, report.narratives) == ((), ())


def test_the_lines_of_one_text_are_one_narrative_with_its_range():
    report = oru(
        "OBR|1||F1",
        "OBX|1|CE|OTHER||x||||||F",
        "OBX|2|TX|NOTE||The catheter was not||||||F",
        "OBX|3|TX|NOTE||||||||F",
        "OBX|4|TX|NOTE||removed.~It stays.||||||F",
        "NTE|1||one",
        "NTE|2||two",
        "NTE|1||other",
        "OBX|5|FT|PLAN||Follow up.||||||F",
    )[0]
    assert [(n.text, n.source.path, n.source.start, n.source.end) for n in report.narratives] == [
        ("The catheter was not\nremoved.\nIt stays.", "OBX[2..4]-5", 0, 39),
        ("Follow up.", "OBX[5]-5", 0, 10),
        ("one\ntwo", "NTE[1..2]-3", 0, 7),
        ("other", "NTE[3]-3", 0, 5),
    ]


@pytest.mark.parametrize(
    ("txa", "obx3", "title"),
    [
        ("", "28570-0^Procedure note^LN", "Procedure note"),
        ("", "1^^L^2^Findings", "Findings"),
        ("", "PLAN", "PLAN"),
        ("TXA|1|HP^History and physical", "1^Findings", "History and physical / Findings"),
        ("TXA|1|HP", "", "HP"),
        ("", "", ""),
    ],
    ids=["text", "alternate text", "code", "of the whole document too", "of the document alone", "none"],
)
def test_a_text_has_the_title_of_its_field_and_of_its_document(txa, obx3, title):
    segments = [each for each in (txa, "OBR|1||F1", f"OBX|1|TX|{obx3}||Words.||||||F") if each]
    assert [n.title for n in oru(*segments)[0].narratives] == [title]


def test_a_note_has_the_title_of_its_kind():
    assert [n.title for n in oru("OBR|1||F1", "NTE|1||Words.|RE^Remark")[0].narratives] == ["Remark"]


def test_segments_of_no_text_of_lines_are_narratives_each():
    feed = replace(ORU_FEED, owns=("ZTX",), narratives=("ZTX-2",))
    report = oru("OBR|1||F1", "ZTX|1|one", "ZTX|2|two", feed=feed)[0]
    assert [(n.text, n.source.path) for n in report.narratives] == [("one", "ZTX[1]-2"), ("two", "ZTX[2]-2")]


@pytest.mark.parametrize(
    ("value", "text"),
    [("^25", "25"), ("=^25", "25"), (">^25", "> 25"), ("^20^-^40", "20 - 40"), ("^1^:^128", "1 : 128")],
)
def test_a_structured_numeric_is_a_number_only_where_it_is_one(value, text):
    obx = segment("OBX", f2="SN", f3="planned_dwell_days", f5=value, f6="d^day^UCUM", f11="F")
    feed = replace(ORU_FEED, elements=(ElementPaths("planned_dwell_days", ("OBX[2=SN]-5",)),))
    (report,) = oru(segment("OBR", f3="A1"), obx, feed=feed)
    assert [(each.text, each.unit) for each in report.readings] == [(text, "d")]


def test_a_reading_says_where_it_stands():
    reading = oru("OBR|1||F1", "OBX|1|CE|IMG||FL^x||||||F")[0].readings[0]
    assert (reading.source.start, reading.source.end, reading.source.text) == (0, 2, "FL")
    assert reading.source.event_id == "e1"


def test_a_report_that_is_not_yet_a_document_is_left_out():
    reports = oru(segment("OBR", f3="F1", f25="p"), segment("OBR", f3="F2", f25="F"))
    assert [report.procedure_key for report in reports] == ["order:F2"]


@pytest.mark.parametrize(
    ("obr", "key", "document", "version"),
    [
        (
            segment("OBR", f2="P", f3="F1", f22="20260116080000+0000"),
            "order:F1",
            "ORU^R01:order:F1",
            "20260116080000 20260115103000",
        ),
        ("OBR|1|P||", "placer:P", "ORU^R01:placer:P", "20260115103000"),
        ("OBR|1", "event:e1:1", "ORU^R01:event:e1:1", "20260115103000"),
    ],
)
def test_a_report_says_which_procedure_document_and_version_it_is(obr, key, document, version):
    report = oru(obr)[0]
    assert (report.procedure_key, report.document, report.version) == (key, document, version)


NOTES = replace(
    ORU_FEED,
    each="TXA",
    key=(),
    document=(Identity("document", ("TXA-12.1",)),),
    replaces=(Identity("document", ("TXA-13.1",), when={"MSH-9.2": ("T10", "R01")}),),
)


def test_a_replacement_is_a_document_of_its_own_and_names_the_one_it_replaces():
    report = oru("TXA|1|OP|TX|||||||||D-2|D-1", feed=NOTES)[0]
    assert (report.document, report.replaces) == ("document:D-2", "document:D-1")


def test_an_identity_that_holds_in_other_messages_only_says_nothing():
    elsewhere = replace(NOTES.replaces[0], when={"MSH-9.2": ("T10",)})
    report = oru("TXA|1|OP|TX|||||||||D-2|D-1", feed=replace(NOTES, replaces=(elsewhere,)))[0]
    assert report.replaces == ""


@pytest.mark.parametrize(
    ("obr3", "namespace"),
    [("F1^PainSys", "painsys"), ("F1", ""), ("F1^", "")],
    ids=["said", "not said", "empty"],
)
def test_the_namespace_of_a_number_stands_beside_the_key_and_not_in_it(obr3, namespace):
    report = oru(f"OBR|1||{obr3}")[0]
    assert (report.procedure_key, report.namespace) == ("order:F1", namespace)


SNAPSHOT = replace(
    DFT_FEED,
    accepts=("ADT^A08",),
    each="PR1",
    key=(Identity("procedure", ("PR1-19.1",)), Identity("done", ("PV1-19.1", "PR1-3.1"), day="PR1-5")),
    withdrawn={"PR1-20": ("D",)},
)


def keys_of(*procedures):
    return [r.procedure_key for r in dft("PV1|1|O|||||||||||||||||V1", *procedures, feed=SNAPSHOT)]


@pytest.mark.parametrize(
    ("procedure", "key"),
    [
        (segment("PR1", f3="62273", f5="20260313193000-0500", f19="PX-1"), "procedure:PX-1"),
        (segment("PR1", f3="62273", f5="20260313193000-0500"), "done:V1+62273+2026-03-13"),
        (segment("PR1", f3="62273", f5="20260313"), "done:V1+62273+2026-03-13"),
        (segment("PR1", f3="6+2273", f5="20260313"), "done:V1+6%2B2273+2026-03-13"),
        (segment("PR1", f3="62273", f5="202603"), "event:e1:1"),
        (segment("PR1", f3="62273"), "event:e1:1"),
        (segment("PR1", f5="20260313"), "event:e1:1"),
    ],
    ids=["number", "time", "day", "plus sign", "month", "no day", "no code"],
)
def test_a_procedure_is_told_by_all_that_its_identity_names(procedure, key):
    assert keys_of(procedure) == [key]


def test_what_was_done_twice_on_one_day_is_two_procedures_in_every_snapshot():
    twice = [segment("PR1", f3="62273", f5=f"20260313{hour}0000") for hour in ("08", "19")]
    assert keys_of(*twice) == ["done:V1+62273+2026-03-13", "done:V1+62273+2026-03-13#2"]


def test_a_number_that_stands_twice_is_one_procedure():
    assert keys_of(*[segment("PR1", f3="62273", f19="PX-1")] * 2) == ["procedure:PX-1"] * 2


def test_a_line_that_takes_one_back_is_not_another():
    deleted = segment("PR1", f3="62273", f5="20260313", f20="D")
    assert len(set(keys_of(deleted, segment("PR1", f3="62273", f5="20260313")))) == 1


def test_a_message_without_a_procedure_has_no_reports():
    assert oru("PV1|1|O") == ()


@pytest.mark.parametrize(
    ("ft25", "codes"),
    [
        pytest.param("62323^^C4", ["62323"], id="CPT"),
        pytest.param("j1030^^HCPCS", ["J1030"], id="HCPCS"),
        pytest.param("62323", ["62323"], id="no system, the shape of a code"),
        pytest.param("EPI-1", [], id="no system, another shape"),
        pytest.param("62323^^LOCAL", [], id="a local code that looks like CPT"),
        pytest.param("EPI-1^Epidural^L^62323^x^CPT", ["62323"], id="alternate coding"),
        pytest.param("", [], id="none"),
    ],
)
def test_a_stated_code_is_one_by_its_system_or_its_shape(ft25, codes):
    report = dft(segment("FT1", f6="CG", f25=ft25))[0]
    assert [stated.code for stated in report.stated] == codes


def test_more_codes_than_anybody_could_look_at_are_refused():
    procedures = [f"PR1|{n}||{10000 + n}^^C4" for n in range(101)]
    (report,) = dft("FT1|1", *procedures[:100])
    assert len(report.stated) == 100
    with pytest.raises(UnsupportedInput, match="more than 100"):
        dft("FT1|1", *procedures)


def test_twice_as_many_segments_of_one_code_take_twice_as_many_steps():
    def steps(many):
        found = 0

        def count(_frame, event, _arg):
            nonlocal found
            found += event == "line"
            return count

        before = sys.gettrace()
        sys.settrace(count)
        try:
            (report,) = dft("FT1|1", *["PR1|1||62327^^C4"] * many)
        finally:
            sys.settrace(before)
        assert [each.code for each in report.stated] == ["62327"]
        return found

    assert steps(1000) < 2.1 * steps(500)


def test_stated_modifiers_and_units_stand_beside_their_code():
    report = dft(
        segment("FT1", f7="62327^^C4", f10="2", f25="62323^^C4", f26="59~rt"),
        "PR1|1||62327^^C4|||||||||||||RT",
        "PR1|2||64483^^C4",
    )[0]
    assert [(s.code, s.modifiers, s.units, s.source.path) for s in report.stated] == [
        ("62323", ("59", "RT"), "2", "FT1[1]-25"),
        ("62327", ("59", "RT"), "2", "FT1[1]-7"),
        ("64483", (), "2", "PR1[2]-3"),
    ]
    assert report.certain


def test_a_stated_code_may_stand_in_a_component_of_its_own():
    feed = replace(DFT_FEED, stated_code=("FT1-7.2",))
    stated = dft(segment("FT1", f7="EPI^62323"), segment("FT1", f7="X^Epidural"), feed=feed)
    assert [[s.code for s in report.stated] for report in stated] == [["62323"], []]


def test_a_feed_that_asks_for_what_there_is_not_does_not_start():
    with pytest.raises(MappingError, match="shoe_size"):
        Extractor(replace(ORU_FEED, context={"shoe_size": ("PID-9",)}), NAMES)


@pytest.mark.parametrize(
    "where",
    [
        {"key": (Identity("order", ("OBX",)),)},
        {"document": (Identity("order", ("OBR-3",), day="OBX"),)},
        {"replaces": (Identity("order", ("OBR-3",), namespace="OBX"),)},
        {"key": (Identity("order", ("OBR-3",), when={"OBX": ("F",)}),)},
        {"version": ("OBX",)},
        {"ignored": {"OBX": ("F",)}},
        {"withdrawn": {"OBX": ("F",)}},
        {"context": {"patient_id": ("OBX",)}},
        {"stated_code": ("OBX",)},
        {"stated_modifiers": ("OBX",)},
        {"stated_units": ("OBX",)},
        {"elements": (ElementPaths("entry_levels", ("OBX",)),)},
        {"narratives": ("OBX",)},
    ],
    ids=lambda where: next(iter(where)),
)
def test_what_is_no_path_is_refused_with_the_line_where_it_stands(where):
    feed = replace(ORU_FEED, **where, file="mappings/feeds/x.yaml", lines={"OBX": 17})
    with pytest.raises(MappingError, match="is not an HL7 path") as refused:
        Extractor(feed, NAMES)
    assert (refused.value.file, refused.value.line) == ("mappings/feeds/x.yaml", 17)


def test_an_unreadable_event_is_said_to_be_so():
    with pytest.raises(UnreadableInput):
        Extractor(ORU_FEED, NAMES).extract(replace(event(), body=b"no message"))


def test_a_message_with_procedures_beyond_number_is_refused_quickly():
    with pytest.raises(UnsupportedInput, match="more than 1000"):
        oru(*["OBR|1||F1"] * 1001)


def test_the_charset_of_the_transport_is_used():
    message = event("OBR|1||F1", "OBX|1|CE|IMG||é||||||F")
    sent = replace(
        message, body=message.body.decode().encode("big5", "replace").replace(b"?", "許".encode("big5"))
    )
    assert said(Extractor(ORU_FEED, NAMES).extract(replace(sent, charset="big5"))[0])[0][1] == "許"
