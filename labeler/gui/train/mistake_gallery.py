"""The mistakes of one kind as small pictures; each leads to its image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QWidget

from labeler.gui.background import Job, run_in_background
from labeler.runs.analysis import Box, Case
from labeler.runs.mistake_pictures import Crop, crops
from trainer.run_files import RunPictures

_SIDE = 132
_AT_ONCE = 12
"""So many are cut out before the next ones show."""
_A_ROW = 6
_CASE = Qt.ItemDataRole.UserRole
_FALLBACK = "#e69f00"
_TRUE = "#ffffff"


class MistakeGallery(QListWidget):
    """case_chosen carries the Case of which the image shall be opened.

    A solid box in the colour of its class is what was found, a dashed white one what is true.
    """

    case_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: RunPictures | None = None
        self._waiting: list[Case] = []
        self._job: Job | None = None
        self._round = 0
        self._names: Mapping[int, str] = {}
        self._colors: Mapping[int, str] = {}
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(_SIDE, _SIDE))
        self.setGridSize(QSize(_SIDE + 12, _SIDE + self.fontMetrics().height() + 14))
        self.setWordWrap(False)
        self.setAccessibleName(self.tr("Mistakes; Enter opens the image in Label"))
        self.setToolTip(self.tr("Click, or press Enter, to open the image in Label"))
        self.itemClicked.connect(self._choose)
        self.itemActivated.connect(self._choose)

    def set_colors(self, colors: Mapping[int, str]) -> None:
        """category id -> "#rrggbb"."""
        self._colors = dict(colors)

    def show_cases(
        self, pictures: RunPictures, cases: Sequence[Case], names: Mapping[int, str]
    ) -> None:
        """pictures: of the part that was measured. names: category id -> name."""
        self.clear_cases()
        self._pictures, self._names = pictures, names
        self._waiting = list(cases)
        empty = QPixmap(_SIDE, _SIDE)
        empty.fill(Qt.GlobalColor.transparent)
        for case in cases:
            item = QListWidgetItem(QIcon(empty), self._words(case))
            item.setData(_CASE, case)
            item.setToolTip(f"{case.file_name}\n{self._told(case)}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{self._told(case)} {case.file_name}")
            self.addItem(item)
        rows = 2 if len(cases) > _A_ROW else 1
        self.setMinimumHeight(rows * self.gridSize().height() + 8)
        self._cut_next()

    def clear_cases(self) -> None:
        """Nothing is shown, and what is still cut out for it is dropped."""
        self._round += 1
        if self._job is not None:
            self._job.cancel()
        self._waiting = []
        self.clear()

    def _cut_next(self) -> None:
        pictures = self._pictures
        if not self._waiting or pictures is None:
            self._job = None
            return
        now, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        number = self._round
        side = round(_SIDE * self.devicePixelRatioF())
        first = self.count() - len(self._waiting) - len(now)
        self._job = run_in_background(
            lambda _report, stop: list(crops(pictures, now, side, stop)),
            on_done=lambda made: self._take(number, first, made),
            on_error=_travel,
            owner=self,
        )

    def _take(self, number: int, first: int, made: list[Crop]) -> None:
        if number != self._round:
            return
        for place, crop in enumerate(made, start=first):
            item = self.item(place)
            if crop.rgb is None:
                item.setToolTip(crop.fault)
            else:
                item.setIcon(QIcon(self._painted(crop)))
        self._cut_next()

    def _painted(self, crop: Crop) -> QPixmap:
        ratio = self.devicePixelRatioF()
        full = QPixmap(round(_SIDE * ratio), round(_SIDE * ratio))
        full.fill(Qt.GlobalColor.transparent)
        image = _image(crop)
        painter = QPainter(full)
        # Small crops are enlarged, so that all boxes can be seen.
        scale = full.width() / max(image.width(), image.height())
        where = QRectF(0, 0, image.width() * scale, image.height() * scale)
        where.moveCenter(full.rect().toRectF().center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(where, image)
        painter.setClipRect(where)
        color = QColor(self._colors.get(crop.case.found_category or 0, _FALLBACK))
        for box, pen in (
            (crop.truth, QPen(QColor("black"), 3 * ratio)),
            (crop.truth, QPen(QColor(_TRUE), 1.5 * ratio, Qt.PenStyle.DashLine)),
            (crop.found, QPen(color, 2 * ratio)),
        ):
            if box is not None:
                painter.setPen(pen)
                painter.drawRect(_rect(box, scale, where))
        painter.end()
        full.setDevicePixelRatio(ratio)
        return full

    def _choose(self, item: QListWidgetItem) -> None:
        self.case_chosen.emit(item.data(_CASE))

    def _words(self, case: Case) -> str:
        if case.score is None:
            return self._name(case.truth_category)
        found = f"{self._name(case.found_category)} {case.score:.2f}"
        is_another = case.truth_category is not None and case.truth_category != case.found_category
        return f"{found} ({self._name(case.truth_category)})" if is_another else found

    def _told(self, case: Case) -> str:
        true = self._name(case.truth_category)
        if case.score is None:
            return self.tr("Missed: {0}.").format(true)
        found = self.tr("Found: {0}, {1}.").format(
            self._name(case.found_category), f"{case.score:.2f}"
        )
        return f"{found} {self.tr('True: {0}.').format(true)}" if case.truth is not None else found

    def _name(self, category_id: int | None) -> str:
        return self._names.get(category_id, str(category_id)) if category_id is not None else ""


def _rect(box: Box, scale: float, where: QRectF) -> QRectF:
    x, y, width, height = (side * scale for side in box)
    return QRectF(where.x() + x, where.y() + y, width, height)


def _image(crop: Crop) -> QImage:
    assert crop.rgb is not None
    height, width, _ = crop.rgb.shape
    data = crop.rgb.tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _travel(error: Exception) -> None:
    raise error
