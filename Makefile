# Everything a developer types. `make help` lists it; each target that a person may call has a `##` sentence.
# Needs Python 3.11 to 3.13 and make. uv is used where it is installed; otherwise venv and pip do the same work.

SHELL := /bin/sh
# Tests and pages start hundreds of processes: compiled modules are kept for them, whatever the machine prefers.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup demo check test test-long test-versions golden bench-setup bench docs lock clean

# The first interpreter on the path that is new enough and not too new. `make PYTHON=/path/to/python3.12 setup` chooses.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-is-complete
PYTEST := $(BIN)/python -m pytest

help: ## List what make can do here.
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '  %-14s %s\n' "$$name" "$$text"; done

setup: $(STAMP) ## Make the environment in .venv: every dependency pinned and checked by its hash.

$(STAMP): requirements-dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Crossdock needs Python 3.11, 3.12 or 3.13 on the path; none was found."; exit 2; }
	@if command -v uv >/dev/null 2>&1; then \
		test -x $(BIN)/python || uv venv --quiet --python "$(PYTHON)" $(VENV); \
		uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.txt && \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
		test -x $(BIN)/pip || "$(PYTHON)" -m venv $(VENV); \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi
	@touch $(STAMP)

demo: setup ## Set everything up and run the main job: real X12 and CSV in, ledger, cases and answers out.
	@$(BIN)/crossdock demo

check: setup ## Formatting, lint, types on 3.11 to 3.13, import contracts and house rules.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --python-version 3.12 --cache-dir .mypy_cache/3.12
	$(BIN)/mypy --python-version 3.13 --cache-dir .mypy_cache/3.13
	$(BIN)/lint-imports --no-logo
	$(PYTEST) -q tests/tidy

test: setup ## Every test that belongs to each change; at most six minutes on two cores.
	$(PYTEST) -q -n auto --dist worksteal

test-long: setup ## Fuzzing, kills, chaos and whole environments; takes as long as it takes.
	HYPOTHESIS_PROFILE=long $(PYTEST) -q -m long --timeout 1800

test-versions: setup ## The fast tests on every other Python from 3.11 to 3.13 that this machine has.
	$(PYTEST) -q -m long --timeout 1800 tests/tidy/test_interpreters.py

golden: setup ## Rewrite the expected answers in tests/golden; a person reads the diff.
	CROSSDOCK_GOLDEN=rewrite $(PYTEST) -q tests/golden

bench-setup: setup ## Put benchmark peers in their own environments under .bench: Python's by pip, Node's by npm.
	@mkdir -p .bench/x12-node
	@test -x .bench/x12/bin/pip || "$(PYTHON)" -m venv .bench/x12
	@.bench/x12/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r benchmarks/peers/requirements.txt
	@test -x .bench/mapping/bin/pip || "$(PYTHON)" -m venv .bench/mapping
	@.bench/mapping/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r benchmarks/peers/requirements-mapping.txt
	@command -v npm >/dev/null 2>&1 || { echo "Two peers of the X12 benchmarks need node and npm; neither was found."; exit 2; }
	@cp benchmarks/peers/package.json benchmarks/peers/package-lock.json .bench/x12-node/
	@cd .bench/x12-node && npm ci --silent --ignore-scripts --no-audit --no-fund

bench: bench-setup ## Run the benchmarks; one JSON object per row.
	$(BIN)/python -m benchmarks ledger --json
	$(BIN)/python -m benchmarks mapping --json
	$(BIN)/python -m benchmarks matching --json
	$(BIN)/python -m benchmarks sftp --json
	$(BIN)/python -m benchmarks street --json
	$(BIN)/python -m benchmarks x12 --json

docs: setup ## Write again every page, schema and table that is generated from code.
	$(BIN)/python -m docs

# Universal pins (one file for 3.11 to 3.13 and every platform) with hashes and without any host. uv resolves; where it
# is not installed it goes into an environment of its own. Versions move only where pyproject.toml moves them, or with
# `make lock UPGRADE=--upgrade`.
UPGRADE ?=
LOCK := pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --quiet \
	--custom-compile-command "make lock" $(UPGRADE)
lock: ## Write requirements.txt and requirements-dev.txt from pyproject.toml: pins and hashes, no hosts.
	@command -v uv >/dev/null 2>&1 || test -x .bench/lock/bin/uv || \
		{ "$(PYTHON)" -m venv .bench/lock && .bench/lock/bin/python -m pip install --quiet uv; }
	@uv=$$(command -v uv || echo .bench/lock/bin/uv); \
		$$uv $(LOCK) --output-file requirements.txt && \
		$$uv $(LOCK) --extra dev --constraint requirements.txt --output-file requirements-dev.txt

clean: ## Remove environments, caches and builds; never a working folder with data.
	rm -rf $(VENV) .bench build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
