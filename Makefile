PYTHON ?= python3
BIN := .venv/bin
export PYTHONPATH := .

help:      ## List what make can do
	@grep -hE '^[a-z-]+: .*## |^[a-z-]+:  *## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.venv/run: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: make run PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv \
	  || { echo "The venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing what the app needs ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s" -m incident "$$@"\n' "$(CURDIR)" "$(CURDIR)/$(BIN)/python" > $(BIN)/incident
	@chmod +x $(BIN)/incident
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

setup: .venv/dev browser ## Install everything, the tests' needs too

browser:   ## Install a Chromium for the browser tests
	@./tests/browser/install

run: .venv/run ## Serve the app on http://127.0.0.1:8000, with its worker
	@$(BIN)/python -m incident run

demo: .venv/run ## The whole loop with stand-ins for PagerDuty and Slack
	@$(BIN)/python -m incident demo

test: setup ## Run every test (make test T=tests/rules)
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(or $(T),tests)

check: setup ## Everything CI runs: format, lint, types, floors, tests
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

migrate: .venv/run ## Bring the database up to date
	@$(BIN)/python -m incident migrate

trials: setup ## Kill processes at every boundary, on both databases (make trials T="--hours 1")
	@$(BIN)/python -m tests.trials --write $(T)

screens: setup ## Take every picture of docs/screens anew (make screens P=live)
	@$(BIN)/python -m tests.browser.screens $(P)

bench: setup ## The benchmark suite, ratios on one page
	@$(BIN)/python -m tests.bench

corpus: setup ## Measure the checklist reader on real documents, where they lie beside this folder
	@$(BIN)/python -m checks.corpus

contracts: setup ## Hold the stand-ins against the vendors' schemas, where they lie beside this folder
	@$(BIN)/python -m checks.contracts

lock: .venv/dev ## Resolve the dependencies anew, with hashes and without hosts
	@$(BIN)/uv pip compile pyproject.toml -q --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml -q --group dev --universal --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements-dev.lock

where:     ## Every file of a noun (make where N=steps)
	@git ls-files | grep -F '$(N)' | sort

.PHONY: help setup browser run demo test check migrate trials screens bench corpus contracts lock where
