"""Reading the SDK's sdk_config.ini."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.cameras.robots import config_path, find_robot, read_sections, split_address
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


@pytest.mark.parametrize(
    "word", ["Vector-A1B2", "vector-a1b2", "00e20100", "00E20100", " 00e20100 "]
)
def test_a_robot_is_found_by_name_or_serial_in_any_case(ini: Path, word: str) -> None:
    robot = find_robot(word)
    assert (robot.name, robot.ip, robot.port, robot.guid) == (
        "Vector-A1B2",
        "192.168.1.7",
        443,
        "dG9r%ZW4=",
    )
    assert robot.cert == ini.parent / "Vector-A1B2-00e20100.cert"


def test_a_serial_number_between_blanks_is_found_as_it_stands(ini: Path) -> None:
    ini.write_text(ini.read_text(encoding="utf-8").replace("[00e20100]", "[ 00e20100 ]"), "utf-8")
    assert find_robot(" 00e20100 ").name == "Vector-A1B2"


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
    with pytest.raises(UserError, match=r"No robot is set up on this computer") as caught:
        find_robot("Vector-A1B2")
    assert "python -m anki_vector.configure" in caught.value.in_shell


@pytest.mark.parametrize("key", ["cert", "ip", "name", "guid"])
def test_a_missing_key_is_named_with_the_file(ini: Path, key: str) -> None:
    lines = ini.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(key)]
    ini.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(UserError, match=rf"{ini.name} has no \w+ \({key}\) for 00e20100"):
        find_robot("00e20100")


@pytest.mark.parametrize("text", ["ip = 1.2.3.4\n", "[00e20100\n", "[a]\nnonsense\n"])
def test_a_damaged_configuration_is_told_with_its_file(ini: Path, text: str) -> None:
    ini.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=rf"{ini.name} is damaged"):
        find_robot("00e20100")


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1", "4" * 5000])
def test_an_impossible_port_is_told(ini: Path, port: str) -> None:
    with ini.open("a", encoding="utf-8") as file:
        file.write(f"port = {port}\n")
    with pytest.raises(UserError, match="is not a number from 1 to 65535"):
        find_robot("00e20100")


def test_umlauts_in_the_systems_own_encoding_do_no_harm(ini: Path) -> None:
    ini.write_bytes(GOOD.format(home="C:/Users/Jürgen").encode("latin-1"))
    assert find_robot("00e20100").name == "Vector-A1B2"


def write(ini: Path, **values: str) -> None:
    """Every key of the robot anew; others stay out."""
    lines = "".join(f"{key} = {value}\n" for key, value in values.items())
    ini.write_text(f"[00E20100]\n{lines}", encoding="utf-8")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Vector-A1B2.cert", "{folder}/Vector-A1B2.cert"),
        ("~/certs/a.cert", "{home}/certs/a.cert"),
        ("~nobody-here/a.cert", "{folder}/~nobody-here/a.cert"),
        ("/etc/a.cert", "/etc/a.cert"),
    ],
)
def test_the_certificate_may_be_written_in_many_ways(
    ini: Path, isolated_home: Path, written: str, read: str
) -> None:
    write(ini, cert=written, ip="1.2.3.4", name="Vector-A1B2", guid="x")
    assert find_robot("00e20100").cert == Path(read.format(folder=ini.parent, home=isolated_home))


@pytest.mark.parametrize(
    ("ip", "port", "address"),
    [
        ("1.2.3.4:8443", "", "1.2.3.4:8443"),
        ("1.2.3.4:443", "", "1.2.3.4"),
        ("vector.local", "8443", "vector.local:8443"),
        ("fe80::1", "", "fe80::1"),
        ("fe80::1", "8443", "[fe80::1]:8443"),
        ("[fe80::1]:8443", "", "[fe80::1]:8443"),
        ("[fe80::1]", "", "fe80::1"),
    ],
)
def test_the_port_may_stand_with_the_address_or_alone(
    ini: Path, ip: str, port: str, address: str
) -> None:
    more = {"port": port} if port else {}
    write(ini, IP=ip, cert="a.cert", Name="Vector-A1B2", GUID="x", **more)
    robot = find_robot("Vector-A1B2")
    assert robot.address == address
    assert split_address(robot.address, "") == (robot.ip, str(robot.port))
    assert split_address(robot.target, "") == (robot.ip, str(robot.port))


def test_two_robots_of_one_name_are_told_apart_by_their_serial_numbers(ini: Path) -> None:
    with ini.open("a", encoding="utf-8") as file:
        file.write("# the second one\n[00e20200]\nname = VECTOR-A1B2\nip = 1.2.3.4\n")
        file.write("cert = b.cert\nguid = y\n")
    with pytest.raises(UserError, match=r"2 robots in .* serial number: 00e20100, 00e20200"):
        find_robot("Vector-A1B2")
    assert find_robot("00E20200").ip == "1.2.3.4"


def test_a_file_that_is_far_too_large_is_damaged(ini: Path) -> None:
    with ini.open("a", encoding="utf-8") as file:
        file.write(f"# {'x' * ((1 << 20) - 1000)}\n")
    assert find_robot("00e20100").ip == "192.168.1.7"  # many robots and comments
    with ini.open("a", encoding="utf-8") as file:
        file.write(f"# {'x' * 1000}\n")
    with pytest.raises(UserError, match="is damaged"):
        find_robot("00e20100")


def test_bytes_that_windows_puts_before_a_text_do_no_harm(ini: Path) -> None:
    ini.write_bytes(b"\xef\xbb\xbf" + ini.read_bytes().replace(b"\n", b"\r\n"))
    assert find_robot("Vector-A1B2").ip == "192.168.1.7"


@pytest.mark.parametrize("key", ["cert", "ip", "name", "guid"])
@pytest.mark.parametrize("rest", ["\x00", "\n  more"])
def test_a_value_that_is_no_text_on_one_line_is_damaged_and_not_shown(
    ini: Path, key: str, rest: str
) -> None:
    lines = ini.read_text(encoding="utf-8").splitlines()
    odd = [f"{line}{rest}" if line.startswith(key) else line for line in lines]
    ini.write_text("\n".join(odd), encoding="utf-8")
    with pytest.raises(UserError, match=rf"\({key}\) of 00e20100 in .* is damaged") as caught:
        find_robot("00e20100")
    assert "dG9r" not in str(caught.value)
