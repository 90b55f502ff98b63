# Every target can be run first, in a fresh clone: each brings what it needs. `make` alone tells what there is.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Taken as they are: a $ in INPUT is the user's, not make's.
ENV ?= local
BACKEND ?= lambda
INPUT ?=
override INPUT := $(value INPUT)
BASE_IMAGE ?=
IMAGE ?= worker
WATCH ?=
BUCKET ?=
PREFIX ?=
export ENV BACKEND INPUT BASE_IMAGE IMAGE BUCKET PREFIX

# Terraform warns at every call when this names a file that is not there.
ifeq ($(and $(TF_CLI_CONFIG_FILE),$(wildcard $(TF_CLI_CONFIG_FILE))),)
unexport TF_CLI_CONFIG_FILE
endif

UV := build/tools/bin/uv
PYTHON := .venv/bin/python
OPERATIONS := $(PYTHON) -m operations
# What is set up and when: a second run finds these newer than what they depend on.
UV_READY := build/stamps/uv
VENV_READY := build/stamps/venv
CLOUD_READY := build/stamps/localcloud
CHECKOV_READY := build/stamps/checkov
READY := $(VENV_READY) $(CLOUD_READY)
# Only what trains needs it: it holds PyTorch.
TRAINING_READY := build/stamps/training
# What is measured beside the dispatcher, and what measures, each in an environment of its own.
BENCHMARKED := stub plot activity-worker stefuna
BENCHMARK_READY := $(BENCHMARKED:%=build/stamps/benchmark-%)

# The longest first. make before 4.0 prints their lines as they come.
CLOUDLESS := terraform-test unit-test checkov
TOLD_WHOLE := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard functions/*/pyproject.toml images/*/pyproject.toml scripts/operations/pyproject.toml scripts/benchmark/pyproject.toml))
FUNCTIONS := $(filter-out common,$(patsubst functions/%,%,$(filter functions/%,$(MEMBERS))))
ZIPS := $(FUNCTIONS:%=build/zip/%.zip)
# The folders too: a file that is removed changes nothing else.
sources = $(shell find $(1) -name __pycache__ -prune -o -print)

.PHONY: help
help: ## tell what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'ENV=NAME picks an environment of terraform/environments (default: local, the cloud on this machine).'
	@echo 'BACKEND=NAME and INPUT=JSON or INPUT=@FILE are for `make run`.'
	@echo 'BASE_IMAGE=NAME is what images are built on; BASE_IMAGE=packed packs this machine'"'"'s Python instead of fetching one.'

.PHONY: setup
setup: $(READY) ## make the Python environments (.venv and the local cloud's own)

.PHONY: build
build: zip ## build all that a deploy needs

.PHONY: zip
zip: $(ZIPS) ## build the functions' zips into build/zip

.PHONY: lint
lint: $(READY) | need-terraform ## check style and types (ruff, mypy, terraform fmt)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	cd scripts/localcloud && $(CURDIR)/.venv/bin/mypy src tests
	terraform fmt -check -recursive .

.PHONY: docs
docs: $(VENV_READY) ## write what the docs take from other files: the modules' inputs and outputs, the cost
	@$(OPERATIONS) docs
	@exec $(PYTHON) -m benchmark.cost tables

.PHONY: measure
measure: $(READY) ## measure on the local cloud what docs/cost.md is computed from
	@exec $(PYTHON) -m benchmark.cost measure

.PHONY: test
test: lint $(CHECKOV_READY) ## run lint and all tests that need no cloud (unit, contract, repo, Terraform with mocks, checkov)
	@echo 'Two at a time, each told when it is done: $(CLOUDLESS)'
	@AT_ONCE=1 $(MAKE) --jobs=2 $(TOLD_WHOLE) --keep-going $(CLOUDLESS)

.PHONY: terraform-test
terraform-test: | need-terraform ## validate the Terraform folders and run their tests, with mocks
	scripts/terraform-test

.PHONY: unit-test
unit-test: $(READY) ## run all Python tests that need no cloud (unit, contract, repo, operations)
	$(PYTHON) -m pytest tests/unit tests/contract tests/repo scripts/operations/tests scripts/benchmark/tests

.PHONY: checkov
checkov: $(CHECKOV_READY) ## search the Terraform files for insecure settings; asks nobody outside
	build/checkov/venv/bin/checkov --config-file terraform/.checkov.yaml

.PHONY: integration-test
integration-test: $(READY) $(ZIPS) | need-terraform ## run the local cloud's tests, then the whole stack's on it
	LOCALCLOUD_LAMBDA_PYTHON=$(CURDIR)/$(PYTHON) build/localcloud/venv/bin/python -m pytest scripts/localcloud/tests
	$(PYTHON) -m pytest tests/integration tests/training
	@[[ -e $(TRAINING_READY) ]] || echo 'LEFT OUT: the training itself, because there is no PyTorch here: make training-setup'

.PHONY: benchmark
benchmark: $(READY) $(BENCHMARK_READY) $(ZIPS) | need-terraform ## measure the dispatcher beside its alternatives (under 10 minutes); writes docs/benchmarks.md
	@exec $(PYTHON) -m benchmark

.PHONY: training-setup
training-setup: $(READY) $(TRAINING_READY) ## make the Python environment of the training, with PyTorch

.PHONY: chaos
chaos: $(READY) $(ZIPS) | need-terraform ## break all of the stack at random on a local cloud; SEED=n repeats a run
	$(PYTHON) -m pytest tests/integration/test_chaos.py

.PHONY: images
images: $(VENV_READY) | need-docker ## build a container image (IMAGE=worker or training, BASE_IMAGE=)
	@exec $(OPERATIONS) images --base "$$BASE_IMAGE" --image "$$IMAGE"

.PHONY: push
push: $(VENV_READY) | need-docker need-env ## build an image and push it to an environment's registry (ENV=, IMAGE=)
	@exec $(OPERATIONS) push --env "$$ENV" --base "$$BASE_IMAGE" --image "$$IMAGE"

.PHONY: image-test
image-test: $(READY) $(ZIPS) | need-terraform ## build the images and test them in containers; starts a Docker engine if it must
	@exec scripts/image-test

.PHONY: demo
demo: $(READY) $(ZIPS) | need-terraform ## show it all once, on a cloud of its own, and take everything down
	@exec $(OPERATIONS) demo

.PHONY: demo-training
demo-training: $(READY) $(TRAINING_READY) $(ZIPS) | need-terraform ## show a sweep of trainings, on batch and on sagemaker (needs PyTorch: some minutes the first time)
	@exec $(OPERATIONS) demo-training

.PHONY: local-up
local-up: $(READY) $(ZIPS) | need-terraform ## start the local cloud and deploy to it; it stays until local-down
	@exec $(OPERATIONS) local-up

.PHONY: local-down
local-down: $(READY) ## stop the local cloud
	@exec $(OPERATIONS) local-down

.PHONY: run
run: $(READY) | need-env ## start an execution and follow it (BACKEND=, INPUT=, ENV=)
	@exec $(OPERATIONS) run --env "$$ENV" --backend "$$BACKEND" --input="$$INPUT"

.PHONY: status
status: $(READY) | need-env ## list the open tasks of an environment (ENV=); WATCH=1 shows them live
	@exec $(OPERATIONS) status --env "$$ENV" $(if $(WATCH),--watch)

.PHONY: bootstrap
bootstrap: $(READY) | need-terraform need-env ## make what an account needs first: state bucket, registries (ENV=)
	@exec $(OPERATIONS) bootstrap --env "$$ENV"

.PHONY: plan
plan: $(READY) | need-terraform need-env ## show what a deploy would change, and keep that plan (ENV=)
	@exec $(OPERATIONS) plan --env "$$ENV"

.PHONY: apply
apply: $(READY) | need-terraform need-env ## apply the plan that `make plan` kept (ENV=)
	@exec $(OPERATIONS) apply --env "$$ENV"

.PHONY: deploy
deploy: $(READY) | need-terraform need-env ## test, build, push, show the plan and apply it; asks where protected (ENV=, AUTO_APPROVE=1)
	@exec $(OPERATIONS) deploy --env "$$ENV" --base "$$BASE_IMAGE"

.PHONY: destroy
destroy: $(READY) | need-terraform need-env ## remove what a deploy made; asks unless local (ENV=, AUTO_APPROVE=1)
	@exec $(OPERATIONS) destroy --env "$$ENV"

.PHONY: release
release: $(READY) $(ZIPS) ## write zips and packages.json for other repositories into build/release (BUCKET=, PREFIX=)
	@exec $(OPERATIONS) release --bucket "$$BUCKET" --prefix "$$PREFIX"

.PHONY: requirements
requirements: $(UV_READY) ## pin the newest versions that the .in files allow
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make requirements' --output-file requirements/dev.txt requirements/dev.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make requirements' --output-file requirements/checkov.txt requirements/checkov.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --no-emit-index-url --no-emit-find-links \
		--generate-hashes --constraint requirements/dev.txt --custom-compile-command 'make requirements' \
		--output-file images/worker/requirements.txt images/worker/requirements.in
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.13 --no-emit-index-url --no-emit-find-links \
		--generate-hashes --constraint requirements/dev.txt --custom-compile-command 'make requirements' \
		--output-file images/training/requirements.txt images/training/requirements.in

.PHONY: clean
clean: ## stop the local cloud and remove what was built and set up (no other environment's state)
	@if [[ -e $(CLOUD_READY) && -e $(VENV_READY) ]]; then $(OPERATIONS) local-down; fi
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -rf build/zip build/tools build/stamps build/localcloud build/checkov build/local build/ci build/terraform build/images build/images.json build/images.log build/training build/release build/benchmark build/benchmark.json
	find functions scripts tests -name __pycache__ -prune -exec rm -rf {} +
	find terraform/modules terraform/examples terraform/bootstrap terraform/environments/local scripts/benchmark/latency -name '.terraform*' -prune -exec rm -rf {} +

.PHONY: need-terraform
need-terraform:
	@command -v terraform >/dev/null || { echo 'Terraform 1.11 or newer is needed and was not found:' \
		'install it and put it on PATH.' >&2; exit 1; }

.PHONY: need-docker
need-docker:
	@docker version >/dev/null 2>&1 || { echo 'Docker is needed and does not answer:' \
		'start it, or try scripts/docker-engine start.' >&2; exit 1; }

.PHONY: need-env
need-env:
	@[[ -n "$$ENV" && -d "terraform/environments/$$ENV" ]] || { echo "There is no environment '$$ENV' in" \
		"terraform/environments; there are: $$(ls terraform/environments | xargs)." >&2; exit 1; }

$(UV_READY): requirements/uv.txt scripts/install-uv
	@mkdir -p $(@D)
	@echo 'Setting up uv'
	@scripts/install-uv
	@touch $@

$(VENV_READY): $(UV_READY) requirements/dev.txt pyproject.toml $(MEMBERS:%=%/pyproject.toml)
	@echo 'Setting up .venv'
	@python=$$(scripts/find-python $(UV)); $(UV) venv --quiet --allow-existing --python "$$python" .venv
	@$(UV) pip sync --quiet --python $(PYTHON) requirements/dev.txt
	@$(UV) pip install --quiet --python $(PYTHON) --no-deps --no-build-isolation $(MEMBERS:%=--editable %)
	@touch $@

CLOUD_REQUIREMENTS := $(sort $(wildcard scripts/localcloud/requirements*.txt))
$(CLOUD_READY): $(UV_READY) $(CLOUD_REQUIREMENTS) scripts/localcloud/pyproject.toml
	@echo 'Setting up the local cloud'
	@python=$$(scripts/find-python $(UV)); $(UV) venv --quiet --allow-existing --python "$$python" build/localcloud/venv
	@$(UV) pip sync --quiet --python build/localcloud/venv/bin/python $(CLOUD_REQUIREMENTS)
	@$(UV) pip install --quiet --python build/localcloud/venv/bin/python --no-deps --editable scripts/localcloud
	@touch $@

build/stamps/benchmark-%: scripts/benchmark/requirements/%.txt $(UV_READY)
	@echo 'Setting up the benchmark: $*'
	@python=$$(scripts/find-python $(UV)); $(UV) venv --quiet --allow-existing --python "$$python" build/benchmark/$*
	@$(UV) pip sync --quiet --python build/benchmark/$*/bin/python $<
	@touch $@

$(CHECKOV_READY): $(UV_READY) requirements/checkov.txt
	@echo 'Setting up checkov'
	@python=$$(scripts/find-python $(UV)); $(UV) venv --quiet --allow-existing --python "$$python" build/checkov/venv
	@$(UV) pip sync --quiet --python build/checkov/venv/bin/python requirements/checkov.txt
	@touch $@

$(TRAINING_READY): scripts/training-setup images/training/requirements.in
	@mkdir -p $(@D)
	@scripts/training-setup
	@touch $@

# Members of .SECONDEXPANSION: the sources of one function are known only once $* is.
build/zip/%.zip: $$(call sources,functions/$$* functions/common) | $(VENV_READY)
	@$(OPERATIONS) zip $@
