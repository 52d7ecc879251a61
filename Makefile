# make run     the app at http://127.0.0.1:8501   (HOST=0.0.0.0 PORT=8600 to change)
# make test    every check and test, browser tests included
# make fast    the tests that run no page, no TensorFlow and no browser: under a minute

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
SHARED := -n auto --dist loadfile

# Many processes are started here, and each would compile the whole library anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test fast check chromium bench clean

run: $(VENV)/.run
	@echo "CNN Lab: http://$(HOST):$(PORT)"
	$(BIN)/streamlit run streamlit_app.py --server.address $(HOST) --server.port $(PORT)

SLOW := keras or browser or slow
QUICK := $(SHARED) --ignore=tests/backend --ignore=tests/browser
PAIRS := -n 2 --dist loadfile

# The quick ones first. A browser with its server and its TensorFlow takes a core for itself.
test: check chromium
	$(BIN)/python -m pytest $(QUICK) -m "not ($(SLOW))"
	$(BIN)/python -m pytest $(PAIRS) -m "$(SLOW)"

fast: $(VENV)/.dev
	$(BIN)/python -m pytest $(QUICK) -m "not (page or $(SLOW))"

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

chromium: $(VENV)/.dev
	$(BIN)/python tests/browser/ensure_chromium.py

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else f"CNN Lab needs Python 3.11 to 3.13; $(PYTHON) is {v[0]}.{v[1]}. Name another: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt requirements-mlflow.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -r requirements-dev.txt
	@touch $@
