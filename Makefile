# The first target that needs it makes .venv; ARGS are handed on: make test ARGS="-k adjoint -x"

PYTHON ?= python3
ARGS   ?=

VENV   := .venv
PY     := $(VENV)/bin/python
READY  := $(VENV)/.installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test lint types bench format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(READY) ## Open the dashboard; ARGS="--help" lists its options
	@$(PY) app/main.py $(ARGS)

test: $(READY) ## Run the tests
	@$(PY) -m pytest $(ARGS)

lint: $(READY) ## Check style and formatting
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: $(READY) ## Check types
	@$(PY) -m mypy

# pyproject.toml skips the benchmarks; that option and --benchmark-only exclude each other
bench: $(READY) ## Measure speed
	@$(PY) -m pytest tests/benchmarks -o addopts=--strict-markers --benchmark-only -s $(ARGS)

format: $(READY) ## Rewrite files in the project's style
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

clean: ## Remove caches and build products; .venv stays
	@rm -rf build dist *.egg-info .benchmarks .mypy_cache .pytest_cache .ruff_cache
	@find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml | $(VENV)/bin/pip
	@echo "Installing into $(VENV): a few minutes the first time ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "Python 3.11 or newer is needed, and $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing)." \
	         "Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
