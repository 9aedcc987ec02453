"""An installed program has all its parts."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
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
    pinned = {line.split("==")[0].lower().replace("-", "_") for line in lines}
    wanted = [*PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted += extra
    names = {re.split(r"[<>=!~ ]", need)[0].lower().replace("-", "_") for need in wanted}
    assert names - pinned == set()
