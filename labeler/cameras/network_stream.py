"""What every way of watching a network camera gives: its newest picture."""

from __future__ import annotations

from abc import ABC, abstractmethod


class Stream(ABC):
    """One visit to a camera."""

    @abstractmethod
    def next(self) -> bytes | None:
        """The newest picture, encoded; waits for one. None where no more will come."""

    @abstractmethod
    def wake(self) -> None:
        """From any thread: next() returns at once, and gives nothing more."""

    @abstractmethod
    def close(self) -> None:
        """By who calls next(), or where nobody does any more."""
