"""What a run leaves behind: last.safetensors, best.safetensors, model.onnx."""

from __future__ import annotations

from pathlib import Path

from trainer.checkpoint import save_checkpoint
from trainer.export import export_onnx
from trainer.predict import ModelDetails
from trainer.protocol import Detector
from trainer.scores import DEFAULT_THRESHOLD
from trainer.validation import Verdict

UNKNOWN = -1.0
"""An AP that nobody could measure, as COCO writes it."""


class Results:
    """Keeps the best weights so far on disk. verdict: theirs, None before the first or without."""

    def __init__(
        self,
        run: Path,
        detector_name: str,
        finest_stride: int,
        categories: tuple[tuple[int, str], ...],
    ) -> None:
        self.verdict: Verdict | None = None
        self._run = run
        self._detector_name = detector_name
        self._finest_stride = finest_stride
        self._categories = categories

    def is_better(self, verdict: Verdict) -> bool:
        if self.verdict is None:
            return True
        ours, theirs = self.verdict.scores, verdict.scores
        return (theirs.ap, theirs.ap50) >= (ours.ap, ours.ap50)

    def keep(self, detector: Detector, verdict: Verdict | None) -> None:
        """Writes last; best and model.onnx too where it is the best so far or nobody knows."""
        better = verdict is None or self.is_better(verdict)
        settled = detector.settled()
        details = ModelDetails(
            self._categories,
            settled.input_size,
            DEFAULT_THRESHOLD if verdict is None else verdict.threshold,
            self._detector_name,
            self._finest_stride,
        )
        save_checkpoint(self._run / "last.safetensors", settled, details)
        if better:
            self.verdict = verdict
            save_checkpoint(self._run / "best.safetensors", settled, details)
            export_onnx(self._run / "model.onnx", settled, details)
