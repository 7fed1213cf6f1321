"""Schema: the forms of all mapping files as JSON Schema, for editors that complete and underline."""

from typing import Any

from pydantic import BaseModel

from service.mapping.documented.vocabulary import VocabularyFile
from service.mapping.narrative.terms_file import CuesFile, RoutineFile, TermsFile
from service.mapping.site.coverage_policies import CoverageFile
from service.mapping.site.destinations import DestinationForm
from service.mapping.site.feeds import FeedFile
from service.mapping.site.filing_limits import FilingFile
from service.mapping.tables.algorithms import AlgorithmFile
from service.mapping.tables.table_file import LookupFile, TableFile

_FORMS: dict[str, type[BaseModel]] = {
    "table": TableFile,
    "lookup": LookupFile,
    "algorithm": AlgorithmFile,
    "vocabulary": VocabularyFile,
    "terms": TermsFile,
    "cues": CuesFile,
    "routine": RoutineFile,
    "feed": FeedFile,
    "coverage": CoverageFile,
    "filing": FilingFile,
    "destination": DestinationForm,
}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each kind of file."""
    return {
        name: {"$schema": "https://json-schema.org/draft/2020-12/schema", **form.model_json_schema()}
        for name, form in _FORMS.items()
    }
