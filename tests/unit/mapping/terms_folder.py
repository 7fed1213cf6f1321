"""A folder of terms for tests: the shipped cues and routine words, and one file of the test's own."""

import shutil
from pathlib import Path

MAPPINGS = Path(__file__).parents[3] / "mappings"


def write_terms(folder: Path, text: str) -> Path:
    """Write the folder, and return it."""
    terms = folder / "mappings" / "terms"
    terms.mkdir(parents=True)
    for file in ("cues.yaml", "routine.yaml"):
        shutil.copy(MAPPINGS / "terms" / file, terms)
    shutil.copy(MAPPINGS / "vocabulary.yaml", terms.parent)
    (terms / "mine.yaml").write_text(text)
    return terms
