"""A pair trained in a child process of the shell's verbs: its events, Ctrl+C, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from labeler.errors import UserError
from labeler.runs.child import follow, trainer_child
from labeler.runs.history import LOG, RunState, summarise
from labeler.runs.launch import ended_badly, note_crash
from labeler.runs.pair import SIDES, PairRecords, attended, from_pair_line
from trainer.events import Event, Failed


def train_pair_in_child(
    pair: Path, on_event: Callable[[str, Event], None], on_stopping: Callable[[], None]
) -> PairRecords:
    """Trains a pair to its end, or goes on where it ended early; gives what it told meanwhile.

    Ctrl+C stops it softly, a second one at once. on_event gets the side and what it told. Raises
    UserError with the trainer's own words, or where it died with the place of its log.
    """
    records = PairRecords.empty()

    def take(line: str) -> None:
        try:
            side, event = from_pair_line(line)
        except ValueError:  # a library's chatter
            return
        records.of(side).add(event)
        on_event(side, event)

    with attended(pair), trainer_child("twin", pair) as (child, tail):
        follow(child, take, on_stopping)
        code = child.wait()
    for side in SIDES:
        end = records.of(side).end
        if isinstance(end, Failed):
            raise UserError(end.message, details=f"Its log: {pair / side / LOG}")
    if code == 0:
        return records
    last_words = "\n".join(tail)
    failure = Failed(ended_badly(pair / LOG, code, last_words))
    for side in SIDES:
        if summarise(pair / side).state is not RunState.FINISHED:
            note_crash(pair / side, failure, code, last_words)
    raise UserError(failure.message)
