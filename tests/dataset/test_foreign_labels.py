"""Labels of other programs beside pictures are seen and named, never passed over in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labeler.cli import main
from labeler.dataset.foreign_labels import LabelKind, kind_of, seen_in, told, why_not_coco
from labeler.dataset.images import add_files
from labeler.dataset.intake import NewSession
from labeler.dataset.store import Dataset

VOC = '<?xml version="1.0"?>\n<annotation><filename>a.jpg</filename><object/></annotation>'
CVAT = "<annotations><version>1.1</version><meta/></annotations>"
LABELME = '{"version": "5.2", "flags": {}, "shapes": [], "imagePath": "a.jpg"}'
COCO = '{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [], "categories": []}'
FILES = {
    ("labels/a.txt", "0 0.5 0.5 0.25 1e-1\n3 .1 .2 .3 .4\n"): LabelKind.YOLO,
    ("a.txt", "2 0.1 0.1 0.2 0.2 0.3 0.3"): LabelKind.YOLO,  # an outline
    ("data.yaml", "train: images\nnames: [mug]\nnc: 1\n"): LabelKind.YOLO,
    ("classes.txt", "mug\ncup\n"): LabelKind.YOLO,
    ("a.xml", VOC): LabelKind.VOC,
    ("annotations.xml", CVAT): LabelKind.CVAT,
    ("a.json", LABELME): LabelKind.LABELME,
    ("b.json", '[{"image": "a.jpg", "annotations": [{"coordinates": {}}]}]'): LabelKind.CREATE_ML,
    ("_annotations.coco.json", COCO): LabelKind.COCO,
    ("a.csv", "filename,width,height,class,xmin,ymin,xmax,ymax\n"): LabelKind.CSV,
    ("b.csv", "photos/a.jpg,1,2,30,40,mug\n"): LabelKind.CSV,
    ("notes.txt", "2 cups, 3 mugs\n"): None,
    ("numbers.txt", "1 2 3\n"): None,
    ("empty.txt", ""): None,
    ("docker.yaml", "services:\n  names: x\n"): None,
    ("page.xml", "<html/>"): None,
    ("package.json", '{"name": "x"}'): None,
    ("prices.csv", "what,price\n"): None,
    ("a.jpg", "0 0.5 0.5 0.2 0.2"): None,
}


@pytest.mark.parametrize(
    ("name", "text", "kind"), [(name, text, kind) for (name, text), kind in FILES.items()]
)
def test_a_file_is_known_by_its_content(
    tmp_path: Path, name: str, text: str, kind: LabelKind | None
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert kind_of(path) is kind
    assert bool(why_not_coco(path)) is (kind not in (None, LabelKind.COCO))


def test_a_file_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "folder.xml").mkdir()
    (tmp_path / "bytes.xml").write_bytes(b"\xff\xfe<\0")
    assert kind_of(tmp_path / "folder.xml") is None
    assert kind_of(tmp_path / "gone.json") is None
    assert kind_of(tmp_path / "bytes.xml") is None


@pytest.fixture
def yolo(coco_folder: Path) -> Path:
    (coco_folder / "labels").mkdir()
    for n in range(4):
        (coco_folder / "labels" / f"{n}.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (coco_folder / "data.yaml").write_text("path: .\nnames: [mug]\nnc: 1\n")
    return coco_folder


def test_a_folder_of_yolo_data_gives_its_pictures_and_a_word_on_its_labels(
    dataset: Dataset, yolo: Path
) -> None:
    report = add_files(dataset, [yolo], NewSession("Photos", "import"))
    assert len(report.added) == 4
    assert report.rejected == ()
    (seen,) = report.labels
    assert (seen.kind, seen.files) == (LabelKind.YOLO, 5)
    assert told(report.labels).startswith(
        "Labels were seen and not taken: YOLO (5 files, such as data.yaml)."
    )


def test_dropped_label_files_are_named_and_not_called_bad_pictures(
    dataset: Dataset, yolo: Path
) -> None:
    files = [*yolo.glob("*.jpg"), *yolo.glob("labels/*.txt")]
    report = add_files(dataset, files, NewSession("Photos", "import"))
    assert (len(report.added), report.rejected) == (4, ())
    assert [seen.files for seen in report.labels] == [4]


def test_the_shell_imports_a_folder_of_pictures_and_tells_all_of_it(
    tmp_path: Path, yolo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in range(7):
        (yolo / f"again {n}.jpg").write_bytes((yolo / "0.jpg").read_bytes())
    (yolo / "broken.jpg").write_bytes(b"no picture")
    assert main(["import", str(tmp_path / "mugs"), str(yolo)]) == 0
    out = capsys.readouterr().out
    assert "Added 4 images" in out
    assert "7 of 11 were already there." in out
    assert "broken.jpg is not a picture that can be read" in out
    assert "Labels were seen and not taken: YOLO" in out
    assert main(["import", str(tmp_path / "mugs"), str(yolo), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["images"], answer["duplicates"], answer["skipped_total"]) == (0, 11, 1)
    assert answer["labels"][0]["kind"] == "YOLO"


@pytest.mark.parametrize("name", ["v0.xml", "v0.json"])
def test_the_shell_looks_before_it_takes_a_file_for_coco(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / name).write_text(VOC if name.endswith("xml") else LABELME)
    assert main(["import", str(tmp_path / "mugs"), str(tmp_path / name)]) == 1
    kind = "Pascal VOC" if name.endswith("xml") else "labelme"
    assert f"{name} holds {kind} labels" in capsys.readouterr().err
    assert not (tmp_path / "mugs").exists()


def test_a_folder_without_a_picture_makes_no_dataset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    assert main(["import", str(tmp_path / "mugs"), str(tmp_path / "labels")]) == 1
    assert "YOLO (1 file, such as a.txt)" in capsys.readouterr().err
    assert not (tmp_path / "mugs").exists()


def test_several_kinds_are_told_the_most_files_first(tmp_path: Path) -> None:
    for n in range(2):
        (tmp_path / f"{n}.xml").write_text(VOC)
    (tmp_path / "a.json").write_text(LABELME)
    (tmp_path / "c.json").write_text(COCO)
    seen = seen_in([tmp_path])
    assert seen[0].kind is LabelKind.VOC
    words = told(seen)
    assert "Pascal VOC (2 files, such as 0.xml), labelme (1 file, such as a.json)" in words
    assert "A COCO file was seen and not taken" in words
    assert told([]) == ""
