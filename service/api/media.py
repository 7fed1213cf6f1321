"""Media types of answers that are more than JSON."""

from typing import Final

from starlette.responses import JSONResponse

JSON: Final = "application/json"
FHIR: Final = "application/fhir+json"


class FhirResponse(JSONResponse):
    """A resource."""

    media_type = FHIR
