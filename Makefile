# Two commands do everything: `make demo` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: demo test release check lint types imports pages pytest coverage fresh lock docs screens attack ecosystem power torture bench fuzz install chaos clean help

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PACKAGES := pyproject.toml requirements/run.lock tools/setup
TYPED := $(wildcard gate_agent drivers collector tests bench tools)
# Most tests wait for processes and clocks: more of them at once than there are cores.
WORKERS ?= $(shell n=$$(nproc); echo $$((n > 5 ? n : 5)))
GENERATORS := $(wildcard tools/*_doc.py tools/*_schema.py tools/*_types.py)

# Debian's mosquitto lives in /usr/sbin, which is not on everybody's path; uv comes with the venv
# of whoever makes locks.
export PATH := $(PATH):/usr/sbin:/sbin:$(CURDIR)/$(BIN)
export PYTHON
# Each process that a test or the demo starts would compile the whole product anew where somebody
# forbids bytecode (container images do), and pytest rewrite every test in every worker.
unexport PYTHONDONTWRITEBYTECODE

demo: $(READY)-run ## run broker, collector and both gates with emulated devices [SECONDS=n] [TLS=1] 演示
	@tools/setup apt run
	@exec $(BIN)/gate-agent demo $(if $(SECONDS),--seconds $(SECONDS)) $(if $(TLS),--tls)

test: ## set up, then lint, types, import contracts and every test 测试
	@$(MAKE) --no-print-directory $(READY)-test
	@tools/setup apt test
	@$(MAKE) --no-print-directory -j2 -Otarget check
	@$(MAKE) --no-print-directory pytest

check: lint types imports pages ## what needs no test to run: lint, format, types, import contracts

lint: $(READY)-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)-test
	$(BIN)/mypy $(TYPED)

imports: $(READY)-test
	$(BIN)/lint-imports

pages: ## lint and types of the pages' JavaScript: Debian's eslint and TypeScript, nothing is built
	@tools/setup apt test
	tools/pages/check

pytest: $(READY)-test ## the tests alone [ARGS='tests/store -x']
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

coverage: $(READY)-test ## the tests with branch coverage of the three packages, in htmlcov/ and on the screen
	@tools/setup apt test
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report=html --cov-report=term $(ARGS)

fresh: ## both commands in a minimal Debian 12 made for it, as root [FRESH=DIR] [KEEP=1] [WHAT=deb] 全新系统
	@tools/fresh $(or $(WHAT),both)

simulate: $(READY)-test ## a hall played whole under virtual time, looked at at each step [DAYS=30] [SEED=n]
	$(BIN)/python -m bench.simulate --days $(or $(DAYS),30) --seed $(or $(SEED),1) $(ARGS)

chaos: $(READY)-test ## the long forms: 1,000 events and 200 people under every fault [SEED=n]
	@tools/setup apt test
	CHAOS=long CHAOS_SEED=$(or $(SEED),1) $(BIN)/pytest -s tests/chaos/test_chaos.py tests/system/test_everything_fails.py

docs: $(READY)-test ## make the generated documents and schemas again (a test fails when stale)
	@set -e; for generator in $(GENERATORS); do echo "$$generator"; $(BIN)/python -m tools.$$(basename $$generator .py); done

screens: $(READY)-test ## take the pictures in docs/screens again, in real Chromium
	@tools/setup apt test
	$(BIN)/python tools/screens.py
	$(BIN)/python tools/collector_screens.py

ecosystem: $(READY)-test ## let the official tools read our contracts and figures: needs npm and a network
	@tools/setup apt test
	tools/ecosystem/install
	$(BIN)/pytest -q --ecosystem tests/ecosystem

attack: $(READY)-test ## attack running servers as docs/security.md says, on loopback
	@tools/setup apt test
	$(BIN)/pytest -q --attack tests/attack

power: $(READY)-test ## cut the power of a card many times, as root, and of lying disks [CUTS=200]
	@tools/setup apt test
	CUTS=$(or $(CUTS),200) $(BIN)/pytest -q -s tests/power

TORTURE := tests/torture tests/power tests/chaos tests/store/test_full_disk.py tests/store/test_gate_on_bad_disk.py \
	tests/store/test_disk_faults.py tests/versions/test_journal_update_faults.py \
	tests/versions/test_store_update_faults.py tests/collector/store/test_failover.py tests/collector/ingest/test_killed.py
torture: $(READY)-test ## kill, fill, limit and starve doors and centre, as root: nothing may be lost [CUTS=40]
	@tools/setup apt test
	TORTURE=long CUTS=$(or $(CUTS),40) UPDATE_FAULTS=40 $(BIN)/pytest -q -s $(TORTURE)

bench: $(READY)-test ## measure what bench/README.md promises, each beside its peer
	@tools/setup apt test
	$(BIN)/python -m bench

LOCK := pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --quiet
lock: ## make requirements/*.lock again, with hashes and no address of any index (needs uv) [ARGS=--upgrade]
	@command -v $(UV) >/dev/null || { echo "lock: expected uv, got none: $(PYTHON) -m pip install uv" >&2; exit 1; }
	$(UV) $(LOCK) --group dev --extra centre --extra postgres --extra vision --extra bench $(ARGS) --output-file requirements/dev.lock
	$(UV) $(LOCK) --extra centre --extra postgres --constraint requirements/dev.lock requirements/build.in $(ARGS) --output-file requirements/run.lock

fuzz: $(READY)-test ## coverage-guided fuzzing of codecs and messages, x86_64 only [SECONDS=n a target]
	@$(BIN)/python -c "import atheris" 2>/dev/null || $(BIN)/pip install --quiet atheris || true
	@$(BIN)/python tools/fuzz/run.py $(if $(SECONDS),--seconds $(SECONDS))

release: $(READY)-test ## wheel, sdist, bundles, Debian packages, SBOM, checksums into dist/ [ARGS='--key FILE --arch arm64'] 发布
	$(BIN)/python -m tools.release $(ARGS)

install: ## put this version on a board, as root: /opt/gate-agent/releases, units, udev rules 安装
	@tools/setup board

clean: ## remove what was made here: venv, caches, the demo's files
	rm -rf $(VENV) .run dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort \
		| while IFS="$$(printf '\t')" read -r target text; do printf 'make %-8s %s\n' "$$target" "$$text"; done

# The stamps make a second start instant; the venv of the tests serves the demo as well.
$(READY)-run: $(PACKAGES)
	@tools/setup venv run

$(READY)-test: $(PACKAGES) requirements/dev.lock
	@tools/setup venv test
