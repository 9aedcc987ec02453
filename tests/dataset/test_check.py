"""check finds what was broken by hand, and says which file it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from labeler.dataset.category_edits import add_category
from labeler.dataset.check import FindingKind, check
from labeler.dataset.coco import export_coco
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox, Image
from labeler.dataset.progress import Stopped
from labeler.dataset.store import Dataset
from labeler.errors import UserError

Spoil = Callable[[Dataset, Image], None]


def sql(dataset: Dataset, *statements: str) -> None:
    """Changes rows behind the store's back."""
    with closing(sqlite3.connect(dataset.folder / "dataset.sqlite")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


MEMORY = Path("/proc/self/mem")
"""A file that is there and cannot be read, not even by root."""


def unreadable(dataset: Dataset, image: Image) -> None:
    dataset.path_of(image).unlink()
    dataset.path_of(image).symlink_to(MEMORY)


def rewrite(dataset: Dataset, image: Image) -> None:
    path = dataset.path_of(image)
    path.write_bytes(path.read_bytes() + b"x")


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda d, i: d.path_of(i).unlink(), FindingKind.MISSING_FILE),
        (rewrite, FindingKind.WRONG_HASH),
        (lambda d, i: sql(d, "UPDATE image SET width = 65"), FindingKind.WRONG_SIZE),
        (lambda d, i: sql(d, "UPDATE annotation SET x = 60"), FindingKind.BOX_OUTSIDE),
        (lambda d, i: sql(d, "UPDATE annotation SET width = 1"), FindingKind.BOX_OUTSIDE),
        (lambda d, i: sql(d, "UPDATE image SET annotation_count = 5"), FindingKind.DATABASE),
        (lambda d, i: sql(d, "UPDATE image SET session_id = 99"), FindingKind.BAD_ROW),
        (
            lambda d, i: (d.images_folder / "stray.jpg").write_bytes(b"x"),
            FindingKind.ORPHAN_FILE,
        ),
        (
            lambda d, i: (d.images_folder / "half.jpg.part").write_bytes(b"x"),
            FindingKind.LEFTOVER_FILE,
        ),
        (
            lambda d, i: (d.incoming_folder / "000009-0.jpg").write_bytes(b"x"),
            FindingKind.LEFTOVER_FILE,
        ),
    ],
    ids=[
        "missing",
        "changed",
        "size",
        "box outside",
        "box too small",
        "count",
        "session",
        "stray",
        "part",
        "incoming",
    ],
)
def test_what_was_broken_is_found_alone(
    dataset: Dataset, add_image: Callable[..., Image], spoil: Spoil, kind: FindingKind
) -> None:
    image = add_image()
    dataset.apply(add_category(dataset, "cube"))
    dataset.apply(draw(dataset, image.id, 1, BBox(1, 1, 20, 20)))
    assert check(dataset) == []
    spoil(dataset, image)
    dataset.close()
    with Dataset.open(dataset.folder, read_only=True) as reader:
        assert [finding.kind for finding in check(reader)] == [kind]


def test_what_a_writer_is_about_to_finish_is_no_finding(
    dataset: Dataset, add_image: Callable[..., Image]
) -> None:
    image = add_image()
    dataset.path_of(image).rename(dataset.incoming_path(image.file_name))
    (dataset.incoming_folder / "thumbnail.jpg.part").write_bytes(b"x")
    assert check(dataset) == []
    with Dataset.open(dataset.folder, read_only=True) as reader:
        assert reader.has_writer()
        assert check(reader) == []
        dataset.close()
        assert not reader.has_writer()
        assert {finding.kind for finding in check(reader)} == {
            FindingKind.MISSING_FILE,
            FindingKind.LEFTOVER_FILE,
        }


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d, i: d.path_of(i).unlink(),
        rewrite,
        pytest.param(unreadable, marks=pytest.mark.skipif(not MEMORY.exists(), reason="no Linux")),
    ],
    ids=["missing", "changed", "unreadable"],
)
def test_a_writer_hides_no_loss_and_nothing_is_exported(
    dataset: Dataset, add_image: Callable[..., Image], tmp_path: Path, spoil: Spoil
) -> None:
    image = add_image()
    spoil(dataset, image)
    assert len(check(dataset)) == 1
    if spoil is not rewrite:
        for out in (tmp_path / "out", tmp_path / "out.zip"):
            with pytest.raises(UserError, match=rf"{image.file_name} is missing|it is a link"):
                export_coco(dataset, out, include_unlabelled=True)
            assert not out.exists()


def test_check_changes_nothing(dataset: Dataset, add_image: Callable[..., Image]) -> None:
    add_image()
    (dataset.incoming_folder / "half.part").write_bytes(b"x")

    def names() -> set[Path]:
        return {p for p in dataset.folder.rglob("*") if not p.name.startswith("dataset.sqlite-")}

    dataset.close()
    before = names()
    with Dataset.open(dataset.folder, read_only=True) as reader:
        assert len(check(reader)) == 1
    assert names() == before


def test_check_tells_progress_and_stops(dataset: Dataset, add_image: Callable[..., Image]) -> None:
    for seed in range(3):
        add_image(seed)
    seen: list[tuple[int, int]] = []
    check(dataset, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    with pytest.raises(Stopped):
        check(dataset, should_stop=lambda: True)
