"""A receiver's charge master: its own transaction codes (FT1-7), read from the site's CSV file."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path

from service.domain.codes import looks_like_modifier, looks_like_procedure_code
from service.domain.errors import MappingError
from service.domain.layout import ChargeMaster, ChargeMasterItem
from service.mapping.files.yaml_fault import nearest
from service.mapping.files.yaml_file import shown_name

_NEEDED = ("code", "transaction_code")
_COLUMNS = (*_NEEDED, "modifier", "from", "to", "department", "unit_amount")
_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,4})?", re.ASCII)
_MAX_BYTES = 32 << 20

_Key = tuple[str, str]


def read_charge_master(path: Path) -> ChargeMaster:
    """Read the file; MappingError names the line that is wrong, or that overlaps with another."""
    file = shown_name(path)
    found: dict[_Key, list[tuple[int, ChargeMasterItem]]] = defaultdict(list)
    for line, row in _rows(path, file):
        key, item = _item(row, file, line)
        found[key].append((line, item))
    for key, items in found.items():
        _refuse_overlap(key, items, file)
    return ChargeMaster({key: tuple(item for _line, item in items) for key, items in found.items()})


def _rows(path: Path, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(_text(path, file).splitlines())
    header = [name.strip().lower() for name in next(reader, [])]
    _check_header(header, file)
    for values in reader:
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(header):
            raise MappingError(
                f"has {len(values)} values where the header names {len(header)}", file, reader.line_num
            )
        yield reader.line_num, dict(zip(header, (value.strip() for value in values), strict=True))


def _text(path: Path, file: str) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise MappingError(f"is larger than {_MAX_BYTES} bytes", file, 1)
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise MappingError("is not UTF-8 text", file, 1) from None
    except OSError as error:
        raise MappingError(f"cannot be read: {error.strerror}", file, 1) from None


def _check_header(header: Sequence[str], file: str) -> None:
    for name in header:
        if name not in _COLUMNS:
            raise MappingError(f"unknown column {name!r}{nearest(name, _COLUMNS)}", file, 1)
        if header.count(name) > 1:
            raise MappingError(f"the column {name!r} stands twice", file, 1)
    for name in _NEEDED:
        if name not in header:
            raise MappingError(f"the column {name!r} is missing", file, 1)


def _item(row: dict[str, str], file: str, line: int) -> tuple[_Key, ChargeMasterItem]:
    code, modifier, amount = row["code"], row.get("modifier", ""), row.get("unit_amount", "")
    begins, ends = row.get("from", ""), row.get("to", "")
    if not looks_like_procedure_code(code):
        raise MappingError(f"{code!r} is not shaped like a CPT or HCPCS code (leading zeros?)", file, line)
    if modifier and not looks_like_modifier(modifier):
        raise MappingError(f"{modifier!r} is not shaped like a modifier", file, line)
    if not row["transaction_code"]:
        raise MappingError(f"{code} has no transaction_code", file, line)
    if amount and not _AMOUNT.fullmatch(amount):
        raise MappingError(f"{amount!r} is no amount: write 150.00", file, line)
    for day in filter(None, (begins, ends)):
        _check_day(day, file, line)
    if ends and ends < begins:
        raise MappingError(f"ends on {ends}, before it begins", file, line)
    price = Decimal(amount) if amount else None
    return (code, modifier), ChargeMasterItem(
        row["transaction_code"], begins, ends, row.get("department", ""), price
    )


def _check_day(day: str, file: str, line: int) -> None:
    try:
        is_day = date.fromisoformat(day).isoformat() == day
    except ValueError:
        is_day = False
    if not is_day:
        raise MappingError(f"{day!r} is no date: write YYYY-MM-DD", file, line)


def _refuse_overlap(key: _Key, items: Sequence[tuple[int, ChargeMasterItem]], file: str) -> None:
    for (line, one), (other_line, other) in combinations(items, 2):
        begins = max(one.begins, other.begins)
        if one.holds_on(begins) and other.holds_on(begins):
            name = " ".join(filter(None, key))
            raise MappingError(f"two lines hold for {name} on one day: see line {line}", file, other_line)
