"""Less is asked of a machine that cannot keep up, evenly, and more again when it can."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QImage

from labeler.cameras.base import Frame
from labeler.gui.decode import LONGEST, LivePicture
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.preview import effort
from labeler.gui.preview.detecting import LoadedModel, Sight
from labeler.gui.preview.effort import REDUCED, Effort
from labeler.gui.preview.looking import Looking
from labeler.gui.preview.number_words import eased_words, number_words


class Machine:
    """A detector that takes so long, on pictures of a camera at 20 a second."""

    def __init__(self, side: int = 640) -> None:
        self.effort = Effort()
        self.now = 0.0
        self.number = 0
        self.side = side

    def run(self, seconds: float, took_ms: float, *, decoded: int = 1) -> int:
        """How many pictures were looked at. decoded: of so many, one comes as far as this."""
        looked = 0
        end = self.now + seconds
        while self.now < end:
            self.number += decoded
            self.now += 0.05 * decoded
            if self.effort.wants(self.number, self.side, self.now):
                looked += 1
                self.effort.note(took_ms, self.now)
        return looked


def test_a_fast_detector_sees_every_picture_as_it_is() -> None:
    machine = Machine()
    assert machine.run(10, took_ms=15) == 200
    assert (machine.effort.every, machine.effort.longest) == (1, LONGEST)


def test_a_slow_detector_sees_every_third_picture_at_even_distances() -> None:
    machine = Machine()
    machine.run(20, took_ms=120)
    assert machine.effort.every == 3
    assert machine.run(3, took_ms=120) == 20


def test_where_every_other_picture_is_decoded_it_goes_on_looking() -> None:
    """The numbers are then all odd, say: of every third of them one must be looked at."""
    machine = Machine()
    machine.number = 1
    machine.run(20, took_ms=120, decoded=2)
    assert machine.effort.every in (2, 3)
    machine.effort.every = 2
    assert machine.run(2, took_ms=120, decoded=2) == 20


def test_large_pictures_are_reduced_before_any_is_left_out() -> None:
    machine = Machine(side=1920)
    machine.run(4, took_ms=60)
    assert (machine.effort.every, machine.effort.longest) == (1, REDUCED)


def test_a_moment_of_trouble_changes_nothing() -> None:
    machine = Machine()
    machine.run(5, took_ms=15)
    machine.run(1, took_ms=200)
    machine.run(5, took_ms=15)
    assert machine.effort.every == 1


def test_it_steps_up_again_once_the_machine_is_free() -> None:
    machine = Machine(side=1920)
    machine.run(30, took_ms=120)
    assert (machine.effort.every, machine.effort.longest) == (3, REDUCED)
    machine.run(60, took_ms=8)
    assert (machine.effort.every, machine.effort.longest) == (1, LONGEST)


def test_it_does_not_swing_between_two_steps() -> None:
    machine = Machine()
    machine.run(20, took_ms=70)
    steps = set()
    for _ in range(30):
        machine.run(1, took_ms=70)
        steps.add(machine.effort.every)
    assert steps == {2}


def test_a_detector_that_fills_most_of_its_time_comes_back_after_a_busy_moment() -> None:
    machine = Machine()
    machine.run(10, took_ms=40)
    assert machine.effort.every == 1
    machine.run(20, took_ms=120)
    assert machine.effort.every == 3
    machine.run(20, took_ms=40)
    assert machine.effort.every == 1
    machine.run(20, took_ms=40)
    assert not machine.effort.is_slow


def test_what_does_not_hold_is_tried_ever_more_rarely_and_not_spoken_of() -> None:
    """It takes longer for a picture where it looks at each, as where the window needs the core."""
    machine = Machine()
    machine.run(10, took_ms=60)
    tries = []
    for second in range(600):
        if machine.effort.every == 1:
            tries.append(second)
        machine.run(1, took_ms=50 if machine.effort.every == 1 else 42)
        assert machine.effort.is_slow
    assert 3 <= len(tries) <= 25
    assert max(tries) > 300
    assert len([each for each in tries if each > 200]) <= 5


def test_the_person_reads_what_is_asked_of_a_slow_machine(
    document: Document, live: LiveCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(effort, "time", SimpleNamespace(monotonic=lambda: now))
    looking, told = Looking(document, live), list[str]()
    looking.model = LoadedModel(Path("run/model.onnx"), {1: "mug"}, 0.5)
    looking.eased.connect(lambda: told.append(eased_words(looking)))
    image = QImage(1920, 1080, QImage.Format.Format_RGB32)

    def look(pictures: int, took_ms: float) -> str:
        def see(picture: LivePicture, _longest: int) -> None:
            looking.detecting.saw.emit(Sight(picture, (), took_ms))

        nonlocal now
        monkeypatch.setattr(looking.detecting, "look", see)
        for _ in range(pictures):
            now += 0.05
            frame = Frame(b"", round(20 * now))
            if looking.wants(frame):
                live.picture = LivePicture(frame, image)
                looking.look(live.picture)
        return number_words(looking)

    assert "reduced" not in look(20, 15)
    assert look(60, 60).endswith("dropped   reduced to 640")
    assert told == ["This computer is slow for this detector: it sees the frames at reduced size."]
    assert look(60, 60).endswith("reduced to 640   1 of every 2 frames")
    assert look(800, 15).endswith("dropped")
    assert told[1:] == ["The detector keeps up again: it sees every frame at full size."]


def test_only_what_came_while_somebody_watched_counts_as_dropped(
    document: Document, live: LiveCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The camera goes on for ten minutes while another workspace is on show, or a picture is held;
    the picture of before is looked at first when one comes back.
    """
    looking = Looking(document, live)
    image = QImage(64, 48, QImage.Format.Format_RGB32)

    def see(picture: LivePicture, _longest: int) -> None:
        looking.detecting.saw.emit(Sight(picture, (), 5.0))

    def come(number: int, *, looked: bool = True) -> None:
        frame = Frame(b"", number)
        if looking.wants(frame) and looked:
            live.picture = LivePicture(frame, image)
            looking.look(live.picture)

    monkeypatch.setattr(looking.detecting, "look", see)
    for number in range(1, 50):  # while the model is being loaded
        come(number)
    looking.model = LoadedModel(Path("run/model.onnx"), {1: "mug"}, 0.5)
    come(50)
    assert looking.pace.dropped == 0
    come(51, looked=False)
    come(52, looked=False)
    come(53)
    assert number_words(looking).endswith("   2 dropped")
    looking.resume()  # ten minutes later
    assert number_words(looking).endswith("   0 dropped")
    assert live.picture is not None
    looking.look(live.picture)
    come(18_432)
    come(18_433)
    assert looking.pace.dropped == 0
    looking.hold(on=True)
    for number in range(18_434, 19_000):
        come(number)
    looking.hold(on=False)
    come(19_000)
    assert looking.pace.dropped == 0
    come(19_001, looked=False)
    come(19_002)
    assert looking.pace.dropped == 1
    come(1)  # the camera was started anew and counts from one
    come(2)
    assert looking.pace.dropped == 1


def test_another_camera_is_tried_with_all_it_gives() -> None:
    machine = Machine()
    machine.run(20, took_ms=120)
    machine.effort.restart()
    assert machine.effort.every == 1
