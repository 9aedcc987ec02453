"""Several simulated robots on one table: each has its own door, body and picture of the others."""

from __future__ import annotations

import configparser
import math
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from anki_vector.connection import ControlPriorityLevel
from anki_vector.exceptions import VectorUnauthenticatedException
from anki_vector.messaging import protocol

from labeler.simulator.configuration import Identity, numbered
from labeler.simulator.ground import ROBOT_RADIUS, on_table
from labeler.simulator.truth import read_truth
from labeler.simulator.world import World
from tests.simulator.simulator_process import Client, SimulatorProcess, wait_until

TICK = 1 / 15


@pytest.fixture(scope="module")
def pair() -> Iterator[SimulatorProcess]:
    simulator = SimulatorProcess("--robots", "2", "--seed", "3", "--fault", "2: low battery")
    yield simulator
    simulator.end()


@pytest.fixture
def clients(pair: SimulatorProcess, isolated_home: Path) -> Iterator[list[Client]]:
    folder = isolated_home / ".anki_vector"
    folder.mkdir()
    (folder / "sdk_config.ini").write_bytes(Path(pair.ready["config"]).read_bytes())
    level = ControlPriorityLevel.DEFAULT_PRIORITY
    made = [Client(robot, behavior_control_level=level) for robot in pair.ready["robots"]]
    yield made
    for client in made:
        client.close()


def test_each_camera_sees_all_others_and_never_itself() -> None:
    world = World(2, robots=3)
    for number, own in enumerate(world.residents):
        seen = [figure.pose for figure in world.scene(number).figures]
        assert seen == [one.pose for one in world.residents if one is not own]
        assert world.scene(number).eye == own.pose


def test_a_second_camera_changes_nothing_in_what_the_first_one_begins_to_see() -> None:
    assert World(4, robots=2).scene() == World(4).scene()


@pytest.mark.parametrize("seed", [0, 5])
def test_six_robots_find_room_and_drive_through_nobody(seed: int) -> None:
    world = World(seed, robots=6)
    begun = [one.pose for one in world.residents]
    for _ in range(250):
        world.step(TICK)
        poses = [one.pose for one in world.residents]
        assert all(on_table(pose.x, pose.y, margin=3.0) for pose in poses)
        gaps = [math.hypot(a.x - b.x, a.y - b.y) for a, b in combinations(poses, 2)]
        assert min(gaps) > 1.7 * ROBOT_RADIUS
    assert all(old != new for old, new in zip(begun, poses, strict=True))


def test_a_steered_robot_waits_while_the_others_live_on() -> None:
    world = World(3, robots=3)
    steered = world.residents[1]
    steered.controlled = True
    world.step(TICK)
    begun = [one.pose for one in world.residents]
    for _ in range(60):
        world.step(TICK)
    still = [old == one.pose for old, one in zip(begun, world.residents, strict=True)]
    assert still == [False, True, False]


def test_names_and_serials_count_on_and_tokens_differ() -> None:
    robots = numbered(Identity("Vector-SIM9", "00sim009"), 3)
    assert [one.name for one in robots] == ["Vector-SIM9", "Vector-SIM10", "Vector-SIM11"]
    assert [one.serial for one in robots] == ["00sim009", "00sim010", "00sim011"]
    assert len({one.guid for one in robots}) == 3


def test_each_has_a_section_a_port_a_certificate_a_token_and_faults_of_its_own(
    pair: SimulatorProcess, clients: list[Client]
) -> None:
    levels = [client.robot.get_battery_state().battery_level for client in clients]
    assert levels == [protocol.BATTERY_LEVEL_NOMINAL, protocol.BATTERY_LEVEL_LOW]
    parser = configparser.ConfigParser()
    parser.read(pair.ready["config"], encoding="utf-8")
    assert parser.sections() == ["00sim001", "00sim002"]
    for key in ("name", "port", "cert", "guid"):
        assert parser["00sim001"][key] != parser["00sim002"][key]
    one, two = pair.ready["robots"]
    assert one["port"] == pair.ready["port"]
    with pytest.raises(VectorUnauthenticatedException):
        Client({**two, "guid": one["guid"]})


def test_a_client_steers_its_own_robot_and_the_other_one_stands(clients: list[Client]) -> None:
    one, two = (client.robot for client in clients)
    for robot in (one, two):
        robot.motors.stop_all_motors()
        wait_until(lambda robot=robot: not robot.status.are_wheels_moving)
    first, second = one.pose_angle_rad, two.pose_angle_rad
    two.motors.set_wheel_motors(-60, 60)
    wait_until(lambda: abs(math.remainder(two.pose_angle_rad - second, math.tau)) > 0.5)
    two.motors.stop_all_motors()
    assert one.pose_angle_rad == pytest.approx(first, abs=0.01)


def test_one_sees_the_other_and_a_fault_of_one_is_not_the_others(
    pair: SimulatorProcess, clients: list[Client]
) -> None:
    turn = protocol.DriveWheelsRequest(left_wheel_mmps=-40, right_wheel_mmps=40)
    clients[0].call("DriveWheels", turn)  # once around it must come into view
    feeds = [client.feed() for client in clients]
    wait_until(lambda: any(sees_a_robot(frame.data) for frame in feeds[0].frames))
    pair.order("2: freeze")
    wait_until(Standstill(feeds[1].frames, feeds[0].frames))
    pair.order("2: thaw")
    feeds[1].wait_for(1)
    for feed in feeds:
        feed.end()


def sees_a_robot(jpeg: bytes) -> bool:
    return any(box.name == "vector" for box in read_truth(jpeg).boxes)


class Standstill:
    """True once one feed has brought nothing while the other brought six frames."""

    def __init__(self, still: list[object], going: list[object]) -> None:
        self._still, self._going = still, going
        self._seen = (0, 0)

    def __call__(self) -> bool:
        if len(self._still) != self._seen[0]:
            self._seen = (len(self._still), len(self._going))
        return len(self._going) >= self._seen[1] + 6
