"""Filters and orders of images, against plain lists of Python."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.dataset import schema
from labeler.dataset.changes import Edit, ImageNoteChange
from labeler.dataset.filters import ImageFilter, Order, folded, natural_key
from labeler.dataset.model import Annotation, BBox, Category, Flaw, Image, ImageState, Suggestion
from labeler.dataset.store import Dataset

NAMES = (
    "img2.jpg", "IMG10.JPG", "img_1.jpg", "img1.jpg", "100%.png", "Käse 3.jpg", "KÄSE 3.png",
    "a\\b.jpg", "img002.jpg", "7.jpg", "straße.jpg", "STRASSE 9.jpg", "x0.jpg", "x00.jpg", "",
)  # fmt: skip
COUNT = 60


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    """Images that differ in all that one can ask for."""
    with Dataset.create(tmp_path_factory.mktemp("filters") / "mixed") as dataset:
        sessions = [dataset.add_session(name, "test", 0.0).id for name in "abc"]
        for number in (1, 2):
            dataset.add_category(Category(number, f"class {number}", "#112233"))
        with dataset.transaction():
            for n in range(1, COUNT + 1):
                dataset.add_image(_image(n, sessions[n % 3]))
            dataset.add_annotations(_boxes())
            for n in range(3, COUNT + 1, 9):
                dataset.set_measures(n, 0.5, 99.0, Flaw.BLURRED if n % 2 else None)
        box = BBox(1, 2, 30, 40)
        for n in range(1, COUNT + 1, 7):
            offered = Suggestion(n, n, 1, box, 0.5, "tracker", rejected=n % 2 == 0)
            dataset.offer("tracker", [n], [offered])
        for n in (5, 44, 3, 5):
            before = dataset.image(n).note
            dataset.apply(Edit("Note", (ImageNoteChange(n, before, before + "!"),)))
        yield dataset


def _image(n: int, session: int) -> Image:
    name = NAMES[n % len(NAMES)]
    note = "look" if n % 11 == 0 else ""
    at = float(n * 37 % 20)
    return Image(
        n, f"f{n:03}.jpg", name, 64, 48, f"{n:064x}", session, at, verified=n % 4 == 0, note=note
    )


def _boxes() -> Iterator[Annotation]:
    for n in range(1, COUNT + 1):
        for place in range(n % 5 if n % 3 else 0):
            note = "half hidden" if n % 13 == 0 and place == 0 else ""
            yield Annotation(n * 10 + place, n, 1 + place % 2, BBox(1, 2, 30, 40), note=note)


def is_wanted(dataset: Dataset, image: Image, wanted: ImageFilter) -> bool:
    """The filter in plain Python."""
    boxes = dataset.annotations(image.id)
    has_note = bool(image.note) or any(box.note for box in boxes)
    text = folded(wanted.text)
    return (
        (wanted.state is None or image.state is wanted.state)
        and (wanted.category_id is None or wanted.category_id in {b.category_id for b in boxes})
        and wanted.session_id in (None, image.session_id)
        and wanted.has_suggestions in (None, bool(dataset.suggestions(image.id)))
        and wanted.verified in (None, image.verified)
        and wanted.has_note in (None, has_note)
        and wanted.has_flaw in (None, image.flaw is not None)
        and (text in folded(image.original_name) or folded(image.file_name).startswith(text))
    )


def place(image: Image, order: Order) -> tuple[object, int]:
    """What an image is sorted by, in plain Python."""
    numbers = [int(part) if part.isdigit() else part for part in _parts(image.original_name)]
    key: dict[Order, object] = {
        Order.ADDED: 0,
        Order.TIME: image.captured_at,
        Order.NAME: numbers,
        Order.BOXES: image.annotation_count,
        Order.EDITED: image.last_edit,
    }
    return key[order], image.id


def _parts(name: str) -> list[str]:
    return re.split(r"([0-9]+)", folded(name))


filters = st.builds(
    ImageFilter,
    state=st.none() | st.sampled_from(ImageState),
    category_id=st.none() | st.sampled_from([1, 2, 99]),
    session_id=st.none() | st.sampled_from([1, 2, 3, 99]),
    has_suggestions=st.none() | st.booleans(),
    verified=st.none() | st.booleans(),
    has_note=st.none() | st.booleans(),
    has_flaw=st.none() | st.booleans(),
    text=st.sampled_from(
        ["", "", "", "img", "IMG1", "%", "_", "\\", "käse", "SS", "f01", "'", "é"]
    ),
)
ordered = st.tuples(st.sampled_from(Order), st.booleans())


@given(wanted=filters, order=ordered)
def test_the_images_wanted_come_in_the_order_wanted(
    filled: Dataset, wanted: ImageFilter, order: tuple[Order, bool]
) -> None:
    by, descending = order
    images = [image for image in filled.images() if is_wanted(filled, image, wanted)]
    images.sort(key=lambda image: place(image, by), reverse=descending)
    expected = [image.id for image in images]
    assert list(filled.image_ids(wanted, by, descending=descending)) == expected


@given(wanted=filters, order=ordered, image_id=st.none() | st.integers(1, COUNT))
def test_the_next_one_wanted_is_the_next_in_the_list(
    filled: Dataset, wanted: ImageFilter, order: tuple[Order, bool], image_id: int | None
) -> None:
    by, descending = order
    kept = list(filled.image_ids(wanted, by, descending=descending, keep=image_id))
    without = list(filled.image_ids(wanted, by, descending=descending))
    assert [each for each in kept if each in without] == without
    start = 0 if image_id is None else kept.index(image_id) + 1
    found = filled.image_after(image_id, wanted, by, descending=descending)
    assert found == next(iter(kept[start:]), None)


@given(wanted=filters, image_id=st.integers(1, COUNT + 1))
def test_one_image_can_be_asked_about(filled: Dataset, wanted: ImageFilter, image_id: int) -> None:
    assert filled.matches(image_id, wanted) == (image_id in filled.image_ids(wanted))


def test_a_filter_that_asks_for_nothing_takes_all(filled: Dataset) -> None:
    assert ImageFilter().takes_all
    assert not replace(ImageFilter(), verified=False).takes_all
    assert len(filled.image_ids()) == COUNT


def test_rows_are_had_by_their_ids(filled: Dataset) -> None:
    assert [image.id for image in filled.images_of([7, 3, 999])] == [3, 7]
    assert filled.images_of([5]) == [filled.image(5)]


def test_names_with_numbers_come_as_people_count() -> None:
    names = ["img10", "IMG2", "img1", "img", "2", "10", "b", "a100", "a20", "a3b", "a3a"]
    expected = ["2", "10", "a3a", "a3b", "a20", "a100", "b", "img", "img1", "IMG2", "img10"]
    assert sorted(names, key=natural_key) == expected


def test_images_of_an_older_format_are_sorted_by_name_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    file = folder / "dataset.sqlite"
    with closing(sqlite3.connect(file)) as old:
        old.executescript(schema.MIGRATIONS[0])
        old.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        old.execute("PRAGMA user_version = 1")
        old.execute("INSERT INTO session VALUES (1, 'a', 'b', 0)")
        for n, name in enumerate(("p10.jpg", "p9.jpg", "P1.jpg"), start=1):
            old.execute(
                "INSERT INTO image (id, file_name, original_name, width, height, sha256, "
                "session_id, captured_at) VALUES (?, ?, ?, 4, 3, ?, 1, 0)",
                (n, name, name, str(n)),
            )
        old.execute("UPDATE next_id SET value = 4 WHERE kind = 'image'")
        old.commit()
    with Dataset.open(folder) as dataset:
        assert list(dataset.image_ids(order=Order.NAME)) == [3, 2, 1]
