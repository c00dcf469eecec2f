PORT ?= 8000
PROFILE ?= small
PYTHON_BIN := .venv/bin/python
export PORT PROFILE

.PHONY: setup run test check test-all bench lock

setup:
	@bash deploy/setup.sh

run: setup
	@exec $(PYTHON_BIN) -m lms.run

test: setup
	@bash deploy/browser.sh
	@$(PYTHON_BIN) -m pytest -q -m "not slow" -n 2 --dist loadfile

check: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/lint-imports --no-cache
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/djlint templates --lint --quiet
	@$(PYTHON_BIN) manage.py makemigrations --check --dry-run --verbosity 1
	@$(MAKE) --no-print-directory test

test-all: setup
	@bash deploy/browser.sh
	@$(PYTHON_BIN) -m pytest -q -n 2 --dist loadfile

bench: setup
	@$(PYTHON_BIN) manage.py bench --standard --json
	@$(PYTHON_BIN) manage.py bench_exam --json

lock:
	@uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	@uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra dev -o requirements-dev.lock
	@npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved
