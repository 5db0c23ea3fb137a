# Two commands for a fresh machine with git, make and python3 (3.11 or newer):
#   make demo   the main job on the toy cohorts, to a finished report
#   make test   the tests
PYTHON ?= python3
CORES ?= 2
BIN := .venv/bin
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES)

.PHONY: help demo test test-browser lint format docs quotes bench validate calibrate mutate lock env env-dev env-browser env-hte clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -4
	@echo "  make lint   formatting, style, types, workflow lint"
	@echo "  make test-browser   the pages in Chromium, where it is installed"
	@echo "  make docs   generated documentation and schemas"
	@echo "  make quotes [DATA=<folder>]   quoted output in the documentation, anew"
	@echo "  make bench  measure genotype work and clustering against plink2, bcftools, R and others"
	@echo "  make validate DATA=<folder>   hold the workflow against real cohorts"
	@echo "  make calibrate   measure how often the verdict is wrong (hours; goes on when killed)"
	@echo "  make mutate   change the library place by place: do the tests see it? (hours)"
	@echo "  make env-hte  causal forests (EconML) for response.learner"
	@echo "  make lock   resolve the pinned packages anew"

env:
	@$(PYTHON) envs/install.py run

env-dev:
	@$(PYTHON) envs/install.py dev

env-browser:
	@$(PYTHON) envs/install.py browser
	@if command -v npm >/dev/null; \
	then npm ci --prefix envs/browser --ignore-scripts --no-audit --no-fund --silent; \
	else echo "npm is not here, so the audit of accessibility is skipped"; fi

# Causal forests (EconML) for response.learner: causal_forest, beside what is there.
env-hte:
	@$(PYTHON) envs/install.py hte

# A killed demo leaves a lock behind; the demo owns its folder, so it is taken off.
demo: env
	@$(SNAKEMAKE) --config 'cohorts=[toy,toy_null]' --quiet all --unlock
	@$(SNAKEMAKE) --config 'cohorts=[toy,toy_null]' --quiet host reason progress
	@$(BIN)/python -m genostrat.report.closing results/toy results/toy_null

test: env-dev
	@$(BIN)/python -m pytest -n $(CORES) --dist loadfile --no-loadscope-reorder

# Pages in a real browser: needs Chromium, which is no Python package.
test-browser: env-browser
	@$(BIN)/python -m pytest tests/browser

lint: env-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

format: env-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/snakefmt Snakefile rules

docs: env-dev
	$(BIN)/python -m genostrat.config.document
	$(BIN)/python -m genostrat.registry.document > docs/outputs.md
	$(BIN)/python -m genostrat.report.schema > config/schema/summary.schema.json

# Runs the toy cohorts and, where DATA names their folder, the real ones.
quotes: env-dev
	PYTHONPATH=.:tests $(BIN)/python tests/workflow/requote.py $(DATA)

UV_COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal \
	--python-version 3.11 --generate-hashes --no-header --override envs/overrides.txt

# An hour on two quiet processors; needs plink2 and bcftools, and takes R's
# ConsensusClusterPlus where it is installed. PANEL is a VCF of the 1000 Genomes panel,
# where there is one.
bench: env-dev
	$(BIN)/python -m benchmarks.compare $(if $(PANEL),--panel $(PANEL)) $(BENCH)
	$(BIN)/python -m benchmarks.consensus_speed $(CONSENSUS)

# Real cohorts with known answers, one subfolder each; those not there are said to be.
# VALIDATE passes options, such as --only strata.
validate: env-dev
	@test -n "$(DATA)" || { echo "say where: make validate DATA=<folder>"; exit 2; }
	$(BIN)/python -m benchmarks.validate --data $(DATA) --cores $(CORES) $(VALIDATE)

# Five hours on two processors; what is done already is kept. CALIBRATE passes options,
# such as --families continuum --sizes 120 --minutes 30, or --shard 3/20 on a cluster.
calibrate: env-dev
	$(BIN)/python -m benchmarks.calibrate --folder results/calibration $(CALIBRATE)
	$(BIN)/python -m benchmarks.calibrate --folder results/calibration --report

# Cosmic Ray has an environment of its own; the tests run in ours. What is tried already is
# kept. MUTATE passes options, such as --per-room 20 --minutes 60.
mutate: env-dev
	$(PYTHON) -m venv .venv-mutation
	.venv-mutation/bin/pip install --quiet --require-hashes -r envs/requirements-mutation.txt
	$(BIN)/python -m benchmarks.mutations $(MUTATE)
	$(BIN)/python -m benchmarks.mutations $(MUTATE) --report

lock: env-dev
	$(UV_COMPILE) -o envs/requirements-installer.txt envs/requirements-installer.in
	$(UV_COMPILE) -o envs/requirements.txt envs/requirements.in
	$(UV_COMPILE) -o envs/requirements-dev.txt envs/requirements.in \
		envs/requirements-dev.in
	$(UV_COMPILE) -o envs/requirements-browser.txt envs/requirements-browser.in
	$(UV_COMPILE) -c envs/requirements.txt -c envs/requirements-dev.txt \
		-o envs/requirements-hte.txt envs/requirements-hte.in
	$(UV_COMPILE) -o envs/requirements-mutation.txt envs/requirements-mutation.in

clean:
	rm -rf .venv .venv-mutation .snakemake results/* logs resources/simulated build dist *.egg-info
