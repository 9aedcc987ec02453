"""Faults by words and by timetable: each begins, is what it says, and ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labeler.errors import UserError
from labeler.simulator.faults import DAMAGES, OPPOSITES, Faults, damaged, ending
from labeler.simulator.timetable import MOMENTS, Entry, check_robots, entry_of, read_timetable
from tests.cameras.camera_waits import robot_of
from tests.cameras.raw_client import RawClient
from tests.simulator.simulator_process import SimulatorProcess, wait_until

WITH_ARGUMENTS = ("slow 50 20", "slow 10", "corrupt empty", "hang BatteryState")


@pytest.mark.parametrize("words", [*(w for w in OPPOSITES if w != "hang"), *WITH_ARGUMENTS])
def test_every_fault_is_over_when_its_opposite_is_said(words: str) -> None:
    faults, untouched = Faults(), Faults()
    untouched.changed = faults.changed
    assert faults.switch(words)
    assert faults != untouched
    end = ending(words)
    assert end is not None
    assert faults.switch(end)
    untouched.changed = faults.changed
    assert faults == untouched


@pytest.mark.parametrize(
    "words",
    ["", "frees", "slow down", "slow 1 2 3", "corrupt all", "hang", "slow " + 5000 * "9"],
)
def test_words_that_mean_nothing_are_refused(words: str) -> None:
    assert not Faults().switch(words)
    with pytest.raises(UserError, match="knows no fault"):
        entry_of(words)


def test_a_line_says_when_how_long_how_often_and_which_robot() -> None:
    assert entry_of("freeze") == Entry("freeze")
    assert entry_of("slow 50 20 at 3 for 2.5") == Entry("slow 50 20", 3.0, 2.5)
    assert entry_of("2: drop at 30 for 3 every 60") == Entry("drop", 30.0, 3.0, 60.0, 2)
    assert entry_of("2: drop").order == "2: drop"
    assert entry_of("  low" + 100_000 * " " + "battery ") == Entry("low battery")
    assert entry_of("2: drop").end == "2: return"
    for words in MOMENTS:
        assert entry_of(words).end is None
        with pytest.raises(UserError, match="over in a moment"):
            entry_of(f"{words} for 3")


def test_a_timetable_is_read_from_json_and_a_bad_one_is_said(tmp_path: Path) -> None:
    path = tmp_path / "lesson.json"
    path.write_text(json.dumps(["freeze at 2", {"fault": "drop", "at": 5, "for": 1, "robot": 2}]))
    assert read_timetable(path) == [Entry("freeze", 2.0), Entry("drop", 5.0, 1.0, 0.0, 2)]
    drop = '[{"fault": "drop", "%s": %s}]'
    wrong = (("at", '"soon"'), ("robot", "1e999"), ("at", f"1{400 * '0'}"))
    for bad in ("{}", "[3]", "[{}]", "nothing", 9999 * "[", *(drop % pair for pair in wrong)):
        path.write_text(bad)
        with pytest.raises(UserError, match=r"timetable .*lesson\.json"):
            read_timetable(path)
    for seconds in ("NaN", "Infinity", "-1"):
        path.write_text(drop % ("for", seconds))
        with pytest.raises(UserError, match="numbers from 0 on"):
            read_timetable(path)
    with pytest.raises(UserError, match="cannot be read"):
        read_timetable(tmp_path / "none.json")
    check_robots([Entry("drop"), Entry("drop", robot=2)], 2)
    for robot in (-1, 3):
        with pytest.raises(UserError, match="there are 2"):
            check_robots([Entry("drop", robot=robot)], 2)


def test_a_damaged_picture_is_no_picture_any_more() -> None:
    jpeg = b"\xff\xd8" + bytes(9000) + b"\xff\xd9"
    assert damaged(jpeg, "truncated", 1) == jpeg[:3001]
    assert not damaged(jpeg, "garbage", 1).startswith(b"\xff\xd8")
    assert damaged(jpeg, "empty", 1) == b""
    assert {damaged(jpeg, "mixed", n) for n in (3, 4, 5)} == {
        damaged(jpeg, kind, 4) for kind in DAMAGES[:3]
    }


def test_faults_come_and_go_by_word(running_simulator: SimulatorProcess) -> None:
    simulator = running_simulator
    robot = robot_of(json.dumps(simulator.ready))
    with RawClient(robot) as first:
        first.watch()
        simulator.order("slow 30 2000")
        simulator.order("corrupt empty at 0.1")
        wait_until(lambda: first.images and first.images[-1].data == b"")
        simulator.order("drop for 0.3")
        wait_until(lambda: not any(thread.is_alive() for thread in first._threads))
    with RawClient(robot) as second:
        wait_until(lambda: reached(second))
        simulator.order("fast")
        simulator.order("mend")
        second.watch()
        wait_until(lambda: second.images and second.images[-1].data.startswith(b"\xff\xd8"))
        simulator.order("take camera")
        wait_until(lambda: stands_still(second.images, second.states))
        simulator.order("reject token")
        wait_until(lambda: not reached(second))
        simulator.order("accept token")
        wait_until(lambda: reached(second))


def reached(client: RawClient) -> bool:
    import grpc
    from anki_vector.messaging import protocol

    try:
        client.robot.BatteryState(protocol.BatteryStateRequest(), timeout=5)
    except grpc.RpcError:
        return False
    return True


def stands_still(images: list[object], states: list[object]) -> bool:
    """Whether no picture came while the robot told its state six times."""
    seen, told = len(images), len(states)
    wait_until(lambda: len(states) >= told + 6)
    return len(images) == seen
