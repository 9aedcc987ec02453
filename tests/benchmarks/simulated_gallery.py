"""A sheet of what the simulated camera sees: rooms, tables, hours, and a robot that drives.

Run: python tests/benchmarks/simulated_gallery.py docs/pictures/simulated-rooms.jpg
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np

from labeler.simulator.render import Renderer
from labeler.simulator.setting import Setting
from labeler.simulator.world import World
from tests.script import run

FPS = 15
COLUMNS = 3
WIDTH = 1280
SHOWN = (
    (20, Setting("classroom", "papers", "noon"), 0, 4),
    (21, Setting("classroom", "tiles", "overcast", 8), 0, 5),
    (22, Setting("living room", "carpet", "evening"), 2, 4),
    (23, Setting("office", "papers", "afternoon", 8), 0, 4),
    (24, Setting("office", "tiles", "night"), 0, 2),
    (25, Setting("living room", "carpet", "noon", 8), 2, 4),
    (26, Setting("kitchen", "tiles", "evening"), 0, 4),
    (27, Setting("kitchen", "wood", "afternoon", 8), 2, 5),
    (28, Setting("kitchen", "cloth", "noon"), 0, 9),
)
"""The seed, the setting, whose camera, and after how many seconds; row by row."""


def sheet() -> np.ndarray:
    """BGR, one picture beside the other."""
    tiles = []
    for seed, setting, camera, seconds in SHOWN:
        world, renderer = World(seed, 3, setting.clutter), Renderer(seed, setting)
        for _ in range(seconds * FPS):
            world.step(1 / FPS)
        sent = renderer.photograph(world.scene(camera))
        tile = cv2.imdecode(np.frombuffer(sent, np.uint8), cv2.IMREAD_COLOR)
        assert tile is not None
        tiles.append(tile)
    rows = [np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles), COLUMNS)]
    whole = np.vstack(rows)
    height = round(whole.shape[0] * WIDTH / whole.shape[1])
    return cv2.resize(whole, (WIDTH, height), interpolation=cv2.INTER_AREA)


def main() -> None:
    cv2.imwrite(sys.argv[1], sheet(), [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    run(main)
