"""The assistant as the window has it: a real process that takes orders and answers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from tests.trainer.training_runs import CATEGORIES, ROOT, SIZE
from trainer.assist_lines import (
    Answer,
    Box,
    Know,
    KnownImage,
    Label,
    Labels,
    Order,
    answer_from,
    to_line,
)

A = TypeVar("A", bound=Answer)

UNHURRIED = (sys.executable, "-m", "trainer", "assist")
_AT_FULL_SPEED = """
import os, sys
from trainer.__main__ import main
os.nice = lambda _by: 0
sys.exit(main(["assist"]))
"""
HURRIED = (sys.executable, "-c", _AT_FULL_SPEED)
"""As a person has it, but for its low priority: other tests, too, would come first."""


class AssistProcess:
    """heard: everything it has said so far."""

    def __init__(self, command: Sequence[str] = HURRIED) -> None:
        self.heard: list[Answer] = []
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def tell(self, *orders: Order | str) -> None:
        """Orders, or whole lines of any kind."""
        assert self.process.stdin is not None
        for order in orders:
            line = order if isinstance(order, str) else to_line(order)
            self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def hear(self, kind: type[A]) -> A:
        """The next answer of this kind; those before it are in heard."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            answer = answer_from(line.decode())
            self.heard.append(answer)
            if isinstance(answer, kind):
                return answer
        raise AssertionError(f"it ended without {kind.__name__}; it said {self.heard[-3:]}")

    def end(self) -> int:
        """Closes its stdin; gives the exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        code = self.process.wait(timeout=120)
        self.process.stdout.close()
        return code


def known(coco: dict[str, Any], images: Path, ids: Sequence[int] | None = None) -> Know:
    """The images of COCO's dictionary, or some of them."""
    return Know(
        str(images),
        tuple(
            KnownImage(each["id"], each["file_name"], each["file_name"], *SIZE)
            for each in coco["images"]
            if ids is None or each["id"] in ids
        ),
    )


def boxes_of(coco: dict[str, Any], image_id: int) -> tuple[Box, ...]:
    return tuple(
        (each["category_id"], *map(float, each["bbox"]))
        for each in coco["annotations"]
        if each["image_id"] == image_id
    )


def labelled(coco: dict[str, Any], ids: Sequence[int]) -> Label:
    categories: Any = tuple((each["id"], each["name"]) for each in CATEGORIES)
    return Label(categories, tuple(Labels(each, boxes_of(coco, each)) for each in ids))
