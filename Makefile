# Each target is a line that could be typed by hand; `sh dev` sets up what is missing.
.PHONY: help setup test check fix docs snapshots cluster bench all
help:       ## print what there is
	@grep -E '^[a-z]+: .*##' Makefile | sed 's/:.*##/\t/'
setup:      ## make .venv
	sh dev true
test:       ## the plain tests, offline
	sh dev pytest
check: setup  ## format, lint, types, rooms, generated files, our own scan
	sh dev ruff format --check .
	sh dev ruff check .
	sh dev mypy
	sh dev lint-imports --no-cache
	sh dev python -m docs.generate --check
	sh dev secretkit scan --gitleaks never .
fix:        ## format and mend what can be mended
	sh dev ruff check --fix .
	sh dev ruff format .
docs:       ## write schemas/, docs/reference/ and the README's blocks
	sh dev python -m docs.generate
snapshots:  ## accept changed snapshots; read the diff before you commit it
	sh dev pytest tests/snapshots --snapshot-update
cluster:    ## the tests on a real API server; the first run builds it
	SECRETKIT_BUILD_PROGRAMS=1 sh dev pytest -m cluster
bench:      ## ratios against helm and kubectl
	sh dev python -m bench
all: check test
