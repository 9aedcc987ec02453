"""How a robot is, seen without touching it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.cameras import faults, preflight
from labeler.cameras.faults import RobotError
from labeler.cameras.presence import Presence, Sighting, look, look_at_all
from labeler.cameras.robots import RobotConfig, config_path
from labeler.cameras.sdk_config import put_robot
from labeler.cameras.single_calls import request_token
from tests.cameras.camera_waits import Simulator, wait_until
from tests.cameras.raw_client import RawClient
from tests.cameras.test_preflight import self_signed


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def configure(serial: str, robot: RobotConfig) -> None:
    values = {"cert": str(robot.cert), "ip": robot.ip, "name": robot.name, "guid": robot.guid}
    put_robot(config_path(), serial, {**values, "port": str(robot.port)})


def test_a_robot_that_nobody_uses_is_ready_and_stays_so(simulated_robot: RobotConfig) -> None:
    assert look(simulated_robot) == Sighting(Presence.READY)
    assert look(simulated_robot) == Sighting(Presence.READY)


def test_another_program_that_watches_through_it_is_seen(simulated_robot: RobotConfig) -> None:
    with RawClient(simulated_robot) as raw:
        raw.watch()
        wait_until(lambda: raw.images)
        seen = look(simulated_robot)
    assert seen.presence is Presence.TAKEN
    assert f"Another program watches through {simulated_robot.name}" in seen.sentence


def test_a_token_that_is_not_the_robots_is_seen_and_told_nowhere(
    simulated_robot: RobotConfig,
) -> None:
    seen = look(replace(simulated_robot, guid="c2VjcmV0"))
    assert seen.presence is Presence.NEEDS_TOKEN
    assert "not authorised" in seen.sentence
    assert "c2VjcmV0" not in seen.sentence


def test_with_the_sdk_of_2019_no_robot_is_asked_and_that_is_told(
    simulated_robot: RobotConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise faults.sdk_too_old("0.6.0")

    monkeypatch.setattr(preflight, "check_sdk", refuse)
    seen = look(simulated_robot)
    assert seen.presence is Presence.UNUSABLE
    assert "SDK anki_vector 0.6.0 cannot work here" in seen.sentence
    with pytest.raises(RobotError, match="cannot work here"):
        request_token(simulated_robot, 1.0)


def test_a_robot_that_accepts_but_answers_nothing_is_told_in_time(simulator: Simulator) -> None:
    with simulator.fault("hang *", "answer *"):
        seen = look(simulator.robot, timeout=0.6)
    assert seen.presence is Presence.ASLEEP
    assert "says nothing" in seen.sentence


def test_all_robots_of_the_configuration_are_looked_at_together(
    isolated_home: Path, simulated_robot: RobotConfig, tmp_path: Path
) -> None:
    other = tmp_path / "other.cert"
    other.write_bytes(self_signed(simulated_robot.name))
    configure("00e20001", simulated_robot)
    configure("00e20002", replace(simulated_robot, port=free_port()))
    configure("00e20003", replace(simulated_robot, cert=other))
    configure("00e20004", replace(simulated_robot, cert=tmp_path / "gone.cert"))
    put_robot(config_path(), "00e20005", {"name": "Vector-A1B2"})
    configure("00e20006", replace(simulated_robot, name="Vector-Z9Z9"))
    serials = [f"00e2000{number}" for number in range(1, 7)]
    told: list[Mapping[str, Sighting]] = []
    seen = look_at_all(serials, told.append, lambda: False)
    assert {serial: each.presence for serial, each in seen.items()} == {
        "00e20001": Presence.READY,
        "00e20002": Presence.NOT_THERE,
        "00e20003": Presence.WRONG_CERTIFICATE,
        "00e20004": Presence.WRONG_CERTIFICATE,
        "00e20005": Presence.UNUSABLE,
        "00e20006": Presence.NOT_THERE,
    }
    assert told[-1] == seen
    assert (
        "has no address (ip) and no certificate (cert) and no token (guid)"
        in seen["00e20005"].sentence
    )


def test_each_robot_is_told_as_soon_as_it_is_known_and_none_waits_for_a_silent_one(
    isolated_home: Path, simulator: Simulator
) -> None:
    configure("00e20001", simulator.robot)
    configure("00e20002", replace(simulator.robot, port=free_port()))
    told: list[set[str]] = []
    with simulator.fault("hang *", "answer *"):
        look_at_all(
            ["00e20001", "00e20002"],
            lambda seen: told.append(set(seen)),
            lambda: False,
            timeout=0.8,
        )
    assert told == [{"00e20002"}, {"00e20001", "00e20002"}]


def test_looking_ends_at_once_when_nobody_wants_to_know_any_more(
    isolated_home: Path, simulator: Simulator
) -> None:
    configure("00e20001", simulator.robot)
    with simulator.fault("hang *", "answer *"):
        assert look_at_all(["00e20001"], lambda seen: None, lambda: True) == {}


def test_a_look_that_takes_longer_than_it_may_is_left_behind(
    isolated_home: Path, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure("00e20001", simulator.robot)
    answer = threading.Event()
    monkeypatch.setattr("labeler.cameras.presence.look", lambda *_: answer.wait(20))
    (seen,) = look_at_all(["00e20001"], lambda _: None, lambda: False, timeout=0.05).values()
    answer.set()
    assert seen.presence is Presence.ASLEEP
