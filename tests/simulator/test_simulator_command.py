"""The verb `simulator`: starting, what it writes where, and ending."""

from __future__ import annotations

import asyncio
import configparser
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import AsyncMock

import pytest

from labeler.cameras.robots import read_sections
from labeler.cli import main
from labeler.errors import UserError
from labeler.simulator.certificate import make_certificate
from labeler.simulator.configuration import (
    Address,
    Identity,
    remove_configuration,
    write_configuration,
)
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
    mine = b"# K\xfcche, my own\r\n[00REAL01]\r\nname = Vector-R7K2\r\nguid = a%b=c\r\n"
    (folder / "sdk_config.ini").write_bytes(mine + b"[00sim009]\r\nguid = old\r\n; bye\r\n")
    simulator = SimulatorProcess("--install", "--name", "Vector-SIM9", "--serial", "00sim009")
    path = folder / "sdk_config.ini"
    text = path.read_bytes()
    assert text.startswith(mine + b"; bye\r\n")
    robot = read_sections(path)["00sim009"]
    assert robot["name"] == "Vector-SIM9"
    assert Path(robot["cert"]).parent == folder.resolve()
    if os.name != "nt":
        assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    simulator.end()  # nobody could reach it any more
    assert path.read_bytes() == mine + b"; bye\r\n"
    assert list(folder.iterdir()) == [path]


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


def test_the_world_is_closed_also_where_a_configuration_cannot_be_taken_away(
    tmp_path: Path,
) -> None:
    from labeler.simulator.server import RunningServer  # gRPC and the SDK

    closed: list[bool] = []
    company = SimpleNamespace(robots=(), close=lambda: closed.append(True))
    server = RunningServer(company, tmp_path)  # type: ignore[arg-type]
    robot = SimpleNamespace(stop=AsyncMock(side_effect=UserError("the file is damaged")))
    server._servers = [robot]  # type: ignore[list-item]
    with pytest.raises(UserError, match="damaged"):
        asyncio.run(server.stop())
    assert closed


def test_a_configuration_is_written_twice_and_taken_away_only_by_its_own_robot(
    tmp_path: Path,
) -> None:
    first, second = Identity(guid="100%"), Identity(guid="two")
    path = write_configuration(tmp_path, first, Address("127.0.0.1", 4), b"cert")
    assert read_sections(path)["00sim001"]["guid"] == "100%"
    write_configuration(tmp_path, second, Address("127.0.0.1", 5), b"other")
    remove_configuration(tmp_path, first)
    assert read_sections(path) == {
        "00sim001": {
            "cert": str(tmp_path.resolve() / "Vector-SIM1-00sim001.cert"),
            "ip": "127.0.0.1",
            "name": "Vector-SIM1",
            "guid": "two",
            "port": "5",
        }
    }
    with socket.create_server(("127.0.0.1", 0)) as running:
        port = running.getsockname()[1]
        for _ in range(2):  # one that was killed left the port that the next one listens at
            write_configuration(tmp_path, second, Address("127.0.0.1", port), b"other")
        with pytest.raises(UserError, match="runs already"):
            write_configuration(tmp_path, first, Address("127.0.0.1", 4), b"cert")
    remove_configuration(tmp_path, second)
    assert list(tmp_path.iterdir()) == []
    path.write_text("guid = secret", encoding="utf-8")
    with pytest.raises(UserError, match="is damaged") as failure:
        write_configuration(tmp_path, first, Address("127.0.0.1", 4), b"cert")
    assert "secret" not in str(failure.value)
    assert path.read_text(encoding="utf-8") == "guid = secret"


@pytest.mark.parametrize(
    "words",
    [
        ["--seed", "-1"],
        ["--port", "70000"],
        ["--port", "65535", "--robots", "2"],
        ["--robots", "0"],
        ["--robots", "9"],
        ["--replay", "some.feed", "--robots", "2"],
        ["--fps", "nan"],
        ["--fault", "2: freeze"],
        ["--name", "Vector [1]"],
        ["--name", "V\u00e4ctor"],
        ["--serial", "../1"],
        ["--guid", "two words"],
    ],
)
def test_what_makes_no_robot_is_said_in_a_sentence(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulator", *words]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.endswith(".")


def test_ctrl_c_before_it_begins_leaves_a_word_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(module: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("importlib.import_module", interrupt)
    assert main(["simulator"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_each_certificate_is_new_and_names_the_robot() -> None:
    one, two = make_certificate("Vector-SIM1"), make_certificate("Vector-SIM1")
    assert one.key != two.key
    assert one.certificate.startswith(b"-----BEGIN CERTIFICATE-----")
    assert Identity().guid != Identity().guid
