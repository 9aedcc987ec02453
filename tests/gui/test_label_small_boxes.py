"""A box of a few pixels can be taken, moved and resized at every zoom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.model import MIN_SIDE, BBox
from labeler.dataset.store import Dataset
from labeler.gui.label import geometry
from labeler.gui.label.aiming import aim
from labeler.gui.label.drag import Doing, Drag
from labeler.gui.label.geometry import HANDLE_REACH, Handle, Size
from labeler.gui.label.painting import ShownBox
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
SIDES = (4.0, 7.0, 12.0, 20.0)
ZOOMS = (0.25, 0.5, 1.0, 3.0, 12.0)


@pytest.fixture
def hand(qtbot: QtBot, tmp_path: Path) -> Iterator[Hand]:
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, 1)
        dataset.apply(add_category(dataset, "dot"))
    window: MainWindow = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    yield Hand(window)
    close(window)


def look_at(hand: Hand, scale: float) -> None:
    """The middle of the picture in the middle of the canvas."""
    canvas = hand.label.canvas
    canvas.fit()
    middle = QPointF(canvas.width() / 2, canvas.height() / 2)
    canvas.zoom(scale / canvas.viewport.scale, middle)


def drag(hand: Hand, start: QPoint, end: QPoint) -> None:
    canvas = hand.label.canvas
    QTest.mouseMove(canvas, start)
    QTest.mousePress(canvas, LEFT, NONE, start)
    QTest.mouseMove(canvas, (start + end) / 2)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, LEFT, NONE, end)


@pytest.mark.parametrize("scale", ZOOMS)
def test_a_small_box_is_moved_by_its_middle_and_resized_by_its_corners(
    hand: Hand, scale: float
) -> None:
    look_at(hand, scale)
    canvas = hand.label.canvas
    for side in SIDES:
        box = BBox(320 - side / 2, 180 - side / 2, side, side)
        (number,) = hand.put(box)
        canvas.select((number,))
        away = QPoint(30, 20)
        middle = hand.at(320, 180)
        drag(hand, middle, middle + away)
        moved = hand.boxes[0]
        assert (moved.width, moved.height) == (side, side)
        assert moved.x - box.x == pytest.approx(30 / scale)
        grip = geometry.handles_of(moved, HANDLE_REACH / scale)[Handle.BOTTOM_RIGHT]
        corner = hand.at(*grip)
        drag(hand, corner, corner + away)
        resized = hand.boxes[0]
        assert (resized.x, resized.y) == (moved.x, moved.y)
        assert resized.width - moved.width == pytest.approx(30 / scale)
        assert len(hand.boxes) == 1
        hand.press(Qt.Key.Key_Delete)


def test_a_small_neighbour_is_taken_also_where_it_lies_under_a_handle(hand: Hand) -> None:
    look_at(hand, 1.0)
    first, second = hand.put(BBox(300, 180, 8, 8), BBox(311, 191, 8, 8))
    hand.label.canvas.select((first,))
    hand.click(315, 195)
    assert hand.label.canvas.selection == (second,)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("scale", ZOOMS)
def test_handles_keep_their_size_and_leave_a_small_box_free(side: float, scale: float) -> None:
    box = BBox(100, 100, side, side)
    reach = HANDLE_REACH / scale
    for x, y in geometry.handles_of(box, reach).values():
        covered = (min(x + reach / 2, box.right) - max(x - reach / 2, box.x)) * scale
        down = (min(y + reach / 2, box.bottom) - max(y - reach / 2, box.y)) * scale
        assert min(covered, down) <= HANDLE_REACH / 2 + 1e-9
    shown = [ShownBox(1, box, "dot", "#ffffff")]
    free = aim(shown, (1,), (box.x + side / 2, box.y + side / 2), scale)
    assert (free.grip, free.ids) == (None, (1,))


SPANS = st.floats(min_value=20, max_value=5000)
PLACES = st.floats(min_value=-9000, max_value=9000)
POINTS = st.tuples(PLACES, PLACES)


@given(
    st.builds(Size, SPANS, SPANS),
    st.lists(st.tuples(POINTS, POINTS), min_size=1, max_size=6),
    st.sampled_from([(Doing.MOVE, None), *((Doing.RESIZE, handle) for handle in Handle)]),
    POINTS,
    st.lists(POINTS, min_size=1, max_size=4),
)
def test_no_drag_takes_a_box_out_of_the_image_or_makes_it_vanish(
    image: Size,
    corners: list[tuple[tuple[float, float], tuple[float, float]]],
    how: tuple[Doing, Handle | None],
    start: tuple[float, float],
    way: list[tuple[float, float]],
) -> None:
    before = {number: geometry.between(*pair, image) for number, pair in enumerate(corners)}
    held = before if how[0] is Doing.MOVE else {0: before[0]}
    drag = Drag(how[0], start, held, how[1])
    for place in way:
        drag = drag.to(*place, image)
    slack = 1e-6
    for bbox in drag.placed.values():
        assert min(bbox.x, bbox.y) >= 0
        assert bbox.right <= image.width + slack
        assert bbox.bottom <= image.height + slack
        assert min(bbox.width, bbox.height) >= MIN_SIDE - slack
    if how[0] is Doing.MOVE:
        for number, bbox in drag.placed.items():
            assert (bbox.width, bbox.height) == (before[number].width, before[number].height)
            assert bbox.x - drag.placed[0].x == pytest.approx(
                before[number].x - before[0].x, abs=slack
            )
