"""The look of each picture, for finding near-duplicates; a dataset's are computed once and kept."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from labeler.dataset.files import PART
from labeler.dataset.model import Image
from labeler.dataset.near_duplicates import LOOK_BYTES, Likeness, look_of
from labeler.dataset.progress import OnProgress, ShouldStop, Stopped, ignore_progress, never_stop
from labeler.dataset.store import Dataset
from labeler.dataset.thumbnails import thumbnail
from labeler.errors import UserError
from trainer.stored import content_of, parsed, value_of

NO_RUN = "Cancelled: no run was made."
_CACHE = "looks.json"
_THREADS = 2
_AT_ONCE = 64
"""So many pictures are looked at before the person hears how far it is."""
_ENOUGH = 64
"""Pixels of the longest side: a look sees no more."""

_MOST_BYTES = 1 << 30
"""Of the file: a million looks."""
_LARGE = 2_000_000
"""Pixels."""

_log = logging.getLogger(__name__)


def likeness_of_files(
    paths: Mapping[int, Path], on_progress: OnProgress = ignore_progress
) -> Likeness:
    """By image id. A file that cannot be read looks like nothing: the trainer will name it."""
    numbers = list(paths)
    looks: dict[int, bytes] = {}
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="looks") as pool:
        for done in range(0, len(numbers), _AT_ONCE):
            on_progress(done, len(numbers))
            some = numbers[done : done + _AT_ONCE]
            found = pool.map(_look, (paths[number] for number in some))
            looks |= {number: look for number, look in zip(some, found, strict=True) if look}
    return Likeness(looks)


def likeness_in_dataset(
    dataset: Dataset,
    images: Sequence[Image],
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> Likeness:
    """As likeness_of_files; what is known from before is read from the folder of thumbnails.

    Raises Stopped. What was looked at by then is kept.
    """
    path = dataset.thumbnails_folder / _CACHE
    known = _known(path)
    missing = [image for image in images if image.sha256 not in known]
    fresh: dict[str, bytes] = {}
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="looks") as pool:
        for done in range(0, len(missing), _AT_ONCE):
            if should_stop():
                break
            on_progress(done, len(missing))
            some = missing[done : done + _AT_ONCE]
            looks = pool.map(lambda image: _look_in(dataset, image), some)
            fresh |= {image.sha256: look for image, look in zip(some, looks, strict=True) if look}
    if fresh:
        known |= fresh
        _keep(path, known)
    if should_stop():
        raise Stopped(NO_RUN)
    return Likeness({i.id: known[i.sha256] for i in images if i.sha256 in known})


def _look_in(dataset: Dataset, image: Image) -> bytes | None:
    """Of a large picture by its thumbnail, which is mostly there: to decode it takes 60 ms."""
    if image.width * image.height <= _LARGE:
        return _look(dataset.path_of(image))
    try:
        return _look(thumbnail(dataset, image))
    except UserError as error:
        _log.info("no look: %s", error)
        return None


def _look(path: Path) -> bytes | None:
    from labeler.dataset import picture  # Pillow: the window opens without it

    try:
        return look_of(picture.upright(picture.read(path), path.name, _ENOUGH))
    except UserError as error:
        _log.info("no look: %s", error)
        return None


def _known(path: Path) -> dict[str, bytes]:
    """By the hash of a picture's bytes. It is only a cache: where it is damaged it begins anew."""
    try:
        content = value_of(Mapping[str, str], parsed(content_of(path, _MOST_BYTES)))
        looks = {name: bytes.fromhex(value) for name, value in content.items()}
    except (OSError, ValueError):
        return {}
    return {name: look for name, look in looks.items() if len(look) == LOOK_BYTES}


def _keep(path: Path, looks: Mapping[str, bytes]) -> None:
    part = path.with_name(f"{path.name}-{uuid.uuid4().hex}{PART}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(
            json.dumps({name: look.hex() for name, look in looks.items()}), encoding="utf-8"
        )
        part.replace(path)
    except OSError as error:
        _log.warning("the looks of pictures are not kept: %s", error)
        part.unlink(missing_ok=True)
