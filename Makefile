# Two commands matter: `make run` and `make test`. The rest is listed by `make help`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
export PYTHONPATH := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run serve worker test check bench eval redteam docs lock clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/pip:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Agent Assist needs Python 3.11 or newer; say make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade pip
	@touch $@

# The lock lists everything, so pip need not look for more: --no-deps installs exactly what was locked.
$(VENV)/run: requirements.txt $(VENV)/pip
	$(PIP) --no-deps --require-hashes -r requirements.txt
	$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/dev: requirements-dev.txt $(VENV)/pip
	$(PIP) --no-deps --require-hashes -r requirements-dev.txt
	$(PIP) --no-deps --editable .
	@touch $@ $(VENV)/run

setup: $(VENV)/run ## Set up what `make run` needs in .venv

setup-dev: $(VENV)/dev ## Set up what tests and checks need too

run: $(VENV)/run ## Serve the demo on http://127.0.0.1:5000 (PORT=… for another port)
	$(BIN)/assist serve --demo

serve: $(VENV)/run ## Serve with your own settings (ASSIST_…)
	$(BIN)/assist serve $(if $(filter 1 true,$(DEMO)),--demo)

worker: $(VENV)/run ## Run jobs in a process of their own
	$(BIN)/assist worker $(if $(filter 1 true,$(DEMO)),--demo)

test: $(VENV)/dev ## Run everything that CI runs: checks, then all tests with real servers and a real browser
	bash tests/system-packages.sh
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest

check: $(VENV)/dev ## Lint, types (Python and scripts), layers, dependencies, the scripts' unit tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	bash assist/web/check.sh

bench: $(VENV)/dev ## Measure speed and memory on this machine (about ten minutes)
	$(BIN)/assist bench $(if $(JSON),--json $(JSON))

# Evaluation data are not part of the product; a folder of them beside the checkout is taken by itself.
DATA ?= $(wildcard ../shared/data)
eval: $(VENV)/dev ## Measure quality: all tasks on DATA=folder, or without data on your resolved tickets (DEMO=1: the demo's)
	$(BIN)/assist eval $(if $(DATA),all --check --data $(DATA) $(if $(LIMIT),--limit $(LIMIT)),own $(if $(filter 1 true,$(DEMO)),--demo)) $(if $(HTML),--html $(HTML)) $(if $(JSON),--json $(JSON)) $(if $(AGAINST),--against $(AGAINST))

redteam: $(VENV)/dev ## Attack a throw-away home with your engine and with one that obeys every attack
	$(BIN)/assist redteam $(if $(DATA),--data $(DATA)) $(if $(HTML),--html $(HTML)) $(if $(JSON),--json $(JSON))

docs: $(VENV)/dev ## Write the reference pages and take the pictures of the guide anew
	$(BIN)/python docs/reference.py
	ASSIST_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/browser/test_demo.py

lock: $(VENV)/dev ## Resolve the dependencies anew
	$(PIP) uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate --upgrade -q pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate --upgrade -q --extra dev pyproject.toml -o requirements-dev.txt

clean: ## Remove the virtual environment and the demo's data
	rm -rf $(VENV) .assist
