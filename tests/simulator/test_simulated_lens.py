"""The lens bends, rows are read one after the other, the noise is new: and the boxes stay true."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from labeler.simulator.bending import UPRIGHT, Bending, Lean, lean_of
from labeler.simulator.body import BodyPose
from labeler.simulator.grain import Grain
from labeler.simulator.lens import Lens, LensLook
from labeler.simulator.render import Renderer
from labeler.simulator.scene import Figure, Scene, Thing
from labeler.simulator.view import MIDDLE_FOCAL, View

EYE = BodyPose(0.0, -20.0, math.pi / 2)
LEANING = Lean(0.08, -0.03)


@pytest.fixture(scope="module")
def bending() -> Bending:
    return Bending(640, 360)


def scene(figure: BodyPose, *things: Thing, turn_rate: float = 0.0, nod: float = 0.0) -> Scene:
    return Scene(1, EYE, turn_rate, nod, 1.0, (Figure(figure),), things)


@pytest.mark.parametrize("lean", [UPRIGHT, LEANING])
def test_a_point_is_told_to_lie_where_the_picture_shows_it(bending: Bending, lean: Lean) -> None:
    for x, y in [(320, 180), (90, 60), (560, 300), (40, 330), (600, 30)]:
        drawn = np.zeros((360, 640, 3), np.uint8)
        cv2.circle(drawn, (x, y), 3, (255, 255, 255), -1)
        rows, columns = np.nonzero(bending.picture(drawn, lean)[..., 0] > 100)
        told = bending.places(
            np.array([x + 0.5], np.float32), np.array([y + 0.5], np.float32), lean
        )
        shown = (columns.mean() + 0.5, rows.mean() + 0.5)
        assert (float(told[0][0]), float(told[1][0])) == pytest.approx(shown, abs=0.35)


def test_straight_lines_bulge_outwards_and_the_corners_stay(bending: Bending) -> None:
    x, y = bending.places(
        np.array([0, 320, 640, 640], np.float32), np.array([0, 40, 0, 360], np.float32)
    )
    assert [float(x[0]), float(y[0])] == pytest.approx([0, 0], abs=0.01)
    assert [float(x[3]), float(y[3])] == pytest.approx([640, 360], abs=0.01)
    across, height = bending.places(
        np.array([40, 320, 600], np.float32), np.array([40, 40, 40], np.float32)
    )
    assert float(height[1]) < float(height[0]) - 3
    assert float(across[1]) == pytest.approx(320, abs=0.01)


def test_the_middle_has_the_focal_length_that_the_robot_tells(bending: Bending) -> None:
    one_degree = math.tan(math.radians(1.0))
    view = View.of(EYE, 640, 360)
    x, _ = bending.places(
        np.array([320 + view.focal * one_degree], np.float32), np.array([180], np.float32)
    )
    assert float(x[0]) - 320 == pytest.approx(MIDDLE_FOCAL * 640 * one_degree, rel=0.002)


@pytest.mark.parametrize("turn_rate", [0.0, 2.0, -1.4])
@pytest.mark.parametrize("place", [(-14.0, -2.0), (0.0, 8.0), (16.0, 2.0)])
def test_the_true_box_is_around_what_the_bent_and_leaning_picture_shows(
    renderer: Renderer, place: tuple[float, float], turn_rate: float
) -> None:
    shown = scene(BodyPose(0.0, -60.0, 0.0), Thing("mug", *place, 0.4), turn_rate=turn_rate)
    view = View.of(EYE, 640, 360)
    layer = renderer.objects(renderer.placed(shown, view), view)
    assert layer is not None
    cover = np.zeros((360, 640), np.uint8)
    height, width = layer.cover.shape
    cover[layer.top : layer.top + height, layer.left : layer.left + width] = layer.cover
    sent = Bending(640, 360).picture(cover, lean_of(shown, 640, 360))
    rows, columns = np.nonzero(sent >= 128)
    (box,) = renderer.draw(shown).truth.boxes
    found = (box.x, box.y, box.x + box.width, box.y + box.height)
    expected = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert np.abs(np.subtract(found, expected)).max() <= 1


def test_a_fast_turn_leans_to_the_side_that_the_rows_below_are_later(renderer: Renderer) -> None:
    lean = lean_of(scene(EYE, turn_rate=2.0), 640, 360)  # to the left: all moves to the right
    assert 360 * lean.across == pytest.approx(2.0 * 323 * 0.025, rel=0.01)
    assert lean_of(scene(EYE, turn_rate=0.05), 640, 360) == UPRIGHT
    assert lean_of(scene(EYE, turn_rate=2.0), 1280, 720).across == pytest.approx(lean.across)
    raised = lean_of(scene(EYE, nod=2.0), 640, 360)  # the head goes up: all moves down
    assert raised.down > 0
    post = np.zeros((360, 640), np.uint8)
    post[:, 318:322] = 255
    leaning = Bending(640, 360).picture(post, lean)
    above, below = (np.nonzero(leaning[row])[0].mean() for row in (20, 340))
    assert below - above == pytest.approx(320 * lean.across, abs=1.5)


def test_noise_is_new_in_every_picture_and_the_same_for_the_same_number() -> None:
    lens = Lens(3, LensLook(120, 0.02, 3.0, 1.0, 0.5))
    grey = np.full((360, 640, 3), 120, np.uint8)
    eye = scene(BodyPose(0.0, -60.0, 0.0))
    first, again, second = (
        lens.develop(grey.copy(), replace(eye, number=number)).astype(np.float32)[20:-20, 20:-20]
        for number in (1, 1, 2)
    )
    assert (first == again).all()
    one, two = first[..., 1] - first[..., 1].mean(), second[..., 1] - second[..., 1].mean()
    assert 1.5 < one.std() < 4.5
    spectrum = np.fft.ifft2(np.fft.fft2(one).conj() * np.fft.fft2(two)).real
    best = np.abs(spectrum).max() / (one.std() * two.std() * one.size)
    assert best < 0.1  # at no shift is the one the other


def test_noise_has_the_deviation_that_was_asked_for_and_moves_no_mean() -> None:
    grey = np.full((360, 640, 3), 120, np.uint8)
    grain, quiet, loud = Grain(4), grey.copy(), grey.copy()
    grain.lay(quiet, 1.5, np.random.default_rng(1))
    grain.lay(loud, 6.0, np.random.default_rng(1))
    assert loud.astype(float).std() == pytest.approx(4 * quiet.astype(float).std(), rel=0.1)
    assert loud.mean() == pytest.approx(120, abs=0.2)


def test_white_balance_takes_a_part_of_the_tint_and_leaves_white() -> None:
    lens = Lens(3, LensLook(120, 0.02, 0.0, 1.0, 0.5))
    warm = np.full((360, 640, 3), (80, 110, 150), np.uint8)
    warm[:40] = 255
    sent = lens.develop(warm, scene(BodyPose(0.0, -60.0, 0.0)))[200, 300].astype(float)
    assert 150 / 80 > sent[2] / sent[0] > 1.2
    assert lens.develop(warm, scene(BodyPose(0.0, -60.0, 0.0)))[5, 300].min() > 245
