"""A real window on a dataset with pictures, and hands that work its mouse and keys."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image as Pillow
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from labeler.dataset.edits import draw
from labeler.dataset.images import add_picture
from labeler.dataset.model import Annotation, BBox, Image
from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.label.workspace import LabelWorkspace
from labeler.gui.main_window import MainWindow
from labeler.gui.settings import Settings

SIZE = (640, 360)


def add_plain_pictures(dataset: Dataset, count: int) -> list[Image]:
    """Pictures of one colour each, as large as a robot's."""
    session = dataset.add_session("table", "test", 0.0)
    added = []
    for number in range(count):
        stream = io.BytesIO()
        Pillow.new("RGB", SIZE, (40 + number * 9, 120, 90)).save(stream, "JPEG")
        picture = add_picture(
            dataset,
            stream.getvalue(),
            original_name=f"{number}.jpg",
            session_id=session.id,
            captured_at=float(number),
        )
        added.append(picture.image)
    return added


class Hand:
    """Draws and types in the Label workspace of a shown window, in image pixels."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        label = window.workspace("label")
        assert isinstance(label, LabelWorkspace)
        self.label = label

    @property
    def boxes(self) -> list[BBox]:
        """Of the current image, as the store has them."""
        image_id = self.label.editor.image_id
        assert image_id is not None
        return [each.bbox for each in self.window.document.dataset.annotations(image_id)]

    @property
    def annotations(self) -> list[Annotation]:
        """As boxes, with all that is said about them."""
        image_id = self.label.editor.image_id
        assert image_id is not None
        return self.window.document.dataset.annotations(image_id)

    def put(self, *boxes: BBox, category: int = 0) -> list[int]:
        """Boxes of a class, by its place, as if they had been drawn; their ids."""
        document, image_id = self.window.document, self.label.editor.image_id
        assert image_id is not None
        known = {each.id for each in self.annotations}
        category_id = document.dataset.categories()[category].id
        for bbox in boxes:
            document.perform(draw(document.dataset, image_id, category_id, bbox))
        return [each.id for each in self.annotations if each.id not in known]

    def at(self, x: float, y: float) -> QPoint:
        across, down = self.label.canvas.viewport.to_screen(x, y)
        return QPoint(round(across), round(down))

    def drag(
        self, start: tuple[float, float], end: tuple[float, float], *, shift: bool = False
    ) -> None:
        canvas, left = self.label.canvas, Qt.MouseButton.LeftButton
        held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        QTest.mouseMove(canvas, self.at(*start))
        QTest.mousePress(canvas, left, held, self.at(*start))
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        for place in (middle, end):
            QTest.mouseMove(canvas, self.at(*place))
        QTest.mouseRelease(canvas, left, held, self.at(*end))

    def click(self, x: float, y: float, *, shift: bool = False) -> None:
        held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(self.label.canvas, Qt.MouseButton.LeftButton, held, self.at(x, y))

    def press(
        self,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        widget: QWidget | None = None,
    ) -> None:
        QTest.keyClick(widget or self.label.canvas, key, modifier)

    def name(self, text: str) -> None:
        """Types into the field that asks for the class of a new box."""
        QTest.keyClicks(self.label.name_field, text)
        QTest.keyClick(self.label.name_field, Qt.Key.Key_Return)


def open_window(folder: Path, settings: Path, *, backs_up: bool = False) -> MainWindow:
    """The whole window on a dataset, on the screen and with the focus.

    backs_up: four seconds later it makes its daily backup, in the middle of a test that is slow.
    """
    window = MainWindow(Document(Dataset.open(folder)), Settings(settings))
    if not backs_up:
        window.backups.stop()
    window.resize(1280, 800)
    window.show()
    window.activateWindow()
    window.show_workspace("label")
    QTest.qWaitForWindowExposed(window)
    window.workspace("label").setFocus()
    hand = Hand(window)
    hand.label.canvas.setFocus()
    return window


def close(window: MainWindow) -> None:
    """The window and, once no job reads it any more, its dataset. Twice does no harm."""
    window.close()
    finish_jobs()
    window.document.dataset.close()
