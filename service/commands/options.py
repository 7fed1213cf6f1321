"""Options that many commands have."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option(help="Folder of the database and the key [default: data]")]
Stored = Annotated[bool, typer.Option("--stored", help="Also every procedure in the database (audited)")]
