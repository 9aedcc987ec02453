"""`vector-labeler train`: a detector from a dataset or a COCO file."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from labeler.commands.adjust import add_adjustments, wish_of
from labeler.commands.coco_source import (
    add_source_arguments,
    images_folders,
    refuse_for_dataset,
)
from labeler.commands.progress import ProgressLine
from labeler.dataset.store import Dataset
from labeler.dataset.words import counted
from labeler.errors import UserError
from labeler.runs.child import train_in_child
from labeler.runs.history import MODEL, summarise
from labeler.runs.launch import require_training
from labeler.runs.prepare import (
    PreparedRun,
    Wish,
    new_run_folder,
    prepare_run_from_coco,
    prepare_run_from_dataset,
)
from labeler.runs.resume import prepared_again
from trainer.events import (
    Downloading,
    Evaluated,
    Event,
    Finished,
    Progressed,
    Resumed,
    Started,
    Warned,
)

_EVERY = 5.0
"""Seconds between two lines about the same phase."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Train a detector on the labelled and confirmed-empty images of a dataset, or on a COCO "
        "file. Some images are held back to check with, whole sessions where there are several, "
        "and from 200 images on some for the final score; with --val those of that file validate "
        "and all others train. Ctrl+C stops and keeps the best. The run's folder then holds "
        "model.onnx, which evaluate, predict and the window's Preview take. --resume RUN goes on "
        "with a run that was stopped or killed, with --images DIR where its pictures were moved."
    )
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="RUN",
        help="go on with this run, as it was asked for, where it ended",
    )
    add_source_arguments(parser, is_needed=False)
    add_adjustments(parser)
    parser.add_argument(
        "--out",
        type=Path,
        metavar="RUN",
        help="a new folder for the run (default for a dataset: a new one in its runs/)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")


def run(arguments: argparse.Namespace) -> int:
    """0 when a model is there, also after Ctrl+C. Progress goes to stderr."""
    require_training()
    prepared = _prepare(arguments)
    say(prepared.explanation)
    for warning in prepared.warnings:
        say(f"Note: {warning}")
    teller = _Teller()
    try:
        end = train_in_child(prepared.path, teller.tell, lambda: say("Stopping, the best is kept."))
    finally:
        if summarise(prepared.path).can_resume:
            say(f"To go on from here: vector-labeler train --resume {prepared.path}")
    _report(prepared, end, teller.best, as_json=arguments.json)
    return 0


def say(sentence: str) -> None:
    """One line on stderr, at once."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


def _prepare(arguments: argparse.Namespace) -> PreparedRun:
    if (arguments.source is None) == (arguments.resume is None):
        raise UserError("Say what to learn from, or with --resume which run shall go on.")
    wish = wish_of(arguments)
    if arguments.resume is not None:
        others = (arguments.seconds, arguments.budget, arguments.out, arguments.val)
        if wish != Wish() or any(other is not None for other in others):
            raise UserError("--resume goes on as the run was asked for: leave out other options.")
        return prepared_again(arguments.resume.absolute(), arguments.images, arguments.val_images)
    source: Path = arguments.source
    if source.is_dir():
        return _prepare_dataset(arguments, wish)
    if arguments.out is None:
        raise UserError("Say with --out RUN where the run's folder shall be.")
    images, val_images = images_folders(arguments)
    with ProgressLine("Comparing pictures") as line:
        return prepare_run_from_coco(
            source,
            images,
            arguments.val,
            arguments.out.absolute(),
            wish,
            val_images=val_images,
            on_progress=line.update,
        )


def _prepare_dataset(arguments: argparse.Namespace, wish: Wish) -> PreparedRun:
    refuse_for_dataset(arguments)
    with Dataset.open(arguments.source, read_only=True) as dataset:
        out = arguments.out.absolute() if arguments.out else new_run_folder(dataset.runs_folder)
        with ProgressLine("Comparing pictures") as line:
            return prepare_run_from_dataset(dataset, out, wish, on_progress=line.update)


class _Teller:
    """Says in plain words how far the training is, not too often. best: of the kept weights."""

    def __init__(self) -> None:
        self.best: Evaluated | None = None
        self._phase = ""
        self._next = 0.0

    def tell(self, event: Event) -> None:
        match event:
            case Started():
                for choice in event.choices:
                    say(f"  {choice}")
            case Warned():
                say(f"Note: {event.message}")
            case Resumed():
                say(f"Goes on after {event.seconds:.0f} s and {event.epoch:.1f} epochs.")
            case Downloading():
                self._tell_download(event)
            case Evaluated() if event.is_best:
                self.best = event
            case Progressed():
                self._tell_progress(event)

    def _tell_download(self, event: Downloading) -> None:
        if self._is_due(event.name) or event.received_bytes == event.total_bytes:
            total = f" of {event.total_bytes / 1e6:.1f}" if event.total_bytes else ""
            say(f"Fetching {event.name}: {event.received_bytes / 1e6:.1f}{total} MB")

    def _tell_progress(self, event: Progressed) -> None:
        if not self._is_due(event.phase):
            return
        left = event.seconds_left
        line = f"{event.phase}: {event.seconds:.0f} s"
        if left is not None:
            line += f" of {event.seconds_total:.0f} s, {left:.0f} s left"
        if event.images_per_second > 0:
            line += f", {event.images_per_second:.0f} images a second"
        if self.best is not None:
            line += f", best AP {_score(self.best.ap)} (AP50 {_score(self.best.ap50)})"
            if self.best.images:
                line += f" on {counted(self.best.images, 'image')}"
        say(line)

    def _is_due(self, phase: str) -> bool:
        now = time.monotonic()
        if phase == self._phase and now < self._next:
            return False
        self._phase, self._next = phase, now + _EVERY
        return True


def _report(prepared: PreparedRun, end: Finished, best: Evaluated | None, *, as_json: bool) -> None:
    model = prepared.path / MODEL
    if as_json:
        told = {
            "run": str(prepared.path),
            "model": str(model) if model.is_file() else None,
            "images_train": prepared.sizes.train,
            "images_val": prepared.sizes.val,
            "images_test": prepared.sizes.test,
            **asdict(end),
            "ap": end.ap if end.ap >= 0 else None,
            "ap_interval": _interval(best),
            "ap50": end.ap50 if end.ap50 >= 0 else None,
            "ap50_interval": _interval50(best),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        return
    if not model.is_file():
        sys.stdout.write("Stopped before it had learned anything, so there is no model.\n")
        return
    ap = _with(end.ap, _interval(best))
    ap50 = _with(end.ap50, _interval50(best))
    began = "Stopped" if end.stopped_early else "Finished"
    sys.stdout.write(
        f"{began} after {end.seconds:.0f} s and {end.epochs:.1f} epochs: AP {ap}, "
        f"AP50 {ap50} on {counted(prepared.sizes.val, 'image')} held back.\n"
        f"The model is {model}.\n"
    )


def _interval(best: Evaluated | None) -> tuple[float, float] | None:
    """The 95 % interval of AP; None where it is unknown."""
    return None if best is None or best.ap_low < 0 else (best.ap_low, best.ap_high)


def _interval50(best: Evaluated | None) -> tuple[float, float] | None:
    return None if best is None or best.ap50_low < 0 else (best.ap50_low, best.ap50_high)


def _with(value: float, ends: tuple[float, float] | None) -> str:
    return _score(value) + (f" ({ends[0]:.3f} to {ends[1]:.3f})" if ends else "")


def _score(value: float) -> str:
    """The trainer writes -1 where there was nothing to measure by."""
    return f"{value:.3f}" if value >= 0 else "unknown"
