"""Domain randomisation (Tobin et al., IROS 2017): pictures of the robot in worlds beyond the
plausible, so that the real one is just another of them to a detector that has learned from them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from labeler.dataset import picture
from labeler.simulator.arrays import Floats, Pixels, floats, pixels
from labeler.simulator.backdrop import Backdrop
from labeler.simulator.bending import Bending
from labeler.simulator.body import HEAD_RANGE, LIFT_RANGE, BodyPose
from labeler.simulator.figure import FigureModel
from labeler.simulator.ground import CLUTTER, RADIUS, ROBOT_RADIUS, Disc
from labeler.simulator.lens import JPEG_QUALITY, Lens
from labeler.simulator.light import Light
from labeler.simulator.look import Look, look_of
from labeler.simulator.mesh import Mesh
from labeler.simulator.objects import Layer, Placed, draw_objects
from labeler.simulator.props import Props
from labeler.simulator.render import compose
from labeler.simulator.scene import Figure, Scene, Thing
from labeler.simulator.setting import VARIED, Setting
from labeler.simulator.shadows import CAST, cast_shadows, footprint
from labeler.simulator.table import TableTop
from labeler.simulator.true_boxes import true_boxes
from labeler.simulator.truth import Truth
from labeler.simulator.view import View
from labeler.synthetic.distractors import MATERIALS, random_distractor, random_turn
from labeler.synthetic.factors import FACTORS
from labeler.synthetic.failings import random_failings, random_quality
from labeler.synthetic.materials import random_light, random_surface, random_surfaces, textured
from labeler.synthetic.textures import random_texture, soft_texture
from labeler.synthetic.viewpoint import Viewpoint, random_viewpoint, robot_viewpoint

NAMES = ("vector", "cube")
"""What has boxes. Mugs and balls stand around as things without a name."""
_HOME = 50
"""Pictures that share a simulated room and table, which take a second to make."""
_SHARE_OF_HOMES, _SHARE_OF_PHOTOS = 0.3, 0.6
_LONGEST = 1280
_TEXTURE = (1024, 768)
"""Pixels of a random table: coarser than a simulated one, and quicker made."""


@dataclass(frozen=True, slots=True)
class RandomizedPicture:
    """A JPEG, and what is in it."""

    jpeg: bytes
    truth: Truth


@dataclass(frozen=True, slots=True)
class _Ground:
    """An empty picture, and the mean colour of what things stand on; BGR, 0 to 255."""

    image: Pixels
    color: Floats


class _Home:
    """A simulated room and table, ready to be drawn; color: the table's mean."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.backdrop = Backdrop(look.panorama)
        self.table = TableTop(look.table, look.gloss)
        self.color = floats(look.table[::16, ::16].mean(axis=(0, 1)))


class RandomizedPictures:
    """draw(n) gives the nth picture of this seed, always the same, in whatever order.

    without: factors that stay as the simulated robot has them; the others do not change with that.
    backgrounds: photos without a robot, which stand for table and room in six of ten pictures.
    """

    def __init__(
        self, seed: int = 0, without: Collection[str] = (), backgrounds: Sequence[Path] = ()
    ) -> None:
        """Raises ValueError for an unknown factor."""
        if unknown := set(without) - set(FACTORS):
            raise ValueError(f"no such factor: {', '.join(sorted(unknown))}")
        self._seed = seed
        self._without = frozenset(without)
        self._backgrounds = tuple(backgrounds)
        self._model = FigureModel()
        self._home: tuple[int, _Home] | None = None
        self._stock: tuple[int, Props] | None = None

    def draw(self, number: int) -> RandomizedPicture:
        """640 by 360 as the robot sends them; those of other cameras in other shapes."""
        sights = self._rng(number, "viewpoint")
        sight = random_viewpoint(sights) if self._has("viewpoint") else robot_viewpoint(sights)
        ground = self._ground(number, sight)
        light, shadow = self._light(number, ground)
        props = self._props(number)
        surfaces = props.surfaces
        if self._has("materials"):
            surfaces = random_surfaces(self._rng(number, "materials"), surfaces)
        placed, taken, figures = self._robots(number, sight, light)
        things = self._things(number, sight, props, taken)
        shapes, more = self._distractors(number, sight, taken, len(surfaces))
        placed += [_placed(name, mesh, light) for name, mesh in (*things, *shapes)]
        image = ground.image
        cast_shadows(image, sight.view, [each.footprint for each in placed], shadow)
        layer = draw_objects(placed, sight.view, floats([*surfaces, *more]), light)
        if layer is not None:
            if self._has("materials"):
                rng = self._rng(number, "materials", 1)
                layer = replace(layer, color=textured(rng, layer.color))
            compose(image, layer)
        return self._developed(number, sight, image, layer, figures)

    def _has(self, factor: str) -> bool:
        return factor not in self._without

    def _rng(self, number: int, factor: str, part: int = 0) -> np.random.Generator:
        """Of its own for each factor, so that one left out changes nothing of the others."""
        return np.random.default_rng([self._seed, 40 + list(FACTORS).index(factor), number, part])

    def _home_of(self, number: int) -> _Home:
        """The simulated room and table that this picture shares with its neighbours."""
        block = number // _HOME
        if self._home is None or self._home[0] != block:
            rng = np.random.default_rng([self._seed, 39, block])
            seed = VARIED + int(rng.integers(60_000))
            self._home = (block, _Home(look_of(seed, Setting())))
        return self._home[1]

    def _props(self, number: int) -> Props:
        block = number // _HOME
        if self._stock is None or self._stock[0] != block:
            self._stock = (block, Props(np.random.default_rng([self._seed, 38, block])))
        return self._stock[1]

    def _ground(self, number: int, sight: Viewpoint) -> _Ground:
        rng = self._rng(number, "surroundings")
        if self._backgrounds and rng.random() < _SHARE_OF_PHOTOS:
            return _photo(rng, self._backgrounds[rng.integers(len(self._backgrounds))], sight)
        view = sight.view
        size = (view.width, view.height)
        if self._has("surroundings") and rng.random() >= _SHARE_OF_HOMES:
            room = soft_texture(rng, size)
            room = pixels(cv2.GaussianBlur(room, (0, 0), float(rng.uniform(0.5, 5))))
            texture, gloss = random_texture(rng, _TEXTURE), float(0.9 * rng.random() ** 2)
            color = floats(texture[::16, ::16].mean(axis=(0, 1)))
            return _Ground(_laid(room, TableTop(texture, gloss), view), color)
        home = self._home_of(number)
        room = home.backdrop.draw(view.heading, view.pitch, size)
        return _Ground(_laid(room, home.table, view), home.color)

    def _light(self, number: int, ground: _Ground) -> tuple[Light, float]:
        """And how much its shadows darken."""
        if not self._has("light"):
            return self._home_of(number).look.light, CAST
        rng = self._rng(number, "light")
        return random_light(rng, ground.color), float(rng.uniform(0, 0.8))

    def _robots(
        self, number: int, sight: Viewpoint, light: Light
    ) -> tuple[list[Placed], list[Disc], list[Figure]]:
        rng = self._rng(number, "poses")
        is_random = self._has("poses")
        counts = [0.1, 0.64, 0.18, 0.08] if is_random else [0.14, 0.86]
        placed: list[Placed] = []
        taken: list[Disc] = []
        figures: list[Figure] = []
        for turn in range(int(rng.choice(len(counts), p=counts))):
            distance = sight.distance if not turn else float(2 ** rng.uniform(3.2, 6.8))
            spread = rng.uniform(-1.12, 1.12) if is_random else float(rng.normal(0, 0.5))
            place = _place(sight, distance, spread * sight.half_angle)
            if any(disc.gap(*place) < ROBOT_RADIUS for disc in taken):
                continue
            taken.append(Disc(*place, ROBOT_RADIUS))
            figures.append(_figure(rng, place))
            mesh = self._model.posed(figures[-1])
            if is_random and rng.random() < 0.25:
                mesh = _tilted(rng, mesh, place)
            placed.append(Placed("vector", mesh, footprint(mesh, light), figures[-1]))
        return placed, taken, figures

    def _things(
        self, number: int, sight: Viewpoint, props: Props, taken: list[Disc]
    ) -> list[tuple[str, Mesh]]:
        """Cubes, the mug, the ball, and other things of the household."""
        rng = self._rng(number, "poses", 1)
        kinds = ["cube"] * int(rng.choice(3, p=[0.4, 0.42, 0.18]))
        kinds += [kind for kind in ("mug", "ball") if rng.random() < 0.3]
        kinds += map(str, rng.choice(CLUTTER, int(rng.integers(0, 4))))
        found = []
        for kind in kinds:
            near = 3.3 if kind == "cube" else 4.0
            distance = float(2 ** rng.uniform(near, 6.6))
            x, y = _place(sight, distance, rng.uniform(-1.1, 1.1) * sight.half_angle)
            if all(disc.gap(x, y) > RADIUS[kind] for disc in taken):
                taken.append(Disc(x, y, RADIUS[kind]))
                mesh = props.mesh(Thing(kind, x, y, float(rng.uniform(0, math.tau))))
                if kind == "cube" and self._has("poses") and rng.random() < 0.3:
                    mesh = _tilted(rng, mesh, (x, y))
                found.append((kind, mesh))
        return found

    def _distractors(
        self, number: int, sight: Viewpoint, taken: list[Disc], first: int
    ) -> tuple[list[tuple[str, Mesh]], list[Floats]]:
        """And the surfaces that they need, from number first on."""
        if not self._has("distractors"):
            return [], []
        rng = self._rng(number, "distractors")
        found: list[tuple[str, Mesh]] = []
        surfaces: list[Floats] = []
        for _ in range(int(rng.integers(0, 11))):
            mesh = random_distractor(rng, first + len(surfaces))
            distance = float(2 ** rng.uniform(3.0, 6.6))
            x, y = _place(sight, distance, rng.uniform(-1.2, 1.2) * sight.half_angle)
            is_in_air = rng.random() < 0.2
            if not is_in_air and any(disc.gap(x, y) < 2 for disc in taken):
                continue
            up = float(rng.uniform(0, sight.optics.height + 4)) if is_in_air else 0.0
            surfaces += [random_surface(rng) for _ in range(MATERIALS)]
            found.append(("", mesh.placed(x, y, float(rng.uniform(0, math.tau))).moved(z=up)))
        return found, surfaces

    def _developed(
        self,
        number: int,
        sight: Viewpoint,
        image: Pixels,
        layer: Layer | None,
        figures: list[Figure],
    ) -> RandomizedPicture:
        rng = self._rng(number, "camera")
        view, bend = sight.view, sight.optics.bend
        bending = Bending(view.width, view.height, bend)
        lens = (
            None if self._has("camera") else Lens(self._seed, self._home_of(number).look.lens, bend)
        )
        if lens is None:
            image = random_failings(rng, sight.turned(bending.picture(image)))
        else:
            scene = Scene(number, sight.pose, 0.0, 0.0, 1.0, tuple(figures), ())
            image = sight.turned(lens.develop(image, scene))

        def places(x: Floats, y: Floats) -> tuple[Floats, Floats]:
            return sight.turned_places(*bending.places(x, y))

        boxes = () if layer is None else true_boxes(layer, view, places)
        named = tuple(box for box in boxes if box.name in NAMES)
        quality = JPEG_QUALITY if lens else random_quality(rng)
        done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if not done:
            raise RuntimeError("OpenCV could not encode the picture")
        return RandomizedPicture(bytes(data.tobytes()), Truth(view.width, view.height, named))


def _placed(name: str, mesh: Mesh, light: Light) -> Placed:
    return Placed(name, mesh, footprint(mesh, light))


def _place(sight: Viewpoint, distance: float, aside: float) -> tuple[float, float]:
    """On the table, so far away and so far aside (radians) of where the camera looks."""
    angle = sight.pose.heading + aside
    return (
        sight.pose.x + distance * math.cos(angle),
        sight.pose.y + distance * math.sin(angle),
    )


def _figure(rng: np.random.Generator, place: tuple[float, float]) -> Figure:
    pose = BodyPose(
        *place,
        float(rng.uniform(-math.pi, math.pi)),
        float(rng.uniform(*HEAD_RANGE)),
        float(rng.uniform(*LIFT_RANGE)) if rng.random() < 0.5 else LIFT_RANGE[0],
    )
    opened = 1.0 if rng.random() < 0.7 else float(rng.uniform(0.1, 1))
    aside, up = (float(rng.uniform(-0.9, 0.9)) for _ in range(2))
    ways = (float(rng.uniform(0, 10)), float(rng.uniform(0, 10)))
    return Figure(pose, 0.0, 0.0, opened, aside, up, None, ways)


def _tilted(rng: np.random.Generator, mesh: Mesh, place: tuple[float, float]) -> Mesh:
    """Leaning on something or lifted from the table, seldom upside down."""
    turn = random_turn(rng, math.pi if rng.random() < 0.15 else 0.5)
    middle = floats((*place, 0))
    vertices = (mesh.vertices - middle) @ turn + middle
    up = -float(vertices[:, 2].min()) + (float(rng.uniform(0, 9)) if rng.random() < 0.4 else 0.0)
    return Mesh(vertices + floats((0, 0, up)), mesh.normals @ turn, mesh.triangles, mesh.materials)


def _laid(room: Pixels, table: TableTop, view: View) -> Pixels:
    """The room with the table before it, which mirrors it."""
    top = view.first_row_below_horizon
    if top < view.height:
        rows = np.clip(2 * view.horizon - np.arange(top, view.height), 0, view.height - 1)
        mirrored = np.ascontiguousarray(room[rows.astype(int)])
        table.draw(room, view, mirrored)
    return room


def _photo(rng: np.random.Generator, path: Path, sight: Viewpoint) -> _Ground:
    """A part of the photo, at least six tenths of it, as large as the picture.

    Raises UserError where it cannot be read.
    """
    photo = _read(path)
    width, height = sight.view.width, sight.view.height
    share = float(rng.uniform(0.6, 1.0)) * min(photo.shape[1] / width, photo.shape[0] / height)
    wide, tall = max(1, int(width * share)), max(1, int(height * share))
    left = int(rng.integers(photo.shape[1] - wide + 1))
    top = int(rng.integers(photo.shape[0] - tall + 1))
    part = photo[top : top + tall, left : left + wide]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    image = pixels(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA))
    return _Ground(image, floats(image[height // 2 :: 9, ::9].mean(axis=(0, 1))))


@lru_cache(maxsize=48)
def _read(path: Path) -> Pixels:
    """Upright, BGR, at most _LONGEST pixels on its longer side."""
    photo = picture.upright(picture.read(path), path.name)
    photo.thumbnail((_LONGEST, _LONGEST))
    return pixels(cv2.cvtColor(np.asarray(photo.convert("RGB")), cv2.COLOR_RGB2BGR))
