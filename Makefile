# The commands of this project. Each installs what it lacks from the distribution's packages, and nothing more.
.PHONY: help build run stop test lint bench fresh deb clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 14

build: ## the release binary, build/weir
	@tools/install build
	@tools/build

run: ## server and agent for this host, in the foreground (PORT=8420); ends with Ctrl-C or make stop
	@tools/install build run
	@tools/build
	@tools/run start

stop: ## ends what make run started
	@tools/run stop

test: ## every test: unit, conformance, end to end, browser (SUITES="unit e2e" for some)
	@tools/install build run test
	@tools/test $(SUITES)

lint: ## clang-tidy on src (FILES="src/x.cc" for some), tools/tidy, shell syntax
	@tools/install build lint
	@tools/lint $(FILES)

bench: ## the benchmarks (NAMES="http_bench" for some); figures go to build/bench
	@tools/install build run test
	@tools/bench $(NAMES)

fresh: ## a fresh Debian 12 in build/fresh: clean clone, make run, make test (TARGETS="run" for less)
	@tools/install fresh
	@tools/fresh $(TARGETS)

deb: ## the Debian package, build/weir_VERSION_ARCH.deb
	@tools/install build
	@tools/build
	@packaging/deb

clean: ## everything that was built
	rm -rf build ui/dist ui/node_modules
