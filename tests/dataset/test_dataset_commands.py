"""import, export and check from the shell."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labeler.cli import main
from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox, Image, ImageState
from labeler.dataset.store import Dataset

ROOT = Path(__file__).parents[2]


@pytest.fixture
def coco(coco_folder: Path) -> Path:
    told = {
        "images": [{"id": n, "file_name": f"{n}.jpg"} for n in range(5)],
        "annotations": [{"id": 1, "image_id": 0, "category_id": 4, "bbox": [1, 1, 20, 20]}],
        "categories": [{"id": 4, "name": "mug"}],
    }
    path = coco_folder.parent / "coco.json"
    path.write_text(json.dumps(told))
    return path


def out(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_import_makes_the_dataset_and_tells_what_was_not_taken(
    tmp_path: Path, coco: Path, coco_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new"
    assert main(["import", str(folder), str(coco), "--images", str(coco_folder), "--json"]) == 0
    told = out(capsys)
    assert (told["images"], told["annotations"], told["categories"]) == (4, 1, 1)
    assert told["skipped"] == [{"what": "4.jpg", "why": "the file is missing"}]
    assert main(["import", str(folder), str(coco), "--images", str(coco_folder)]) == 0
    assert "Added 0 images, 0 boxes and 0 classes" in capsys.readouterr().out
    assert main(["check", str(folder)]) == 0
    assert capsys.readouterr().out == "4 images, 0 findings.\n"


def test_a_failed_import_leaves_no_new_dataset(
    tmp_path: Path, coco: Path, coco_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    coco.write_text("{")
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder in (tmp_path / "new", empty):
        assert main(["import", str(folder), str(coco), "--images", str(coco_folder)]) == 1
        assert "coco.json is not a readable JSON file" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ([], ImageState.UNLABELLED),
        (["--empty-means-nothing-there"], ImageState.EMPTY),
    ],
    ids=["unasked", "asked for"],
)
def test_an_image_without_a_box_in_the_file_is_confirmed_as_empty_only_where_that_is_asked_for(
    tmp_path: Path, coco: Path, coco_folder: Path, words: list[str], state: ImageState
) -> None:
    """Training learns from what is confirmed: that nothing is there."""
    given = ["import", str(tmp_path / "new"), str(coco), "--images", str(coco_folder), *words]
    assert main(given) == 0
    with Dataset.open(tmp_path / "new") as made:
        states = {image.original_name: image.state for image in made.images()}
    assert states == {"0.jpg": ImageState.LABELLED} | dict.fromkeys(
        ["1.jpg", "2.jpg", "3.jpg"], state
    )


def test_export_and_import_by_default_places(
    dataset: Dataset,
    add_image: Callable[..., Image],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    image = add_image(1)
    add_image(2)
    dataset.apply(add_category(dataset, "cube"))
    dataset.apply(draw(dataset, image.id, 1, BBox(1, 1, 20, 20)))
    target = tmp_path / "out"
    # The dataset stays open for writing here, as it is in the window.
    assert main(["export", str(dataset.folder), str(target), "--json"]) == 0
    assert out(capsys) == {
        "path": str(target),
        "images": 1,
        "annotations": 1,
        "categories": 1,
        "left_out": 1,
    }
    assert main(["export", str(dataset.folder), str(target), "--include-unlabelled"]) == 0
    assert "2 images with 1 box of 1 class" in capsys.readouterr().out
    assert main(["import", str(tmp_path / "back"), str(target / "annotations.json")]) == 0
    (target / "mine.txt").write_text("mine")
    assert main(["export", str(dataset.folder), str(target)]) == 1
    assert main(["export", str(dataset.folder), str(target), "--overwrite"]) == 0


class Terminal(io.StringIO):
    """What stderr is where a person types the words."""

    def isatty(self) -> bool:
        return True


def test_the_answer_for_a_script_stands_alone_on_stdout_also_on_a_terminal(
    dataset: Dataset,
    add_image: Callable[..., Image],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`… --json > answer.json`: how far it is gets shown all the same, beside the answer."""
    for seed in range(3):
        add_image(seed)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    verbs = {
        "Exporting": ["export", str(dataset.folder), str(tmp_path / "a"), "--include-unlabelled"],
        "Copying": ["backup", str(dataset.folder)],
        "Importing": ["import", str(tmp_path / "new"), str(tmp_path / "a" / "annotations.json")],
        "Checking": ["check", str(dataset.folder)],
    }
    for shown, words in verbs.items():
        assert main([*words, "--json"]) == 0
        assert isinstance(out(capsys), dict)
        assert shown in terminal.getvalue()


def test_check_tells_findings_and_exits_with_1(
    dataset: Dataset, add_image: Callable[..., Image], capsys: pytest.CaptureFixture[str]
) -> None:
    image = add_image()
    dataset.path_of(image).unlink()
    assert main(["check", str(dataset.folder), "--json"]) == 1
    told = out(capsys)
    assert (told["clean"], told["images"]) == (False, 1)
    assert [finding["kind"] for finding in told["findings"]] == ["missing file"]
    assert main(["check", str(dataset.folder)]) == 1
    assert "missing file: 000001-" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["check", "export"])
def test_a_folder_that_is_no_dataset_is_told(
    tmp_path: Path, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [verb, str(tmp_path), *([str(tmp_path / "out")] if verb == "export" else [])]
    assert main([*words, "--json"]) == 1
    caught = capsys.readouterr()
    assert "is not a dataset" in json.loads(caught.out)["error"]
    assert "is not a dataset" in caught.err


def test_help_explains_images_without_boxes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["import", "--help"])
    assert left.value.code == 0
    assert "not labelled yet" in capsys.readouterr().out


def test_the_verbs_work_through_the_real_door_without_heavy_imports(
    dataset: Dataset, add_image: Callable[..., Image]
) -> None:
    add_image()
    dataset.close()
    code = (
        "import sys; from labeler.cli import main; code = main(sys.argv[1:]); "
        "heavy = {'cv2', 'torch', 'PySide6', 'onnxruntime', 'grpc', 'numpy'} & set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(dataset.folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "1 image, 0 findings.\n"


def test_a_moved_dataset_is_the_same_dataset(
    dataset: Dataset, add_image: Callable[..., Image], tmp_path: Path
) -> None:
    add_image()
    dataset.close()
    shutil.move(dataset.folder, tmp_path / "elsewhere")
    assert main(["check", str(tmp_path / "elsewhere")]) == 0


@pytest.mark.parametrize("verb", ["import", "train", "check"])
def test_what_the_system_refuses_is_a_sentence_whatever_the_verb(
    coco_folder: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    far = "x" * 300  # asked for it, the system fails, as where there is no access
    more = [str(coco_folder / "0.jpg")] if verb == "import" else []
    assert main([verb, far, *more]) == 1
    told = capsys.readouterr().err
    assert far in told
    assert told.endswith(": file name too long.\n")
