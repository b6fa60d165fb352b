# One entrance for every job. `make` alone lists them.
#
# Needs only make and a Python of 3.11 or later: PYTHON=/path/to/python picks another one.
# The first target that needs it makes the environment in .venv from hashed requirements.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
READY := $(VENV)/ready-$(VERSION)
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock'

# One more than there are cores: tests wait for the programs that they start.
WORKERS = $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

# Programs of the environment come first, for the tests that start `lydite` by its name.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Every test that starts a program would compile all its libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup prove test lint format bench nightly docs lock clean

help: ## list what can be made
	@echo "usage: make TARGET"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(READY) ## make the environment in .venv, if it is not there or out of date

prove: $(READY) ## run the main job: the coin in the simulated world, as real processes, and with planted bugs
	@$(BIN)/lydite prove $(if $(PRESET),--preset $(PRESET)) $(if $(OUT),--out $(OUT))

test: $(READY) ## run the tests, on all cores; with CATEGORY=e2e, those of one category
	@echo "test: pytest on all cores; the closing line counts what passed"
	@$(BIN)/pytest -q -n $(WORKERS) --dist worksteal $(if $(CATEGORY),-m "$(CATEGORY)")

lint: $(READY) ## check format, style, types and layering
	@echo "lint: format" && $(BIN)/ruff format --check --quiet . \
		|| { echo "lint: run \`make format\`, or see what it would change with \`ruff format --diff\`"; exit 1; }
	@echo "lint: style" && $(BIN)/ruff check --quiet .
	@echo "lint: types" && $(BIN)/mypy --num-workers auto
	@echo "lint: storeys" && $(BIN)/lint-imports --no-logo

format: $(READY) ## rewrite the sources as the formatter wants them
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY) ## measure speed and size, print the table and store it
	@$(BIN)/python -m benchmarks.run

nightly: $(READY) ## run the tests of large sizes as well
	@echo "nightly: every test, then the large sizes"
	@$(BIN)/pytest -q -n auto --dist worksteal -m 'nightly or not nightly' --timeout 1800

docs: $(READY) ## write the generated pages of docs/reference anew
	@$(BIN)/python docs/reference/generate.py

lock: $(READY) ## resolve the ranges of pyproject.toml into requirements/*.txt, with hashes
	@echo "lock: requirements/core.txt" && $(COMPILE) pyproject.toml -o requirements/core.txt
	@echo "lock: requirements/dev.txt" && $(COMPILE) pyproject.toml --extra dev -o requirements/dev.txt
	@echo "lock: requirements/uv.txt" && echo uv | $(COMPILE) - -o requirements/uv.txt

clean: ## remove the environment and everything that tools have made
	@rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A stamp named after the Python version stands for it: it is made anew when that
# version, the requirements or the project's own description change. uv installs in seconds; where it
# cannot be had (it does not read pip's own settings), pip does the same work more slowly.
$(READY): requirements/dev.txt requirements/uv.txt pyproject.toml
	@test -n "$(VERSION)" || { echo "setup: no Python at '$(PYTHON)'; name one: make PYTHON=/path/to/python"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "setup: Python $(VERSION) is too old, 3.11 or later is needed: make PYTHON=/path/to/python"; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit("%d.%d.%d" % sys.version_info[:3] != "$(VERSION)")' 2>/dev/null \
		|| { echo "setup: making $(VENV) with Python $(VERSION)"; rm -rf $(VENV); $(PYTHON) -m venv $(VENV); } \
		|| { rm -rf $(VENV); echo "setup: no venv without ensurepip; on Debian: apt-get install python3-venv"; exit 1; }
	@rm -f $(VENV)/ready-*
	@command -v uv >/dev/null || $(BIN)/python -m pip install -qq --require-hashes -r requirements/uv.txt \
		|| echo "setup: uv cannot be had here; pip takes its place"
	@echo "setup: installing requirements/dev.txt, every file checked against its hash"
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) uv pip install --quiet --require-hashes -r requirements/dev.txt 2>$(VENV)/uv.log \
		|| { echo "setup: uv could not; pip does it, more slowly"; \
		     $(BIN)/python -m pip install -qq --require-hashes -r requirements/dev.txt; }
	@echo "setup: installing lydite itself, editable"
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) uv pip install --quiet --no-deps --no-build-isolation --editable . 2>>$(VENV)/uv.log \
		|| $(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@ && echo "setup: done"
