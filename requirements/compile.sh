#!/bin/sh
# Writes the two locked, hashed lists anew from pyproject.toml. Needs uv.
# Extras stay in the lists: without them an older pip looks past the pin as soon as a newer release is out.
set -eu
cd "$(dirname "$0")/.."
lock="uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-strip-extras"
$lock pyproject.toml requirements/build.in -o requirements/run.txt "$@"
$lock --extra dev -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/dev.txt "$@"
