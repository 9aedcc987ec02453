"""The program's own assistant at work beside a replayed person."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from labeler.dataset.detected import Detected
from labeler.dataset.model import BBox
from labeler.gui.label.along_rounds import is_due
from labeler.runs.coco_detector import CocoDetector
from labeler.runs.prototypes import Glance, Labelled, glance, prototypes
from tests.track.person import Kinds, Seen
from tests.track.sequences import Shot
from trainer.assist_lines import Answer, Know, KnownImage, Label, Labels, Learnt, Suggested
from trainer.assistant import Assistant

FIRST, EVERY = 10, 5
"""Labelled images at the first round, and between two later ones, where nothing suggests before."""
_NEAR = 30
"""As labeler.gui.label.glances.MOST_LABELLED."""


class Along:
    """Learns after ten labelled images and after every five more, from what the person left.

    steps: of a round, in place of seconds, so that a busy machine changes nothing; the first has
    twice as many. late: so many images further the person is when a round is over; until then the
    round before suggests. from_first_box: prototypes suggest before, and rounds begin as the
    window's, at three images; learns: False, and there are no rounds at all.
    """

    def __init__(
        self,
        shots: Sequence[Shot],
        folder: Path,
        *,
        steps: int,
        late: int,
        from_first_box: bool = False,
        learns: bool = True,
    ) -> None:
        names = sorted({shot.kind(name) for shot in shots for name in shot.boxes})
        self._numbers = {name: number for number, name in enumerate(names, 1)}
        self._names = {number: name for name, number in self._numbers.items()}
        self._shots, self._steps, self._late = shots, steps, late
        self._offers: dict[int, list[Seen]] = {}
        self.rounds: list[Learnt] = []
        self._learns, self._news = learns, 0
        self._learnt_from: int | None = None
        self._first = _FirstBoxes(shots) if from_first_box else None
        self._assistant = Assistant(self._hear, lambda: None)
        self._assistant.know(Know(str(folder), tuple(_saved(shots, folder))))

    def offers(self, image: int) -> Sequence[Seen]:
        if self._first is None or (self._learnt_from is not None and image >= self._learnt_from):
            return self._offers.get(image, ())
        return [
            Seen(self._names[each.category_id], each.bbox, each.score)
            for each in self._first.found(image)
        ]

    def take(self, image: int, boxes: Kinds) -> None:
        rows = tuple((self._numbers[kind], *_numbers(box)) for kind, box in boxes)
        if self._first is not None and boxes:
            labelled = [(self._numbers[kind], box) for kind, box in boxes]
            self._first.labelled.append((self._first.glance(image), labelled))
        categories = tuple(self._names.items())
        self._assistant.label(Label(categories, (Labels(image, rows),)))
        done, self._news = image + 1, self._news + 1
        if self._learns and self._is_due(done) and done < len(self._shots):
            self._news = 0
            self._assistant.learn(3600.0, self._steps * (1 if self.rounds else 2))
            begin = done + self._late
            self._learnt_from = begin if self._learnt_from is None else self._learnt_from
            self._assistant.suggest(range(begin, min(begin + EVERY, len(self._shots))))

    def _is_due(self, done: int) -> bool:
        if self._first is None:
            return done >= FIRST and done % EVERY == 0
        return is_due(done, self._news, bool(self.rounds))

    def _hear(self, answer: Answer) -> None:
        if isinstance(answer, Suggested):
            self._offers[answer.id] = [
                Seen(self._names[kind], BBox(*box), score, self.rounds[-1].chance(score))
                for kind, score, *box in answer.offers
            ]
        elif isinstance(answer, Learnt):
            self.rounds.append(answer)


class _FirstBoxes:
    """What the window suggests before anything is learnt."""

    def __init__(self, shots: Sequence[Shot]) -> None:
        self.labelled: deque[tuple[Glance, Labelled]] = deque(maxlen=_NEAR)
        self._shots = shots
        self._detector = CocoDetector()

    def glance(self, image: int) -> Glance:
        return glance(self._detector.predict(self._shots[image].picture))

    def found(self, image: int) -> list[Detected]:
        known = prototypes(list(self.labelled))
        return [] if known is None else known.find(self.glance(image))


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
