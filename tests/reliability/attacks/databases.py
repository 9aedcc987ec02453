"""dataset.sqlite damaged by chance, and rows that a stranger wrote into it."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path, PurePosixPath
from random import Random
from typing import Any

from labeler.dataset import backups
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from tests.dataset.test_damaged_databases import BAD_ROWS, DAMAGE, STRANGE, change
from tests.reliability.attacks.verdict import (
    Ground,
    labelled,
    refusal_of,
    require,
    require_same,
    require_whole,
    shell,
    tree,
)

PICTURES = 4


def databases(chance: Random, ground: Ground) -> bool:
    """Every verb in turn over a damaged database; then the way back, which always is there.

    True where it opens for writing as if nothing were.
    """
    kept = ground.once("dataset with a log", _with_log)
    folder = ground.copy(kept, "dataset")
    for _ in range(chance.choice((1, 1, 2))):
        _damage(folder, chance)
    is_taken = _every_verb(chance, ground, folder)
    _go_back(folder)
    return is_taken


def rows_of_a_stranger(chance: Random, ground: Ground) -> bool:
    """As databases(), of a file that SQLite finds sound."""
    folder = ground.copy(ground.once("dataset", labelled), "dataset")
    for _ in range(chance.choice((1, 1, 3))):
        _rewrite(folder, chance)
    dear = {path: path.read_bytes() for path in (folder / "images").iterdir()}
    if chance.random() < 0.1:
        _plant(folder, chance)
    is_taken = _every_verb(chance, ground, folder)
    for path in [path for path in folder.rglob("*") if path.is_symlink()]:
        path.unlink()  # as the sentences say to do
        if path in dear:
            path.write_bytes(dear[path])
    _go_back(folder)
    return is_taken


def _every_verb(chance: Random, ground: Ground, folder: Path) -> bool:
    before = tree(folder)
    shell("check", folder, *(["--json"] if chance.random() < 0.5 else []))
    out = ground.place / chance.choice(("out", "out.zip"))
    exported = shell("export", folder, out, *(["--json"] if chance.random() < 0.5 else []))
    require_same(before, tree(folder), "check or export has changed the dataset")
    require(exported.is_taken == out.exists(), "a refused export left something")
    if exported.is_taken:
        _require_inside(out)
    refusal_of(lambda: _looked_at(folder))
    shell("restore", folder, "--list")
    shell("backup", folder)
    coco = ground.place / "labels.json"
    coco.write_text('{"images": [], "annotations": [], "categories": []}')
    shell("import", folder, coco)
    return refusal_of(lambda: Dataset.open(folder).close()) is None


def _looked_at(folder: Path) -> None:
    """What the window asks for."""
    from labeler.dataset.history import History
    from labeler.dataset.thumbnails import thumbnail

    with Dataset.open(folder, read_only=True) as dataset:
        dataset.counts()
        dataset.categories()
        dataset.sessions(with_images=True)
        dataset.journal()
        History(dataset)
        list(dataset.all_annotations())
        for image in dataset.images():
            refusal_of(lambda image=image: thumbnail(dataset, image))  # type: ignore[misc]
            refusal_of(lambda image=image: dataset.path_of(image))  # type: ignore[misc]
            dataset.annotations(image.id)


def _require_inside(out: Path) -> None:
    if out.suffix == ".zip":
        with zipfile.ZipFile(out) as archive:
            for name in archive.namelist():
                parts = PurePosixPath(name).parts
                require(".." not in parts and not name.startswith("/"), "a zip leads out", name)
                require(archive.read(name) != b"mine", "a file from outside was packed", name)
    for path in out.rglob("*") if out.is_dir() else ():
        require(not path.is_symlink(), "a link was exported", path)
        require(path.is_dir() or path.read_bytes() != b"mine", "a file from outside", path)


def _go_back(folder: Path) -> None:
    """Restored, it holds all boxes of the backup, checks clean and takes another."""
    said = shell("restore", folder)
    if not said.is_taken:  # the newest backup was made after the attack, of what looked sound
        oldest = min(backups.backups_of(folder), key=lambda backup: backup.made_at)
        said = shell("restore", folder, "--from", oldest.name)
    require(said.is_taken, "restore did not come back whole", said.out + said.err)
    require_whole(folder)
    with Dataset.open(folder) as dataset:
        boxes = sum(1 for _ in dataset.all_annotations())
        require(PICTURES <= boxes <= 2 * PICTURES, "boxes are lost after restore", boxes)
        image = dataset.images()[0]
        dataset.apply(draw(dataset, image.id, dataset.categories()[0].id, BBox(5, 5, 20, 20)))


def _with_log(folder: Path) -> None:
    """A dataset as a kill leaves it: newer edits stand in the write-ahead log alone."""
    labelled(folder)
    aside = folder.with_name("aside")
    with Dataset.open(folder) as dataset:
        for image in dataset.images():
            dataset.apply(draw(dataset, image.id, 1, BBox(30, 10, 20, 20)))
        aside.mkdir()
        for name in ("dataset.sqlite", "dataset.sqlite-wal"):
            if (folder / name).exists():
                shutil.copyfile(folder / name, aside / name)
    for path in aside.iterdir():
        shutil.copyfile(path, folder / path.name)
    shutil.rmtree(aside)
    assert backups.backups_of(folder)


def _damage(folder: Path, chance: Random) -> None:  # noqa: C901 - one kind a branch
    names = ["dataset.sqlite"] * 5 + ["dataset.sqlite-wal"] * 2
    path = folder / chance.choice(names)
    if not path.exists() or not path.stat().st_size:
        path = folder / "dataset.sqlite"
    if not path.exists():
        return
    kind = chance.random()
    if kind < 0.05:
        path.unlink()
    elif kind < 0.1:
        path.write_bytes(b"")
    elif kind < 0.13:
        path.write_bytes(chance.randbytes(chance.choice((1, 100, 20_000))))
    elif kind < 0.16:  # the head of the file: page size, versions, counts
        data = bytearray(path.read_bytes())
        for _ in range(3):
            data[chance.randrange(16, min(100, len(data)))] = chance.choice((0, 1, 2, 127, 255))
        path.write_bytes(data)
    else:
        data = bytearray(path.read_bytes())
        can = [each for each in DAMAGE if each.__name__ != "spoil_schema" or b"CREATE" in data]
        if len(data) < 4096:
            can = [each for each in can if "pages" not in each.__name__]
        if data:
            chance.choice(can)(data, chance)
        path.write_bytes(data)
    if chance.random() < 0.15:
        (folder / "dataset.sqlite-wal").write_bytes(chance.randbytes(5000))
    if chance.random() < 0.15:
        (folder / "dataset.sqlite-shm").write_bytes(chance.randbytes(32768))


_COLUMNS = [
    *(("image", name) for name in ("file_name", "original_name", "sha256", "width", "height")),
    *(("image", name) for name in ("captured_at", "session_id", "verified", "note", "flaw", "id")),
    *(("annotation", name) for name in ("x", "y", "width", "height", "image_id", "category_id")),
    *(("category", name) for name in ("name", "color", "position", "id")),
    *(("session", name) for name in ("name", "started_at", "camera", "note")),
    *(("edit", name) for name in ("kind", "at", "changes", "author", "description")),
    *(("next_id", name) for name in ("value", "kind")),
]
_VALUES: Sequence[Any] = [
    *("../../treasure.txt", "../../../treasure.txt", "/etc/passwd", "..", ".", "", "a/b.jpg"),
    *("..\\x.jpg", "C:\\x.jpg", "nul\0.jpg", "\x1b[2J.jpg", "\u202egpj.jpg", "x" * 5000, "NUL"),
    *(None, 0, -1, 1, 2, 2**53, 2**63 - 1, -(2**63), 1.5, 1e308, -1e308, float("inf")),
    *(b"", b"\xff\xfe", b"mug", "nan", "1e999", "[]", "{", '{"changes": 1}', "\U0001f600" * 50),
    *("same", "images/x.jpg", "dataset.sqlite", ".hidden", "-rf", "a\nb", "x.jpg.part"),
]


def _rewrite(folder: Path, chance: Random) -> None:
    kind = chance.random()
    if kind < 0.2:
        table, column, value = chance.choice(BAD_ROWS)
        statement = f"UPDATE {table} SET {column} = {value} WHERE rowid = {chance.randrange(1, 4)}"
        _past_all(folder, table, statement)
    elif kind < 0.4:
        try:
            change(folder, chance.choice(STRANGE))
        except sqlite3.Error:
            return  # it stands there already
    else:
        table, column = chance.choice(_COLUMNS)
        where = "" if chance.random() < 0.2 else f" WHERE rowid = {chance.randrange(1, 5)}"
        if table == "next_id":
            where = ""
        _past_all(folder, table, f"UPDATE {table} SET {column} = ?{where}", chance.choice(_VALUES))


def _past_all(folder: Path, table: str, statement: str, *values: Any) -> None:
    """Past triggers and checks, which stand there again afterwards; a value that SQLite itself
    refuses there stays what it was."""
    with closing(sqlite3.connect(folder / "dataset.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA foreign_keys = OFF")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        with suppress(sqlite3.Error):
            connection.execute(statement, values)
        for _, sql in triggers:
            connection.execute(sql)


def _plant(folder: Path, chance: Random) -> None:
    """A link in place of a picture or of a folder."""
    picture = chance.choice(sorted((folder / "images").iterdir()))
    match chance.randrange(3):
        case 0:
            picture.unlink()
            picture.symlink_to(folder.parent.parent / "treasure.txt")
        case 1:
            name = chance.choice(("incoming", "runs", "thumbnails", "trash"))
            shutil.rmtree(folder / name, ignore_errors=True)
            (folder / name).symlink_to(folder.parent.parent)
        case 2:
            (folder / "incoming" / "x.jpg").symlink_to(folder.parent.parent / "treasure.txt")
