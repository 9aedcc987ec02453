"""Pixels reach the network as it was taught to take them: scale, range, order of colours."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from trainer.detector import build_detector
from trainer.letterbox import PADDING, Letterbox
from trainer.predict import letterboxed
from trainer.protocol import BuildRequest, StagedDetector


def test_a_feature_of_imagenet_has_the_value_that_the_published_weights_give() -> None:
    """Of one picture that no change of range, of the order of colours, or of sides leaves alone."""
    request = BuildRequest("lite", 2, "pretrained", (128, 96), lambda _: None, lambda: False)
    detector = build_detector(request).eval()
    assert isinstance(detector, StagedDetector)
    detector.freeze(detector.depth)
    y, x = np.mgrid[0:96, 0:128].astype(np.float32)
    checked = (x // 16 + y // 16) % 2
    picture = torch.from_numpy(np.stack([x / 127, y / 95, checked])[None].astype(np.float32))
    with torch.no_grad():
        features = detector.early(picture)
    assert [tuple(level.shape[1:]) for level in features] == [
        (40, 12, 16),
        (112, 6, 8),
        (320, 3, 4),
    ]
    spreads = [float(level.std()) for level in features]
    assert spreads == pytest.approx([10.4790, 5.2560, 1.5859], rel=1e-3)
    first = [float(level.flatten()[0]) for level in features]
    assert first == pytest.approx([3.7113, 4.5687, 0.3775], rel=5e-3)


def test_what_shrinks_is_averaged_so_that_no_pixel_is_passed_over() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    fit = Letterbox.fit((128, 96), (32, 40))
    canvas = letterboxed(rgb, fit, (32, 40))
    means = rgb.reshape(24, 4, 32, 4, 3).astype(float).mean((1, 3))
    assert (fit.width, fit.height, fit.left, fit.top) == (32, 24, 0, 8)
    assert np.abs(canvas[8:32].astype(float) - means).max() <= 0.51
    assert (canvas[:8] == PADDING).all()
    assert (canvas[32:] == PADDING).all()


def test_what_grows_goes_over_from_pixel_to_pixel_without_steps() -> None:
    rgb = np.zeros((8, 2, 3), np.uint8)
    rgb[:, 1] = 240
    canvas = letterboxed(rgb, Letterbox.fit((2, 8), (16, 64)), (16, 64))
    row = canvas[32, :, 0].astype(int)
    assert (row[0], row[-1]) == (0, 240)
    assert 0 < np.diff(row).max() <= 32
    assert (np.diff(row) >= 0).all()
