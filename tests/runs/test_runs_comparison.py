"""What a pair leaves for people and for programs, and what it does not claim."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.errors import UserError
from labeler.runs.chart import Panel
from labeler.runs.comparison import chart_of, page_of, read_comparison
from labeler.runs.comparison_folder import HowFar, how_far, require_room, write_comparison
from labeler.runs.pair import SIDES, attended
from labeler.runs.prepare import Wish
from tests.runs.pair_makers import FAST, SLOW, make_pair, tell_run, write_analysis, write_scores
from trainer.config import COCO_START, IMAGENET_START

WISH = Wish(seconds=60, seed=4, detector=IMAGENET_START)
BOTH = dict(zip(SIDES, (FAST, SLOW), strict=True))


def _xs(panel: Panel, side: int) -> list[float]:
    return [spot.x for spot in panel.series[side].spots]


def test_the_chart_has_both_scores_at_equal_epochs_and_at_equal_seconds(tmp_path: Path) -> None:
    chart = chart_of(read_comparison(make_pair(tmp_path, WISH, BOTH), "mugs"))
    labels = [(panel.title.split(",")[0], panel.x_label) for panel in chart.panels]
    axes = ("epochs", "seconds of training")
    assert labels == [(score, axis) for score in ("AP50", "AP") for axis in axes]
    assert _xs(chart.panels[0], 0) == [1.0, 2.0, 6.0]
    assert _xs(chart.panels[1], 1) == [10.0, 20.0, 60.0]
    last = chart.panels[3].series[0].spots[-1]
    assert (last.y, last.low, last.high) == pytest.approx((0.355, 0.1775, 0.71))
    assert chart.foot.startswith("After 60 s: AP50 0.71 pretrained against 0.08 from scratch.")


def test_all_numbers_are_written_for_programs_and_the_page_names_the_files(tmp_path: Path) -> None:
    pair = make_pair(tmp_path, WISH, BOTH)
    write_scores(pair, (0.4, 0.8))
    write_analysis(pair / "scratch", constant_ap=0.012, constant_ap50=0.1)
    told = write_comparison(tmp_path, read_comparison(pair, "mugs"))
    assert json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8")) == told
    assert (told["asked"]["seed"], told["images_train"], told["boxes_val"]) == (4, 10, 40)
    assert told["winner"] == "pretrained"
    assert told["difference"]["ap50"] == {"value": pytest.approx(0.6), "low": 0.4, "high": 0.8}
    assert told["pretrained"]["reached"]["seconds"] == pytest.approx(17.5)
    assert told["scratch"]["reached"] is None
    assert told["scratch"]["images_per_second"] == pytest.approx(1.0)
    assert [point["ap50"] for point in told["scratch"]["curve"]] == [0.01, 0.02, 0.08]
    assert told["equal_epochs"][-1]["pretrained"]["ap50"] == 0.71
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| AP50 | 0.500 (0.40 to 0.60) | 0.500 (0.40 to 0.60) | 0.600 (0.40 to 0.80) |" in page
    assert "| Baseline: one fixed box | AP 0.012, AP50 0.100 | | |" in page
    assert "after 1.8 epochs, 18 s | never" in page
    assert told["sentence"] in page
    for name in ("curves.png", "curves.svg", "comparison.json", "pair"):
        assert f"| {name} |" in page
        assert (tmp_path / name).exists()
    assert "detections.json" not in page


def test_a_pair_from_coco_says_so_in_its_page_its_chart_and_its_sentence(tmp_path: Path) -> None:
    pair = make_pair(tmp_path, replace(WISH, detector=COCO_START), BOTH)
    write_scores(pair, (0.4, 0.8))
    comparison = read_comparison(pair, "mugs")
    write_comparison(tmp_path, comparison)
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| | from COCO | scratch | difference |" in page
    assert "AP50 0.71 from COCO against 0.08 from scratch" in page
    assert "the start from COCO did after 18 s" in page
    assert chart_of(comparison).panels[0].series[0].name == "from COCO"


def test_a_difference_that_may_be_chance_is_said_to_be_so(tmp_path: Path) -> None:
    pair = make_pair(tmp_path, WISH, BOTH)
    write_scores(pair, (-0.02, 0.31))
    story = read_comparison(pair, "mugs").story
    assert story.winner.value == "unclear"
    assert "may be chance: its 95 % interval goes from -0.02 to +0.31." in story.sentence


def test_what_a_constant_box_scores_is_no_level_to_be_timed_to(tmp_path: Path) -> None:
    pair = make_pair(tmp_path, WISH, BOTH)
    assert (read_comparison(pair, "mugs").remark, read_comparison(pair, "mugs").story.level) == (
        "",
        0.5,
    )
    write_analysis(pair / "pretrained", constant_ap=0.113, constant_ap50=0.3)
    comparison = read_comparison(pair, "mugs")
    assert comparison.remark == (
        "One fixed box on every image scores AP50 0.30 here, so the time to reach 0.65 is "
        "compared, half-way from there to 1; judge by AP."
    )
    assert "pretrained did after 38 s" in comparison.story.sentence
    assert comparison.remark in page_of(comparison)
    assert chart_of(comparison).foot.endswith(comparison.remark)
    assert chart_of(comparison).panels[0].level == 0.65


def test_where_a_constant_box_scores_high_ap_decides_who_is_ahead(tmp_path: Path) -> None:
    pair = make_pair(tmp_path, WISH, BOTH)
    write_scores(pair, (0.4, 0.8))  # of AP50; that of AP goes from 0.4 to 0.6
    write_analysis(pair / "pretrained", constant_ap=0.113, constant_ap50=0.3)
    story = read_comparison(pair, "mugs").story
    assert (story.winner.value, story.by_ap) == ("pretrained", True)
    assert story.sentence.startswith(
        "After 60 s: AP / AP50 0.35 / 0.71 pretrained against 0.04 / 0.08 from scratch."
    )
    scores = json.loads((pair / "scores.json").read_text(encoding="utf-8"))
    scores["difference"]["ap"] = {"value": 0.1, "low": -0.1, "high": 0.3}
    (pair / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
    story = read_comparison(pair, "mugs").story
    assert story.winner.value == "unclear"
    assert "The difference in AP may be chance" in story.sentence


def test_without_scores_of_both_there_are_no_intervals_and_nothing_is_made_up(
    tmp_path: Path,
) -> None:
    pair = make_pair(tmp_path, WISH, BOTH)
    tell_run(pair / "scratch", SLOW[:2], stopped_early=True)
    comparison = read_comparison(pair, "mugs")
    told = write_comparison(tmp_path, comparison)
    assert (told["pretrained"]["ap50"], told["difference"], told["stopped_early"]) == (
        None,
        None,
        True,
    )
    page = page_of(comparison)
    assert "| AP50 | unknown | unknown | unknown |" in page
    assert "stopped before its end" in page
    (pair / "scores.json").write_text('{"boxes": 3}', encoding="utf-8")
    with pytest.raises(UserError, match=r"scores\.json is damaged: pretrained is missing"):
        read_comparison(pair, "mugs")


def test_a_pair_is_new_unfinished_or_trained_and_anything_else_is_refused(tmp_path: Path) -> None:
    assert how_far(tmp_path / "pair", WISH) is HowFar.NEW
    pair = make_pair(tmp_path, WISH, {"pretrained": FAST})
    with pytest.raises(UserError, match="ended before it had anything to go on from"):
        how_far(pair, WISH)
    (pair / "scratch" / "state.safetensors").write_bytes(b"a state")
    assert how_far(pair, WISH) is HowFar.UNFINISHED
    with attended(pair), pytest.raises(UserError, match="trained by another process"):
        how_far(pair, WISH)
    tell_run(pair / "scratch", SLOW)
    assert how_far(pair, WISH) is HowFar.TRAINED
    with pytest.raises(UserError, match=r"another wish \(seconds, seed\)"):
        how_far(pair, replace(WISH, seconds=90, seed=5))
    require_room(tmp_path)
    with pytest.raises(UserError, match="holds no comparison"):
        require_room(tmp_path / "coco")
    with pytest.raises(UserError, match="is a file"):
        require_room(tmp_path / "coco" / "all.json")
