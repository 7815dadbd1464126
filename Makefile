# Handrail. Bare `make` lists what it can do. Only python3 (3.11 or newer) and make are needed.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
SETUP := $(PYTHON) -I handrail/project/bootstrap.py
DEMO := exec env HANDRAIL_DATA="$${HANDRAIL_DATA:-$(CURDIR)/.demo}" PORT=$(PORT) $(BIN)/handrail demo

.DEFAULT_GOAL := help
.PHONY: help setup dev demo demo-reset test run worker check fix crawl bench docs messages lock

help: ## list what make can do
	@echo "make TARGET        (PORT=8001 chooses another port)"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name words; do \
		printf '  %-12s %s\n' $$name "$$words"; done

setup: ## make the environment in .venv from the lock, checked by hash
	@$(SETUP) requirements.txt

dev:
	@$(SETUP) requirements-dev.txt

demo: setup ## run Handrail with invented people on 127.0.0.1:8000
	@$(DEMO)

demo-reset: setup ## throw the demo's data away and start over
	@$(DEMO) --reset

run: setup ## run the web server (settings: env.example)
	@exec env PORT=$(PORT) $(BIN)/handrail serve

worker: setup ## run the worker: clocks, messages, published numbers
	@exec $(BIN)/handrail worker

test: dev ## run the whole suite on SQLite, and on PostgreSQL when there is one
	@BIN=$(BIN) .ci/test

check: dev ## check style, types, imports, migrations, docs, deployment; edits nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find handrail -name '*.html' -exec $(BIN)/djade --check --target-version 5.2 {} +
	$(BIN)/mypy handrail
	$(BIN)/lint-imports
	@HANDRAIL_ENV=test HANDRAIL_DATA=$$(mktemp -d) $(BIN)/handrail makemigrations --check --dry-run
	@HANDRAIL_ENV=test HANDRAIL_DATA=$$(mktemp -d) $(BIN)/handrail docs --check
	@HANDRAIL_ENV=test HANDRAIL_DATA=$$(mktemp -d) $(BIN)/handrail library check
	@BIN=$(BIN) .ci/deploy-check

fix: dev ## the twin of check: put right what can be put right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	find handrail -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +
	@HANDRAIL_ENV=test HANDRAIL_DATA=$$(mktemp -d) $(BIN)/handrail docs

crawl: dev ## walk a running demo as a visitor (HOME_URL=…): whom it asks, what the browser keeps
	@$(BIN)/python -m tests.browser $(or $(HOME_URL),http://127.0.0.1:$(PORT))

bench: dev ## measure, each number beside its floor or rival
	@$(BIN)/python -m bench

docs: setup ## write the pages that are made from tables
	@HANDRAIL_ENV=test HANDRAIL_DATA=$$(mktemp -d) $(BIN)/handrail docs

messages: setup ## put new sentences into the .po files, and say which are still to translate
	@HANDRAIL_ENV=test HANDRAIL_DATA=$$(mktemp -d) DJANGO_SETTINGS_MODULE=handrail.project.settings \
		$(BIN)/python -m handrail.project.phrases

lock: dev ## renew the lock files from pyproject.toml
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-header --extra dev pyproject.toml -o requirements-dev.txt
	echo uv | $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header - -o requirements-installer.txt
