"""Things of which a procedure may have several, put together from what its documents say."""

import pytest

from service.domain.documentation import DocumentedElement, Source
from service.mapping.documented.items import Item, items_of
from service.mapping.documented.stands import CONFLICT_ORIGIN, group
from service.mapping.documented.vocabulary import Group
from service.mapping.lint.table_tests import given
from tests.unit.mapping.small_tables import VOCABULARY

LESION = Group(label="lesion", key=("lesion.technique",))
ADDED = Group(label="lesion", key=("lesion.technique",), documents="add")
PUNCH = {"technique": "punch", "site": "left cheek"}
OTHER = {"technique": "punch", "site": "nose"}


def lesion(number: int, origin: str = "narrative", event: str = "e1", **said: str) -> list[DocumentedElement]:
    source = Source("OBX-5", event_id=event)
    return [
        DocumentedElement(f"lesion.{name}", value, source, origin, str(number))
        for name, value in said.items()
    ]


def items(*lesions: list[DocumentedElement], rules: Group = LESION) -> list[Item]:
    found: dict[str, list[DocumentedElement]] = {}
    for each in (element for thing in lesions for element in thing):
        found.setdefault(each.name, []).append(each)
    return items_of("lesion", rules, found)


def disputed(*lesions: list[DocumentedElement], rules: Group = LESION) -> list[bool]:
    """Of each thing, whether it may be none."""
    things = items(*lesions, rules=rules)
    return [any(each.origin == CONFLICT_ORIGIN for each in thing) for thing in things]


def test_two_sites_told_in_words_are_two_lesions() -> None:
    assert disputed(
        lesion(1, technique="punch", site="left cheek"), lesion(2, technique="punch", site="nose")
    ) == [False, False]


def test_told_again_with_less_it_may_be_the_same_lesion() -> None:
    assert disputed(lesion(1, technique="punch", site="left cheek"), lesion(2, technique="punch")) == [
        False,
        True,
    ]


def test_told_again_with_more_it_may_be_the_same_lesion() -> None:
    assert disputed(lesion(1, technique="punch"), lesion(2, technique="punch", site="left cheek")) == [
        False,
        True,
    ]


def test_two_in_a_list_of_fields_are_two() -> None:
    assert disputed(
        lesion(1, "structured", technique="punch", site="left cheek"),
        lesion(2, "structured", technique="punch"),
    ) == [False, False]


def test_one_that_fields_number_and_that_lacks_its_key_is_one_more() -> None:
    things = items(
        lesion(1, "structured", technique="punch", site="left cheek"), lesion(2, "structured", site="nose")
    )
    assert [{each.value for each in thing} for thing in things] == [{"punch", "left cheek"}, {"nose"}]


def test_what_words_say_without_the_key_is_said_of_all() -> None:
    (thing,) = items(lesion(1, technique="punch"), lesion(2, site="nose"))
    assert {each.value for each in thing} == {"punch", "nose"}


def test_objects_of_a_json_list_are_things_and_what_stands_outside_is_said_of_all() -> None:
    listed = [{"length_cm": 2.0, "site": "arm"}, {"length_cm": 3.0}]
    found = group(given({}, {"wound": listed, "wound.closure": "sutures"}, VOCABULARY))
    things = items_of("wound", VOCABULARY.groups["wound"], found)
    assert [[each.value for each in thing] for thing in things] == [[2.0, "arm", "sutures"], [3.0, "sutures"]]


def test_words_that_repeat_a_field_or_say_less_add_nothing() -> None:
    for words in (PUNCH, {"technique": "punch"}):
        (thing,) = items(lesion(1, "structured", **PUNCH), lesion(1, event="e2", **words))
        assert {each.origin for each in thing} == {"structured"}


def test_words_that_differ_from_every_field_may_be_one_more() -> None:
    assert disputed(lesion(1, "structured", **PUNCH), lesion(1, **OTHER)) == [False, True]


def test_two_told_in_words_are_not_both_told_by_one_field() -> None:
    field = lesion(1, "structured", technique="punch")
    assert disputed(field, lesion(1, **PUNCH), lesion(2, **OTHER)) == [False, True]
    two = lesion(2, "structured", technique="punch")
    assert disputed(field, two, lesion(1, **PUNCH), lesion(2, **OTHER)) == [False, False]


def test_what_another_document_names_may_be_the_same_or_not() -> None:
    both = (lesion(1, "structured", **PUNCH), lesion(1, "structured", "e2", **OTHER))
    assert disputed(*both) == [True, True]
    assert disputed(*both, rules=ADDED) == [False, False]


def test_the_same_told_by_two_documents_is_one() -> None:
    assert disputed(lesion(1, "structured", **PUNCH), lesion(1, "structured", "e2", **PUNCH)) == [False]


def test_two_alike_in_one_list_are_two() -> None:
    assert disputed(lesion(1, "structured", **PUNCH), lesion(2, "structured", **PUNCH)) == [False, False]


def test_what_a_text_tells_twice_may_be_one() -> None:
    assert disputed(lesion(1, **PUNCH), lesion(2, **PUNCH)) == [False, True]


JOINT = VOCABULARY.groups["joint"]


def joints(*listed: dict[str, str]) -> list[tuple[set[object], bool]]:
    """What is said of each joint of a list, and whether that is disputed."""
    found = group(given({}, {"joint": list(listed)}, VOCABULARY))
    return [
        ({each.value for each in thing}, any(each.origin == CONFLICT_ORIGIN for each in thing))
        for thing in items_of("joint", JOINT, found)
    ]


def test_a_joint_listed_twice_is_one() -> None:
    left = {"name": "knee", "side": "left"}
    assert joints(left, {"name": "knee", "side": "right"}, left) == [
        ({"knee", "left"}, False),
        ({"knee", "right"}, False),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            {"name": "finger", "side": "left"}, {"name": "finger", "side": "left"}, id="several alike"
        ),
        pytest.param({"name": "knee"}, {"name": "knee"}, id="side of none"),
        pytest.param({"name": "knee", "side": "left"}, {"name": "knee"}, id="side of one"),
        pytest.param(
            {"name": "knee", "side": "left"}, {"name": "knee", "side": "bilateral"}, id="both sides"
        ),
        pytest.param({"name": "knee", "side": "left"}, {"side": "left"}, id="joint of one"),
    ],
)
def test_two_that_may_be_one_are_disputed(one: dict[str, str], other: dict[str, str]) -> None:
    listed = joints(one, other, {"name": "hip", "side": "right"})
    assert [is_disputed for said, is_disputed in listed if "hip" in said] == [False]
    assert [is_disputed for said, is_disputed in listed if "hip" not in said] == [True, True]


def test_two_joints_of_one_side_are_two() -> None:
    listed = joints({"name": "knee", "side": "left"}, {"name": "hip", "side": "left"}, {"name": "elbow"})
    assert [is_disputed for _said, is_disputed in listed] == [False, False, False]
