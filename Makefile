# `make` lists the targets. They need Python 3.11 or newer and nothing else, but for `make vendor`, which needs Node.
.DEFAULT_GOAL := help
.PHONY: help run test deep lint bench bench-ui fuzz screenshots migration requirements vendor clean

PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11 python,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
PIP = -m pip install --quiet --disable-pip-version-check --require-hashes
UV = 0.9.10

help:
	@echo "Orderloom"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | while IFS=@ read -r name text; do \
		printf '%-20s %s\n' "$$name" "$$text"; done

run: .venv/installed ## start Orderloom here, with a demo on the first run (ORDERLOOM_PORT changes the port)
	@.venv/bin/python -m app serve --demo

test: .venv/installed-dev ## run every test (ARGS='tests/core -k waits' runs some)
	@.venv/bin/python -m tools.chromium --obtain
	@.venv/bin/python -m pytest --numprocesses 2 --dist loadfile $(ARGS)

deep: .venv/installed-dev ## run the tests without a browser with many more examples, seeds and kills (ARGS as above)
	@DEEP_TESTS=1 .venv/bin/python -m pytest --numprocesses 2 --dist loadfile $(or $(ARGS),--ignore tests/browser)

lint: .venv/installed-dev ## check style, types and which package imports which
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

bench: build/bench/installed ## measure the engine and the tables, beside their peers (prints JSON and ratios)
	@build/bench/bin/python -m bench $(ARGS)

bench-ui: .venv/installed-dev ## measure the designer in a browser: opening, editing, scrolling
	@.venv/bin/python -m tools.chromium --obtain
	@for part in bench/ui*.py; do .venv/bin/python -m bench.$$(basename $$part .py) || failed=1; done; exit $$failed

fuzz: build/fuzz/installed ## look for input that breaks the rule language (Linux; SECONDS=60)
	@build/fuzz/bin/python -m fuzz $(ARGS)

screenshots: .venv/installed-dev ## make the pictures of the README and the docs anew
	@.venv/bin/python -m tools.screenshots

migration: .venv/installed-dev ## write a migration for changed tables (MESSAGE='what it does')
	@.venv/bin/python -m tools.migration $(MESSAGE)
	@.venv/bin/ruff format --quiet migrations

requirements: build/uv/installed ## pin and hash requirements*.in into requirements*.txt
	@for name in requirements requirements-dev requirements-bench requirements-fuzz; do \
		build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--custom-compile-command "make requirements" $$name.in -o $$name.txt || exit 1; done

vendor: ## fetch the third-party browser code anew into static/vendor (needs Node)
	@cd tools/vendor && npm ci --no-audit --no-fund && npm run bundle

clean: ## remove what can be made again; the data under instance/ stay
	@rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# Stamps: pip runs only when the pinned requirements are newer than the last time it ran.
.venv/installed: requirements.txt
	@$(call environment,.venv)
	@echo "Installing the requirements into .venv ..."
	@.venv/bin/python $(PIP) -r requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	@echo "Installing what the tests need into .venv ..."
	@.venv/bin/python $(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@

build/%/installed: requirements.txt requirements-%.txt
	@$(call environment,build/$*)
	@echo "Installing what make $* needs into build/$* ..."
	@build/$*/bin/python $(PIP) -r requirements.txt -r requirements-$*.txt
	@touch $@

build/uv/installed: Makefile
	@$(call environment,build/uv)
	@build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	@touch $@

define environment
test -n "$(PYTHON)" || { echo "Orderloom needs Python 3.11 or newer; install it, or say: make PYTHON=/path/to/python"; exit 1; }; \
test -x $(1)/bin/python || { mkdir -p build && $(PYTHON) -m venv $(1); }
endef
