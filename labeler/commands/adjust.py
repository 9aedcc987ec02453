"""The settings of a training that a person may choose by hand; all others are chosen for them."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from labeler.errors import UserError
from labeler.runs.budgets import Budget, Length, with_budget
from labeler.runs.history import config_of
from labeler.runs.prepare import Wish
from trainer.config import AUGMENTATIONS, DEFAULT_DETECTOR, DEVICES, OFFERED, VECTOR_START

_WEIGHTS = ("pretrained", VECTOR_START, "scratch")


def add_adjustments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from",
        dest="start",
        metavar="WEIGHTS|RUN",
        default="pretrained",
        help="the weights to start from: pretrained (default); vector, which know Vector and his "
        "cube from simulated pictures; scratch, which are random ones; or the folder of a run, "
        "whose best ones learn on",
    )
    parser.add_argument(
        "--detector",
        choices=OFFERED,
        help=f"{DEFAULT_DETECTOR}, the default, is built in and works offline; weights of the "
        "others are fetched once",
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--epochs", type=float, default=0.0, metavar="N", help="so often over the images instead"
    )
    length.add_argument(
        "--best",
        action="store_true",
        help="until validation stops improving instead, --seconds at most (3600)",
    )
    length.add_argument(
        "--budget",
        choices=[each.value for each in Budget],
        help="as in the window instead: instant (10 s), quick (1 min), good (5 min), best; "
        "--seconds overrides how long",
    )
    parser.add_argument(
        "--seconds", type=float, default=None, metavar="S", help="how long to train (60)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the run's chance (0)")
    by_hand = parser.add_argument_group("by hand", "What is left out is chosen from the data.")
    by_hand.add_argument("--device", choices=DEVICES, default="auto")
    by_hand.add_argument("--threads", type=int, default=0, metavar="N", help="of the processor")
    by_hand.add_argument(
        "--longest-side", type=int, default=0, metavar="PIXELS", help="of the network's input"
    )
    by_hand.add_argument("--batch", type=int, default=0, metavar="N", help="images a step")
    by_hand.add_argument(
        "--learning-rate", type=float, default=0.0, metavar="RATE", help="AdamW's highest"
    )
    by_hand.add_argument(
        "--augmentation",
        choices=AUGMENTATIONS,
        default="normal",
        help="how much images are changed to learn more from them (normal)",
    )


def wish_of(arguments: argparse.Namespace) -> Wish:
    """Raises UserError where --from names no run."""
    named = Budget(arguments.budget or (Budget.BEST if arguments.best else Budget.QUICK))
    wish = Wish(
        arguments.start,
        arguments.detector or DEFAULT_DETECTOR,
        seed=arguments.seed,
        device=arguments.device,
        threads=arguments.threads,
        longest_side=arguments.longest_side,
        batch=arguments.batch,
        learning_rate=arguments.learning_rate,
        augmentation=arguments.augmentation,
    )
    wish = with_budget(wish, named, Length(epochs=arguments.epochs))
    if arguments.seconds is not None:
        wish = replace(wish, seconds=arguments.seconds)
    return wish if arguments.start in _WEIGHTS else _from_run(wish, arguments.detector)


def _from_run(wish: Wish, detector: str | None) -> Wish:
    """wish.start is the folder. Without a detector it is that of the run."""
    run = Path(wish.start).absolute()
    if not run.is_dir():
        raise UserError(
            f"--from takes {', '.join(_WEIGHTS)} or the folder of a run, and there is none at "
            f"{run}."
        )
    detector = detector or config_of(run).detector
    return replace(wish, start="run", detector=detector, parent=str(run))
