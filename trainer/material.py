"""What a run has to go by: its wish, its pictures with their boxes, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from trainer.best_pace import HORIZON
from trainer.coco import CocoSet, read_coco, with_categories_of
from trainer.config import RunConfig, load_config
from trainer.events import Event, Warned
from trainer.faults import TrainerError, some_of

Emit = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Material:
    """learnt: the pictures to learn from. checked: those to check with, which may be none."""

    config: RunConfig
    learnt: CocoSet
    checked: CocoSet


def read_material(run: Path, emit: Emit) -> Material:
    """Warns of what is odd. Raises TrainerError where nothing can be learnt."""
    config = _config(run)
    images = run / config.train_images
    learnt = read_coco(run / "train.json", images)
    checked = with_categories_of(read_coco(run / "val.json", run / config.val_images), learnt)
    for complaint in (*learnt.complaints, *checked.complaints):
        emit(Warned(complaint))
    if learnt.pictures and not images.is_dir():
        raise TrainerError(
            f"{images.resolve()}: the folder with the pictures of this run is not there. Move it "
            "back, or say in the shell where they are: train --resume RUN --images DIR."
        )
    if not learnt.box_count:
        raise TrainerError("No picture to learn from has a box. Draw some boxes, then train.")
    if checked.box_count:
        return Material(config, learnt, checked)
    emit(
        Warned(
            "No validation picture has a box, so nobody can say how good the detector gets: "
            "AP stays unknown and the last weights are kept."
        )
    )
    if config.budget == "best":  # nor when it is best
        config = replace(config, budget="time", seconds=min(config.seconds, HORIZON))
    return Material(config, learnt, CocoSet((), learnt.categories, ()))


def _config(run: Path) -> RunConfig:
    try:
        return load_config(run)
    except ValueError as error:
        raise TrainerError(str(error)) from error


class Complaints:
    """Gathers what is wrong with pictures, so that a hundred broken ones make one sentence."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._names: dict[str, list[str]] = {}
        self._noted: set[tuple[str, str]] = set()

    def note(self, name: str, fault: str) -> None:
        if (name, fault) not in self._noted:
            self._noted.add((name, fault))
            self._names.setdefault(fault, []).append(name)

    def say(self) -> None:
        for fault, names in self._names.items():
            self._emit(Warned(f"{some_of(names)}: {fault}."))
        self._names.clear()
