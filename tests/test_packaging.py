"""An installed program has all its parts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
TOPS = ("labeler", "trainer")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_package_is_installed() -> None:
    found = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for top in ("labeler", "trainer")
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == found | {
        "labeler.docs",
        "labeler.icons",
    }


def test_no_script_lies_among_what_is_installed_as_documentation() -> None:
    """setuptools takes every module of a folder that it installs as a package."""
    assert list((ROOT / "docs").glob("*.py")) == []


def test_every_icon_has_its_licence() -> None:
    licences = (ROOT / "assets" / "LICENSES.md").read_text(encoding="utf-8")
    files = [path.relative_to(ROOT / "assets").as_posix() for path in (ROOT / "assets").rglob("*")]
    unnamed = [
        name for name in files if "." in name and name != "LICENSES.md" and name not in licences
    ]
    assert unnamed == []


def test_the_pinned_versions_are_plain_and_inside_the_ranges() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    pins = {canonicalize_name(name): pin for name, pin in (line.split("==") for line in lines)}
    assert outside(pins) == []


def test_a_pinned_version_outside_its_range_is_noticed() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {canonicalize_name(name): pin for name, pin in (line.split("==") for line in lines)}
    assert outside(pins | {canonicalize_name("segno"): "1.5.0"}) == ["segno>=1.6: 1.5.0"]
    del pins[canonicalize_name("Pillow")]
    assert outside(pins) == ["Pillow>=11: nothing"]


def outside(pins: Mapping[NormalizedName, str]) -> list[str]:
    """What the project asks for and the pins do not give."""
    project = PROJECT["project"]
    wanted = list(map(Requirement, project["dependencies"]))
    for extra in project["optional-dependencies"].values():
        wanted += map(Requirement, extra)
    given = [(need, pins.get(canonicalize_name(need.name))) for need in wanted]
    return [
        f"{need}: {pin or 'nothing'}"
        for need, pin in given
        if pin is None or not need.specifier.contains(pin)
    ]


@pytest.mark.skipif(
    Version(version("setuptools")) < Version("77"),
    reason="this setuptools is too old to build with",
)
def test_a_wheel_has_every_module_icon_and_data_file_and_nothing_else(tmp_path: Path) -> None:
    """Without the checkout beside it, which an editable installation always has."""
    source = tmp_path / "source"
    copied = shutil.ignore_patterns("__pycache__", "pictures", "decisions")
    for name in ("labeler", "trainer", "assets", "docs"):
        shutil.copytree(ROOT / name, source / name, ignore=copied)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
        (told,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(told).decode("utf-8")
    code = {
        each.relative_to(ROOT).as_posix() for top in TOPS for each in (ROOT / top).rglob("*.py")
    }
    icons = {f"labeler/icons/{each.name}" for each in (ROOT / "assets" / "icons").glob("*.svg")}
    other = {each.relative_to(ROOT).as_posix() for each in data_files()}
    docs = {f"labeler/docs/{each.name}" for each in (ROOT / "docs").glob("*.md")}
    assert found == code | icons | docs | other
    assert len(icons) > 10
    assert 'Requires-Dist: torch>=2.6; extra == "train"' in metadata


def data_files() -> list[Path]:
    """All that lies among the code and is neither code nor left behind by Python."""
    return [
        each
        for top in TOPS
        for each in (ROOT / top).rglob("*")
        if each.is_file() and each.suffix not in {".py", ".pyc"}
    ]
