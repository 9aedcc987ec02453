"""A dataset folder from a stranger: nothing outside of it is read, written or deleted."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from labeler.cli import main
from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox, Image
from labeler.dataset.store import Dataset
from labeler.errors import UserError

AddImage = Callable[..., Image]

BAD_NAMES = ["../../treasure.txt", "..\\..\\treasure.txt", "{treasure}", "sub/x.jpg", "a\nb.jpg"]
OWN_FOLDERS = ["images", "incoming", "runs", "thumbnails", "backups", "trash"]


@pytest.fixture
def treasure(tmp_path: Path) -> Iterator[Path]:
    """A file beside the dataset, which stays as it is."""
    path = tmp_path / "treasure.txt"
    path.write_text("mine")
    yield path
    assert path.read_text() == "mine"


@pytest.fixture
def folder(dataset: Dataset, add_image: AddImage) -> Path:
    """A closed dataset of three labelled pictures."""
    dataset.apply(add_category(dataset, "mug"))
    for seed in range(3):
        image = add_image(seed)
        dataset.apply(draw(dataset, image.id, 1, BBox(1, 1, 20, 20)))
    dataset.close()
    return dataset.folder


def change(folder: Path, sql: str, *values: object) -> None:
    """What a stranger does to the database before giving the folder away."""
    with closing(sqlite3.connect(folder / "dataset.sqlite")) as connection, connection:
        connection.execute(sql, values)


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal", ".lock"))
    }


@pytest.mark.parametrize("out", ["out", "out.zip"])
@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_export_where_a_row_leads_out(
    folder: Path,
    treasure: Path,
    out: str,
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    change(folder, "UPDATE image SET file_name = ? WHERE id = 2", name.format(treasure=treasure))
    before = everything(tmp_path)
    assert main(["export", str(folder), str(tmp_path / out)]) == 1
    assert "mage 2" in capsys.readouterr().err
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", BAD_NAMES)
def test_check_names_the_row_and_training_is_refused(
    folder: Path, treasure: Path, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "UPDATE image SET file_name = ? WHERE id = 2", name.format(treasure=treasure))
    assert main(["check", str(folder)]) == 1
    assert "mage 2" in capsys.readouterr().out
    assert main(["train", str(folder), "--out", str(tmp_path / "run")]) == 1
    assert not (tmp_path / "run").exists()


def test_a_picture_that_is_a_link_is_given_to_nobody(
    folder: Path, treasure: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = sorted((folder / "images").iterdir())[0]
    picture.unlink()
    picture.symlink_to(treasure)
    assert main(["export", str(folder), str(tmp_path / "out.zip")]) == 1
    assert "it is a link" in capsys.readouterr().err
    assert not (tmp_path / "out.zip").exists()
    assert main(["check", str(folder)]) == 1
    assert "it is a link" in capsys.readouterr().out


@pytest.mark.parametrize("name", [*OWN_FOLDERS, "dataset.sqlite", "dataset.lock"])
@pytest.mark.parametrize("verb", ["check", "export", "restore", "import"])
def test_no_part_of_a_dataset_is_followed_out_of_it(
    folder: Path, tmp_path: Path, name: str, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An incoming/ that is a link would be emptied, images/ would be given away."""
    outside = tmp_path / "outside"
    path = folder / name
    if path.is_dir():
        path.rename(outside)
    elif path.exists():
        outside.write_bytes(path.read_bytes())
        path.unlink()
    elif "." not in name:
        outside.mkdir()
    if outside.is_dir():
        (outside / "dear.txt").write_text("mine")
    path.symlink_to(outside)
    before = everything(outside) if outside.is_dir() else None
    coco = tmp_path / "coco.json"
    coco.write_text('{"images": [], "annotations": [], "categories": []}')
    more = {"export": [str(tmp_path / "out")], "import": [str(coco)]}.get(verb, [])
    assert main([verb, str(folder), *more]) == 1
    assert f"{name} in it is a link to" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    if before is not None:
        assert everything(outside) == before


def test_the_dataset_folder_itself_may_be_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "shortcut").symlink_to(folder)
    with Dataset.open(tmp_path / "shortcut") as dataset:
        assert dataset.counts().total == 3


def test_what_waits_in_incoming_is_never_followed(
    folder: Path, treasure: Path, add_image: AddImage
) -> None:
    waiting = sorted((folder / "images").iterdir())[0]
    waiting.unlink()
    (folder / "incoming" / waiting.name).symlink_to(treasure)
    (folder / "incoming" / "deep").mkdir()
    Dataset.open(folder).close()
    assert not waiting.is_symlink()
    assert (folder / "incoming" / "deep").is_dir()


def test_a_planted_part_of_a_restore_overwrites_nothing(folder: Path, treasure: Path) -> None:
    assert main(["check", str(folder)]) == 0
    from labeler.dataset import backups

    backups.make(folder)
    (folder / "dataset.sqlite.part").symlink_to(treasure)
    assert main(["restore", str(folder)]) == 0


def test_a_thumbnail_is_written_beside_the_others_or_not_at_all(
    dataset: Dataset, add_image: AddImage, tmp_path: Path
) -> None:
    from dataclasses import replace

    from labeler.dataset.thumbnails import thumbnail

    image = replace(add_image(0), sha256="../../stolen")
    with pytest.raises(UserError, match="Image 1"):
        thumbnail(dataset, image)
    assert not (tmp_path / "stolen.jpg").exists()


def test_a_zip_that_was_exported_stays_in_its_folder(folder: Path, tmp_path: Path) -> None:
    assert main(["export", str(folder), str(tmp_path / "out.zip")]) == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert all(name.count("/") <= 1 and ".." not in name for name in archive.namelist())
