"""What a run leaves behind: last.safetensors, best.safetensors, model.onnx; and newest.onnx."""

from __future__ import annotations

from pathlib import Path

from trainer.checkpoint import Standing, load_checkpoint, load_standing, save_checkpoint
from trainer.export import OnnxExporter, export_onnx
from trainer.machine import write_whole
from trainer.predict import ModelDetails
from trainer.protocol import Detector
from trainer.run_folder import NEWEST
from trainer.scores import DEFAULT_THRESHOLD
from trainer.validation import Verdict

MODEL = "model.onnx"
UNKNOWN = -1.0
"""An AP that nobody could measure, as COCO writes it."""


class Results:
    """Keeps the best weights so far on disk. best: how good; None before the first or without."""

    def __init__(
        self,
        run: Path,
        detector_name: str,
        finest_stride: int,
        categories: tuple[tuple[int, str], ...],
        *,
        is_watched: bool = False,
    ) -> None:
        """is_watched: keeps newest.onnx as well, which takes a look half a second more."""
        self._is_watched = is_watched
        self._exporter = OnnxExporter()
        self.best: Standing | None = None
        self._run = run
        self._detector_name = detector_name
        self._finest_stride = finest_stride
        self._categories = categories

    @property
    def once(self) -> float:
        """Seconds of the last keep() that no later one takes."""
        return self._exporter.traced_seconds

    def take_up(self) -> None:
        """Goes on with what an earlier process has kept. Raises TrainerError."""
        best = self._run / "best.safetensors"
        if best.is_file():
            self.best = load_standing(best)
            # the process may have ended after it wrote the weights and before the model
            export_onnx(self._run / MODEL, *load_checkpoint(best))

    def is_better(self, verdict: Verdict) -> bool:
        if self.best is None:
            return True
        return (verdict.scores.ap, verdict.scores.ap50) >= (self.best.ap, self.best.ap50)

    def keep(self, detector: Detector, verdict: Verdict | None) -> None:
        """Writes last; best and model.onnx too where it is the best so far or nobody knows.

        What was judged by some of the pictures is the best until all of them have been looked at.
        """
        better = verdict is None or self.is_better(verdict)
        settled = detector.settled()
        details = ModelDetails(
            self._categories,
            settled.input_size,
            DEFAULT_THRESHOLD if verdict is None else verdict.threshold,
            self._detector_name,
            self._finest_stride,
        )
        # a score of some pictures must not keep out one of all of them
        is_whole = verdict is not None and not verdict.images
        standing = (
            Standing(verdict.scores.ap, verdict.scores.ap50) if verdict and is_whole else None
        )
        save_checkpoint(self._run / "last.safetensors", settled, details, standing)
        if better:
            save_checkpoint(self._run / "best.safetensors", settled, details, standing)
            self.best = standing
        if better or self._is_watched:
            model = self._exporter.export(settled, details)
            for name, is_due in ((MODEL, better), (NEWEST, self._is_watched)):
                if is_due:
                    write_whole(self._run / name, model)

    def end(self) -> None:
        """Nobody watches any more: what is left is the best."""
        (self._run / NEWEST).unlink(missing_ok=True)
