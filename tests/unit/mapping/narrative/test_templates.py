"""What a template left open settles nothing: marks to be filled in, boxes to be ticked."""

from pathlib import Path

import pytest

from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import load_terms, settle

MAPPINGS = Path(__file__).parents[4] / "mappings"
TERMS = load_terms(MAPPINGS / "terms", read_vocabulary(MAPPINGS / "vocabulary.yaml"))
NOTHING: set[str] = set()
FLUOROSCOPY = {"fluoroscopy"}

IMAGING = [
    # left to be filled in
    ("Under *** fluoroscopic guidance a needle was advanced.", NOTHING),
    ("Under fluoroscopic guidance @LEVEL@.", NOTHING),
    ("Under {fluoroscopic/ultrasound:1234} guidance.", NOTHING),
    ("{Under fluoroscopy. / Without imaging.:1234}", NOTHING),
    ("Under ____ fluoroscopic guidance.", NOTHING),
    ("Under [fluoroscopic / ultrasound] guidance.", NOTHING),
    ("Under <modality> fluoroscopic guidance.", NOTHING),
    ("Under fluoroscopic guidance (select one).", NOTHING),
    ("Fluoroscopic guidance was used: TBD", NOTHING),
    # a mark on another line, or one that names the patient, is none of its business
    ("Level: ***\nGuidance: fluoroscopy", FLUOROSCOPY),
    ("@NAME@ was placed prone, under fluoroscopy.", FLUOROSCOPY),
    ("************\nUnder fluoroscopy.", FLUOROSCOPY),
    ("* Under fluoroscopy.\n** More.", FLUOROSCOPY),
    ("<br>Under fluoroscopy.<br/>", FLUOROSCOPY),
    ("Under fluoroscopy [1] (C-arm).", FLUOROSCOPY),
    # boxes before their words
    ("[ ] Under fluoroscopy", NOTHING),
    ("[] Under fluoroscopy", NOTHING),
    ("\u2610 Under fluoroscopy", NOTHING),
    ("( ) Under fluoroscopy ( ) Under CT guidance", NOTHING),
    ("- [ ] Under fluoroscopy\n- [ ] blind technique", NOTHING),
    ("[x] Under fluoroscopy [ ] blind technique", FLUOROSCOPY),
    ("[ ] blind technique\n[X] Under fluoroscopy\nThe patient was prone.", FLUOROSCOPY),
    ("\u2611 Under fluoroscopy \u2610 blind technique", FLUOROSCOPY),
    ("[ ] blind technique\nUnder fluoroscopy a needle was advanced.", FLUOROSCOPY),
    ("Imaging: [x] Fluoroscopy [ ] None", FLUOROSCOPY),
    ("Imaging: [ ] Fluoroscopy [ ] None", NOTHING),
    ("Fluoroscopy used: [ ] yes [ ] no", NOTHING),
    ("Fluoroscopy used: [x] yes [ ] no", FLUOROSCOPY),
    # boxes behind their words
    ("Fluoroscopy was used [ ]", NOTHING),
    ("Fluoroscopy was used. [ ]", NOTHING),
    ("Fluoroscopy was used [x]", FLUOROSCOPY),
    ("Under fluoroscopy [ ] Under ultrasound [x]", NOTHING),
]


def read(element: str, text: str) -> set[str]:
    return {str(each.value) for each in settle(TERMS.find(text)) if each.element == element}


@pytest.mark.parametrize(("text", "expected"), IMAGING)
def test_imaging(text: str, expected: set[str]) -> None:
    assert read("imaging.modality", text) == expected


def test_a_box_that_nobody_ticked_takes_back_even_what_stands_plainly() -> None:
    assert read("catheter.disposition", "[x] catheter left in place [ ] catheter removed") == {
        "left_indwelling"
    }


def test_a_box_that_nobody_ticked_is_no_mention() -> None:
    assert read("device", "The needle was removed.\n[ ] catheter") == {"needle"}
    assert read("device", "The needle was removed.\nCatheter: ***") == set()
