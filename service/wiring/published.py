"""The published mappings, and whether this process runs with them: it keeps those that it began with."""

import structlog

from service.store.publications import Publication

_log = structlog.get_logger()


class Published:
    """Warns of a publication of other mappings than those that are loaded, once of each."""

    def __init__(self, loaded: str) -> None:
        self._loaded = loaded
        self._known = loaded

    def heed(self, current: Publication | None) -> None:
        """Take note of what was published last."""
        digest = current.digest if current else self._loaded
        if digest not in (self._loaded, self._known):
            loaded, said = self._loaded[:12], digest[:12]
            _log.warning("mappings are not the published ones", loaded=loaded, published=said)
        self._known = digest
