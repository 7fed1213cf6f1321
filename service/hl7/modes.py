"""Original and enhanced mode: which acknowledgements MSH-15 and MSH-16 ask for (table 0155)."""

from collections.abc import Callable, Sequence

from service.domain.errors import Fault
from service.hl7.acknowledge import Form, form_of
from service.hl7.header import Header

#: Whether the sender of this MSH-3.1 and MSH-4.1 is answered in original mode, whatever MSH-15/16 ask for.
IsOriginal = Callable[[str, str], bool]
_INTERNAL = "207"  # table 0357
_SAID = frozenset({"AL", "ER", "SU"})  # always, on error, on success; NE = never


def as_asked(_application: str, _facility: str) -> bool:
    """Every sender is answered as its messages ask."""
    return False


def form_asked_for(
    header: Header, code: str, faults: Sequence[Fault], is_original: IsOriginal, *, expected: str = ""
) -> Form | None:
    """The acknowledgement that is given at once, if any is asked for; `code` is that of original mode.

    Both fields empty is original mode: AA, AE, AR. Else MSH-15 asks for an accept acknowledgement (CA, CE,
    CR), or, when it asks for none, MSH-16 for an application acknowledgement (AA, AE, AR). What is no fault
    of the message's own (207) is CE.
    """
    accept, application = _asked(header, is_original)
    if accept in {"", "NE"}:
        wanted = application or ("NE" if accept else "AL")
    else:
        wanted = accept
        code = "CE" if any(fault.code == _INTERNAL for fault in faults) else "C" + code[1:]
    if not is_wanted(wanted, failed=bool(faults)):
        return None
    return form_of(header, code, faults, expected=expected)


def later_acknowledgement(header: Header, is_original: IsOriginal) -> str:
    """MSH-16, where an application acknowledgement is asked for beside the accept acknowledgement."""
    accept, application = _asked(header, is_original)
    return application if accept in _SAID and application in _SAID else ""


def is_wanted(condition: str, *, failed: bool) -> bool:
    """Whether a condition of table 0155 asks for an acknowledgement of this outcome."""
    return not (condition == "NE" or (condition == "ER" and not failed) or (condition == "SU" and failed))


def _asked(header: Header, is_original: IsOriginal) -> tuple[str, str]:
    accept, application = header.value(15).upper(), header.value(16).upper()
    if (accept or application) and is_original(header.name(3), header.name(4)):
        return "", ""
    return accept, application
