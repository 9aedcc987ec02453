"""The picture with what one detector sees on it, or two side by side on the very same picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from labeler.gui.elided_label import ElidedLabel
from labeler.gui.picture_view import Mark, PictureView
from labeler.gui.theme import set_role


class StageView(QWidget):
    """view shows the first detector, second the other, which is hidden while there is one alone.

    signs_moved: what stands at the upper edge may reach further down now, or less far.
    """

    signs_moved = Signal()

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
            view.signs_moved.connect(self.signs_moved)
        self.show_names(None)

    def show_names(self, names: tuple[str, str] | None) -> None:
        """What the two detectors are; None: there is one alone."""
        for head, name in zip(self.heads, names or ("", ""), strict=True):
            head.setText(name)
            head.setVisible(names is not None)
        self._second_pane.setVisible(names is not None)

    def signs_height(self) -> int:
        """How far down names, numbers and the red line reach, in device-independent pixels."""
        return max(
            each.mapTo(self, QPoint(0, each.signs_height())).y()
            for each in (self.view, self.second)
            if each.isVisibleTo(self)
        )

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
