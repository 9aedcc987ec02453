"""Reading the SDK's sdk_config.ini."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.cameras.robots import config_path, find_robot, read_sections
from labeler.errors import UserError

GOOD = """[00e20100]
cert = {home}/Vector-A1B2-00e20100.cert
ip = 192.168.1.7
name = Vector-A1B2
guid = dG9r%ZW4=
"""


@pytest.fixture
def ini(isolated_home: Path) -> Path:
    path = config_path()
    path.parent.mkdir()
    path.write_text(GOOD.format(home=path.parent), encoding="utf-8")
    return path


def test_the_configuration_lies_in_the_persons_home(isolated_home: Path) -> None:
    assert config_path() == isolated_home / ".anki_vector" / "sdk_config.ini"


@pytest.mark.parametrize("word", ["Vector-A1B2", "vector-a1b2", "00e20100", "00E20100"])
def test_a_robot_is_found_by_name_or_serial_in_any_case(ini: Path, word: str) -> None:
    robot = find_robot(word)
    assert (robot.name, robot.ip, robot.port, robot.guid) == (
        "Vector-A1B2",
        "192.168.1.7",
        443,
        "dG9r%ZW4=",
    )
    assert robot.cert == ini.parent / "Vector-A1B2-00e20100.cert"


def test_the_usual_port_is_not_part_of_the_address_that_people_read(ini: Path) -> None:
    assert find_robot("00e20100").address == "192.168.1.7"
    with ini.open("a", encoding="utf-8") as file:
        file.write("port = 8443\n")
    assert find_robot("00e20100").address == "192.168.1.7:8443"


def test_the_token_never_shows_when_a_robot_is_printed(ini: Path) -> None:
    assert "dG9r" not in repr(find_robot("Vector-A1B2"))


def test_an_unknown_robot_is_told_with_the_known_ones(ini: Path) -> None:
    with pytest.raises(UserError, match=r'No robot "Vector-Z9Z9".*Known robots: Vector-A1B2'):
        find_robot("Vector-Z9Z9")


def test_without_a_configuration_the_person_learns_how_to_make_one(isolated_home: Path) -> None:
    assert read_sections(config_path()) == {}
    with pytest.raises(UserError, match=r"No robot is configured.*python -m anki_vector.configure"):
        find_robot("Vector-A1B2")


@pytest.mark.parametrize("key", ["cert", "ip", "name", "guid"])
def test_a_missing_key_is_named_with_the_file(ini: Path, key: str) -> None:
    lines = ini.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(key)]
    ini.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(UserError, match=rf"{ini.name} has no {key} for 00e20100"):
        find_robot("00e20100")


@pytest.mark.parametrize("text", ["ip = 1.2.3.4\n", "[00e20100\n", "[a]\nnonsense\n"])
def test_a_damaged_configuration_is_told_with_its_file(ini: Path, text: str) -> None:
    ini.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=rf"{ini.name} is damaged"):
        find_robot("00e20100")


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_an_impossible_port_is_told(ini: Path, port: str) -> None:
    with ini.open("a", encoding="utf-8") as file:
        file.write(f"port = {port}\n")
    with pytest.raises(UserError, match="is not a number from 1 to 65535"):
        find_robot("00e20100")


def test_umlauts_in_the_systems_own_encoding_do_no_harm(ini: Path) -> None:
    ini.write_bytes(GOOD.format(home="C:/Users/Jürgen").encode("latin-1"))
    assert find_robot("00e20100").name == "Vector-A1B2"
