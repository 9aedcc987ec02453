"""The final score of a run: its test part, measured once and kept in RUN/final.json."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from labeler.dataset.files import sha256_of
from labeler.errors import UserError
from labeler.runs.coco_side import read_lists
from labeler.runs.errand import answer_of
from labeler.runs.history import MODEL, list_runs, model_of
from trainer.measured import load
from trainer.names import is_there
from trainer.stored import value_of

FINAL = "final.json"
_TEST = "test.json"


@dataclass(frozen=True, slots=True)
class FinalScore:
    """What the test part gave. measured: when; is_new: by this very call.

    content: as trainer.analysis wrote it. hints: sentences about what it is worth by now.
    """

    run: Path
    measured: datetime
    is_new: bool
    content: dict[str, Any]
    hints: tuple[str, ...]


def final_score(run: Path) -> FinalScore:
    """Measures the run's test part where that was never done; else tells what it gave then.

    Takes as long as a look at each picture. Raises UserError: without a test part, without a model.
    """
    known = kept_score(run)
    if known is not None:
        return known
    model_of(run)
    if not is_there(run / _TEST):
        raise UserError(
            f"{run} has no test part: nothing was put aside for a final score when it was made. "
            "That begins at 200 labelled images; its validation score is what there is."
        )
    answer_of("analyse", run.absolute(), "--part", "test")
    score = kept_score(run)
    if score is None:
        raise UserError(f"{run / FINAL} was not written. Its log says more.")
    hints = tuple(_hints_of_others(run))
    return FinalScore(run, score.measured, True, score.content, hints)


def kept_score(run: Path) -> FinalScore | None:
    """What was measured before; None where nothing was. Raises UserError for a damaged file."""
    path = run / FINAL
    if not is_there(path):
        return None
    try:
        content = load(path)
        measured: datetime = value_of(datetime, content["made"])
        hints = tuple(_hints(run, content, measured))
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path} cannot be read. Restore it from a copy of the run: a score that is measured "
            "twice on these images is no final score any more.",
            details=str(error),
        ) from error
    return FinalScore(run, measured, False, content, hints)


def run_to_score(folder: Path) -> Path:
    """The run itself, or the one of a dataset's that did best in validation and has a test part.

    Raises UserError where there is none.
    """
    if is_there(folder / "config.json"):
        return folder
    if not folder.is_dir():
        raise UserError(f"There is no run and no dataset at {folder}.")
    runs = [run for run in list_runs(folder / "runs") if run.has_model and _has_test(run.path)]
    best = max(runs, key=lambda run: (run.ap is not None, run.ap or 0.0, run.started), default=None)
    if best is None:
        raise UserError(
            f"{folder} is no run, and no run in its folder runs has a test part and a model. Train "
            "on a dataset with at least 200 labelled images first."
        )
    return best.path


def _has_test(run: Path) -> bool:
    return is_there(run / _TEST) or is_there(run / FINAL)


def _hints(run: Path, content: dict[str, Any], measured: datetime) -> Iterator[str]:
    yield (
        f"It was measured on {_day(measured)} and is not measured again: if you train until it "
        "pleases you, it is no final score any more."
    )
    model = run / MODEL
    if model.is_file() and content.get("model_sha256") not in (None, sha256_of(model)):
        yield (
            "The run was trained further since then, so this is the score of an earlier model. "
            "Only images that no run has seen can tell how good it is now."
        )
    yield from _hints_of_others(run)


def _hints_of_others(run: Path) -> Iterator[str]:
    """Whether runs beside this one were measured on the same images."""
    own = _image_ids(run)
    others = []
    for path in sorted(run.absolute().parent.glob(f"*/{FINAL}")):
        if path.parent.name != run.name and own and own & _image_ids(path.parent):
            others.append(path.parent.name)
    if others:
        yield (
            f"These images have also scored {', '.join(others[:3])}"
            f"{' and others' if len(others) > 3 else ''}. To choose between runs use the "
            "score on the images to check with: the best of several final scores is too high."
        )


def _image_ids(run: Path) -> set[Any]:
    try:
        return {str(entry.get("file_name")) for entry in read_lists(run / _TEST).images}
    except UserError:
        return set()


def _day(measured: datetime) -> str:
    return f"{measured.astimezone():%Y-%m-%d %H:%M}"
