"""Destinations: how charges are addressed on their way out. Read from mappings/destinations/*.yaml."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from service.mapping.yaml_file import read_yaml


@dataclass(frozen=True, slots=True)
class DestinationFile:
    """One destination's addressing."""

    sending: tuple[str, str]  # MSH-3, MSH-4
    receiving: tuple[str, str]  # MSH-5, MSH-6
    processing_id: str  # MSH-11
    deduplicates: bool


class DestinationForm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: Literal["destination/1"]
    sending_application: str
    sending_facility: str
    receiving_application: str
    receiving_facility: str
    processing_id: Literal["P", "T", "D"]
    deduplicates_on: Literal["none", "msh10", "ft1_2"]


def load_destination(path: Path) -> DestinationFile:
    """Read one file; MappingError when it is wrong or missing."""
    file, _lines = read_yaml(path, DestinationForm)
    return DestinationFile(
        sending=(file.sending_application, file.sending_facility),
        receiving=(file.receiving_application, file.receiving_facility),
        processing_id=file.processing_id,
        deduplicates=file.deduplicates_on != "none",
    )
