"""Turns wishes about classes into edits: the list, its menu and the field on the picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from labeler.dataset import category_edits
from labeler.dataset.changes import Edit
from labeler.dataset.model import BBox, Category
from labeler.dataset.store import Dataset
from labeler.gui import theme
from labeler.gui.document import Document
from labeler.gui.label import class_menu
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.class_dialogs import ClassChoice, ColorDialog, confirm
from labeler.gui.label.class_list import ClassList
from labeler.gui.label.class_words import Words
from labeler.gui.label.editor import Editor
from labeler.gui.label.naming import NameField
from labeler.gui.large_edit import MANY, perform_large

_COUNT_AFTER_MS = 60
"""Edits come in bursts; counting all boxes once after them is enough."""
_BELOW = 6


class ClassDesk(QObject):
    """The dataset is the truth: after every edit of a class the list is read again from it."""

    def __init__(
        self,
        document: Document,
        editor: Editor,
        canvas: Canvas,
        classes: ClassList,
        field: NameField,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._editor = editor
        self._canvas = canvas
        self._classes = classes
        self._field = field
        self._window = parent
        self._words = Words()
        self._counting = QTimer(self, singleShot=True, interval=_COUNT_AFTER_MS)
        self._connect()

    @property
    def _dataset(self) -> Dataset:
        return self._document.dataset

    # What is shown

    def show(self) -> None:
        """Another dataset was opened, or its classes are others."""
        chosen = self._editor.category()
        self._classes.show_categories(self._dataset.categories(), chosen.id if chosen else None)
        self._canvas.set_next(
            chosen.name if chosen else "", chosen.color if chosen else theme.colors().accent
        )
        self.show_counts()

    def show_counts(self) -> None:
        """Counts the boxes of each class, now."""
        self._counting.stop()
        self._classes.show_counts(self._dataset.boxes_per_category())

    @property
    def is_counting(self) -> bool:
        """Whether the boxes of each class will be counted in a moment."""
        return self._counting.isActive()

    def stop(self) -> None:
        """Counts no more: the dataset is about to be closed."""
        self._counting.stop()

    # Choosing and naming

    def focus_new_class(self) -> None:
        self._classes.field.setFocus()
        self._classes.field.selectAll()

    def ask_class(self) -> None:
        """Opens the field at the selected box, or at the pointer: type to choose a class."""
        box = next((each for each in self._canvas.boxes if each.id in self._canvas.selection), None)
        if self._dataset.read_only:
            self._document.say(self.why_read_only())
            return
        self._field.ask(
            None, self._at_pointer() if box is None else self._under(box.bbox), self._shown()
        )

    def _ask_name(self, bbox: BBox) -> None:
        self._canvas.set_pending(bbox)
        self._field.ask(bbox, self._under(bbox), self._shown())

    def _name(self, bbox: BBox | None, name: str) -> None:
        self._canvas.set_pending(None)
        self._canvas.setFocus()
        if bbox is None:
            self._editor.choose_named(name)
        else:
            self._editor.draw_named(bbox, name)

    def _give_up(self) -> None:
        self._canvas.set_pending(None)

    def _name_class(self, name: str) -> None:
        if self._editor.choose_named(name):
            self._classes.field.setText("")  # clear() could be undone in the field

    # Changing one class

    def with_current(self, does: Callable[[int], Any]) -> None:
        """Does it to the class that is marked: the one of the next box."""
        chosen = self._editor.category()
        if self.why_no_class():
            self._document.say(self.why_no_class())
        elif chosen is not None:
            does(chosen.id)

    def why_no_class(self) -> str:
        """Why no class can be changed now, or nothing."""
        return self.why_read_only() or ("" if self._editor.category() else self._words.no_class)

    def why_read_only(self) -> str:
        return self._words.read_only if self._dataset.read_only else ""

    def open_menu(self, category_id: int) -> None:
        """The menu of a class, beside its row."""
        self._classes.list.set_current_category(category_id)
        self._show_menu(category_id, self._classes.list.menu_place())

    def begin_rename(self, category_id: int) -> None:
        self._classes.list.rename(category_id)

    def rename(self, category_id: int, name: str) -> None:
        before = self._name_of(category_id)
        done = self._document.attempt(
            lambda dataset: category_edits.rename_category(dataset, category_id, name)
        )
        if not done or self._name_of(category_id) == before:
            self._classes.forget()  # the row shows what was typed
            self.show()

    def ask_color(self, category_id: int) -> None:
        category = self._dataset.category(category_id)
        if category is not None:
            ColorDialog(self._window, category, partial(self.recolor, category_id)).open()

    def recolor(self, category_id: int, color: str) -> None:
        self._document.attempt(
            lambda dataset: category_edits.recolor_category(dataset, category_id, color)
        )

    def set_key(self, category_id: int, key: str) -> None:
        self._document.attempt(
            lambda dataset: category_edits.set_category_key(dataset, category_id, key)
        )

    def step(self, category_id: int, by: int) -> None:
        """One place up (-1) or down (1)."""
        places = [category.id for category in self._dataset.categories()]
        if category_id in places:
            self.move(category_id, places.index(category_id) + by)

    def move(self, category_id: int, place: int) -> None:
        """To this place among all, from 0."""
        order = [each.id for each in self._dataset.categories() if each.id != category_id]
        order.insert(max(0, min(place, len(order))), category_id)
        moved = self._document.attempt(
            lambda dataset: category_edits.order_categories(dataset, order)
        )
        if moved:
            self._classes.list.set_current_category(category_id)

    def select_boxes(self, category_id: int) -> None:
        """All boxes of a class in the current image."""
        image_id = self._editor.image_id
        boxes = [] if image_id is None else self._dataset.annotations(image_id)
        ids = tuple(box.id for box in boxes if box.category_id == category_id)
        self._canvas.select(ids)
        self._document.say(self._words.selected(self._name_of(category_id), len(ids)))

    def ask_delete(self, category_id: int) -> None:
        """At once where nothing goes with it, else after a question."""
        category = self._dataset.category(category_id)
        if category is None:
            return
        usage = category_edits.usage_of(self._dataset, category_id)
        do = partial(self._delete, category, usage)
        if usage.annotations or usage.suggestions:
            question, answer = self._words.ask_delete(category, usage)
            confirm(self._window, self._words.delete_title, question, answer, do)
        else:
            do()

    def _delete(self, category: Category, usage: category_edits.Usage) -> None:
        self._perform(
            lambda dataset: category_edits.delete_category(dataset, category.id),
            usage,
            self._words.deleted(category, usage),
        )

    def ask_merge_target(self, category_id: int) -> None:
        others = [each for each in self._dataset.categories() if each.id != category_id]
        title = self._words.merge_title(self._name_of(category_id))
        ClassChoice(self._window, title, others, partial(self.ask_merge, category_id)).open()

    def ask_merge(self, category_id: int, into_id: int) -> None:
        """At once where no box changes, else after a question."""
        gone, kept = self._dataset.category(category_id), self._dataset.category(into_id)
        if gone is None or kept is None:
            return
        usage = category_edits.usage_of(self._dataset, category_id)
        do = partial(self._merge, gone, kept, usage)
        if usage.annotations or usage.suggestions:
            question, answer = self._words.ask_merge(gone, kept, usage)
            confirm(self._window, self._words.merge_title(gone.name), question, answer, do)
        else:
            do()

    def _merge(self, gone: Category, kept: Category, usage: category_edits.Usage) -> None:
        self._perform(
            lambda dataset: category_edits.merge_categories(dataset, gone.id, kept.id),
            usage,
            self._words.merged(gone, kept, usage),
            on_done=lambda: self._after_merge(gone, kept),
        )

    def _after_merge(self, gone: Category, kept: Category) -> None:
        self._editor.follow_merge(gone.id, kept.id)
        self._document.classes_merged.emit()

    def _perform(
        self,
        build: Callable[[Dataset], Edit],
        usage: category_edits.Usage,
        sentence: str,
        on_done: Callable[[], None] = lambda: None,
    ) -> None:
        if usage.annotations + usage.suggestions >= MANY:
            perform_large(
                self._document, build, busy=self._words.busy, sentence=sentence, on_done=on_done
            )
        elif self._document.attempt(build, sentence):
            on_done()

    # Many at once

    def ask_file(self) -> None:
        dialog = QFileDialog(self._window, self._words.file_title)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self._words.text_files, self._words.all_files])
        dialog.fileSelected.connect(lambda name: self.add_from_file(Path(name)))
        dialog.open()

    def add_from_file(self, path: Path) -> None:
        """One class a line; those that are there already are left alone."""
        from labeler.dataset.category_file import read_names

        with self._document.reporting():
            found = read_names(path)
            known = len(self._dataset.categories())
            self._document.attempt(
                lambda dataset: category_edits.add_categories(dataset, found.names)
            )
            added = len(self._dataset.categories()) - known
            self._document.say(self._words.added(path.name, added, len(found.names) - added))
            if found.skipped:
                raise self._words.skipped(path.name, found.skipped)

    # Helpers

    def _show_menu(self, category_id: int, place: QPoint) -> None:
        if self._dataset.read_only:
            return
        categories = self._dataset.categories()
        category = next((each for each in categories if each.id == category_id), None)
        menu = QMenu(self._window)
        menu.aboutToHide.connect(menu.deleteLater)
        class_menu.fill(menu, category, categories, category_edits.keys_of(categories), self)
        menu.popup(place)

    def _shown(self) -> list[Category]:
        return self._dataset.categories()

    def _name_of(self, category_id: int) -> str:
        category = self._dataset.category(category_id)
        return "" if category is None else category.name

    def _under(self, bbox: BBox) -> QPoint:
        x, y = self._canvas.viewport.to_screen(bbox.x, bbox.bottom)
        return QPoint(round(x), round(y) + _BELOW)

    def _at_pointer(self) -> QPoint:
        pointer = self._canvas.pointer
        return self._canvas.rect().center() if pointer is None else pointer.toPoint()

    def _connect(self) -> None:
        document, classes, canvas = self._document, self._classes, self._canvas
        document.categories_changed.connect(self.show)
        document.annotations_changed.connect(lambda image_id: self._counting.start())
        document.many_images_changed.connect(self._counting.start)
        self._counting.timeout.connect(self.show_counts)
        self._editor.name_requested.connect(self._ask_name)
        self._editor.category_changed.connect(self.show)
        self._field.named.connect(self._name)
        self._field.given_up.connect(self._give_up)
        classes.chosen.connect(self._editor.choose)
        classes.chosen.connect(lambda _category_id: self._canvas.setFocus())
        classes.named.connect(self._name_class)
        classes.renamed.connect(self.rename)
        classes.step_requested.connect(self.step)
        classes.moved.connect(self.move)
        classes.menu_requested.connect(self._show_menu)
        classes.left.connect(canvas.setFocus)
