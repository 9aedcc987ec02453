"""The data curve of `vector-labeler compare`: trains its points one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from labeler.commands.pair_teller import PairTeller, say
from labeler.dataset.words import counted
from labeler.runs.comparison import SCORES
from labeler.runs.data_curve import missing_shares, part_folder, prepare_part
from labeler.runs.errand import answer_of
from labeler.runs.pair import SIDES
from labeler.runs.pair_child import train_pair_in_child
from trainer.events import Finished
from trainer.names import is_there


def train_points(pair: Path, folder: Path) -> Iterator[Path]:
    """Gives the pair of each part of `pair` when it is trained; what stands in folder is kept.

    Ctrl+C ends it with those that there are. Raises UserError.
    """
    for share in missing_shares(pair, folder):
        place = part_folder(folder, share)
        if not _train(pair, place, share):
            return
        yield place


def _train(pair: Path, place: Path, share: float) -> bool:
    """False where somebody said stop."""
    prepared = prepare_part(pair, place, share)
    prefix = f"[{counted(prepared.sizes.train, 'image')}] "
    for warning in prepared.warnings:
        say(f"{prefix}Note: {warning}")
    records = train_pair_in_child(
        place, PairTeller(prefix).tell, lambda: say("Stopping; the points that there are stay.")
    )
    ends = [records.of(side).end for side in SIDES]
    if any(isinstance(end, Finished) and end.stopped_early for end in ends):
        return False
    if not is_there(place / SCORES):
        answer_of("score-pair", place)
    return True
