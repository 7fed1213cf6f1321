"""CMS's files in the database: loaded whole or not at all, and asked by day and setting."""

import pytest
from sqlalchemy import func, select

from service.domain.edits import FileKind, Setting
from service.domain.errors import WrongState
from service.edits.layout import OPEN_END
from service.store import edit_releases
from service.store.edit_releases import Release, Releases, load_release
from service.store.edit_tables import edit_release, mue_edit, ptp_edit

PRACTITIONER, OUTPATIENT = Setting.PRACTITIONER, Setting.OUTPATIENT


def release(kind=FileKind.PTP, digest="d1", setting=PRACTITIONER, holds_from="", name="f1"):
    return Release(kind, setting, holds_from, name, digest)


def pair(column_1, column_2, first=20240101, last=OPEN_END, indicator="1"):
    return (column_1, column_2, first, last, indicator, "Misuse")


def pairs(database, day, setting=PRACTITIONER, codes=("X0001", "X0002")):
    with database.look() as store:
        rules = store.edits.rules(codes, day, setting)
    return [(rule.column_1, rule.column_2, rule.modifier_allowed) for rule in rules.pairs]


def rows_of(database, table):
    with database.connection() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_pair_is_active_from_its_first_to_its_last_day(database):
    records = [pair("X0001", "X0002", 20240101, 20240331), pair("X0001", "X0002", 20250101, indicator="0")]
    assert load_release(database, release(), records, by="test") == 2
    known = [("X0001", "X0002", True)]
    assert pairs(database, "2023-12-31") == []
    assert pairs(database, "2024-01-01") == known
    assert pairs(database, "2024-03-31") == known  # the deletion date is the last active day
    assert pairs(database, "2024-04-01") == []
    assert pairs(database, "2026-01-01") == [("X0001", "X0002", False)]


def test_settings_have_their_own_and_other_codes_are_not_told(database):
    load_release(database, release(), [pair("X0001", "X0002")], by="test")
    load_release(database, release(setting=OUTPATIENT), [pair("X0002", "X0001")], by="test")
    assert pairs(database, "2026-01-01") == [("X0001", "X0002", True)]
    assert pairs(database, "2026-01-01", OUTPATIENT) == [("X0002", "X0001", True)]
    assert pairs(database, "2026-01-01", codes=("X0001", "X0003")) == []


def test_the_same_files_are_loaded_once_and_others_take_their_place(database, monkeypatch):
    monkeypatch.setattr(edit_releases, "_PIECE", 2)  # so that taking away goes in pieces
    many = [pair(f"X{n:04}", "X9999") for n in range(7)]
    load_release(database, release(), many, by="test")
    assert load_release(database, release(), many, by="test") is None
    load_release(database, release(digest="d2"), [pair("X0001", "X0002")], by="test")
    assert pairs(database, "2026-01-01") == [("X0001", "X0002", True)]
    assert rows_of(database, ptp_edit) == rows_of(database, edit_release) == 1


def test_a_load_that_breaks_off_changes_nothing_and_leaves_nothing_for_long(database, monkeypatch):
    monkeypatch.setattr(edit_releases, "_PIECE", 1)
    load_release(database, release(), [pair("X0001", "X0002")], by="test")

    def broken():
        yield pair("X0001", "X0003")
        yield pair("X0001", "X0004")
        raise OSError("cut")

    with pytest.raises(OSError, match="cut"):
        load_release(database, release(digest="d2"), broken(), by="test")
    codes = ("X0001", "X0002", "X0003", "X0004")
    assert pairs(database, "2026-01-01", codes=codes) == [("X0001", "X0002", True)]
    load_release(database, release(digest="d3"), [pair("X0001", "X0004")], by="test")
    assert pairs(database, "2026-01-01", codes=codes) == [("X0001", "X0004", True)]
    assert rows_of(database, ptp_edit) == 1


def test_of_two_loads_at_once_the_one_that_was_cleared_away_does_not_count(database, monkeypatch):
    monkeypatch.setattr(edit_releases, "_PIECE", 1)

    def overtaken():
        yield pair("X0001", "X0002")
        load_release(database, release(digest="d2"), [pair("X0001", "X0003")], by="test")
        yield pair("X0001", "X0004")

    with pytest.raises(WrongState, match="load again"):
        load_release(database, release(), overtaken(), by="test")
    assert pairs(database, "2026-01-01", codes=("X0001", "X0003")) == [("X0001", "X0003", True)]


def test_units_are_those_of_the_newest_file_that_had_begun(database):
    for day, most in (("2026-01-01", 1), ("2026-07-01", 2)):
        files = release(FileKind.MUE, digest=day, holds_from=day, name=day)
        load_release(database, files, [("X0001", most, "2", "Policy")], by="test")
    with database.look() as store:
        asked = ("2025-12-31", "2026-06-30", "2026-07-01")
        found = [store.edits.rules(["X0001"], day, PRACTITIONER).units for day in asked]
    assert [[rule.most_units for rule in rules] for rules in found] == [[], [1], [2]]
    assert rows_of(database, mue_edit) == 2


def test_add_ons_name_all_their_primaries(database):
    records = [
        ("X0009", "1", "X0001", 20240101, OPEN_END),
        ("X0009", "1", "X0002", 20240101, 20241231),
        ("X0009", "3", "X0003", 20240101, OPEN_END),
    ]
    load_release(database, release(FileKind.ADD_ON, setting=""), records, by="test")
    with database.look() as store:
        rules = store.edits.rules(["X0009", "X0001"], "2026-01-01", OUTPATIENT).add_ons
    assert [(rule.kind, rule.primaries) for rule in rules] == [("1", {"X0001"}), ("3", {"X0003"})]


def test_a_load_is_on_the_record(database):
    load_release(database, release(), [pair("X0001", "X0002")], by="anna")
    with database.look() as store:
        (loaded,) = Releases(store.transaction).all()
        last = store.trail.page("*", limit=1)[0]
    assert (loaded.release.name, loaded.rows, loaded.loaded_by) == ("f1", 1, "anna")
    assert (last["action"], last["actor"], last["count"]) == ("edits.load", "anna", 1)
