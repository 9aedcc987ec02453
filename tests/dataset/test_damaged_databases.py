"""Databases that are damaged, lost or a stranger's: told in a sentence, never run, never lost."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from labeler.cli import main
from labeler.dataset import backups, schema
from labeler.dataset.category_edits import add_category
from labeler.dataset.check import FindingKind, check
from labeler.dataset.edits import draw
from labeler.dataset.history import History
from labeler.dataset.model import BBox, Image
from labeler.dataset.restoring import chosen_backup, restore
from labeler.dataset.store import Dataset
from labeler.errors import UserError

AddImage = Callable[..., Image]

ROUNDS = 6
"""Of each kind of damage; tests/reliability/hostile.py makes hundreds."""


@pytest.fixture
def folder(dataset: Dataset, add_image: AddImage) -> Path:
    """A closed dataset of four pictures with a box each, a suggestion, and a backup of it all."""
    dataset.apply(add_category(dataset, "mug"))
    for seed in range(4):
        image = add_image(seed)
        dataset.apply(draw(dataset, image.id, 1, BBox(1, 1, 20, 20)))
    dataset.close()
    backups.make(dataset.folder)
    return dataset.folder


def database(folder: Path) -> Path:
    return folder / "dataset.sqlite"


def change(folder: Path, *statements: str, script: bool = False) -> None:
    """What a stranger does to a database, past every constraint."""
    with closing(sqlite3.connect(database(folder), isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            connection.executescript(statement) if script else connection.execute(statement)


# Lost or empty.


@pytest.mark.parametrize("how", ["missing", "empty", "empty with a log"])
@pytest.mark.parametrize("left", ["everything", "pictures", "backups"])
@pytest.mark.parametrize("verb", ["check", "export", "import", "capture"])
def test_a_lost_database_is_told_and_nothing_is_made_in_its_place(
    folder: Path, tmp_path: Path, how: str, left: str, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if how == "missing":
        database(folder).unlink()
    else:
        database(folder).write_bytes(b"")
    if how == "empty with a log":
        (folder / "dataset.sqlite-wal").write_bytes(b"dear edits")
    if left == "pictures":
        shutil.rmtree(folder / "backups")
    elif left == "backups":
        shutil.rmtree(folder / "images")
    before = state(folder)
    coco = tmp_path / "coco.json"
    coco.write_text('{"images": [], "annotations": [], "categories": []}')
    more = {
        "export": [str(tmp_path / "out")],
        "import": [str(coco)],
        "capture": ["--robot", "simulated", "--count", "1"],
    }
    assert main([verb, str(folder), *more.get(verb, [])]) == 1
    told = capsys.readouterr().err
    assert "dataset.sqlite is " in told
    assert "vector-labeler restore" in told
    if left != "pictures":
        assert "The newest good backup is of" in told
    assert state(folder) == before
    if left != "pictures":
        assert main(["restore", str(folder)]) in ({0} if left == "everything" else {0, 1})
        assert boxes(folder) == 4


def test_an_empty_file_that_never_was_a_dataset_becomes_one(tmp_path: Path) -> None:
    """The maker of it was killed before the first commit."""
    (tmp_path / "new").mkdir()
    database(tmp_path / "new").touch()
    with pytest.raises(UserError, match="broken off"):
        Dataset.open(tmp_path / "new", read_only=True)
    with Dataset.open(tmp_path / "new") as dataset:
        assert dataset.counts().total == 0


def state(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith((".lock", "-shm"))
    }


def boxes(folder: Path) -> int:
    with Dataset.open(folder, read_only=True) as dataset:
        return sum(1 for _ in dataset.all_annotations())


# A stranger's schema.

STRANGE = [
    "CREATE TRIGGER evil AFTER INSERT ON edit BEGIN DELETE FROM annotation; END",
    "CREATE TRIGGER evil BEFORE UPDATE ON next_id BEGIN DELETE FROM suggestion; END",
    "CREATE VIEW evil AS SELECT * FROM image",
    "CREATE TABLE evil (a)",
    "CREATE INDEX evil ON image (length(file_name))",
    "CREATE VIRTUAL TABLE evil USING rtree(id, a, b)",
    "DROP TRIGGER annotation_added",
    "DROP INDEX image_by_name",
    "UPDATE sqlite_master SET sql = replace(sql, '+ 1', '+ 2') WHERE name = 'annotation_added'",
]


@pytest.mark.parametrize("statement", STRANGE)
def test_what_was_added_to_the_schema_never_runs(
    folder: Path, statement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, statement)
    with pytest.raises(schema.Unsound, match=r"read-only. The newest good backup is of"):
        Dataset.open(folder)
    assert boxes(folder) == 4
    assert main(["check", str(folder)]) == 1
    named = capsys.readouterr().out
    assert any(name in named for name in ("evil", "annotation_added", "image_by_name"))
    assert main(["export", str(folder), str(folder.parent / "out")]) == 1
    assert not (folder.parent / "out").exists()
    assert main(["restore", str(folder)]) == 0
    with Dataset.open(folder) as dataset:
        dataset.apply(draw(dataset, 1, 1, BBox(5, 5, 20, 20)))
        assert sum(1 for _ in dataset.all_annotations()) == 5


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE image ADD COLUMN extra",
        "DROP TABLE suggestion",
        "UPDATE sqlite_master SET sql = replace(sql, 'CHECK (width > 0)', '') WHERE name = 'image'",
        "UPDATE sqlite_master SET type = 'view', rootpage = 0, sql = 'CREATE VIEW suggestion AS "
        "SELECT 1' WHERE name = 'suggestion'",
        "UPDATE sqlite_master SET sql = CAST(x'ff00ff' AS TEXT) WHERE name = 'annotation'",
    ],
)
def test_another_table_in_place_of_ours_is_damage(folder: Path, statement: str) -> None:
    change(folder, statement)
    for read_only in (False, True):
        with pytest.raises(schema.Damaged, match="newest good backup is of"):
            Dataset.open(folder, read_only=read_only)
    assert main(["check", str(folder)]) == 1
    assert main(["restore", str(folder)]) == 0
    assert boxes(folder) == 4


def test_a_trigger_in_an_old_dataset_does_not_run_when_it_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        with closing(sqlite3.connect(tmp_path / "dataset.sqlite")) as old:
            schema._step(old, schema.MIGRATIONS[0], 1)
    change(tmp_path, "CREATE TRIGGER evil AFTER INSERT ON next_id BEGIN DELETE FROM session; END")
    with pytest.raises(schema.Unsound, match="evil"):
        Dataset.open(tmp_path)
    with closing(sqlite3.connect(tmp_path / "dataset.sqlite")) as old:
        assert old.execute("PRAGMA user_version").fetchone() == (1,)


# Rows of wrong types.

BAD_ROWS = [
    ("image", "width", "'wide'"),
    ("image", "width", "x'00ff'"),
    ("image", "height", "1e308"),
    ("image", "captured_at", "9e999"),
    ("image", "captured_at", "1e300"),
    ("image", "captured_at", "'noon'"),
    ("image", "session_id", "99"),
    ("image", "original_name", "x'17'"),
    ("image", "original_name", "CAST(x'ff41' AS TEXT)"),
    ("image", "sha256", "'../../x'"),
    ("image", "file_name", "'../../../x.jpg'"),
    ("image", "file_name", "x'2e2e'"),
    ("image", "file_name", "CAST(x'ff41' AS TEXT)"),
    ("image", "file_name", "''"),
    ("image", "flaw", "'ugly'"),
    ("image", "note", "x'00'"),
    ("image", "pose_x_mm", "'far'"),
    ("image", "head_angle_rad", "'up'"),
    ("image", "verified", "7"),
    ("image", "verified", "'yes'"),
    ("image", "annotation_count", "9223372036854775807"),
    ("annotation", "x", "'left'"),
    ("annotation", "y", "9e999"),
    ("annotation", "width", "1e308"),
    ("annotation", "height", "-3"),
    ("annotation", "image_id", "99"),
    ("annotation", "category_id", "99"),
    ("annotation", "category_id", "'mug'"),
    ("annotation", "occluded", "2"),
    ("annotation", "note", "x'04'"),
    ("category", "name", "x'41'"),
    ("category", "name", "''"),
    ("category", "color", "x'03'"),
    ("category", "position", "'first'"),
    ("session", "started_at", "1e300"),
    ("session", "name", "x'41'"),
    ("edit", "kind", "'evil'"),
    ("edit", "at", "'now'"),
    ("edit", "changes", "x'07'"),
    ("edit", "author", "x'ff'"),
]


@pytest.mark.parametrize(("table", "column", "value"), BAD_ROWS)
def test_a_row_of_wrong_values_is_named_and_passed_over(
    folder: Path,
    table: str,
    column: str,
    value: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    drop = f"DELETE FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
    with closing(sqlite3.connect(database(folder))) as reading:
        triggers = [
            sql
            for (sql,) in reading.execute(
                "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
            )
        ]
    change(folder, drop)
    change(folder, f"UPDATE {table} SET {column} = {value} WHERE id = 1", *triggers)
    with pytest.raises(schema.Unsound, match=f"{table.capitalize()} 1: its {column} is"):
        Dataset.open(folder)
    assert main(["check", str(folder)]) == 1
    assert f"{table} 1" in capsys.readouterr().out
    for verb in (["export", str(folder), str(tmp_path / "o")], ["import-video", str(folder), "x"]):
        assert main(verb) == 1
    assert not (tmp_path / "o").exists()
    with Dataset.open(folder, read_only=True) as dataset:
        assert len(dataset.images()) == (3 if table == "image" else 0 if table == "session" else 4)
        for image in dataset.images():
            assert dataset.path_of(image).parent == dataset.images_folder
        assert all(each.bbox.width < 1e9 for each in dataset.all_annotations())
        dataset.counts()
        dataset.categories()
        dataset.sessions()
        dataset.journal()
        History(dataset)
    assert main(["restore", str(folder)]) == 0
    assert boxes(folder) == 4


def test_a_box_far_outside_is_told_and_shown(folder: Path) -> None:
    change(folder, "UPDATE annotation SET x = 5000 WHERE id = 1")
    with Dataset.open(folder) as dataset:
        assert [found.kind for found in check(dataset)] == [FindingKind.BOX_OUTSIDE]


@pytest.mark.parametrize("value", ["'x'", "-1", "9223372036854775807", "1", "NULL"])
def test_ids_that_would_be_handed_out_twice_keep_it_from_being_changed(
    folder: Path, value: str
) -> None:
    sql = "CREATE TABLE next_id (kind TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"
    change(
        folder,
        f"UPDATE sqlite_master SET sql = '{sql.replace(' NOT NULL', '')}' WHERE name = 'next_id'",
    )
    change(folder, f"UPDATE next_id SET value = {value} WHERE kind = 'image'")
    change(folder, f"UPDATE sqlite_master SET sql = '{sql}' WHERE name = 'next_id'")
    with pytest.raises(schema.Unsound, match="next id of a new image"):
        Dataset.open(folder)
    assert main(["restore", str(folder)]) == 0
    with Dataset.open(folder) as dataset:
        assert 5 <= dataset.new_image_id() < 2**53


@pytest.mark.parametrize(
    "changes",
    [
        "{",
        "[]",
        "7",
        '{"description": 1}',
        '{"changes": [{"kind": "Evil"}], "description": ""}',
        '{"changes": [{"kind": "AnnotationChange", "before": 3}], "description": ""}',
        "[" * 100_000,
        '"\\ud800"',
    ],
)
def test_undo_over_a_broken_line_of_the_journal_is_a_sentence(folder: Path, changes: str) -> None:
    with closing(sqlite3.connect(database(folder))) as connection:
        sql = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'edit_is_final'"
        ).fetchone()[0]
        connection.execute("DROP TRIGGER edit_is_final")
        connection.execute("UPDATE edit SET changes = ?", (changes,))
        connection.execute(sql)
        connection.commit()
    with Dataset.open(folder) as dataset:
        history = History(dataset)
        with pytest.raises(UserError, match="of the journal is damaged"):
            history.undo()
        dataset.apply(draw(dataset, 1, 1, BBox(5, 5, 20, 20)))
        assert history.undo() is not None


# Damage by chance.


def flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 8, 200))):
        at = chance.randrange(len(data))
        data[at] ^= 1 << chance.randrange(8)


def truncate(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def zero_pages(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) // 4096) * 4096
    data[at : at + 4096] = bytes(4096)


def swap_pages(data: bytearray, chance: random.Random) -> None:
    one, other = (chance.randrange(len(data) // 4096) * 4096 for _ in range(2))
    data[one : one + 4096], data[other : other + 4096] = (
        data[other : other + 4096],
        data[one : one + 4096],
    )


def spoil_schema(data: bytearray, chance: random.Random) -> None:
    """Bytes in the text of the schema, which SQLite puts into its words for the fault."""
    text = b"CREATE"
    at = chance.choice([n for n in range(len(data)) if data[n : n + 6] == text])
    for n in range(at, at + 40):
        data[n] = chance.randrange(128, 256) if chance.random() < 0.3 else data[n]


def garbage(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at : at + 500] = chance.randbytes(500)


DAMAGE = [flip, truncate, zero_pages, swap_pages, spoil_schema, garbage]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda each: each.__name__)
@pytest.mark.parametrize("number", range(ROUNDS))
def test_random_damage_is_told_and_restored(
    folder: Path,
    damage: Callable[[bytearray, random.Random], None],
    number: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chance = random.Random(f"{damage.__name__} {number}")
    data = bytearray(database(folder).read_bytes())
    damage(data, chance)
    database(folder).write_bytes(data)
    if chance.random() < 0.3:
        (folder / "dataset.sqlite-wal").write_bytes(chance.randbytes(5000))
    if chance.random() < 0.3:
        (folder / "dataset.sqlite-shm").write_bytes(chance.randbytes(32768))
    coco = tmp_path / "coco.json"
    coco.write_text('{"images": [], "annotations": [], "categories": []}')
    for words in (
        ["check", str(folder)],
        ["export", str(folder), str(tmp_path / "out")],
        ["import", str(folder), str(coco)],
        ["backup", str(folder)],
        ["restore", str(folder), "--list"],
    ):
        assert main(words) in (0, 1)
    capsys.readouterr()
    with suppress(UserError):  # or it opens, for the damage hit nothing
        Dataset.open(folder).close()
    restored = restore(folder, chosen_backup(folder))
    assert not restored.found_again
    with Dataset.open(folder) as dataset:
        assert check(dataset) == []
        assert sum(1 for _ in dataset.all_annotations()) == 4
