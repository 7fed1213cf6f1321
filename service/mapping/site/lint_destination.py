"""What in a destination file cannot stand beside something else in it: receivers would read it wrong."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.domain.answers import SILENCES, Behaviour, Outcome
from service.domain.codes import looks_like_procedure_code

Fault = tuple[str, tuple[str | int, ...]]

#: The first version whose structure our second parser knows, and therefore validates.
_FIRST = {"DFT^P11": "2.4", "BAR^P05": "2.4", "BAR^P12": "2.5.1"}
_NOTE_AFTER_FT1 = ("2.5.1", "2.7")
_REFUSALS = frozenset({Outcome.REFUSED, Outcome.RETRY, Outcome.UNKNOWN})
_SILENT = frozenset({Outcome.UNKNOWN, Outcome.RETRY})
_ALLOWED = {
    Behaviour.AA: frozenset({Outcome.POSTED, Outcome.UNKNOWN}),
    Behaviour.CA: frozenset({Outcome.POSTED, Outcome.AWAIT, Outcome.UNKNOWN}),
    Behaviour.AE: _REFUSALS,
    Behaviour.AR: _REFUSALS,
    Behaviour.CE: _REFUSALS,
    Behaviour.CR: _REFUSALS,
    Behaviour.NOT_NOW: _REFUSALS,
    **dict.fromkeys(SILENCES, _SILENT),
}


def lint_destination(file: Mapping[str, Any]) -> Iterator[Fault]:
    """Each fault, and the key that it stands under."""
    yield from _message(file)
    yield from _credits(file)
    yield from _places(file)
    yield from _codes(file)
    yield from _vendor(file)
    yield from _answers(file)


def _message(file: Mapping[str, Any]) -> Iterator[Fault]:
    first = _FIRST.get(file["message"], "2.3")
    if file["version"] < first:
        yield f"{file['message']} is sent from version {first} on", ("version",)
    if "PR1" in file["segments"] and file["version"] < "2.4":
        yield "before 2.4 PR1 needs a kind of procedure (PR1-6), which nobody documents", ("segments",)
    if file["message"] == "BAR^P12" and "IN1" in file["segments"]:
        yield "BAR^P12 has no place for IN1", ("segments",)
    if file["modifiers_in"] == "nowhere" and file["message"].startswith("BAR"):
        yield "in a BAR modifiers stand in PR1-16: leave this out", ("modifiers_in",)


def _credits(file: Mapping[str, Any]) -> Iterator[Fault]:
    where, version = file["reverses_in"], file["version"]
    if where == "NTE-3" and (file["message"] != "DFT^P03" or version not in _NOTE_AFTER_FT1):
        yield "a note after FT1 is of DFT^P03 from 2.5 on", ("reverses_in",)
    if where == "FT1-8" and version == "2.7":
        yield "FT1-8 is withdrawn in 2.7", ("reverses_in",)
    if where == "FT1-2" and file["deduplicates_on"] == "ft1_2":
        yield "a receiver that drops a repeated FT1-2 would drop the credit, too", ("reverses_in",)
    if where and file["message"].startswith("BAR"):
        yield "in a BAR a credit is PR1-20 = D: leave this out", ("reverses_in",)
    if file["message"] == "BAR^P05" and version == "2.4" and file["deduplicates_on"] == "ft1_2":
        yield "a BAR of 2.4 carries no key of ours to recognise repeats by", ("deduplicates_on",)
    if file["letters"]["charge"] == file["letters"]["credit"]:
        yield "a charge and a credit have the same letter: billing could not tell them apart", ("letters",)


def _places(file: Mapping[str, Any]) -> Iterator[Fault]:
    visit, account = file["visit_number_in"], file["account_number_in"]
    if both := sorted({*visit} & {*account}):
        yield f"{both[0]} would hold the visit number and the account number", ("account_number_in",)
    if not visit and not account:
        yield "nothing would tell the receiver which visit a charge is of", ("visit_number_in",)


def _codes(file: Mapping[str, Any]) -> Iterator[Fault]:
    if (file["transaction_code"] == "charge_master") != (file["charge_master"] is not None):
        yield "transaction_code: charge_master and charge_master: FILE belong together", ("charge_master",)
    if file["charge_master"] and ("/" in file["charge_master"] or "\\" in file["charge_master"]):
        yield "the charge master stands beside this file: give its name alone", ("charge_master",)
    for number, code in enumerate((file["components"] or {}).get("codes", ())):
        if not looks_like_procedure_code(code):
            yield f"{code!r} is not shaped like a CPT or HCPCS code", ("components", "codes", number)
    if file["components"] and not file["components"]["send"]:
        yield "neither component would be sent", ("components", "send")


def _vendor(file: Mapping[str, Any]) -> Iterator[Fault]:
    fhir, site = file["fhir"], file["fhir"]["millennium"]
    if (fhir["operations"] == "millennium") != (site is not None):
        yield "operations: millennium and what its site calls things belong together", ("fhir", "millennium")
    if site is None:
        if file["deduplicates_on"] == "transaction_id":
            yield "nothing but operations: millennium has a transactionId", ("deduplicates_on",)
        return
    if fhir["version"] != "R4":
        yield "this vendor's operations are of R4", ("fhir", "version")
    if site["corrections"] == "modify" and not site["key_attribute"]:
        yield "the item to modify is found by our key: say which attribute keeps it", ("fhir", "millennium")


def _answers(file: Mapping[str, Any]) -> Iterator[Fault]:
    asks = (file["acknowledgements"] or {}).get("application") in ("AL", "SU")
    for behaviour, outcome in file["answers"].items():
        place = ("answers", str(behaviour))
        allowed = _ALLOWED[behaviour]
        if outcome not in allowed:
            names = ", ".join(sorted(allowed))
            yield f"{behaviour} cannot mean {outcome}, but {names}", place
        elif outcome is Outcome.RETRY and behaviour in SILENCES and file["deduplicates_on"] == "none":
            yield "sent again, the charge could be booked twice: say first what it deduplicates_on", place
        elif outcome is Outcome.AWAIT and not asks:
            yield "no application acknowledgement is asked for: see acknowledgements", place
