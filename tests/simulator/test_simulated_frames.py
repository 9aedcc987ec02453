"""What the simulated camera draws: repeatable, true to its boxes, moved by the robot's head."""

from __future__ import annotations

import math
import threading
import weakref
from dataclasses import replace

import cv2
import numpy as np
import pytest

from labeler.dataset.model import BBox
from labeler.simulator import look, room, setting, textures
from labeler.simulator.body import BodyPose
from labeler.simulator.drawing import DrawingThread
from labeler.simulator.ground import CLUTTER, RADIUS
from labeler.simulator.lens import encode
from labeler.simulator.render import Renderer
from labeler.simulator.scene import Exposure, Figure, Scene, Thing
from labeler.simulator.setting import Setting
from labeler.simulator.truth import TrueBox, Truth, read_truth, write_truth
from labeler.simulator.view import FOCAL, View
from labeler.simulator.world import World

EYE = BodyPose(0.0, -20.0, math.pi / 2)
FAR_AWAY = Figure(BodyPose(0.0, -40.0, 0.0))


def scene(*things: Thing, figure: Figure = FAR_AWAY, head: float = 0.0) -> Scene:
    return Scene(1, replace(EYE, head=head), 0.0, 0.0, 1.0, (figure,), things)


def boxes(renderer: Renderer, shown: Scene) -> dict[str, TrueBox]:
    return {box.name: box for box in renderer.draw_clean(shown).truth.boxes}


def difference_box(renderer: Renderer, with_it: Scene, without: Scene) -> tuple[int, ...]:
    """Left, top, right, bottom of all that the object's own pixels change (not its shadow)."""
    view = View.of(with_it.eye, 640, 360)
    layer = renderer.objects(renderer.placed(with_it, view), view)
    assert layer is not None
    other = renderer.objects(renderer.placed(without, view), view)
    cover = np.zeros((360, 640), int)
    height, width = layer.cover.shape
    cover[layer.top : layer.top + height, layer.left : layer.left + width] = layer.cover
    if other is not None:
        height, width = other.cover.shape
        cover[other.top : other.top + height, other.left : other.left + width] -= other.cover
    rows, columns = np.nonzero(cover >= 128)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_the_same_seed_gives_the_same_bytes(renderer: Renderer) -> None:
    one, two = World(5), World(5)
    for _ in range(20):
        one.step(1 / 15)
        two.step(1 / 15)
    again = Renderer(1)
    assert renderer.photograph(one.scene()) == again.photograph(two.scene())


def test_another_seed_gives_another_world(renderer: Renderer) -> None:
    assert Renderer(2).photograph(scene()) != renderer.photograph(scene())
    assert World(1).scene() != World(2).scene()


def test_a_thing_is_made_anew_only_where_it_was_put_elsewhere(renderer: Renderer) -> None:
    view = View.of(EYE, 640, 360)
    stays, moves = Thing("cube", 2.0, -5.0, 0.6), Thing("mug", 6.0, -4.0, 0.3)
    first, second = renderer.placed(scene(stays, moves), view)
    left = weakref.ref(second.mesh.vertices)
    del second
    again, *_ = renderer.placed(scene(stays, replace(moves, y=0.0)), view)
    assert again is first
    assert left() is None


@pytest.mark.parametrize("kind", ["cube", "mug", "ball"])
@pytest.mark.parametrize("away", [12.0, 30.0, 55.0])
def test_a_box_fits_the_pixels_that_are_drawn(renderer: Renderer, kind: str, away: float) -> None:
    thing = Thing(kind, 3.0, -20.0 + away, 0.6)
    box = boxes(renderer, scene(thing))[kind]
    expected = difference_box(renderer, scene(thing), scene())
    found = (box.x, box.y, box.x + box.width, box.y + box.height)
    assert np.abs(np.subtract(found, expected)).max() <= 1


@pytest.mark.parametrize("heading", [-1.6, 0.3, 2.2])
def test_the_robots_box_fits_it_from_all_sides(renderer: Renderer, heading: float) -> None:
    there = Figure(BodyPose(-2.0, 4.0, heading, 0.3, 7.0))
    box = boxes(renderer, scene(figure=there))["vector"]
    expected = difference_box(renderer, scene(figure=there), scene())
    found = (box.x, box.y, box.x + box.width, box.y + box.height)
    assert np.abs(np.subtract(found, expected)).max() <= 1


def test_what_is_hidden_is_not_in_the_box(renderer: Renderer) -> None:
    ball, wall = Thing("ball", 2.5, 10.0, 0.0), Thing("carton", 9.0, 0.0, math.pi / 2)
    free, hidden = boxes(renderer, scene(ball)), boxes(renderer, scene(ball, wall))
    assert hidden["ball"].width < free["ball"].width
    assert abs(hidden["ball"].x - free["ball"].x) <= 1


def test_a_thing_that_is_quite_hidden_has_no_box(renderer: Renderer) -> None:
    ball, mug = Thing("ball", 0.0, 15.0, 0.0), Thing("mug", 0.0, 0.0, 0.0)
    assert set(boxes(renderer, scene(ball, mug))) == {"mug"}


def test_a_thing_of_which_a_small_part_looks_out_has_no_box(renderer: Renderer) -> None:
    """Nobody could tell what it is, so no detector is blamed for it: from a quarter of it on."""
    ball = Thing("ball", 2.5, 10.0, 0.0)
    free = boxes(renderer, scene(ball))["ball"].width
    shown = []
    for step in range(8):  # the carton goes on before the ball, until a sixth of its width is seen
        wall = Thing("carton", 9.0 - 0.25 * step, -3.0, math.pi / 2)
        box = boxes(renderer, scene(ball, wall)).get("ball")
        shown.append(0.0 if box is None else box.width / free)
    assert shown[0] > 0.55
    assert shown == sorted(shown, reverse=True)
    assert shown[-1] == 0.0
    assert min(share for share in shown if share) > 0.3


def test_a_box_ends_at_the_edge_of_the_picture(renderer: Renderer) -> None:
    cut = boxes(renderer, scene(figure=Figure(BodyPose(-13.0, -4.0, 1.0))))["vector"]
    assert cut.x == 0
    assert cut.width < 200


def test_clutter_has_no_box(renderer: Renderer) -> None:
    for kind in CLUTTER:
        shown = Thing(kind, 0.0, 10.0, 0.0)
        if kind in RADIUS:
            assert boxes(renderer, scene(shown)) == {}


def test_an_empty_table_is_an_empty_truth(renderer: Renderer) -> None:
    assert read_truth(renderer.photograph(scene())).boxes == ()


def test_lifting_the_head_lowers_the_picture_by_the_lens_law(renderer: Renderer) -> None:
    cube = Thing("cube", 0.0, 12.0, 0.0)
    level = boxes(renderer, scene(cube))["cube"]
    up = boxes(renderer, scene(cube, head=math.radians(10)))["cube"]
    fall = math.atan2(5.0 - 2.2, 31.3)  # from the eye down to the cube's middle
    expected = FOCAL * 640 * (math.tan(fall + math.radians(10)) - math.tan(fall))
    moved = (up.y + up.height / 2) - (level.y + level.height / 2)
    assert moved == pytest.approx(expected, abs=3)


def test_turning_left_moves_the_picture_right(renderer: Renderer) -> None:
    cube = Thing("cube", 0.0, 12.0, 0.0)
    turned = replace(scene(cube), eye=replace(EYE, heading=EYE.heading + 0.2))
    assert boxes(renderer, turned)["cube"].x > boxes(renderer, scene(cube))["cube"].x + 40


def test_nearer_is_larger(renderer: Renderer) -> None:
    near, far = (Figure(BodyPose(0.0, y, -1.2)) for y in (0.0, 30.0))
    near_box = boxes(renderer, scene(figure=near))["vector"]
    far_box = boxes(renderer, scene(figure=far))["vector"]
    assert near_box.height > 2 * far_box.height


def test_a_large_picture_shows_the_same_twice_as_fine(renderer: Renderer) -> None:
    shown = scene(Thing("mug", 4.0, 5.0, 0.0))
    small = renderer.draw(shown).truth.boxes[0]
    large = renderer.draw(shown, 1280, 720).truth.boxes[0]
    assert large.bbox.iou(replace_scaled(small)) > 0.95


def replace_scaled(box: TrueBox) -> BBox:
    return TrueBox(box.name, 2 * box.x, 2 * box.y, 2 * box.width, 2 * box.height).bbox


def test_turning_fast_smears_the_picture(renderer: Renderer) -> None:
    still = scene(Thing("cube", 0.0, 5.0, 0.4))
    sharp = sharpness(renderer.photograph(still))
    assert sharpness(renderer.photograph(replace(still, eye_turn_rate=4.0))) < sharp


def sharpness(jpeg: bytes) -> float:
    grey = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    across = np.abs(np.diff(cv2.GaussianBlur(grey, (0, 0), 1.5).astype(float), axis=1))
    return float(np.percentile(across, 99.5))


def test_the_truth_survives_beside_other_segments() -> None:
    jpeg = encode(np.full((36, 64, 3), 128, np.uint8))
    truth = Truth(64, 36, (TrueBox("vector", 1, 2, 30, 20), TrueBox("cube", 0, 0, 9, 9)))
    carried = write_truth(jpeg, truth)
    assert read_truth(carried) == truth
    decoded = cv2.imdecode(np.frombuffer(carried, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (36, 64, 3)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xfe\x00\x01"])
def test_other_bytes_carry_no_truth(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"JPEG"):
        read_truth(data)


def test_a_jpeg_of_another_camera_carries_no_truth() -> None:
    with pytest.raises(ValueError, match="no true boxes"):
        read_truth(encode(np.zeros((8, 8, 3), np.uint8)))


def set_to(shown: Scene, renderer: Renderer, brighter: float) -> Scene:
    """The scene at the automatic's own exposure, so many times as long."""
    renderer.photograph(shown)
    auto = renderer.exposure(0)
    return replace(shown, manual=Exposure(round(auto.milliseconds * brighter), auto.gain))


def test_a_manual_exposure_at_the_automatics_values_looks_like_it(renderer: Renderer) -> None:
    shown = scene(Thing("mug", 3.0, 5.0, 0.0))
    same = renderer.draw(set_to(shown, renderer, 1.0)).pixels.mean()
    assert same == pytest.approx(renderer.draw(shown).pixels.mean(), rel=0.08)


def test_a_longer_exposure_is_brighter_and_smears_more(renderer: Renderer) -> None:
    shown = scene(Thing("mug", 3.0, 5.0, 0.0))
    means = [renderer.draw(set_to(shown, renderer, by)).pixels.mean() for by in (0.3, 1.0, 2.5)]
    assert means[0] < 0.75 * means[1]
    assert means[1] < 0.95 * means[2]
    turning = replace(shown, eye_turn_rate=1.5)
    short, long = (
        cv2.Laplacian(renderer.draw(replace(turning, manual=setting)).pixels, cv2.CV_64F).var()
        for setting in (Exposure(4, 2.0), Exposure(40, 0.2))
    )
    assert long < 0.8 * short


def test_a_higher_gain_is_noisier_at_the_same_brightness(renderer: Renderer) -> None:
    shown = scene()
    quiet, loud = (
        renderer.draw(replace(shown, manual=setting)).pixels.astype(np.int16)
        for setting in (Exposure(30, 0.3), Exposure(3, 3.0))
    )
    smooth = [cv2.blur(part.astype(np.float32), (5, 5)) for part in (quiet, loud)]
    noise = [np.abs(part - soft).mean() for part, soft in zip((quiet, loud), smooth, strict=True)]
    assert noise[1] > 1.3 * noise[0]
    assert loud.mean() == pytest.approx(quiet.mean(), rel=0.08)


def test_eyes_have_the_colour_that_they_were_given(renderer: Renderer) -> None:
    facing = BodyPose(0.0, 2.0, -math.pi / 2)
    colors = [None, (0.0, 1.0), (0.33, 1.0)]
    shown = [renderer.draw_clean(scene(figure=Figure(facing, color=c))).pixels for c in colors]
    changed = (shown[1].astype(int) - shown[2].astype(int))[..., 2] > 60
    assert changed.sum() > 20
    assert shown[1][changed][:, 2].mean() > 1.5 * shown[1][changed][:, 1].mean()
    assert shown[2][changed][:, 1].mean() > 1.5 * shown[2][changed][:, 2].mean()
    assert not changed[:, :200].any()


def test_every_choice_on_the_command_line_can_be_drawn() -> None:
    assert set(setting.ROOMS) == set(room.ROOMS)
    assert set(setting.TABLES) == set(textures.KINDS) == set(textures.GLOSS)
    assert set(setting.HOURS) == set(look.HOURS)


def test_from_a_thousand_worlds_on_there_is_every_room_with_every_table() -> None:
    homes = {setting.home_of(seed) for seed in range(1000, 1400)}
    assert homes == {(room, table) for room in setting.ROOMS for table in setting.TABLES}
    below = {setting.home_of(seed) for seed in range(1000)}
    assert below == {("kitchen", table) for table in ("wood", "cloth", "plain")}


def test_a_chosen_setting_is_what_is_seen(renderer: Renderer) -> None:
    chosen = Setting("classroom", "papers", "night")
    drawn = Renderer(1, chosen).draw_clean(scene()).pixels
    assert drawn.mean() < 0.8 * renderer.draw_clean(scene()).pixels.mean()


def test_so_much_clutter_stands_around_as_was_asked_for() -> None:
    kinds = [thing.kind for thing in World(1, clutter=0).things]
    assert sorted(kinds) == ["ball", "cube", "mug"]
    assert len(World(1, clutter=8).things) > 7


def test_what_is_being_drawn_at_the_end_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeler.simulator.drawing.LAST_PICTURE", 0.01)
    drawing, begun = DrawingThread(), threading.Event()

    def draw() -> None:
        begun.set()
        while True:
            """As a picture on a machine with much else to do."""

    drawing.submit(draw)
    assert begun.wait(60)
    drawing.close()
    assert not drawing._thread.is_alive()
