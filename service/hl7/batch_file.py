"""A batch file: FHS BHS {message} BTS FTS."""

from collections.abc import Sequence
from datetime import datetime

from service.domain.layout import Layout
from service.hl7.er7 import Field, one, render, time_of


def build_batch(messages: Sequence[bytes], layout: Layout, *, name: str, now: datetime) -> bytes:
    """One file with one batch of messages, as they are; `name` says which (FHS-9, FHS-11, BHS-11)."""
    head = _head(layout, now)
    opening = [render("FHS", head | {9: one(name), 11: one(name)}), render("BHS", head | {11: one(name)})]
    closing = [render("BTS", {1: one(str(len(messages)))}), render("FTS", {1: one("1")})]
    lines = "".join(f"{line}\r" for line in opening).encode()
    return lines + b"".join(messages) + "".join(f"{line}\r" for line in closing).encode()


def _head(layout: Layout, now: datetime) -> dict[int, Field]:
    return {
        3: one(layout.sending[0]),
        4: one(layout.sending[1]),
        5: one(layout.receiving[0]),
        6: one(layout.receiving[1]),
        7: one(time_of(now)),
    }
