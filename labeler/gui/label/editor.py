"""Turns wishes about the current image into edits of the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication, QObject, Signal

from labeler.dataset import category_edits, edits
from labeler.dataset.changes import Edit
from labeler.dataset.model import Annotation, BBox, Category, Image
from labeler.dataset.store import Dataset
from labeler.gui.counts import counted
from labeler.gui.document import Document
from labeler.gui.label import box_edits
from labeler.gui.label.box_keys import annotation_ids, is_suggestion, suggestion_ids
from labeler.gui.label.painting import ShownBox
from labeler.gui.label.shown_boxes import shown_boxes


class Editor(QObject):
    """The current image, the selection, and the class of the next box.

    The selection may hold suggestions (box_keys): what is changed about one makes it a box.
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
        self.shows_suggestions = True
        self._category_id: int | None = None

    @property
    def dataset(self) -> Dataset:
        return self._document.dataset

    def image(self) -> Image | None:
        """The current image as the store has it now."""
        return None if self.image_id is None else self.dataset.image(self.image_id)

    def boxes(self) -> list[ShownBox]:
        """The boxes and suggestions of the current image with their looks."""
        if self.image_id is None:
            return []
        return shown_boxes(self.dataset, self.image_id, suggestions=self.shows_suggestions)

    def chosen(self) -> list[Annotation]:
        """The selected boxes, without suggestions, as the store has them now, the oldest first."""
        if self.image_id is None:
            return []
        wanted = set(self.selection)
        return [each for each in self.dataset.annotations(self.image_id) if each.id in wanted]

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
        self.add(
            lambda dataset: edits.draw(dataset, image_id, category.id, bbox),
            self.tr('Box "{name}" drawn. Kept.').format(name=category.name),
        )

    def add(
        self, build: Callable[[Dataset], Edit], sentence: str = "", *, keeps: bool = False
    ) -> bool:
        """Performs an edit that makes boxes, and selects them. False where it failed.

        keeps: what was selected before stays so.
        """
        added: list[int] = []

        def building(dataset: Dataset) -> Edit:
            edit = build(dataset)
            added.extend(box_edits.drawn_by(edit))
            return edit

        done = self._document.attempt(building, sentence)
        if done:
            self.select_requested.emit((*(self.selection if keeps else ()), *added))
        return done

    def change(self, build: Callable[[Dataset], Edit], sentence: str = "") -> bool:
        """Performs an edit of boxes that are there; those that suggestions became are selected."""
        return self.add(build, sentence, keeps=True)

    def draw_named(self, bbox: BBox, name: str) -> bool:
        """A box of a class that is new, or is chosen by its name. False where that failed."""
        if not self.choose_named(name):
            return False
        self.draw(bbox)
        return True

    def reshape(self, placed: Mapping[int, BBox]) -> None:
        """Boxes moved or resized, by their ids; one edit for all."""
        count = len(placed)
        words = self.tr("Reshape {n}").format(n=boxes_in_words(count))
        said = self.tr("{n} changed. Kept.").format(n=boxes_in_words(count))
        if count == 1:
            name = self._name_of(next(iter(placed)))
            said = self.tr('Box "{name}" changed. Kept.').format(name=name)
        self.change(
            lambda dataset: _single_or_together(
                words, [box_edits.reshape(dataset, *each) for each in placed.items()]
            ),
            said,
        )

    def delete(self) -> None:
        """The selected boxes go and suggestions are rejected; the one that waits needs no click."""
        waiting = self._shown_suggestions()
        keys = self.selection or (waiting if len(waiting) == 1 else ())
        if not keys:
            self.select_requested.emit(waiting[:1])
            self._document.say(
                self.tr("{n} waiting. Press Del again to reject the selected one.").format(
                    n=counted(len(waiting), "suggestion")
                )
                if waiting
                else self.tr("No box is selected. Click one first.")
            )
            return
        deleted, rejected = annotation_ids(keys), suggestion_ids(keys)
        words = self.tr("{n} deleted. Ctrl+Z undoes it.").format(n=boxes_in_words(len(deleted)))
        if rejected:
            words = "" if deleted else self.tr("Rejected. It will not be suggested here again.")
        done = self._document.attempt(lambda dataset: box_edits.delete(dataset, keys), words)
        if done and rejected:
            self._select_suggestion_after(max(rejected))

    def _select_suggestion_after(self, suggestion_id: int) -> None:
        """So that one answer follows the other without the mouse."""
        waiting = self._shown_suggestions()
        later = tuple(key for key in waiting if suggestion_ids([key])[0] > suggestion_id)
        self.select_requested.emit((later or waiting)[:1])

    def _shown_suggestions(self) -> tuple[int, ...]:
        return tuple(box.id for box in self.boxes() if is_suggestion(box.id))

    def choose(self, category_id: int) -> None:
        """The class of the selected boxes, and of the next one."""
        self._category_id = category_id
        keys = self.selection
        if keys:
            self.change(lambda dataset: box_edits.set_category(dataset, keys, category_id))
        self.category_changed.emit()

    def choose_number(self, number: int) -> None:
        """As choose, by the digit of the class: the one it was given, else by its place."""
        keys = category_edits.keys_of(self.dataset.categories())
        category_id = keys.get(str(number))
        if category_id is not None:
            self.choose(category_id)
        else:
            self._document.say(
                self.tr("There is no class {n} yet. Press N to name a new one.").format(n=number)
            )

    def follow_merge(self, gone_id: int, kept_id: int) -> None:
        """A class went into another one: so does the choice of the next box's class."""
        if self._category_id == gone_id:
            self._category_id = kept_id
            self.category_changed.emit()

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

    def verify(self) -> bool:
        """The image is right as it is, also if empty. False where that could not be kept."""
        image = self.image()
        if image is None:
            return False
        words = (
            self.tr("Confirmed with {n}. Kept.").format(n=boxes_in_words(image.annotation_count))
            if image.annotation_count
            else self.tr("Nothing here: confirmed empty. Kept.")
        )
        return self._document.attempt(lambda dataset: edits.verify(dataset, image.id), words)

    def _named(self, name: str) -> Category | None:
        wanted = " ".join(name.split()).casefold()
        return next((c for c in self.dataset.categories() if c.name.casefold() == wanted), None)

    def _name_of(self, annotation_id: int) -> str:
        return next((box.name for box in self.boxes() if box.id == annotation_id), "")


def boxes_in_words(count: int) -> str:
    """1 box, 2 boxes, 0 boxes."""
    if count == 1:
        return QCoreApplication.translate("Boxes", "1 box")
    return QCoreApplication.translate("Boxes", "%n boxes", "", count)


def _single_or_together(description: str, parts: list[Edit]) -> Edit:
    return parts[0] if len(parts) == 1 else edits.together(description, parts)
