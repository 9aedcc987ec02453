"""No file gets its name before its bytes are on the disk, and no folder forgets a name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from labeler.dataset import backups, edits
from labeler.dataset.category_edits import add_category
from labeler.dataset.coco import export_coco, write_coco
from labeler.dataset.history import History
from labeler.dataset.images import add_files, add_picture
from labeler.dataset.intake import NewSession
from labeler.dataset.model import BBox, Session
from labeler.dataset.restoring import restore
from labeler.dataset.store import Dataset

MakePicture = Callable[..., bytes]
Act = Callable[[], object]


class Disk:
    """Follows what the disk is asked for: which files were synced when they were renamed, and which
    folders after it. A power cut may undo all that was not.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.renamed: list[Path] = []
        self.too_early: list[Path] = []
        self.waiting: dict[int, Path] = {}
        self._synced: set[int] = set()
        self._sync, self._replace = os.fsync, os.replace
        monkeypatch.setattr(os, "fsync", self._note_sync)
        monkeypatch.setattr(os, "replace", self._note_replace)

    def _note_sync(self, handle: int) -> None:
        self._sync(handle)
        number = os.fstat(handle).st_ino
        self._synced.add(number)
        self.waiting.pop(number, None)

    def _note_replace(self, source: Path, target: Path) -> None:
        source, target = Path(source), Path(target)
        files = [source] if source.is_file() else [p for p in source.rglob("*") if p.is_file()]
        self.too_early += [each for each in files if each.stat().st_ino not in self._synced]
        self._replace(source, target)
        self.renamed.append(target)
        self.waiting[target.parent.stat().st_ino] = target.parent


@pytest.fixture
def filled(dataset: Dataset, session: Session, picture: MakePicture) -> Dataset:
    """With two pictures, one of them with a box."""
    dataset.apply(add_category(dataset, "mug"))
    for number in (1, 2):
        add_picture(dataset, picture(number), original_name="a.jpg", session_id=session.id)
    [mug] = dataset.categories()
    dataset.apply(edits.draw(dataset, dataset.images()[0].id, mug.id, BBox(4, 4, 20, 20)))
    return dataset


def imported(dataset: Dataset, place: Path, picture: MakePicture, first: int) -> None:
    place.mkdir()
    for number in (first, first + 1):
        (place / f"{number}.jpg").write_bytes(picture(number))
    report = add_files(dataset, [place], NewSession("more", "import"))
    assert len(report.added) == 2


def undone(dataset: Dataset, place: Path, picture: MakePicture) -> Act:
    imported(dataset, place / "new", picture, 7)
    return History(dataset).undo


def redone(dataset: Dataset, place: Path, picture: MakePicture) -> Act:
    undone(dataset, place, picture)()
    return History(dataset).redo


def photographed(dataset: Dataset, _place: Path, picture: MakePicture) -> Act:
    [session] = {image.session_id for image in dataset.images()}
    return lambda: add_picture(dataset, picture(3), original_name="b.jpg", session_id=session)


def listed(dataset: Dataset, place: Path, _picture: MakePicture) -> Act:
    return lambda: write_coco(dataset, [image.id for image in dataset.images()], place / "a.json")


def restored(dataset: Dataset, _place: Path, _picture: MakePicture) -> Act:
    saved = backups.make(dataset.folder)
    dataset.close()
    return lambda: restore(dataset.folder, saved)


WAYS: dict[str, Callable[[Dataset, Path, MakePicture], Act]] = {
    "photo": photographed,
    "import": lambda dataset, place, picture: lambda: imported(dataset, place / "a", picture, 7),
    "undo of an import": undone,
    "redo of an import": redone,
    "folder": lambda dataset, place, _picture: lambda: export_coco(dataset, place / "out"),
    "zip": lambda dataset, place, _picture: lambda: export_coco(dataset, place / "out.zip"),
    "list": listed,
    "backup": lambda dataset, _place, _picture: lambda: backups.make(dataset.folder),
    "restore": restored,
}
"""Make ready, and give what is to be done."""


@pytest.mark.parametrize("way", WAYS)
def test_what_gets_its_name_is_on_the_disk_and_so_is_the_name(
    filled: Dataset,
    picture: MakePicture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    act = WAYS[way](filled, tmp_path, picture)
    disk = Disk(monkeypatch)
    act()
    assert disk.renamed
    if "do of" not in way:  # undo and redo move what was synced when it came
        assert disk.too_early == []
    assert list(disk.waiting.values()) == []


def test_a_photos_row_comes_after_its_bytes_and_before_its_name(
    dataset: Dataset, session: Session, picture: MakePicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever moment a power cut takes, there is no row without a picture."""
    seen: list[tuple[str, bool]] = []
    sync, replace = os.fsync, os.replace

    def note_sync(handle: int) -> None:
        sync(handle)
        for path in dataset.incoming_folder.iterdir():
            if path.stat().st_ino == os.fstat(handle).st_ino:
                seen.append(("bytes", dataset.knows(path.name)))

    def note_replace(source: Path, target: Path) -> None:
        seen.append(("name", dataset.knows(Path(target).name)))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(os, "replace", note_replace)
    add_picture(dataset, picture(1), original_name="a.jpg", session_id=session.id)
    assert seen == [("bytes", False), ("name", True)]
