"""A video of two detectors looking at the same clip, frame for frame, for a lesson."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.dataset.progress import OnProgress, ShouldStop, Stopped, ignore_progress, never_stop
from labeler.errors import UserError
from labeler.runs.clip import Clip
from labeler.runs.detector import ModelDetector
from labeler.runs.drawing import draw_detections
from trainer.predict import Detection, Predictor

if TYPE_CHECKING:
    import cv2
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

    from labeler.runs.clip import Pixels

CODECS = {".mp4": "mp4v", ".webm": "VP80"}
"""What the video's name may end in. Browsers play .webm; players of every system play .mp4."""

UNSURE = 0.05
"""What is less sure than this is not told to on_found either."""

OnFound = Callable[[int, Sequence[Sequence[Detection]]], None]
"""Called with the frame's number from 1 on and what each pane's detector found in it, the unsure
detections too; boxes in pixels of the clip's frame."""

_NARROWEST, _WIDEST = 480, 960
"""Pixels of a pane's width: small clips are enlarged, large ones made smaller."""
_GAP, _HEAD, _FOOT = 8, 72, 32
_GROUND, _INK, _FAINT = "#1e2326", "#f2f4f5", "#9aa5ab"


@dataclass(frozen=True, slots=True)
class Pane:
    """One half of the video. name stands above it: "A", or what the detector is."""

    name: str
    model: Path


def write_side_by_side(
    clip: Clip,
    panes: tuple[Pane, Pane],
    out: Path,
    *,
    title: str = "",
    on_progress: OnProgress = ignore_progress,
    on_found: OnFound | None = None,
    should_stop: ShouldStop = never_stop,
) -> int:
    """Writes the video; gives the number of its frames. Each detector's own threshold counts.

    Reading it back is part of the work: a video that cannot be played is no result. Raises
    Stopped where should_stop said so, UserError for what cannot be read or written; then `out` is
    as it was.
    """
    if out.suffix.lower() not in CODECS:
        raise UserError(f"{out}: the video's name must end in {' or '.join(CODECS)}.")
    predictors = [ModelDetector(pane.model) for pane in panes]
    part = out.with_name(f".{out.stem}.part{out.suffix}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # a video would be written through a link
        frames = _frames(
            clip, panes, predictors, title, on_progress, on_found or _ignore, should_stop
        )
        written = _write_whole(frames, part, clip.per_second)
        part.replace(out)
    except OSError as error:
        raise UserError(f"Cannot write the video {out}: {error.strerror or error}.") from error
    return written


def _ignore(_number: int, _found: Sequence[Sequence[Detection]]) -> None:
    """For who wants the video alone."""


def _frames(
    clip: Clip,
    panes: tuple[Pane, Pane],
    predictors: Sequence[Predictor],
    title: str,
    on_progress: OnProgress,
    on_found: OnFound,
    should_stop: ShouldStop,
) -> Iterator[Pixels]:
    import numpy as np

    for number, frame in enumerate(clip.read(), start=1):
        if should_stop():
            raise Stopped("Cancelled: no video was saved.")
        sheet = _Sheet(frame, title, [pane.name for pane in panes])
        found = [predictor.predict(frame, min_score=UNSURE) for predictor in predictors]
        on_found(number, found)
        for place, predictor in enumerate(predictors):
            shown = [each for each in found[place] if each.score >= predictor.threshold]
            sheet.put(place, shown, list(predictor.names))
        sheet.count(number, number / clip.per_second)
        yield np.asarray(sheet.picture)
        on_progress(number, max(number, clip.count))


class _Sheet:
    """One picture of the video: the title, two panes with their names, the frame's number."""

    def __init__(self, frame: Pixels, title: str, names: Sequence[str]) -> None:
        from PIL import Image, ImageDraw

        self._frame = Image.fromarray(frame)
        wide = _even(min(_WIDEST, max(_NARROWEST, self._frame.width)))
        self._scale = wide / self._frame.width
        self._size = (wide, _even(round(self._scale * self._frame.height)))
        size = (2 * wide + _GAP, self._size[1] + _HEAD + _FOOT)
        self.picture = Image.new("RGB", size, _GROUND)
        self._pen = ImageDraw.Draw(self.picture)
        _write_line(self._pen, (12, 8), title, 20, _FAINT, size[0] - 24)
        for place, name in enumerate(names):
            _write_line(self._pen, (self._left(place) + 12, 34), name, 28, _INK, wide - 24)

    def put(self, place: int, found: Sequence[Detection], category_ids: Sequence[int]) -> None:
        """The frame with what was found in it. place: 0 is left, 1 is right."""
        from PIL import Image

        shown: Image.Image = self._frame.resize(self._size, Image.Resampling.BILINEAR)
        draw_detections(shown, [_scaled(each, self._scale) for each in found], category_ids)
        self.picture.paste(shown, (self._left(place), _HEAD))

    def count(self, number: int, seconds: float) -> None:
        words = f"frame {number}   {int(seconds) // 60}:{seconds % 60:04.1f}"
        place = (12, self.picture.height - _FOOT + 6)
        _write_line(self._pen, place, words, 18, _FAINT, self.picture.width - 24)

    def _left(self, place: int) -> int:
        return place * (self._size[0] + _GAP)


def _write_line(
    pen: ImageDraw, place: tuple[int, int], words: str, size: int, color: str, width: int
) -> None:
    """One line, cut where it would not fit."""
    from PIL import ImageFont

    font = ImageFont.load_default(size)
    line = " ".join(words.split())
    while line and pen.textlength(line, font=font) > width:
        line = line[:-2].rstrip() + "…"
    pen.text(place, line, fill=color, font=font)


def _scaled(found: Detection, scale: float) -> Detection:
    x, y, width, height = (scale * side for side in found.bbox)
    return replace(found, bbox=(x, y, width, height))


def _even(pixels: int) -> int:
    """Codecs halve the colours: an odd side would lose a row."""
    return max(2, pixels - pixels % 2)


def _write_whole(frames: Iterator[Pixels], path: Path, per_second: float) -> int:
    """Gives the number of frames; the file goes again where anything fails."""
    try:
        written = _write(frames, path, per_second)
        if _playable_frames(path) < written:
            raise UserError(f"A video in {path.parent} came out short. Is the disk full?")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return written


def _write(frames: Iterator[Pixels], path: Path, per_second: float) -> int:
    import cv2

    writer: cv2.VideoWriter | None = None
    count = 0
    try:
        for frame in frames:
            writer = writer or _opened(path, per_second, (frame.shape[1], frame.shape[0]))
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
            count += 1
    finally:
        if writer is not None:
            writer.release()
    return count


def _opened(path: Path, per_second: float, size: tuple[int, int]) -> cv2.VideoWriter:
    import cv2

    code = cv2.VideoWriter.fourcc(*CODECS[path.suffix.lower()])
    writer = cv2.VideoWriter(str(path), code, per_second, size)
    if not writer.isOpened():
        raise UserError(f"No video can be written in {path.parent}. May this account write there?")
    return writer


def _playable_frames(path: Path) -> int:
    """How many frames come out again."""
    from labeler.cameras.pixels import open_capture

    capture = open_capture(path)
    if capture is None:
        return 0
    count = 0
    while capture.grab():
        count += 1
    capture.release()
    return count
