# Everything here needs Python 3.11 or later and make; the rest is installed into .venv.
# Run `make help` for the targets.

PYTHON ?= python3
PORT   ?= 8000
DATA   ?= data
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.installed
RUN    := PYTHONPATH=. $(BIN)/python

.DEFAULT_GOAL := help
.PHONY: help run serve install browser test check fast format lock bench bench-small faults clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(READY)  ## the demonstration: 50 devices and a simulated year (PORT=8000 DATA=data)
	$(BIN)/booking demo --port $(PORT) --data $(DATA)

serve: $(READY)  ## the service on its own data (PORT=8000 DATA=data)
	$(BIN)/booking serve --port $(PORT) --data $(DATA)

install: $(READY)  ## the virtual environment, from the lock file with its hashes

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; set PYTHON=python3.12, say." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is needed (Debian: python3-venv)." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

browser:  ## Debian's chromium and a Korean font, where that can be installed
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	     apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; } \
	  || echo "No chromium here and none can be installed: the browser tests will be skipped."

test: $(READY) browser  ## every test (browser tests need chromium)
	$(RUN) -m pytest tests

check: $(READY)  ## ruff, mypy --strict, import-linter and the fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(RUN) -m pytest -q tests/domain

format: $(READY)  ## let ruff format and mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY)  ## write requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --group dev --output-file requirements.lock pyproject.toml

bench: $(READY)  ## appends beside the library's recorder, reservations at 1,000 and 1,000,000 events
	$(RUN) -m tests.benchmarks.appends
	$(RUN) -m tests.benchmarks.reserving

faults: $(READY)  ## kill -9 and races for minutes, ten seeds; 500 runs against the naive model
	for seed in 1 2 3 4 5 6 7 8 9 10; do \
	  BOOKING_FAULT_SEED=$$seed BOOKING_FAULT_SECONDS=40 $(RUN) -m pytest -q tests/faults || exit 1; done
	HYPOTHESIS_PROFILE=deep $(RUN) -m pytest -q tests/domain/test_stateful.py

clean:  ## remove the virtual environment and caches, never data
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
