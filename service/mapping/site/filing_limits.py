"""Filing limits: until when payers take a claim, by a site's contracts. Read from mappings/filing/*.yaml."""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from service.domain.filing import FilingLimits
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.files.findings import Finding
from service.mapping.files.yaml_fault import nearest
from service.mapping.files.yaml_file import read_yaml, shown_name
from service.mapping.site.coverage_policies import PAYER, EffectiveForm
from service.mapping.tables.tail import Part

_Days = Annotated[int, Field(ge=1, le=3653)]
_FOLDER = "filing"


class FilingFile(Part):
    """The limits of one stretch of days of service."""

    format: Literal["filing/1"]
    title: str
    owner: str
    source: str
    effective: EffectiveForm
    limits: Annotated[dict[str, _Days], Field(min_length=1)]  # kind of payer -> days after the service
    otherwise: _Days | None = None  # of any other kind of payer, and where none is documented


def read_filing_limits(path: Path, vocabulary: Vocabulary) -> FilingLimits:
    """Read one file; MappingError says line and what is wrong."""
    file, lines = read_yaml(path, FilingFile)
    first_day, last_day = file.effective.days(lines)
    known = [str(value) for value in vocabulary.element(PAYER).values]
    for payer in file.limits:
        if payer not in known:
            raise lines.error(f"{payer!r} is no value of {PAYER}{nearest(payer, known)}", "limits", payer)
    return FilingLimits(
        name=path.stem,
        first_day=first_day,
        last_day=last_day,
        days=file.limits,
        otherwise=file.otherwise,
    )


def overlapping(folder: Path, found: Sequence[FilingLimits]) -> list[Finding]:
    """Two files about one day of service would be two answers."""
    return [
        Finding(
            shown_name(folder / _FOLDER / f"{other.name}.yaml"),
            1,
            "error",
            f"is about days of service that {one.name}.yaml is about, too",
        )
        for one, other in combinations(found, 2)
        if one.holds(other.first_day) or other.holds(one.first_day)
    ]


def paths_of(folder: Path) -> list[Path]:
    """The files of a folder of mappings."""
    return sorted((folder / _FOLDER).glob("*.yaml"))
