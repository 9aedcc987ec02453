"""Datasets with so many images that rows alone have to do: no pictures, quick to make."""

from __future__ import annotations

import random
from pathlib import Path

from labeler.dataset.category_edits import add_category
from labeler.dataset.store import Dataset


def filled(folder: Path, count: int, *, file_name: str = "{n:06}.jpg") -> Path:
    """Three classes, up to four boxes an image, and here and there a suggestion or a note."""
    chance = random.Random(count)
    with Dataset.create(folder) as dataset, dataset.transaction():
        for name in ("cube", "mug", "robot"):
            dataset.apply(add_category(dataset, name))
        sessions = [dataset.add_session(f"session {n}", "none", float(n)).id for n in range(20)]
        write = dataset._writer.executemany
        write(
            "INSERT INTO image (id, file_name, original_name, width, height, sha256, session_id, "
            "captured_at, verified, note, name_key) "
            "VALUES (?, ?, ?3, 640, 360, ?, ?, ?, ?, ?, natural_key(?3))",
            (
                (
                    n,
                    file_name.format(n=n),
                    f"IMG_{n * 7919 % count}.jpg",
                    f"{n:064x}",
                    sessions[n * 20 // (count + 1)],
                    chance.random() * 1e6,
                    int(n % 10 == 0),
                    "look again" if n % 500 == 0 else "",
                )
                for n in range(1, count + 1)
            ),
        )
        write(
            "INSERT INTO annotation (image_id, category_id, x, y, width, height) "
            "VALUES (?, ?, ?, 2, 30, 40)",
            ((n, 1 + n % 3, 40 * k) for n in range(1, count + 1) if n % 3 for k in range(n % 5)),
        )
        write(
            "INSERT INTO suggestion (image_id, category_id, x, y, width, height, score, source, "
            "model) VALUES (?, 1, 1, 2, 30, 40, 0.5, 'tracker', '')",
            ((n,) for n in range(100, count + 1, 100)),
        )
        for kind in ("image", "annotation", "suggestion"):
            newest = dataset._writer.execute(f"SELECT max(id) FROM {kind}").fetchone()[0]
            dataset._saw(kind, newest or 0)
    return folder
