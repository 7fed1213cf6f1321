"""FHIRPath, compiled once: what it finds in a resource, and where exactly that stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import fhirpathpy
from antlr4 import CommonTokenStream, InputStream, Token
from fhirpathpy.engine.nodes import ResourceNode
from fhirpathpy.models import models
from fhirpathpy.parser.generated.FHIRPathLexer import FHIRPathLexer
from fhirpathpy.parser.generated.FHIRPathParser import FHIRPathParser

from service.domain.errors import Fault, MappingError, UnreadableInput
from service.fhir.document import Document
from service.fhir.located import Located
from service.fhir.resource import as_text

#: Names that an expression may use: the resources that have to do with the focus, where they are known.
VARIABLES = (
    "patient",
    "encounter",
    "performer",
    "conditions",
    "visit_conditions",
    "reports",
    "documents",
)

_IN = "!"  # between the message and the path in it

# R5's choices beside R4's, so that occurrence[x] is found as performed[x] is.
_MODEL = {
    **models["r4"],
    "choiceTypePaths": {**models["r5"]["choiceTypePaths"], **models["r4"]["choiceTypePaths"]},
}


@dataclass(frozen=True, slots=True)
class Found:
    """A value, and the path of where it stands, spelled as the JSON spells it."""

    value: Any = field(repr=False)
    path: str
    event_id: str  # of the message in which it stands

    @property
    def text(self) -> str:
        """A primitive value as text; "" for anything else."""
        return as_text(self.value)


class FhirPath:
    """One expression of a feed, relative to a resource."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self._evaluate = _compiled(expression)

    def find(
        self, focus: Located, document: Document, variables: Mapping[str, Sequence[Located]]
    ) -> tuple[Found, ...]:
        """Everything that the expression selects, in order; UnreadableInput when the data defeat it."""
        nodes = {name: [_node(each) for each in located] for name, located in variables.items()}
        try:
            results = self._evaluate(_node(focus), nodes)
        except Exception as error:  # likewise
            # The engine's own words may quote what it stumbled over.
            fault = Fault(f"{focus.path}.{self.expression}", "102", "this FHIRPath cannot be evaluated here")
            raise UnreadableInput(fault) from error
        return tuple(self._found(result, focus, document) for result in results)

    def _found(self, result: Any, focus: Located, document: Document) -> Found:
        place = (result.propName or "") if isinstance(result, ResourceNode) else ""
        event_id, known, path = place.partition(_IN)
        if known:  # a union forgets where its items stand
            return Found(result.data, _spelled(path, document.roots[event_id]), event_id)
        # Computed, not selected: the expression itself is the way to find it again.
        value = result.data if isinstance(result, ResourceNode) else result
        return Found(value, f"{focus.path}.{self.expression}", focus.event.id)


@lru_cache(maxsize=4096)  # feeds say the same things, and to parse one takes milliseconds
def _compiled(expression: str) -> Callable[[Any, Any], list[Any]]:
    if not _is_expression(expression):
        raise MappingError(f"this is no FHIRPath: {expression}")
    try:
        # The annotation of what it takes leaves out the nodes that it takes.
        evaluate: Callable[[Any, Any], list[Any]] = fhirpathpy.compile(
            expression, _MODEL, {"returnRawData": True}
        )
        # Unknown functions and variables are found out only when they are reached.
        evaluate({"resourceType": "Procedure"}, dict.fromkeys(VARIABLES))
    except Exception as error:  # the engine raises plain Exception
        raise MappingError(f"this FHIRPath cannot be evaluated: {expression}") from error
    return evaluate


def _is_expression(text: str) -> bool:
    """Whether all of `text` is one expression: the engine itself drops what it cannot parse, in silence."""
    lexer = FHIRPathLexer(InputStream(text))
    lexer.removeErrorListeners()
    parser = FHIRPathParser(CommonTokenStream(lexer))
    parser.removeErrorListeners()
    parser.expression()
    at_end = parser.getCurrentToken().type == Token.EOF
    return bool(at_end and parser.getNumberOfSyntaxErrors() == 0)


def _node(located: Located) -> ResourceNode:
    path = f"{located.event.id}{_IN}{located.path}"
    return ResourceNode(located.resource, located.kind, propName=path)  # type: ignore[no-untyped-call]


def _spelled(path: str, root: Any) -> str:
    """Name choices as the JSON does: `Procedure.performed.start` -> `Procedure.performedPeriod.start`."""
    kind, *steps = path.split(".")
    spelled, node = [kind], root
    for step in steps:
        name, bracket, index = step.partition("[")
        name = _spelling(name, node)
        spelled.append(name + bracket + index)
        node = node.get(name) if isinstance(node, Mapping) else None
        node = node[int(index[:-1])] if index and isinstance(node, list) else node
    return ".".join(spelled)


def _spelling(element: str, node: Any) -> str:
    if not isinstance(node, Mapping) or element in node:
        return element
    choices = (key for key in node if key.startswith(element) and key[len(element)].isupper())
    return next(choices, element)
