"""Simulated robots as cameras: several share one world, and tell what they were told to do."""

from __future__ import annotations

from anki_vector.messaging import protocol

from labeler.cameras.base import CameraState
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
