# Everything a contributor types. Needs make and a Python from 3.11 on; the rest is fetched.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# In this order even under `make -j`: what fails fast goes first.
.NOTPARALLEL:

VENV ?= .venv
PORT ?= 8000
DATA ?= ./data
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)

BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8000 and DATA=./data are for 'run'; PYTHON=… chooses the Python that 'setup' uses."

.PHONY: setup
setup: $(READY) ## Create the virtual environment and install the locked packages

# Written last: an interrupted setup leaves no stamp, and starts again.
$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Fil rouge needs Python 3.11 or newer, and none was found. Set PYTHON=/path/to/python3." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Fil rouge needs Python 3.11 or newer: $(PYTHON) is not." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	test -x $(BIN)/python || "$(PYTHON)" -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip check
	@touch $@

.PHONY: run
run: $(READY) ## Load the demonstration register and serve it
	$(BIN)/filrouge demo --port $(PORT) --data $(DATA)

.PHONY: test
test: $(READY) ## Run the tests
	$(BIN)/python -m pytest -n auto

.PHONY: lint
lint: $(READY) ## Check form, types and floors
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

.PHONY: check
check: lint golden-check test ## Everything CI runs: lint, golden files, tests

.PHONY: fmt
fmt: $(READY) ## Rewrite the code in the house format
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

.PHONY: soak
soak: $(READY) ## Run the long tests that look for rare faults
	$(BIN)/python -m pytest -n auto -m soak

.PHONY: bench
bench: $(READY) ## Measure the main paths in a minute or so
	$(BIN)/python -m bench

.PHONY: bench-full
bench-full: $(READY) ## Measure at the scale of a country
	$(BIN)/python -m bench --full

.PHONY: golden
golden: $(READY) ## Rebuild the golden files of every format
	$(BIN)/python -m tests.golden

# A golden file that changed, or one that git does not know yet, is a change of format.
.PHONY: golden-check
golden-check: golden
	git diff --exit-code -- tests/golden
	@new=$$(git ls-files --others --exclude-standard -- tests/golden); \
	test -z "$$new" || { echo "golden files not in git:"; echo "$$new"; exit 1; } >&2

.PHONY: screenshots
screenshots: $(READY) ## Retake the pictures of the documentation
	$(BIN)/python -m tests.screenshots

# The lock names files by their hashes and no place to fetch them from. It is resolved against the
# public index alone, whatever this machine is told elsewhere: hence --no-config and the bare UV_.
.PHONY: lock
lock: ## Resolve the dependencies again, to the newest that fit
	test -x $(BIN)/uv || $(MAKE) setup
	env -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS -u UV_DEFAULT_INDEX \
		$(BIN)/uv pip compile --quiet --no-config --upgrade --universal --python-version 3.11 \
		--fork-strategy fewest \
		--generate-hashes --no-emit-index-url --no-emit-find-links --extra dev \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

# The versions that the lock pins, each with its platforms, against a public database of known
# vulnerabilities. It reads the network: no part of `check`, and never green when it could not ask.
.PHONY: audit
audit: $(READY) ## Look the locked versions up among known vulnerabilities
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	{ printf '[project]\nname = "locked"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = [\n'; \
	sed -n 's/^\([a-zA-Z0-9][^ ]*==[^\\]*[^ \\]\) *\\*$$/  "\1",/p' requirements.lock; echo ']'; } >"$$folder/pyproject.toml" && \
	$(BIN)/uv audit --quiet --project "$$folder" --no-config \
	|| { echo "The audit did not end well: a version above is known to be vulnerable, or the database could not be asked." >&2; exit 1; }

.PHONY: clean
clean: ## Remove the environment, caches and builds; the data stays
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find ledger viz tests bench -name __pycache__ -type d -prune -exec rm -rf {} +
