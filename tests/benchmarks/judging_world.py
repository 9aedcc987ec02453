"""Another simulated world, to judge with what was learned in ours: it shares only the robot's form.

Rooms are boxes with walls that a lamp lights, floors and walls have their own patterns, the light
is a point, surfaces are shaded flat and mirror other rooms, the cube is another one, the lens bends
as a polynomial and has fringes, and the tone, the noise and the JPEG are those of another camera.
Nothing of this is used by labeler.simulator or labeler.synthetic, and none of theirs by this, but
for the model of Vector and the code that says which triangle is seen where.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Ints, floats, pixels
from labeler.simulator.body import BodyPose
from labeler.simulator.figure import FigureModel
from labeler.simulator.materials import Material
from labeler.simulator.mesh import Mesh, joined
from labeler.simulator.raster import Window, facing, rasterize
from labeler.simulator.scene import Figure
from labeler.simulator.shapes import box, patch, turned
from labeler.simulator.true_boxes import MIN_PIXELS, MIN_SHARE, MIN_SIDE, PLENTY
from labeler.simulator.truth import TrueBox, Truth
from labeler.simulator.view import Optics, View

WIDTH, HEIGHT = 640, 360
ROOMS = 15
SCALE = 2.0
LENS, FRINGE = (-0.09, 0.012), 0.0022
"""The polynomial by which the lens bends, and by how much red and blue are drawn apart."""
CUBE_SIDE = 4.5
_DARK, _LIGHT, _RING = 16, 17, 18
_FIRST = 19
"""Materials: the robot's own, the cube's three, then those of things."""

Pattern = Callable[[Floats, Floats, np.random.Generator], Floats]


@dataclass(frozen=True, slots=True)
class Room:
    """half: centimetres from the middle to the walls along x and y; lamp: where it hangs."""

    half: tuple[float, float]
    lamp: Floats
    warm: Floats
    ambient: float
    floor: tuple[Pattern, int]
    walls: tuple[Pattern, int]
    windows: tuple[float, ...]


def photos(count: int, seed: int = 0) -> Iterator[tuple[bytes, Truth]]:
    """count pictures, one room after the other in turn, as JPEGs with what is in them."""
    model = FigureModel()
    for number in range(count):
        room = _room(np.random.default_rng([771, number % ROOMS]))
        yield _photo(np.random.default_rng([772, seed, number]), room, model)


def _room(rng: np.random.Generator) -> Room:
    half = (float(rng.uniform(110, 260)), float(rng.uniform(110, 260)))
    lamp = floats((rng.uniform(-80, 80), rng.uniform(-80, 80), rng.uniform(90, 230)))
    warm = floats(((0.62, 0.82, 1.0), (0.95, 0.97, 1.0), (1.05, 1.0, 0.9))[rng.integers(3)])
    floor, wall = _FLOORS[rng.integers(len(_FLOORS))], _WALLS[rng.integers(len(_WALLS))]
    seeds = rng.integers(1 << 30, size=2)
    windows = tuple(map(float, rng.uniform(0, 2 * np.pi, int(rng.integers(0, 4)))))
    return Room(
        half,
        lamp,
        warm,
        float(rng.uniform(0.08, 0.4)),
        (floor, int(seeds[0])),
        (wall, int(seeds[1])),
        windows,
    )


def _photo(rng: np.random.Generator, room: Room, model: FigureModel) -> tuple[bytes, Truth]:
    heading = float(rng.uniform(-math.pi, math.pi))
    away = float(rng.uniform(10, 75))
    pose = BodyPose(
        -away * math.cos(heading), -away * math.sin(heading), heading, float(rng.normal(0, 0.13))
    )
    optics = Optics(float(rng.uniform(4.4, 5.6)), float(rng.uniform(0.47, 0.54)))
    view = View.of(pose, WIDTH, HEIGHT, optics)
    things = _things(rng, view, away, model)
    image = _surroundings(view, room, [mesh for _, mesh in things])
    image, owner, areas = _objects(rng, image, view, room, things)
    names = [name for name, _ in things]
    return _developed(rng, image, owner, areas, names)


def _things(
    rng: np.random.Generator, view: View, away: float, model: FigureModel
) -> list[tuple[str, Mesh]]:
    found: list[tuple[str, Mesh]] = []
    kinds = ["vector"] * int(rng.choice(3, p=[0.12, 0.72, 0.16]))
    kinds += ["cube"] * int(rng.choice(3, p=[0.45, 0.4, 0.15]))
    kinds += [""] * int(rng.integers(0, 6))
    taken: list[tuple[float, float]] = []
    for kind in kinds:
        reach = away * float(rng.uniform(0.8, 1.2)) if not taken else float(rng.uniform(12, 95))
        angle = view.heading + float(rng.normal(0, 0.38))
        x = float(view.eye[0]) + reach * math.cos(angle)
        y = float(view.eye[1]) + reach * math.sin(angle)
        if any(math.hypot(x - a, y - b) < 9.5 for a, b in taken):
            continue
        taken.append((x, y))
        turn = float(rng.uniform(-math.pi, math.pi))
        if kind == "vector":
            head, lift = float(rng.uniform(-0.35, 0.75)), float(rng.choice([3.2, 3.2, 6.0, 9.0]))
            aside, up = map(float, rng.uniform(-0.7, 0.7, 2))
            opened = float(rng.choice([1.0, 1.0, 0.5]))
            mesh = model.posed(Figure(BodyPose(x, y, turn, head, lift), 0, 0, opened, aside, up))
        else:
            mesh = (_cube() if kind else _thing(rng)).placed(x, y, turn)
        found.append((kind, mesh))
    return found


def _cube() -> Mesh:
    """Dark, with a ring of eight on each side and lights along its edges' middles."""
    half = CUBE_SIDE / 2
    parts = [box((CUBE_SIDE,) * 3, _DARK)]
    for axis in range(3):
        for sign in (-1.0, 1.0):
            out, along, up = np.zeros(3), np.zeros(3), np.zeros(3)
            out[axis], along[(axis + 1) % 3], up[(axis + 2) % 3] = sign, 1.0, sign
            middle = np.array((0, 0, half)) + out * (half + 0.03)
            for turn in range(4):
                angle = turn * np.pi / 2
                to = math.cos(angle) * along + math.sin(angle) * up
                across = -math.sin(angle) * along + math.cos(angle) * up
                parts.append(patch(middle + to * 1.0, to * 0.16, across * 0.7, _RING))
                corner = middle + (to + across) * (half - 0.45)
                parts.append(patch(corner, to * 0.4, across * 0.4, _LIGHT))
    return joined(parts)


def _thing(rng: np.random.Generator) -> Mesh:
    material = _FIRST + int(rng.integers(12))
    size = rng.uniform(2, 11, 3)
    kind = int(rng.integers(3))
    if kind == 0:
        return box((float(size[0]), float(size[1]), float(size[2])), material)
    if kind == 1:
        line = [(float(size[0]) * 0.5 + 0.3 * math.sin(h), h) for h in np.linspace(0, size[2], 9)]
        return joined([turned(line, material, 22), turned([line[-1], (0.0, line[-1][1])], 20, 22)])
    stack = [box((9.0 + k, 6.0, 1.1), _FIRST + int(rng.integers(12)), 1.15 * k) for k in range(4)]
    return joined(stack)


def _rays(view: View) -> Floats:
    """(3, height, width): from the eye, one centimetre deep."""
    x = (np.arange(WIDTH, dtype=np.float32) + 0.5 - WIDTH / 2) / view.focal
    y = (np.arange(HEIGHT, dtype=np.float32) + 0.5 - HEIGHT / 2) / view.focal
    right, down, ahead = view.axes
    return floats(
        right[:, None, None] * x[None, None, :]
        + down[:, None, None] * y[None, :, None]
        + ahead[:, None, None]
    )


def _surroundings(view: View, room: Room, meshes: list[Mesh]) -> Floats:
    """Linear BGR (height, width, 3) of floor and walls, with the lamp's shadows on the floor."""
    rays, eye = _rays(view), view.eye
    flat = np.maximum(np.abs(rays[:2]), 1e-5) * np.where(rays[:2] < 0, -1, 1)
    to_walls = [(np.sign(flat[i]) * room.half[i] - eye[i]) / flat[i] for i in range(2)]
    to_wall = np.minimum(*to_walls)
    to_floor = np.where(rays[2] < -1e-4, -eye[2] / np.minimum(rays[2], -1e-4), 1e9)
    is_floor = to_floor < to_wall
    far = np.minimum(to_floor, to_wall)
    point = eye[:, None, None] + rays * far
    u = np.where(to_walls[0] < to_walls[1], point[1], point[0] + 700)
    floor = room.floor[0](point[0], point[1], np.random.default_rng(room.floor[1]))
    wall = room.walls[0](u, point[2], np.random.default_rng(room.walls[1]))
    haze = np.clip(far / 160, 0, 1)[..., None]
    floor = floor + haze * (floor.mean(axis=(0, 1)) - floor)
    color = np.where(is_floor[..., None], floor, wall)
    to_lamp = room.lamp[:, None, None] - point
    square = (to_lamp**2).sum(axis=0)
    facing_it = np.where(is_floor, to_lamp[2] / np.sqrt(square), 0.55)
    lamp = 9000 * np.maximum(facing_it, 0) / (square + 2500)
    lamp *= np.where(is_floor, 1 - _shadow(view, room, meshes), 1)
    image = color * (room.ambient + lamp[..., None] * room.warm)
    azimuth = np.arctan2(rays[1], rays[0])
    for window in room.windows:
        near = np.abs((azimuth - window + np.pi) % (2 * np.pi) - np.pi) < 0.24
        pane = ~is_floor & near & (point[2] > 35) & (point[2] < 130)
        bars = (np.abs(azimuth - window) < 0.012) | (np.abs(point[2] - 82) < 2)
        image = np.where((pane & ~bars)[..., None], floats((1.7, 1.5, 1.35)), image)
    soft = cv2.GaussianBlur(floats(image), (0, 0), 2.6)
    share = np.clip((far - 60) / 90, 0, 1)[..., None]
    return floats(image + share * (soft - image))


def _shadow(view: View, room: Room, meshes: list[Mesh]) -> Floats:
    """0 to 1: what a point lamp's light is kept from, a picture of the floor."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for mesh in meshes:
        points = mesh.vertices[::4]
        share = points[:, 2:] / (room.lamp[2] - points[:, 2:])
        on_floor = points[:, :2] + share * (points[:, :2] - room.lamp[:2])
        hull = floats(cv2.convexHull(np.ascontiguousarray(on_floor, np.float32))[:, 0])
        seen = view.to_camera(np.column_stack([hull, np.zeros(len(hull), np.float32)]))
        seen = seen[seen[:, 2] > 2]
        if len(seen) > 2:
            places = seen[:, :2] * (view.focal / seen[:, 2:]) + floats(view.center)
            fixed = np.clip(places, -4000, 4000).astype(np.int32)
            cv2.fillConvexPoly(mask, cv2.convexHull(fixed), 255, cv2.LINE_AA)
    return floats(cv2.GaussianBlur(mask, (0, 0), 2.2)) / np.float32(300)


def _objects(
    rng: np.random.Generator,
    image: Floats,
    view: View,
    room: Room,
    things: list[tuple[str, Mesh]],
) -> tuple[Floats, Ints, Floats]:
    """The picture with them, whose each pixel is (-1: nobody's; at twice the size), and how many of
    those each would have were all of it in the picture."""
    window = Window(0, 0, WIDTH, HEIGHT, SCALE)
    nobody = np.full((window.rows, window.columns), -1, np.int32)
    if not things:
        return image, nobody, floats([])
    mesh = joined([mesh for _, mesh in things])
    places, depth = view.project(mesh.vertices)
    shown = facing(mesh, places, depth, window)
    counts = [len(mesh.triangles) for _, mesh in things]
    owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    areas = floats(np.bincount(owners, shown.areas, minlength=len(counts)))
    if not len(shown.number):
        return image, nobody, areas
    seen = rasterize(shown, window)
    triangle = shown.number[seen.triangle]
    owner = nobody.ravel()
    owner[seen.index] = owners[triangle]
    color = _shaded(rng, mesh, triangle, room, view)
    fine = np.zeros((window.rows * window.columns, 4), np.float32)
    fine[seen.index, :3], fine[seen.index, 3] = color, 1
    whole = cv2.resize(
        fine.reshape(window.rows, window.columns, 4), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA
    )
    return floats(image * (1 - whole[..., 3:]) + whole[..., :3]), nobody, areas


def _shaded(rng: np.random.Generator, mesh: Mesh, triangle: Ints, room: Room, view: View) -> Floats:
    """Linear BGR (n, 3) of those triangles: each of one tone."""
    corners = mesh.triangles
    normal = mesh.normals[corners].mean(axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-6
    middle = mesh.vertices[corners].mean(axis=1)
    to_lamp = room.lamp - middle
    square = (to_lamp**2).sum(axis=1, keepdims=True)
    to_lamp = to_lamp / np.sqrt(square)
    to_eye = view.eye - middle
    to_eye /= np.linalg.norm(to_eye, axis=1, keepdims=True)
    half = to_lamp + to_eye
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    lamp = 9000 / (square + 2500) * room.warm
    wrap = np.clip(((normal * to_lamp).sum(1, keepdims=True) + 0.25) / 1.25, 0, 1)
    glint = np.clip((normal * half).sum(1, keepdims=True), 0, 1) ** 24
    bounced = 2 * (normal * to_eye).sum(1, keepdims=True) * normal - to_eye
    stripes = 0.5 + 0.5 * np.sign(np.sin(5 * np.arctan2(bounced[:, 1:2], bounced[:, :1])))
    sky = np.clip(bounced[:, 2:], 0, 1) * (0.3 + 0.7 * stripes)
    closed = np.clip(0.3 + 0.18 * middle[:, 2:], 0.3, 1)
    table = _surfaces(rng)[mesh.materials]
    color, gloss, glow = table[:, :3], table[:, 3:4], table[:, 4:5]
    ambient = room.ambient * (0.7 + 0.3 * normal[:, 2:]) * closed
    result = color * (ambient + wrap * lamp + glow) + gloss * (
        0.5 * glint * lamp + 0.25 * room.ambient * sky
    )
    return floats(floats(result)[triangle])


def _surfaces(rng: np.random.Generator) -> Floats:
    """BGR, gloss and glow by material: a worn grey-black robot with green-blue eyes, things in any
    colour."""
    rows = np.zeros((_FIRST + 12, 5), np.float32)
    rows[: Material.LAST] = (0.045, 0.042, 0.04, 0.5, 0)
    rows[[Material.LIFT, Material.WHEEL]] = (0.16, 0.165, 0.17, 0.3, 0)
    rows[[Material.TREAD, Material.RIB]] = (0.06, 0.06, 0.06, 0.05, 0)
    rows[Material.GLASS] = (0.01, 0.01, 0.01, 1.2, 0)
    rows[Material.EYE] = (0.75, 0.85, 0.12, 0, 1.1)
    rows[Material.EYE_EDGE] = (0.35, 0.4, 0.05, 0, 0.8)
    rows[_DARK] = (0.05, 0.05, 0.055, 0.25, 0)
    rows[_LIGHT] = (0.9, 0.75, 0.2, 0.1, rng.choice([0.1, 0.9]))
    rows[_RING] = (0.5, 0.52, 0.5, 0.1, 0)
    rows[_FIRST:, :3] = rng.uniform(0.02, 0.8, (12, 3)) ** 1.5
    rows[_FIRST:, 3] = rng.uniform(0, 0.8, 12)
    return rows


def _developed(
    rng: np.random.Generator, image: Floats, owner: Ints, areas: Floats, names: list[str]
) -> tuple[bytes, Truth]:
    bright = np.maximum(image - 0.9, 0)
    image = image + 0.5 * cv2.GaussianBlur(bright, (0, 0), 9)
    image = image * floats(rng.uniform(0.28, 0.5)) / max(0.02, float(np.median(image)) + 0.1)
    channels = [_bent(image[..., k], 1, 1 + (k - 1) * FRINGE) for k in range(3)]
    image = floats(cv2.merge(channels))
    x = (np.arange(WIDTH) + 0.5 - WIDTH / 2)[None, :] / WIDTH
    y = (np.arange(HEIGHT) + 0.5 - HEIGHT / 2)[:, None] / WIDTH
    image = image * floats(1 / (1 + 1.5 * (x * x + y * y)) ** 2)[..., None]
    image = image * (2.51 * image + 0.03) / (image * (2.43 * image + 0.59) + 0.14)  # filmic
    image = np.clip(image, 0, 1) ** np.float32(1 / 2.2)
    count = float(rng.uniform(150, 900))
    image = image + rng.normal(0, 1, image.shape) * np.sqrt(np.clip(image, 0.02, 1) / count)
    image = image + rng.normal(0, 0.006, (HEIGHT, 1, 1))
    if rng.random() < 0.25:
        image = floats(cv2.blur(image, (int(rng.integers(2, 8)), 1)))
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 86))]
    done, data = cv2.imencode(".jpg", pixels(np.clip(255 * image, 0, 255)), quality)
    assert done
    return bytes(data.tobytes()), _truth(owner, areas, names)


def _bent(channel: Floats, scale: float, zoom: float) -> Floats:
    """scale: of the channel's pixels to the picture's; what is whole stays whole."""
    height, width = channel.shape
    x = (np.arange(width, dtype=np.float32) + 0.5) / scale - WIDTH / 2
    y = (np.arange(height, dtype=np.float32) + 0.5) / scale - HEIGHT / 2
    far = (x[None, :] ** 2 + y[:, None] ** 2) / (WIDTH / 2) ** 2
    factor = (1 + LENS[0] * far + LENS[1] * far**2) / (1 + LENS[0] + LENS[1]) * 0.94 / zoom
    columns = (x[None, :] * factor + WIDTH / 2) * scale - 0.5
    rows = (y[:, None] * factor + HEIGHT / 2) * scale - 0.5
    method = cv2.INTER_LINEAR if scale == 1 else cv2.INTER_NEAREST
    return floats(
        cv2.remap(
            floats(channel), floats(columns), floats(rows), method, None, cv2.BORDER_REPLICATE
        )
    )


def _truth(owner: Ints, areas: Floats, names: list[str]) -> Truth:
    bent = np.round(_bent(floats(owner), SCALE, 1.0)).astype(int)
    boxes = []
    for number, name in enumerate(names):
        rows, columns = np.nonzero(bent == number)
        pixel = SCALE**2
        if not name or len(rows) < MIN_PIXELS * pixel:
            continue
        if len(rows) < min(MIN_SHARE * areas[number], PLENTY * pixel):
            continue
        left, top = int(columns.min() // SCALE), int(rows.min() // SCALE)
        right, low = -int(-(columns.max() + 1) // SCALE), -int(-(rows.max() + 1) // SCALE)
        if min(right - left, low - top) >= MIN_SIDE:
            boxes.append(TrueBox(name, left, top, right - left, low - top))
    return Truth(WIDTH, HEIGHT, tuple(boxes))


def _tones(rng: np.random.Generator, count: int, low: float, high: float) -> Floats:
    """Linear colours that go together."""
    color = rng.uniform(low, high, 3) ** 2
    base = color + rng.uniform(0.2, 0.95) * (color.mean() - color)
    return floats(base * rng.uniform(0.5, 1.5, (count, 1)) * rng.uniform(0.85, 1.15, (count, 3)))


def _waves(x: Floats, y: Floats, rng: np.random.Generator, period: float) -> Floats:
    """Sums of waves, -1 to 1: neither lumps nor lines."""
    total = np.zeros_like(x)
    for octave in range(4):
        angle, shift = rng.uniform(0, 6.3, 2)
        wave = 2**octave * 6.28 / period * (x * math.cos(angle) + y * math.sin(angle)) + shift
        total = total + np.sin(wave + 2 * total) / 2**octave
    return floats(total / 2)


def _herringbone(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    side = float(rng.uniform(5, 9))
    a, b = np.floor(x / side).astype(int), np.floor(y / side).astype(int)
    lies = ((a + b) // 2) % 2 == 0
    plank = np.where(lies, b * 31 + (a + b) // 4, a * 17 + (a - b) // 4) % 64
    tones = _tones(rng, 64, 0.35, 0.7)
    grain = _waves(np.where(lies, x * 0.1, x), np.where(lies, y, y * 0.1), rng, 1.6)
    gap = np.where(lies, y / side % 1 < 0.05, x / side % 1 < 0.05)
    return floats(tones[plank] * (1 + 0.16 * grain)[..., None] * np.where(gap, 0.4, 1)[..., None])


def _marble(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    vein = np.abs(_waves(x, y, rng, 45)) ** 0.4
    one, two = _tones(rng, 2, 0.2, 0.9)
    return floats(two + vein[..., None] * (one - two))


def _rug(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    side = float(rng.uniform(10, 26))
    a, b = (np.abs((part / side) % 2 - 1) for part in (x, y))
    ring = ((a + b) * 4).astype(int) % 4
    weave = 1 + 0.15 * np.sign(np.sin(x * 9) * np.sin(y * 9))
    return floats(_tones(rng, 4, 0.15, 0.8)[ring] * weave[..., None])


def _stones(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    side = float(rng.uniform(3, 12))
    warped = (
        x + 0.3 * side * _waves(x, y, rng, 3 * side),
        y + 0.3 * side * _waves(y, x, rng, 3 * side),
    )
    a, b = (np.floor(part / side).astype(int) for part in warped)
    gap = (warped[0] / side % 1 < 0.1) | (warped[1] / side % 1 < 0.1)
    tones = _tones(rng, 97, 0.3, 0.75)[(a * 7 + b * 13) % 97]
    return floats(tones * np.where(gap, 0.35, 1)[..., None])


def _bricks(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    row = np.floor(y / 7).astype(int)
    along = x / 21 + 0.5 * (row % 2)
    gap = (along % 1 < 0.05) | (y / 7 % 1 < 0.12)
    tones = _tones(rng, 41, 0.35, 0.7)[(np.floor(along).astype(int) * 5 + row * 11) % 41]
    return floats(np.where(gap[..., None], 0.45, tones))


def _wallpaper(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    period = float(rng.uniform(6, 30))
    band = ((x / period % 1) < float(rng.uniform(0.2, 0.7))).astype(int)
    dots = (np.hypot(x % period - period / 2, y % period - period / 2) < period * 0.2).astype(int)
    return floats(_tones(rng, 3, 0.4, 0.9)[np.maximum(band, 2 * dots)])


def _shelf(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
    """Boards with things of many colours on them, as walls of boxes and binders are."""
    wide = float(rng.uniform(5, 11))
    level, slot = np.floor(y / 32).astype(int), np.floor(x / wide).astype(int)
    tall = 12 + (slot * 7 + level * 5) % 17
    tones = _tones(rng, 59, 0.1, 0.95)[(slot * 23 + level * 31) % 59]
    return floats(np.where(((y % 32) < tall)[..., None], tones, 0.1))


_FLOORS: tuple[Pattern, ...] = (_herringbone, _marble, _rug, _stones)
_WALLS: tuple[Pattern, ...] = (_bricks, _wallpaper, _shelf, _marble)
