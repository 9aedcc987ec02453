"""The Label workspace: wires strip, canvas and panel to the document."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from labeler.gui.document import Document
from labeler.gui.workspace import Workspace


class LabelWorkspace(Workspace):
    """camera_requested carries a camera's id, or nothing to choose one."""

    camera_requested = Signal(str)
    pictures_requested = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = self.tr("Label")
        self._document = document

    def show_image(self, image_id: int) -> None:
        """Brings one image to the canvas."""
