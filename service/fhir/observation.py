"""Observations that name an element of the vocabulary: what they say of it, and where."""

import re
from collections.abc import Iterator, Mapping

from service.domain.documentation import Reading, Source
from service.fhir.located import Located
from service.fhir.resource import Resource, as_text, listed

_FINAL = ("final", "amended", "corrected")
_LIKE_A_DOT = re.compile(r"[\s._-]+")
_PRIMITIVES = frozenset(
    {"valueString", "valueBoolean", "valueInteger", "valueDateTime", "valueDate", "valueTime", "valueDecimal"}
)


def plain_name(name: str) -> str:
    """How names are compared: "Imaging Modality" is imaging.modality."""
    return _LIKE_A_DOT.sub(".", name.strip().lower())


def named_readings(observation: Located, names: Mapping[str, str]) -> Iterator[Reading]:
    """A reading for the Observation, and each of its components, whose code is the name of an element.

    `names` has each element by its plain name.
    """
    resource = observation.resource
    if resource.get("status") not in _FINAL:  # not yet, or no longer, what the clinician says
        return
    parts = [(resource, observation.path)]
    parts.extend(
        (component, f"{observation.path}.component[{n}]")
        for n, component in enumerate(listed(resource.get("component")))
        if isinstance(component, dict)
    )
    for part, path in parts:
        element = _element(part, names)
        text, place = _value(part)
        if element and text.strip():
            source = Source(f"{path}.{place}", 0, len(text), text, observation.event.id)
            yield Reading(element, text, source, unit=_unit(part))


def _element(part: Resource, names: Mapping[str, str]) -> str:
    """The name that the code states: in its text, or in a coding's code or display."""
    code = part.get("code")
    if not isinstance(code, dict):
        return ""
    codings = [coding for coding in listed(code.get("coding")) if isinstance(coding, dict)]
    stated = [code.get("text"), *(coding.get(name) for coding in codings for name in ("code", "display"))]
    found = (names.get(plain_name(as_text(one))) for one in stated)
    return next(filter(None, found), "")


def _value(part: Resource) -> tuple[str, str]:
    """The text of value[x], and its path below `part`; ("", "") when it says nothing that we read."""
    for name in part:
        if name in _PRIMITIVES:
            return as_text(part[name]), name
    if isinstance(quantity := part.get("valueQuantity"), dict):
        bound = as_text(quantity.get("comparator"))  # "<", ">=": no number by itself
        return f"{bound} {as_text(quantity.get('value'))}".strip(), "valueQuantity.value"
    if isinstance(concept := part.get("valueCodeableConcept"), dict):
        return _concept(concept)
    return "", ""


def _unit(part: Resource) -> str:
    """Of what a quantity counts: the code comes before words, as in Coding."""
    quantity = part.get("valueQuantity")
    if not isinstance(quantity, dict):
        return ""
    return as_text(quantity.get("code")) or as_text(quantity.get("unit"))


def _concept(concept: Resource) -> tuple[str, str]:
    """A code before words: it is what a feed can translate without guessing."""
    codings = [coding if isinstance(coding, dict) else {} for coding in listed(concept.get("coding"))]
    places = [(coding.get("code"), f"coding[{n}].code") for n, coding in enumerate(codings)]
    places.append((concept.get("text"), "text"))
    places.extend((coding.get("display"), f"coding[{n}].display") for n, coding in enumerate(codings))
    found = ((as_text(value), f"valueCodeableConcept.{place}") for value, place in places)
    return next(((text, place) for text, place in found if text), ("", ""))
