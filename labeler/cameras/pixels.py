"""OpenCV's side of cameras that give raw pixels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from labeler.cameras.worker import JPEG_QUALITY

if TYPE_CHECKING:
    import cv2


def open_capture(source: int | str | Path) -> cv2.VideoCapture | None:
    """An opened capture, or None. Takes up to seconds: call it on a worker thread."""
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    capture = cv2.VideoCapture(str(source) if isinstance(source, Path) else source)
    if capture.isOpened():
        return capture
    capture.release()
    return None


def as_jpeg(pixels: Any) -> bytes:
    """Encodes BGR pixels (height, width, 3) at quality 95."""
    import cv2

    ok, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not ok:
        raise ValueError(f"OpenCV cannot encode pixels of shape {pixels.shape}")
    return data.tobytes()
