"""What the workspaces need is imported before somebody opens them, away from the GUI thread."""

from __future__ import annotations

import importlib

from PySide6.QtCore import QTimer

from labeler.gui.background import run_in_background
from labeler.temporary import sweep

_AFTER_MS = 1_500
"""The first pictures come first."""
MODULES = (
    "pyqtgraph",
    "labeler.gui.train.workspace",
    "labeler.gui.compare.workspace",
)
"""A quarter of a second for pyqtgraph alone. What is missing here is imported when it is opened."""


def import_ahead() -> None:
    """Soon, and without anybody waiting for it."""
    QTimer.singleShot(_AFTER_MS, begin)


def begin() -> None:
    """Now, on a worker thread."""
    run_in_background(
        lambda _report, should_stop: (
            sweep(),  # what a killed process left in the system's temporary folder
            [importlib.import_module(name) for name in MODULES if not should_stop()],
        ),
        on_done=lambda _modules: None,
        on_error=_raise,
    )


def _raise(error: Exception) -> None:
    raise error
