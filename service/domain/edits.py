"""What CMS's files say of single codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Indicators:
    """Indicators of the Physician Fee Schedule, as they stand in the file."""

    pctc: str  # 1 = may be split into 26 and TC
    bilateral: (
        str  # 0 = never bilateral, 1 = 150 %, 2 = bilateral already, 3 = each side full, 9 = not applicable
    )


@dataclass(frozen=True, slots=True)
class CodeLimits:
    """What a site has loaded; a code that is not there is not judged."""

    most_units: Mapping[str, int] = field(default_factory=dict)  # MUE
    indicators: Mapping[str, Indicators] = field(default_factory=dict)
