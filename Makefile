# Everything that a user, a developer or CI does with this repository, on a Debian 12 that has Swift and nothing else: each
# target installs what it needs. V=1 shows what the stages print.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help run test test-all sanitize model soak fuzz fuzz-corpus bench scale record-cost example-mujoco example-cpp robots lint install uninstall test-slurm agent bench-hosts clean fuzzer debug release requirements
MAKEFLAGS += --no-print-directory

PREFIX ?= /usr/local
CLUSTER ?= configs/robots/go2/cluster.yaml
SECONDS ?= 60
STEPS ?= 10000000

# What controllers run on: none of it may carry Foundation.
runtime := ccluster-server ccluster-controller ccluster-simulator ccluster-recorder ccluster-replayer libccluster-c.so
binaries := .build/release
# Where Open MPI is, the agent is built with it, in the same build: it costs nothing then, and no other program links it.
traits = $(shell pkg-config --exists ompi-c 2> /dev/null && echo --traits MPI)
sources := $(wildcard Sources Tests Examples Package.swift)
stage := .ci/stage

help:
	@echo "make run       build, and run $(CLUSTER) (CLUSTER=FILE: another one)"
	echo "make test      all tests: swift test, then Tests/python against the release programs"
	echo "make test-all  the same, with every Python from 3.7 to 3.13 in place of the oldest and the newest"
	echo "make test-slurm  an exported job under a real Slurm on this machine, which it installs"
	echo "make agent     all programs, ccluster-agent with Open MPI, which it installs: one config over several hosts"
	echo "make bench-hosts  a step over hosts beside the same bytes in plain MPI: Tests/Bench/HOSTS.md (QUICK=1: in a minute)"
	echo "make sanitize  the runtime's tests with the thread sanitizer, and with the address sanitizer"
	echo "make fuzz      the config's loader against mutated configs, for a minute (SECONDS=3600: an hour)"
	echo "make model     the step's protocol in every order of its accesses, then Spin on its rules (SECONDS=: of the widest case)"
	echo "make soak      10 million empty steps, then faults of every kind for an hour (STEPS=, SECONDS=, SEED=)"
	echo "make bench     the step beside plain C and beside Python's ways: Tests/Bench/FIGURES.md (QUICK=1: in a minute)"
	echo "make scale     800 controllers in as many processes, and 4096 in 16: times and memory of each, and a page that shows 800"
	echo "make record-cost  what a recorder costs 64 Talos, step by step and as a whole"
	echo "make example-mujoco  Examples/mujoco: Go2 in MuJoCo, each with a nonlinear MPC in CasADi; its plot in .build"
	echo "make example-cpp  Examples/cpp: a controller in C++ with Eigen, built by CMake against what 'make install' leaves"
	echo "make robots    configs/robots/*/robot.yaml anew, from their published descriptions"
	echo "make lint      format, scripts, and no Foundation in the runtime"
	echo "make install   programs, C library, configs, manual and completions into PREFIX=$(PREFIX); make uninstall removes exactly that"
	echo "make clean     removes what was built"

run: release
	@exec $(binaries)/ccluster launch $(CLUSTER)

test: requirements .venv/ready
	@.ci/require tmux
	.ci/require promtool
	.ci/require cpp
	.ci/require chromium || echo "make: the dashboard's page is not tested" >&2
	.ci/require mpi || echo "make: clusters on several hosts are not tested" >&2
	$(MAKE) .build/dashboard/ready
	.ci/leftovers remember
	$(stage) "build tests" swift build --build-tests
	swift_tests='Test run with [0-9]+ tests? .*passed'
	$(stage) --closing "$$swift_tests" "swift test" timeout 30m swift test --skip-build --disable-xctest
	$(MAKE) release
	$(stage) "build examples" swift build --package-path Examples --scratch-path .build/examples
	.venv/bin/python Tests/python/pythons.py
	PATH="$$PWD/$(binaries):$$PATH" $(stage) --closing '[1-9][0-9]* passed' "pytest" \
	  timeout 60m .venv/bin/python -m pytest -q Tests/python
	sed -n '/= kill matrix =/,/^$$/p' .build/logs/pytest.log
	$(MAKE) sanitize
	$(MAKE) fuzz
	.ci/require spin
	$(stage) "spin" .ci/spin quick
	$(stage) "nothing is left behind" .ci/leftovers check

test-all: export CCLUSTER_ALL_PYTHONS = 1
test-all: test

# Data races, and reads and writes beside what they are meant for.
sanitize: requirements
	@for sanitizer in thread address; do
	  $(stage) "build with $$sanitizer sanitizer" .ci/sanitize build $$sanitizer
	  $(stage) --closing 'Test run with [0-9]+ tests? .*passed' "runtime tests, $$sanitizer sanitizer" \
	    timeout 15m .ci/sanitize test $$sanitizer
	done

# A short one of both is among the tests. What it finds is told with its seed: SEED=n does the same again.
soak: release .venv/ready
	@CCLUSTER_BIN="$$PWD/$(binaries)" exec .venv/bin/python Tests/python/soak.py --steps $(STEPS) \
	  --seconds $(if $(filter file,$(origin SECONDS)),3600,$(SECONDS)) $(if $(SEED),--seed $(SEED))

# By itself, because it installs daemons, which `make test` of a user's machine should not do. None of them is enabled or
# started but by the test, which ends them.
test-slurm: release .venv/ready
	@.ci/require slurm
	.ci/require mpi || echo "make: a cluster on several nodes is not tested" >&2
	PATH="$$PWD/$(binaries):$$PATH" $(stage) --closing '[1-9][0-9]* passed' "slurm" \
	  timeout 10m .venv/bin/python -m pytest -q -rs Tests/python/test_slurm.py

# The model that the tests explore a part of, optimised and wider; its log says what of it was explored.
model: requirements
	@.ci/require spin
	CCLUSTER_MODEL=1 $(stage) "build model" swift build -c release --scratch-path .build/model --product step-model \
	  -Xswiftc -enable-testing
	$(stage) "model, broken rules" .build/model/release/step-model --defects
	$(stage) --closing 'no rule is broken' "model" .build/model/release/step-model $(SECONDS)
	$(stage) "spin" .ci/spin

# An input that breaks the loader is kept as .build/fuzz/crash-…, and its log says how; `make fuzz` begins with those of before.
fuzz: fuzzer
	@$(stage) --closing '^Done [1-9][0-9]* runs' "fuzz" .ci/fuzz run $(SECONDS)

# The inputs that reach everything that was ever reached, and no others: the seeds', the committed ones' and what was found.
fuzz-corpus: fuzzer
	@$(stage) "fuzz corpus" .ci/fuzz corpus

fuzzer: requirements
	@CCLUSTER_FUZZ=1 $(stage) "build fuzzer" swift build -c release --scratch-path .build/fuzz --product config-fuzz \
	  -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld

bench: release
	@$(MAKE) .build/bench-venv/ready || true
	$(binaries)/step-bench $(if $(QUICK),--quick,--page Tests/Bench/FIGURES.md) --json bench.json \
	  --python .build/bench-venv/bin/python --commit "$$(git describe --always --dirty)" \
	  --compiler "$$(swift --version 2> /dev/null | head -n 1)"

# Hosts of namespaces, which only root may make.
bench-hosts: agent
	@python=$$(.ci/require python)
	"$$python" Tests/Bench/hosts_bench.py --binaries $(binaries) --commit "$$(git describe --always --dirty)" \
	  --compiler "$$(swift --version 2> /dev/null | head -n 1)" $(if $(QUICK),--quick,--json Tests/Bench/hosts.json \
	  --page Tests/Bench/HOSTS.md --scale Tests/Bench/SCALE.md)

# What Python has to step processes. Without a network there is a Python at least, and the report says what it lacks.
.build/bench-venv/ready: Tests/Bench/peers/requirements.txt
	@python=$$(.ci/require python)
	$(stage) "bench environment" bash -ec "
	  rm -rf .build/bench-venv
	  '$$python' -m venv .build/bench-venv
	  .build/bench-venv/bin/pip install --disable-pip-version-check -r $< 2> .build/bench-venv/failure.txt || exit 0
	  rm .build/bench-venv/failure.txt
	  touch $@"

# uPlot, which draws the dashboard's curves, as a package from PyPI carries it. Without a network all else is built; the dashboard
# says then how to get it.
.build/dashboard/ready: .ci/dashboard.txt
	@python=$$(.ci/require python)
	$(stage) "uPlot" bash -ec "
	  rm -rf .build/dashboard
	  '$$python' -m pip install --quiet --disable-pip-version-check --no-deps --target .build/dashboard -r $< || exit 0
	  touch $@"

# Each from a soft limit of 1024 descriptors. A small one is among the tests.
scale: release .venv/ready .build/dashboard/ready
	@for size in "800 1" "4096 256"; do
	  CCLUSTER_BIN="$$PWD/$(binaries)" .venv/bin/python Tests/python/test_scale.py $$size
	done
	.ci/require chromium
	CCLUSTER_BIN="$$PWD/$(binaries)" .venv/bin/python Tests/python/test_dashboard.py frames 800

# With a core for the recorder, and with none.
record-cost: release .venv/ready
	@for spare in --spare ""; do
	  CCLUSTER_BIN="$$PWD/$(binaries)" .venv/bin/python Tests/python/record_cost.py $$spare
	done

example-mujoco: release
	@$(MAKE) --silent .build/mujoco/ready
	exec $(binaries)/ccluster launch Examples/mujoco/cluster.yaml

# MuJoCo, CasADi and this tree's package ccluster. Of the robots' descriptions only the files are wanted, as below.
.build/mujoco/ready: .build/mujoco/required $(binaries)/libccluster-c.so $(wildcard Sources/python/*.py Sources/python/ccluster/*.py)
	@CCLUSTER_BIN=$(abspath $(binaries)) $(stage) "ccluster for mujoco" \
	  .build/mujoco/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps Sources/python
	touch $@

.build/mujoco/required: Examples/mujoco/requirements.txt
	@python=$$(.ci/require python)
	$(stage) "mujoco environment" bash -ec "
	  rm -rf .build/mujoco
	  '$$python' -m venv .build/mujoco
	  .build/mujoco/bin/pip install --quiet --disable-pip-version-check -r $<
	  .build/mujoco/bin/pip install --quiet --disable-pip-version-check --no-deps example-robot-data==6.0.0"
	touch $@

example-cpp: release
	@.ci/require cpp
	$(MAKE) --silent .build/cpp/prefix/share/ccluster/installed
	$(stage) "build C++ example" bash -ec "
	  cmake -S Examples/cpp -B .build/cpp -DCMAKE_PREFIX_PATH='$$PWD/.build/cpp/prefix'
	  cmake --build .build/cpp"
	exec $(binaries)/ccluster launch Examples/cpp/cluster.yaml

.build/cpp/prefix/share/ccluster/installed: $(binaries)/libccluster-c.so $(wildcard Sources/CControlCluster/*)
	@$(stage) "install for C++ example" .ci/install add .build/cpp/prefix $(binaries)

robots: release .venv/ready
	@.venv/bin/python configs/import_robots.py --ccluster $(binaries)/ccluster

lint: release
	@$(stage) "format" swift format lint --strict --parallel --recursive $(sources)
	$(stage) "scripts" bash -c 'for script in .ci/*; do bash -n "$$script"; done'
	$(stage) "no Foundation in the sources" .ci/no-foundation sources
	$(stage) "no Foundation in the programs" .ci/no-foundation binaries $(runtime:%=$(binaries)/%)
	$(stage) "no MPI in the sources" .ci/no-mpi sources
	$(stage) "no MPI in the programs" .ci/no-mpi binaries $(binaries)/ccluster-agent \
	  $(runtime:%=$(binaries)/%) $(binaries)/ccluster $(binaries)/ccluster-dashboard

install: release .build/dashboard/ready
	@.ci/install add "$(DESTDIR)$(PREFIX)" $(binaries)

uninstall:
	@.ci/install remove "$(DESTDIR)$(PREFIX)"

# The packages that were fetched stay.
clean:
	@if command -v swift > /dev/null; then swift package clean; fi
	rm -rf .build/logs .build/join .build/leftovers .build/fuzz .build/bench-venv .build/mujoco .build/cpp .build/dashboard
	rm -rf .build/go2-mujoco.png .venv bench.json
	rm -rf Sources/python/build Sources/python/*.egg-info
	find Sources Tests Examples -name __pycache__ -prune -exec rm -rf {} +

requirements:
	@.ci/require build

release: requirements
	@$(stage) "build release" swift build -c release --static-swift-stdlib $(traits)

# `make release` does the same on a machine that has Open MPI.
agent:
	@.ci/require mpi
	$(MAKE) release
	.ci/no-mpi has $(binaries)/ccluster-agent

.venv/ready: Tests/python/requirements.txt
	@python=$$(.ci/require python)
	$(stage) "python environment" bash -ec "
	  rm -rf .venv
	  '$$python' -m venv .venv
	  .venv/bin/pip install --quiet --disable-pip-version-check -r Tests/python/requirements.txt
	  # Only its files are wanted: URDFs and SRDFs of real robots. Its dependencies are a physics library. The version stands
	  # in our robots, which are compared with it to the byte.
	  .venv/bin/pip install --quiet --disable-pip-version-check --no-deps example-robot-data==6.0.0"
	touch $@
