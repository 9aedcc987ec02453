"""Turns wishes about the current image into edits of the document."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from labeler.dataset import category_edits, edits
from labeler.dataset.model import BBox, Category, Image
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.document import Document
from labeler.gui.label import geometry
from labeler.gui.label.geometry import Size
from labeler.gui.label.painting import ShownBox

_DUPLICATE_SHIFT = 12.0


class Editor(QObject):
    """The current image, the selection, and the class of the next box.

    name_requested carries a BBox that was drawn while there is no class to give it.
    category_changed: the class of the next box is another one.
    """

    name_requested = Signal(object)
    category_changed = Signal()
    select_requested = Signal(tuple)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.image_id: int | None = None
        self.selection: tuple[int, ...] = ()
        self._category_id: int | None = None

    @property
    def dataset(self) -> Dataset:
        return self._document.dataset

    def image(self) -> Image | None:
        """The current image as the store has it now."""
        return None if self.image_id is None else self.dataset.image(self.image_id)

    def boxes(self) -> list[ShownBox]:
        """The boxes of the current image with their looks."""
        if self.image_id is None:
            return []
        categories = {category.id: category for category in self.dataset.categories()}
        return [
            ShownBox(
                each.id,
                each.bbox,
                categories[each.category_id].name,
                categories[each.category_id].color,
            )
            for each in self.dataset.annotations(self.image_id)
        ]

    def category(self) -> Category | None:
        """The class of the next box: the one chosen last, else the first one."""
        categories = self.dataset.categories()
        chosen = (category for category in categories if category.id == self._category_id)
        return next(chosen, categories[0] if categories else None)

    def draw(self, bbox: BBox) -> None:
        category = self.category()
        if self.image_id is None:
            return
        if category is None:
            self.name_requested.emit(bbox)
            return
        image_id = self.image_id
        drawn = self._document.attempt(
            lambda dataset: edits.draw(dataset, image_id, category.id, bbox),
            self.tr('Box "{name}" drawn. Kept.').format(name=category.name),
        )
        if drawn:
            self._select_newest(1)

    def draw_named(self, bbox: BBox, name: str) -> bool:
        """A box of a class that is new, or is chosen by its name. False where that failed."""
        if not self.choose_named(name):
            return False
        self.draw(bbox)
        return True

    def reshape(self, annotation_id: int, bbox: BBox) -> None:
        self._document.attempt(
            lambda dataset: edits.reshape(dataset, annotation_id, bbox),
            self.tr('Box "{name}" changed. Kept.').format(name=self._name_of(annotation_id)),
        )

    def nudge(self, dx: int, dy: int, grows: bool) -> None:
        """Moves the selected boxes by pixels, or their bottom right corner; one edit for all."""
        image = self.image()
        if image is None or not self.selection:
            return
        size = Size(image.width, image.height)
        change = geometry.grown if grows else geometry.moved
        self._document.attempt(
            lambda dataset: edits.together(
                self.tr("Nudge"),
                [
                    edits.reshape(dataset, each, change(_bbox(dataset, each), dx, dy, size))
                    for each in self.selection
                ],
            )
        )

    def delete(self) -> None:
        if not self.selection:
            self._document.say(self.tr("No box is selected. Click one first."))
            return
        ids = self.selection
        self._document.attempt(
            lambda dataset: edits.delete(dataset, ids),
            self.tr("{n} deleted. Ctrl+Z brings it back.").format(n=_boxes(len(ids))),
        )

    def choose(self, category_id: int) -> None:
        """The class of the selected boxes, and of the next one."""
        self._category_id = category_id
        ids = self.selection
        if ids:
            self._document.attempt(lambda dataset: edits.set_category(dataset, ids, category_id))
        self.category_changed.emit()

    def choose_number(self, number: int) -> None:
        """As choose, by the number beside the class, from 1."""
        categories = self.dataset.categories()
        if number <= len(categories):
            self.choose(categories[number - 1].id)
        else:
            self._document.say(
                self.tr("There is no class {n} yet. Press N to name a new one.").format(n=number)
            )

    def choose_named(self, name: str) -> bool:
        """As choose, by name; a name not known yet makes a class."""
        known = self._named(name)
        if known is None:
            added = self._document.attempt(
                lambda dataset: category_edits.add_category(dataset, name)
            )
            if not added:
                return False
            known = self._named(name)
        if known is not None:
            self.choose(known.id)
        return known is not None

    def rename(self, category_id: int, name: str) -> bool:
        return self._document.attempt(
            lambda dataset: category_edits.rename_category(dataset, category_id, name)
        )

    def duplicate(self) -> None:
        """The selected boxes once more, a little lower to the right."""
        image = self.image()
        if image is None or not self.selection:
            return
        size = Size(image.width, image.height)
        copies = [each for each in self.dataset.annotations(image.id) if each.id in self.selection]
        self._copy(
            image.id,
            [
                (each.category_id, geometry.moved(each.bbox, *2 * (_DUPLICATE_SHIFT,), size))
                for each in copies
            ],
            self.tr("Duplicate {n}").format(n=_boxes(len(copies))),
        )

    def copy_from(self, previous: Image | None) -> None:
        """The boxes of the image before, once, as one edit."""
        if self.image_id is None:
            return
        found = self.dataset.annotations(previous.id) if previous is not None else []
        if not found:
            self._document.say(self.tr("The image before has no boxes to copy."))
            return
        here = {(each.category_id, each.bbox) for each in self.dataset.annotations(self.image_id)}
        missing = [(each.category_id, each.bbox) for each in found]
        missing = [each for each in missing if each not in here]
        if not missing:  # a second press must not hide boxes under their like
            self._document.say(self.tr("The boxes of the image before are here already."))
            return
        words = self.tr("Copy {n} from the image before").format(n=_boxes(len(missing)))
        self._copy(self.image_id, missing, words)

    def verify(self) -> bool:
        """The image is right as it is, also if empty. False where that could not be kept."""
        image = self.image()
        if image is None:
            return False
        words = (
            self.tr("Right as it is: {n}. Kept.").format(n=_boxes(image.annotation_count))
            if image.annotation_count
            else self.tr("Nothing here: confirmed empty. Kept.")
        )
        return self._document.attempt(lambda dataset: edits.verify(dataset, image.id), words)

    def _copy(self, image_id: int, boxes: list[tuple[int, BBox]], words: str) -> None:
        image = self.dataset.image(image_id)
        fitting = [each for each in boxes if each[1].clipped(image.width, image.height)]
        if not fitting:
            self._document.say(self.tr("None of these boxes fits into this image."))
            return
        if len(fitting) < len(boxes):
            words = self.tr("{what}, {n} outside this image left out").format(
                what=words, n=len(boxes) - len(fitting)
            )
        done = self._document.attempt(
            lambda dataset: edits.together(
                words, [edits.draw(dataset, image_id, category, bbox) for category, bbox in fitting]
            )
        )
        if done:
            self._select_newest(len(fitting))

    def _select_newest(self, count: int) -> None:
        newest = [each.id for each in self.boxes()][-count:]
        self.select_requested.emit(tuple(newest))

    def _named(self, name: str) -> Category | None:
        wanted = " ".join(name.split()).casefold()
        return next((c for c in self.dataset.categories() if c.name.casefold() == wanted), None)

    def _name_of(self, annotation_id: int) -> str:
        return next((box.name for box in self.boxes() if box.id == annotation_id), "")


def _bbox(dataset: Dataset, annotation_id: int) -> BBox:
    annotation = dataset.annotation(annotation_id)
    if annotation is None:
        raise UserError("That box is gone.")
    return annotation.bbox


def _boxes(count: int) -> str:
    return "1 box" if count == 1 else f"{count} boxes"
