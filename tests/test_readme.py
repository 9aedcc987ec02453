"""What the README promises is there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from labeler.cli import VERBS, _parser, main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHELL_LINES = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    for line in block.splitlines()
]
VERB_LINES = [line for line in SHELL_LINES if re.match(r"vector-labeler \w", line)]


def test_the_readme_shows_every_verb_but_the_demo() -> None:
    assert {shlex.split(line)[1] for line in VERB_LINES} == set(VERBS) - {"demo"}


@pytest.mark.parametrize("line", VERB_LINES)
def test_an_example_of_the_readme_is_a_valid_command_line(line: str) -> None:
    _, verb, *words = shlex.split(line)
    assert callable(_parser(verb).parse_args([verb, *words]).run)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([verb, "--help"])
    assert VERBS[verb][1].split()[0].lower() in capsys.readouterr().out.lower()


def test_make_knows_the_targets_that_the_readme_names() -> None:
    targets = set(
        re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert set(re.findall(r"make (demo|test)\b", README)) <= targets


def test_pictures_and_papers_named_in_the_readme_exist() -> None:
    named = re.findall(r"\]\(([^)#:]+)\)", README)
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_an_unknown_option_is_a_usage_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "labeler", "check", "--nonsense"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "usage" in done.stderr


def test_a_mistyped_verb_opens_no_window_and_makes_no_dataset(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "simulatr"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "simulator" in done.stderr
    assert list(tmp_path.iterdir()) == []
