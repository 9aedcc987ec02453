"""What an attack may come to, and the ground on which it happens, with traps around it."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labeler import cli
from labeler.dataset import backups
from labeler.dataset.category_edits import add_category
from labeler.dataset.check import check
from labeler.dataset.edits import draw
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from trainer.faults import TrainerError
from trainer.onnx_gate import ModelError
from trainer.shell_text import printable

LONGEST_SENTENCE = 6000
"""Letters of what a refusal says: longer, and nobody finds the file in it."""
REFUSALS = (UserError, TrainerError, ModelError)


class FaultFound(Exception):  # noqa: N818 - the fault is the finding
    """kind: a few words to count it under."""

    def __init__(self, kind: str, details: str = "") -> None:
        super().__init__(kind, details)
        self.kind = kind
        self.details = details


@dataclass(frozen=True, slots=True)
class Ground:
    """place: an empty folder of this one case. kept: a folder for what is made once a process."""

    place: Path
    kept: Path

    def once(self, name: str, make: Callable[[Path], object]) -> Path:
        """kept/name, which make() has filled the first time."""
        path = self.kept / name
        if not path.exists():
            path.mkdir(parents=True)
            make(path)
        return path

    def copy(self, made: Path, name: str) -> Path:
        return Path(shutil.copytree(made, self.place / name, symlinks=True))


@dataclass(frozen=True, slots=True)
class Said:
    """What a command of the shell came to."""

    code: int
    out: str
    err: str

    @property
    def is_taken(self) -> bool:
        return self.code == 0


def shell(*words: object, names: tuple[str, ...] = ()) -> Said:
    """One verb, in this process. Faults: another code than 0 and 1, no clear sentence at 1."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = cli.main([str(word) for word in words])
    said = Said(code, out.getvalue(), err.getvalue())
    if code not in (0, 1):
        raise FaultFound(f"{words[0]}: exit code {code}", said.err[-500:])
    if code == 1:
        require_clear(said.err or said.out, names)
    require_printable(said.out + said.err)
    if "--json" in words and code == 0:
        strict_json(said.out)
    return said


def refusal_of(act: Callable[[], object], names: tuple[str, ...] = ()) -> str | None:
    """The sentence with which it is refused; None where it is taken as valid."""
    try:
        act()
    except REFUSALS as error:
        sentence = str(error)
        require_clear(sentence, names)
        return sentence
    return None


def require_clear(sentence: str, names: tuple[str, ...]) -> None:
    """It is there, not endless, no traceback, and names one of these."""
    if not sentence.strip():
        raise FaultFound("refused without a word")
    if "Traceback" in sentence or "ended unexpectedly" in sentence:
        raise FaultFound("a traceback in place of a sentence", sentence[-800:])
    if len(sentence) > LONGEST_SENTENCE:
        raise FaultFound("a sentence without an end", sentence[:300])
    if names and not any(name.lower() in sentence.lower() for name in names):
        raise FaultFound("the sentence does not name the file", sentence[:500])


def require_printable(text: str) -> None:
    if printable(text.replace("\r", "")) != text.replace("\r", ""):
        raise FaultFound("what a terminal obeys reached the terminal", repr(text)[:500])


def strict_json(text: str) -> Any:
    def no_constant(name: str) -> Any:
        raise FaultFound("Infinity or NaN in JSON", name)

    try:
        return json.loads(text, parse_constant=no_constant)
    except ValueError as error:
        raise FaultFound("--json is no JSON", text[:300]) from error


def require(holds: bool, kind: str, details: object = "") -> None:
    if not holds:
        raise FaultFound(kind, str(details)[:800])


def tree(folder: Path) -> Mapping[str, str]:
    """Every file below a folder with the hash of its bytes; links with where they lead.

    Of a database its rows, as SQLite moves pages between the file and its log while it reads. Lock
    files are left out.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file() and not path.name.endswith((".lock", "-shm", "-wal")):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        elif path.is_dir():
            found[name] = "folder"
    return found


def rows(database: Path) -> str:
    """The hash of all rows and of the schema."""
    digest = hashlib.sha256()
    with closing(sqlite3.connect(database)) as connection:
        for line in connection.iterdump():
            digest.update(line.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def contents(folder: Path) -> Mapping[str, str]:
    """A dataset as tree() sees it, with its rows in place of the bytes of its database."""
    database = folder / "dataset.sqlite"
    return {**tree(folder), "dataset.sqlite": rows(database)}


def require_same(before: Mapping[str, str], after: Mapping[str, str], kind: str) -> None:
    names = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
    require(not names, kind, names[:10])


def require_whole(folder: Path) -> None:
    """A dataset opens, checks clean and has nothing on the way."""
    with Dataset.open(folder) as dataset:
        findings = check(dataset)
        require(not findings, "what was taken does not check clean", findings[:3])
        waiting = [path.name for path in dataset.incoming_folder.iterdir()]
        require(not waiting, "something is left in incoming/", waiting)


def labelled(folder: Path, pictures: int = 4) -> None:
    """A closed dataset of so many pictures with a box each, and a backup of it."""
    from tests.dataset.conftest import make_picture

    with Dataset.create(folder) as dataset:
        dataset.apply(add_category(dataset, "mug"))
        session = dataset.add_session("first", "Vector-T1", 1_700_000_000.0)
        for seed in range(100, 100 + pictures):
            image = add_picture(
                dataset,
                make_picture(seed),
                original_name=f"{seed}.jpg",
                session_id=session.id,
                captured_at=session.started_at + seed,
            ).image
            dataset.apply(draw(dataset, image.id, 1, BBox(1, 1, 20, 20)))
    backups.make(folder)
