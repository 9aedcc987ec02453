"""Copies of boxes: duplicates, those kept by Ctrl+C, and those of the image before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject

from labeler.dataset import edits
from labeler.dataset.model import Annotation, Image
from labeler.gui.document import Document
from labeler.gui.label import geometry
from labeler.gui.label.editor import Editor, boxes_in_words
from labeler.gui.label.geometry import Size

_DUPLICATE_SHIFT = 12.0


class Copying(QObject):
    """Copies keep class, attributes and note. None is put where its like is already.

    previous tells the image before the current one, or None of the first.
    """

    def __init__(
        self,
        document: Document,
        editor: Editor,
        previous: Callable[[], Image | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._editor, self._previous = document, editor, previous
        self._copied: tuple[Annotation, ...] = ()
        document.dataset_opened.connect(self._forget)

    def copy(self) -> bool:
        """Keeps the selected boxes for paste. False where none is selected."""
        chosen = tuple(self._editor.chosen())
        if not chosen:
            self._document.say(self.tr("No box is selected. Click one first."))
            return False
        self._copied = chosen
        self._document.say(
            self.tr("{n} copied. Ctrl+V pastes them into any image.").format(
                n=boxes_in_words(len(chosen))
            )
        )
        return True

    def cut(self) -> None:
        """As copy, and takes them away."""
        if self.copy():
            self._editor.delete()

    def paste(self) -> None:
        """The copied boxes; where nothing was copied, those of the image before."""
        if self._copied:
            words = self.tr("Paste {n}")
            self._put(self._copied, words, self.tr("The copied boxes are already here."))
        else:
            self.take_from_previous()

    def take_from_previous(self) -> None:
        """The boxes of the image before, whatever was copied."""
        image = self._previous()
        found = self._editor.dataset.annotations(image.id) if image is not None else []
        if not found:
            self._document.say(self.tr("The previous image has no boxes to copy."))
            return
        words = self.tr("Copy {n} from the previous image")
        self._put(found, words, self.tr("The boxes of the previous image are already here."))

    def duplicate(self) -> None:
        """The selected boxes once more, a little lower to the right."""
        image, chosen = self._editor.image(), self._editor.chosen()
        if image is None or not chosen:
            self._document.say(self.tr("No box is selected. Click one first."))
            return
        size = Size(image.width, image.height)
        places = {each.id: each.bbox for each in chosen}
        for shift in (_DUPLICATE_SHIFT, -_DUPLICATE_SHIFT):  # up and left in the last corner
            shifted = geometry.moved_together(places, shift, shift, size)
            if shifted != places:
                break
        self._put(
            [replace(each, bbox=shifted[each.id]) for each in chosen], self.tr("Duplicate {n}")
        )

    def _put(self, boxes: Sequence[Annotation], words: str, all_here: str = "") -> None:
        """words: what is done, with the number left open."""
        image, dataset = self._editor.image(), self._editor.dataset
        if image is None:
            return
        known = {category.id for category in dataset.categories()}
        boxes = [each for each in boxes if each.category_id in known]
        fitting = [each for each in boxes if each.bbox.clipped(image.width, image.height)]
        if not fitting:
            self._document.say(self.tr("None of these boxes fits in this image."))
            return
        missing = fitting
        if all_here:  # a second press must not hide boxes under their like
            here = {(each.category_id, each.bbox) for each in dataset.annotations(image.id)}
            missing = [
                each
                for each in fitting
                if (each.category_id, each.bbox.clipped(image.width, image.height)) not in here
            ]
        if not missing:
            self._document.say(all_here)
            return
        done = words.format(n=boxes_in_words(len(missing)))
        if len(fitting) < len(boxes):
            done = self.tr("{what}, {n} outside this image left out").format(
                what=done, n=len(boxes) - len(fitting)
            )
        self._editor.add(lambda dataset: edits.put_copies(dataset, image.id, missing, done))

    def _forget(self) -> None:
        self._copied = ()
