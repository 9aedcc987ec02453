"""What can be done with the selected boxes, or with the whole picture, as a menu at the pointer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from labeler.dataset import category_edits
from labeler.dataset.model import Category
from labeler.gui.key_hint import KeyHint
from labeler.gui.label.box_keys import suggestion_ids
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.class_menu import in_menu
from labeler.gui.label.class_row import swatch
from labeler.gui.label.editor import Editor
from labeler.gui.workspace import Action

_BREAK = ""
_ANSWERS = ("accept", "accept_all", "accept_and_go", _BREAK)
_OF_BOXES = (
    *("occluded", "truncated", "difficult", "note", _BREAK),
    *("fit_box", "duplicate", "copy", "cut", "carry", "carry_on", _BREAK, "delete"),
)
_OF_PICTURE = (
    *("verify", "copy_previous", "paste", "draw", "select_all", "carry", "note", _BREAK),
    *("fit", "actual_size"),
)
_REMARKS = ("occluded", "truncated", "difficult")
_DIGITS = "123456789"
_FEW = 12
"""So many classes fit a menu; the others are found by typing."""


class PictureMenu(QObject):
    """Its entries are the workspace's own actions, with the keys that they have now."""

    def __init__(
        self, canvas: Canvas, editor: Editor, actions: Callable[[], Sequence[Action]]
    ) -> None:
        super().__init__(canvas)
        self._canvas, self._editor, self._actions = canvas, editor, actions
        self._table: dict[str, Action] = {}
        self._keys: dict[str, str] = {}
        told = {*_ANSWERS, *_OF_BOXES, *_OF_PICTURE, "ask_class"} - {_BREAK}
        for id in (*sorted(told), *(f"class_{digit}" for digit in _DIGITS)):
            KeyHint(canvas, f"label.{id}", partial(self._keys.__setitem__, id))
        canvas.menu_requested.connect(self._open)

    def _open(self, place: QPoint) -> None:
        self._table = {action.id: action for action in self._actions()}
        menu = QMenu(self._canvas)
        menu.setToolTipsVisible(True)
        menu.aboutToHide.connect(menu.deleteLater)
        selection = self._editor.selection
        if not selection:
            self._fill_for_picture(menu)
        elif len(suggestion_ids(selection)) == len(selection):
            self._fill_for_suggestions(menu)
        else:
            self._fill_for_boxes(menu)
        menu.popup(place)

    def _fill_for_boxes(self, menu: QMenu) -> None:
        self._add_classes(menu, _tr("Class"))
        if suggestion_ids(self._editor.selection):
            self._add(menu, "accept")
        shown = [box for box in self._canvas.boxes if box.id in self._editor.selection]
        for id in _OF_BOXES:
            entry = self._add(menu, id, _tr("Note…") if id == "note" else "")
            if entry is not None and id in _REMARKS:
                entry.setCheckable(True)
                entry.setChecked(all(getattr(box, id) for box in shown))

    def _fill_for_suggestions(self, menu: QMenu) -> None:
        self._add(menu, "accept")
        self._add(menu, "delete", _tr("Reject suggestion"))
        self._add_classes(menu, _tr("Accept as"))
        menu.addSeparator()
        for id in _ANSWERS[1:]:
            self._add(menu, id)
        self._add(menu, "carry")

    def _fill_for_picture(self, menu: QMenu) -> None:
        if any(box.dashed for box in self._canvas.boxes):
            for id in _ANSWERS[1:]:
                self._add(menu, id)
        image = self._editor.image()
        words = {"note": _tr("Note on this image…"), "paste": _tr("Paste boxes")}
        if image is not None and not image.annotation_count:
            words["verify"] = _tr("Nothing here, next")
        for id in _OF_PICTURE:
            self._add(menu, id, words.get(id, ""))

    def _add_classes(self, menu: QMenu, title: str) -> None:
        categories = self._editor.dataset.categories()
        digits = {number: digit for digit, number in category_edits.keys_of(categories).items()}
        shown = {box.name for box in self._canvas.boxes if box.id in self._editor.selection}
        part = menu.addMenu(title)
        for category in categories[:_FEW]:
            self._add_class(part, category, digits.get(category.id, ""), shown == {category.name})
        part.addSeparator()
        self._add(part, "ask_class", _tr("Another class…"))
        part.setEnabled(not self._editor.dataset.read_only)

    def _add_class(self, menu: QMenu, category: Category, digit: str, is_current: bool) -> None:
        key = self._keys.get(f"class_{digit}", "")
        entry = menu.addAction(swatch(category.color), _with_key(in_menu(category), key))
        entry.setCheckable(is_current)
        entry.setChecked(is_current)
        font = entry.font()
        font.setBold(is_current)  # beside an icon no tick is shown
        entry.setFont(font)
        entry.triggered.connect(lambda: self._editor.choose(category.id))

    def _add(self, menu: QMenu, id: str, text: str = "") -> QAction | None:
        """An action of the workspace by its id, or a line between two parts."""
        action = self._table.get(id)
        if action is None or action.slot is None:
            menu.addSeparator()
            return None
        slot, obstacle = action.slot, action.obstacle() if action.obstacle else ""
        entry = menu.addAction(_with_key(text or action.text, self._keys.get(id, "")))
        entry.setToolTip(obstacle or action.tooltip or action.text)
        entry.setEnabled(not obstacle)
        entry.triggered.connect(lambda: slot())
        return entry


def _with_key(text: str, key: str) -> str:
    """key is only shown: the window listens to it."""
    return f"{text}\t{key}" if key else text


def _tr(text: str) -> str:
    return QCoreApplication.translate("PictureMenu", text)
