"""Cases: facts of a procedure, as fields and as a note, with the codes and questions that must come of them.

`python -m tests.mapping_cases` prints the four figures: right code, right question, needless question, silent
wrong code.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import yaml

from service.domain.event import Event, Format
from service.mapping import Mappings, documentation_from_json, load, propose
from service.pipeline.chart import Reader

FOLDER = Path(__file__).parent / "data" / "cases"
MAPPINGS = Path(__file__).parents[1] / "mappings"
STRUCTURED, NARRATIVE = "structured", "narrative"
MODES = (STRUCTURED, NARRATIVE)
KEYS = {"id", "header", "given", "note", "expect", "must_not", "asks", "note_asks", "note_expect", "hangs_on"}


@dataclass(frozen=True)
class Outcome:
    """What came out: lines as "64484-LT x2", and the elements that are asked about, blocking or not."""

    lines: tuple[str, ...]
    asks: tuple[str, ...]
    confirms: tuple[str, ...]

    @property
    def codes(self):
        return {line[:5] for line in self.lines}


def read_cases():
    """Every case, with the file it stands in."""
    cases = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text()):
            assert case.keys() <= KEYS, (path.name, case["id"], case.keys() - KEYS)
            cases.append(
                {"header": {}, "must_not": [], "asks": [], "expect": [], **case, "family": path.stem}
            )
    return cases


def wanted(case, mode):
    """What must come out: lines, and blocking questions."""
    if mode == NARRATIVE and "note_asks" in case:
        return (), tuple(sorted(case["note_asks"]))
    if mode == NARRATIVE and "note_expect" in case:  # the fields cannot say as much
        return tuple(sorted(case["note_expect"])), ()
    return tuple(sorted(case["expect"])), tuple(sorted(case["asks"]))


def run(mappings: Mappings, reader: Reader, case, mode):
    documented = documentation_of(mappings, reader, case, mode)
    return outcome([proposal for each in documented for proposal in propose(mappings.tables, each)])


def documentation_of(mappings: Mappings, reader: Reader, case, mode):
    """What a case documents, as fields or by its note."""
    if mode == STRUCTURED:
        record = {"elements": {**case["header"], **case["given"]}}
        return list(documentation_from_json(mappings.vocabulary, record))
    event = Event("e1", "main", Format.HL7V2, "A|B", "ORU^R01", "1", 0.0, 1, message(case))
    return [reader.chart([keyed]).documentation for keyed in reader.read(event).parts]


def outcome(proposals):
    questions = [question for proposal in proposals for question in proposal.questions]
    return Outcome(
        tuple(sorted(map(line_of, (c for proposal in proposals for c in proposal.candidates)))),
        tuple(sorted({each.element for each in questions if each.blocking})),
        tuple(sorted({each.element for each in questions if not each.blocking})),
    )


def line_of(candidate):
    name = "-".join((candidate.code, *candidate.modifiers))
    return name if candidate.units == 1 else f"{name} x{candidate.units}"


def message(case):
    """The note as an ORU^R01, what the header says as coded observations before it."""
    header = dict(case["header"])
    day = str(header.pop("service_date", "2026-03-02")).replace("-", "")
    segments = [
        rf"MSH|^~\&|A|B|C|D|{day}120000||ORU^R01^ORU_R01|1|P|2.5.1",
        "PID|1||P1^^^B^MR||Testperson^Case",
        "PV1|1|O|||||||||||||||||V1",
        f"OBR|1||F1|X^Procedure^L|||{day}110000|||||||||||||||{day}113000|||F",
    ]
    observed = [(name, each) for name, value in header.items() for each in _values(value)]
    segments += [f"OBX|{n}|ST|{name}^^L||{value}||||||F" for n, (name, value) in enumerate(observed, 1)]
    lines = case["note"].rstrip("\n").split("\n")
    for number, line in enumerate(lines, len(observed) + 1):
        text = line.replace("\\", "\\E\\").replace("|", "\\F\\").replace("^", "\\S\\").replace("&", "\\T\\")
        text = text.replace("~", "\\R\\")
        segments.append(f"OBX|{number}|TX|28570-0^Procedure note^LN||{text}||||||F")
    return "\r".join(segments).encode() + b"\r"


def _values(value):
    values = value if isinstance(value, list) else [value]
    return [json.dumps(each) if isinstance(each, bool) else each for each in values]


def verdict(case, mode, came):
    """Which of the figures a case counts for."""
    lines, asks = wanted(case, mode)
    codes = {line[:5] for line in lines}
    if came.codes - codes or came.codes & set(case["must_not"]):
        return "silent wrong code"
    if (came.lines, came.asks) == (lines, asks):
        return "right question" if asks else "right code"
    return "needless question" if came.asks and not asks else "otherwise wrong"


def main():
    mappings = load(MAPPINGS)
    reader = Reader(mappings)
    cases = read_cases()
    for mode in MODES:
        found = Counter(verdict(case, mode, run(mappings, reader, case, mode)) for case in cases)
        names = ("right code", "right question", "needless question", "silent wrong code", "otherwise wrong")
        print(f"{mode}: {len(cases)} cases: " + ", ".join(f"{found[name]} {name}" for name in names))


if __name__ == "__main__":
    main()
