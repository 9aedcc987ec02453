"""What the program is, which versions it runs with, and under which licences."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeler import __version__
from labeler.gui import theme
from labeler.versions import report_text, versions

_COPIED_MS = 2000
_WIDTH = 480


class About(QDialog):
    """Copy puts versions, system and the place of the log on the clipboard, for a bug report."""

    def __init__(self, log_file: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Vector Labeler"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._parts = versions(qVersion())
        self._log_file = log_file
        name = QLabel(self.tr("Vector Labeler {0}").format(__version__), self)
        theme.set_role(name, "title")
        words = QLabel(
            self.tr(
                "Photograph things through a Vector robot's camera, draw boxes, press Train, and "
                "watch it recognise them. Free software under the Apache License 2.0."
            ),
            self,
        )
        words.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.copy = QPushButton(self.tr("Copy"), self)
        self.copy.setToolTip(self.tr("Versions, system and the place of the log, for a bug report"))
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.copy.clicked.connect(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(name)
        column.addWidget(words)
        column.addLayout(self._table())
        column.addWidget(buttons)
        column.addStretch(1)
        self.resize(_WIDTH, column.totalHeightForWidth(_WIDTH))

    def _table(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(4)
        for part in self._parts[1:]:
            told = f"{part.version}   {part.licence}" if part.version else self.tr("not installed")
            form.addRow(_faint(part.name, self), _selectable(told, self))
        form.addRow(_faint(self.tr("Log"), self), _selectable(str(self._log_file), self))
        return form

    def _copy(self) -> None:
        screen = QGuiApplication.platformName()
        QGuiApplication.clipboard().setText(report_text(self._parts, screen, self._log_file))
        self.copy.setText(self.tr("Copied"))
        QTimer.singleShot(_COPIED_MS, self.copy, lambda: self.copy.setText(self.tr("Copy")))


def _faint(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    theme.set_role(label, "faint")
    return label


def _selectable(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
