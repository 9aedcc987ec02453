"""Measures the shots of the session under way, on the thread that keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeler.dataset.model import Flaw, Image
from labeler.dataset.store import Dataset
from labeler.errors import UserError

if TYPE_CHECKING:
    from labeler.dataset.keepers import Judge, Measures


class Judging:
    """Knows the shots of one session at a time. For one thread alone."""

    def __init__(self) -> None:
        self._of: tuple[Dataset, str] | None = None
        self._judge: Judge | None = None
        self._last: tuple[bytes, Measures | None] = (b"", None)

    def flaw(self, dataset: Dataset, session_name: str, data: bytes) -> Flaw | None:
        """What is wrong with a shot that is not kept yet."""
        shot = self._measured(data)
        return None if shot is None else self._judge_of(dataset, session_name).flaw(shot)

    def mark(self, dataset: Dataset, session_name: str, image: Image, data: bytes) -> Image:
        """Keeps with a new image what is measured and found. Returns it as it is now."""
        from labeler.dataset import keepers  # numpy: the window opens without it

        shot = self._measured(data)
        if shot is None:
            return image
        judge = self._judge_of(dataset, session_name, but=image.id)
        marked = keepers.mark(dataset, image, shot, judge.flaw(shot))
        judge.remember(shot)
        return marked

    def _judge_of(self, dataset: Dataset, session_name: str, but: int | None = None) -> Judge:
        from labeler.dataset.keepers import judge_of

        if self._judge is None or self._of != (dataset, session_name):
            self._judge = judge_of(dataset, session_name, but=but)
            self._of = (dataset, session_name)
        return self._judge

    def _measured(self, data: bytes) -> Measures | None:
        """None for what cannot be measured: whoever keeps it says what is wrong with it."""
        from labeler.dataset.keepers import measure

        if data is not self._last[0]:
            try:
                self._last = (data, measure(data, "this picture"))
            except UserError:
                self._last = (data, None)
        return self._last[1]
