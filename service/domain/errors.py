"""What can go wrong, sorted by what the next step is.

ChargeCaptureError
├── InputError              the sender mends it; never retried
│   ├── UnreadableInput       it does not say what it should
│   └── UnsupportedInput      it is well formed, and nothing we take
├── MappingError            an analyst mends a file; the service does not start
├── SetupError              the operator mends a setting
├── RequestError            the caller of the API mends the request
│   ├── NotFound              nothing of that id within the caller's reach
│   ├── NotAllowed            the caller's roles do not cover it
│   ├── StaleVersion          somebody changed it first: read it again
│   ├── KeyReused             an Idempotency-Key that was another request's
│   ├── WrongState            it is past the point where this can be done
│   ├── EditsUnseen           an edit bites that the caller was not shown
│   ├── IncompleteCharge      something that billing must have is not documented
│   ├── UnusableCharge        a code, modifier, date or quantity is none
│   └── UnusablePassword      a new password that is too easily guessed
├── SignInError             nobody is signed in by this
│   ├── WrongSecret           name and password, or the token, are not right
│   ├── TooManyAttempts       so many were wrong lately that one has to wait
│   └── NotVouchedFor         what the identity provider said lets nobody in
├── PostingError            billing does not hold the charge, or may not
│   ├── PostingRefused        permanent: billing said no; a person looks
│   ├── PostingUnavailable    transient: billing never had it; tried again
│   │   └── PostingPutOff       billing itself said "not now"; tried again, but not for ever
│   └── PostingUncertain      it may have arrived; a person decides
│       └── PostingRepeatable   it may have arrived, and a repeat would be recognised
├── FetchError              an EHR's FHIR server did not give what was asked for
│   ├── FetchRefused          it will not, as asked; an operator looks
│   └── FetchUnavailable      not now; tried again
├── LeaseLost               another worker took over: what this one found out no longer counts
└── TryAgainLater           the store cannot take it now; nothing was kept
    └── Collision             two did the same thing at once: do it again

No message of any of these carries patient data: they are logged, and shown to senders.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.answers import Behaviour


class ChargeCaptureError(Exception):
    """Something went wrong in charge capture."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or "")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where, what, and what to do about it."""

    location: str  # HL7: "PID-3.1" or "OBX[2]-5"; FHIR: "Procedure.status"; else a JSON pointer
    code: str  # HL7 table 0357, as "101"; FHIR callers map it to an issue type
    message: str  # no patient data
    severity: str = "error"  # error | warning | information

    def __str__(self) -> str:
        return f"{self.location}: {self.message}" if self.location else self.message


class InputError(ChargeCaptureError):
    """What was sent cannot be used as it is."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(map(str, faults)) or type(self).__doc__)
        self.faults = faults


class UnreadableInput(InputError):
    """What was sent does not say what it should."""


class UnsupportedInput(InputError):
    """What was sent is well formed, and nothing this service takes."""


class MappingError(ChargeCaptureError):
    """A mapping file is wrong."""

    def __init__(
        self, message: str, file: str = "", line: int = 0, others: Sequence["MappingError"] = ()
    ) -> None:
        more = f" (and {len(others)} more)" if others else ""
        super().__init__(f"{file}:{line}: {message}{more}" if file else message)
        self.file, self.line, self.problem = file, line, message
        self.others = others  # found beside it


class SetupError(ChargeCaptureError):
    """A setting is wrong or missing."""


class RequestError(ChargeCaptureError):
    """The request cannot be carried out as it is."""


class NotFound(RequestError):
    """There is nothing of that id."""


class NotAllowed(RequestError):
    """Your roles do not allow this."""


class StaleVersion(RequestError):
    """Somebody changed it since you read it: read it again."""


class KeyReused(RequestError):
    """This Idempotency-Key was given to another request: make a new one for each."""


class WrongState(RequestError):
    """It is past the point where this can be done."""


class EditsUnseen(RequestError):
    """An edit bites this line that you have not seen: read the line again."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(f"read the line again, an edit bites that you have not seen: {'; '.join(reasons)}")


class DuplicateUnseen(RequestError):
    """Another procedure has charged this service already, and you have not seen it: read the line again."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"read the line again: {code} was charged already for this patient and day, or for this order"
        )


class IncompleteCharge(RequestError):
    """Something that billing must have is not documented."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"not documented, and billing needs it: {', '.join(missing)}")
        self.missing = missing


class UnusableCharge(RequestError):
    """A code, a modifier, a diagnosis, a date or a quantity is none: change it first."""


class UnusablePassword(RequestError):
    """This password is too easily guessed: choose a longer one."""


class SignInError(ChargeCaptureError):
    """Nobody is signed in by this."""


class WrongSecret(SignInError):
    """Name and password, or the token, are not right, or no longer."""


class TooManyAttempts(SignInError):
    """Too many attempts failed: wait, then try again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many attempts failed: try again in {math.ceil(seconds)} s")
        self.seconds = seconds


class NotVouchedFor(SignInError):
    """The identity provider's answer lets nobody in."""

    def __init__(self, reason: str, why: str) -> None:
        """`reason`: a Reason of service.domain.signing_in, which the page has words for; `why` is logged."""
        super().__init__(f"{reason}: {why}")
        self.reason, self.why = reason, why


class LeaseLost(ChargeCaptureError):
    """Another worker took over."""


class PostingError(ChargeCaptureError):
    """The charge is not known to be in billing."""

    of_this_charge = False  # billing answers: others may be taken


class PostingRefused(PostingError):
    """Billing refused the charge."""

    def __init__(self, message: str | None = None, answer: bytes = b"") -> None:
        super().__init__(message)
        self.answer = answer


class PostingUnavailable(PostingError):
    """Billing could not be reached, and has nothing of the charge."""

    def __init__(
        self, message: str | None = None, retry_after: float = 0.0, *, of_this_charge: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # seconds that billing asks to be left alone
        self.of_this_charge = of_this_charge


class PostingPutOff(PostingUnavailable):
    """Billing cannot take the charge now, and said so."""


class PostingUncertain(PostingError):
    """Billing may hold the charge: it did not say."""

    def __init__(
        self,
        message: str | None = None,
        behaviour: Behaviour = Behaviour.NO_ANSWER,
        answer: bytes = b"",
        *,
        of_this_charge: bool = False,
    ) -> None:
        super().__init__(message)
        self.of_this_charge = of_this_charge
        self.behaviour = behaviour  # how billing behaved instead
        self.answer = answer  # what it said, whatever that means


class PostingRepeatable(PostingUncertain):
    """Billing may hold the charge, and would recognise the same charge sent again."""


class FetchError(ChargeCaptureError):
    """An EHR's FHIR server did not give what it was asked for."""


class FetchRefused(FetchError):
    """The EHR's FHIR server refuses what it is asked."""


class FetchUnavailable(FetchError):
    """The EHR's FHIR server cannot answer now."""

    def __init__(self, message: str | None = None, delay: float = 0.0) -> None:
        """`delay`: seconds that the server asks us to wait; 0 = it does not say."""
        super().__init__(message)
        self.delay = delay


class TryAgainLater(ChargeCaptureError):
    """The message could not be stored now: send it again later."""


class Collision(TryAgainLater):
    """Somebody did the same thing at the same time: do it again."""
