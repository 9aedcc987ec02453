"""Which images there are: by id, by filter and in order, and how many are in each state."""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from array import array
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from labeler.dataset.filters import ImageFilter, Order, condition
from labeler.dataset.model import NO_READINGS, Flaw, Image, ImageState, Pose, Readings
from labeler.errors import UserError

_IMAGE = (
    "SELECT id, file_name, original_name, width, height, sha256, session_id, captured_at, "
    "head_angle_rad, pose_x_mm, pose_y_mm, pose_heading_rad, verified, annotation_count, note, "
    "suggestion_count, last_edit, lift_mm, battery, exposure_ms, gain, auto_exposure, sharpness, "
    "brightness, flaw FROM image"
)
_ALL = ImageFilter()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many images are in each state; suggested: those in which suggestions wait."""

    unlabelled: int
    labelled: int
    empty: int
    suggested: int = 0

    @property
    def total(self) -> int:
        return self.unlabelled + self.labelled + self.empty


class NoSuchImage(UserError, KeyError):  # noqa: N818 - a fault to mend, as its parent is
    """The image is not in the dataset: its import was taken back, or it never was."""

    def __str__(self) -> str:
        return str(self.args[0])  # and not as a KeyError shows its key


class ImageQueries(ABC):
    """The questions about the table image."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Lends a connection that no other thread uses meanwhile."""

    def image(self, image_id: int) -> Image:
        """Raises NoSuchImage, which is a KeyError, where there is none."""
        with self._reading() as connection:
            row = connection.execute(f"{_IMAGE} WHERE id = ?", (image_id,)).fetchone()
        if row is None:
            raise NoSuchImage(f"Image {image_id} is not in this dataset, or not any more.")
        return _image(row)

    def image_by_hash(self, sha256: str) -> Image | None:
        with self._reading() as connection:
            row = connection.execute(f"{_IMAGE} WHERE sha256 = ?", (sha256,)).fetchone()
        return None if row is None else _image(row)

    def hashes(self) -> set[str]:
        """The sha256 of every picture."""
        with self._reading() as connection:
            return {told for (told,) in connection.execute("SELECT sha256 FROM image")}

    def named(self, file_names: Collection[str]) -> set[str]:
        """Which of these picture files have a row."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT file_name FROM image WHERE file_name IN (SELECT value FROM json_each(?))",
                (json.dumps(list(file_names)),),
            )
            return {name for (name,) in rows}

    def images_by_hash(self, hashes: Collection[str]) -> list[Image]:
        """Those of these sha256 that are there, by id."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_IMAGE} WHERE sha256 IN (SELECT value FROM json_each(?)) ORDER BY id",
                (json.dumps(list(hashes)),),
            )
            return [_image(row) for row in rows]

    def images(self, state: ImageState | None = None, session_id: int | None = None) -> list[Image]:
        """The images by id, where asked only those of one state or session."""
        where = "(:session IS NULL OR session_id = :session)"
        if state is not None:
            where += f" AND {condition(ImageFilter(state))[0]}"
        with self._reading() as connection:
            rows = connection.execute(
                f"{_IMAGE} WHERE {where} ORDER BY id", {"session": session_id}
            )
            return [_image(row) for row in rows]

    def image_ids(
        self,
        wanted: ImageFilter = _ALL,
        order: Order = Order.ADDED,
        *,
        descending: bool = False,
        keep: int | None = None,
    ) -> array[int]:
        """The ids of the wanted images in order. keep: this one comes as well, at its place."""
        where, values = condition(wanted)
        down = " DESC" if descending else ""
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT id FROM image WHERE {where} OR id = :keep "
                f"ORDER BY {order.column}{down}, id{down}",
                {**values, "keep": keep},
            )
            return array("q", [number for (number,) in rows])

    def image_after(
        self,
        image_id: int | None,
        wanted: ImageFilter = _ALL,
        order: Order = Order.ADDED,
        *,
        descending: bool = False,
    ) -> int | None:
        """The first wanted image after this one in the order, or of all; None where none is."""
        where, values = condition(wanted)
        down, beyond = (" DESC", "<") if descending else ("", ">")
        if image_id is not None:
            start = f"(SELECT {order.column}, id FROM image WHERE id = :start)"
            where = f"{where} AND ({order.column}, id) {beyond} {start}"
        with self._reading() as connection:
            row = connection.execute(
                f"SELECT id FROM image WHERE {where} "
                f"ORDER BY {order.column}{down}, id{down} LIMIT 1",
                {**values, "start": image_id},
            ).fetchone()
        return None if row is None else int(row[0])

    def matches(self, image_id: int, wanted: ImageFilter) -> bool:
        """Whether there is such an image and it is a wanted one."""
        where, values = condition(wanted, of_one=True)
        with self._reading() as connection:
            row = connection.execute(
                f"SELECT 1 FROM image WHERE id = :image AND {where}", {**values, "image": image_id}
            ).fetchone()
        return row is not None

    def images_of(self, image_ids: Sequence[int]) -> list[Image]:
        """These images in the order of their ids; those that are not there are left out."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_IMAGE} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
                (json.dumps(list(image_ids)),),
            )
            return [_image(row) for row in rows]

    def file_names(self) -> set[str]:
        """Of every row, also of those that are passed over."""
        with self._reading() as connection:
            rows = connection.execute("SELECT CAST(file_name AS BLOB) FROM main.image")
            return {(name or b"").decode("utf-8", "replace") for (name,) in rows}

    def moments(self, session_id: int) -> list[tuple[int, float]]:
        """Every image of a session with its captured_at, in the order they were taken."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id, captured_at FROM image WHERE session_id = ? ORDER BY captured_at, id",
                (session_id,),
            )
            return [(number, at) for number, at in rows]

    def unmeasured(self, after: int, at_most: int) -> list[int]:
        """The first so many ids above this one of images whose brightness is not known."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id FROM image WHERE brightness IS NULL AND id > ? ORDER BY id LIMIT ?",
                (after, at_most),
            )
            return [number for (number,) in rows]

    def counts(self) -> Counts:
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT annotation_count > 0, verified, count(*) FROM image "
                "GROUP BY annotation_count > 0, verified"
            ).fetchall()
            suggested = connection.execute(
                "SELECT count(*) FROM image WHERE suggestion_count > 0"
            ).fetchone()[0]
        found = {(bool(labelled), bool(verified)): count for labelled, verified, count in rows}
        return Counts(
            unlabelled=found.get((False, False), 0),
            labelled=found.get((True, False), 0) + found.get((True, True), 0),
            empty=found.get((False, True), 0),
            suggested=suggested,
        )


def _image(row: tuple[Any, ...]) -> Image:
    pose = None if row[9] is None else Pose(row[9], row[10], row[11])
    flaw = Flaw(row[24]) if row[24] else None
    readings = _readings(row[17:22])
    known: list[Any] = [*row[:9], pose, row[12] == 1, *row[13:17], readings, *row[22:24], flaw]
    return Image(*known)


def _readings(told: tuple[Any, ...]) -> Readings:
    if all(value is None for value in told):
        return NO_READINGS
    known: list[Any] = [*told[:4], None if told[4] is None else told[4] == 1]
    return Readings(*known)
