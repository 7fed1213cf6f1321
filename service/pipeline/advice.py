"""Advice: what would help a message in quarantine, by its reason. docs/operations.md says more of each."""

from typing import Final

#: A part of the reason, as the code writes it -> what to do; the first that fits.
_ADVICE: Final = (
    (
        "only its beginning is kept",
        "Have it sent again: the rest of it never came, so it cannot be read again.",
    ),
    ("in one payload", "Have it sent in parts."),
    (
        "not on the list of those that may send",
        "If it may send: put it on the list (CHARGE_CAPTURE_MLLP_SENDERS), and have it sent again.",
    ),
    ("MSH-13", "It is taken when its sender sends it again in its turn: then discard this one."),
    ("MSH-11", "Old work is not charged anew: discard it."),
    ("our reader failed", "A fault of ours: report the reason. After the upgrade, read it again."),
    ("its reader stopped", "A fault of ours: report it. After the upgrade, read it again."),
    (
        "never sent from here",
        "If it answers another system's message: discard it. If ours is missing: ask billing.",
    ),
    ("taken back here", "Have billing credit that charge by hand; then discard this."),
    (
        "of another facility",
        "If it is billing's: have it sent under billing's MSH-3 and MSH-4. If not: discard it.",
    ),
)
_ENVELOPE: Final = ("MSH", "BHS", "BTS", "FHS", "FTS")
_SENDERS: Final = (
    "Its sender's fault, and it was told so: have it mended and sent again; then discard this one."
)
_READ: Final = (
    "It cannot be read as its feed says. Is the sender wrong: have it mended and sent again. "
    "Is the feed: mend its file, then read it again."
)


def advice_on(reason: str) -> str:
    """What would help a message that was set aside for this reason."""
    for part, advice in _ADVICE:
        if part in reason:
            return advice
    return _SENDERS if reason.startswith(_ENVELOPE) else _READ
