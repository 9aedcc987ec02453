"""Which images of a dataset wait for the final score: RUNS/test-part.json.

It belongs to the dataset and not to a run, for a run that had learnt from another one's test
images could not be compared with it. So what was put aside once stays there; deleting the file
draws it anew, and makes earlier final scores worthless.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from labeler.dataset.files import PART, reason, replace_durably, write_durably
from labeler.dataset.splits import TestPart
from labeler.errors import UserError
from trainer.stored import StoredError, read

_NAME = "test-part.json"


@dataclass(frozen=True, slots=True)
class _Kept:
    sessions: tuple[int, ...]
    images: tuple[int, ...]


def load_test_part(runs_folder: Path) -> TestPart:
    """Nothing where nothing was put aside yet. Raises UserError where the file is damaged."""
    path = runs_folder / _NAME
    try:
        kept = read(path, _Kept)
        return TestPart(frozenset(kept.sessions), frozenset(kept.images))
    except FileNotFoundError:
        return TestPart()
    except OSError as error:
        raise UserError(f"Cannot read {path}: {reason(error)}.") from error
    except StoredError as error:
        raise UserError(
            f"{error} It tells which images wait for the final score: bring it back "
            "from a copy of the dataset, or delete it, and other images are put aside."
        ) from error


def save_test_part(runs_folder: Path, part: TestPart) -> None:
    """Replaces the file, whole or not at all. Raises UserError."""
    path = runs_folder / _NAME
    content = {"sessions": sorted(part.session_ids), "images": sorted(part.image_ids)}
    waiting = path.with_name(_NAME + PART)
    write_durably(waiting, (json.dumps(content) + "\n").encode())
    replace_durably(waiting, path)
