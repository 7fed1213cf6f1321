"""What may turn a resource into its opposite, and which only those who agreed on it can read: it is refused.

FHIR forbids to process what carries a modifier extension, or implicit rules, that one does not understand.
"""

from collections.abc import Iterator

from service.domain.errors import Fault
from service.fhir.resource import Resource, listed

_MODIFIER, _RULES = "modifierExtension", "implicitRules"


def not_understood_faults(resource: Resource, at: str) -> Iterator[Fault]:
    """Where a resource, one of its elements, or one that it contains, means something else than it says."""
    if resource.get(_RULES):
        advice = "rules of its own may change what this says, and are not known here: send it without"
        yield Fault(f"{at}.{_RULES}", "200", advice)
    yield from _modified(resource, at)
    for name, value in resource.items():
        for number, part in enumerate(listed(value)):
            if isinstance(part, dict):
                where = f"{at}.{name}[{number}]" if isinstance(value, list) else f"{at}.{name}"
                check = not_understood_faults if name == "contained" else _modified
                yield from check(part, where)


def _modified(part: Resource, at: str) -> Iterator[Fault]:
    if part.get(_MODIFIER):
        advice = "this extension may change what is said, and is not known here: say it in elements of FHIR"
        yield Fault(f"{at}.{_MODIFIER}", "200", advice)
