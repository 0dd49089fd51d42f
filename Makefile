# SPDX-License-Identifier: Apache-2.0
# The commands of daily work; `make help` lists them.
PYTHON ?= python3
JOBS ?= $(shell nproc)
OUT ?= results/first_light

# One compiler name everywhere, so that ccache shares objects between the package and the tests.
ifeq ($(origin CXX),default)
  CXX := c++
endif

export CXX PYTHON
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)
export MPLBACKEND := Agg
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE := 1

VENV := .venv/bin
CODE := $(wildcard core crossbar mapping python)
FORMATTED := $(shell find $(CODE) $(wildcard tests) -name '*.cc' -o -name '*.h')
# Folders are listed with their files, so that a removed file counts as a change too.
PACKAGED := $(shell find $(CODE) $(wildcard configs experiments cmake) \
              -name __pycache__ -prune -o -print) \
            CMakeLists.txt pyproject.toml $(wildcard README.md)
INSTALL := $(VENV)/python -m pip install --quiet --no-build-isolation \
             --config-settings=build-dir=build/wheel \
             --config-settings=cmake.define.OHM_WERROR=ON

.PHONY: demo test setup setup_test setup_tools build package package_test test_asan_ubsan \
        test_release test_python stubs format tidy perf clean help
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

demo: package ## Set everything up, then run three Transformers on a simulated chip
	@$(VENV)/ohmformer run first_light --out $(OUT)

test: setup_test test_asan_ubsan test_release test_python ## Set everything up, then run every test

# --- set up -------------------------------------------------------------------------------------

setup: ## System packages (apt) and .venv with what the package needs
	@.ci/setup_system build
	@.ci/setup_venv

setup_test:
	@.ci/setup_system build test
	@.ci/setup_venv

setup_tools:
	@.ci/setup_system build test tools

# --- build --------------------------------------------------------------------------------------

build: setup_test ## Release build of the libraries and their tests, in build/release
	@cmake --preset release --log-level=WARNING
	@cmake --build --preset release

package: setup ## Build the Python package and install it into .venv
	@$(MAKE) --no-print-directory --silent .venv/.package

package_test: setup_test
	@$(MAKE) --no-print-directory --silent .venv/.package_test

.venv/.package: .venv/.tools $(PACKAGED)
	@echo "package: building and installing (a few minutes the first time)"
	@$(INSTALL) '.[demo]'
	@touch $@

.venv/.package_test: .venv/.tools $(PACKAGED)
	@echo "package: building and installing (a few minutes the first time)"
	@$(INSTALL) '.[demo,test]'
	@touch .venv/.package $@

stubs: package_test ## Refresh the typed stubs of the compiled module
	@rm -rf build/stubs python/ohmformer/_core python/ohmformer/_core.pyi
	@PYTHON=$(VENV)/python .ci/write_stubs build/stubs
	@cp -r build/stubs/ohmformer/_core* python/ohmformer/

# --- test ---------------------------------------------------------------------------------------

test_asan_ubsan:
	@cmake --preset asan_ubsan --log-level=WARNING
	@cmake --build --preset asan_ubsan
	@ctest --preset asan_ubsan

# The layers whose numbers the optimiser could change; test_python runs all layers at -O3.
test_release:
	@cmake --preset release --log-level=WARNING
	@cmake --build --preset release --target core_test crossbar_test
	@ctest --preset release --label-regex '^(core|crossbar)$$'

# Last, because pytest's summary is the last line that `make test` prints.
test_python: package_test
	@$(VENV)/pytest -n 2 --doctest-modules --pyargs ohmformer tests/python

# --- tools --------------------------------------------------------------------------------------

format: setup_tools ## Format the C++ sources
	@clang-format -i $(FORMATTED)

tidy: setup_tools ## Run clang-tidy on the C++ sources
	@cmake --preset tidy --log-level=WARNING
	@cmake --build --preset tidy

perf: setup_test ## Build and run the benchmarks
	@cmake --preset perf --log-level=WARNING
	@cmake --build --preset perf
	@build/perf/ohm_perf

clean: ## Remove everything that was built (results stay)
	@rm -rf build .venv

help: ## List the commands
	@sed -n 's/^\([a-z_]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12
