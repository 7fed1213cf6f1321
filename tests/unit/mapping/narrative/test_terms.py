"""What sentences of procedure notes settle, by the shipped mappings/terms.

The worst error is a settlement that the text does not carry: it becomes a wrong code. A statement that is
missed costs a question.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.documentation import Narrative, Source, Value
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import Terms, load_terms

MAPPINGS = Path(__file__).parents[4] / "mappings"
TERMS: Terms = load_terms(MAPPINGS / "terms", read_vocabulary(MAPPINGS / "vocabulary.yaml"))


def narrative(text: str, path: str = "OBX[1]-5") -> Narrative:
    return Narrative(text, Source(path, 0, len(text), text, "e1"))


def settled(text: str, element: str) -> set[Value]:
    return {each.value for each in TERMS.read(narrative(text)) if each.name == element}


FLUOROSCOPY, NONE, NOTHING = {"fluoroscopy"}, {"none"}, set()
REMOVED = {"removed"}

IMAGING = [
    # used
    ("no resistance, and fluoroscopy confirmed spread", FLUOROSCOPY),
    ("No uptake, and fluoroscopy confirmed spread", FLUOROSCOPY),
    ("Under fluoroscopic guidance, an 18G Tuohy needle was advanced.", FLUOROSCOPY),
    ("Lumbar epidural catheter placement, fluoroscopically guided.", FLUOROSCOPY),
    ("Imaging guidance: fluoroscopy.", FLUOROSCOPY),
    ("The needle was advanced under live fluoroscopy in AP and lateral views.", FLUOROSCOPY),
    ("C-arm fluoroscopy was used.", FLUOROSCOPY),
    ("Fluoroscopy confirmed no intravascular uptake.", FLUOROSCOPY),
    ("No paresthesia and fluoroscopy confirmed spread", FLUOROSCOPY),
    ("No complications. Under fluoroscopy the needle was advanced.", FLUOROSCOPY),
    (
        "The needle was advanced under fluoroscopic guidance but the catheter could not be threaded.",
        FLUOROSCOPY,
    ),
    ("Prior to the procedure, images were reviewed. Under fluoroscopy the needle was advanced.", FLUOROSCOPY),
    ("Today the epidural was placed under fluoroscopy, as planned.", FLUOROSCOPY),
    ("CT-guided epidural at T12-L1.", {"ct"}),
    ("Real-time ultrasound guidance was used.", {"ultrasound"}),
    ("Under ultrasound guidance the needle was advanced. No fluoroscopy.", {"ultrasound"}),
    ("Fluoroscopy unavailable; ultrasound used.", {"ultrasound"}),
    ("Placed without fluoroscopic guidance; ultrasound guidance used.", {"ultrasound"}),
    ("No ultrasound was used. The needle was advanced under fluoroscopy.", FLUOROSCOPY),
    # two modalities: the one that guided the needle
    ("Ultrasound was used to mark the level; the needle was then advanced under fluoroscopy.", FLUOROSCOPY),
    ("Ultrasound was reviewed, then fluoroscopy was used.", FLUOROSCOPY),
    # documented as not used
    ("No fluoroscopy was used.", NONE),
    ("NO FLUOROSCOPY WAS USED", NONE),
    ("The needle was placed without imaging.", NONE),
    ("Needle placed without\nfluoroscopic guidance", NONE),
    ("The procedure was performed without the use of fluoroscopy.", NONE),
    ("C-arm failed, landmark technique used.", NONE),
    ("Fluoroscopy was planned but the C-arm failed.", NONE),
    ("Fluoroscopy was planned, however the machine was down and a landmark technique was used.", NONE),
    ("Fluoroscopy was not available.", NONE),
    ("Fluoroscopy was deferred.", NONE),
    ("No fluoroscopy, ultrasound or CT was used.", NONE),
    ("Placed without fluoroscopy, ultrasound, and CT guidance.", NONE),
    ("Without fluoroscopic or ultrasound guidance.", NONE),
    ("Fluoroscopy: not used", NONE),
    ("Imaging: None.", NONE),
    ("Use of fluoroscopy: none", NONE),
    ("Landmark technique, no imaging guidance.", NONE),
    # said, and not settled
    ("Fluoroscopy: N/A", NOTHING),
    ("Will use fluoroscopy next time.", NOTHING),
    ("Fluoroscopy will be used next time.", NOTHING),
    ("Fluoroscopy was on standby.", NOTHING),
    ("Fluoroscopy per protocol.", NOTHING),
    ("We discussed using fluoroscopy.", NOTHING),
    ("If the block fails, a catheter may be placed under fluoroscopy.", NOTHING),
    ("Fluoroscopy was used for the injection last month.", NOTHING),
    ("The patient was brought to the fluoroscopy suite.", NOTHING),
    ("Fluoroscopic guidance was set up but was not used.", NOTHING),
    ("Fluoroscopic guidance was attempted but failed.", NOTHING),
    ("Fluoroscopic guidance was not offered.", NOTHING),
    ("Fluoroscopic guidance, CT, and ultrasound were not used.", NOTHING),
    ("Fluoroscopic guidance - not used", NOTHING),
    ("Was fluoroscopy used? No", NOTHING),
    ("Never under fluoroscopy.", NOTHING),
    ("Informed consent for an injection under fluoroscopic guidance was obtained.", NOTHING),
    # A formula of notes takes nothing back; what it holds back, it still does.
    ("Sutures to be removed in a week under fluoroscopic guidance.", NOTHING),
    ("No ultrasound guidance.", NOTHING),
    ("MRI of the lumbar spine was reviewed.", NOTHING),
    ("CT of the lumbar spine was reviewed.", NOTHING),
    ("The interspace was identified by palpation of the spinous processes.", NOTHING),
    ("Loss of resistance technique was used.", NOTHING),
    ("needle placed without difficulty", NOTHING),
    ("The needle was placed at the bedside.\nPLAN: repeat under fluoroscopy", NOTHING),
    ("INDICATION: failed epidural under fluoroscopy.", NOTHING),
    ("Ultrasound-guided peripheral IV was placed.", NOTHING),
    ("A radial arterial line was placed under ultrasound guidance.", NOTHING),
    ("Fluoroscopic images were reviewed.", NOTHING),
    ("Fluoroscopy is typically used for this procedure.", NOTHING),
    ("Lumbar injection 2 of 3. First injection was under CT guidance.", NOTHING),
    ("Repeat injection, same technique as the last one under fluoroscopy.", NOTHING),
    ("PRE-PROCEDURE NOTE: injection under fluoroscopy", NOTHING),
    ("PROCEDURE PLANNED: epidural\nUnder fluoroscopy", NOTHING),
    ("Fluoroscopy time: 0 seconds", NOTHING),
    ("No ultrasound, fluoroscopy was used.", NOTHING),
    ("Ultrasound-guided placement was begun but failed.", NOTHING),
    ("No fluoroscopy was used; placement under CT was attempted.", NOTHING),
    # contradictions: both stand
    (
        "PROCEDURE: Injection under fluoroscopy.\nTECHNIQUE: The needle was placed by palpation.",
        {"fluoroscopy", "none"},
    ),
    ("Fluoroscopic guidance was used at first, then the C-arm failed.", {"fluoroscopy", "none"}),
    ("Under fluoroscopy the needle was advanced. No fluoroscopy was used.", {"fluoroscopy", "none"}),
]

CATHETER = [
    ("catheter.disposition", "The catheter was left in place.", {"left_indwelling"}),
    ("catheter.disposition", "Catheter left in place for continuous infusion.", {"left_indwelling"}),
    (
        "catheter.disposition",
        "The catheter was threaded 5 cm, secured, and left indwelling.",
        {"left_indwelling"},
    ),
    (
        "catheter.disposition",
        "Catheter was left in place for continuous infusion and will be removed on day 3.",
        {"left_indwelling"},
    ),
    ("catheter.disposition", "The catheter was not left in place.", NOTHING),
    ("catheter.disposition", "The catheter will be left in place.", NOTHING),
    ("catheter.disposition", "Catheter to be removed on day 3.", NOTHING),
    ("catheter.disposition", "The catheter was secured with tape and a dressing.", NOTHING),
    ("catheter.disposition", "Medication given through catheter, dressing applied.", NOTHING),
    ("catheter.disposition", "The catheter was left in place for 10 minutes.", NOTHING),
    ("catheter.disposition", "The catheter was removed, and the needle left in place.", REMOVED),
    ("catheter.disposition", "The catheter was removed intact.", REMOVED),
    ("catheter.disposition", "Foley catheter left in place.", NOTHING),
    ("catheter.disposition", "She had a catheter in 2019, left in place for 3 days.", NOTHING),
    ("catheter.disposition", "He had one in 2019. A catheter was left in place.", NOTHING),
    ("catheter.disposition", "If the catheter is left in place, call the pain service.", NOTHING),
    ("catheter.disposition", "Catheter left in place? unknown", NOTHING),
    ("catheter.disposition", "PLAN: Catheter left in place until Friday.", NOTHING),
    (
        "catheter.disposition",
        "A dressing keeps the catheter from becoming dislodged, to prevent loss.",
        NOTHING,
    ),
    (
        "catheter.disposition",
        "Catheter removed intact at the end of the procedure.",
        {"removed_end_of_procedure", *REMOVED},
    ),
    ("catheter.disposition", "Catheter and introducer removed.", {"removed_end_of_procedure"}),
    ("catheter.disposition", "Catheter was removed later the same day.", {"removed_same_day", *REMOVED}),
    (
        "catheter.disposition",
        "The catheter was removed on postoperative day 2.",
        {"removed_later", *REMOVED},
    ),
    ("catheter.disposition", "Catheter may be removed on postoperative day 2.", NOTHING),
    ("catheter.disposition", "The catheter fell out.", {"dislodged"}),
    (
        "catheter.disposition",
        "The catheter was left in place and removed later the same day.",
        {"removed_same_day", *REMOVED},
    ),
    ("catheter.disposition", "Catheter was left in place on 3/9; today it was removed.", NOTHING),
    ("catheter.disposition", "The catheter was left in place but subsequently removed in PACU.", REMOVED),
    ("catheter.disposition", "Catheter left in place. The catheter was removed that evening.", REMOVED),
    (
        "catheter.disposition",
        "Catheter left in place.\nPLAN: catheter removed on Friday.",
        {"left_indwelling"},
    ),
    ("catheter.disposition", "Catheter left in place. It was not removed.", {"left_indwelling"}),
    ("catheter.disposition", "Catheter left in place, the needle was removed.", {"left_indwelling"}),
    ("device", "Epidural threaded 4 cm and taped; the needle was removed.", NOTHING),
    ("device", "The needle was removed and the infusion connected.", NOTHING),
    ("catheter.disposition", "He had one in 2019.\n\nA catheter was left in place.", {"left_indwelling"}),
    ("catheter.disposition", "He had one in 2019. Today a catheter was left in place.", {"left_indwelling"}),
    ("device", "A catheter was threaded through the needle and left in place.", {"catheter"}),
    ("device", "No blood or CSF was aspirated through the catheter.", {"catheter"}),
    ("device", "Single-shot caudal epidural.", {"needle"}),
    ("device", "The needle was removed intact.", {"needle"}),
    ("device", "The needle was removed and the catheter secured.", {"catheter"}),
    ("device", "The needle was removed. PLAN: remove catheter tomorrow.", NOTHING),
    ("device", "Risks such as catheter breakage were discussed. The needle was removed.", {"needle"}),
    ("device", "Unable to thread the catheter; a single-shot injection was given.", NOTHING),
    ("device", "The catheter could not be threaded.", NOTHING),
    ("device", "A Tuohy needle was inserted.", NOTHING),
    ("device", "IV catheter placed, then the needle was removed.", {"needle"}),
    ("device", "Injected through the previously placed epidural catheter.", NOTHING),
    ("delivery", "An epidural infusion of ropivacaine was started.", {"continuous_infusion"}),
    ("delivery", "Propofol infusion was started.", NOTHING),
    ("delivery", "Test dose was negative.", {"test_dose"}),
    ("delivery", "Intermittent boluses were given through the catheter.", {"intermittent_bolus"}),
    ("delivery", "An infusion will be started.", NOTHING),
]

#: A removal of which the day is not said; it must not be missed, whatever stands beside it.
OUT = [
    ("Epidural catheter discontinued, tip intact.", REMOVED),
    ("Catheter was removed.", REMOVED),
    ("The epidural was discontinued.", REMOVED),
    ("Epidural catheter d/c'd.", REMOVED),
    ("Epidural catheter: removed", REMOVED),
    ("The epidural catheter came out.", REMOVED),
    ("I removed the epidural catheter.", REMOVED),
    ("Removal of the epidural catheter was uneventful.", REMOVED),
    ("The catheter has been in use since surgery and was withdrawn without difficulty.", REMOVED),
    ("Epidural catheter removed as planned.", REMOVED),
    ("Epidural catheter removed and will follow up tomorrow.", REMOVED),
    ("Catheter removed per protocol, patient instructed to call if there is weakness.", REMOVED),
    ("Catheter removed because the block failed.", REMOVED),
    ("Catheter removed after 30 minutes.", REMOVED),
    ("The previously placed epidural catheter was removed.", REMOVED),
    ("The catheter was placed 2 days ago. Catheter removed.", REMOVED),
    ("The catheter placed two days ago was removed.", REMOVED),
    ("Status post knee replacement with epidural, catheter removed.", REMOVED),
    ("The catheter was not removed.", NOTHING),
    ("No catheter was removed.", NOTHING),
    ("Catheter removed: no", NOTHING),
    ("The catheter was never removed.", NOTHING),
    ("The catheter will be removed.", NOTHING),
    ("Plan to discontinue the catheter on Friday.", NOTHING),
    ("Remove the catheter tomorrow.", NOTHING),
    ("Removal of the catheter is planned.", NOTHING),
    ("Call when catheter removed.", NOTHING),
    ("Continue infusion until the catheter is removed.", NOTHING),
    ("The catheter may be removed by the nurse.", NOTHING),
    ("PLAN: Catheter removed by nursing.", NOTHING),
    ("An epidural catheter was removed in 2019.", NOTHING),
    ("The needle was removed.", NOTHING),
    ("The catheter was threaded and the needle was removed.", NOTHING),
    ("Foley catheter removed.", NOTHING),
    ("The catheter was withdrawn 1 cm and left in place.", {"left_indwelling"}),
    ("The catheter was pulled back by 2 cm and left in place.", {"left_indwelling"}),
]

PLACE = [
    ("entry_levels", "L4-L5 interlaminar epidural steroid injection", {"L4-L5"}),
    ("entry_levels", "The needle was inserted at the L2/3 interspace.", {"L2-L3"}),
    ("entry_levels", "needle introduced via the L2 L3 interspace", {"L2-L3"}),
    ("entry_levels", "Epidural at L3-4", {"L3-L4"}),
    ("entry_levels", "Entry level: T7/8", {"T7-T8"}),
    ("entry_levels", "Needle entered through the sacral hiatus.", {"sacral_hiatus"}),
    ("entry_levels", "The needle was inserted at L2-3 and the catheter threaded to T10.", {"L2-L3"}),
    ("entry_levels", "Catheter was placed at T8-9, tip at T6.", {"T8-T9"}),
    ("entry_levels", "The catheter tip lies at T10.", NOTHING),
    ("entry_levels", "Contrast spread from L3 to S1.", NOTHING),
    ("entry_levels", "Epidural at L3-4, L4-5, and L5-S1.", {"L3-L4", "L4-L5", "L5-S1"}),
    ("entry_levels", "L3-4 and L4-5 epidural. L5-S1 is fused.", {"L3-L4", "L4-L5"}),
    ("entry_levels", "Epidural at L4-5, no needle at L5-S1.", {"L4-L5"}),
    ("entry_levels", "The needle was passed through the left S1 foramen.", {"S1_foramen"}),
    ("entry_levels", "Left L5-S1 and S1 transforaminal injection.", {"L5-S1", "S1_foramen"}),
    ("entry_levels", "Left L5 and S1 selective nerve root block.", {"L5", "S1_foramen"}),
    ("entry_levels", "The needle was inserted at S1.", {"S1"}),
    ("entry_levels", "The catheter was advanced to T10-T11.", NOTHING),
    ("entry_levels", "MRI shows L4-5 disc herniation with left radiculopathy.", NOTHING),
    ("entry_levels", "Injection at the symptomatic level.", NOTHING),
    ("entry_levels", "Epidural in L3-5.", NOTHING),  # no interspace
    ("entry_levels", "In March 2021 an epidural was placed at L3-4.", NOTHING),
    (
        "entry_levels",
        "Title: L4-5 interlaminar injection\nTechnique: The needle was inserted at the C7-T1 interspace.",
        {"L4-L5", "C7-T1"},
    ),
    ("target", "The epidural space was identified.", {"epidural"}),
    ("target", "Injected into the intrathecal space.", {"subarachnoid"}),
    ("target", "There was no intrathecal or intravascular spread.", NOTHING),
    ("target", "Test dose negative for intrathecal injection.", NOTHING),
    ("target", "Epidural hematoma was ruled out.", NOTHING),
    ("target", "spinal injection", NOTHING),
    ("target", "L4-5 facet joint injection", {"facet_joint"}),
    ("approach", "Interlaminar technique.", {"interlaminar"}),
    ("approach", "Midline approach. The interlaminar space was entered.", {"interlaminar_midline"}),
    ("approach", "A left paramedian interlaminar approach was used.", {"interlaminar_paramedian"}),
    ("approach", "Caudal epidural steroid injection", {"caudal"}),
    ("approach", "The needle was angled in a caudal direction.", NOTHING),
    ("approach", "Left L5-S1 transforaminal injection", {"transforaminal"}),
    ("approach", "left L5-S1 ESI", NOTHING),
    ("approach", "No caudal approach was used.", NOTHING),
    ("laterality", "Left L5-S1 transforaminal injection", {"left"}),
    ("laterality", "The catheter was left in place.", NOTHING),
    ("laterality", "right L4 radiculopathy", NOTHING),
]

WHAT = [
    (
        "substances.class",
        "80 mg methylprednisolone with 2 mL of 0.25% bupivacaine",
        {"steroid", "local_anesthetic"},
    ),
    # what numbed the way in is no agent
    ("substances.class", "The skin was numbed with 1% lidocaine.", NOTHING),
    ("substances.class", "The skin was prepped and draped, and numbed with 1% lidocaine.", NOTHING),
    (
        "substances.class",
        "The skin over the L4-L5 interspace was anesthetized with 3 mL of 1% lidocaine.",
        NOTHING,
    ),
    ("substances.class", "Local anesthesia was achieved with 1% lidocaine.", NOTHING),
    ("substances.class", "Lidocaine 1% was used for skin and subcutaneous tissues.", NOTHING),
    ("substances.class", "A skin wheal of 1% lidocaine was raised.", NOTHING),
    ("substances.class", "1% lidocaine, 3 mL, infiltrated.", NOTHING),
    ("substances.class", "ANESTHESIA: Local, 1% lidocaine.", NOTHING),
    (
        "substances.class",
        "The skin was numbed with lidocaine. 80 mg methylprednisolone with 2 mL bupivacaine was injected.",
        {"steroid", "local_anesthetic"},
    ),
    (
        "substances.class",
        "The needle passed the skin. 4 mL of 0.25% bupivacaine was injected.",
        {"local_anesthetic"},
    ),
    ("substances.class", "Local anesthetic was injected into the epidural space.", {"local_anesthetic"}),
    ("substances.class", "2 mL of 10% phenol was injected.", {"neurolytic"}),
    ("substances.class", "The skin was cleaned with alcohol.", NOTHING),
    ("substances.class", "Fentanyl 50 mcg IV was given for sedation.", NOTHING),
    ("substances.class", "The patient is allergic to bupivacaine.", NOTHING),
    ("substances.class", "No steroid was given.", NOTHING),
    ("substances.class", "Steroid was not given.", NOTHING),
    ("substances.class", "20 mL of autologous blood was injected.", {"autologous_blood"}),
    ("substances.class", "No blood on aspiration.", NOTHING),
    ("substances.class", "Hypertonic saline was injected.", {"hypertonic_saline"}),
    ("imaging.contrast", "2 mL of iohexol was injected and showed spread.", {True}),
    ("imaging.contrast", "No contrast was used.", {False}),
    ("imaging.contrast", "MRI without contrast was reviewed.", NOTHING),
    ("imaging.images_archived", "Images were saved to PACS.", {True}),
    ("imaging.images_archived", "Images could not be saved because the drive was full.", {False}),
    ("imaging.images_archived", "Images will be saved.", NOTHING),
    ("intent", "Epidural steroid injection is an option.", NOTHING),
    ("target", "Epidural analgesia was declined.", NOTHING),
    ("intent", "Lumbar epidural steroid injection", {"therapeutic_injection"}),
    ("intent", "Epidural catheter for postoperative analgesia", {"postop_analgesia"}),
    ("intent", "Labor epidural", {"labor_analgesia"}),
    ("intent", "Epidural blood patch performed.", {"blood_patch"}),
    ("intent", "No blood patch was performed.", NOTHING),
    ("intent", "May need a blood patch.", NOTHING),
    ("status", "The patient tolerated the procedure well.", {"completed"}),
    ("status", "Patient did not tolerate the procedure well.", NOTHING),
    ("status", "The procedure was aborted.", {"aborted_after_start"}),
    ("status", "The first attempt was abandoned.", NOTHING),
    ("status", "The procedure could not be completed.", NOTHING),
    ("status", "The procedure was cancelled.", {"cancelled"}),
    ("anesthesia.mode", "Under general anesthesia, a caudal was performed.", {"general"}),
]

EVERY = [("imaging.modality", text, expected) for text, expected in IMAGING] + CATHETER + PLACE + WHAT
EVERY += [("catheter.disposition", text, expected) for text, expected in OUT]


@pytest.mark.parametrize(
    ("element", "text", "expected"), EVERY, ids=[f"{element}: {text[:60]}" for element, text, _ in EVERY]
)
def test_a_sentence_settles(element: str, text: str, expected: set[Value]) -> None:
    assert settled(text, element) == expected


@pytest.mark.parametrize("break_", ["\n", " \n  ", "\r", " \u00a0"], ids=["line", "indented", "cr", "nbsp"])
def test_a_line_break_does_not_cut_a_negation_off(break_: str) -> None:
    text = "The needle was placed without fluoroscopic guidance and the catheter was left in place."
    assert settled(text.replace(" ", break_), "imaging.modality") == NONE


def test_a_typographic_dash_is_a_dash() -> None:
    assert settled(
        "Epidural at L3\N{EN DASH}L4 under C\N{NON-BREAKING HYPHEN}arm guidance", "entry_levels"
    ) == {"L3-L4"}


def test_a_heading_holds_until_the_next() -> None:
    history = "HISTORY:\nEpidural catheter.\n\nIt was placed under fluoroscopy.\n"
    text = history + "TECHNIQUE: Done by a landmark technique."
    assert settled(text, "imaging.modality") == NONE


def test_a_heading_of_medications_that_were_given_is_todays() -> None:
    assert settled("MEDICATIONS INJECTED: bupivacaine", "substances.class") == {"local_anesthetic"}
    assert settled("MEDICATIONS: bupivacaine", "substances.class") == NOTHING


def test_a_heading_of_capitals_needs_no_colon() -> None:
    text = "PLAN\nInjection under fluoroscopy.\n\nPROCEDURE\nEpidural under CT guidance."
    assert settled(text, "imaging.modality") == {"ct"}


def test_evidence_is_the_words_themselves() -> None:
    text = "Then, under fluoroscopic guidance, the catheter was secured and left in place."
    found = {each.name: each.source for each in TERMS.read(narrative(text, "OBX[4]-5"))}
    assert found["imaging.modality"] == Source("OBX[4]-5", 6, 33, "under fluoroscopic guidance", "e1")
    assert found["catheter.disposition"].text == "catheter was secured and left in place"


def test_narratives_of_one_report_are_one_text_and_each_keeps_its_place() -> None:
    lines = [
        "The needle was placed without",
        "fluoroscopic guidance. It entered the",
        "L4-5 interspace; a catheter was left in place.",
    ]
    found = TERMS.read(*(narrative(line, f"OBX[{n}]-5") for n, line in enumerate(lines, 1)))
    by_name = {each.name: each for each in found}
    assert by_name["imaging.modality"].value == "none"
    assert by_name["imaging.modality"].source.path == "OBX[1]-5"
    assert by_name["entry_levels"].source == Source("OBX[3]-5", 0, 15, "L4-5 interspace", "e1")
    assert by_name["catheter.disposition"].source.text == lines[2][19:-1]


def test_a_list_without_stops_settles_nothing() -> None:
    text = "epidural under fluoroscopy " + "item " * 500
    assert not TERMS.read(narrative(text))


def test_time_grows_with_the_text_and_not_faster() -> None:
    text = (
        "no catheter was not left in place and " * 4000
    )  # 150 kB in one sentence: a product would take minutes
    assert TERMS.read(narrative(text)) == ()


CUES = "no without not but and was will be had one if in 2019 HISTORY: PROCEDURE:"
CLAIMS = "catheter left in place removed under fluoroscopy guidance needle through the L4-5 T10 epidural"
ODD = [
    ",",
    ".",
    ";",
    ":",
    "?",
    "\n",
    "\n\n",
    "\r",
    "\x00",
    " ",
    "\u0130",
    "\u00df",
    "\u2013",
    "\u00a0",
    "\U0001d400",
]
WORDS = [*CUES.split(), *CLAIMS.split(), *ODD]


def assert_spans_match(texts: Iterable[str]) -> None:
    narratives = [narrative(text, f"OBX[{n}]-5") for n, text in enumerate(texts)]
    by_path = {each.source.path: each.text for each in narratives}
    for each in TERMS.read(*narratives):
        source = each.source
        assert source.text
        assert by_path[source.path][source.start : source.end] == source.text


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), min_size=1, max_size=4))
def test_any_mixture_of_cues_is_read_and_its_spans_match(texts: list[str]) -> None:
    assert_spans_match(texts)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert_spans_match([text])


def test_levels_that_title_and_text_name_differently_are_disputed() -> None:
    def origins(text: str) -> dict[Value, str]:
        return {e.value: e.origin for e in TERMS.read(narrative(text)) if e.name == "entry_levels"}

    body = "TECHNIQUE: The needle was inserted at the L5-S1 interspace."
    assert origins(f"PROCEDURE: L4-5 interlaminar injection.\n{body}") == {
        "L4-L5": "conflict",
        "L5-S1": "conflict",
    }
    assert origins(f"PROCEDURE: L5-S1 interlaminar injection.\n{body}") == {"L5-S1": "narrative"}
    assert origins(f"PROCEDURE: Interlaminar injection.\n{body}") == {"L5-S1": "narrative"}
