"""Spinal levels: every single vertebra and every pair of neighbours, and the ways people write them."""

import itertools
import re

_VERTEBRAE = tuple(
    f"{part}{number}"
    for part, count in (("C", 7), ("T", 12), ("L", 5), ("S", 5))
    for number in range(1, count + 1)
)
_PAIRS = tuple(f"{upper}-{lower}" for upper, lower in itertools.pairwise(_VERTEBRAE))

#: From head to tail: C1-C2 ... S4-S5, the two sacral openings, C1 ... S5.
SPINAL_LEVELS = (*_PAIRS, "sacral_hiatus", "S1_foramen", *_VERTEBRAE)

#: By the letter of a vertebra; `sacral_hiatus` begins with one, too.
_REGIONS = {"C": "cervical_thoracic", "T": "cervical_thoracic", "L": "lumbar_sacral", "S": "lumbar_sacral"}
_BETWEEN = "(?:-|/|\u2013|\u2014|TO\\b)"  # hyphen, slash, dashes, the word
_LEVEL = re.compile(rf"(TH|[CTLS])\s*([0-9]{{1,2}})(?:\s*{_BETWEEN}?\s*(TH|[CTLS])?\s*([0-9]{{1,2}}))?")
_OPENINGS = {
    "SACRAL HIATUS": "sacral_hiatus",
    "HIATUS SACRALIS": "sacral_hiatus",
    "S1 FORAMEN": "S1_foramen",
    "FIRST SACRAL FORAMEN": "S1_foramen",
}

_VERTEBRA = r"(?:th|[ctls])\d{1,2}"
#: In a narrative, in lower case: "(between) l4 and l5", "l4-5", "l4/l5", "l4 l5", "l4,5", "l 4-5", "th6".
LEVEL_PATTERN = (
    rf"(?:(?:(?<=between\ )|(?<=between\ the\ )){_VERTEBRA}\ and\ {_VERTEBRA}"
    rf"|{_VERTEBRA}(?:\ ?[-/]\ ?(?:th|[ctls])?\d{{1,2}}|\ {_VERTEBRA}|,\d{{1,2}}(?!,?\d))?"
    r"|(?<!\d\ )[ctl]\ \d{1,2}[-/]\d{1,2})(?![a-z0-9])"
)


def spinal_level(text: str) -> str:
    """Read "L2-3", "l2/l3", "L2 L3" as "L2-L3"; ValueError when it is no level, or two apart."""
    plain = " ".join(text.upper().replace("_", " ").split())
    level = _OPENINGS.get(plain) or _pair(plain)
    if level not in SPINAL_LEVELS:
        raise ValueError(text)
    return level


def _pair(plain: str) -> str:
    found = _LEVEL.fullmatch(plain)
    if found is None:
        return ""
    part, upper, lower_part, lower = found.groups()
    first = f"{part[0]}{int(upper)}"
    return first if lower is None else f"{first}-{(lower_part or part)[0]}{int(lower)}"


def regions_of(level: str) -> set[str]:
    """Return the parts of the spine by which people call a level: T12-L1 lies in both."""
    return {_REGIONS[part] for part in (level[0].upper(), level.rpartition("-")[2][0].upper())}
