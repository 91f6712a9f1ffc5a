# What a newcomer types: make demo, make test, make lint. Needs Python 3.11 to 3.13, make and git; the rest comes from
# PyPI into .venv once, and later calls need no network.

PYTHON ?= python3
# What Keras computes with: cpu or gpu (TensorFlow), jax, jax-gpu or torch. A GPU takes TensorFlow's CUDA build; without
# one a smaller build does.
EXTRA ?= $(shell nvidia-smi -L >/dev/null 2>&1 && echo gpu || echo cpu)
BACKEND := $(or $(filter jax torch,$(EXTRA:-gpu=)),tensorflow)
VENV ?= .venv
BACKEND_TESTS := tests/backends $(foreach subject,training augmentation early_stopping,tests/training/test_$(subject).py)
CORES ?= $(shell $(PYTHON) -c 'import os; print(os.cpu_count())')
RUN := $(VENV)/bin/python -m
SNAKEMAKE := $(RUN) snakemake --cores $(CORES)
# With a bar on a terminal, and a line for each job elsewhere.
SNAKEMAKE_WITH_PROGRESS := PYTHONPATH=workflow/scripts $(SNAKEMAKE) --logger blastgrid
# How many examples the tests of properties try: see tests/conftest.py.
EXAMPLES := gate
STAMP := $(VENV)/.installed-$(EXTRA)

.PHONY: help demo run reproduce status why test-fast test test-all test-jax test-torch check-data bench bench-gpu lint format clean
.PHONY: test-backend  # by test-jax and test-torch alone

help:
	@echo "The first target that needs .venv makes it: Python 3.11 to 3.13, git and a network, once."
	@echo "make demo       the whole workflow on synthetic images, in minutes"
	@echo "make run IMAGES=/folder   your own images, a folder of class folders or a zip: proposes config/<name>.yaml and runs it;"
	@echo "                NAME=<name> names the experiment, DATASET='{variant: Original}' sets keys of dataset"
	@echo "make reproduce  the claims of the paper judged on its images, about half an hour without a GPU; ARGS=\"--config …\" for Snakemake"
	@echo "make status     how far a run is, while it runs; RESULTS=results/<experiment> for one of several; needs .venv"
	@echo "make why        what the next call would run again, and why; CONFIG=config/laptop.yaml ARGS=\"--config …\" as for that call; needs .venv"
	@echo "make test-fast  unit tests of less than a second or two each, in a minute: at every save"
	@echo "make test       the gate: lint, unit tests, trainings of a small network, whole runs of the workflow"
	@echo "make test-all   besides: every architecture, backend and documented command, --use-conda, SLURM where it is installed (root)"
	@echo "make test-jax, make test-torch   trainings on these backends; needs a network once, for an environment of its own"
	@echo "make check-data  checks on the real leukemia images; needs them, in the folder that BLASTGRID_IMAGES names"
	@echo "make bench      speed, memory and what a grid costs, tables in benchmarks/; needs a machine that does nothing else"
	@echo "make bench-gpu EXTRA=jax-gpu TENSORS=results/<experiment>/tensors   the same of a GPU, and a grid by halving; needs one"
	@echo "make lint       style checks alone"
	@echo "make format     rewrite files in the house style"
	@echo "make clean      remove what the demo made"
	@echo "make help       this list"

# Bytecode is compiled once, since an import of TensorFlow without it takes 15 s and more, where Python may not write any.
$(STAMP): uv.lock pyproject.toml
	test -x $(VENV)/bin/uv || { $(PYTHON) -m venv $(VENV) && $(RUN) pip install --quiet "uv>=0.13"; }
	UV_PROJECT_ENVIRONMENT=$(VENV) $(RUN) uv sync --frozen --quiet --compile-bytecode --extra $(EXTRA)
	rm -f $(VENV)/.installed-*
	touch $@

demo: $(STAMP)
	$(SNAKEMAKE_WITH_PROGRESS) --configfile config/demo.yaml --config training='{backend: $(BACKEND)}'

# The shell takes these values from the environment, to which make gives what stands on its command line, so that quotes
# and blanks in them mean nothing; variables called NAME that the system has are none of its own.
run: $(STAMP)
	@PYTHONPATH=workflow/scripts $(RUN) smear.propose --cores $(CORES) $(if $(findstring command,$(origin NAME)),--name="$$NAME") \
	  $(if $(findstring command,$(origin DATASET)),--dataset="$$DATASET") $(if $(filter-out tensorflow,$(BACKEND)),--backend $(BACKEND)) -- "$$IMAGES"

# The paper's own grid where there is a GPU, one of the laptop's size elsewhere.
reproduce: $(STAMP)
	$(SNAKEMAKE_WITH_PROGRESS) $(if $(findstring gpu,$(EXTRA)),--config reproduction=true,--configfile config/reproduction.yaml) $(ARGS)

# It does not look after .venv: a sync would exchange packages under what runs.
status:
	@PYTHONPATH=workflow/scripts $(RUN) smear.status $(RESULTS)

# The arguments are those of the call that is asked about.
why:
	@PYTHONPATH=workflow/scripts $(RUN) smear.why --cores $(CORES) $(if $(CONFIG),--configfile $(CONFIG)) $(ARGS)

bench: $(STAMP)
	for table in speed memory grid; do $(VENV)/bin/python benchmarks/$$table.py | tee benchmarks/$$table.md; done

bench-gpu: $(STAMP)
	$(VENV)/bin/python benchmarks/gpu_speed.py --backends $(BACKEND) | tee benchmarks/gpu_speed.md
	$(VENV)/bin/python benchmarks/gpu_grid.py $(TENSORS) --backend $(BACKEND) | tee benchmarks/gpu_grid.md

lint: $(STAMP)
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) snakefmt --check Snakefile workflow/Snakefile workflow/rules
	git ls-files -z | xargs -0 $(VENV)/bin/codespell
	$(SNAKEMAKE) --lint

format: $(STAMP)
	$(RUN) ruff check --fix .
	$(RUN) ruff format .
	$(RUN) snakefmt Snakefile workflow/Snakefile workflow/rules

# Tests start many processes, which read bytecode where an earlier one could leave it.
test-fast test test-all test-backend: export PYTHONDONTWRITEBYTECODE :=

test-fast: $(STAMP)
	$(RUN) pytest -n auto --dist loadfile -m "not rare and not slow" --hypothesis-profile=fast tests/unit

# A file goes to one worker; the longest come first.
test: lint
	$(MAKE) --no-print-directory test-jax BACKEND_TESTS=tests/backends/test_gpu_scripts.py
	$(RUN) pytest -n auto --dist loadfile --no-loadscope-reorder -m "not rare" --hypothesis-profile=$(EXAMPLES) \
	  tests/workflow tests/training tests/unit

# Conda, SLURM and the commands of the documents have the machine to themselves.
test-all: EXAMPLES := all
test-all: test
	$(RUN) pytest -n auto --dist loadfile -m rare --hypothesis-profile=$(EXAMPLES) tests/workflow tests/training tests/unit
	$(RUN) pytest tests/cluster tests/environments tests/commands
	$(MAKE) --no-print-directory test-jax
	$(MAKE) --no-print-directory test-torch

# A backend comes with an environment of its own: TensorFlow imports what else is installed.
test-jax test-torch: test-%:
	$(MAKE) --no-print-directory test-backend EXTRA=$* VENV=.venv-$*

test-backend: $(STAMP)
	KERAS_BACKEND=$(BACKEND) $(RUN) pytest -n auto $(BACKEND_TESTS)

check-data: $(STAMP)
	$(RUN) pytest tests/data

clean:
	rm -rf results/demo results/datasets/synthetic-*
