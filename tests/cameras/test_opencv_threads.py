"""The end of a program whose cameras still run."""

from __future__ import annotations

import threading

import pytest

from labeler.cameras import opencv_threads
from labeler.cameras.opencv_threads import end_all, in_opencv


def test_a_silent_camera_keeps_no_other_one_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opencv_threads, "PATIENCE", 0.2)
    answer, asked = threading.Event(), threading.Event()
    inside = [threading.Event(), threading.Event()]

    def film(end: threading.Event, at: int, asks: threading.Event) -> None:
        with in_opencv(asks.set):
            inside[at].set()
            end.wait()

    threads = [
        threading.Thread(target=film, args=(answer, 0, threading.Event()), daemon=True),
        threading.Thread(target=film, args=(asked, 1, asked), daemon=True),
    ]
    for thread, has_begun in zip(threads, inside, strict=True):
        thread.start()
        assert has_begun.wait(20.0)
    end_all()
    assert asked.is_set()
    answer.set()
    for thread in threads:
        thread.join(20.0)
