"""The engine behind mappings/: what is documented becomes a candidate code, or a question."""

from service.mapping.auto_approvals import read_auto_approval
from service.mapping.check import check
from service.mapping.destinations import DestinationFile, load_destination
from service.mapping.document import Understood, combine, in_force
from service.mapping.ehrs import load_ehrs
from service.mapping.elements import documentation_from_json
from service.mapping.evaluate import Tables, propose
from service.mapping.feed_senders import acknowledgement_mode, application_acks_to, refuses_out_of_sequence
from service.mapping.feeds import choose_feed, load_feed
from service.mapping.findings import Finding, finding_of
from service.mapping.identity_provider import load_identity_provider
from service.mapping.load import Mappings, load
from service.mapping.senses import Senses

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
