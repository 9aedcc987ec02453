"""Pixels: draws a Scene as the robot's camera would see it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2

from labeler.simulator.arrays import Pixels, floats
from labeler.simulator.backdrop import Backdrop
from labeler.simulator.bending import lean_of
from labeler.simulator.figure import FigureModel
from labeler.simulator.lens import Lens, encode
from labeler.simulator.look import look_of
from labeler.simulator.materials import EyeColors
from labeler.simulator.objects import Layer, Placed, draw_objects
from labeler.simulator.scene import Exposure, Figure, Scene, Thing
from labeler.simulator.setting import Setting
from labeler.simulator.shadows import cast_shadows, footprint
from labeler.simulator.table import TableTop
from labeler.simulator.true_boxes import Places, true_boxes
from labeler.simulator.truth import Truth, write_truth
from labeler.simulator.view import NEAR, View

SHADOW_REACH = 20.0
"""How far a thing and its shadow reach from its middle, in centimetres."""
SEED_DECIDES = Setting()
REACH = 3.0
"""The middle distance of a robot's parts from the axis on which it turns, in centimetres."""


@dataclass(frozen=True, slots=True)
class Picture:
    """BGR pixels and the true boxes in them."""

    pixels: Pixels
    truth: Truth


class Renderer:
    """Draws the world of one seed. The same scene and setting give the same pixels."""

    def __init__(self, seed: int = 0, setting: Setting = SEED_DECIDES) -> None:
        look = look_of(seed, setting)
        self._light = look.light
        self._props = look.props
        self._backdrop = Backdrop(look.panorama)
        self._table = TableTop(look.table, look.gloss)
        self._figure = FigureModel()
        self._lens = Lens(seed, look.lens)
        self._eyes = EyeColors(look.props.surfaces)
        self._standing: dict[Thing, Placed] = {}

    def exposure(self, camera: int) -> Exposure:
        """What that robot's camera chose for its last picture, or would choose for its first."""
        return self._lens.chosen.get(camera) or self._lens.look.exposure(1.0)

    def photograph(self, scene: Scene, width: int = 640, height: int = 360) -> bytes:
        """The frame as the robot sends it: a JPEG that carries its true boxes."""
        picture = self.draw(scene, width, height)
        return write_truth(encode(picture.pixels), picture.truth)

    def draw(self, scene: Scene, width: int = 640, height: int = 360) -> Picture:
        """The picture with all the camera's failings."""
        view = View.of(scene.eye, width, height)
        image, layer = self._seen_clearly(scene, view)
        bending, lean = self._lens.bending(width, height), lean_of(scene, width, height)
        truth = _truth(layer, view, lambda x, y: bending.places(x, y, lean))
        return Picture(self._lens.develop(image, scene), truth)

    def draw_clean(self, scene: Scene, width: int = 640, height: int = 360) -> Picture:
        """The picture as a pinhole would give it."""
        view = View.of(scene.eye, width, height)
        image, layer = self._seen_clearly(scene, view)
        return Picture(image, _truth(layer, view, lambda x, y: (x, y)))

    def _seen_clearly(self, scene: Scene, view: View) -> tuple[Pixels, Layer | None]:
        placed = self.placed(scene, view)
        image = self._surroundings(view)
        cast_shadows(image, view, [thing.footprint for thing in placed])
        layer = self.objects(placed, view)
        if layer is not None:
            for number, thing in enumerate(layer.things):
                if thing.figure is not None:
                    _smear(layer, number, thing.figure, view, self._lens.shutter(scene))
            compose(image, layer)
        return image, layer

    def placed(self, scene: Scene, view: View) -> list[Placed]:
        """What stands where the camera may see it or its shadow, as meshes."""
        placed = [
            self._placed_thing(thing)
            for thing in scene.things
            if view.may_see(thing.x, thing.y, SHADOW_REACH)
        ]
        for figure in scene.figures:
            if view.may_see(figure.pose.x, figure.pose.y, SHADOW_REACH):
                eyes = None if figure.color is None else self._eyes.numbers(figure.color)
                mesh = self._figure.posed(figure, eyes)
                placed.append(Placed("vector", mesh, footprint(mesh, self._light), figure))
        self._forget_moved(scene.things)
        return placed

    def _placed_thing(self, thing: Thing) -> Placed:
        """Made once for each place where it stands."""
        if thing not in self._standing:
            mesh = self._props.mesh(thing)
            self._standing[thing] = Placed(thing.kind, mesh, footprint(mesh, self._light))
        return self._standing[thing]

    def _forget_moved(self, things: tuple[Thing, ...]) -> None:
        """What was put elsewhere is hardly ever put back to the very same place."""
        if len(self._standing) > len(things):
            kept = self._standing.keys() & set(things)
            self._standing = {thing: self._standing[thing] for thing in kept}

    def objects(self, placed: list[Placed], view: View) -> Layer | None:
        return draw_objects(placed, view, self._eyes.table, self._light)

    def _surroundings(self, view: View) -> Pixels:
        """The room and the empty table."""
        size = (view.width, view.height)
        image = self._backdrop.draw(view.heading, view.pitch, size)
        top = view.first_row_below_horizon
        if top < view.height:
            mirrored = self._backdrop.draw_mirrored(view.heading, view.pitch, size, top)
            self._table.draw(image, view, mirrored)
        return image


def _smear(layer: Layer, number: int, figure: Figure, view: View, shutter: float) -> None:
    """Motion blur of another robot alone, along the picture's rows."""
    across, _, depth = view.to_camera(floats([(figure.pose.x, figure.pose.y, 3.0)]))[0]
    if depth < NEAR:
        return
    sideways = math.sin(figure.pose.heading - view.heading - math.atan2(across, depth))
    speed = abs(figure.speed * sideways) + REACH * abs(figure.turn_rate)
    length = round(speed * shutter * view.focal / float(depth))
    part = layer.around(number, length) if length > 1 else None
    if part is not None:
        for pixels in (layer.color, layer.cover):
            pixels[part] = cv2.blur(pixels[part], (length, 1))


def _truth(layer: Layer | None, view: View, places: Places) -> Truth:
    boxes = () if layer is None else true_boxes(layer, view, places)
    return Truth(view.width, view.height, boxes)


def compose(image: Pixels, layer: Layer) -> None:
    """Lays the objects over the table: changes image."""
    height, width = layer.cover.shape
    part = image[layer.top : layer.top + height, layer.left : layer.left + width]
    through = cv2.merge([255 - layer.cover] * 3)
    part[:] = cv2.add(cv2.multiply(part, through, scale=1 / 255), layer.color)
