"""The style of the window, in which words are shown as they are, and never as marks of HTML."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProxyStyle


class PlainWords(QProxyStyle):
    """Fusion, with labels and tooltips that take no text for HTML.

    Qt looks at a text and guesses. A class that is called "<b>mug</b>", a note, a file's name or a
    sentence with one of them in it would be drawn otherwise than they were written. A label that
    is to be rich says so itself.
    """

    def __init__(self) -> None:
        super().__init__("Fusion")

    def polish(self, what: Any) -> Any:
        """Called by Qt for each widget before it is shown; tooltips are labels, too."""
        if isinstance(what, QLabel) and what.textFormat() == Qt.TextFormat.AutoText:
            what.setTextFormat(Qt.TextFormat.PlainText)
        return super().polish(what)
