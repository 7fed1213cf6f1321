"""Coverage policies: a site's own notes of what payers want to see. Read from mappings/coverage/*.yaml."""

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from service.domain.coverage import CoveragePolicy, Frequency
from service.mapping.documented.vocabulary import Vocabulary
from service.mapping.files.yaml_fault import nearest
from service.mapping.files.yaml_file import Lines, read_yaml
from service.mapping.tables.tail import Part

_Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z][0-9]{3}[0-9A-Z]$")]
_DIAGNOSIS = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?|[A-Z][0-9]?[0-9A-Z]?(\.[0-9A-Z]{0,3})?\*")
PAYER = "encounter.payer"


class EffectiveForm(Part):
    """Days of service for which it holds."""

    model_config = ConfigDict(populate_by_name=True)

    since: dt.date = Field(alias="from")
    until: dt.date | None = Field(None, alias="to")

    def days(self, lines: Lines) -> tuple[str, str]:
        """The first and the last day, ISO; "" = still in force. MappingError where it ends too early."""
        if self.until and self.until < self.since:
            raise lines.error("ends before it begins", "effective", "to")
        return self.since.isoformat(), self.until.isoformat() if self.until else ""


class FrequencyForm(Part):
    """How often at most."""

    most: Annotated[int, Field(ge=1, le=366)]
    days: Annotated[int, Field(ge=1, le=731)]


class CoverageFile(Part):
    """One policy."""

    format: Literal["coverage/1"]
    title: str
    owner: str
    source: str
    effective: EffectiveForm
    codes: Annotated[tuple[_Code, ...], Field(min_length=1)]
    payers: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    frequency: FrequencyForm | None = None
    documented: tuple[str, ...] = ()


def read_policy(path: Path, vocabulary: Vocabulary) -> CoveragePolicy:
    """Read one file; MappingError says line and what is wrong."""
    file, lines = read_yaml(path, CoverageFile)
    _check(file, lines, vocabulary)
    first_day, last_day = file.effective.days(lines)
    return CoveragePolicy(
        name=path.stem,
        title=file.title,
        source=file.source,
        codes=frozenset(file.codes),
        payers=frozenset(file.payers),
        first_day=first_day,
        last_day=last_day,
        diagnoses=file.diagnoses,
        frequency=Frequency(file.frequency.most, file.frequency.days) if file.frequency else None,
        documented=file.documented,
    )


def _check(file: CoverageFile, lines: Lines, vocabulary: Vocabulary) -> None:
    if not (file.diagnoses or file.frequency or file.documented):
        raise lines.error("says nothing: give diagnoses, frequency or documented", "format")
    for n, diagnosis in enumerate(file.diagnoses):
        if not _DIAGNOSIS.fullmatch(diagnosis):
            problem = f"{diagnosis!r} is no ICD-10-CM code, dotted, nor its beginning with *"
            raise lines.error(problem, "diagnoses", n)
    payers = [str(value) for value in vocabulary.element(PAYER).values]
    _refuse_unknown("documented", file.documented, vocabulary.names, lines)
    _refuse_unknown("payers", file.payers, payers, lines)


def _refuse_unknown(key: str, names: Sequence[str], known: Sequence[str], lines: Lines) -> None:
    for n, name in enumerate(names):
        if name not in known:
            raise lines.error(f"{name!r} is not in the vocabulary{nearest(name, known)}", key, n)
