"""The column of images at the left: which are shown, and which is the current one."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QFrame, QHeaderView, QTableView, QVBoxLayout, QWidget

from labeler.dataset.model import Image, ImageState
from labeler.dataset.store import Dataset
from labeler.gui.label.filter_bar import FilterBar
from labeler.gui.label.image_list import ImageList
from labeler.gui.label.tiles import TILE_HEIGHT, TileDelegate

if TYPE_CHECKING:
    from labeler.gui.label.go_to_field import GoToField

WIDTH = 184


class Filmstrip(QWidget):
    """chosen carries the id of the image that the person went to in the list itself; place_typed
    what was typed to go to."""

    chosen = Signal(int)
    place_typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.images = ImageList(self)
        self.filters = FilterBar(self)
        self.filter = self.filters.state
        self._go_to_field: GoToField | None = None
        self.view = _Tiles(self.images, self)
        self.view.setAccessibleName(self.tr("Images"))
        self._is_marking = False
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 4, 0)
        column.setSpacing(6)
        column.addWidget(self.filters)
        column.addWidget(self.view, 1)
        self.view.selectionModel().currentChanged.connect(self._tell_chosen)

    def state(self) -> ImageState | None:
        """The state of the images shown; None: of any."""
        return self.filters.view.wanted.state

    def show_all(self) -> None:
        self.filters.show_all()

    def show_images(
        self, dataset: Dataset, image_ids: array[int], *, current: int | None = None
    ) -> None:
        """Replaces the list. current: this one stays where it is on the screen, if it is there."""
        before = self._top_of_current()
        self._is_marking = True
        self.images.show(dataset, image_ids)
        self._is_marking = False
        if current is not None and self.mark(current) and before is not None:
            now = self._top_of_current()
            bar = self.view.verticalScrollBar()
            bar.setValue(bar.value() + (now or 0) - before)

    def mark(self, image_id: int) -> bool:
        """Makes it the current one of the list, without telling. False where it is not listed.

        Then none is current.
        """
        row = self.images.row_of(image_id)
        self._is_marking = True
        self.view.setCurrentIndex(QModelIndex() if row is None else self.images.index(row))
        self._is_marking = False
        return row is not None

    def step(self, by: int) -> Image | None:
        """The image so many rows away from the current one, or None past the end."""
        index = self.view.currentIndex()
        row = index.row() + by
        if not index.isValid() or not 0 <= row < self.images.rowCount():
            return None
        return self.images.image_at(row)

    def ahead(self, count: int, direction: int) -> list[Image]:
        """The images that come next, the nearest first. direction: 1 down the list, -1 up."""
        places = (self.step(direction * far) for far in range(1, count + 1))
        return [image for image in places if image is not None]

    def current(self) -> Image | None:
        index = self.view.currentIndex()
        return self.images.image_at(index.row()) if index.isValid() else None

    @property
    def go_to_field(self) -> GoToField:
        """Made when it is first needed, after the window's first picture."""
        if self._go_to_field is None:
            from labeler.gui.label.go_to_field import GoToField

            self._go_to_field = GoToField(self)
            self._go_to_field.typed.connect(self.place_typed)
        return self._go_to_field

    def ask_where(self) -> None:
        """Shows the field for a number or a name."""
        below = self.filters.mapToGlobal(self.filters.rect().bottomLeft())
        self.go_to_field.ask(self.images.rowCount(), below)

    def _top_of_current(self) -> int | None:
        """Where the current tile begins, in pixels of the view; None where it cannot be seen."""
        index = self.view.currentIndex()
        place = self.view.visualRect(index) if index.isValid() else None
        seen = place is not None and place.intersects(self.view.viewport().rect())
        return place.top() if place is not None and seen else None

    def _tell_chosen(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid() and not self._is_marking:
            self.chosen.emit(self.images.id_at(current.row()))


class _Tiles(QTableView):
    """A table of one column: unlike a QListView it does not ask for every row to lay them out."""

    def __init__(self, images: ImageList, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(images)
        self.setItemDelegate(TileDelegate(self))
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(TILE_HEIGHT)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
