"""What every test gets: a home, settings and a screen of its own."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot

gc.disable()  # where a worker destroys a widget, all may stop for good: see labeler/gui/garbage.py
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As a shell's background job: the children that the tests start would inherit the deafness.
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
# Read when torch is loaded: threads that wait for work by spinning starve everything beside them.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # as trainer.predict does, before anything

# The same examples each time, however long the machine takes for one.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

LONGEST = (
    "reliability/test_smallest.py",
    "commands/test_compare_verb.py",
    "commands/test_training_verbs.py",
    "trainer/test_training_run.py",
    "gui/test_train_workspace.py",
    "trainer_torchvision/test_torchvision_detectors.py",
    "trainer/test_assistant.py",
    "trainer/test_exact_runs.py",
    "trainer/test_resume.py",
    "trainer/test_run_faults.py",
    "trainer/test_twin_fairness.py",
    "trainer/test_twin_runs.py",
    "gui/test_compare_workspace.py",
    "gui/test_learning_along.py",
    "trainer/test_int8_model.py",
    "trainer_torchvision/test_published_starts.py",
    "cameras/test_vector_recovery.py",
    "gui/test_drive.py",
    "gui/test_compare_watching.py",
    "gui/test_label_carrying.py",
    "gui/test_train_result.py",
    "gui/test_capture_workspace.py",
    "trainer/test_fault_sentences.py",
)
"""Files whose tests take ten seconds and more: begun first, no process is left alone with one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all others as they stand."""
    here = Path(__file__).parent
    rank = {here / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def pytest_collection_finish() -> None:
    """All that is loaded by now, torch and Qt among it, is never looked through for garbage."""
    gc.freeze()


def pytest_runtest_logfinish() -> None:
    """After each test, on the main thread: what it dropped, as often as Python would look."""
    due = [n for n, most in enumerate(gc.get_threshold()) if gc.get_count()[n] > most]
    if due:
        gc.collect(due[-1])


PATIENCE = 60_000
"""Milliseconds, where a test names none: the machine may be crowded."""


class PatientBot(QtBot):
    """Waits longer than five seconds for what will come true."""

    def waitUntil(  # noqa: N802 - Qt's name
        self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE
    ) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE, **more: Any) -> Any:  # noqa: N802
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitActive(self, widget: Any, *, timeout: int = PATIENCE) -> Any:  # noqa: N802
        return super().waitActive(widget, timeout=timeout)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE) -> Any:  # noqa: N802
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """Of pytest-qt, with more patience."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def isolated_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """No test reads or writes the person's own home, settings or SDK configuration."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    for name in ("APPDATA", "LOCALAPPDATA", "XDG_DOCUMENTS_DIR"):
        monkeypatch.setenv(name, str(home))
    return home


@pytest.fixture(autouse=True)
def smallest_numbers_again() -> Iterator[None]:
    """A training in this process rounds the smallest numbers to zero; the next test has them."""
    yield
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_flush_denormal(False)
