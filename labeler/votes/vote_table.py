"""The votes of a pair as CSV, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from labeler.dataset.files import PART, replace_durably, write_durably
from labeler.votes.ballot import Choice, Round

COLUMNS = ("round", "vote", "time", "choice", "chosen", "given_at")
_SAID = {Choice.A: "A", Choice.B: "B", Choice.SAME: "same"}


def write_csv(rounds: Iterable[Round], path: Path) -> int:
    """Replaces path with one line a vote that stands; gives their number. Raises UserError.

    chosen: pretrained, scratch or same; empty while the round is not revealed. time: ISO 8601, UTC.
    """
    rows = [row for each in rounds for row in _rows(each)]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    part = path.with_name(path.name + PART)
    write_durably(part, text.getvalue().encode())
    replace_durably(part, path)
    return len(rows)


def _rows(round_: Round) -> list[tuple[object, ...]]:
    return [
        (
            round_.number,
            vote.number,
            datetime.fromtimestamp(vote.at, UTC).isoformat(timespec="seconds"),
            _SAID[vote.choice],
            "" if round_.is_open else round_.side_of(vote.choice) or "same",
            vote.origin.value,
        )
        for vote in round_.votes
    ]
