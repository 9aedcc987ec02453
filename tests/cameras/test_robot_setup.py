"""Setting up a robot through a wire-pod, and moving it to a new address."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from labeler.cameras import pod as pods
from labeler.cameras import single_calls
from labeler.cameras.pod import Pod, PodRobot, fetch_certificate, read_pod, robots_of
from labeler.cameras.robots import RobotConfig, config_path, find_robot, known_address
from labeler.cameras.sdk_config import change_address, put_robot
from labeler.cameras.setup import Step, Wish, move_robot, read_address, set_up
from labeler.errors import UserError
from tests.cameras.pod_stand_in import PodStandIn
from tests.cameras.test_preflight import self_signed


@pytest.fixture
def pod(simulated_robot: RobotConfig, isolated_home: Path) -> Iterator[PodStandIn]:
    """A wire-pod that knows the shared robot."""
    with PodStandIn() as running:
        running.robots = [(simulated_robot.serial, simulated_robot.address, "cG9kcw==")]
        running.certificates = {simulated_robot.serial: simulated_robot.cert.read_bytes()}
        yield running


@dataclass
class Steps:
    """What was told on the way."""

    told: list[tuple[Step, str]] = field(default_factory=list)

    def __call__(self, step: Step, sentence: str) -> None:
        self.told.append((step, sentence))

    @property
    def sentences(self) -> list[str]:
        return [sentence for _, sentence in self.told if sentence]


def fault_of(wish: Wish) -> tuple[Step, str]:
    """The step in which the set-up ended, and what was said; nothing is written then."""
    steps = Steps()
    with pytest.raises(UserError) as caught:
        set_up(wish, steps)
    assert not config_path().exists()
    return steps.told[-1][0], str(caught.value)


def test_the_address_of_the_wire_pod_is_enough(
    pod: PodStandIn, simulated_robot: RobotConfig
) -> None:
    steps = Steps()
    robot = set_up(Wish(pod.address), steps)
    assert steps.sentences == [
        f"The wire-pod at {pod.address} knows 1 robot.",
        "The certificate is that of Vector-SIM1.",
        f"Vector-SIM1 answers at {simulated_robot.address}.",
        "Vector-SIM1 accepts this computer.",
        "Kept in ~/.anki_vector/sdk_config.ini.",
    ]
    assert find_robot("Vector-SIM1") == robot
    assert robot.guid == simulated_robot.guid
    assert robot.cert.read_bytes() == simulated_robot.cert.read_bytes()


def test_a_file_an_address_and_a_token_need_no_wire_pod(
    simulated_robot: RobotConfig, isolated_home: Path
) -> None:
    robot = simulated_robot
    wish = Wish("", robot.serial, robot.address, robot.cert, robot.guid)
    assert robot.guid not in repr(wish)
    set_up(replace(wish, serial=""), Steps())  # it stands in the certificate's name
    assert find_robot(robot.serial).port == robot.port
    with pytest.raises(UserError, match="is no serial number of a robot"):
        set_up(replace(wish, serial="../x"), Steps())


def test_the_wire_pods_own_token_helps_where_the_robot_gives_none(
    pod: PodStandIn, simulated_robot: RobotConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_calls, "SESSION", b"of somebody else")
    step, sentence = fault_of(Wish(pod.address))
    assert step is Step.TOKEN
    assert "does not accept this computer's token" in sentence
    pod.robots = [(simulated_robot.serial, simulated_robot.address, "")]
    step, sentence = fault_of(Wish(pod.address))
    assert "gave no token to this computer: it refuses. Is wire-pod running" in sentence
    pod.robots = [(simulated_robot.serial, simulated_robot.address, simulated_robot.guid)]
    assert set_up(Wish(pod.address), Steps()).guid == simulated_robot.guid


def test_among_several_robots_one_has_to_be_chosen(
    pod: PodStandIn, simulated_robot: RobotConfig
) -> None:
    pod.robots.append(("00e20200", "192.168.1.8", ""))
    step, sentence = fault_of(Wish(pod.address))
    assert step is Step.POD
    assert f"serial numbers: {simulated_robot.serial}, 00e20200" in sentence
    set_up(Wish(pod.address, simulated_robot.serial.upper()), Steps())


def test_an_address_that_the_wire_pod_does_not_know_is_asked_for(
    pod: PodStandIn, simulated_robot: RobotConfig
) -> None:
    pod.robots = [(simulated_robot.serial, "", "")]
    step, sentence = fault_of(Wish(pod.address))
    assert step is Step.POD
    assert "Type the robot's address" in sentence
    set_up(Wish(pod.address, address=simulated_robot.address), Steps())


def test_a_robot_without_a_certificate_in_the_wire_pod(pod: PodStandIn) -> None:
    pod.certificates = {}
    step, sentence = fault_of(Wish(pod.address))
    assert step is Step.CERTIFICATE
    assert "has no certificate for the serial number" in sentence


def test_the_certificate_of_a_robot_that_was_set_up_anew(
    pod: PodStandIn, simulated_robot: RobotConfig
) -> None:
    pod.certificates = {simulated_robot.serial: self_signed("Vector-SIM1")}
    step, sentence = fault_of(Wish(pod.address))
    assert step is Step.ROBOT
    assert "is another one, or was set up anew" in sentence


def test_a_file_that_is_no_certificate(
    simulated_robot: RobotConfig, isolated_home: Path, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear robot", encoding="utf-8")
    for file, words in ((letter, "is no certificate"), (tmp_path / "gone", "cannot be read")):
        step, sentence = fault_of(Wish("", "00e20100", "127.0.0.1", file))
        assert step is Step.CERTIFICATE
        assert words in sentence


def test_what_answers_but_is_no_wire_pod(pod: PodStandIn) -> None:
    lies = b'{"robots": [{"esn": "../../x"}]}'
    few = (b"<html>", b"error reading file", b"[]", b'{"robots": 5}', b'{"robots": [3]}')
    for answer in (*few, lies, b"[" * 2_000_000):
        pod.answer = answer
        assert "is no wire-pod, or one that knows no robot" in fault_of(Wish(pod.address))[1]


def test_a_wire_pod_that_is_off_says_nothing_or_is_nowhere(pod: PodStandIn) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert "is not running: nothing listens" in fault_of(Wish(f"127.0.0.1:{port}"))[1]
    assert "cannot be reached" in fault_of(Wish("no-such-pod.invalid"))[1]
    pod.hang()
    with pytest.raises(UserError, match=r"does not answer\. Is the computer"):
        robots_of(read_pod(pod.address), timeout=0.2)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", Pod("escapepod.local", 8080)),
        ("192.168.1.5", Pod("192.168.1.5", 8080)),
        ("http://192.168.1.5:80/", Pod("192.168.1.5", 80)),
        ("https://pod.home:8443/setup", Pod("pod.home", 8443, encrypted=True)),
    ],
)
def test_a_wire_pods_address_is_read_as_people_type_it(typed: str, read: Pod) -> None:
    assert read_pod(typed) == read


@pytest.mark.parametrize("typed", ["ftp://pod", "http://", "pod:port", "pod:99999"])
def test_what_is_no_address_of_a_wire_pod(typed: str) -> None:
    with pytest.raises(UserError, match="is no address of a wire-pod"):
        read_pod(typed)


def test_the_wire_pods_tokens_are_not_printed(pod: PodStandIn) -> None:
    (known,) = robots_of(read_pod(pod.address))
    assert known.token == "cG9kcw=="
    assert "cG9kcw" not in repr(known)
    assert PodRobot("00e20100", "1.2.3.4") == PodRobot("00e20100", "1.2.3.4", "")


def test_a_serial_number_cannot_leave_its_place_in_the_address(
    pod: PodStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(_pod: Pod, path: str, _timeout: float) -> tuple[int, bytes]:
        asked.append(path)
        return 404, b""

    monkeypatch.setattr(pods, "_ask", ask)
    with pytest.raises(UserError):
        fetch_certificate(read_pod(pod.address), "../api/secret?x")
    assert asked == ["/session-certs/..%2Fapi%2Fsecret%3Fx"]


def test_a_robot_moves_only_to_where_it_answers(
    pod: PodStandIn, simulated_robot: RobotConfig
) -> None:
    set_up(Wish(pod.address), Steps())
    text = config_path().read_text(encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(UserError, match="refuses the connection"):
        move_robot(simulated_robot.serial, f"127.0.0.1:{port}")
    with pytest.raises(UserError, match="keeps the address"):
        move_robot(simulated_robot.serial, f"localhost:{simulated_robot.port}", lambda: True)
    assert config_path().read_text(encoding="utf-8") == text
    moved = move_robot(simulated_robot.serial, f"localhost:{simulated_robot.port}")
    assert find_robot("Vector-SIM1") == moved
    assert moved.ip == "localhost"


@pytest.mark.parametrize("typed", ["", "robot:port", "1.2.3.4:0", "a b", "http://1.2.3.4", "a@b"])
def test_what_is_no_address_of_a_robot(typed: str) -> None:
    with pytest.raises(UserError, match="is no address of a robot"):
        read_address(typed)


def test_a_token_that_no_robot_can_have_given_is_refused_before_it_is_sent(
    simulated_robot: RobotConfig, isolated_home: Path
) -> None:
    robot = simulated_robot
    step, sentence = fault_of(Wish("", robot.serial, robot.address, robot.cert, "pässword"))
    assert step is Step.TOKEN
    assert "does not accept this token" in sentence


def test_a_new_address_without_a_port_keeps_the_one_that_is_known(isolated_home: Path) -> None:
    put_robot(config_path(), "00e20100", {"ip": "1.2.3.4", "port": "8443"})
    for typed, address in (("fe80::1", "[fe80::1]:8443"), ("[fe80::2]:443", "fe80::2")):
        change_address(config_path(), "00e20100", typed)
        assert known_address("00e20100") == address


def test_a_wire_pod_without_robots_and_an_address_that_is_none(pod: PodStandIn) -> None:
    pod.robots = []
    assert "knows no robot yet. Set yours up on its page" in fault_of(Wish(pod.address))[1]
    assert "this is no address" in fault_of(Wish("my pod"))[1]
    assert "does not speak HTTPS" in fault_of(Wish(f"https://{pod.address}"))[1]


def test_a_damaged_file_is_told_before_the_robot_is_asked_for_anything(pod: PodStandIn) -> None:
    config_path().parent.mkdir()
    config_path().write_text("[00e20100\n", encoding="utf-8")
    steps = Steps()
    with pytest.raises(UserError, match="is damaged in line 1"):
        set_up(Wish(pod.address), steps)
    assert steps.told == [(Step.KEPT, "")]
