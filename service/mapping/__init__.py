"""The engine behind mappings/: what is documented becomes a candidate code, or a question."""

from service.mapping.documented.document import Understood, combine, in_force
from service.mapping.documented.elements import documentation_from_json
from service.mapping.files.findings import Finding, finding_of
from service.mapping.lint.check import check
from service.mapping.load import Mappings, load
from service.mapping.senses import Senses
from service.mapping.site.auto_approvals import read_auto_approval
from service.mapping.site.destinations import DestinationFile, load_destination
from service.mapping.site.ehrs import load_ehrs
from service.mapping.site.feed_senders import (
    acknowledgement_mode,
    application_acks_to,
    refuses_out_of_sequence,
)
from service.mapping.site.feeds import choose_feed, load_feed
from service.mapping.site.identity_provider import load_identity_provider
from service.mapping.tables.evaluate import Tables, propose

__all__ = [
    "DestinationFile",
    "Finding",
    "Mappings",
    "Senses",
    "Tables",
    "Understood",
    "acknowledgement_mode",
    "application_acks_to",
    "check",
    "choose_feed",
    "combine",
    "documentation_from_json",
    "finding_of",
    "in_force",
    "load",
    "load_destination",
    "load_ehrs",
    "load_feed",
    "load_identity_provider",
    "propose",
    "read_auto_approval",
    "refuses_out_of_sequence",
]
