"""Which way approved charges leave, as settings and the destination's file say."""

import pytest

from service.domain.errors import SetupError
from service.domain.event import Format
from service.domain.layout import Layout
from service.mapping import load_destination
from service.pipeline.billing_answers import Billing
from service.pipeline.receive import Source
from service.posting.batch_file import BatchFile
from service.posting.dft_over_mllp import DftOverMllp
from service.posting.fhir_charge_item import FhirChargeItem
from service.posting.millennium import MillenniumChargeItem
from service.wiring.destinations import billing_of, destinations_of
from service.wiring.given_settings import read_settings
from tests.service_process import REPOSITORY

FHIR = {"billing_fhir": "http://127.0.0.1:9/fhir"}
MILLENNIUM = """\
fhir:
  operations: millennium
  millennium:
    tenant: T1
    schedules: {CPT: "615214"}
    key_attribute: {id: "17", name: Charge key}
    corrections: %s
"""


@pytest.fixture
def way(tmp_path):
    """The way that these lines, added to the shipped file, and these settings give."""

    def way_of(lines="", **settings):
        path = tmp_path / "billing.yaml"
        shipped = REPOSITORY / "mappings" / "destinations" / "billing.yaml"
        path.write_text(shipped.read_text() + lines)
        ways = destinations_of(read_settings(data=tmp_path, **settings), load_destination(path))
        return ways.get("billing")

    return way_of


def test_each_setting_is_a_way_of_its_own(way, tmp_path):
    assert way() is None
    assert isinstance(way(billing="127.0.0.1:9"), DftOverMllp)
    assert isinstance(way(billing_folder=tmp_path), BatchFile)
    assert isinstance(way(**FHIR), FhirChargeItem)


def test_a_vendor_is_chosen_in_the_destinations_file(way):
    assert isinstance(found := way(MILLENNIUM % "credit", **FHIR), MillenniumChargeItem)
    assert not found.per_visit
    assert way(MILLENNIUM % "modify", **FHIR).per_visit, "a credit and its charge leave together"


def test_billing_is_known_by_who_receives_and_counts_where_its_messages_do():
    layout = Layout(("CC", "MAIN"), ("BILLING", "NORTH"), credit="CR")
    asked = []

    def source_of(*source):
        asked.append(source)
        return Source("billing", "north")

    assert billing_of(layout, source_of) == Billing("BILLING|NORTH", "north", "CR")
    assert asked == [(Format.HL7V2, "DFT^P03", "BILLING|NORTH")]


def test_a_fhir_server_is_not_sent_the_whole_of_what_the_file_would_split(way):
    with pytest.raises(SetupError, match="components"):
        way('components: {codes: ["77003"], send: [professional]}\n', **FHIR)
