"""The workspaces of the window, in order, each built when it is first shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from labeler.gui.document import Document
from labeler.gui.workspace import Workspace

if TYPE_CHECKING:
    from labeler.gui.live import LiveCamera

START = "start"
"""The id of the start page, which is none of the workspaces."""
CAPTURE, LABEL, TRAIN, PREVIEW, COMPARE = "capture", "label", "train", "preview", "compare"

Build = Callable[[Document, Callable[[], "LiveCamera"]], Workspace]
"""Given the document and a function that gives the shared camera, starting it up if need be."""


@dataclass(frozen=True, slots=True)
class Page:
    """One workspace. key: its number in the bar, without a gap."""

    id: str
    title: str
    key: str
    build: Build


def pages() -> list[Page]:
    """All of them, in the order of the bar."""
    return [
        Page(CAPTURE, _tr("Capture"), "Ctrl+1", _capture),
        Page(LABEL, _tr("Label"), "Ctrl+2", _label),
        Page(TRAIN, _tr("Train"), "Ctrl+3", _train),
        Page(PREVIEW, _tr("Preview"), "Ctrl+4", _preview),
        Page(COMPARE, _tr("Compare"), "Ctrl+5", _compare),
    ]


# Each import waits for its page: the window is usable before OpenCV or a plot is even looked for.


def _capture(document: Document, live: Callable[[], LiveCamera]) -> Workspace:
    from labeler.gui.capture.workspace import CaptureWorkspace

    return CaptureWorkspace(document, live())


def _label(document: Document, live: Callable[[], LiveCamera]) -> Workspace:
    from labeler.gui.label.workspace import LabelWorkspace

    return LabelWorkspace(document)


def _train(document: Document, live: Callable[[], LiveCamera]) -> Workspace:
    from labeler.gui.train.workspace import TrainWorkspace

    return TrainWorkspace(document)


def _preview(document: Document, live: Callable[[], LiveCamera]) -> Workspace:
    from labeler.gui.preview.workspace import PreviewWorkspace

    return PreviewWorkspace(document, live())


def _compare(document: Document, live: Callable[[], LiveCamera]) -> Workspace:
    from labeler.gui.compare.workspace import CompareWorkspace

    return CompareWorkspace(document, live())


def _tr(text: str) -> str:
    return QCoreApplication.translate("Page", text)
