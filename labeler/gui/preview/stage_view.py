"""The picture with what one detector sees on it, or two side by side on the very same picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from labeler.gui.elided_label import ElidedLabel
from labeler.gui.picture_view import Mark, PictureView
from labeler.gui.theme import set_role


class StageView(QWidget):
    """view shows the first detector, second the other, which is hidden while there is one alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, "ground")
        self.view = PictureView(self)
        self.second = PictureView(self)
        self.second.setAccessibleName(self.tr("Picture of the second model"))
        self.heads = (ElidedLabel(self), ElidedLabel(self))
        self._second_pane = QWidget(self)
        first_pane = QWidget(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for pane, head, view in zip(
            (first_pane, self._second_pane), self.heads, (self.view, self.second), strict=True
        ):
            set_role(head, "title")
            head.setContentsMargins(14, 8, 14, 0)
            column = QVBoxLayout(pane)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            column.addWidget(head)
            column.addWidget(view, 1)
            row.addWidget(pane, 1)
        self.show_names(None)

    def show_names(self, names: tuple[str, str] | None) -> None:
        """What the two detectors are; None: there is one alone."""
        for head, name in zip(self.heads, names or ("", ""), strict=True):
            head.setText(name)
            head.setVisible(names is not None)
        self._second_pane.setVisible(names is not None)

    @property
    def is_double(self) -> bool:
        """Whether there are two."""
        return not self._second_pane.isHidden()

    def show_picture(
        self, image: QImage, marks: Sequence[Mark] = (), beside: Sequence[Mark] = ()
    ) -> None:
        """The same picture in both, each with what its detector found on it."""
        self.view.show_picture(image, marks)
        if self.is_double:
            self.second.show_picture(image, beside)
