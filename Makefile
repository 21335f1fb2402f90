# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test check lint types imports pytest hostile changes bench bench-variation bench-soak kills constraints clean

help:  ## what each command does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: .venv/ready  ## install what is needed: uv, Python packages, Chromium, a Japanese font
	@$(BIN)/auditor setup

demo: setup  ## set up, then audit the built-in web; ends with a report and CSVs
	@$(BIN)/auditor demo --workers $(WORKERS) || test $$? -eq 1

test: setup check  ## set up, then run every check and all tests

check: lint types imports pytest  ## ruff, mypy, import-linter, pytest

lint:
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .

types:
	@$(BIN)/mypy

imports:
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

pytest:
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile

hostile: setup  ## 60 visits to pages that do harm, every outcome checked (some minutes)
	@$(BIN)/pytest -m hostile -q tests/end_to_end/test_hostile_run.py
bench: setup  ## cost of an audit against a plain load on 20 sites; decoding a million requests; reading disclosures; noise against differences; following and finding values: tables, results/bench*.json
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.decode
	@$(BIN)/python -m tests.bench.disclosures
	@$(BIN)/python -m tests.bench.comparison
	@$(BIN)/python -m tests.bench.following
	@$(BIN)/python -m tests.bench.leaks

changes: setup  ## planted techniques, identifiers, leaks; noise; two editions of the demo: 50 visits, every result checked
	@$(BIN)/pytest -m changes tests/end_to_end

bench-variation: setup  ## the demo with each tag in a random half of page loads, 280 visits (a quarter of an hour): does noise count as a difference, is the real one found
	@$(BIN)/python -m tests.bench.variation

bench-soak: setup  ## does the auditor's memory grow over 300 visits: a table and results/soak.json
	@$(BIN)/python -m tests.bench.soak

kills: setup  ## kill -9 of every process at random moments of 40 visits, three times
	@$(BIN)/python -m tests.kills

constraints: $(UV)  ## renew constraints.txt from pyproject.toml
	@$(UV) pip compile --quiet --upgrade --python 3.13 --no-emit-index-url --no-header \
	  --group pyproject.toml:dev pyproject.toml -o constraints.txt

clean:  ## remove what setup and the tests made (results stay)
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(UV):
	@echo "setup: uv (Python's package installer), into .tools/"
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "missing: pip (on Debian: apt-get install python3-pip)"; exit 4; }
	@PIP_ROOT_USER_ACTION=ignore $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools uv

.venv/ready: pyproject.toml constraints.txt .python-version | $(UV)
	@echo "setup: Python 3.13 and the packages of constraints.txt, into .venv/"
	@test -d .venv || $(UV) venv --quiet --python 3.13 .venv
	@$(UV) pip install --quiet --python .venv/bin/python -c constraints.txt --group dev -e .
	@touch $@
