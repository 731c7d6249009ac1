# make demo   set everything up, render tests/example, say which file to open
# make quick  set everything up, run the linters and the tests that catch most in least time
# make test   set everything up, run the linters and the tests, but for the slow ones
# make thorough  the same with the slow ones
# make bench  set everything up, run the benchmarks
# make docs   set everything up, build the documentation into cache/docs, look at its pages
# make recipes  set everything up, run the documentation's recipes with the generators themselves
# make living set everything up, open the sites of real generators and themes with their scripts on;
#             a few of them: python -m tests.tools.living NAME...
# make fuzz   set everything up, run generated cases: a minute of each kind; more of one of them:
#             python -m tests.tools.fuzz --seconds 3600 restore
# make attacks  set everything up, build and open pages that mean harm beside pages that do not
# make soak   set everything up, build 100,000 formulas while the browser is killed again and again
# make clean  take away all that the others made
#
# Each works as the first command in a fresh clone. Needed beforehand: Python 3.11 or newer with pip
# and venv. Node and npm come from PyPI; Chromium is installed only if none is found.

PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PRERENDER_CACHE ?= $(CURDIR)/cache
# How long Playwright waits for its download server to answer.
export PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT ?= 5000

MADE_FROM := pyproject.toml $(addprefix prerender/engine/vendor/,hook.py mathfont.py package-lock.json NOTICE)

# A file's tests share what is dear to make, so they stay with one worker.
PYTEST := python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: demo quick test thorough lint bench docs recipes living fuzz attacks soak clean chromium
.NOTPARALLEL:

demo: .venv/.demo chromium
	prerender build tests/example -o cache/demo
	@echo 'Open $(CURDIR)/cache/demo/index.html in a browser.'

quick: lint chromium
	$(PYTEST) -m "quick and not slow"

test: lint chromium
	$(PYTEST) -m "not slow"

thorough: lint chromium
	$(PYTEST)

lint: .venv/.test tests/node_modules/.made
	ruff check
	ruff format --check
	mypy
	node tests/node_modules/eslint/bin/eslint.js --config tests/eslint.config.js \
	  --no-error-on-unmatched-pattern prerender tests
	node tests/node_modules/typescript/bin/tsc -p tests/tsconfig.json
	node tests/node_modules/typescript/bin/tsc -p tests/tsconfig.sandbox.json

bench: .venv/.test tests/node_modules/.made chromium
	python -m tests.tools.bench

docs: .venv/.test chromium
	NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet --config-file docs/mkdocs.yml
	prerender check cache/docs --screens 320,390,820
	@echo 'Open $(CURDIR)/cache/docs/index.html in a browser.'

# What PyPI and npm do not have.
recipes: .venv/.test chromium
	@command -v jekyll >/dev/null && command -v doxygen >/dev/null || { $(APT) update && \
	  $(APT) install -y --no-install-recommends jekyll doxygen >/dev/null; }
	python -m tests.tools.recipes

living: .venv/.test tests/node_modules/.made chromium
	python -m tests.tools.living

fuzz: .venv/.test tests/node_modules/.made chromium
	python -m tests.tools.fuzz

attacks: .venv/.test tests/node_modules/.made chromium
	python -m tests.tools.attacks --firefox

soak: .venv/.test chromium
	python -m tests.tools.soak

clean:
	rm -rf .venv dist tests/node_modules prerender/engine/mathjax .hypothesis .*_cache
	find cache -mindepth 1 ! -name .gitignore -delete
	find prerender tests -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.demo: .venv/bin/python $(MADE_FROM)
	pip install -qq --disable-pip-version-check --editable .
	touch $@

.venv/.test: .venv/bin/python $(MADE_FROM)
	pip install -qq --disable-pip-version-check --editable '.[test]'
	touch $@ .venv/.demo

tests/node_modules/.made: tests/package-lock.json .venv/.test
	cd tests && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

# A browser that starts, not only one that is there: Playwright's needs libraries of the system.
FIND := from os import environ as e; from prerender.browser.discover import find_browser as find; \
  print(find(e.get("PRERENDER_BROWSER")).path)
HAVE_CHROMIUM = "$$(python -c '$(FIND)' 2>/dev/null)" --version >/dev/null 2>&1
APT := $(if $(filter 0,$(shell id -u)),,sudo -n) env DEBIAN_FRONTEND=noninteractive apt-get -qq

chromium: | .venv/.demo
	@$(HAVE_CHROMIUM) || { echo "No Chromium here: asking Playwright for one"; \
	  playwright install --only-shell chromium >/dev/null 2>&1 && $(HAVE_CHROMIUM); } || \
	  { echo "None from Playwright that runs here: asking apt-get"; \
	  $(APT) update && $(APT) install -y chromium-headless-shell >/dev/null && $(HAVE_CHROMIUM); } || \
	  { echo "Please install Chromium, or name one in PRERENDER_BROWSER" >&2; exit 1; }
