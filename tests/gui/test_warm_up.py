"""What is imported before it is needed: it has to be there, and it must not be in the way."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from labeler.gui import warm_up


@pytest.mark.parametrize("name", warm_up.MODULES)
def test_what_is_imported_ahead_exists(name: str) -> None:
    assert importlib.util.find_spec(name) is not None


def test_a_plot_library_that_another_thread_has_imported_draws_in_this_one() -> None:
    """In a process of its own, where nobody has imported it yet."""
    program = (
        "from PySide6.QtWidgets import QApplication, QWidget\n"
        "application = QApplication([])\n"
        "from labeler.gui import warm_up\n"
        "from labeler.gui.background import finish_jobs, is_idle\n"
        "warm_up.begin()\n"
        "while not is_idle(): application.processEvents()\n"
        "from labeler.gui.plots import new_plot\n"
        "window = QWidget()\n"
        "new_plot(window).plot([1, 2], [3, 4])\n"
        "assert not window.grab().isNull()\n"
        "finish_jobs()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "thread" not in done.stderr
