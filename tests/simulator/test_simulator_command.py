"""The verb `simulator`: starting, what it writes where, and ending."""

from __future__ import annotations

import configparser
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labeler.simulator.certificate import make_certificate
from labeler.simulator.configuration import Address, Identity, write_configuration
from tests.simulator.simulator_process import ROOT, SimulatorProcess


def sections(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(path, encoding="utf-8")
    return parser


def test_it_ends_when_its_standard_input_is_closed(isolated_home: Path) -> None:
    simulator = SimulatorProcess()
    assert not (isolated_home / ".anki_vector").exists()
    config = Path(simulator.ready["config"])
    assert sections(config)["00sim001"]["guid"] == simulator.ready["guid"]
    began = time.monotonic()
    assert simulator.end() == 0
    assert time.monotonic() - began < 10  # 0.2 s where the machine has nothing else to do
    assert not config.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")
def test_it_ends_by_sigterm_and_answers_only_with_tls_on_the_loopback(tmp_path: Path) -> None:
    simulator = SimulatorProcess("--folder", str(tmp_path), "--guid", "fixed", "--seed", "2")
    ready = simulator.ready
    assert ready["guid"] == "fixed"
    assert ready["ip"] == "127.0.0.1"
    context = ssl.create_default_context(cafile=ready["cert"])
    with (
        socket.create_connection(("127.0.0.1", ready["port"]), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="Vector-SIM1") as secure,
    ):
        assert secure.version() in {"TLSv1.2", "TLSv1.3"}
    simulator.process.send_signal(signal.SIGTERM)
    assert simulator.wait() == 0
    assert sections(tmp_path / "sdk_config.ini")["00sim001"]["port"] == str(ready["port"])


def test_install_adds_the_robot_to_the_sdks_own_configuration(isolated_home: Path) -> None:
    folder = isolated_home / ".anki_vector"
    folder.mkdir()
    (folder / "sdk_config.ini").write_text("[00real01]\nname = Vector-R7K2\n", encoding="utf-8")
    simulator = SimulatorProcess("--install", "--name", "Vector-SIM9", "--serial", "00sim009")
    parser = sections(folder / "sdk_config.ini")
    assert parser["00real01"]["name"] == "Vector-R7K2"
    assert parser["00sim009"]["name"] == "Vector-SIM9"
    assert Path(parser["00sim009"]["cert"]).parent == folder.resolve()
    simulator.end()


def test_a_taken_port_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "labeler", "simulator", "--port", port],
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=120,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_writing_the_configuration_keeps_other_robots_and_their_odd_values(tmp_path: Path) -> None:
    path = tmp_path / "sdk_config.ini"
    path.write_text("[00real01]\nguid = a%b=c\n", encoding="utf-8")
    identity = Identity(guid="100%")
    write_configuration(tmp_path, identity, Address("127.0.0.1", 4), b"cert")
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path, encoding="utf-8")
    assert parser["00real01"]["guid"] == "a%b=c"
    assert parser["00sim001"]["guid"] == "100%"
    assert [file.name for file in tmp_path.glob("*.new")] == []


def test_each_certificate_is_new_and_names_the_robot() -> None:
    one, two = make_certificate("Vector-SIM1"), make_certificate("Vector-SIM1")
    assert one.key != two.key
    assert one.certificate.startswith(b"-----BEGIN CERTIFICATE-----")
    assert Identity().guid != Identity().guid
