# Needs Python 3.11 or later, make and git; everything else is installed into .venv.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# bytecode made once saves seconds at every later start
export PYTHONDONTWRITEBYTECODE :=
INSTALL := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python

.PHONY: demo ui test lint types docs check wheels faults screenshots benchmark clean

demo: $(VENV)/.demo
	$(BIN)/python -m airflow_provider_calendars.sandbox.demo

ui: $(VENV)/.demo
	$(BIN)/python -m airflow_provider_calendars.sandbox.demo --ui --folder .demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

# a warning is an error
docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -W --keep-going --fresh-env -b html docs build/docs

check: lint types docs test

# the wheel on the Airflows and Pythons that are supported, those that the machine has
wheels: | $(BIN)/uv
	$(BIN)/python -m tests.packaging.matrix

# every fault at every call of every flow; make test runs a part
faults: $(VENV)/.dev
	$(BIN)/python -m tests.faults.harness

# the pictures in the docs, by the tests that look at the pages; needs chromium and chromedriver
screenshots: $(VENV)/.dev
	SCREENSHOTS=docs/images $(BIN)/python -m pytest tests/browser

benchmark: $(VENV)/.dev
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv

$(VENV)/.demo: pyproject.toml | $(BIN)/uv
	$(INSTALL) --editable .
	touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/uv
	$(INSTALL) --editable . --group dev
	touch $@

$(VENV)/.docs: pyproject.toml | $(BIN)/uv
	$(INSTALL) --editable . --group docs
	touch $@

clean:
	rm -rf $(VENV) .demo build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
