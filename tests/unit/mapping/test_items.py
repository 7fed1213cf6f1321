"""Things of which a procedure may have several, put together from what its documents say."""

from service.domain.documentation import DocumentedElement, Source
from service.mapping.items import Item, items_of
from service.mapping.stands import CONFLICT_ORIGIN
from service.mapping.vocabulary import Group

LESION = Group(label="lesion", key=("lesion.technique",))


def lesion(number: int, origin: str = "narrative", **said: str) -> list[DocumentedElement]:
    source = Source("OBX-5", event_id="e1")
    return [
        DocumentedElement(f"lesion.{name}", value, source, origin, str(number))
        for name, value in said.items()
    ]


def items(*lesions: list[DocumentedElement]) -> list[Item]:
    found: dict[str, list[DocumentedElement]] = {}
    for each in (element for thing in lesions for element in thing):
        found.setdefault(each.name, []).append(each)
    return items_of("lesion", LESION, found)


def disputed(*lesions: list[DocumentedElement]) -> list[bool]:
    return [any(each.origin == CONFLICT_ORIGIN for each in thing) for thing in items(*lesions)]


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
