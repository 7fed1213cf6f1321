"""Settings as they were given: by environment, and by command line before it."""

import difflib
import os
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from service.domain.errors import SetupError
from service.settings import ENVIRONMENT, Settings

_NAMED = re.compile(r'field "(\w+)"')


def read_settings(**given: Any) -> Settings:
    """Settings from the environment, with what was given on the command line before them."""
    _refuse_unknown_settings()
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        what = first["msg"].removeprefix("Value error, ")
        raise SetupError(f"{_shown(first['loc'], given)}{what}") from None
    except SettingsError as error:
        named = _NAMED.search(str(error))
        raise SetupError(f"{ENVIRONMENT}{named[1].upper() if named else ''}: this is not JSON") from None


def _shown(location: tuple[int | str, ...], given: Mapping[str, Any]) -> str:
    """A setting's name, as whoever set it knows it."""
    if not location:
        return ""
    name = str(location[0])
    return f"--{name}: " if given.get(name) is not None else f"{ENVIRONMENT}{name.upper()}: "


def _refuse_unknown_settings() -> None:
    """A setting that is misspelt would be left at its default in silence."""
    known = {f"{ENVIRONMENT}{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(ENVIRONMENT) and name not in known)
    if unknown:
        near = difflib.get_close_matches(unknown[0], known, n=1)
        raise SetupError(f"there is no setting {unknown[0]}" + (f"; nearest: {near[0]}" if near else ""))
