"""The API of the queue under requests that Schemathesis makes up from its own OpenAPI document.

`python -m benchmarks.api_fuzz [--seconds N]` starts the service in one process, sends the samples, and runs
the `schemathesis` program, which is looked for in PATH: it is no dependency of this project. Exit code 1 when
a check fails. One check is left out: that valid data is always accepted. A request that names no version, or
another line's, is refused with 428, 412 or 422, however well it is shaped.

`--doors N [--seed N]` has benchmarks.door_fuzz send so many requests in its place, to what Schemathesis
cannot try.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.door_fuzz import tell_of_doors
from benchmarks.processes import FREE_PORT, REPOSITORY, SERVICE, ended, started


def main() -> None:
    """Start, fill, try."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api_fuzz")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--doors", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        arguments = [*SERVICE, "serve", "--data", folder, "--http", FREE_PORT, "--mllp", FREE_PORT]
        with started(Path(folder), arguments) as process:
            token = process.printed(r"(cc_[\w-]+)")
            mllp = process.printed(r"HL7 \(MLLP\)\s+(127\.0\.0\.1:\d+)")
            url = process.printed(r"page and API\s+(http://\S+)")
            process.printed("(ready)")
            samples = sorted(map(str, (REPOSITORY / "docs" / "samples" / "hl7v2").glob("*.hl7")))
            ended([*SERVICE, "send", *samples, "--to", mllp])
            if given.doors:
                sys.exit(tell_of_doors(url, token, seed=given.seed, rounds=given.doors))
            sys.exit(subprocess.run(_command(url, token, given.seconds), check=False).returncode)


def _command(url: str, token: str, seconds: int) -> list[str]:
    return [
        "schemathesis",
        "run",
        f"{url}/openapi.json",
        *("-H", f"Authorization: Bearer {token}"),
        *("--exclude-path", "/v1/events-stream"),  # it has no end: --doors
        *("--exclude-path", "/hl7/v2"),  # HL7, which it cannot make up: --doors, and benchmarks.fuzz
        *("--exclude-checks", "positive_data_acceptance"),
        *("--phases", "examples,coverage,fuzzing,stateful"),
        *("--max-time", str(seconds)),
        "--continue-on-failure",
    ]


if __name__ == "__main__":
    main()
