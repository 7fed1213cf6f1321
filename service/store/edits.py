"""Edits: what the loaded CMS files say about some codes on one day."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, or_, select

from service.domain.edits import AddOnRule, FileKind, PairRule, Rules, Setting, UnitRule
from service.store.edit_tables import add_on_edit, edit_release, mue_edit, ptp_edit
from service.store.transaction import Transaction


class Edits:
    """Asking. A kind of file that a site has not loaded says nothing."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    def rules(self, codes: Collection[str], day: str, setting: Setting) -> Rules:
        """Give what is active on a day (YYYY-MM-DD) among these codes, of one patient and day."""
        names = {row.id: row for row in self._releases(day, setting)}
        if not names:
            return Rules()
        of_kind = defaultdict(list)
        for row in names.values():
            of_kind[row.kind].append(row.id)
        number = int(day.replace("-", ""))
        listed = sorted(set(codes))
        sources = {identifier: row.name for identifier, row in names.items()}
        return Rules(
            pairs=self._pairs(of_kind[FileKind.PTP], listed, number, sources),
            units=self._units(of_kind[FileKind.MUE], listed, sources),
            add_ons=self._add_ons(of_kind[FileKind.ADD_ON], listed, number, sources),
        )

    def _releases(self, day: str, setting: Setting) -> list[Row[Any]]:
        """Give the release of each kind that holds on a day: of undated rows, the newest that had begun."""
        active = (
            select(edit_release)
            .where(edit_release.c.state == "active", edit_release.c.setting.in_(("", setting.value)))
            .where(or_(edit_release.c.holds_from == "", edit_release.c.holds_from <= day))
            .order_by(edit_release.c.holds_from)
        )
        return list({row.kind: row for row in self._connection.execute(active)}.values())

    def _pairs(
        self, releases: list[int], codes: list[str], day: int, sources: dict[int, str]
    ) -> tuple[PairRule, ...]:
        if not releases:
            return ()
        table = ptp_edit.c
        query = select(ptp_edit).where(
            table.release_id.in_(releases),
            table.column_1.in_(codes),
            table.column_2.in_(codes),
            table.effective <= day,
            table.deleted >= day,  # the last active day
        )
        return tuple(
            PairRule(
                row.column_1,
                row.column_2,
                row.modifier_indicator == "1",
                row.rationale,
                sources[row.release_id],
            )
            for row in self._connection.execute(query.order_by(table.column_1, table.column_2))
        )

    def _units(self, releases: list[int], codes: list[str], sources: dict[int, str]) -> tuple[UnitRule, ...]:
        if not releases:
            return ()
        query = select(mue_edit).where(mue_edit.c.release_id.in_(releases), mue_edit.c.code.in_(codes))
        return tuple(
            UnitRule(row.code, row.most_units, row.adjudication, row.rationale, sources[row.release_id])
            for row in self._connection.execute(query.order_by(mue_edit.c.code))
        )

    def _add_ons(
        self, releases: list[int], codes: list[str], day: int, sources: dict[int, str]
    ) -> tuple[AddOnRule, ...]:
        if not releases:
            return ()
        table = add_on_edit.c
        query = select(add_on_edit).where(
            table.release_id.in_(releases),
            table.add_on.in_(codes),
            table.effective <= day,
            table.deleted >= day,
        )
        primaries: dict[tuple[str, str, int], set[str]] = defaultdict(set)
        for row in self._connection.execute(query):
            primaries[row.add_on, row.kind, row.release_id].add(row.primary_code)
        return tuple(
            AddOnRule(add_on, kind, frozenset(found), sources[release])
            for (add_on, kind, release), found in sorted(primaries.items())
        )
