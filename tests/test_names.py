"""The gate for names and files from elsewhere."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.names import (
    BadName,
    file_under,
    open_plain,
    plain_file,
    plain_name,
    read_plain,
    relative_name,
)

LEADS_OUT = [
    "../../.bashrc",
    "..\\..\\evil.bat",
    "/etc/passwd",
    "\\\\server\\share\\x.jpg",
    "C:\\x.jpg",
    "C:x.jpg",
    "..",
    ".",
    "",
    "a\0b.jpg",
    "a\nb.jpg",
    "a\x1b[2Jb.jpg",
    "half\ud800.jpg",
    "x" * 300,
    "é" * 200,
    None,
    17,
    b"x.jpg",
]
NAMES = st.one_of(
    st.text(max_size=30),
    st.lists(st.sampled_from(["..", ".", "/", "\\", "a", "C:", " ", "nul", "~"]), max_size=6).map(
        "".join
    ),
)


@pytest.mark.parametrize(
    "name", [*LEADS_OUT, "sub/x.jpg", "sub\\x.jpg", "x.jpg:stream", "CON", "con.jpg", "Lpt1.tar.gz"]
)
def test_a_plain_name_is_refused_where_it_leads_elsewhere(tmp_path: Path, name: object) -> None:
    with pytest.raises(BadName):
        plain_name(name)
    with pytest.raises(BadName):
        plain_file(tmp_path, name)


@pytest.mark.parametrize("name", LEADS_OUT)
def test_a_name_of_a_foreign_file_is_refused_where_it_leads_out(
    tmp_path: Path, name: object
) -> None:
    with pytest.raises(BadName):
        file_under(tmp_path, name)


@pytest.mark.parametrize(
    "name", ["000001-abcdef012345.jpg", "Küche 1.png", "…", ".hidden", "console.jpg", "a..b.jpg"]
)
def test_usual_names_pass_as_they_are(tmp_path: Path, name: str) -> None:
    assert plain_file(tmp_path, name) == tmp_path / name


def test_a_foreign_name_may_lead_into_subfolders_with_either_slash(tmp_path: Path) -> None:
    assert file_under(tmp_path, "train\\a/b.jpg") == tmp_path / "train" / "a" / "b.jpg"


@given(NAMES)
def test_whatever_passes_stays_in_its_folder_on_every_system(name: str) -> None:
    for gate, depth in ((plain_name, 1), (relative_name, 99)):
        try:
            told = gate(name)
        except BadName:
            continue
        for kind in (PurePosixPath, PureWindowsPath):
            path = kind("/base/folder") / told
            assert path.is_relative_to(kind("/base/folder"))
            assert ".." not in path.parts
            assert 4 <= len(path.parts) <= 3 + depth


def test_a_link_is_refused_wherever_it_leads(tmp_path: Path) -> None:
    (tmp_path / "real.jpg").write_bytes(b"x")
    for target in ("real.jpg", "/etc/passwd", "nowhere"):
        link = tmp_path / "link.jpg"
        link.symlink_to(target)
        with pytest.raises(BadName, match="link"):
            plain_file(tmp_path, "link.jpg")
        with pytest.raises(OSError, match="link"):
            read_plain(link)
        for mode in ("wb", "ab", "ab+"):
            with pytest.raises(OSError, match="link"):
                open_plain(link, mode)  # type: ignore[call-overload]
        link.unlink()
    assert (tmp_path / "real.jpg").read_bytes() == b"x"
    assert not (tmp_path / "nowhere").exists()


def test_links_of_a_foreign_folder_count_as_long_as_they_stay_in_it(tmp_path: Path) -> None:
    folder, beside = tmp_path / "photos", tmp_path / "beside"
    for each in (folder / "deep", beside):
        each.mkdir(parents=True)
        (each / "a.jpg").write_bytes(b"x")
    (folder / "inside").symlink_to("deep")
    (folder / "outside").symlink_to(beside)
    (folder / "file.jpg").symlink_to(beside / "a.jpg")
    (folder / "round").symlink_to("round")
    assert file_under(folder, "inside/a.jpg").read_bytes() == b"x"
    for name in ("outside/a.jpg", "file.jpg", "round"):
        with pytest.raises(BadName, match="link that leads out"):
            file_under(folder, name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe in the file system")
def test_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "config.json")
    with pytest.raises(OSError, match="plain file"):
        read_plain(tmp_path / "config.json")
    with pytest.raises(BadName, match="plain file"):
        plain_file(tmp_path, "config.json")


def test_a_stored_file_is_read_up_to_a_bound(tmp_path: Path) -> None:
    (tmp_path / "votes.jsonl").write_bytes(b"x" * 2_000_000)
    with pytest.raises(OSError, match="more than 1 MB"):
        read_plain(tmp_path / "votes.jsonl", 1 << 20)
    assert len(read_plain(tmp_path / "votes.jsonl", 2 << 20)) == 2_000_000
