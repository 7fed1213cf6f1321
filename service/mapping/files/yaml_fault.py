"""What pydantic found wrong with a mapping file, said so that its editor can mend it."""

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_core import ErrorDetails

Schema = dict[str, Any]


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known word `word` may be a slip of: "; nearest: x", or "" when none is close."""
    names = sorted(known)
    lowered = {name.lower(): name for name in names}
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.5)
    return f"; nearest: {lowered[found[0]]}" if found else ""


def say(fault: ErrorDetails, schema: Schema) -> str:
    """One sentence for one pydantic error; `schema` is the JSON schema of the file's model."""
    path, kind, value = fault["loc"], fault["type"], fault["input"]
    name = str(path[-1]) if path else "the file"
    if kind == "extra_forbidden":
        return f"unknown key {name!r}{nearest(name, _keys_at(schema, schema, path[:-1]))}"
    if kind == "missing":
        return f"{name!r} is missing"
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(fault.get("ctx", {}).get("expected", "")))
        return f"{value!r} is not one of {', '.join(choices)}{nearest(str(value), choices)}"
    if kind == "string_type" and isinstance(value, int | float) and not isinstance(value, bool):
        return f'{value} stands for text or a code: put the code in quotes: "{value}"'
    if kind == "bool_type":
        return f"{name}: write true or false, not {value!r}"
    return f"{_dotted(path)}: {fault['msg'].removeprefix('Value error, ')}"


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path) or "the file"


def _keys_at(schema: Schema, root: Schema, path: tuple[str | int, ...]) -> set[str]:
    """Return the keys that may stand at a path of the model."""
    for branch in _branches(schema, root):
        if not path:
            if "properties" in branch:
                return set(branch["properties"])
            continue
        if keys := _keys_at(_below(branch, path[0]), root, path[1:]):
            return keys
    # A part of the path may be pydantic's name for a member of a union, not a key of the file.
    return _keys_at(schema, root, path[1:]) if path else set()


def _below(branch: Schema, key: str | int) -> Schema:
    if isinstance(key, int):
        items = branch.get("items", {})
        return items if isinstance(items, dict) else {}
    found = branch.get("properties", {}).get(key) or branch.get("additionalProperties")
    return found if isinstance(found, dict) else {}


def _branches(schema: Schema, root: Schema) -> Iterator[Schema]:
    """Follow references and the members of unions."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    members = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if not members:
        yield schema
    for member in members:
        yield from _branches(member, root)
