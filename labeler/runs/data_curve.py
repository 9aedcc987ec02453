"""How much the number of images buys: the same pair trained on 10, 20, 50 and 100 % of them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from pathlib import Path
from typing import Any

from labeler.dataset.files import reason
from labeler.dataset.own_folder import leads_elsewhere
from labeler.dataset.words import counted
from labeler.errors import UserError
from labeler.runs.chart import Chart, Panel, Series, Spot
from labeler.runs.coco_side import CocoLists, Entry, read_lists, write_lists
from labeler.runs.comparison import Numbers, read_scores
from labeler.runs.history import LeftOut, RunState, config_of, linked_run_words
from labeler.runs.pair import (
    PAIR_FILE,
    SIDES,
    PreparedPair,
    prepare_pair_from_coco,
    summarise_pair,
)
from labeler.runs.pair_words import PLAIN, PairWords, words_of
from labeler.runs.prepare import Wish
from trainer.config import RunConfig
from trainer.names import is_there

DATA_CURVE = "data-curve"
"""The folder of the pairs that learn from a part, and the name of the curve's pictures."""
SHARES = (0.1, 0.2, 0.5, 1.0)
_STRETCHES = 20
_TRIES = 64


@dataclass(frozen=True, slots=True)
class DataPoint:
    """A pair that learned from so many images. scores: as in PAIR/scores.json."""

    share: float
    images: int
    path: Path
    scores: Numbers


def part_folder(folder: Path, share: float) -> Path:
    """Of the pair that learns from that share, in the folder of all of them."""
    return folder / f"{round(100 * share):03d}-percent"


def read_points(pair: Path, folder: Path) -> list[DataPoint]:
    """As look_through_points. Raises UserError where one of them is damaged."""
    points, left_out = look_through_points(pair, folder)
    if left_out:
        raise UserError(left_out[0].why)
    return points


def look_through_points(pair: Path, folder: Path) -> tuple[list[DataPoint], list[LeftOut]]:
    """Those that are trained to their end and scored, by their size, and those that are damaged.

    The whole, `pair`, is last. Both are empty where there are no parts.
    """
    points: list[DataPoint] = []
    left_out: list[LeftOut] = []
    if not is_there(folder):
        return points, left_out
    if leads_elsewhere(folder):
        return points, [LeftOut(folder, linked_run_words(folder))]
    places = [(share, part_folder(folder, share)) for share in SHARES if share < 1]
    for share, place in [*places, (1.0, pair)]:
        try:
            point = _read_point(place, share)
        except (UserError, OSError) as error:
            left_out.append(LeftOut(place, str(error)))
        else:
            points += [point] if point else []
    return points, left_out


def missing_shares(pair: Path, folder: Path) -> list[float]:
    """What of the data curve is still to be trained."""
    there = {point.share for point in read_points(pair, folder)}
    return [share for share in SHARES if share < 1 and share not in there]


def prepare_part(pair: Path, folder: Path, share: float) -> PreparedPair:
    """A pair like `pair` that learns from that share of its images and is checked with the same.

    Parts are nested, a smaller one in a larger. They learn as long as the whole: as many seconds,
    or, where epochs are the budget, as many steps, so a tenth of the images is seen ten times as
    often. A budget "best" ends each part by itself, no later than it would have ended the whole.
    What an earlier attempt has left in folder is replaced. Raises UserError.
    """
    run = pair / SIDES[0]
    config = config_of(run)
    lists = read_lists(run / "train.json")
    chosen = part_of(lists, share, config.seed)
    _make_room(folder)
    source = folder.with_name(f"{folder.name}.json")
    write_lists(lists.only(set(chosen)), source)
    try:
        return prepare_pair_from_coco(
            source,
            run / config.train_images,
            run / "val.json",
            folder,
            _wish(config, len(lists.images) / len(chosen)),
            val_images=run / config.val_images,
        )
    finally:
        source.unlink()


def part_of(lists: CocoLists, share: float, seed: int) -> list[int]:
    """Image ids: a share of all. The same seed gives parts that are nested.

    Whole stretches of pictures taken one after the other are drawn, so that a tenth of a burst
    does not show all that the burst shows. Of several draws the one is taken whose smallest part
    has boxes of the most categories.
    """
    stretches = list(_stretches(lists.images))
    seen: dict[int, set[int]] = {}
    for box in lists.annotations:
        seen.setdefault(box["image_id"], set()).add(box["category_id"])
    chance = random.Random(seed)
    draws = [_joined(chance.sample(stretches, len(stretches))) for _ in range(_TRIES)]
    fewest = _count(len(lists.images), SHARES[0])
    order = max(draws, key=lambda ids: len(set().union(*(seen.get(i, ()) for i in ids[:fewest]))))
    return order[: _count(len(order), share)]


def curve_numbers(points: Sequence[DataPoint]) -> list[dict[str, Any]]:
    """For comparison.json."""
    return [
        {
            "share": point.share,
            "images": point.images,
            **{key: point.scores[key] for key in (*SIDES, "difference")},
        }
        for point in points
    ]


def curve_sentence(points: Sequence[DataPoint]) -> str:
    """With how few images pretrained weights do what random ones do with all."""
    full = _ap50(points[-1], "scratch") if points and points[-1].share == 1 else None
    if full is None or len(points) < 2:
        return ""
    told = f"scratch with all {points[-1].images} (AP50 {full:.2f})"
    subject = _words(points).opening
    for point in points:
        own = _ap50(point, "pretrained")
        if own is not None and own >= full:
            return (
                f"{subject} with {counted(point.images, 'image')} (AP50 {own:.2f}) did as well "
                f"as {told}."
            )
    return f"{subject} did not do as well as {told}."


def curve_chart(name: str, points: Sequence[DataPoint]) -> Chart:
    """AP50 and AP over the number of images, with intervals."""
    panels = [
        Panel(f"{title}, with its 95 % interval", "images to learn from", _series(points, key))
        for title, key in (("AP50", "ap50"), ("AP", "ap"))
    ]
    subtitle = f"Every point learned {_how_long(points)} and was checked with the same images"
    return Chart(f"How much images buy: {name}", subtitle, panels, curve_sentence(points))


def _how_long(points: Sequence[DataPoint]) -> str:
    """A budget "best" ends each part when that part is at its best."""
    is_best = bool(points) and config_of(points[-1].path / SIDES[0]).budget == "best"
    return "until it stopped improving" if is_best else "as long"


def _read_point(pair: Path, share: float) -> DataPoint | None:
    if not is_there(pair / PAIR_FILE):
        return None
    if leads_elsewhere(pair):
        raise UserError(linked_run_words(pair))
    if summarise_pair(pair).state is not RunState.FINISHED:
        return None
    scores = read_scores(pair)
    images = len(read_lists(pair / SIDES[0] / "train.json").images)
    return None if scores is None else DataPoint(share, images, pair, scores)


def _words(points: Sequence[DataPoint]) -> PairWords:
    return words_of(config_of(points[-1].path / SIDES[0]).detector) if points else PLAIN


def _series(points: Sequence[DataPoint], key: str) -> list[Series]:
    label = _words(points).label
    return [
        Series(
            label(side),
            ink,
            [spot for p in points if (spot := _spot(p.images, p.scores[side][key]))],
        )
        for side, ink in zip(SIDES, ("first", "second"), strict=True)
    ]


def _spot(images: int, measure: Numbers) -> Spot | None:
    if measure["value"] is None:
        return None
    return Spot(images, measure["value"], measure["low"], measure["high"])


def _ap50(point: DataPoint, side: str) -> float | None:
    value: float | None = point.scores[side]["ap50"]["value"]
    return value


def _stretches(images: Sequence[Entry]) -> Iterator[list[int]]:
    """Ids of neighbours in one sitting, about a twentieth of all images each."""
    longest = -(-len(images) // _STRETCHES)
    ordered = sorted(images, key=_when)
    for _, sitting in groupby(ordered, key=lambda entry: _number(entry, "session_id")):
        ids = [entry["id"] for entry in sitting]
        yield from (ids[begin : begin + longest] for begin in range(0, len(ids), longest))


def _when(entry: Entry) -> tuple[float, float, int]:
    return _number(entry, "session_id"), _number(entry, "captured_at"), entry["id"]


def _number(entry: Mapping[str, Any], key: str) -> float:
    """Foreign files have no such thing, or something else under its name."""
    value = entry.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def _joined(stretches: Sequence[Sequence[int]]) -> list[int]:
    return [number for stretch in stretches for number in stretch]


def _count(images: int, share: float) -> int:
    return max(1, round(share * images))


def _wish(config: RunConfig, times: float) -> Wish:
    values = {each.name: getattr(config, each.name) for each in fields(Wish)}
    return Wish(**{**values, "epochs": times * config.epochs})


def _make_room(folder: Path) -> None:
    """Raises UserError where somebody still trains there, or the disk refuses."""
    if is_there(folder / PAIR_FILE) and summarise_pair(folder).state is RunState.RUNNING:
        raise UserError(f"{folder} is being trained by another process. Wait for its end.")
    if leads_elsewhere(folder) or leads_elsewhere(folder.parent):
        raise UserError(f"{folder} leads out of its pair by a link, so it is not written anew.")
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be written anew: {reason(error)}.") from error
