"""Codes: a wrong shape is refused at birth, leading zeros are kept."""

import pytest

from service.domain.charge import Charge
from service.domain.codes import DiagnosisCode, Modifier, ProcedureCode
from service.domain.documentation import BillingContext
from service.domain.errors import IncompleteCharge


@pytest.mark.parametrize("code", ["62327", "01967", "0213T", "J1010", "0001U", "G0105"])
def test_cpt_and_hcpcs_shapes_are_taken_as_they_are(code):
    assert str(ProcedureCode(code)) == code


@pytest.mark.parametrize(
    "code", ["", "6232", "623270", "62327 ", "6232X", "j1010", "623.2", "\N{FULLWIDTH DIGIT SIX}2327"]
)
def test_other_shapes_are_no_procedure_code(code):
    with pytest.raises(ValueError, match="not shaped"):
        ProcedureCode(code)


@pytest.mark.parametrize("code", ["M54.16", "G8918", "Z3A.20", "S72.001A"])
def test_icd_10_cm_shapes(code):
    assert DiagnosisCode(code).value == code


@pytest.mark.parametrize("code", ["724.2", "M5", "U07.1X23", ""])
def test_other_shapes_are_no_diagnosis(code):
    with pytest.raises(ValueError, match="not shaped"):
        DiagnosisCode(code)


@pytest.mark.parametrize("modifier", ["5", "059", "x1", ""])
def test_other_shapes_are_no_modifier(modifier):
    with pytest.raises(ValueError, match="not shaped"):
        Modifier(modifier)


@pytest.mark.parametrize(
    ("context", "date", "missing"),
    [
        ({"visit_number": "V"}, "2027-01-10", "patient id"),
        ({"patient_id": "P"}, "2027-01-10", "visit or account"),
        ({"patient_id": "P", "account_number": "A"}, "", "service date"),
    ],
)
def test_a_charge_without_what_billing_needs_cannot_be_made(context, date, missing):
    with pytest.raises(IncompleteCharge, match=missing):
        Charge("K", "main", ProcedureCode("62327"), 1, date, BillingContext(**context))
