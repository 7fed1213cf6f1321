# make run | demo | test | check | bench: each sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SERVE := $(BIN)/charge-capture serve
# A test file stays with one process; each process has database servers of its own. The order is tests/conftest.py's.
TEST := $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: setup dev run demo test check format bench clean

setup: .venv/run-ready
dev: .venv/dev-ready

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "charge-capture needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

.venv/run-ready: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "installing what the service needs into .venv: a minute or two, on a slow machine four"
	$(INSTALL) --require-hashes -r requirements/run.txt
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev-ready: requirements/dev.txt .venv/run-ready
	@echo "installing what the tests need: a minute or two"
	$(INSTALL) --require-hashes -r requirements/dev.txt
	touch $@

run: setup
	$(SERVE) $(if $(DEMO),--demo)

demo: setup
	$(SERVE) --demo

test: dev
	$(TEST)

check: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/charge-capture mappings check
	$(TEST)

format: dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv
