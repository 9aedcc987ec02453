# Two commands from nothing: `make demo` and `make test`. Both make .venv first, once.
PYTHON ?= $(shell tools/find-python)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Also where the machine forbids it, as containers do: the suite starts hundreds of programs, and
# each would compile all that it imports, and pytest all its tests, again and again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test bench screenshots setup clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt tools/set-up
	@tools/set-up "$(PYTHON)" "$(VENV)"
	@touch $@

ifeq ($(HEADLESS),1)
demo: $(READY)
	@$(BIN)/vector-labeler demo --headless --at-least 0.8
else
demo: $(READY)
	@$(BIN)/vector-labeler --camera simulated
endif

test: $(READY)
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -rs -n 3 --dist loadfile --no-loadscope-reorder

bench: $(READY)
	@for script in $$(grep -l "run(main" tests/benchmarks/*.py); do \
		echo "== $$script"; QT_QPA_PLATFORM=offscreen $(BIN)/python $$script || [ $$? = 77 ] || exit 1; \
	done

screenshots: $(READY)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python tools/make_screenshots.py

clean:
	rm -rf $(VENV) build dist *.egg-info
