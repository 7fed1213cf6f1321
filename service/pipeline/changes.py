"""Changes: which lines of the queue changed since somebody looked. Ids and versions, nothing else.

A row says when its transaction began, and is seen when that has committed: who asks for what came after a
moment would miss what began before it and ended later. So each look goes back a little further, and what was
told already is not told again.
"""

from dataclasses import dataclass, field
from typing import Final

from service.store import Database
from service.store.worklist import Change

#: No transaction of the queue is under way for longer.
_OVERLAP: Final = 30.0
#: Who was away for longer, or missed more, reads the list again.
_LONGEST: Final = 3_600.0
_MOST: Final = 1_000


@dataclass(slots=True)
class Watch:
    """One who is told of the changes of a facility ("*" = all)."""

    database: Database
    facility: str
    since: float | None = None  # where the last watch ended; None = from now on
    told: dict[str, Change] = field(default_factory=dict)

    def look(self) -> list[Change] | None:
        """What changed since the last look, oldest first; None when too much did."""
        with self.database.look() as store:
            now = store.now
            if self.since is None or self.since < now - _LONGEST or self.since > now + _OVERLAP:
                is_lost, self.since = self.since is not None, now
                self.told = {
                    each.id: each for each in store.worklist.changes(self.facility, now - _OVERLAP, _MOST)
                }
                return None if is_lost else []
            found = store.worklist.changes(self.facility, self.since - _OVERLAP, _MOST)
        if len(found) == _MOST:
            self.since = now
            return None
        new = [each for each in found if self.told.get(each.id) != each]
        self.told = {each.id: each for each in found}
        self.since = max([self.since, *(each.at for each in found)])
        return new
