"""Pictures that should be empty, one after the other: a person says of each whether they are."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QImageReader, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.dataset.empty_check import say_empty, say_not_empty, unchecked
from labeler.dataset.model import Image
from labeler.errors import UserError
from labeler.gui.document import Document
from labeler.gui.key_hint import hint_tooltip, native_key
from labeler.gui.picture_view import PictureView
from labeler.gui.side_panel import keep_keys
from labeler.gui.theme import set_role

_SIZE = (760, 560)
_EMPTY_KEYS, _OTHER_KEYS = ("Space", "Return"), ("X", "Del")
_UNDO_KEY = "Ctrl+Z"


class EmptyPictures(QDialog):
    """Space: nothing is there. X: something is. Esc: later; what is answered stays answered.

    Undo takes back the answers of this dialog, one after the other.
    """

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self._images = unchecked(document.dataset)
        self._at = 0
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Is nothing there?"))
        self.view = PictureView(self)
        self.count = QLabel(self)
        set_role(self.count, "faint")
        self.empty = self._button(self.tr("Nothing there"), self.tr("Space"), _EMPTY_KEYS)
        self.other = self._button(self.tr("Something is there"), self.tr("X"), _OTHER_KEYS)
        self.back = self._button(self.tr("Undo"), native_key(_UNDO_KEY), (_UNDO_KEY,))
        set_role(self.empty, "primary")
        self.empty.clicked.connect(lambda: self._answer(is_empty=True))
        self.other.clicked.connect(lambda: self._answer(is_empty=False))
        self.back.clicked.connect(self._take_back)
        self._lay_out()
        self.resize(*_SIZE)
        self._show()

    @property
    def image(self) -> Image | None:
        """The one on show."""
        return self._images[self._at] if self._at < len(self._images) else None

    def _answer(self, *, is_empty: bool) -> None:
        image = self.image
        if image is None:
            return
        say = say_empty if is_empty else say_not_empty
        if self._document.attempt(lambda dataset: say(dataset, image.id)):
            self._at += 1
            self._show()

    def _take_back(self) -> None:
        if self._document.undo():
            self._at -= 1
            self._show()

    def _show(self) -> None:
        image = self.image
        if image is None:
            self.accept()
            return
        try:
            path = str(self._document.dataset.path_of(image))
        except UserError:  # an empty picture is shown, with the words for a missing one
            path = ""
        reader = QImageReader(path)
        reader.setAutoTransform(True)
        picture = reader.read()
        self.view.show_picture(picture)
        self.empty.setEnabled(not picture.isNull())
        self.back.setEnabled(self._at > 0)
        count = self.tr("{0} of {1}").format(self._at + 1, len(self._images))
        if picture.isNull():
            count += self.tr(". It cannot be read, so it cannot be called empty.")
        self.count.setText(count)

    def _button(self, text: str, key: str, keys: tuple[str, ...]) -> QPushButton:
        button = QPushButton(f"{text}   {key}", self)
        button.setAccessibleName(text)
        button.setToolTip(f"{text} ({key})")
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for each in keys:
            QShortcut(QKeySequence(each), self).activated.connect(button.click)
        return button

    def _lay_out(self) -> None:
        question = QLabel(
            self.tr(
                "These pictures were taken with the partner out of view. One that you call empty "
                "teaches a detector what is not there, so look closely."
            ),
            self,
        )
        question.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.back)
        row.addWidget(self.other)
        row.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(question)
        column.addWidget(self.view, 1)
        column.addLayout(row)


class CheckButton(QPushButton):
    """There as long as pictures wait to be called empty or not."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        hint_tooltip(
            self,
            "capture.check_empty",
            self.tr("Say of each whether nothing is on it{key}. Before that they do not train"),
        )
        keep_keys(self, Qt.Key.Key_Space)
        for signal in (
            document.images_added,
            document.images_removed,
            document.image_state_changed,
        ):
            signal.connect(self.refresh)
        document.many_images_changed.connect(self.refresh)
        document.dataset_opened.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        count = len(unchecked(self._document.dataset))
        words = _tr("Check {0} empty picture…") if count == 1 else _tr("Check {0} empty pictures…")
        self.setText(words.format(count))
        self.setAccessibleName(self.text())
        self.setVisible(count > 0)


def _tr(text: str) -> str:
    return QCoreApplication.translate("EmptyPictures", text)
