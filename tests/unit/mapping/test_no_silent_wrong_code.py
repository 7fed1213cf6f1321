"""The proof of "no silent wrong code": the shipped table against an oracle, over thousands of cases.

The oracle below knows nothing of tables. It says what a complete documentation amounts to. A partial or
contradictory documentation is completed in every way, and what the table proposes must survive them all.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.charge import Proposal
from service.domain.documentation import Documentation, DocumentedElement, Source
from service.mapping.documented.stands import CONFLICT_ORIGIN
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.tables.compiler import compile_table
from service.mapping.tables.evaluate import Tables, propose
from service.mapping.tables.table_file import read_lookup, read_table

MAPPINGS = Path(__file__).parents[3] / "mappings"
TABLE = compile_table(
    read_table(MAPPINGS / "tables/neuraxial-injection.yaml"),
    read_vocabulary(MAPPINGS / "vocabulary.yaml"),
    {"spinal_region": read_lookup(MAPPINGS / "lookups/spinal_region.yaml")[0]},
)

Case = dict[
    str, object
]  # element -> value; tuple = items of a list; Either = documented as each; absent = unknown


class Either(tuple[object, ...]):
    """Documented twice, differently."""

    __slots__ = ()


#: What each deciding element may say. `days` stands for the calendar days between placing and removal.
DOMAINS: dict[str, tuple[object, ...]] = {
    "status": ("completed", "aborted_after_start", "cancelled"),
    "intent": ("therapeutic_injection", "postop_analgesia", "neurolysis", "labor_analgesia"),
    "target": ("epidural", "subarachnoid", "facet_joint"),
    "approach": ("interlaminar", "caudal", "posterior", "transforaminal"),
    "entry_levels": (("L4-L5",), ("C5-C6", "C7-T1"), ("T12-L1",), ("C5-C6", "L4-L5"), ("S1_foramen",)),
    "device": ("needle", "catheter"),
    "catheter.disposition": (
        "none",
        "left_indwelling",
        "removed",
        "removed_end_of_procedure",
        "removed_same_day",
        "removed_later",
        "dislodged",
    ),
    "days": (1, 2),
    "planned_delivery": (("single_injection",), ("continuous_infusion", "test_dose")),
    "imaging.modality": ("fluoroscopy", "ct", "ultrasound", "mri", "none"),
    "imaging.images_archived": (True, False),
    "substances.class": (
        ("steroid", "contrast"),
        ("steroid", "neurolytic"),
        ("contrast",),
        ("opioid", "biologic"),
    ),
}
BASE: Case = {
    "status": "completed",
    "intent": "therapeutic_injection",
    "target": "epidural",
    "approach": "interlaminar",
    "entry_levels": ("L4-L5",),
    "device": "needle",
    "imaging.modality": "fluoroscopy",
    "imaging.images_archived": True,
    "substances.class": ("steroid", "contrast"),
}
UNCLEAR = "unclear"  # complete, and contradicts itself or has no rule: whoever reads it must ask


def oracle(case: Case) -> str | None:
    """What a complete documentation amounts to: a code, None (another service, or none), or UNCLEAR."""
    if not is_member(case):
        return None
    if case["approach"] == "posterior" or not has_known_agent(case):
        return UNCLEAR
    region, guided, days = region_of(case), guidance_of(case), dwell_of(case)
    if None in (region, guided, days):
        return UNCLEAR
    return str(62320 + (2 if region == "lumbar" else 0) + (1 if guided else 0) + (4 if days == "many" else 0))


def is_member(case: Case) -> bool:
    return (
        case["status"] != "cancelled"
        and case["intent"] in ("therapeutic_injection", "postop_analgesia")
        and case["target"] in ("epidural", "subarachnoid")
        and case["approach"] != "transforaminal"
        and "neurolytic" not in items(case, "substances.class")
    )


def has_known_agent(case: Case) -> bool:
    agents = set(items(case, "substances.class"))
    return "biologic" not in agents and bool(agents - {"contrast"})


def region_of(case: Case) -> str | None:
    regions = {"lumbar" if level[0] == "L" else "upper" for level in items(case, "entry_levels")}
    if case["approach"] == "caudal":
        regions.add("lumbar")
    if {"T12-L1", "S1_foramen"} & set(items(case, "entry_levels")) or len(regions) > 1:
        return None
    return regions.pop() if regions else None


def guidance_of(case: Case) -> bool | None:
    if case.get("imaging.modality") in ("fluoroscopy", "ct"):
        return None if case.get("imaging.images_archived") is False else True
    return False if "imaging.modality" in case else None


def dwell_of(case: Case) -> str | None:
    """Everything that says how long it lay; anything but one answer is none."""
    said = {"one"} if case.get("device") == "needle" else set()
    outcome, days = case.get("catheter.disposition"), case.get("days")
    if outcome == "none":
        if case.get("device") == "catheter":
            return None
        said.add("one")
    if case["status"] == "completed":
        said |= {"one"} if days == 1 else {"many"} if days == 2 else set()
        said |= {"one"} if outcome in ("removed_end_of_procedure", "removed_same_day") else set()
        said |= {"many"} if outcome in ("left_indwelling", "removed_later") else set()
        if outcome in ("dislodged", "removed") and days is None:
            return None
    elif "planned_delivery" in case:
        said.add("many" if "continuous_infusion" in items(case, "planned_delivery") else "one")
    elif case.get("device") == "catheter":
        return None
    return said.pop() if len(said) == 1 else None


def items(case: Case, name: str) -> tuple[str, ...]:
    found = case.get(name, ())
    assert isinstance(found, tuple)
    return found


def document(case: Case) -> Documentation:
    elements = [DocumentedElement("encounter.setting", "professional", Source("OBX"))]
    for name, value in case.items():
        if name == "days":
            elements += dwell_times(2 if value == 2 else 1, disputed=isinstance(value, Either))
        elif isinstance(value, Either):
            each = [item if isinstance(item, tuple) else (item,) for item in value]
            elements += [
                DocumentedElement(name, v, Source("OBX"), CONFLICT_ORIGIN) for v in itertools.chain(*each)
            ]
        else:
            each = value if isinstance(value, tuple) else (value,)
            elements += [DocumentedElement(name, v, Source("OBX")) for v in each]
    return Documentation("1", tuple(elements))


def dwell_times(days: int, *, disputed: bool) -> list[DocumentedElement]:
    removed = [f"2026-03-0{1 + days}T20:00:00+00:00"] + (["2026-03-03T20:00:00+00:00"] if disputed else [])
    said = [("catheter.placed_at", "2026-03-02T15:00:00+00:00"), ("encounter.tz", "America/New_York")]
    said += [("catheter.removed_at", each) for each in removed]
    return [DocumentedElement(name, value, Source("OBX")) for name, value in said]


def evaluate(case: Case) -> Proposal | None:
    return next(iter(propose(Tables([TABLE]), document(case))), None)


def completions(case: Case) -> Iterator[Case]:
    """Every complete documentation that the case may turn out to be.

    How long a catheter lay, and what was planned, stay open where nobody says: only they may have no answer.
    """
    open_names = [name for name in DOMAINS if name not in case or isinstance(case[name], Either)]
    may_stay_open = {"catheter.disposition", "days", "planned_delivery"}.difference(case)
    choices = []
    for name in open_names:
        value = case.get(name)
        options = tuple(value) if isinstance(value, Either) else DOMAINS[name]
        choices.append((*options, None) if name in may_stay_open else options)
    for values in itertools.product(*choices):
        whole = {**case, **dict(zip(open_names, values, strict=True))}
        for name in may_stay_open:
            if whole[name] is None:
                del whole[name]
        yield whole


def check_soundness(case: Case) -> str:
    """Hold what the table says of a case against all that it may turn out to be."""
    proposal = evaluate(case)
    outcomes = {oracle(whole) for whole in completions(case)}
    codes = outcomes - {None, UNCLEAR}
    if proposal is None:
        assert outcomes == {None}, (case, "silent, and it may be", outcomes)
        return "silent"
    if proposal.candidates:
        (candidate,) = proposal.candidates
        assert codes == {candidate.code}, (case, candidate.code, outcomes)
        assert None not in outcomes, (case, candidate.code, "and it may be another service")
        return "proposed"
    blocking = [question for question in proposal.questions if question.blocking]
    assert blocking, (case, "neither code nor question")
    for question in blocking:
        assert codes <= set(question.between), (case, question, codes)
    return "asked"


def cases_of(names: list[str], base: Case) -> Iterator[Case]:
    """Every combination of values and silence of some elements, on top of the base."""
    for values in itertools.product(*((*DOMAINS[name], None) for name in names)):
        case = {name: value for name, value in base.items() if name not in names}
        yield case | {name: value for name, value in zip(names, values, strict=True) if value is not None}


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(
            ["entry_levels", "approach", "imaging.modality", "imaging.images_archived"], id="region, imaging"
        ),
        pytest.param(["status", "device", "catheter.disposition", "days", "planned_delivery"], id="dwell"),
        pytest.param(["status", "intent", "target", "approach", "substances.class"], id="gate"),
        pytest.param(
            ["device", "catheter.disposition", "entry_levels", "imaging.modality", "approach"], id="table"
        ),
    ],
)
def test_every_combination_gives_the_oracles_code_or_a_question(names: list[str]) -> None:
    done = [check_soundness(case) for case in cases_of(names, BASE)]

    assert len(done) > 500
    assert {"proposed", "asked"} <= set(done)


def test_complete_documentation_gives_exactly_what_the_oracle_says() -> None:
    names = [
        "status",
        "approach",
        "entry_levels",
        "device",
        "catheter.disposition",
        "days",
        "imaging.modality",
    ]
    seen: set[str | None] = set()
    for case in cases_of(names, BASE | {"planned_delivery": ("single_injection",)}):
        if any(name not in case for name in names if name not in ("catheter.disposition", "days")):
            continue
        wanted, proposal = oracle(case), evaluate(case)
        codes = [candidate.code for candidate in proposal.candidates] if proposal else []
        assert codes == ([wanted] if wanted not in (None, UNCLEAR) else []), case
        assert (proposal is None) == (wanted is None), case
        seen.add(wanted)

    assert seen == {None, UNCLEAR, *(str(code) for code in range(62320, 62328))}


def contradicted(case: Case, name: str, rng: random.Random) -> Case:
    values = [value for value in DOMAINS[name] if value != case[name]]
    return case | {name: Either((case[name], rng.choice(values)))}


SCALARS = [name for name in DOMAINS if not isinstance(DOMAINS[name][0], tuple)]


@pytest.mark.parametrize("missing", [0, 1, 2, 3])
@pytest.mark.parametrize("twice", [0, 1])
def test_silence_and_contradiction_anywhere_never_give_a_code_that_may_be_wrong(
    missing: int, twice: int
) -> None:
    rng = random.Random(62327 + missing)
    done = []
    for names in itertools.combinations(DOMAINS, missing):
        for _ in range(150 if missing < 2 else 8):
            case: Case = {name: likely(rng, name) for name in DOMAINS if name not in names}
            for name in rng.sample([name for name in SCALARS if name in case], twice):
                case = contradicted(case, name, rng)
            done.append(check_soundness(case))

    assert len(done) >= 150
    assert "asked" in done


def likely(rng: random.Random, name: str) -> object:
    """Mostly what keeps the case in the family, so that not all of them end at the gate."""
    return DOMAINS[name][0] if rng.random() < 0.5 else rng.choice(DOMAINS[name])


OUTCOMES = [str(outcome) for outcome in DOMAINS["catheter.disposition"] if outcome != "removed"]
#: What "removed" may stand beside and still leave a code: words that are more exact.
EXACT = {
    ("removed_end_of_procedure",): ["62323"],
    ("removed_same_day",): ["62323"],
    ("removed_end_of_procedure", "removed_same_day"): ["62323"],
    ("removed_later",): ["62327"],
}


@pytest.mark.parametrize("others", [c for n in range(4) for c in itertools.combinations(OUTCOMES, n)])
def test_removed_gives_a_code_only_beside_words_that_say_the_day(others: tuple[str, ...]) -> None:
    """As separate notes say it: nobody declares a conflict."""
    said = [
        DocumentedElement("catheter.disposition", v, Source(f"OBX[{n}]"))
        for n, v in enumerate(("removed", *others))
    ]
    rest = document(BASE | {"device": "catheter"})
    for order in (said, said[::-1]):
        (proposal,) = propose(Tables([TABLE]), replace(rest, elements=(*rest.elements, *order)))
        assert [each.code for each in proposal.candidates] == EXACT.get(others, [])
        asked = {each.element for each in proposal.questions if each.blocking}
        assert proposal.candidates or asked & {"catheter.disposition", "catheter.removed_at"}


def test_one_documented_contradiction_alone_never_leaves_a_code_standing_unasked() -> None:
    rng = random.Random(1)
    for name in (name for name in BASE if name in SCALARS):
        for _ in range(20):
            proposal = evaluate(contradicted(BASE, name, rng))
            assert proposal is not None
            assert not proposal.candidates
            assert (name, True) in [(question.element, question.conflict) for question in proposal.questions]
