# Everything that is run often. `make` alone lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install lock demo up down status test chaos fuzz lint golden platform bench clean

PYTHON := .venv/bin/python
PACKAGES := $(patsubst %/__init__.py,%,$(wildcard bench/__init__.py dags/__init__.py jobs/__init__.py \
	local/__init__.py models/__init__.py query/__init__.py schemas/__init__.py store/__init__.py))
GOLDEN_TESTS = $(shell grep -rl --include='test_*.py' TRAWL_GOLDEN tests)
# uv from PATH, else one of our own that needs no root
UV := $(or $(shell command -v uv),.uv/bin/uv)
# a distribution's Python is compiled by profile, which spares a tenth of the CPU; one that was compiled by hand often is not
BUILT := $(firstword $(wildcard /usr/bin/python3.12 /usr/bin/python3.11) '>=3.11,<3.13')

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: .venv/installed ## make .venv with the exact versions of requirements.lock; does nothing when nothing changed

.venv/installed: requirements.lock | $(UV)
	@test -x $(PYTHON) || $(UV) venv -q --python $(BUILT) .venv
	@$(UV) pip sync -p $(PYTHON) requirements.lock || { \
		echo "error: packages could not be installed: see above; check the network, then make install" >&2; exit 1; }
	@$(PYTHON) -m local.elasticsearch fetch
	@touch $@

.uv/bin/uv:
	@echo "uv is not on PATH: fetching one into .uv"
	@{ python3 -m venv .uv && .uv/bin/python -m pip install -q uv; } || python3 -m pip install -q --target .uv uv

lock: | $(UV) ## newest versions that setup.cfg allows, written to requirements.lock
	$(UV) pip compile -q --upgrade setup.cfg --extra dev --python-version 3.11 --no-header --no-annotate -o requirements.lock

demo: install ## crawl, build and search the made-up world; RECORDED=DIR: recorded payloads instead
	@$(PYTHON) -m local.demo $(if $(RECORDED),--recorded "$(RECORDED)")

up: install ## start Elasticsearch, the stand-in platforms, Airflow and the search page
	@$(PYTHON) -m local.stack up

down: ## stop all of them; what they keep stays
	@test ! -x $(PYTHON) || $(PYTHON) -m local.stack down

status: ## say what is running, and where
	@$(PYTHON) -m local.stack status

test: install ## everything that must hold, offline
	@$(PYTHON) -m pytest -n 2 --no-loadscope-reorder

chaos: install ## nodes of a cluster killed, full and busy under a load; minutes, 4 GB of memory
	@$(PYTHON) -m pytest -m chaos tests/chaos

fuzz: install ## 10,000 damaged pages to every platform's reader; minutes
	@TRAWL_FUZZ=10000 $(PYTHON) -m pytest tests/jobs/platforms/test_fuzz.py

lint: install ## format, order of imports, flake8, mypy, layers
	@.venv/bin/black -q --check -l 120 $(PACKAGES) tests || { .venv/bin/black -l 120 --diff -q $(PACKAGES) tests; exit 1; }
	@.venv/bin/isort -q --check $(PACKAGES) tests
	@.venv/bin/flake8 $(PACKAGES) tests
	@.venv/bin/mypy --strict $(PACKAGES)
	@.venv/bin/lint-imports

golden: install ## rewrite the golden files; look at the diff
	@TRAWL_GOLDEN=write $(PYTHON) -m pytest $(GOLDEN_TESTS)

platform: install ## begin a platform: make platform NAME=x
	@$(PYTHON) -m local.skeleton "$(NAME)"

bench: install ## measure how good and how fast everything is, into docs/benchmarks.md
	@$(PYTHON) -m bench

clean: down ## stop everything and delete what the commands made, but .venv
	rm -rf var build dist .pytest_cache .mypy_cache .hypothesis .import_linter_cache *.egg-info spark-warehouse
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
