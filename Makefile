# The commands of the portal. `make up` runs it, `make test` tests it; both do all set-up themselves.
# Needs make and a Python with pip. PYTHON=… chooses that Python; it only fetches uv.

SHELL := /bin/sh
CANDIDATES := .venv/bin/python python3 python3.13 python3.12 python3.14 /usr/bin/python3 /usr/local/bin/python3 python
PYTHON ?= $(shell for p in $(CANDIDATES); do "$$p" -c "" >/dev/null 2>&1 && { echo "$$p"; break; }; done)
SETUP = $(if $(PYTHON),$(PYTHON),$(error No Python was found. Install Python and pip, or name one: make PYTHON=/path/to/python3 $@)) -B portal/kit/stamps.py
RUN := .venv/bin/python
WORKERS ?= 3
.DEFAULT_GOAL := up
.PHONY: up setup test journeys pictures bench lint types fmt packages packages-dev

up: packages  ## set up and run the portal
	@exec $(RUN) manage.py up

setup: packages  ## installs, migrates, loads the reference seeds, stops
	@exec $(RUN) manage.py up --setup

test: packages-dev  ## set up for tests and run the whole suite; style and types are looked at beside it and told at the end
	@mkdir -p .data-test; \
	$(MAKE) --no-print-directory lint >.data-test/lint.log 2>&1 & lint=$$!; \
	$(RUN) manage.py words >/dev/null && $(RUN) manage.py collectstatic --noinput --clear -v 0 && CHROMIUM="$$($(SETUP) browser)" && export CHROMIUM && test -n "$$CHROMIUM" || { kill $$lint; exit 1; }; \
	failed=0; $(RUN) -m pytest -n $(WORKERS) || failed=1; \
	wait $$lint || failed=1; cat .data-test/lint.log; \
	exit $$failed

journeys: packages-dev  ## the stories in a real browser, on a portal with the played demo
	@CHROMIUM="$$($(SETUP) browser)" && export CHROMIUM && test -n "$$CHROMIUM" && ALL_JOURNEYS=1 $(RUN) -m pytest -n0 tests/journeys

pictures: packages-dev  ## the README's pictures, from a running demo: make pictures DEMO_PASSWORD=… [PORT=8000]
	@$(RUN) -m tests.journeys.pictures --base "http://127.0.0.1:$(or $(PORT),8000)"

lint: packages-dev  ## style, the import contract of the house, types
	@failed=0; \
	$(RUN) -m ruff check . || failed=1; \
	$(RUN) -m ruff format --check . || failed=1; \
	.venv/bin/lint-imports --no-cache || failed=1; \
	$(RUN) -m mypy portal vouchers providers || failed=1; \
	exit $$failed

bench: packages  ## benchmarks; ONLY=select,match for some groups
	@$(RUN) manage.py up --setup
	@exec $(RUN) manage.py bench $(if $(ONLY),--only $(ONLY))

packages:
	@$(SETUP) packages run front

packages-dev:
	@$(SETUP) packages dev front
