"""How the two runs of a pair are called in sentences: by what the one has learned before."""

from __future__ import annotations

from dataclasses import dataclass

from labeler.runs.pair import PRETRAINED
from trainer.config import COCO, DETECTOR_FACTS


@dataclass(frozen=True, slots=True)
class PairWords:
    """Of the run that starts from learned weights. name: alone, in a legend or for a choice ("7 for
    COCO"); subject: of what it does ("the start from COCO needed ..."); manner: beside a score
    ("0.71 from COCO").
    """

    name: str
    subject: str
    manner: str

    @property
    def opening(self) -> str:
        """The subject at the beginning of a sentence."""
        return self.subject[0].upper() + self.subject[1:]

    def label(self, side: str) -> str:
        """Of one of SIDES, in a table or a chart."""
        return self.manner if side == PRETRAINED else "scratch"


PLAIN = PairWords("pretrained", "pretrained", "pretrained")
"""Where nothing is known of those weights, or they have seen no boxes."""
FROM_COCO = PairWords(COCO, "the start from COCO", "from COCO")


def words_of(detector: str) -> PairWords:
    """For a pair of this detector."""
    facts = DETECTOR_FACTS.get(detector)
    return FROM_COCO if facts is not None and facts.learned == COCO else PLAIN
