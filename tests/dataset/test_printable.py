"""Nothing that came from outside acts on a terminal: it is shown, with its signs spelled out."""

from __future__ import annotations

import io
import json
import re
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.cli import main
from labeler.dataset.store import Dataset
from trainer.__main__ import main as trainer_main
from trainer.shell_text import one_line, printable, printable_streams

ROOT = Path(__file__).parents[2]
ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
HOSTILE = {
    "clears the screen": "\x1b[2J\x1b[H",
    "writes the clipboard": "\x1b]52;c;aGk=\x07",
    "writes the title": "\x9d0;title\x9c",
    "goes back": "a\rb\x08",
    "turns round": "\u202egnp.exe\u2066",
    "half a letter": "\ud800",
    "another half": "\udcff",
}


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_names_of_a_coco_file_are_told_and_do_not_act(
    tmp_path: Path, coco_folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    coco = {
        "images": [
            {"id": 1, "file_name": "1.jpg"},
            {"id": 2, "file_name": f"{name}.jpg"},
            {"id": 3, "file_name": "2.jpg", "original_name": name},
        ],
        "annotations": [{"id": name, "image_id": 2, "category_id": 1, "bbox": [1, 2, 3]}],
        "categories": [{"id": 1, "name": "mug"}, {"id": name, "name": name + "\x1b"}],
    }
    path = coco_folder / "labels.json"
    path.write_text(json.dumps(coco))
    assert main(["import", str(tmp_path / "mugs"), str(path)]) == 0
    told = capsys.readouterr()
    assert "Added 2 images" in told.out
    assert not ACTING.search(told.out + told.err)
    assert one_line(name)[:2] in told.out
    with Dataset.open(tmp_path / "mugs") as dataset:
        assert dataset.counts().total == 2
        (dataset.images_folder / "\x1b[2Jstray.jpg").write_bytes(b"x")
    assert main(["check", str(tmp_path / "mugs")]) == 1
    assert "\\x1b[2Jstray.jpg" in capsys.readouterr().out


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("words", [["check", "{0}"], ["restore", "{0}", "--list"], ["{0}", "x"]])
def test_a_hostile_path_is_told_in_an_error(
    capsys: pytest.CaptureFixture[str], words: list[str], name: str
) -> None:
    words = [word.format(f"no{name}thing") for word in words]
    with suppress(SystemExit):  # where the command line is wrong, says argparse
        assert main(words) == 1
    told = capsys.readouterr()
    assert told.err
    assert not ACTING.search(told.out + told.err)


@given(st.text(alphabet=st.characters(blacklist_categories=()), max_size=20))
def test_any_text_becomes_one_that_every_terminal_can_show(text: str) -> None:
    shown = printable(text)
    assert not ACTING.search(shown)
    assert "\n" not in one_line(text)
    shown.encode("utf-8")
    assert printable(shown) == shown


def test_a_good_name_stays_as_it_is() -> None:
    name = "K\u00e4se \U0001f468\u200d\U0001f467 \u05d0\u05d1 \u4e2d\u202f1.jpg\n\tmore"
    assert printable(name) == name


def test_letters_that_a_terminal_lacks_are_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    with printable_streams():
        sys.stdout.write("K\u00e4se \x1b\n")
    assert raw.getvalue() == b"K\\xe4se \\x1b\n"


def test_no_part_of_the_program_writes_past_the_streams() -> None:
    around = re.compile(r"__std(out|err)__|std(out|err)\.buffer|os\.write\([12],")
    found = [
        path.name
        for path in [*ROOT.glob("labeler/**/*.py"), *ROOT.glob("trainer/**/*.py")]
        if around.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_the_trainer_alone_writes_nothing_that_acts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A folder in whose name a terminal's orders are, told in its refusal."""
    run = tmp_path / f"no{name}run"
    assert trainer_main(["report", str(run)]) == 1
    told = capsys.readouterr()
    assert told.err
    assert not ACTING.search(told.out + told.err)
