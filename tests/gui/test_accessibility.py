"""For those who listen, and for those who use the keyboard alone: names, focus, and its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QSlider,
    QSpinBox,
    QTableView,
    QTableWidget,
    QTextEdit,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.gui import theme
from labeler.gui.key_dialog import KeyDialog
from labeler.gui.keys_page import KeysPage
from labeler.gui.label.class_dialogs import ClassChoice, ColorDialog
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import pages
from labeler.gui.palette import Palette
from labeler.gui.train.log_dialog import LogDialog
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

PLACES = [page.id for page in pages()]
SCHEMES = {"light": theme.LIGHT, "dark": theme.DARK}
CONTROLS = (
    *(QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox),
    *(QKeySequenceEdit, QLineEdit, QPlainTextEdit, QTextEdit),
)
COMPOUNDS = (QAbstractSpinBox, QComboBox, QKeySequenceEdit, QLineEdit, QTableView)
"""What Qt builds of several widgets, of which one has the focus and the name."""
MOVED_BY_A_FIELD = {"Actions found", "Matching classes"}
"""Lists below a field that keeps the focus and moves them."""
SEEN = 40
"""So much a colour part of a pixel must change (of 255) to count."""
RING = 60
"""So many pixels must change where the focus goes."""


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "kitchen") as dataset:
        add_plain_pictures(dataset, 3)
        dataset.apply(add_category(dataset, "mug"))
    shown = open_window(tmp_path / "kitchen", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture(params=SCHEMES)
def scheme(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[str]:
    style, palette, sheet = qapp.style().name(), qapp.palette(), qapp.styleSheet()
    qapp.setStyle("Fusion")
    theme.use(qapp, SCHEMES[request.param])
    yield request.param
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setStyle(style)


def controls(root: QWidget) -> list[QWidget]:
    """What a person works with, also on pages that are hidden now."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if widget.window() is root.window()
        and (isinstance(widget, CONTROLS) or widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and not isinstance(widget, QScrollBar | QHeaderView | QLabel)
        and not isinstance(widget.parent(), COMPOUNDS)
    ]


def focus() -> QWidget:
    """What has the keys."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def name_of(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def words_of(widgets: list[QWidget]) -> list[str]:
    return [f"{type(e).__name__} in {type(e.parent()).__name__}: {name_of(e)}" for e in widgets]


def out_of_reach(widget: QWidget) -> bool:
    """No key leads to it: not Tab, nor the arrows from another button of its group."""
    if name_of(widget) in MOVED_BY_A_FIELD:
        return False
    near = [widget]
    if isinstance(widget, QAbstractButton):
        group = widget.group()
        if group is not None and group.exclusive():
            near = list(group.buttons())
        elif widget.autoExclusive():
            near = [e for e in widget.parent().findChildren(QAbstractButton) if e.autoExclusive()]
    return not any(each.focusPolicy() & Qt.FocusPolicy.TabFocus for each in near)


def dialogs(window: MainWindow) -> list[QDialog]:
    window.keys.show_keys()
    window.keys.change_keys()
    window.keys.show_palette()
    found = [window.findChild(kind) for kind in (KeysPage, KeyDialog, Palette)]
    mug = window.document.dataset.categories()[0]
    others = [
        LogDialog(Path("none.log"), window),
        ColorDialog(window, mug, lambda color: None),
        ClassChoice(window, "Merge", [mug], lambda category_id: None),
    ]
    return [*others, *(each for each in found if isinstance(each, QDialog))]


def test_every_control_of_the_window_has_a_name_and_a_key_that_leads_there(
    window: MainWindow,
) -> None:
    for place in PLACES:
        window.show_workspace(place)
    window.history.toggle_panel()
    found = controls(window)
    assert len(found) > 40
    assert words_of([each for each in found if not name_of(each)]) == []
    assert words_of([each for each in found if out_of_reach(each)]) == []


def test_every_control_of_the_dialogs_has_a_name_and_a_key_that_leads_there(
    window: MainWindow,
) -> None:
    shown = dialogs(window)
    assert len(shown) == 6
    for dialog in shown:
        found = controls(dialog)
        assert words_of([each for each in found if not name_of(each)]) == []
        assert words_of([each for each in found if out_of_reach(each)]) == []
        dialog.close()


# The focus is seen


def in_role(widget: QWidget, role: str) -> QWidget:
    theme.set_role(widget, role)
    return widget


def checked(button: QAbstractButton) -> QAbstractButton:
    button.setCheckable(True)
    button.setChecked(True)
    return button


def tool() -> QToolButton:
    button = QToolButton()
    button.setText("Go")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return button


def full_list() -> QListWidget:
    view = QListWidget()
    view.addItems(["one", "two"])
    view.setCurrentRow(0)
    return view


def full_tree() -> QTreeWidget:
    view = QTreeWidget()
    view.setCurrentItem(QTreeWidgetItem(view, ["one"]))
    return view


KINDS: dict[str, Callable[[], QWidget]] = {
    "button": lambda: QPushButton("Go"),
    "checked button": lambda: checked(QPushButton("Go")),
    "primary button": lambda: in_role(QPushButton("Go"), "primary"),
    "flat button": lambda: in_role(QPushButton("Go"), "flat"),
    "pill": lambda: in_role(tool(), "pill"),
    "segment": lambda: in_role(QPushButton("Go"), "segment"),
    "chosen segment": lambda: in_role(checked(QPushButton("Go")), "segment"),
    "tool button": tool,
    "checked tool button": lambda: checked(tool()),
    "field": QLineEdit,
    "number": QSpinBox,
    "choice": QComboBox,
    "text": QPlainTextEdit,
    "rich text": QTextEdit,
    "list": full_list,
    "empty list": QListWidget,
    "tree": full_tree,
    "table": lambda: QTableWidget(2, 2),
    "slider": lambda: QSlider(Qt.Orientation.Horizontal),
    "check box": lambda: QCheckBox("Yes"),
    "radio button": lambda: QRadioButton("Yes"),
    "key": QKeySequenceEdit,
}


def picture(widget: QWidget) -> QImage:
    """As it stands in its window."""
    corner = widget.mapTo(widget.window(), QPoint(0, 0))
    return widget.window().grab(QRect(corner, widget.size())).toImage()


def changed_pixels(one: QImage, other: QImage) -> int:
    parts = [
        np.frombuffer(image.convertToFormat(_RGB).constBits(), np.uint8).astype(int)
        for image in (one, other)
    ]
    differences = np.abs(parts[0] - parts[1]).reshape(-1, 4)
    return int((differences.max(axis=1) > SEEN).sum())


_RGB = QImage.Format.Format_RGB32


@pytest.mark.parametrize("kind", KINDS)
def test_the_focus_is_seen_on_every_kind_of_control(qtbot: QtBot, scheme: str, kind: str) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    column, before, widget = QVBoxLayout(box), QPushButton("before", box), KINDS[kind]()
    column.addWidget(before)
    column.addWidget(widget)
    box.resize(140, 110)
    box.show()
    box.activateWindow()
    assert QTest.qWaitForWindowActive(box)
    before.setFocus()
    without = picture(widget)
    QTest.keyClick(before, Qt.Key.Key_Tab)
    assert widget.hasFocus()
    assert changed_pixels(without, picture(widget)) >= RING


@pytest.mark.parametrize("place", PLACES)
def test_the_focus_is_seen_wherever_tab_goes(window: MainWindow, scheme: str, place: str) -> None:
    window.show_workspace(place)
    QApplication.processEvents()
    for widget in tab_stops(window):
        other = window.menu if widget is not window.menu else window.pill
        other.setFocus()
        without = picture(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert widget.hasFocus()
        assert changed_pixels(without, picture(widget)) >= RING, words_of([widget])


# The focus goes as the eye does


def tab_stops(window: MainWindow) -> list[QWidget]:
    """In the order of Tab, from the dataset's menu on, each once."""
    window.menu.setFocus(Qt.FocusReason.TabFocusReason)
    found: list[QWidget] = []
    while (widget := QApplication.focusWidget()) not in found:
        assert widget is not None
        found.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    return found


def test_tab_goes_through_label_from_left_to_right(window: MainWindow) -> None:
    names = [name_of(each) for each in tab_stops(window)]
    parts = ["Dataset kitchen", "Label", "Camera: No camera", "Which images are shown", "Images"]
    parts += ["Picture with boxes", "Classes", "Name of a new class", "Boxes in this image"]
    parts += ["Looks right, next", "Nothing here"]
    assert [name for name in names if name in parts] == parts


@pytest.mark.parametrize("place", PLACES)
def test_tab_reaches_every_control_that_is_shown(window: MainWindow, place: str) -> None:
    window.show_workspace(place)
    reached = tab_stops(window)
    waiting = [
        each
        for each in controls(window)
        if each.isVisible() and each.isEnabled() and out_of_reach(each) is False
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each not in reached
    ]
    assert words_of(waiting) == []


def test_f6_goes_from_part_to_part_also_out_of_the_picture(window: MainWindow) -> None:
    hand = Hand(window)
    window.document.attempt(lambda dataset: draw(dataset, 1, 1, BBox(10, 10, 50, 50)))
    hand.label.canvas.setFocus()
    QTest.keyClick(hand.label.canvas, Qt.Key.Key_Tab)
    assert hand.label.canvas.hasFocus()  # Tab went to the box
    seen = []
    for _ in range(4):
        QTest.keyClick(focus(), Qt.Key.Key_F6)
        seen.append(name_of(focus()))
    assert seen == ["Classes", "Dataset kitchen", "Which images are shown", "Picture with boxes"]


def test_the_arrows_go_from_workspace_to_workspace(window: MainWindow) -> None:
    label = window.bar.button("label")
    label.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(label, Qt.Key.Key_Right)
    train = window.bar.button("train")
    assert QApplication.focusWidget() is train
    QTest.keyClick(train, Qt.Key.Key_Space)
    assert window.current is window.workspace("train")


# What the picture shows


def test_the_picture_tells_its_boxes_and_the_selected_ones(window: MainWindow) -> None:
    canvas = Hand(window).label.canvas
    assert canvas.accessibleDescription() == "0 boxes."
    for left in (10, 200):
        window.document.attempt(lambda data, x=left: draw(data, 1, 1, BBox(x, 20, 50, 40)))
    canvas.select((canvas.boxes[1].id,))
    words = "2 boxes. Selected: mug at 200, 20, 50 wide, 40 high."
    assert canvas.accessibleDescription() == words
    canvas.select(())
    assert canvas.accessibleDescription() == "2 boxes."


# A session without a mouse


def type_in(key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Where the focus is: as a keyboard does it."""
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, held)


def test_a_whole_session_of_labelling_is_done_by_the_keyboard(
    qtbot: QtBot, window: MainWindow
) -> None:
    label, dataset = Hand(window).label, window.document.dataset
    key, control = Qt.Key, Qt.KeyboardModifier.ControlModifier
    QApplication.sendEvent(label.canvas, QEvent(QEvent.Type.Leave))
    first = label.editor.image_id
    assert first is not None

    type_in(key.Key_N)  # a new class, by its name
    QTest.keyClicks(focus(), "ball")
    type_in(key.Key_Return)
    type_in(key.Key_Escape)
    assert [each.name for each in dataset.categories()] == ["mug", "ball"]

    type_in(key.Key_W)  # a box of it, by arrows and Enter
    for held in (key.Key_Return, key.Key_Right, key.Key_Down, key.Key_Return):
        for _ in range(1 if held is key.Key_Return else 3):
            type_in(held, Qt.KeyboardModifier.NoModifier if held is key.Key_Return else control)
    [box] = dataset.annotations(first)
    assert (box.category_id, box.bbox.width, box.bbox.height) == (2, 150, 150)

    type_in(key.Key_1)  # another class for it
    type_in(key.Key_Right, Qt.KeyboardModifier.ShiftModifier)  # and ten pixels to the right
    [moved] = dataset.annotations(first)
    assert (moved.category_id, moved.bbox.x) == (1, box.bbox.x + 10)

    type_in(key.Key_F6)  # to the classes and on to the numbers of the box
    while not isinstance(QApplication.focusWidget(), QAbstractSpinBox):
        type_in(key.Key_Tab)
    width = focus()
    while name_of(width) != "Width, pixels":
        type_in(key.Key_Tab)
        width = focus()
    width.selectAll()  # type: ignore[attr-defined] # a number field
    QTest.keyClicks(width, "80")
    type_in(key.Key_Return)
    [narrow] = dataset.annotations(first)
    assert narrow.bbox.width == 80
    type_in(key.Key_Escape)
    assert label.canvas.hasFocus()

    type_in(key.Key_Space)  # looks right, next
    assert dataset.image(first).verified
    assert label.editor.image_id != first

    type_in(key.Key_P, control | Qt.KeyboardModifier.ShiftModifier)  # undo, by its name
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    QTest.keyClicks(focus(), "undo")
    type_in(key.Key_Return)
    assert not dataset.image(first).verified
    assert label.editor.image_id == first
