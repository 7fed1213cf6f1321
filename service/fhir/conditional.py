"""Conditions of a create or update. No versions are kept at this door, and nothing can be searched for.

`If-None-Exist` by an identifier that the resource itself brings asks for what happens anyway: a resource
without id is known by its identifier, and one that is sent again is not charged again.
"""

from typing import Any
from urllib.parse import parse_qsl

from service.domain.errors import Fault
from service.fhir.resource import Resource, as_text


def condition_fault(resource: Resource, if_none_exist: Any, if_match: Any) -> Fault | None:
    """Why a condition cannot be kept; None when there is none, or it holds by itself."""
    if if_match:
        return Fault("", "200", "ifMatch is not taken: no versions are kept here; send it without")
    if if_none_exist and resource["resourceType"] == "Procedure" and not _is_own(resource, if_none_exist):
        return Fault(
            "", "200", "ifNoneExist is taken only with an identifier of the Procedure itself, and without id"
        )
    return None


def _is_own(resource: Resource, search: Any) -> bool:
    terms = parse_qsl(search) if isinstance(search, str) else []
    identifiers = resource.get("identifier")
    first = (
        next((one for one in identifiers if isinstance(one, dict)), {})
        if isinstance(identifiers, list)
        else {}
    )
    named = f"{as_text(first.get('system'))}|{as_text(first.get('value'))}"
    return "id" not in resource and terms == [("identifier", named)]
