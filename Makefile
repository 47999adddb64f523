# Everyday commands. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
LOCKS := requirements/build.txt requirements/runtime.txt requirements/dev.txt requirements/node.txt
MODULES := web/node_modules/.package-lock.json
STATIC := web/static/site.css
PACKS := $(sort $(wildcard policies/*.yaml))
PYTEST_FLAGS ?= -n 2 --dist loadfile
# Where `domain/` is tried without a server.
RULES_TESTS := tests/rules tests/office tests/documents tests/subject_access
BENCH_FLAGS ?=

# A shell that has another environment active must not lend us its packages.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.PHONY: help
help: ## List these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "make %-10s %s\n", $$1, $$2 }'

.PHONY: install
install: $(INSTALLED) $(STATIC) ## Set everything up in .venv (quick when nothing has changed)

$(INSTALLED): pyproject.toml $(LOCKS)
	@command -v $(PYTHON) >/dev/null || { echo "Evenhand needs Python 3.11 or newer; '$(PYTHON)' is not on the PATH. Try: make install PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Evenhand needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make install PYTHON=python3.12" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { echo "Python could not make an environment in $(VENV). On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements/build.txt -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-build-isolation --no-deps --no-index --editable .
	@touch $@

$(MODULES): web/package.json web/package-lock.json web/.npmrc web/npm.sh | $(INSTALLED)
	web/npm.sh ci --silent
	@touch $@

$(STATIC): $(MODULES) web/build.sh $(wildcard web/styles/*.scss web/scripts/*)
	web/npm.sh run --silent build

.PHONY: run
run: install ## Set everything up and run the service with a sample school
	$(BIN)/evenhand up --sample

.PHONY: test
test: install ## Set everything up and run the tests, two files at a time
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

.PHONY: check
check: install ## Lint, formatting, types and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-logo

.PHONY: format
format: install ## Put the code into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: coverage
coverage: install ## Statement and branch coverage of the rules (at least 95 %)
	$(BIN)/python -m pytest -n 2 $(RULES_TESTS) --cov=domain --cov-branch --cov-report=term-missing --cov-fail-under=95

.PHONY: mutants
mutants: install ## Mutation testing of the case machine and the calendar (slow)
	$(BIN)/mutmut run
	$(BIN)/mutmut results

.PHONY: rehearse
rehearse: install ## Rehearse the story of each policy pack
	@set -e; for pack in $(PACKS); do echo "== $$pack"; $(BIN)/evenhand rehearse $$pack; done

.PHONY: bench
bench: install ## Measure how fast a million events are verified (takes a quarter of an hour)
	$(BIN)/python -m benchmarks.record $(BENCH_FLAGS)

.PHONY: pagebench
pagebench: install ## Measure how fast Today is shown with 10,000 cases (takes some minutes)
	$(BIN)/python -m benchmarks.pages $(BENCH_FLAGS)

# The machine's own index settings stay out of the lock files.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --no-config --no-strip-extras

.PHONY: lock
lock: ## Lock the dependencies anew (needs uv; add UPGRADE=--upgrade for newer versions)
	$(LOCK) $(UPGRADE) requirements/build.in -o requirements/build.txt
	$(LOCK) $(UPGRADE) requirements/node.in -o requirements/node.txt
	$(LOCK) $(UPGRADE) pyproject.toml -o requirements/runtime.txt
	$(LOCK) $(UPGRADE) pyproject.toml --extra dev -c requirements/runtime.txt -o requirements/dev.txt
	cd web && ./npm.sh install --silent --package-lock-only && sed -i '/"funding": [{[]/,/^      []}],\{0,1\}$$/d' package-lock.json
	@! grep -nE '://|^--' $(LOCKS) web/package-lock.json || { echo "A lock file names an index or a host; it must not." >&2; exit 1; }

.PHONY: clean
clean: ## Remove the environment and caches (the data in var/ stays)
	rm -rf $(VENV) web/node_modules web/static build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage mutants .hypothesis
