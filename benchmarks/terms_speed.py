"""How long the reading of narratives takes: a note, and texts made to take long, each also twice as long.

`python -m benchmarks.terms_speed` prints a table. Time that grows with the square of a text would show as
a ratio of 4. Machines differ, so beside the milliseconds stands how many messages of twelve OBX python-hl7
parses meanwhile: the aim of 5 ms was set where it parsed 1,660 a second, 8.3 in that time.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from time import process_time
from typing import Final

import hl7
import yaml

from benchmarks.load import message
from service.domain.documentation import Narrative, Source
from service.mapping.documented.vocabulary import read_vocabulary
from service.mapping.narrative.terms import Terms, load_terms

_ROOT: Final = Path(__file__).parents[1]
_MAPPINGS: Final = _ROOT / "mappings"
_CASES: Final = _ROOT / "tests" / "data" / "cases"
_LENGTH: Final = 20_000  # characters
_ROUNDS: Final = 7
_PARSES: Final = 10  # of a message, a round

_NOTE: Final = """\
PROCEDURE: Lumbar epidural steroid injection.
INDICATION: low back pain, failed conservative treatment.
TECHNIQUE: Patient prone. Under fluoroscopic guidance, an 18G Tuohy needle was advanced at L4-5.
Loss of resistance was obtained, and 80 mg of methylprednisolone with 2 ml of 0.25% bupivacaine was injected.
No blood or CSF was aspirated. The catheter was removed at the end of the procedure. No complications.
The patient tolerated the procedure well and was taken to recovery in stable condition.
PLAN: Follow up in two weeks, repeat if needed.

"""
#: What is repeated; ended as a sentence after so many repetitions, 0 = never.
_TEXTS: Final[Mapping[str, tuple[str, int]]] = {
    "a note that repeats itself": (_NOTE, 0),
    "cues without a stop": ("no will attempted prior if ", 0),
    "cues and claims, sentences of 390 words": ("no fluoroscopy, was epidural ", 78),
    "claims, sentences of 390 words": ("epidural catheter fluoroscopy ", 130),
    "starts of phrases with gaps": ("inserted at in via the left ", 60),
    "commas": ("no, was, and the, ", 40),
    "a comma a word": (", and", 0),
    "denials": ("no fluoroscopy was used. ", 0),
    "a list of levels": ("epidural at L4-5, L3-4 and ", 60),
    "numbers": ("3 cm, 4-5 by 2 x 3 mg ", 40),
    "things of a group": ("3 cm laceration of the scalp. ", 0),
    "headings": ("PLAN: a\nPROCEDURE: b\n", 0),
    "blanks": (" ", 0),
    "dashes": (" -", 0),
    "line ends": ("\n ", 0),
    "capitals": ("AB ", 0),
}


def _notes() -> str:
    """The notes of the cases: hardly a sentence comes twice, and nearly all of them say something."""
    cases = [case for path in sorted(_CASES.glob("*.yaml")) for case in yaml.safe_load(path.read_text())]
    return "\n\n".join(case["note"] for case in cases)


def _text(part: str, stop_after: int, length: int) -> str:
    unit = part * stop_after + ". " if stop_after else part
    return (unit * (length // len(unit) + 1))[:length]


def _milliseconds(work: Callable[[], object]) -> float:
    """The best of some rounds, in time of the processor."""
    best = float("inf")
    for _ in range(_ROUNDS):
        before = process_time()
        work()
        best = min(best, process_time() - before)
    return best * 1000


def _reading(terms: Terms, text: str) -> float:
    narrative = Narrative(text, Source("OBX-5", 0, len(text), text))
    return _milliseconds(lambda: terms.read(narrative))


def _parsing() -> float:
    """What python-hl7 needs for one message."""
    text = message("1").decode()
    return _milliseconds(lambda: [hl7.parse(text) for _ in range(_PARSES)]) / _PARSES


def main() -> None:
    """Print the table."""
    terms = load_terms(_MAPPINGS / "terms", read_vocabulary(_MAPPINGS / "vocabulary.yaml"))
    print(f"| text of {_LENGTH // 1000} KB | ms | messages parsed | twice as long: ms | ratio |")
    print("|---|---|---|---|---|")
    for name, (part, stop_after) in {**_TEXTS, "notes of the cases": (_notes(), 0)}.items():
        once, twice = (_reading(terms, _text(part, stop_after, length)) for length in (_LENGTH, 2 * _LENGTH))
        print(f"| {name} | {once:.1f} | {once / _parsing():.1f} | {twice:.1f} | {twice / once:.2f} |")


if __name__ == "__main__":
    main()
