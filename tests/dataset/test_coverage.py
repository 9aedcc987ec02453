"""What was seen of a class, by value: places, sizes, lights, and what is missing."""

from __future__ import annotations

from collections.abc import Callable

from labeler.dataset.coverage import COLUMNS, ROWS, Coverage, Kind, coverage
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox, Category, Image, Placed, Suggestion
from labeler.dataset.store import Dataset

AddImage = Callable[..., Image]


def placed(x: float, y: float, width: float, height: float, light: float | None = 100) -> Placed:
    return Placed(1, BBox(x, y, width, height), 640, 360, light)


def spots(cells: tuple[tuple[int, ...], ...]) -> dict[tuple[int, int], int]:
    return {(r, c): n for r, row in enumerate(cells) for c, n in enumerate(row) if n}


def test_a_box_counts_in_the_cells_whose_middle_it_covers() -> None:
    found = coverage([placed(40, 40, 80, 40), placed(40, 40, 40, 40)])
    assert (len(found.cells), len(found.cells[0])) == (ROWS, COLUMNS) == (9, 16)
    assert spots(found.cells) == {(1, 1): 2, (1, 2): 1}


def test_a_box_smaller_than_a_cell_counts_where_its_middle_is() -> None:
    found = coverage([placed(3, 3, 10, 10), placed(629, 349, 10, 10), placed(638, 358, 2, 2)])
    assert spots(found.cells) == {(0, 0): 1, (8, 15): 2}


def test_a_box_that_reaches_out_of_the_picture_counts_inside_it() -> None:
    assert spots(coverage([placed(-30, -30, 70, 70)]).cells) == {(0, 0): 1}


def test_sizes_edges_and_lights_are_counted() -> None:
    found = coverage(
        [
            placed(300, 150, 60, 60, 30),  # far, in the middle, dark
            placed(10, 150, 100, 100, 100),  # middling, left, even
            placed(500, 250, 130, 105, 200),  # middling, right and bottom, bright
            placed(200, 0, 240, 100, None),  # near, top, not measured
        ]
    )
    assert found.counts == {
        Kind.FAR: 1, Kind.MIDDLING: 2, Kind.NEAR: 1,
        Kind.LEFT: 1, Kind.RIGHT: 1, Kind.TOP: 1, Kind.BOTTOM: 1,
        Kind.DARK: 1, Kind.EVEN: 1, Kind.BRIGHT: 1,
    }  # fmt: skip
    assert (found.boxes, found.images, found.unmeasured) == (4, 1, 1)
    assert (found.missing, found.few) == ((), ())


def test_what_is_missing_is_named_and_of_light_only_where_it_was_measured() -> None:
    middle = (300.0, 150.0, 100.0, 60.0)
    assert coverage([placed(*middle)]).missing == (
        Kind.FAR, Kind.NEAR, Kind.LEFT, Kind.RIGHT, Kind.TOP, Kind.BOTTOM, Kind.DARK, Kind.BRIGHT
    )  # fmt: skip
    assert Kind.DARK not in coverage([placed(*middle, None)]).missing


def test_less_than_one_in_twenty_is_few() -> None:
    boxes = [placed(10, 150, 100, 60)] * 30 + [placed(500, 150, 100, 60)]
    assert coverage(boxes).few == (Kind.RIGHT,)
    assert coverage(boxes[-5:]).few == ()  # too few to say so


def test_suggestions_are_seen_apart_and_never_count() -> None:
    found = coverage([], [placed(3, 3, 10, 10)])
    assert spots(found.suggested) == {(0, 0): 1}
    assert (found.boxes, spots(found.cells)) == (0, {})
    assert Kind.LEFT in found.missing


def test_boxes_and_waiting_suggestions_of_a_class_come_with_their_light(
    dataset: Dataset, add_image: AddImage
) -> None:
    for seed in (1, 2):
        add_image(seed)
    for number in (1, 2):
        dataset.add_category(Category(number, f"class {number}", "#112233"))
    dataset.set_measures(1, 0.5, 42.0, None)
    dataset.apply(draw(dataset, 1, 1, BBox(1, 2, 30, 20)))
    dataset.apply(draw(dataset, 2, 2, BBox(1, 2, 30, 20)))
    offered = [
        Suggestion(1, 2, 1, BBox(5, 5, 9, 9), 0.9, "detector"),
        Suggestion(2, 2, 1, BBox(40, 30, 9, 9), 0.9, "detector", rejected=True),
    ]
    dataset.offer("detector", [2], offered)
    boxes, suggestions = dataset.placed(1)
    assert boxes == [Placed(1, BBox(1, 2, 30, 20), 64, 48, 42.0)]
    assert suggestions == [Placed(2, BBox(5, 5, 9, 9), 64, 48, None)]
    found: Coverage = coverage(boxes, suggestions)
    assert (found.counts[Kind.NEAR], found.counts[Kind.DARK]) == (1, 1)
