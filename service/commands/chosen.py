"""Commands that are imported once they are chosen: to import all of them takes seconds, most need little."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command, or a group of them, is, and what the list of commands says of it."""

    path: str  # module and name, among service.commands
    summary: str  # the first paragraph of its help


def group_of(places: Mapping[str, Place], help_: str) -> typer.Typer:
    """The group of these commands."""

    class Group(_Group):
        known = places

    group = typer.Typer(
        cls=Group, help=help_, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    group.callback()(_nothing)
    for name, place in places.items():
        group.command(name, help=place.summary)(_nothing)
    return group


def command_at(name: str, place: Place) -> Any:
    """The command itself, imported."""
    module, _, attribute = place.path.partition(".")
    found = getattr(import_module(f"service.commands.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return get_group(found)  # however few it holds
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return get_command(alone)


class _Group(TyperGroup):
    """Its commands are their summaries, until one is chosen."""

    known: ClassVar[Mapping[str, Place]]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name = args[0]
        if name in self.known:
            self.add_command(command_at(name, self.known[name]), name)
        return super().resolve_command(ctx, args)


def _nothing() -> None:
    pass
