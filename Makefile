# What each target does: `make help`.
.DEFAULT_GOAL := help
.PHONY: help setup run test check pages messages screenshots long crash bench bench-full peers clean
VENV := .venv
# uv itself lives beside the environment it makes: nothing is installed outside this folder.
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)

# Offices often stand behind a proxy with a certificate of its own, which the system trusts (newer and older name).
export UV_SYSTEM_CERTS := true
export UV_NATIVE_TLS := true

help:  ## Show every target and what it does
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## Make .venv from uv.lock (the other targets call it)
	@command -v $(UV) >/dev/null || { python3 -m venv .uv && .uv/bin/pip install --quiet uv; }
	@$(UV) sync --locked --quiet

run: setup  ## Start everything, walk two dossiers, stay up (HOSO_ONCE=1: end after the walk)
	@$(VENV)/bin/hoso up --walk

test: check  ## Lint, types, and every test on real parts
	@$(VENV)/bin/pytest -n auto --maxprocesses=4 -m "not alone and not long"
	@$(VENV)/bin/pytest -m alone

check: setup  ## Lint, types, rulebooks and their pages
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/hoso rulebook check
	@$(VENV)/bin/hoso rulebook pages --check

pages: setup  ## Write a page of each rulebook into docs/law/
	@$(VENV)/bin/hoso rulebook pages

messages: setup  ## Take the board's messages from its pages into the English catalogue, where new ones wait for their words
	@$(VENV)/bin/python -m tests.browser.messages

screenshots: setup  ## Write pictures of the board's pages into var/screenshots, in both lights and three widths
	@HOSO_SCREENSHOTS=var/screenshots $(VENV)/bin/pytest tests/browser/test_screenshots.py

long: setup  ## What `make test` leaves out: two machines behind nginx, the clock on Prefect, workers killed while they send
	@$(VENV)/bin/pytest -m long

crash: setup  ## Kill every program under load, 100 times (HOSO_KILLS), and 2,000 jobs between two workers
	@$(VENV)/bin/python -m tests.crash.kill
	@HOSO_JOBS=2000 $(VENV)/bin/pytest tests/flows/test_workers.py

bench: peers  ## Measure everything, small, some minutes; writes docs/benchmarks.md and .json
	@$(VENV)/bin/python -m tests.bench

bench-full: peers  ## The same, large, at most an hour
	@$(VENV)/bin/python -m tests.bench --full

peers: setup  ## What the benchmark alone needs, beside the rest in .venv: the engines it compares with, and Locust
	@$(UV) sync --locked --quiet --group bench

clean:  ## Remove environment and caches; data in var/ and out/ stay
	@rm -rf $(VENV) .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis
