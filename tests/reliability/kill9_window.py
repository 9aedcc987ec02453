"""The window that kill9 kills: a person's mouse and keys in a hurry, each edit told once kept.

Run by kill9.py. A line of JSON on stdout for everything that the document said was kept.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from pathlib import Path
from random import Random

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from labeler.cameras.base import Frame
from labeler.gui import theme
from labeler.gui.main_window import MainWindow
from labeler.gui.photo_keeper import Kept, PhotoKeeper, Shot
from tests.gui.label_window import Hand, open_window
from tests.script import run

MOST_BOXES = 10
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--photos", action="store_true", help="take photos meanwhile")
    wish = parser.parse_args()
    application = QApplication([])
    theme.install(application)
    window = open_window(wish.dataset, wish.settings, backs_up=True)
    teller = Teller(window)
    person = Person(window, Random(wish.seed))
    photographer = Photographer(window, wish.seed) if wish.photos else None
    window.backups.look()
    teller.begin()
    while True:
        person.do_something()
        if photographer is not None and person.random.random() < 0.3:
            photographer.take()
        application.processEvents()


def tell(words: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


class Teller:
    """Acknowledges what the journal got, at the moment the document says that it is kept."""

    def __init__(self, window: MainWindow) -> None:
        self._dataset = window.document.dataset
        self._told = self._dataset.journal(1)[0].id
        window.document.said.connect(self._tell)
        window.document.failed.connect(lambda text, details: tell({"failed": text}))

    def begin(self) -> None:
        tell({"ready": True})

    def _tell(self, sentence: str) -> None:
        for entry in reversed(self._dataset.journal_since(self._told)):
            edit = json.loads(self._dataset.edit_of(entry.id).to_json())
            tell({"entry": entry.id, "edit": edit, "said": sentence})
            self._told = entry.id


class Person:
    """Does at random what hands do in the Label workspace."""

    def __init__(self, window: MainWindow, random: Random) -> None:
        self.random = random
        self._hand = Hand(window)
        self._deeds = (
            [self._draw] * 6
            + [self._nudge] * 3
            + [self._undo] * 3
            + [self._redo, self._delete, self._class, self._verify, self._duplicate]
            + [self._go] * 3
            + [self._paste, self._name, self._resize, self._mark, self._go_back]
        )

    def do_something(self) -> None:
        hand = self._hand
        if not hand.label.canvas.isVisible():
            hand.label.travel.go_next()
            return
        hand.label.canvas.setFocus()
        if len(hand.boxes) >= MOST_BOXES:
            hand.press(Qt.Key.Key_A, CONTROL)
            hand.press(Qt.Key.Key_Delete)
            return
        self.random.choice(self._deeds)()

    def _at(self) -> tuple[float, float]:
        return self.random.uniform(5, 590), self.random.uniform(5, 320)

    def _draw(self) -> None:
        x, y = self._at()
        self._hand.press(Qt.Key.Key_W)
        self._hand.drag((x, y), (x + self.random.uniform(8, 200), y + self.random.uniform(8, 150)))

    def _select(self) -> None:
        if self._hand.boxes:
            box = self.random.choice(self._hand.boxes)
            self._hand.click(box.x + box.width / 2, box.y + box.height / 2)

    def _nudge(self) -> None:
        self._select()
        self._hand.press(self.random.choice(ARROWS), self.random.choice((SHIFT, _PLAIN)))

    def _resize(self) -> None:
        self._select()
        self._hand.press(self.random.choice(ARROWS), Qt.KeyboardModifier.AltModifier)

    def _undo(self) -> None:
        for _ in range(self.random.randint(1, 4)):
            self._hand.press(Qt.Key.Key_Z, CONTROL)

    def _redo(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            self._hand.press(Qt.Key.Key_Y, CONTROL)

    def _delete(self) -> None:
        self._select()
        self._hand.press(Qt.Key.Key_Delete)

    def _class(self) -> None:
        self._select()
        self._hand.press(self.random.choice((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)))

    def _name(self) -> None:
        """A class by its name: new ones now and then, up to a dozen."""
        hand = self._hand
        hand.press(Qt.Key.Key_N)
        QTest.keyClicks(hand.label.classes.field, f"thing {self.random.randint(1, 12)}")
        QTest.keyClick(hand.label.classes.field, Qt.Key.Key_Return)

    def _verify(self) -> None:
        self._hand.press(Qt.Key.Key_Space)

    def _duplicate(self) -> None:
        self._select()
        self._hand.press(Qt.Key.Key_D, CONTROL)

    def _mark(self) -> None:
        """Occluded, or truncated."""
        self._select()
        self._hand.press(self.random.choice((Qt.Key.Key_Q, Qt.Key.Key_E)))

    def _go_back(self) -> None:
        """By the history: several edits at once."""
        self._hand.press(Qt.Key.Key_H, CONTROL)
        entries = self._hand.window.history.panel.list
        for _ in range(self.random.randint(2, 6)):
            QTest.keyClick(entries, Qt.Key.Key_Down)
        QTest.keyClick(entries, Qt.Key.Key_Return)
        QTest.keyClick(entries, Qt.Key.Key_Escape)

    def _paste(self) -> None:
        self._hand.press(Qt.Key.Key_V, CONTROL)

    def _go(self) -> None:
        self._hand.press(self.random.choice((Qt.Key.Key_D, Qt.Key.Key_A)))


_PLAIN = Qt.KeyboardModifier.NoModifier


class Photographer:
    """Keeps photos through the keeper that Capture uses, no two alike."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self._window = window
        self._random = Random(seed)
        self._number = 0
        self._keeper = PhotoKeeper(window)
        self._keeper.kept.connect(self._tell)

    def take(self) -> None:
        if self._keeper.waiting > 2:
            return
        self._number += 1
        frame = Frame(self._picture(), self._number)
        self._keeper.keep(Shot(self._window.document.dataset, "hurry", "kill9", take=lambda: frame))

    def _picture(self) -> bytes:
        picture = Pillow.new("RGB", (640, 360), (60, 90, self._random.randrange(256)))
        for place in range(40):
            color = tuple(self._random.randrange(256) for _ in range(3))
            picture.putpixel((place, 0), color)
        stream = io.BytesIO()
        picture.save(stream, "PNG")
        return stream.getvalue()

    def _tell(self, kept: Kept) -> None:
        self._window.document.notify_images_added([kept.image.id])
        tell({"image": kept.image.id, "sha256": kept.image.sha256})


if __name__ == "__main__":
    run(main)
