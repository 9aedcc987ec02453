"""The program's own assistant at work beside a replayed person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from labeler.dataset.model import BBox
from tests.track.person import Kinds, Seen
from tests.track.sequences import Shot
from trainer.assist_lines import Answer, Know, KnownImage, Label, Labels, Learnt, Suggested
from trainer.assistant import Assistant

ROUNDS_AT = (3, 5, 7, 10)
EVERY = 5
"""As labeler.gui.label.learning_along, whose first round is twice as long as the others, too."""


class Along:
    """Learns after ten labelled images and after every five more, from what the person left.

    steps: of a round, in place of seconds, so that a busy machine changes nothing. late: so many
    images further the person is when a round is over; until then the round before suggests.
    """

    def __init__(self, shots: Sequence[Shot], folder: Path, *, steps: int, late: int) -> None:
        names = sorted({shot.kind(name) for shot in shots for name in shot.boxes})
        self._numbers = {name: number for number, name in enumerate(names, 1)}
        self._names = {number: name for name, number in self._numbers.items()}
        self._count, self._steps, self._late = len(shots), steps, late
        self._offers: dict[int, list[Seen]] = {}
        self.rounds: list[Learnt] = []
        self._assistant = Assistant(self._hear, lambda: None)
        self._assistant.know(Know(str(folder), tuple(_saved(shots, folder))))

    def offers(self, image: int) -> Sequence[Seen]:
        return self._offers.get(image, ())

    def take(self, image: int, boxes: Kinds) -> None:
        rows = tuple((self._numbers[kind], *_numbers(box)) for kind, box in boxes)
        categories = tuple(self._names.items())
        self._assistant.label(Label(categories, (Labels(image, rows),)))
        done = image + 1
        if (
            done in ROUNDS_AT or (done > ROUNDS_AT[-1] and done % EVERY == 0)
        ) and done < self._count:
            self._assistant.learn(3600.0, self._steps * (1 if self.rounds else 2))
            begin = done + self._late
            self._assistant.suggest(range(begin, min(begin + EVERY, self._count)))

    def _hear(self, answer: Answer) -> None:
        if isinstance(answer, Suggested):
            self._offers[answer.id] = [
                Seen(self._names[kind], BBox(*box), score, self.rounds[-1].chance(score))
                for kind, score, *box in answer.offers
            ]
        elif isinstance(answer, Learnt):
            self.rounds.append(answer)


def _saved(shots: Sequence[Shot], folder: Path) -> list[KnownImage]:
    known = []
    for number, shot in enumerate(shots):
        name = f"{number:04d}.png"
        Image.fromarray(shot.picture).save(folder / name, compress_level=1)
        height, width = shot.picture.shape[:2]
        known.append(KnownImage(number, name, str(number), width, height))
    return known


def _numbers(box: BBox) -> tuple[float, float, float, float]:
    return box.x, box.y, box.width, box.height
