"""Real datasets in temporary folders, and pictures made on the spot."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from labeler.dataset.images import add_picture
from labeler.dataset.model import Image, Session
from labeler.dataset.store import Dataset

MakePicture = Callable[..., bytes]
AddImage = Callable[..., Image]

_ORIENTATION = 0x0112


def make_picture(
    seed: int = 0, *, width: int = 64, height: int = 48, format: str = "JPEG", orientation: int = 1
) -> bytes:
    """A small picture that differs for each seed."""
    picture = Pillow.new("RGB", (width, height), (seed * 40 % 256, seed // 6 * 40 % 256, 77))
    picture.putpixel((0, 0), (255, 255, 255))
    exif = Pillow.Exif()
    exif[_ORIENTATION] = orientation
    stream = io.BytesIO()
    if format in {"BMP", "GIF"}:
        picture.save(stream, format)
    else:
        picture.save(stream, format, exif=exif)
    return stream.getvalue()


@pytest.fixture(scope="session")
def picture() -> MakePicture:
    return make_picture


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "kitchen") as made:
        yield made


@pytest.fixture
def session(dataset: Dataset) -> Session:
    return dataset.add_session("first", "Vector-T1", 1_700_000_000.0)


@pytest.fixture
def add_image(dataset: Dataset, session: Session) -> AddImage:
    """Adds a picture of its own to the dataset; later calls are later in time."""

    def add(seed: int = 0, *, session_id: int | None = None, **kwargs: Any) -> Image:
        added = add_picture(
            dataset,
            make_picture(seed, **kwargs),
            original_name=f"{seed}.jpg",
            session_id=session_id or session.id,
            captured_at=session.started_at + 10.0 * seed,
        )
        return added.image

    return add


@pytest.fixture
def coco_folder(tmp_path: Path) -> Path:
    """Pictures 0.jpg to 3.jpg of 64 x 48, as another tool keeps them."""
    folder = tmp_path / "foreign"
    folder.mkdir()
    for seed in range(4):
        (folder / f"{seed}.jpg").write_bytes(make_picture(seed))
    return folder
