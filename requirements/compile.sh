#!/bin/sh
# Writes the two locked, hashed lists anew from pyproject.toml. Needs uv.
set -eu
cd "$(dirname "$0")/.."
lock="uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header"
$lock pyproject.toml requirements/build.in -o requirements/run.txt "$@"
$lock --extra dev -c requirements/run.txt pyproject.toml requirements/build.in -o requirements/dev.txt "$@"
