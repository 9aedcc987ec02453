"""Writing into the SDK's own files: private, whole, and nothing else touched."""

from __future__ import annotations

import configparser
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.cameras.robots import config_path, find_robot, read_sections
from labeler.cameras.sdk_config import change_address, put_robot, write_certificate
from labeler.errors import UserError

THEIRS = """# robots of the whole class
[00E20100]
Cert = ~/robots/Vector-A1B2.cert
ip: 192.168.1.7
name = Vector-A1B2
guid = dG9r%ZW4=
; bought in May

[00e20200]
cert = old.cert
   continued
ip = 192.168.1.8
IP = 192.168.1.9
name = Vector-A1B2
guid = c2Vjb25k
"""


@pytest.fixture
def ini(isolated_home: Path) -> Path:
    path = config_path()
    path.parent.mkdir()
    path.write_text(THEIRS, encoding="utf-8")
    return path


def is_private(path: Path) -> bool:
    return os.name == "nt" or stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_address_changes_one_line_and_leaves_the_file_to_its_owner_alone(ini: Path) -> None:
    ini.chmod(0o644)
    change_address(ini, "00e20100", "192.168.1.77")
    assert ini.read_text(encoding="utf-8") == THEIRS.replace(
        "ip: 192.168.1.7\n", "ip = 192.168.1.77\n"
    )
    assert find_robot("00e20100").ip == "192.168.1.77"
    assert is_private(ini)


def test_a_port_comes_and_goes_with_the_address(ini: Path) -> None:
    change_address(ini, "00e20100", "vector.local:8443")
    assert find_robot("00e20100").address == "vector.local:8443"
    change_address(ini, "00e20100", "vector.local:443")
    assert find_robot("00e20100").address == "vector.local"


def test_a_further_robot_stands_at_the_end_and_the_others_are_as_they_were(ini: Path) -> None:
    values = {"cert": "/x/y.cert", "ip": "10.0.0.4", "name": "Vector-C3D4", "guid": "bmV1"}
    put_robot(ini, "00E20300", values)
    text = ini.read_text(encoding="utf-8")
    assert text.startswith(THEIRS)
    assert find_robot("Vector-C3D4").guid == "bmV1"


def test_what_was_written_twice_is_written_once_and_its_second_line_goes(ini: Path) -> None:
    put_robot(ini, "00e20200", {"cert": "new.cert", "ip": "10.0.0.5"})
    assert read_sections(ini)["00e20200"] == {
        "cert": "new.cert",
        "ip": "10.0.0.5",
        "name": "Vector-A1B2",
        "guid": "c2Vjb25k",
    }


def test_the_first_robot_gets_a_folder_and_a_file_of_its_own(isolated_home: Path) -> None:
    path = config_path()
    cert = write_certificate(path.parent, "Vector-A1B2", "00E20100", b"PEM")
    put_robot(path, "00e20100", {"cert": str(cert), "ip": "1.2.3.4", "name": "x", "guid": "y"})
    assert cert.name == "Vector-A1B2-00e20100.cert"
    assert is_private(path)
    assert is_private(cert)
    assert sorted(each.name for each in path.parent.iterdir()) == [cert.name, path.name]
    parser = configparser.ConfigParser(strict=False)  # as the SDK reads it
    parser.read(path)
    assert parser["00e20100"]["ip"] == "1.2.3.4"


@pytest.mark.parametrize("name", ["../Vector", "Vector/A1B2", "", "Vector-A1B2\n"])
def test_a_name_never_becomes_a_path(isolated_home: Path, name: str) -> None:
    with pytest.raises(UserError, match="no robot's name"):
        write_certificate(config_path().parent, name, "00e20100", b"PEM")


@pytest.mark.parametrize("value", ["", " ", "a\n[00e20200]", "a\x00"])
def test_a_value_never_becomes_another_line(ini: Path, value: str) -> None:
    with pytest.raises(UserError, match="cannot be written"):
        put_robot(ini, "00e20100", {"ip": value})
    assert ini.read_text(encoding="utf-8") == THEIRS


def test_windows_lines_and_the_systems_own_letters_stay(ini: Path) -> None:
    theirs = THEIRS.replace("the whole class", "J\xfcrgens Klasse").replace("\n", "\r\n")
    ini.write_bytes(theirs.encode("latin-1"))
    change_address(ini, "00e20100", "192.168.1.77")
    expected = theirs.replace("ip: 192.168.1.7\r\n", "ip = 192.168.1.77\r\n")
    assert ini.read_bytes() == expected.encode("latin-1")


def test_robots_that_are_added_at_once_are_all_there(isolated_home: Path) -> None:
    serials = [f"00e2000{number}" for number in range(8)]

    def add(serial: str) -> None:
        put_robot(config_path(), serial, {"name": serial})

    with ThreadPoolExecutor(len(serials)) as windows:
        list(windows.map(add, serials))
    assert sorted(read_sections(config_path())) == serials


def test_a_write_protected_file_is_left_as_it_is(ini: Path) -> None:
    ini.chmod(0o444)
    with pytest.raises(UserError, match="is write-protected"):
        change_address(ini, "00e20100", "192.168.1.77")
    assert ini.read_text(encoding="utf-8") == THEIRS


def test_a_link_to_the_file_stays_a_link(ini: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles.ini"
    ini.rename(elsewhere)
    ini.symlink_to(elsewhere)
    change_address(ini, "00e20100", "192.168.1.77")
    assert ini.is_symlink()
    assert find_robot("00e20100").ip == "192.168.1.77"


def test_a_folder_that_cannot_be_written_is_told_and_leaves_nothing(isolated_home: Path) -> None:
    isolated_home.joinpath("robots").write_text("a file", encoding="utf-8")
    with pytest.raises(UserError, match=r"Vector-A1B2-00e20100.cert cannot be written"):
        write_certificate(isolated_home / "robots", "Vector-A1B2", "00e20100", b"PEM")


def test_a_damaged_file_is_left_alone_and_no_line_of_it_is_quoted(ini: Path) -> None:
    ini.write_text("guid = dG9rZW4=\n", encoding="utf-8")
    with pytest.raises(UserError, match="is damaged in line 1") as caught:
        put_robot(ini, "00e20100", {"ip": "1.2.3.4"})
    assert "dG9rZW4" not in f"{caught.value} {caught.value.details}"
    assert caught.value.__cause__ is None
    assert ini.read_text(encoding="utf-8") == "guid = dG9rZW4=\n"


def test_an_unknown_robot_has_no_address_to_change(ini: Path) -> None:
    with pytest.raises(UserError, match="No robot 00e20999 is configured"):
        change_address(ini, "00e20999", "1.2.3.4")


LINES = st.sampled_from(
    [
        "[00e20100]",
        "[00E20100]",
        "[other]",
        "[DEFAULT]",
        "ip = 1.1.1.1",
        "  ip = 2.2.2.2",
        "name: Vector-A1B2",
        "guid=a=b",
        "   goes on",
        "# ip = 9.9.9.9",
        "; note",
        "",
        "port",
        "\tip=3.3.3.3",
    ]
)


@given(st.lists(LINES, max_size=12))
def test_whatever_the_file_is_like_it_is_changed_rightly_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.ini"
    path.write_text("\n".join(lines), encoding="utf-8")
    before = path.read_bytes()
    try:
        known = read_sections(path)
        put_robot(path, "00e20100", {"ip": "4.4.4.4"})
    except UserError:
        assert path.read_bytes() == before
    else:
        after = read_sections(path)
        assert after.pop("00e20100") == {**known.pop("00e20100", {}), "ip": "4.4.4.4"}
        assert after == known
