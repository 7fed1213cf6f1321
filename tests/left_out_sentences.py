"""What comes of each case's note when any one of its sentences is left out.

Where a sentence contradicts the others, tells of a thing of its own, or says whose note it is, the case
names its beginning under `hangs_on`: without it the note documents something else.

`python -m tests.left_out_sentences` prints where another code comes without a question.
"""

import re
from itertools import pairwise

from service.mapping import Mappings, load, propose
from service.pipeline.chart import Reader
from tests.mapping_cases import MAPPINGS, NARRATIVE, Outcome, documentation_of, outcome, read_cases

_END = re.compile(r"(?<=[.;?])\s+|\n")


def without_one_sentence(note):
    """Yield each sentence, and the note without it; what a heading says goes with the heading."""
    ends = [0, *(found.end() for found in _END.finditer(note)), len(note)]
    for start, end in pairwise(ends):
        if note[start:end].strip():
            yield note[start:end].strip(), note[:start] + note[end:]


def unasked(mappings: Mappings, reader: Reader, case):
    """Yield the sentences without which another code comes, with nothing asked; and what came."""
    whole = _come(mappings, reader, case)
    for sentence, rest in without_one_sentence(case["note"]):
        if sentence.startswith(tuple(case.get("hangs_on", ()))):
            continue
        came = _come(mappings, reader, {**case, "note": rest or "."})
        if came.codes - whole.codes and not (came.asks or came.confirms):
            yield sentence, came


def _come(mappings: Mappings, reader: Reader, case) -> Outcome:
    documented = documentation_of(mappings, reader, case, NARRATIVE)
    return outcome([proposal for each in documented for proposal in propose(mappings.tables, each)])


def main():
    mappings = load(MAPPINGS)
    reader = Reader(mappings)
    cases = read_cases()
    tried = found = 0
    for case in cases:
        tried += sum(1 for _ in without_one_sentence(case["note"]))
        for sentence, came in unasked(mappings, reader, case):
            found += 1
            print(f"{case['id']}: without {sentence!r}: {', '.join(came.lines)}")
    print(f"{tried} sentences of {len(cases)} notes left out: {found} times another code, unasked")


if __name__ == "__main__":
    main()
