"""Pictures of one moment are told from pictures of two."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageEnhance

from labeler.dataset.images import add_picture
from labeler.dataset.model import Session
from labeler.dataset.near_duplicates import Likeness, look_of
from labeler.dataset.store import Dataset
from labeler.dataset.thumbnails import thumbnail_path
from labeler.runs import looks
from labeler.runs.looks import likeness_in_dataset, likeness_of_files
from tests.dataset.conftest import AddImage

AFFINE = Pillow.Transform.AFFINE


def photo(seed: int) -> Pillow.Image:
    """A room of soft patches with a few things in it."""
    chance = random.Random(seed)
    patches = Pillow.frombytes("RGB", (8, 5), chance.randbytes(8 * 5 * 3))
    picture = patches.resize((640, 360), Pillow.Resampling.BICUBIC)
    pen = ImageDraw.Draw(picture)
    for _ in range(4):
        x, y = chance.randrange(560), chance.randrange(280)
        pen.rectangle((x, y, x + 80, y + 80), fill=chance.randrange(1 << 24))
    return picture


def packed(picture: Pillow.Image) -> Pillow.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=50)
    return Pillow.open(stream)


def alike(a: Pillow.Image, b: Pillow.Image) -> bool:
    return Likeness({1: look_of(a), 2: look_of(b)}).like([1], [2]) == {1}


@pytest.mark.parametrize("seed", range(5))
def test_the_same_moment_looks_alike_however_it_is_stored(seed: int) -> None:
    picture = photo(seed)
    assert alike(picture, packed(picture.resize((320, 180))))
    assert alike(picture, ImageEnhance.Brightness(picture).enhance(0.93))
    assert alike(picture, picture.transform(picture.size, AFFINE, (1, 0, 4, 0, 1, 3)))  # moved 4 px


def test_other_moments_do_not() -> None:
    pictures = {seed: look_of(photo(seed)) for seed in range(60)}
    assert len(set(Likeness(pictures).groups(pictures).values())) == 60
    assert not alike(photo(1), photo(1).transpose(Pillow.Transpose.FLIP_LEFT_RIGHT))


def test_even_walls_are_told_apart_by_their_colour() -> None:
    red, darker, blue = (Pillow.new("RGB", (64, 48), c) for c in ("#c04040", "#b83c3c", "#4040c0"))
    assert alike(red, darker)
    assert not alike(red, blue)


def test_chains_make_one_group_and_what_has_no_look_stands_alone() -> None:
    steps = {
        n: look_of(photo(1).transform((640, 360), AFFINE, (1, 0, 4 * n, 0, 1, 0))) for n in range(9)
    }
    found = Likeness({**steps, 20: look_of(photo(2))}).groups([*range(9), 20, 30])
    assert found == {**dict.fromkeys(range(9), 0), 20: 20, 30: 30}


def test_shares_tell_how_much_of_a_session_another_one_shows() -> None:
    known = {n: look_of(photo(n % 10)) for n in range(15)}
    shares = Likeness(known).shares({"a": range(10), "b": range(10, 15), "c": range(20, 23)})
    assert shares == {("a", "b"): 0.5, ("b", "a"): 1.0}


def test_the_looks_of_a_dataset_are_kept_and_a_broken_picture_is_like_none(
    dataset: Dataset, add_image: AddImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [add_image(seed) for seed in range(4)]
    dataset.path_of(images[3]).write_bytes(b"broken")
    first = likeness_in_dataset(dataset, images)
    assert first.groups(range(1, 5)) == {n: n for n in range(1, 5)}
    read: list[str] = []
    plain = looks._look
    monkeypatch.setattr(looks, "_look", lambda path: (read.append(path.name), plain(path))[1])
    images.append(add_image(7))
    again = likeness_in_dataset(dataset, images)
    assert sorted(read) == sorted([images[3].file_name, images[4].file_name])
    assert again.groups([1, 2, 5]) == {1: 1, 2: 2, 5: 5}
    (dataset.thumbnails_folder / "looks.json").write_text("[", encoding="utf-8")
    assert likeness_in_dataset(dataset, images).groups([1, 2]) == {1: 1, 2: 2}


def test_a_large_picture_looks_like_its_small_copy(dataset: Dataset, session: Session) -> None:
    stream = io.BytesIO()
    photo(3).resize((2000, 1125)).save(stream, "JPEG", quality=90)
    small = io.BytesIO()
    photo(3).save(small, "PNG")
    images = [
        add_picture(dataset, data.getvalue(), original_name="a", session_id=session.id).image
        for data in (stream, small)
    ]
    found = likeness_in_dataset(dataset, images)
    assert len(set(found.groups([image.id for image in images]).values())) == 1
    assert thumbnail_path(dataset, images[0]).is_file()  # large ones are read by it
    assert not thumbnail_path(dataset, images[1]).is_file()


def test_it_is_told_how_far_the_pictures_of_a_folder_are_compared(tmp_path: Path) -> None:
    paths = {number: tmp_path / f"{number}.png" for number in range(80)}
    for number, path in paths.items():
        Pillow.new("RGB", (16, 12), (3 * number, 255 - 3 * number, 90)).save(path)
    told: list[tuple[int, int]] = []
    found = likeness_of_files(paths, lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[0] == (0, 80)
    assert len(told) > 1
    assert not found.like([0], [79])
