"""From the moment the robot has a frame to send to the moment it is painted in the window.

Run: python tests/benchmarks/frame_to_paint.py [--frames 200] [--model model.onnx]
The simulated robot, in a process of its own, writes its clock into each frame and sends it over
TLS; the real SDK receives it, and Capture, then Preview with a model, paint it. Without a model a
tiny one stands in for it, so that the detector's own time hardly counts. CPU is the window's share
of one core. Prints one JSON object a workspace.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.script import run

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ.setdefault("GRPC_VERBOSITY", "NONE")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

MARK = b"sent at "
DEADLINE = 120.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--model", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = os.environ["USERPROFILE"] = folder
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        robot = spawn.Process(target=_robot, args=(folder, theirs), daemon=True)
        robot.start()
        theirs.close()  # so that a robot that cannot start ends the wait
        try:
            _measure_window(Path(folder), ours.recv(), options)
        finally:
            robot.terminate()
            robot.join()
    return 0


def _robot(home: str, ready: Connection) -> None:
    """The simulator as it is, but for a comment with the time in each frame."""
    import asyncio

    import cv2

    from labeler.simulator.company import Company
    from labeler.simulator.configuration import Identity
    from labeler.simulator.frames import CameraFrame, SharedCamera
    from labeler.simulator.server import RunningServer

    cv2.setNumThreads(1)
    publish = SharedCamera.publish

    def publish_stamped(camera: SharedCamera, frame: CameraFrame) -> None:
        publish(camera, CameraFrame(frame.number, frame.time_stamp, _stamped(frame.data)))

    SharedCamera.publish = publish_stamped  # type: ignore[method-assign, assignment]

    async def serve() -> None:
        company = Company([Identity("Vector-B3N7", "00bench1")], 1)
        server = RunningServer(company, Path(home) / ".anki_vector", 0)
        ready.send((await server.start(None))["serial"])
        await server.run_until(asyncio.Event())

    asyncio.run(serve())


def _stamped(jpeg: bytes) -> bytes:
    body = MARK + struct.pack(">Q", time.monotonic_ns())
    return b"".join((jpeg[:2], struct.pack(">HH", 0xFFFE, len(body) + 2), body, jpeg[2:]))


def _sent_at(jpeg: bytes) -> int:
    at = jpeg.index(MARK) + len(MARK)
    return int(struct.unpack_from(">Q", jpeg, at)[0])


def _measure_window(folder: Path, serial: str, options: argparse.Namespace) -> None:
    from PySide6.QtWidgets import QApplication

    from labeler.dataset.store import Dataset
    from labeler.gui import theme
    from labeler.gui.background import finish_jobs
    from labeler.gui.document import Document
    from labeler.gui.live import LiveCamera

    application = QApplication([])
    theme.install(application)
    document = Document(Dataset.create(folder / "dataset"))
    live = LiveCamera()
    live.choose(f"robot:{serial}")
    for name, make in (("capture", _capture), ("preview", _preview)):
        workspace, times = make(document, live, folder, options)
        workspace.resize(1280, 740)
        workspace.show()
        workspace.activated()
        figures = _figures(times, options.frames)
        sys.stdout.write(json.dumps({"workspace": name, **figures}) + "\n")
        workspace.shut_down()
        workspace.close()
    live.stop()
    finish_jobs()
    document.dataset.close()


def _capture(document: Any, live: Any, folder: Path, options: argparse.Namespace) -> Any:
    from labeler.gui.capture import workspace as module

    times: list[float] = []
    vars(module)["PictureView"] = _timed_view(times, lambda: live.picture)
    return module.CaptureWorkspace(document, live), times


def _preview(document: Any, live: Any, folder: Path, options: argparse.Namespace) -> Any:
    from labeler.gui.preview import stage_view
    from labeler.gui.preview import workspace as module

    times: list[float] = []
    sights: list[Any] = []
    vars(stage_view)["PictureView"] = _timed_view(
        times, lambda: sights[-1].picture if sights else None
    )
    workspace = module.PreviewWorkspace(document, live)
    workspace.looking.detecting.saw.connect(sights.append)
    workspace.use_model(options.model or _tiny_model(folder))
    return workspace, times


def _tiny_model(folder: Path) -> Path:
    from tests.gui.tiny_model import write_tiny_model

    return write_tiny_model(folder / "model.onnx")


def _timed_view(times: list[float], shown: Callable[[], Any]) -> Any:
    """A view that notes, once for each picture, how old it is when its painting has ended."""
    from labeler.gui.picture_view import PictureView

    class TimedView(PictureView):
        last: Any = None

        def paintEvent(self, event: Any) -> None:
            super().paintEvent(event)
            picture = shown()
            if (
                picture is None
                or picture is self.last
                or picture.image.cacheKey() != self.image.cacheKey()
            ):
                return
            self.last = picture
            times.append((time.monotonic_ns() - _sent_at(picture.frame.data)) / 1e6)

    return TimedView


def _figures(times: list[float], frames: int) -> dict[str, float]:
    deadline = time.monotonic() + DEADLINE
    _run(lambda: len(times) >= 10 or time.monotonic() > deadline)
    times.clear()
    cpu, clock = time.process_time(), time.monotonic()
    _run(lambda: len(times) >= frames or time.monotonic() > deadline)
    share = (time.process_time() - cpu) / (time.monotonic() - clock)
    if len(times) < frames:
        raise SystemExit(f"only {len(times)} frames came")
    return {
        "frames": len(times),
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[18], 1),
        "max_ms": round(max(times), 1),
        "cpu_percent": round(100 * share, 1),
    }


def _run(is_done: Callable[[], bool]) -> None:
    """The event loop as it runs in the window, looked at ten times a second."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: is_done() and loop.quit())
    timer.start(100)
    loop.exec()


if __name__ == "__main__":
    run(main)
