"""Findings: what is wrong, or doubtful, in a mapping file, and in which line."""

from dataclasses import dataclass
from typing import Literal

from service.domain.errors import MappingError
from service.mapping.files.yaml_file import Lines


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """An error keeps the service from starting; a warning does not."""

    file: str
    line: int
    severity: Literal["error", "warning"]
    message: str
    is_failed_test: bool = False  # the file is sound, and says something else than its test expects

    @property
    def is_error(self) -> bool:
        return self.severity == "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.message}"


def finding_of(error: MappingError) -> Finding:
    return Finding(error.file, error.line, "error", error.problem)


class Report:
    """Gathers the findings of one file."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.findings: list[Finding] = []

    def error(self, message: str, *keys: str | int) -> None:
        self.findings.append(Finding(self.lines.file, self.lines.at(*keys), "error", message))

    def failed_test(self, message: str, *keys: str | int) -> None:
        self.findings.append(
            Finding(self.lines.file, self.lines.at(*keys), "error", message, is_failed_test=True)
        )

    def warning(self, message: str, *keys: str | int) -> None:
        self.findings.append(Finding(self.lines.file, self.lines.at(*keys), "warning", message))
