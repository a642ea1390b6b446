# Every command works from a fresh clone: it makes .venv and installs the pins when they changed.
# Name another interpreter with PYTHON=..., pass options on with ARGS="...".
PYTHON ?= $(shell for p in python3.11 python3; do $$p -c '' 2>/dev/null && { echo $$p; exit; }; done; echo python3)
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check format bench manage clean

help: ## List the commands
	@sed -n 's/^\([a-z]*\): ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: ## Serve on http://127.0.0.1:8000 with demo data (PORT, DATABASE_URL, REDIS_URL, DEMO to change; Ctrl-C ends it)
	@$(PYTHON) -m tools.run

test: ## Run every test on PostgreSQL, Redis and Chromium, then on SQLite (ARGS="-k visits")
	@$(PYTHON) -m tools.test $(ARGS)

check: ## Check format, lint, types, the import law, deployment settings and migrations
	@$(PYTHON) -m tools.check

format: ## Put imports in order and format the code
	@$(PYTHON) -m tools.check --format

bench: ## Measure speed against the anchors (ARGS="--help")
	@$(PYTHON) -m tools.bench $(ARGS)

manage: ## Run a management command beside make run (ARGS="export_visit_rates --help")
	@$(PYTHON) -m tools.manage $(ARGS)

clean: ## Remove what can be made again; keeps var/ (the data, the secrets)
	rm -rf .venv staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage var/postgres-wheel var/run/static.stamp
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
