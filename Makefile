# SMS Admin. `make help` lists everything; you only need `make run` to start.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check -q install
export PYTHONUNBUFFERED := 1

# Tools that are needed now and then only; they are no part of the program or its tests.
UV := uv==0.13.9
SBOM := cyclonedx-bom==7.5.0

.PHONY: help run demo test lint format lock sbom bench torture screenshots tour clean

help: ## List these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "SMS Admin needs Python 3.11 or newer (make run PYTHON=/path/to/python3.11)."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv is missing. On Debian or Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }

.venv/run-ready: requirements.txt | .venv/bin/python
	@echo "Getting the Python packages (once, about half a minute) ..."
	@$(PIP) --no-compile --require-hashes -r requirements.txt
	@touch $@

.venv/dev-ready: requirements.txt requirements-dev.txt | .venv/bin/python
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch .venv/run-ready $@

run: .venv/run-ready ## Serve on http://127.0.0.1:5000 (HOST and PORT change it)
	@APP_ENV=$${APP_ENV:-development} exec $(BIN)/gunicorn -c gunicorn.conf.py wsgi:app

demo: .venv/run-ready ## The same on a database of its own, filled with a made-up organization
	@DATABASE_URL=sqlite:///instance/demo.db $(BIN)/python -m app.demo_year
	@DATABASE_URL=sqlite:///instance/demo.db $(MAKE) --no-print-directory run

test: .venv/dev-ready ## Every test, in a real browser too
	@sh tests/browser/get_chromium.sh
	@$(BIN)/python -m tests.run $(TESTS)

lint: .venv/dev-ready ## Style, types, imports between layers, templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint app/templates --lint --quiet
	@$(BIN)/djlint app/templates --check --quiet

format: .venv/dev-ready ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/djlint app/templates --reformat --quiet || true

lock: .venv/bin/python ## Rebuild requirements*.txt from requirements*.in, every package with its hashes
	@$(PIP) $(UV)
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		requirements.in -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		-c requirements.txt requirements-dev.in -o requirements-dev.txt

sbom: .venv/bin/python ## The packages it runs with, as CycloneDX, into build/sbom.json
	@$(PIP) $(SBOM)
	@mkdir -p build
	@$(BIN)/cyclonedx-py requirements --output-reproducible -o build/sbom.json requirements.txt

bench: .venv/dev-ready ## Measure speed, as ratios to a named baseline in the same run
	@$(BIN)/python -m tests.bench

torture: .venv/dev-ready ## 200 kills, load, long waits, a soak (half an hour; TORTURE="kills 20 load" does a part)
	@$(BIN)/python -m tests.torture $(TORTURE)

screenshots: .venv/dev-ready ## Pictures of every page, wide and narrow, into build/screenshots
	@sh tests/browser/get_chromium.sh
	@$(BIN)/python -m tests.browser.screenshots

tour: .venv/dev-ready ## The newcomer's walk in Chromium: clicks, page weights, new docs/screenshots
	@sh tests/browser/get_chromium.sh
	@$(BIN)/python -m tests.browser.tour

clean: ## Remove what can be rebuilt (never the data in instance/)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
