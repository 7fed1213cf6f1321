"""charge-capture fhir: subscribe, status, jwks, retry, against a FHIR server over real HTTP."""

import json

import pytest
from joserfc.jwk import ECKey

from tests.ehr_server import PlayedEhr
from tests.played_server import played
from tests.service_process import command

EHR = """\
format: ehr/1
name: north
base_url: {url}/r4
poll: {{resources: {{Procedure: {{}}}}}}
subscription: {{criteria: "Procedure?status=completed"}}
smart: {{client_id: us, key_file: key.pem, key_id: k1, algorithm: ES384, scope: system/Procedure.rs}}
"""


@pytest.fixture
def ehr(tmp_path):
    key = ECKey.generate_key("P-384")
    (tmp_path / "key.pem").write_bytes(key.as_pem(private=True))
    with played(PlayedEhr(signed_with=key)) as running:
        (tmp_path / "north.yaml").write_text(EHR.format(url=running.url))
        yield running


@pytest.fixture
def fhir(tmp_path, ehr):  # noqa: ARG001  it writes the file
    given = {"CHARGE_CAPTURE_DATA": str(tmp_path / "data"), "CHARGE_CAPTURE_EHRS": str(tmp_path)}
    return lambda *words: command("fhir", *words, environment=given)


def test_a_subscription_is_asked_for_and_later_put_in_order(fhir, ehr):
    endpoint = ("--endpoint", "https://charges.test")
    code, said = fhir("subscribe", "north", *endpoint)
    assert (code, said.partition(";")[0]) == (0, "asked for: Subscription/new-1")
    (made,) = ehr.resources
    assert made["channel"]["endpoint"] == "https://charges.test/fhir/notify/north"
    assert made["channel"]["header"][0].startswith("Authorization: Bearer cc_")
    code, said = fhir("status")
    assert (code, "subscription new-1\trequested" in said) == (0, True)
    assert fhir("subscribe", "north", *endpoint)[0] == 0
    assert ehr.paths("POST") == ["/r4/Subscription"]
    assert ehr.paths("PUT") == ["/r4/Subscription/new-1"]


def test_the_public_key_is_printed_and_a_wrong_name_said(fhir):
    code, said = fhir("jwks", "north")
    (key,) = json.loads(said)["keys"]
    assert (code, key["kid"], "d" in key) == (0, "k1", False)
    code, said = fhir("retry", "south")
    assert (code, said.strip()) == (2, "charge-capture: no file describes an EHR 'south'; these are: north")
    code, said = fhir("retry", "north")
    assert (code, said[:20]) == (0, "0 failed fetches are")
