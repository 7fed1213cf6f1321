"""The file that says what may be approved without a person."""

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from service.domain.auto_approval import AutoApproval
from service.mapping.files.yaml_file import read_yaml
from service.mapping.tables.tail import Part


class RowForm(Part):
    """One row of a table, counted from 1 as `because` shows it."""

    table: str
    row: Annotated[int, Field(ge=1)]


class LeastForm(Part):
    """What people must have shown. The bounds keep a slip from switching people off."""

    decisions: Annotated[int, Field(ge=50)]
    share: Annotated[float, Field(ge=0.95, le=1.0)]
    days: Annotated[int, Field(ge=1, le=731)]


class AutoApprovalFile(Part):
    """One rule."""

    format: Literal["auto-approval/1"]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    owner: str
    rows: Annotated[tuple[RowForm, ...], Field(min_length=1)]
    least: LeastForm
    sample: Annotated[float, Field(ge=0.01, le=1.0)]
    after_hours: Annotated[float, Field(ge=0, le=720)] = 24.0


def read_auto_approval(path: Path) -> AutoApproval:
    """Read the file; MappingError says line and what is wrong."""
    file, _lines = read_yaml(path, AutoApprovalFile)
    return AutoApproval(
        name=file.name,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        rows=tuple((each.table, each.row) for each in file.rows),
        decisions=file.least.decisions,
        share=file.least.share,
        days=file.least.days,
        sample=file.sample,
        after_hours=file.after_hours,
    )
