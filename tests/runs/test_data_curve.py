"""The data curve: nested parts in whole stretches, trained as long as the whole."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest

from labeler.errors import UserError
from labeler.runs.coco_side import CocoLists, read_lists
from labeler.runs.comparison import read_comparison
from labeler.runs.comparison_folder import write_comparison
from labeler.runs.data_curve import (
    SHARES,
    curve_chart,
    curve_sentence,
    missing_shares,
    part_folder,
    part_of,
    prepare_part,
    read_points,
)
from labeler.runs.pair import SIDES, attended, summarise_pair
from labeler.runs.prepare import Wish
from tests.runs.pair_makers import FAST, SLOW, make_pair, tell_run, write_scores
from trainer.config import IMAGENET_START, load_config

BOTH = dict(zip(SIDES, (FAST, SLOW), strict=True))


def _burst(sittings: int, each: int, *, rare: range = range(0)) -> CocoLists:
    """Images with a number a sitting; the rare category is on those numbers alone."""
    count = sittings * each
    images = tuple(
        {"id": n, "file_name": f"{n}.jpg", "session_id": 1 + n // each, "captured_at": float(n)}
        for n in range(count)
    )
    boxes = tuple(
        {"id": n, "image_id": n, "category_id": 2 if n in rare else 1} for n in range(count)
    )
    return CocoLists(images, boxes, ({"id": 1, "name": "mug"}, {"id": 2, "name": "ball"}))


def test_parts_are_nested_and_the_seed_decides_which() -> None:
    lists = _burst(4, 50)
    parts = [part_of(lists, share, seed=3) for share in SHARES]
    assert [len(part) for part in parts] == [20, 40, 100, 200]
    for smaller, larger in itertools.pairwise(parts):
        assert set(smaller) < set(larger)
    assert parts == [part_of(lists, share, seed=3) for share in SHARES]
    assert parts[0] != part_of(lists, 0.1, seed=4)


def test_a_part_is_whole_stretches_of_sittings() -> None:
    part = part_of(_burst(3, 70), 0.1, seed=0)
    neighbours = sum(b == a + 1 and a // 70 == b // 70 for a, b in itertools.pairwise(part))
    assert len(part) == 21
    assert neighbours >= 21 - 4


def test_the_smallest_part_shows_every_category_where_it_can() -> None:
    lists = _burst(2, 100, rare=range(150, 156))
    for seed in range(5):
        shown = set(part_of(lists, 0.1, seed))
        assert shown & set(range(150, 156))


def test_a_part_learns_as_many_steps_as_the_whole_and_is_checked_with_the_same(
    tmp_path: Path,
) -> None:
    pair = make_pair(tmp_path, Wish(budget="epochs", epochs=6.0, seed=2), BOTH)
    place = part_folder(tmp_path / "curve", 0.2)
    prepared = prepare_part(pair, place, 0.2)
    assert prepared.sizes.train == 2
    configs = [load_config(place / side) for side in SIDES]
    assert [config.epochs for config in configs] == [30.0, 30.0]
    assert [config.start for config in configs] == list(SIDES)
    assert configs[0].seed == 2
    named = read_lists(place / "scratch" / "train.json").images
    folder = place / "scratch" / configs[1].train_images
    assert all((folder / entry["file_name"]).is_file() for entry in named)
    checked, learnt = (
        {e["file_name"] for e in read_lists(run / "val.json").images}
        for run in (place / "scratch", pair / "scratch")
    )
    assert checked == learnt
    assert [path.name for path in (tmp_path / "curve").iterdir()] == ["020-percent"]


def _trained(pair: Path, folder: Path, share: float) -> Path:
    place = part_folder(folder, share)
    prepare_part(pair, place, share)
    for side, curve in BOTH.items():
        tell_run(place / side, curve)
    write_scores(place, (0.1, 0.2))
    return place


def test_points_that_are_complete_are_read_and_only_the_others_are_missing(tmp_path: Path) -> None:
    pair, curve = make_pair(tmp_path, Wish(), BOTH), tmp_path / "data-curve"
    write_scores(pair, (0.1, 0.2))
    assert read_points(pair, curve) == []
    assert missing_shares(pair, curve) == [0.1, 0.2, 0.5]
    _trained(pair, curve, 0.5)
    stopped = _trained(pair, curve, 0.2)
    tell_run(stopped / "scratch", SLOW, stopped_early=True)
    assert [(p.share, p.images) for p in read_points(pair, curve)] == [(0.5, 5), (1.0, 10)]
    assert missing_shares(pair, curve) == [0.1, 0.2]
    told = write_comparison(tmp_path, read_comparison(pair, "mugs"))
    assert [point["images"] for point in told["data_curve"]] == [5, 10]
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "| 5 | 0.500 (0.40 to 0.60) |" in page
    assert "| data-curve.svg |" in page
    assert (tmp_path / "data-curve.png").is_file()


def test_what_an_earlier_attempt_left_is_replaced_unless_it_is_still_training(
    tmp_path: Path,
) -> None:
    pair, curve = make_pair(tmp_path, Wish(), BOTH), tmp_path / "data-curve"
    place = _trained(pair, curve, 0.5)
    with attended(place):
        (place / "scratch" / "events.jsonl").unlink()
        with pytest.raises(UserError, match="being trained by another process"):
            prepare_part(pair, place, 0.5)
    prepare_part(pair, place, 0.5)
    assert summarise_pair(place).scratch.ap50 is None


def test_a_part_that_the_disk_does_not_let_go_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, curve = make_pair(tmp_path, Wish(), BOTH), tmp_path / "data-curve"
    place = _trained(pair, curve, 0.5)

    def refuse(_folder: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(UserError, match="cannot be written anew: permission denied"):
        prepare_part(pair, place, 0.5)


def test_the_sentence_tells_how_few_images_make_up_for_the_start(tmp_path: Path) -> None:
    wish, curve = Wish(detector=IMAGENET_START), tmp_path / "data-curve"
    pair = make_pair(tmp_path, wish, BOTH)
    write_scores(pair, (0.1, 0.2))
    _score(_trained(pair, curve, 0.1), 0.3, 0.1)
    _score(_trained(pair, curve, 0.5), 0.6, 0.2)
    points = read_points(pair, curve)
    assert curve_sentence(points) == (
        "Pretrained with 5 images (AP50 0.60) did as well as scratch with all 10 (AP50 0.50)."
    )
    chart = curve_chart("mugs", points)
    assert [spot.x for spot in chart.panels[0].series[0].spots] == [1, 5, 10]
    assert [spot.y for spot in chart.panels[0].series[1].spots] == [0.1, 0.2, 0.5]
    _score(pair, 0.4, 0.9)
    assert "did not do as well" in curve_sentence(read_points(pair, curve))
    assert curve_sentence(points[:1]) == ""


@pytest.mark.parametrize(
    ("budget", "words"),
    [("time", "learned as long"), ("best", "learned until it stopped improving")],
)
def test_the_chart_tells_how_long_each_point_learned(
    tmp_path: Path, budget: str, words: str
) -> None:
    pair, curve = make_pair(tmp_path, Wish(budget=budget), BOTH), tmp_path / "data-curve"
    write_scores(pair, (0.1, 0.2))
    _trained(pair, curve, 0.5)
    assert words in curve_chart("mugs", read_points(pair, curve)).subtitle


def _score(pair: Path, pretrained: float, scratch: float) -> None:
    told = json.loads((pair / "scores.json").read_text(encoding="utf-8"))
    for side, value in zip(SIDES, (pretrained, scratch), strict=True):
        told[side]["ap50"] = {"value": value, "low": value - 0.05, "high": value + 0.05}
    (pair / "scores.json").write_text(json.dumps(told), encoding="utf-8")
