"""A sheet of randomised pictures with their true boxes.

Run: python tests/benchmarks/randomized_gallery.py docs/pictures/randomized.jpg [--without FACTOR]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np

from labeler.simulator.arrays import Pixels, pixels
from labeler.synthetic.factors import FACTORS
from labeler.synthetic.randomized import RandomizedPicture, RandomizedPictures
from tests.script import run

COLUMNS, TILE = 5, (320, 180)
GREEN, AMBER = (90, 220, 90), (60, 190, 250)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--without", action="append", choices=tuple(FACTORS), default=[])
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--rows", type=int, default=4)
    words = parser.parse_args()
    pictures, tiles = RandomizedPictures(words.seed, words.without), []
    for number in range(100 * words.rows):
        drawn = pictures.draw(number)
        if drawn.truth.width * 9 == drawn.truth.height * 16:  # which fit the sheet
            tiles.append(tile(drawn))
        if len(tiles) == COLUMNS * words.rows:
            break
    rows = [np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles), COLUMNS)]
    cv2.imwrite(str(words.out), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 80])


def tile(drawn: RandomizedPicture) -> Pixels:
    image = cv2.imdecode(np.frombuffer(drawn.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    for box in drawn.truth.boxes:
        far = (box.x + box.width, box.y + box.height)
        cv2.rectangle(image, (box.x, box.y), far, GREEN if box.name == "vector" else AMBER, 3)
    return pixels(cv2.resize(image, TILE, interpolation=cv2.INTER_AREA))


if __name__ == "__main__":
    run(main)
