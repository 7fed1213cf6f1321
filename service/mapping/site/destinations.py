"""Destinations: how charges leave, and what follows from each answer (mappings/destinations/*.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.domain.answers import SAFE_ACTIONS, SILENCES, Behaviour, Outcome, Patience
from service.domain.layout import PROFESSIONAL, TECHNICAL, Layout, Split
from service.mapping.files.yaml_file import Lines, read_yaml
from service.mapping.site.charge_master import read_charge_master
from service.mapping.site.lint_destination import lint_destination

Place = Literal["PV1-19", "PV1-50", "PID-18"]
Ask = Literal["AL", "NE", "ER", "SU"]
_Seconds = Annotated[float, Field(gt=0, le=604_800)]
_Times = Annotated[int, Field(ge=1, le=1000)]
_Components = {"professional": PROFESSIONAL, "technical": TECHNICAL}


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Acknowledgements(_Form):
    """Enhanced mode: which acknowledgements are asked for."""

    accept: Ask  # MSH-15
    application: Ask  # MSH-16


class CodeSystems(_Form):
    """What the receiver calls each code system."""

    cpt: str = "C4"
    hcpcs: str = "HCPCS"
    diagnosis: str = "I10"


class Letters(_Form):
    """FT1-6, table 0017."""

    charge: str = "CG"
    credit: str = "CD"


class Components(_Form):
    """Codes that are told apart into a professional and a technical line."""

    codes: tuple[str, ...]
    send: tuple[Literal["professional", "technical"], ...] = ("professional", "technical")


class PatienceForm(_Form):
    """How long a charge is tried."""

    first: _Seconds = 2.0
    longest: _Seconds = 300.0
    attempts: _Times = 10
    repeats: _Times = 5
    open_after: _Times = 3
    verdict: _Seconds = 86_400.0


class KeyAttributeForm(_Form):
    """The custom attribute of charge items, made by the site, in which our key is kept."""

    id: str
    name: str


class SchedulesForm(_Form):
    """Bill code schedules of a site, as its code set 14002 has them; "" = left out."""

    CPT: str = ""
    HCPCS: str = ""
    MODIFIER: str = ""
    ICD: str = ""


class MillenniumForm(_Form):
    """What one site of this vendor calls things, and how it is told of corrections."""

    tenant: Annotated[str, Field(min_length=1)]  # in the names of its code systems
    schedules: SchedulesForm = SchedulesForm()
    key_attribute: KeyAttributeForm | None = None
    corrections: Literal["credit", "modify"] = "credit"


class FhirForm(_Form):
    """How ChargeItems are made, where charges go to a FHIR server."""

    version: Literal["R4", "R5"] = "R4"
    operations: Literal["none", "millennium"] = "none"  # a vendor's own way to take charges
    millennium: MillenniumForm | None = None


class DestinationForm(_Form):
    """One receiver of charges."""

    format: Literal["destination/1"]
    sending_application: str
    sending_facility: str
    receiving_application: str
    receiving_facility: str
    processing_id: Literal["P", "T", "D"]
    message: Literal["DFT^P03", "DFT^P11", "BAR^P05", "BAR^P12"] = "DFT^P03"
    version: Literal["2.3", "2.3.1", "2.4", "2.5.1", "2.7"] = "2.5.1"
    acknowledgements: Acknowledgements | None = None
    one_message_per: Literal["charge", "visit"] = "charge"
    visit_number_in: tuple[Place, ...] = ("PV1-19",)
    account_number_in: tuple[Place, ...] = ("PID-18",)
    code_systems: CodeSystems = CodeSystems()
    diagnosis_dots: bool = True
    letters: Letters = Letters()
    reverses_in: Literal["NTE-3", "FT1-8", "FT1-2", "nowhere"] | None = None
    modifiers_in: Literal["FT1-26", "nowhere"] | None = None
    segments: tuple[Literal["PR1", "IN1"], ...] = ()
    transaction_code: Literal["procedure_code", "charge_master"] = "procedure_code"
    charge_master: str | None = None
    components: Components | None = None
    deduplicates_on: Literal["none", "msh10", "ft1_2", "transaction_id"]
    answers: dict[Behaviour, Outcome] = {}
    patience: PatienceForm = PatienceForm()
    connections: Annotated[int, Field(ge=1, le=32)] = 1
    fhir: FhirForm = FhirForm()


@dataclass(frozen=True, slots=True)
class DestinationFile:
    """One receiver, ready for use."""

    layout: Layout
    actions: Mapping[Behaviour, Outcome]
    patience: Patience
    connections: int
    fhir: FhirForm
    charge_master: Path | None  # that was read


def load_destination(path: Path) -> DestinationFile:
    """Read one file, and its charge master; MappingError when something in them is wrong or missing."""
    file, lines = read_yaml(path, DestinationForm)
    for message, keys in lint_destination(file.model_dump()):
        raise lines.error(message, *keys)
    master = _charge_master_path(file, path, lines)
    return DestinationFile(
        layout=_layout(file, master),
        actions={**SAFE_ACTIONS, **_actions(file), **file.answers},
        patience=Patience(**file.patience.model_dump()),
        connections=file.connections,
        fhir=file.fhir,
        charge_master=master,
    )


def _actions(file: DestinationForm) -> dict[Behaviour, Outcome]:
    """What follows from the rest of the file: a known repeat is safe, and who asks for a verdict waits."""
    asks = file.acknowledgements and file.acknowledgements.application == "AL"
    verdicts = {Behaviour.CA: Outcome.AWAIT} if asks else {}
    repeats = dict.fromkeys(SILENCES, Outcome.RETRY) if file.deduplicates_on != "none" else {}
    return verdicts | repeats


def _charge_master_path(file: DestinationForm, path: Path, lines: Lines) -> Path | None:
    if file.charge_master is None:
        return None
    found = path.parent / file.charge_master
    if not found.is_file():
        raise lines.error(f"there is no file {file.charge_master!r} beside this one", "charge_master")
    return found


def _layout(file: DestinationForm, master: Path | None) -> Layout:
    asked = file.acknowledgements
    return Layout(
        sending=(file.sending_application, file.sending_facility),
        receiving=(file.receiving_application, file.receiving_facility),
        processing_id=file.processing_id,
        message=file.message,
        version=file.version,
        accept_ack=asked.accept if asked else "",
        application_ack=asked.application if asked else "",
        per_visit=file.one_message_per == "visit",
        visit_number_in=file.visit_number_in,
        account_number_in=file.account_number_in,
        **file.code_systems.model_dump(),
        diagnosis_dots=file.diagnosis_dots,
        **file.letters.model_dump(),
        reverses_in=_reverses_in(file),
        modifiers=(file.modifiers_in or ("nowhere" if file.version == "2.3" else "FT1-26")) == "FT1-26",
        with_pr1="PR1" in file.segments,
        with_in1="IN1" in file.segments,
        charge_master=read_charge_master(master) if master else None,
        split=_split(file.components),
    )


def _reverses_in(file: DestinationForm) -> str:
    """Where a credit names its charge: as said, else the first place that message and version have."""
    if file.reverses_in:
        return "" if file.reverses_in == "nowhere" else file.reverses_in
    if file.message.startswith("BAR"):
        return ""
    if file.message == "DFT^P03" and file.version in ("2.5.1", "2.7"):
        return "NTE-3"
    return "" if file.version == "2.7" else "FT1-8"


def _split(components: Components | None) -> Split:
    if components is None:
        return Split()
    return Split(frozenset(components.codes), tuple(_Components[name] for name in components.send))
