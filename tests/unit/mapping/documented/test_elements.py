from pathlib import Path
from typing import Any

import pytest

from service.domain.documentation import Documentation
from service.domain.errors import UnreadableInput
from service.mapping.documented.elements import documentation_from_json
from service.mapping.documented.vocabulary import read_vocabulary

VOCABULARY = read_vocabulary(Path(__file__).parents[4] / "mappings" / "vocabulary.yaml")


def read(elements: Any) -> tuple[Documentation, ...]:
    return documentation_from_json(VOCABULARY, {"id": "1", "elements": elements})


def values(documentation: Documentation) -> dict[str, tuple[object, ...]]:
    return {element.name: documentation.values(element.name) for element in documentation.elements}


NESTED = {
    "encounter": {"setting": "facility", "tz": "Europe/Berlin"},
    "procedures": [
        {
            "id": "p1",
            "status": "completed",
            "imaging": {"modality": "fluoroscopy", "contrast": True},
            "entry_levels": ["L2-L3", "L3/4"],
            "substances": [
                {"name": "ropivacaine", "class": "local_anesthetic"},
                {"name": "x", "class": "opioid"},
            ],
            "tip_level": None,
            "history": [{"what": "catheter", "when": "2019"}],
            "planned": {"what": "catheter"},
            "planned_dwell_days": 3,
        },
    ],
}


def test_nested_elements_are_flattened_and_lists_expanded() -> None:
    (documentation,) = read(NESTED)

    assert documentation.procedure_key == "p1"
    assert documentation.certain
    assert values(documentation) == {
        "encounter.setting": ("facility",),
        "encounter.tz": ("Europe/Berlin",),
        "status": ("completed",),
        "imaging.modality": ("fluoroscopy",),
        "imaging.contrast": (True,),
        "entry_levels": ("L2-L3", "L3-L4"),
        "substances.name": ("ropivacaine", "x"),
        "substances.class": ("local_anesthetic", "opioid"),
        "planned_dwell_days": (3,),
    }


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param({"imaging.modality": "ct", "entry_levels": ["L2-L3"]}, id="dotted"),
        pytest.param({"imaging": {"modality": "ct"}, "entry_levels": "L2-L3"}, id="nested"),
        pytest.param(
            [{"name": "imaging.modality", "value": "ct"}, {"name": "entry_levels", "value": ["L2-L3"]}],
            id="a list",
        ),
    ],
)
def test_one_procedure_may_be_written_in_three_ways(elements: Any) -> None:
    (documentation,) = read(elements)

    assert documentation.procedure_key == "1"
    assert values(documentation) == {"imaging.modality": ("ct",), "entry_levels": ("L2-L3",)}


def test_the_evidence_is_a_json_pointer() -> None:
    (documentation,) = read(NESTED)
    paths = {element.source.path for element in documentation.elements}

    assert {"/elements/encounter/setting", "/elements/procedures/0/entry_levels/1"} <= paths


def test_procedures_without_an_id_are_numbered() -> None:
    first, second = read({"procedures": [{"status": "completed"}, {"status": "planned"}]})
    assert (first.procedure_key, second.procedure_key) == ("1", "2")


def test_what_is_replaced_is_withdrawn() -> None:
    old, new = read({"procedures": [{"id": "a"}, {"id": "b", "replaces": "a"}]})
    assert (old.withdrawn, new.withdrawn) == (True, False)


def test_values_in_conflict_all_stand_and_are_marked() -> None:
    (documentation,) = read(
        {
            "imaging.modality": "fluoroscopy",
            "conflicts": [{"element": "imaging.modality", "values": ["none", None], "sources": ["body"]}],
        }
    )

    assert [(e.value, e.origin) for e in documentation.elements] == [
        ("fluoroscopy", "structured"),
        ("none", "conflict"),
    ]


@pytest.mark.parametrize(
    ("amendment", "origin"),
    [
        ({"element": "imaging.modality", "value": "none"}, ["structured"]),
        ({"element": "imaging.modality", "value": "none", "signed": False}, ["conflict"]),
        ({"element": "entry_levels", "value": ["C7-T1"]}, ["conflict"]),
        ({"what": "the images were stored", "when": "2026-03-03"}, []),
        ("the images were stored", []),
    ],
    ids=["one value", "nobody has signed it", "one of several", "in words", "nothing but words"],
)
def test_an_amendment_stands_beside_what_it_amends(amendment: Any, origin: list[str]) -> None:
    (documentation,) = read({"imaging.modality": "fluoroscopy", "amendments": [amendment]})
    assert [each.origin for each in documentation.elements[1:]] == origin


@pytest.mark.parametrize(
    ("elements", "location", "message"),
    [
        ({"imaging.modalty": "ct"}, "/elements/imaging.modalty", "nearest: imaging.modality"),
        ({"imaging": {"modalty": "ct"}}, "/elements/imaging/modalty", "nearest: imaging.modality"),
        ({"imaging.modality": "flouroscopy"}, "/elements/imaging.modality", "nearest: fluoroscopy"),
        ({"imaging.modality": "fluoro"}, "/elements/imaging.modality", "nearest: fluoroscopy"),
        ({"imaging.modality": ["ct", "none"]}, "/elements/imaging.modality", "not a value"),
        ({"imaging.contrast": "true"}, "/elements/imaging.contrast", "takes true or false"),
        ({"imaging.contrast": 1}, "/elements/imaging.contrast", "takes true or false"),
        ({"planned_dwell_days": "3"}, "/elements/planned_dwell_days", "takes a whole number"),
        ({"planned_dwell_days": True}, "/elements/planned_dwell_days", "takes a whole number"),
        ({"planned_dwell_days": 3.5}, "/elements/planned_dwell_days", "takes a whole number"),
        ({"encounter.pos": 22}, "/elements/encounter.pos", "two digits as text"),
        ({"status": {"code": "completed"}}, "/elements/status", "not a value"),
        ({"catheter.local_days": 2}, "/elements/catheter.local_days", "computed"),
        ({"catheter.placed_at": "2026-03-02T10:00:00"}, "/elements/catheter.placed_at", "takes a time with"),
        ({"sedation.start": "2026-03-02"}, "/elements/sedation.start", "takes a time with its offset"),
        ({"encounter.pos": "ABC"}, "/elements/encounter.pos", "two digits as text"),
        ({"laterality": "both"}, "/elements/laterality", "nearest: bilateral"),
        ({"status": "zzz"}, "/elements/status", "its values: completed, aborted_after_start"),
        (
            {"conflicts": [{"element": "statsu", "values": ["x"]}]},
            "/elements/conflicts/0/values/0",
            "nearest: status",
        ),
        ({"conflicts": ["imaging"]}, "/elements/conflicts/0", "an object with 'element' and 'values'"),
        ([{"name": "status"}], "/elements/0", "an object with 'name' and 'value'"),
        ("completed", "/elements", "a record is"),
        (None, "/elements", "a record is"),
        ({"procedures": "x"}, "/elements/procedures", "a list of objects"),
        (
            {"procedures": [{"id": "a"}, {"id": "b"}, {"id": "a"}]},
            "/elements/procedures/2/id",
            "id of its own",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(elements: Any, location: str, message: str) -> None:
    with pytest.raises(UnreadableInput) as caught:
        read(elements)

    (fault,) = caught.value.faults
    assert fault.location == location
    assert message in fault.message


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(UnreadableInput) as caught:
        read({"procedures": [{"statsu": "completed"}, {"imaging": {"modality": "x"}}]})
    assert len(caught.value.faults) == 2


EPISODE = {
    "status": "completed",
    "episode": "e1",
    "device": "catheter",
    "catheter": {"disposition": "left_indwelling"},
}


@pytest.mark.parametrize(
    ("later", "dispositions", "deliveries"),
    [
        pytest.param({"episode": "e1"}, ("removed_same_day",), ("continuous_infusion",), id="same episode"),
        pytest.param({"episode": "e2"}, ("left_indwelling",), (), id="another episode"),
        pytest.param({}, ("left_indwelling",), (), id="no episode"),
    ],
)
def test_a_later_report_of_the_episode_says_how_it_went_on(
    later: dict[str, str], dispositions: tuple[str, ...], deliveries: tuple[str, ...]
) -> None:
    line_check = {
        "kind": "line_assessment",
        "status": "cancelled",
        "catheter": {"disposition": "removed_same_day"},
        "delivery": ["continuous_infusion"],
    }
    procedure, _line_check = read({"procedures": [EPISODE, line_check | later]})

    assert procedure.values("catheter.disposition") == dispositions
    assert procedure.values("delivery") == deliveries
    assert procedure.values("status") == ("completed",)


@pytest.mark.parametrize(
    ("said", "check", "dispositions"),
    [
        pytest.param(None, {}, ("left_indwelling",), id="in place on a later day"),
        pytest.param(None, {"service_date": "2026-03-02"}, (), id="in place on the same day"),
        pytest.param(None, {"service_date": "2026-03-01"}, (), id="in place on a day before"),
        pytest.param(None, {"service_date": None}, (), id="nobody says on which day"),
        pytest.param(None, {"catheter_in_situ": False}, (), id="gone, nobody says when"),
        pytest.param(
            "removed_same_day", {}, ("removed_same_day", "left_indwelling"), id="removed before, it is said"
        ),
        pytest.param("removed_later", {}, ("removed_later",), id="removed later"),
        pytest.param(
            None, {"catheter": {"disposition": "removed_later"}}, ("removed_later",), id="the check says more"
        ),
    ],
)
def test_a_catheter_in_place_on_a_later_day_was_left(
    said: str | None, check: dict[str, Any], dispositions: tuple[str, ...]
) -> None:
    placing = {**EPISODE, "service_date": "2026-03-02", "catheter": {"disposition": said}}
    line_check = {
        "kind": "line_assessment",
        "episode": "e1",
        "service_date": "2026-03-03",
        "catheter_in_situ": True,
    }
    procedure, _line_check = read({"procedures": [placing, line_check | check]})

    assert procedure.values("catheter.disposition") == dispositions


@pytest.mark.parametrize(
    ("thing", "classes"),
    [
        ({"name": "phenol", "class": "steroid"}, [("steroid", "structured"), ("neurolytic", "conflict")]),
        ({"name": "Methylprednisolone", "class": "steroid"}, [("steroid", "structured")]),
        ({"name": "x", "class": "steroid"}, [("steroid", "structured")]),
        ({"name": "phenol"}, []),
    ],
    ids=["another class", "its class", "a name nobody knows", "no class"],
)
def test_a_thing_whose_name_says_another_class_than_the_one_stated_is_in_conflict(thing, classes):
    (documentation,) = read({"substances": [thing]})
    said = [(each.value, each.origin) for each in documentation.elements if each.name == "substances.class"]
    assert said == classes
