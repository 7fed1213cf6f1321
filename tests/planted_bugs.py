"""Bugs that lose charges or double them, planted in a copy of this tree one at a time: each must be caught.

`python -m tests.planted_bugs` plants them all, and says which test, or that the judge, caught each.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.programs import REPOSITORY

JUDGE = ("-m", "tests.judge", "--orders", "10", "--kills", "0")


def pytest_of(*paths):
    """Run these tests until one fails."""
    return ("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *(f"tests/{path}" for path in paths))


@dataclass(frozen=True)
class Bug:
    """What is wrong, where, and who should notice."""

    name: str
    file: str
    right: str
    wrong: str
    check: tuple


BUGS = (
    Bug(
        "the ACK leaves before the commit",
        "service/pipeline/receive.py",
        "    def _commit(self, arrivals: Sequence[Arrival]) -> list[bytes]:\n",
        "    def _commit(self, arrivals: Sequence[Arrival]) -> list[bytes]:\n"
        "        __import__('threading').Timer(0.3, self._commit_late, [arrivals]).start()\n"
        "        return [arrival.answer for arrival in arrivals]\n\n"
        "    def _commit_late(self, arrivals: Sequence[Arrival]) -> list[bytes]:\n",
        pytest_of("integration/api/test_intake.py"),
    ),
    Bug(
        "an ACK counts whichever message it is of (MSA-2)",
        "service/posting/dft_over_mllp.py",
        "    if acknowledgement.control_id != control_id:  # MSA-2\n",
        "    if not acknowledgement.control_id:  # MSA-2\n",
        (*JUDGE, "--mix", "aa=2,wrong-id=1"),
    ),
    Bug(
        "the socket stays open after a time-out",
        "service/mllp/sender.py",
        "        except BaseException:  # whatever stops an exchange half way, the socket is of no more use\n"
        "            self.close()\n",
        "        except BaseException:\n",
        pytest_of("integration/mllp/test_sender.py"),
    ),
    Bug(
        "AR is tried again",
        "service/domain/answers.py",
        "        Behaviour.AR: Outcome.REFUSED,\n",
        "        Behaviour.AR: Outcome.RETRY,\n",
        pytest_of("integration/pipeline/test_post.py"),
    ),
    Bug(
        "silence is tried again although repeats are not recognised",
        "service/pipeline/post.py",
        "    if isinstance(error, PostingRepeatable) and attempts",
        "    if isinstance(error, PostingUncertain) and attempts",
        JUDGE,
    ),
    Bug(
        "what was being sent at a crash is sent again",
        "service/store/postings.py",
        'self.record(each, PostingState.UNKNOWN, "the service stopped while sending", uncertain=True)',
        'self.record(each, PostingState.PENDING, "the service stopped while sending")',
        pytest_of("integration/pipeline/test_post.py"),
    ),
    Bug(
        "the bytes are not kept before they leave",
        "service/pipeline/post.py",
        "            store.postings.fix(each, parcel)\n",
        "            pass\n",
        pytest_of("integration/pipeline/test_post.py"),
    ),
    Bug(
        "who lost the lease may still say how it went",
        "service/store/postings.py",
        "            posting.c.attempts == claimed.attempts,\n",
        "            posting.c.attempts >= 0,\n",
        pytest_of("integration/pipeline/test_once.py"),
    ),
    Bug(
        "a repeated message is a new one",
        "service/store/events.py",
        "            same = _same(arrival, digest, earlier)\n",
        "            same = None\n",
        JUDGE,
    ),
    Bug(
        "no unique index keeps a charge from being taken back twice",
        "service/store/migrations/versions/0011_asking_and_undoing.py",
        '["reverses"], unique=True',
        '["reverses"], unique=False',
        pytest_of("integration/pipeline/test_post_order.py"),
    ),
    Bug(
        "a line is approved at a version that nobody read",
        "service/pipeline/reviewing.py",
        "    if line.version != reviewer.version:\n",
        "    if line.version < reviewer.version:\n",
        pytest_of("integration/pipeline/test_decide.py", "integration/pipeline/test_once.py"),
    ),
    Bug(
        "charges of one account overtake each other",
        "service/store/postings.py",
        "select(posting).where(self._due(), to, not_(one_before()))",
        "select(posting).where(self._due(), to)",
        pytest_of("integration/pipeline/test_post_order.py"),
    ),
    Bug(
        "a later verdict is of whatever waits",
        "service/store/posting_rows.py",
        "or_(posting.c.control_id == control_id, was_refused)",
        'or_(posting.c.control_id != "", was_refused)',
        pytest_of("integration/pipeline/test_billing_answers.py"),
    ),
)


def planted(bug, text):
    """The file with the bug in it."""
    if text.count(bug.right) != 1:
        raise ValueError(f"{bug.name}: {bug.file} no longer holds, once, what it replaces")
    return text.replace(bug.right, bug.wrong)


def is_caught(bug, folder):
    """Whether the check fails on a copy of the tree in which the bug is planted; and what it said last."""
    ignored = shutil.ignore_patterns(".git", ".venv", "data", "__pycache__", ".mypy_cache", ".ruff_cache")
    copied = Path(shutil.copytree(REPOSITORY, folder / "tree", ignore=ignored))
    path = copied / bug.file
    path.write_text(planted(bug, path.read_text()))
    done = subprocess.run(
        [sys.executable, *bug.check],
        cwd=copied,
        env={**os.environ, "PYTHONPATH": str(copied), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    said = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "lost="))]
    if not said:  # it did not run to its end: that proves nothing
        return False, (done.stdout + done.stderr)[-500:]
    return done.returncode != 0, said[-1]


def main():
    """Plant each, and count those that are caught; exit 1 when one is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="those whose name holds this text")
    given = parser.parse_args()
    bugs = [bug for bug in BUGS if given.only in bug.name]
    caught = 0
    for bug in bugs:
        with tempfile.TemporaryDirectory() as folder:
            found, how = is_caught(bug, Path(folder))
        caught += found
        print(f"{'caught' if found else 'MISSED'}  {bug.name}: {how.strip()}", flush=True)
    print(f"{caught} of {len(bugs)} planted bugs caught")
    sys.exit(caught != len(bugs))


if __name__ == "__main__":
    main()
