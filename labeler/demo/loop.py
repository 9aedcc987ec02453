"""The steps of the headless demo, in the order a person would take them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from labeler.dataset.store import Dataset
from labeler.demo.contact_sheet import save_contact_sheet
from labeler.demo.teacher import label_from_truth
from labeler.demo.verbs import run_verb
from labeler.errors import UserError

NAMES = ("vector",)
"""What is labelled: Vector learns to spot another Vector; the rest of the table is clutter."""

KNOWN, UNSEEN = (1, 2, 3, 4, 5, 6), (7, 8, 9)
"""Worlds to learn from, and to judge: three, for in a single one Vector may happen to hide behind
a mug all the time."""

GLANCES = 0.25
"""Seconds between two photos: the robot has looked somewhere else by then."""


@dataclass(frozen=True, slots=True)
class Plan:
    """folder is empty. Photos to learn from are taken in six sessions, each in a world of its own:
    who has seen one table only takes the table for a part of the robot.

    A session is never divided between learning and checking, so the training checks itself with a
    world that it does not learn from; the last worlds are kept for the end.
    """

    folder: Path
    photos: int
    seconds: float
    seed: int
    at_least: float = 0.0
    """AP50 in the unseen worlds below which the demo has failed."""

    @property
    def run(self) -> Path:
        """Where the window looks for runs, too."""
        return self.folder / "table" / "runs" / "demo"

    def world(self, number: int) -> int:
        """The seed of one of the worlds."""
        return self.seed * 10 + number


def play(plan: Plan) -> Iterator[str]:
    """Works the steps; gives a line with its number after each. Raises UserError."""
    known, unseen = plan.folder / "table", plan.folder / "unseen"
    part = math.ceil(plan.photos / len(KNOWN))
    yield f"Working in {plan.folder}"
    for number in KNOWN:
        yield from _photograph(known, plan.world(number), part, f"world {number}")
    yield _label(known)
    exported = run_verb("export", known, plan.folder / "export", "--json")
    yield f"Exported {exported['images']} images and {exported['annotations']} boxes as COCO."
    yield from _train(known, plan)
    for number in UNSEEN:
        count = max(8, plan.photos // 6)
        yield from _photograph(unseen, plan.world(number), count, f"unseen world {number}")
    yield _label(unseen)
    yield from _score(unseen, plan)


def _photograph(dataset: Path, world: int, count: int, session: str) -> Iterator[str]:
    words = ["--robot", "simulated", "--seed", str(world), "--count", str(count)]
    words += ["--interval", str(GLANCES), "--session", session, "--json"]
    taken = run_verb("capture", dataset, *words)
    yield f"Photographed {taken['added']} images through the simulated robot ({session})."


def _label(folder: Path) -> str:
    with Dataset.open(folder) as dataset:
        drawn = label_from_truth(dataset, NAMES)
        counts = dataset.counts()
    return (
        f"Labelled {counts.labelled} images with {drawn} boxes, one edit each; "
        f"{counts.empty} confirmed empty; {counts.unlabelled} to do."
    )


def _train(dataset: Path, plan: Plan) -> Iterator[str]:
    yield f"Training from pretrained weights for {plan.seconds:.0f} s..."
    words = ["--from", "pretrained", "--seconds", str(plan.seconds), "--seed", str(plan.seed)]
    trained = run_verb("train", dataset, *words, "--out", plan.run, "--json")
    yield (
        f"Trained {trained['epochs']:.0f} epochs in {trained['seconds']:.0f} s. On the session "
        f"held back: AP {_score_text(trained['ap'])}, AP50 {_score_text(trained['ap50'])}."
    )


def _score(unseen: Path, plan: Plan) -> Iterator[str]:
    truth = plan.folder / "unseen-export"
    exported = run_verb("export", unseen, truth, "--json")
    told = (truth / "annotations.json", "--images", truth / "images", "--json")
    scores = run_verb("evaluate", plan.run, *told)
    if not isinstance(scores.get("AP50"), float):
        raise UserError(f"The evaluation gave no AP50: {scores}")
    yield (
        f"On {exported['images']} images of {len(UNSEEN)} worlds it never saw: "
        f"AP {scores['AP']:.3f}, AP50 {scores['AP50']:.3f}."
    )
    if scores["AP50"] < plan.at_least:
        raise UserError(
            f"AP50 is {scores['AP50']:.3f}, and {plan.at_least:g} at least was expected: "
            f"the detector has learned too little."
        )
    sheet = save_contact_sheet(
        plan.run / "model.onnx", truth / "images", plan.folder / "contact-sheet.jpg"
    )
    yield f"Predictions to look at: {sheet}"
    yield f"To open it in the window: vector-labeler {plan.folder / 'table'}"


def _score_text(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"
