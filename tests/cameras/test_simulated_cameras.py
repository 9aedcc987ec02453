"""Simulated robots as cameras: several share one world, and tell what they were told to do."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from anki_vector.messaging import protocol

from labeler.cameras import simulated_world
from labeler.cameras.base import CameraState
from labeler.cameras.faults import RobotError
from labeler.cameras.robots import RobotConfig
from labeler.cameras.simulated import simulated_cameras
from labeler.cameras.simulated_world import SimulatedWorld
from tests.cameras.camera_waits import PATIENCE, frames_of, wait_for_state, wait_until


def test_two_simulated_cameras_share_one_world_until_the_last_one_stops() -> None:
    one, two = simulated_cameras(2, seed=3)
    one.start()
    two.start()
    try:
        for camera, name in ((one, "Vector-SIM1"), (two, "Vector-SIM2")):
            wait_for_state(camera, CameraState.LIVE)
            assert camera.name == name
        assert one.process_id == two.process_id
        one.world.order("mend")  # what is told of it does not keep deeds from being heard
        one.request_control()
        link = one._link
        assert link is not None
        said = protocol.SayTextRequest(text="hello", duration_scalar=0.01)
        link.submit(link.call("SayText", said)).result(PATIENCE)
        wait_until(one.deeds)
        assert [(deed.what, deed.words) for deed in one.deeds()] == [("said", "hello")]
        assert two.deeds() == []
        assert one.deeds(since=one.deeds()[-1].number) == []
        one.stop()
        frames_of(two, 2)
        process = two.process_id
        assert process is not None
        one = two.beside(0)
        two.stop()
        one.start()
        wait_for_state(one, CameraState.LIVE)
        assert (one.name, one.process_id) == ("Vector-SIM1", process)
    finally:
        one.stop()
        two.stop()
    assert two.process_id is None


def test_no_line_of_the_simulator_ends_its_reader() -> None:
    world = SimulatedWorld()
    lines = (b'{"obeyed": "freeze"}', b"[" * 100_000, b'["robot"]', b"\xff", b"")
    for line in (*lines, b'{"robot": "Vector-SIM1", "seconds": 0.5, "said": "hi"}'):
        world._note(line)
    (deed,) = world.deeds()
    assert (deed.robot, deed.what, deed.words) == ("Vector-SIM1", "said", "hi")


READY = {"serial": "1", "name": "Vector-SIM1", "ip": "127.0.0.1", "cert": __file__, "guid": "g"}


class Children:
    """Worlds whose children are these few lines of Python, each start the next one's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.codes: list[str] = []
        self.world = SimulatedWorld()
        self.told_slow = threading.Event()
        monkeypatch.setattr(simulated_world, "_command", self._command)

    def _command(self, seed: int, robots: int) -> list[str]:
        code = f"import sys\nready = {json.dumps({'robots': [READY | {'port': 7}]})!r}\n"
        return [sys.executable, "-ISc", code + self.codes.pop(0)]

    def robot(self) -> RobotConfig:
        return self.world.robot(0, self, threading.Event(), self.slow)

    def slow(self) -> None:
        self.told_slow.set()
        self.world.order("go on")


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    made = Children(monkeypatch)
    yield made
    made.world.leave(made, 2.0)


WAITS = "print(ready, flush=True); sys.stdin.read()"


def test_a_simulator_that_lives_is_waited_for_and_other_lines_do_not_confuse(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated_world, "SLOW", 0.05)
    children.codes = [f"print('[]'); print('half a', flush=True); sys.stdin.readline(); {WAITS}"]
    assert children.robot().port == 7
    assert children.told_slow.is_set()
    first = children.world.process_id
    assert children.robot().port == 7
    assert children.world.process_id == first


def test_a_simulator_that_died_is_started_once_more_and_then_says_why(children: Children) -> None:
    dies = "sys.exit('Out of memory.')"
    children.codes = [dies, WAITS]
    assert children.robot().port == 7
    children.world.leave(children, 2.0)
    children.codes = [dies, dies, WAITS]
    with pytest.raises(RobotError, match=r"did not start \(Out of memory\)") as failure:
        children.robot()
    assert failure.value.lasting
    assert children.robot().port == 7  # what "Try again" does


def test_a_simulator_that_never_is_ready_is_given_up_and_can_be_tried_again(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated_world, "SLOW", 0.01)
    monkeypatch.setattr(simulated_world, "PATIENCE", 0.02)
    children.codes = ["sys.stdin.read()", WAITS]
    with pytest.raises(RobotError, match="was not ready after"):
        children.robot()
    monkeypatch.setattr(simulated_world, "PATIENCE", PATIENCE)
    assert children.robot().port == 7


def test_an_order_to_a_simulator_that_died_does_not_keep_it_from_being_left(
    children: Children,
) -> None:
    children.codes = ["print(ready, flush=True); sys.stdin.readline()"]
    children.robot()
    children.world.order("freeze")
    child = children.world._child
    assert child is not None
    child.process.wait(PATIENCE)
    children.world.order("thaw")
    children.world.leave(children, 2.0)
    assert children.world.process_id is None


def test_where_no_process_can_be_started_it_is_said(
    children: Children, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(simulated_world, "_command", lambda *_: [str(tmp_path / "none")])
    with pytest.raises(RobotError, match="did not start"):
        children.robot()
