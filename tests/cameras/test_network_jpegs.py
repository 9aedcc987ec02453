"""Pictures are found in a flow of bytes by their own structure."""

from __future__ import annotations

import io
import itertools
from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from labeler.cameras import network_jpegs
from labeler.cameras.network_jpegs import JpegScanner


def jpeg(**options: object) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((32, 24), 80).save(buffer, "JPEG", **options)
    return buffer.getvalue()


THUMBNAIL = jpeg()
PICTURES = [
    jpeg(quality=95),
    jpeg(progressive=True),
    jpeg(restart_marker_blocks=2),
    jpeg(comment=THUMBNAIL),  # a picture in a picture, with its own begin and end
]
BETWEEN = b"\xff\r\n--next\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8"


def found_in(flow: bytes, *lengths: int) -> list[bytes]:
    scanner = JpegScanner()
    found: list[bytes] = []
    at = 0
    for length in itertools.cycle(lengths):
        if at >= len(flow):
            return found
        found += scanner.feed(flow[at : at + length])
        at += length
    raise AssertionError


@settings(max_examples=25)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=4))
def test_each_is_found_whole_in_pieces_of_any_length(lengths: list[int]) -> None:
    assert found_in(BETWEEN + BETWEEN.join(PICTURES), *lengths) == PICTURES


@settings(max_examples=25)
@given(st.integers(PICTURES[0].index(b"\xff\xda") + 14, len(PICTURES[0]) - 1))
def test_one_that_was_cut_off_is_dropped_and_the_next_is_found(length: int) -> None:
    flow = PICTURES[0][:length] + BETWEEN + PICTURES[1] + PICTURES[2]
    assert found_in(flow, 1 << 20) == PICTURES[1:3]


def test_a_camera_that_writes_no_ends_shows_its_pictures_with_one() -> None:
    flow = b"\r\n--next\r\n\r\n".join(picture[:-2] for picture in PICTURES)
    found = found_in(flow + b"\r\n\r\n" + 2 * BETWEEN[-2:], 700)
    assert len(found) == 2  # it takes two to know
    for picture, shown in zip(PICTURES[2:], found, strict=True):
        assert shown.startswith(picture[:-2])
        assert shown.endswith(b"\xff\xd9")
        Image.open(io.BytesIO(shown)).load()


def test_a_picture_that_does_not_stop_is_given_up_before_it_fills_the_memory() -> None:
    scanner, zeros = JpegScanner(), bytes(1 << 23)
    scanner.feed(PICTURES[0][:-2])
    with pytest.raises(ValueError, match="more than"):
        deque(map(scanner.feed, [zeros] * 12), maxlen=0)  # 96 MiB


def test_what_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_jpegs, "LARGEST", 5000)
    scanner = JpegScanner()
    with pytest.raises(ValueError, match="more than 5000 bytes"):
        scanner.feed(PICTURES[0][:-2] + bytes(5000))
    assert JpegScanner().feed(bytes(9000)) == []
