"""What is under way outside of the program, so that it can be ended with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Leash:
    """Holds commands and calls for as long as they are waited for. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stops: dict[object, Callable[[], object]] = {}
        self._is_over = False

    def end(self) -> None:
        """Stops each, and each that still comes."""
        with self._lock:
            self._is_over = True
            for stop in self._stops.values():
                stop()

    @contextmanager
    def holding(self, stop: Callable[[], object]) -> Iterator[None]:
        """For as long as something is waited for. stop ends it, from another thread."""
        key = object()
        with self._lock:
            self._stops[key] = stop
            if self._is_over:
                stop()
        try:
            yield
        finally:
            with self._lock:
                del self._stops[key]
