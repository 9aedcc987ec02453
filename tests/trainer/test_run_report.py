"""A run becomes one page that tells what is known, harms nobody and needs nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.trainer.told_runs import make_told_run, told_events, write_events, write_preparation
from tests.trainer.training_runs import ROOT
from trainer.analysis import analyse_at_the_end
from trainer.config import load_config, save_config
from trainer.events import Failed, Finished, to_line
from trainer.faults import TrainerError
from trainer.report.page import REPORT, write_report
from trainer.run_files import MARKS

HOSTILE = (
    "</style></title><script>alert('1')</script>\"&amp;<img src=x onerror=alert(2)>\u202e\0\ud800"
)


class Page(HTMLParser):
    """A page taken apart: its elements with their attributes, and what a reader reads."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [values for _, values in self.elements if values.get("class") == name]


@pytest.fixture(scope="module")
def told_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed."""
    return make_told_run(tmp_path_factory.mktemp("told") / "2026-11-24_17-04")


@pytest.fixture(scope="module")
def page(told_run: Path) -> Page:
    return Page(write_report(told_run))


def test_the_page_tells_the_scores_with_their_intervals_and_what_to_hold_them_against(
    told_run: Path, page: Page
) -> None:
    content = json.loads((told_run / "analysis.json").read_text(encoding="utf-8"))
    for key in ("ap", "ap50", "ar"):
        score = content[key]
        assert f"{score['value']:.3f} 95 % interval {score['low']:.2f} to" in page.text
    for row in (*content["classes"], *content["sizes"]):
        if row["ap_interval"]:
            low, high = row["ap_interval"]
            assert f"{row['ap']:.3f}" in page.text
            assert f"{low:.2f} to {high:.2f}" in page.text
    assert any(row["ap_interval"] for row in content["classes"])
    constant = content["constant_box"]
    assert f"scores AP {constant['ap']:.3f} and AP50 {constant['ap50']:.3f} here" in page.text
    assert "8 images with 8 boxes" in page.text


def test_the_page_is_headed_by_its_dataset_and_its_run(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "2026-11-24_17-04")
    story = json.loads((run / "preparation.json").read_text(encoding="utf-8"))
    (run / "preparation.json").write_text(json.dumps({**story, "dataset": "My kitchen"}))
    text = Page(write_report(run)).text
    assert text.startswith("My kitchen, 2026-11-24_17-04: report My kitchen, 2026-11-24_17-04 24")


def test_the_page_tells_what_was_chosen_how_images_were_divided_and_what_was_odd(
    page: Page,
) -> None:
    assert "24 November 2026, 17:04" in page.text
    assert "Built in from pretrained weights · finished after 60 s and 15.0 epochs" in page.text
    for sentence in (
        "Learns on the processor.",
        "Drawn pictures, as many of each.",
        "There are few of them.",
        "One picture is dark.",
        "8 images, 0 of them empty; 8 boxes",
    ):
        assert sentence in page.text


def test_the_curves_have_a_point_for_each_look_and_rise_with_the_scores(page: Page) -> None:
    lines = [str(values["points"]).split() for values in page.of_class("line one")]
    ap = next(points for points in lines if len(points) == 6)
    heights = [float(point.split(",")[1]) for point in ap]
    assert heights == sorted(heights, reverse=True)
    assert len(page.of_class("band one")) == 1
    assert {len(str(values["points"]).split()) for values in page.of_class("line two")} == {6, 60}


def test_the_chosen_threshold_lies_on_the_precision_recall_plane(
    told_run: Path, page: Page
) -> None:
    content = json.loads((told_run / "analysis.json").read_text(encoding="utf-8"))
    assert (content["precision"], content["recall"]) == (0.5, 1.0)
    (ring,) = page.of_class("mark")
    curve = str(page.of_class("line one")[-1]["points"]).split()
    assert float(str(ring["cx"])) == pytest.approx(float(curve[-1].split(",")[0]), abs=0.1)
    assert "50 % of the boxes shown are right, and 100 % of what is there is found" in page.text
    assert "at the threshold 0.50: 0.50 at 1.00" in page.text  # precision against recall, as drawn
    assert "Precision against recall" in page.text


def test_mistakes_are_shown_with_pictures_that_are_part_of_the_page(page: Page) -> None:
    assert "Wrong class: 8" in page.text
    assert "vector 0.90 on mug val-1.jpg" in page.text
    assert "missed 0 Something is there" in page.text
    assert "mug taken for vector 8 times." in page.text
    pictures = [values for tag, values in page.elements if tag == "image"]
    assert len(pictures) == 6
    assert all(str(values["href"]).startswith("data:image/jpeg;base64,") for values in pictures)
    assert len(page.of_class("frame found")) == 6


def test_each_mistake_shows_what_was_found_and_what_is_there_each_in_its_own_frame(
    tmp_path: Path,
) -> None:
    """A wrong class has both, what is nothing has only a found one, what is missed only a true."""
    run = make_told_run(tmp_path / "run")
    path = run / "analysis.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    errors = {each["kind"]: each for each in content["errors"]}
    cases = errors["wrong class"]["cases"]
    found, truth = {"bbox", "category_id", "score"}, {"truth_bbox", "truth_category_id"}
    for kind, taken in (("background", truth), ("missed", found)):
        emptied = {key: None if key in taken else value for key, value in cases[0].items()}
        errors[kind] |= {"count": 1, "cases": [emptied]}
    errors["wrong class"] |= {"count": 1, "cases": cases[:1]}
    path.write_text(json.dumps(content), encoding="utf-8")
    page = Page(write_report(run))

    def framed(name: str) -> list[list[float]]:
        return [
            [float(str(frame[side])) for side in ("x", "y", "width", "height")]
            for frame in page.of_class(name)
        ]

    case = cases[0]
    assert case["bbox"] != case["truth_bbox"]
    assert framed("frame found") == [pytest.approx(case["bbox"], abs=0.01)] * 2
    assert framed("frame truth") == [pytest.approx(case["truth_bbox"], abs=0.01)] * 2
    assert re.search("what the model found.*what is there", page.text)
    looks = [str(values.get("class")) for _, values in page.elements]
    assert [look for look in looks if look.startswith("sample ")] == [
        "sample found",
        "sample truth",
    ]


def test_the_page_loads_nothing_and_runs_nothing(page: Page) -> None:
    kinds = {kind for kind, _ in page.elements}
    assert not kinds & {"script", "link", "iframe", "object", "embed", "img", "a", "form"}
    for _, values in page.elements:
        assert not [key for key in values if key.startswith("on") or key == "src"]
        assert str(values.get("href", "data:")).startswith("data:")
    policy = next(v["content"] for _, v in page.elements if v.get("http-equiv"))
    assert str(policy).startswith("default-src 'none'")
    assert page.open == []


def test_hostile_names_notes_and_warnings_stay_text(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    for name in ("analysis.json", "train.json", "val.json"):
        content = (run / name).read_text(encoding="utf-8")
        (run / name).write_text(content.replace('"mug"', json.dumps(HOSTILE)), encoding="utf-8")
    write_preparation(run, HOSTILE, [HOSTILE])
    (run / "note.txt").write_bytes(HOSTILE.encode("utf-8", "surrogatepass"))
    write_events(run, *told_events()[:-1], Failed(HOSTILE))
    page = Page(write_report(run))
    test_the_page_loads_nothing_and_runs_nothing(page)
    assert page.text.count("<script>alert('1')</script>\"&amp;<img src=x") >= 5
    names = [values for kind, values in page.elements if kind == "bdi"]
    assert names


def test_a_picture_outside_the_images_folder_is_not_taken_into_the_page(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    secret = tmp_path / "secret.jpg"
    secret.write_bytes((tmp_path / "images" / "val-1.jpg").read_bytes())
    content = (run / "val.json").read_text(encoding="utf-8")
    for number in range(1, 9):
        content = content.replace(f"val-{number}.jpg", "../secret.jpg")
    (run / "val.json").write_text(content, encoding="utf-8")
    page = Page(write_report(run))
    assert not [kind for kind, _ in page.elements if kind == "image"]


def test_pictures_that_are_gone_are_left_out_and_the_next_ones_shown(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    for number in (1, 2, 3):
        (tmp_path / "images" / f"val-{number}.jpg").unlink()
    page = Page(write_report(run))
    assert len([kind for kind, _ in page.elements if kind == "image"]) == 5


def test_a_run_that_nobody_analysed_tells_what_it_said_itself(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    (run / "analysis.json").unlink()
    text = Page(write_report(run)).text
    assert "While it learned it reached AP 0.500 (95 % interval 0.40 to 0.60) and AP50" in text
    assert "How sure to be" not in text


def test_a_stopped_run_is_measured_when_somebody_asks_for_its_report(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    content = json.loads((run / "analysis.json").read_text(encoding="utf-8"))
    (run / "analysis.json").unlink()
    text = Page(write_report(run, measure=True)).text
    assert f"{content['ap']['value']:.3f} 95 % interval" in text
    (run / "analysis.json").unlink()
    coco = json.loads((run / "val.json").read_text(encoding="utf-8"))
    (run / "val.json").write_text(json.dumps({**coco, "annotations": []}), encoding="utf-8")
    assert "val.json has no boxes to compare with" in Page(write_report(run, measure=True)).text


def test_a_run_that_went_on_and_was_stopped_again_is_not_told_by_its_old_analysis(
    tmp_path: Path,
) -> None:
    run = make_told_run(tmp_path / "run")
    analyse_at_the_end(run, lambda: True)
    assert "While it learned it reached AP 0.500" in Page(write_report(run)).text


def test_a_run_under_way_is_not_measured(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    (run / "analysis.json").unlink()
    write_events(run, *told_events()[:-1])
    assert "not finished" in Page(write_report(run, measure=True)).text
    assert not (run / "analysis.json").exists()


def test_a_run_that_was_cut_off_before_its_first_step_has_a_page(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    for name in ("analysis.json", "preparation.json", "model.onnx", "train.json", "val.json"):
        (run / name).unlink()
    (run / "events.jsonl").write_text('{"event": "Star', encoding="utf-8")
    text = Page(write_report(run)).text
    assert "not finished" in text
    assert "How good it is has not been measured." in text
    assert "Left out of this report" in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"format": 1', '"format": 9'),
        ('"threshold": ', '"threshold": NaN, "x": '),
        ('"classes": [', '"classes": [7, '),
        ('"ap": {', '"ap": 3, "x": {'),
    ],
)
def test_a_damaged_analysis_is_named_and_the_rest_is_told(
    tmp_path: Path, old: str, new: str
) -> None:
    run = make_told_run(tmp_path / "run")
    content = (run / "analysis.json").read_text(encoding="utf-8")
    (run / "analysis.json").write_text(content.replace(old, new, 1), encoding="utf-8")
    text = Page(write_report(run)).text
    assert "analysis.json" in text
    assert "Move it away" in text
    assert "AP50 0.800" in text


def test_a_final_score_stands_first(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    (run / "final.json").write_bytes((run / "analysis.json").read_bytes())
    (run / "test.json").write_bytes((run / "val.json").read_bytes())
    config = load_config(run)
    save_config(run, replace(config, test_images=config.val_images))
    text = Page(write_report(run)).text
    assert "For the final score 8 images" in text
    assert text.index("Final score on the test images") < text.index("on the validation images")


def test_a_resumed_run_is_told_by_its_last_end(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "run")
    with (run / "events.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(to_line(Finished(0.7, 0.9, 90.0, 22.5, stopped_early=True)) + "\n")
    assert "stopped after 90 s and 22.5 epochs" in Page(write_report(run)).text


def test_the_verb_writes_where_it_is_told_without_torch(told_run: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from trainer.__main__ import main; code = main(sys.argv[1:]); "
        "assert not {'torch', 'onnxruntime', 'labeler'} & set(sys.modules); sys.exit(code)"
    )
    out = tmp_path / "told.html"
    command = [sys.executable, "-c", program, "report", str(told_run), "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == str(out)
    assert "What goes wrong" in Page(out).text
    assert not list(tmp_path.glob(f".{REPORT}*"))


def test_a_run_with_any_name_is_found_in_any_locale(tmp_path: Path) -> None:
    run = make_told_run(tmp_path / "Läufe für Zoë, 試し")
    done = subprocess.run(
        [sys.executable, "-m", "labeler", "report", str(run), "--json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii:backslashreplace"},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    path = Path(json.loads(done.stdout)["report"])
    assert path == run / REPORT
    assert "Läufe für Zoë, 試し" in Page(path).text


def test_a_folder_that_is_no_run_is_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "labeler", "report", str(tmp_path), "--json"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Name the folder of a run." in json.loads(done.stdout)["error"]


def test_a_pair_is_told_run_by_run(tmp_path: Path) -> None:
    (tmp_path / "pair.json").write_text("{}", encoding="utf-8")
    with pytest.raises(TrainerError, match=r"is a pair of runs. Name .*pretrained or .*scratch"):
        write_report(tmp_path)


def test_a_run_from_elsewhere_brings_none_of_this_computers_pictures_into_its_report(
    tmp_path: Path,
) -> None:
    """Its settings may name any folder: what it has no mark of is not its own."""
    run = make_told_run(tmp_path / "2026-11-24_17-04")
    assert "data:image/jpeg" in write_report(run).read_text(encoding="utf-8")
    (run / MARKS).unlink()
    page = Page(write_report(run))
    assert "data:image/jpeg" not in (run / REPORT).read_text(encoding="utf-8")
    assert "Not shown, because outside the folder of this run and its dataset" in page.text
    assert "val-1.jpg" in page.text
