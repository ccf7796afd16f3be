# make help says what there is. Nothing has to be installed first but Python 3.11 or newer and make.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help install demo test test-fast prove mutate bench check docs screenshots lock clean

# Every path is relative, so the project may stand in a folder with spaces in its name.
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python
READY := $(VENV)/.ready
ROOMS := benchmarks tools ops bot handlers integrations config desk sandbox
ARGS ?=
# Where Python keeps no bytecode, each process that a test starts compiles the whole house again.
unexport PYTHONDONTWRITEBYTECODE

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile
	@echo "  ARGS= is passed on: make test ARGS='-k zendesk', make demo ARGS='--exit'"

$(READY): requirements.lock pyproject.toml
	@set -e; \
	if [ ! -x "$(RUN)" ]; then \
	  for found in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	    if "$$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	      echo "Making $(VENV) with $$found"; "$$found" -m venv "$(VENV)"; break; \
	    fi; \
	  done; \
	fi; \
	if [ ! -x "$(RUN)" ]; then echo "No Python 3.11 or newer here. Try: make PYTHON=/path/to/python3.11" >&2; exit 1; fi; \
	export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore; \
	"$(RUN)" -m pip install --quiet --require-hashes -r requirements.lock; \
	"$(RUN)" -m pip install --quiet --no-deps --no-build-isolation -e .; \
	touch "$(READY)"

install: $(READY) ## install everything into .venv

demo: $(READY) ## run the bot against a pretend Slack, Zendesk and back office
	@"$(RUN)" -m ops.cli demo $(ARGS)

test: $(READY) ## run the tests on two cores
	@"$(RUN)" -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

test-fast: $(READY) ## run the tests of the desk and of what is sent and read: what to run after each change
	@"$(RUN)" -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/desk tests/wire $(ARGS)

prove: $(READY) ## run what takes longer, the whole torture first of all, and keep a dated line in docs/prove.md
	@"$(RUN)" -m tools.prove $(ARGS)

mutate: $(READY) ## put one-line faults into desk/ and see whether the fast tests notice
	@"$(RUN)" -m tools.mutate $(ARGS)

bench: $(READY) ## measure speed, memory and outside calls beside their limits
	@"$(RUN)" -m benchmarks $(ARGS)

check: $(READY) ## format, lint, types, layers, playbooks, languages, manifest, compose file, queries, docs, house rules
	@"$(RUN)" -m ruff format --check .
	@"$(RUN)" -m ruff check .
	@"$(RUN)" -m mypy
	@"$(BIN)/lint-imports" --no-logo
	@"$(RUN)" -m ops.cli playbook check
	@"$(RUN)" -m ops.cli catalogue check
	@"$(BIN)/check-jsonschema" --builtin-schema vendor.compose-spec deploy/compose.yaml > /dev/null
	@"$(RUN)" -m tools.queries
	@"$(RUN)" -m ops.cli manifest --url https://ato.example.com > /dev/null
	@"$(RUN)" -m ops.cli playbook schema --check config/playbook.schema.json
	@NO_MKDOCS_2_WARNING=1 "$(RUN)" -m mkdocs build --strict --quiet --site-dir "$(VENV)/site"
	@"$(RUN)" -m tools.checks

docs: $(READY) ## build the documentation into site/
	@NO_MKDOCS_2_WARNING=1 "$(RUN)" -m mkdocs build --strict --quiet --site-dir site
	@echo "Written: site/index.html"

screenshots: $(READY) ## make the documentation's pictures again, from the browser's tests
	@ATO_SCREENSHOTS=docs/pictures "$(RUN)" -m pytest -q tests/browser $(ARGS)

LOCK := "$(BIN)/uv" pip compile --generate-hashes --no-emit-index-url --universal --python-version 3.11 --quiet
lock: $(READY) ## write the three locks from pyproject.toml
	@$(LOCK) pyproject.toml --group dev --all-extras -o requirements.lock
	@$(LOCK) pyproject.toml --extra postgres --constraint requirements.lock -o requirements-run.lock
	@$(LOCK) --group build --constraint requirements.lock -o requirements-build.lock
	@"$(RUN)" -m tools.checks

clean: ## remove what was made here, but no case
	@rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
