"""Procedure codes that the sender itself states: FT1-25, PR1-3."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.domain.codes import MOST_STATED_CODES, PROCEDURE_CODE_SYSTEMS, looks_like_procedure_code
from service.domain.documentation import Source, StatedCode
from service.domain.errors import Fault, UnsupportedInput
from service.domain.feed import Feed
from service.hl7.identity import Conditions, conditions
from service.hl7.message import Segment
from service.hl7.path import Found, HL7Path, path_of
from service.hl7.scopes import Scope

_CODINGS = (1, 4)  # CE, CWE: where a code stands; its system two components further


@dataclass(frozen=True, slots=True)
class StatedPaths:
    """Where a feed's messages state codes, modifiers and units."""

    codes: tuple[HL7Path, ...]
    modifiers: tuple[HL7Path, ...]
    units: tuple[HL7Path, ...]
    own: tuple[HL7Path, ...]
    sure: Conditions

    @classmethod
    def of(cls, feed: Feed) -> "StatedPaths":
        return cls(
            tuple(path_of(feed, path) for path in feed.stated_code),
            tuple(path_of(feed, path) for path in feed.stated_modifiers),
            tuple(path_of(feed, path) for path in feed.stated_units),
            tuple(path_of(feed, path) for path in feed.stated_own),
            conditions(feed, feed.stated_sure),
        )

    def read(self, scope: Scope, event_id: str) -> tuple[StatedCode, ...]:
        """The stated codes of one procedure, each once, in the order of the paths; or the sender's own."""
        said: dict[str, tuple[HL7Path, Found]] = {}  # by code, where it stands first
        rivals: defaultdict[Segment, dict[str, str]] = defaultdict(dict)  # of a segment: code -> where
        for path in self.codes:
            for found in scope.read(path):
                for code in _codes(path, found):
                    said.setdefault(code, (path, found))
                    rivals[found.segment][code] = found.path
        if len(said) > MOST_STATED_CODES:
            *_, (_, last) = said.values()
            problem = f"more than {MOST_STATED_CODES} procedure codes of one procedure"
            raise UnsupportedInput(Fault(last.segment.name, "104", problem))
        stated = (
            self._stated(scope, path, found, code, event_id, rivals[found.segment])
            for code, (path, found) in said.items()
        )
        return tuple(stated) or tuple(self._own(scope, event_id))

    def _own(self, scope: Scope, event_id: str) -> Iterator[StatedCode]:
        for found in scope.first(self.own):
            text = found.text.strip()
            source = Source(found.path, 0, len(text), text, event_id)
            yield StatedCode("", (), "", source, self._doubt(found))

    def _doubt(self, found: Found) -> str:
        """Why the segment may not mean a charge."""
        for path, values in self.sure:
            for said in path.read([found.segment]):
                if said.text.strip().lower() not in values:
                    return f"{path.text} is {said.text.strip()}"
        return ""

    def _stated(
        self,
        scope: Scope,
        path: HL7Path,
        found: Found,
        code: str,
        event_id: str,
        rivals: Mapping[str, str],
    ) -> StatedCode:
        modifiers = _beside(scope, self.modifiers, path, found)
        units = _beside(scope, self.units, path, found)
        return StatedCode(
            code=code,
            modifiers=tuple(modifier.text.strip().upper() for modifier in modifiers),
            units=units[0].text.strip() if units else "",
            source=Source(found.path, 0, len(code), code, event_id),
            doubt=self._doubt(found) or _rivalry(rivals),
        )


def _rivalry(rivals: Mapping[str, str]) -> str:
    """One segment states one code: where two fields of it differ, nobody can say which is meant."""
    return " and ".join(f"{where} says {code}" for code, where in rivals.items()) if len(rivals) > 1 else ""


def _codes(path: HL7Path, found: Found) -> Iterator[str]:
    """The first coding of the field that is CPT or HCPCS, by its system or, without a system, its shape."""
    if path.component:
        codings = [(found.text, "")]
    else:
        value = found.segment.component
        codings = [(value(path.field, at), value(path.field, at + 2)) for at in _CODINGS]
    for text, named in codings:
        code, system = text.strip().upper(), named.strip().lower()
        if code and (system in PROCEDURE_CODE_SYSTEMS or (not system and looks_like_procedure_code(code))):
            yield code
            return


def _beside(scope: Scope, paths: Sequence[HL7Path], code_path: HL7Path, code: Found) -> list[Found]:
    """Modifiers or units of a code: out of its own segment, where the feed knows a place for them there."""
    same = [path for path in paths if path.segment == code_path.segment]
    if same:
        return next((found for path in same if (found := path.read([code.segment]))), [])
    return scope.first(paths)
