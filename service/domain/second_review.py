"""Second review: which approvals a second person must confirm."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecondReview:
    """The rule of a site; by default none is asked for."""

    share: float = 0.0  # of all lines, drawn by lot
    codes: frozenset[str] = frozenset()  # always

    def wants(self, code: str, lot: float) -> bool:
        """Whether an approval of this code needs a second one; `lot` is from 0 up to, and without, 1."""
        return code in self.codes or lot < self.share
