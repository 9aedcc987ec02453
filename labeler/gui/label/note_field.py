"""One line for a note on the selected boxes, or on the image. What was typed is never dropped."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from labeler.dataset.edits import MAX_NOTE
from labeler.gui.label.remarks import NoteOwner


class NoteField(QLineEdit):
    """noted carries a NoteOwner and the text: on Enter, and when the person turns elsewhere.

    left: the person is done, and the keys are wanted elsewhere.
    """

    noted = Signal(object, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._owner: NoteOwner | None = None
        self._shown = ""
        self.setMaxLength(MAX_NOTE)
        self.show_notes(None, ())

    def show_notes(self, owner: NoteOwner | None, notes: tuple[str, ...]) -> None:
        """notes: those of the boxes, or the image's one. What was typed for another is kept."""
        if owner != self._owner:
            self.keep()
        elif self.isModified():
            return  # the person is still typing
        self._owner = owner
        differ = len(set(notes)) > 1
        self._shown = "" if differ or not notes else notes[0]
        self.setText(self._shown)
        self.setToolTip(self._shown or self.tr("Free text, kept with it and exported"))
        self.setPlaceholderText(self._words(owner, differ=differ))
        self.setAccessibleName(self._words(owner, differ=False).rstrip("…"))

    def keep(self) -> None:
        """Gives away what was typed, if anything was."""
        owner, text = self._owner, self.text()
        if owner is None or not self.isModified():
            return
        self.setModified(False)
        if text.strip() != self._shown:
            self._shown = text.strip()
            self.noted.emit(owner, text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._shown)  # no longer modified
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.keep()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.keep()

    def _words(self, owner: NoteOwner | None, *, differ: bool) -> str:
        if differ:
            return self.tr("Several notes…")
        if owner is None or not owner.box_ids:
            return self.tr("Note on this image…")
        if len(owner.box_ids) == 1:
            return self.tr("Note on this box…")
        return self.tr("Note on these boxes…")
