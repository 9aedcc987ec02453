"""Says on the image where tracking ended that it did, why, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from labeler.gui import theme
from labeler.gui.icons import icon
from labeler.gui.key_hint import KeyHint
from labeler.gui.side_panel import keep_keys


class CarryNote(QFrame):
    """Shown on the images of the newest run that have a note, and where that run was begun.

    image_requested carries the image where tracking ended.
    """

    image_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notes: Mapping[int, str] = {}
        self._summary: tuple[int, str] | None = None
        self._image_id: int | None = None
        self._keys = {"label.carry_on": "", "label.carry_back_on": ""}
        self._action = "label.carry_on"
        theme.set_role(self, "bar")
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.go = QPushButton(self.tr("Show where"), self)
        self.go.setToolTip(self.tr("Go to the image where tracking ended"))
        keep_keys(self.go, Qt.Key.Key_Space)
        self.close_button = QToolButton(self)
        self.close_button.setAccessibleName(self.tr("Close this note"))
        self.close_button.setToolTip(self.tr("Close this note"))
        self.close_button.setIcon(icon("close"))
        keep_keys(self.close_button, Qt.Key.Key_Space)
        theme.set_role(self.close_button, "flat")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(10)
        row.addWidget(self.text, 1)
        row.addWidget(self.go)
        row.addWidget(self.close_button)
        for action in self._keys:
            KeyHint(self, action, partial(self._use_key, action))
        self.go.clicked.connect(self._tell_where)
        self.close_button.clicked.connect(self.forget)
        self.hide()

    def tell(self, notes: Mapping[int, str], summary: str, *, backwards: bool) -> None:
        """notes: by image, {key} standing for the key that tracks on. summary: for the image on
        show now, where that is none of them."""
        self._notes = notes
        self._action = "label.carry_back_on" if backwards else "label.carry_on"
        image_id = self._image_id
        is_elsewhere = bool(notes) and image_id is not None and image_id not in notes
        self._summary = (image_id, summary) if is_elsewhere and image_id is not None else None
        self._show()

    def forget(self) -> None:
        """A new run begins, or the person has read it."""
        self._notes, self._summary = {}, None
        self._show()

    def follow(self, image_id: int | None) -> None:
        """Another image is on show."""
        self._image_id = image_id
        if self._summary is not None and self._summary[0] != image_id:
            self._summary = None
        self._show()

    def _show(self) -> None:
        note = self._notes.get(self._image_id or 0, "")
        words = note.replace("{key}", self._keys[self._action])
        if not note and self._summary is not None:
            words = self._summary[1]
        self.text.setText(words)
        self.go.setVisible(bool(words) and not note)
        self.setVisible(bool(words))

    def _use_key(self, action: str, key: str) -> None:
        self._keys[action] = key
        self._show()

    def _tell_where(self) -> None:
        if self._notes:
            self.image_requested.emit(next(iter(self._notes)))
