# Everything a newcomer or CI types. Each target sets up what it needs and is quick the second time.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
  $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { echo $$p; break; }; done)

.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with the locked dependencies and the command .venv/bin/vigie

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Vigie needs Python 3.11, 3.12 or 3.13: install one, or name it with 'make $(MAKECMDGOALS) PYTHON=/path/to/python3.12'." >&2; exit 2; fi
	@"$(PYTHON)" -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit("Vigie needs Python 3.11, 3.12 or 3.13; %s is %d.%d. Name another with PYTHON=/path/to/python3.12." % ((sys.executable,) + v))'
	@echo "Setting up $(VENV) with $(PYTHON) (once, a few minutes) ..."
	@"$(PYTHON)" -m venv $(VENV)
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && uv pip install --quiet --python $(BIN)/python --no-deps -e .; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .; \
	fi
	@touch $@

demo: $(STAMP) ## crawl four small sites with a planted crisis, and see the alert
	@$(BIN)/vigie demo

test: $(STAMP) ## run every test that this machine can run, two files at a time
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations=20

check: $(STAMP) ## format, lint, types, floors, pure tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q -m "not local and not slow and not real"

bench: $(STAMP) ## print the speed and memory tables of benchmarks/
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean: ## remove the environment, caches and the data of VIGIE_HOME's default, var/
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
