"""Frozen: a dataclass whose objects are not changed once they are made; the type checker sees to that."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Class]) -> type[_Class]:
    """Make a dataclass with slots, equality and a hash, for what is made by the hundred in every message.

    One that Python freezes as well (`frozen=True`) takes four times as long to make: it sets each field by a
    call.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
