# Everything there is to do, by name; the work itself is in scripts/.

PORT ?= 8000
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard app/locale/*/LC_MESSAGES/messages.po))

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench fmt messages privacy migration lock vendor clean

help: ## list what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s%s\n", $$1, $$2}' Makefile

setup: .venv/.dev $(CATALOGUES) ## install what working on Taller needs into .venv

run: .venv/.run $(CATALOGUES) ## start Taller on http://localhost:8000 (PORT= for another), demonstration included
	@.venv/bin/taller serve --migrate --with-worker --demo-if-empty --port $(PORT)

test: check ## everything: check, the suite on PostgreSQL, the journeys in Chromium
	@scripts/test.sh

check: setup ## format, lint, types, floors, catalogues, templates, and the suite on SQLite
	@scripts/check.sh

bench: setup ## measure; writes bench/results.json
	@.venv/bin/python -m bench

fmt: setup ## format the code and repair what can be repaired alone
	@.venv/bin/ruff check --quiet --fix-only .
	@.venv/bin/ruff format --quiet .

messages: setup ## bring the catalogues up to date with the words in the code
	@.venv/bin/python scripts/messages.py update

privacy: setup ## write docs/privacy.md anew from what is declared beside the columns
	@.venv/bin/python scripts/privacy.py update

migration: setup ## write a migration for what changed in the models (NAME="add teams")
	@.venv/bin/alembic revision --autogenerate --message "$(NAME)"

lock: ## take the newest versions of all packages into the lock files
	@scripts/lock.sh

vendor: setup ## fetch the vendored browser libraries anew
	@.venv/bin/python scripts/vendor.py fetch

clean: ## remove what make made, but not your data in var/
	@rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis $(CATALOGUES)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.run: pyproject.toml requirements.lock scripts/setup.sh
	@scripts/setup.sh run

.venv/.dev: pyproject.toml requirements.lock requirements-dev.lock scripts/setup.sh
	@scripts/setup.sh dev

%.mo: %.po | .venv/.run
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@
