"""The mappings as the site has set them: its answers to their switches, its zone for feeds without one."""

from pathlib import Path

from service.mapping import Mappings, load
from service.settings import Settings


def mappings_of(settings: Settings, folder: Path | None = None, *, failing: bool = False) -> Mappings:
    """Load the site's mappings, or those of another folder; `failing` as in `load`."""
    loaded = load(folder or settings.mappings, settings.site, failing=failing)
    return loaded.in_zone(settings.zone_of_times)
