"""What pydantic found wrong with a mapping file, said so that its editor can mend it."""

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic_core import ErrorDetails

Schema = dict[str, Any]

#: How text of a pattern is written.
_WRITTEN = {
    "^[A-Z0-9]{2}$": "a modifier is two capital letters or digits, in quotes",
    "^[a-z][a-z0-9_]*$": "a name has small letters, digits and _",
}
#: What is mostly meant by what the reader of YAML says.
_HINTS = {
    "mapping values are not allowed in this context": "text with a colon goes into quotes",
    "did not find expected key": "this line, or one above, is indented otherwise than its neighbours, "
    "or has a quote or bracket too many",
    "did not find expected ',' or ']'": "a bracket [ is not closed, or a comma is missing",
    "did not find expected ',' or '}'": "a brace { is not closed, or a comma is missing",
    "found a tab character that violates indentation": "indent by spaces",
}


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
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(fault.get("ctx", {}).get("expected", "")))
        return f"{value!r} is not one of {', '.join(choices)}{nearest(str(value), choices)}"
    if kind == "string_type" and isinstance(value, int | float) and not isinstance(value, bool):
        return f'{value} stands for text or a code: put the code in quotes: "{value}"'
    if kind == "bool_type":
        return f"{name}: write true or false, not {value!r}"
    return f"{_dotted(path)}: {_shape(fault, schema) or fault['msg'].removeprefix('Value error, ')}"


def say_yaml(problem: str) -> str:
    """One sentence for what the reader of YAML stumbles over."""
    hint = next((hint for said, hint in _HINTS.items() if problem.startswith(said)), "")
    return f"is not YAML: {problem}" + (f"; {hint}" if hint else "")


def _shape(fault: ErrorDetails, schema: Schema) -> str:
    """Say how it is written, where the form is wrong; "" where another sentence is better."""
    if fault["type"] in ("model_type", "dict_type"):
        keys = ", ".join(sorted(_keys_at(schema, schema, fault["loc"])))
        return "write {key: value}" + (f"; the keys are {keys}" if keys else "")
    if fault["type"] == "tuple_type":
        return f"write a list: [{fault['input']}]"
    if fault["type"] == "string_pattern_mismatch":
        return _WRITTEN.get(fault.get("ctx", {}).get("pattern", ""), "")
    return ""


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
