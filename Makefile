# Needs only Python 3.11 or newer, make and git. `make help` lists the targets.

PYTHON ?= python3
VENV ?= .venv
SERVE ?= 1
HOST ?= 127.0.0.1
PORT ?= 8000
DEMO_DATA ?= .licet-demo
PYTEST_ARGS ?=
BENCH_ARGS ?=
CHROMIUM ?= $(shell command -v chromium)

UV_VERSION := 0.13.8
BIN := $(VENV)/bin
READY := $(VENV)/.ready-uv-$(UV_VERSION)
BUILT := service/licet_service/static/built

# The lock decides what is installed, and this environment is where; nothing outside has a say.
export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON_DOWNLOADS := never
export UV_HTTP_TIMEOUT ?= 120
unexport VIRTUAL_ENV UV_PYTHON PYTHONPATH PYTHONHOME
# pyright comes whole in its wheel, and so does its node: neither looks for a newer one.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
unexport PYRIGHT_PYTHON_FORCE_VERSION PYRIGHT_PYTHON_PYLANCE_VERSION PYRIGHT_PYTHON_NODE_VERSION

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup frontend test lint types ontology pytest browser demo bench format clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(READY) frontend ## Create .venv with what uv.lock names (PYTHON=python3.12 picks another Python)

$(READY): uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Licet needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name another one: make setup PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv sync --frozen --no-progress --compile-bytecode --python $(BIN)/python
	@rm -f $(VENV)/.ready-uv-*
	@touch $@

# Pages work without it; what is missing then, they say themselves.
frontend: ## Bundle the SPARQL editor and the viewer of the API, where Node is
	@if ! command -v npm >/dev/null; then \
	  echo "No Node: the SPARQL editor and the viewer of the API stay plain." >&2; \
	elif ! $(MAKE) --no-print-directory $(BUILT)/third-party.json; then \
	  echo "The front-end parts were not built: the SPARQL editor and the viewer of the API stay plain." >&2; \
	fi

$(BUILT)/third-party.json: frontend/package-lock.json frontend/package.json $(wildcard frontend/*js)
	cd frontend && npm ci --no-progress --loglevel=error --fetch-retries=1 --fetch-timeout=60000
	cd frontend && node build.mjs ../$(BUILT)
	@touch $@

# The other checks take a processor each while the tests go on.
test: $(READY) frontend ## Everything that must pass before a commit
	$(MAKE) --no-print-directory --jobs 2 pytest lint types ontology

lint: $(READY) ## Check style, formatting and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-logo

types: $(READY) ## Check types with mypy and pyright
	$(BIN)/mypy
	$(BIN)/pyright

ontology: $(READY) ## Check the ontology and the license catalogue
	$(BIN)/licet validate --ontology

pytest: $(READY) frontend ## Run the tests (PYTEST_ARGS="-k lineage" runs some)
	$(BIN)/pytest --numprocesses logical --dist loadfile $(PYTEST_ARGS)

# Chromium is not of PyPI or npm: `apt-get install chromium`, or name one by CHROMIUM=/path.
browser: $(READY) frontend ## Run the tests of the pages in Chromium, and fail where there is none
	@test -n "$(CHROMIUM)" || { echo "There is no Chromium: install it, or name one by CHROMIUM=/path/to/chromium" >&2; exit 1; }
	CHROMIUM="$(CHROMIUM)" $(BIN)/pytest tests/service/test_browser.py $(PYTEST_ARGS)

# Three questions that people have asked in public, of models in the bundled sample.
ASK = @printf '\n%s\n' '$$ licet query $(1)'; $(BIN)/licet query $(1) --data $(DEMO_DATA)

demo: $(READY) frontend ## Build a small graph, ask it three questions and serve it (SERVE=0 stops before serving)
	$(BIN)/licet build sample --data $(DEMO_DATA)
	$(call ASK,trained-on-banned-output)
	$(call ASK,card-duties model=canopylabs/orpheus-3b-0.1-ft)
	$(call ASK,merge-licenses model=mlabonne/OmniBeagle-7B)
ifneq ($(SERVE),0)
	$(BIN)/licet serve --data $(DEMO_DATA) --host $(HOST) --port $(PORT)
endif

bench: $(READY) ## Measure (BENCH_ARGS go to the benchmark)
	$(BIN)/python -m bench $(BENCH_ARGS)

format: $(READY) ## Format the code and apply the safe fixes
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## Remove .venv, the demo and every cache
	rm -rf $(VENV) $(DEMO_DATA) $(BUILT) frontend/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find ontology queries ingest reasoning service tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
