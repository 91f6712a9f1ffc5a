# What a newcomer types: make demo, make test, make lint. Needs Python 3.11 to 3.13, make and git; the rest comes from
# PyPI into .venv once, and later calls need no network.

PYTHON ?= python3
# A GPU takes the CUDA build of TensorFlow; without one a smaller build does.
EXTRA ?= $(shell nvidia-smi -L >/dev/null 2>&1 && echo gpu || echo cpu)
CORES ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count())')
RUN := .venv/bin/python -m
SNAKEMAKE := $(RUN) snakemake --cores $(CORES)
STAMP := .venv/.installed-$(EXTRA)

.PHONY: help demo status test test-environments bench lint format clean

help:
	@echo "make demo    the whole workflow on synthetic images, in minutes"
	@echo "make status  how far a run is, while it runs; RESULTS=results/<experiment> for one of several"
	@echo "make test    lint, unit tests, whole runs of the workflow, and on a throw-away SLURM where it is installed (root)"
	@echo "make test-environments   whole runs with --use-conda"
	@echo "make bench   speed of the training, tables in benchmarks/"
	@echo "make lint    style checks alone"
	@echo "make format  rewrite files in the house style"
	@echo "make clean   remove what the demo made"

$(STAMP): uv.lock pyproject.toml
	test -x .venv/bin/uv || { $(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet "uv>=0.13"; }
	$(RUN) uv sync --frozen --quiet --extra $(EXTRA)
	touch $@

demo: $(STAMP)
	$(SNAKEMAKE) --quiet rules --configfile config/demo.yaml
	@PYTHONPATH=workflow/scripts $(RUN) smear.report.summary results/demo

# It does not look after .venv: a sync would exchange packages under what runs.
status:
	@PYTHONPATH=workflow/scripts $(RUN) smear.status $(RESULTS)

bench: $(STAMP)
	for table in speed memory grid; do .venv/bin/python benchmarks/$$table.py | tee benchmarks/$$table.md; done

lint: $(STAMP)
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) snakefmt --check Snakefile workflow/rules
	$(SNAKEMAKE) --lint

format: $(STAMP)
	$(RUN) ruff check --fix .
	$(RUN) ruff format .
	$(RUN) snakefmt Snakefile workflow/rules

# A file goes to one worker; the longest come first.
test: lint
	$(RUN) pytest -n auto --dist loadfile --no-loadscope-reorder tests/cluster tests/workflow tests/unit

test-environments: $(STAMP)
	$(RUN) pytest tests/environments

clean:
	rm -rf results/demo results/datasets/synthetic-*
