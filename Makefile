PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export BRIEFING_HOME ?= $(CURDIR)/.home

.PHONY: chat test bench torture torture-quick check clean

chat: $(VENV)/installed  ## ingest the sample articles and serve the chat on http://127.0.0.1:7860
	$(BIN)/briefing ingest seeds
	$(BIN)/briefing chat

test: $(VENV)/installed-dev  ## lint, types, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

bench: $(VENV)/installed-bench  ## measure; results go to benchmarks/results
	$(BIN)/python -m benchmarks

torture: $(VENV)/installed-dev  ## kills, full disks, damage, poison: hours; figures go to docs/reliability.json
	$(BIN)/python -m tests.torture

torture-quick: $(VENV)/installed-dev  ## a sample of it, under two minutes
	$(BIN)/python -m tests.torture --quick

# The stamp files make a second start reuse everything; they are older than pyproject.toml after an update.
$(VENV)/installed: pyproject.toml constraints.txt
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

$(VENV)/installed-bench: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev,bench]"
	touch $@

clean:  ## throw away what the targets made
	rm -rf $(VENV) .home build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
