"""A run's log, to read and to copy from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFontDatabase, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from labeler.gui.open_outside import open_outside

_MOST_BYTES = 200_000
"""The end of a log is what tells."""


class LogDialog(QDialog):
    """Shows the end of RUN/log.txt and says where it is."""

    def __init__(self, log: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Log of {0}").format(log.parent.name))
        self.resize(760, 460)
        self.text = QPlainTextEdit(_end_of(log) or self.tr("Nothing has been written yet."), self)
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(self.tr("The end of the log"))
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        place = QLabel(str(log), self)
        place.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        opener = buttons.addButton(
            self.tr("Open the folder"), QDialogButtonBox.ButtonRole.ActionRole
        )
        opener.setToolTip(self.tr("Show the run's folder with its files"))
        opener.clicked.connect(lambda: open_outside(log.parent, place.setText, self))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(place)
        layout.addWidget(self.text)
        layout.addWidget(buttons)


def _end_of(log: Path) -> str:
    try:
        with log.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _MOST_BYTES))
            return stream.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
