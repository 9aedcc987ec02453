"""What Compare shows while there is no pair: what it is for, and the way to the first one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.gui.theme import set_role
from labeler.runs.launch import INSTALL_COMMAND


class CompareEmptyPage(QWidget):
    """One of four: something to install, something to label, ready, or getting ready."""

    labelling_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        set_role(self.title, "title")
        self.text = QLabel(self)
        set_role(self.text, "faint")
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label_button = QPushButton(self.tr("Label images"), self)
        set_role(self.label_button, "primary")
        self.label_button.setAccessibleName(self.label_button.text())
        self.label_button.setToolTip(self.tr("Go to Label and draw boxes"))
        self.label_button.clicked.connect(self.labelling_requested)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.label_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(2)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            column.addWidget(label)
        column.addSpacing(8)
        column.addLayout(row)
        column.addStretch(3)

    def say_what_to_install(self) -> None:
        self._say(
            self.tr("Training needs PyTorch, which is not installed"),
            self.tr("Type this where you installed Vector Labeler:\n\n{0}").format(INSTALL_COMMAND),
        )

    def say_what_to_label(self, missing: int) -> None:
        """missing: so many more labelled images allow to train at all."""
        ask = (
            self.tr("Draw boxes on 1 more image to be able to train.")
            if missing == 1
            else self.tr("Draw boxes on {0} more images to be able to train.").format(missing)
        )
        self._say(self.tr("Nothing to learn from yet"), ask, offer=True)

    def say_ready(self, labelled: int) -> None:
        self._say(
            self.tr("What is a pretrained start worth?"),
            self.tr(
                "Press Train both: one detector starts with what it has learned of 80 everyday "
                "kinds of things (COCO), the other knows nothing.\nBoth learn from "
                "your {0} labelled images, and then everybody can vote which one is "
                "better."
            ).format(labelled),
        )

    def say_preparing(self) -> None:
        self._say(
            self.tr("Getting ready to train both"),
            self.tr(
                "The images are shared out: most to learn from, the others to check with. "
                "This takes some seconds."
            ),
        )

    def _say(self, title: str, text: str, *, offer: bool = False) -> None:
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(f"{title}. {text}")
        self.label_button.setVisible(offer)
